"""Ownership: programs that pass arrays about. Results are the interpreter's, and no memory is lost on any path."""

from __future__ import annotations

import resource
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minijit
from minijit.testing import compare
from tests.forked import run_apart

A = np.array([1.0, 2.0, 3.0])
GLOBAL = np.arange(5.0)
GLOBAL_TUPLE = (np.arange(3.0), 2)
BIG = 1 << 17
"""Elements of an array of one MiB, so that a leak in a loop shows soon."""


def swaps(n, size):
    a, b = np.zeros(size), np.ones(size)
    for i in range(n):
        a, b = b, a
        a[0] += i
    return a, b


def swaps_with_argument(x, n, size):
    a, b = x, np.ones(size)
    for _ in range(n):
        a, b = b, a
    return a


def made_anew(n, size):
    a = np.zeros(size)
    for i in range(n):
        b = np.zeros(size)
        b[0] = a[0] + i
        a = b
    return a


def never_used(n, size):
    for _ in range(n):
        np.zeros(size)
    return n


def one_path_only(flag, n, size):
    a = None
    for i in range(n):
        if flag or i == 1:
            a = np.zeros(size)
    return a if a is None else a[:2]


def array_or_number(n, size):
    a = 1.5
    for i in range(n):
        if i % 2:
            a = np.ones(size)
        b = a
    return b if n else a


def unset_or_deleted(n, size):
    for i in range(n):
        a = np.ones(size)
        if i % 2:
            del a
    return a[:2]


def views(n, size):
    a = np.arange(float(size))
    for _ in range(n):
        a = a[1:] if len(a) > 2 else np.arange(float(size))
    return a[::2], a[:1]


def shrinking(n):
    a = np.arange(10.0)
    for _ in range(n):
        a = a[1:]
    return a


def rows(n, size):
    total = 0.0
    for i in range(n):
        m = np.ones((2, size))
        row = m[i % 2]
        total += row[0]
    return total


def in_tuples(n, size):
    pair = (np.zeros(size), np.ones(size))
    for i in range(n):
        fresh = np.zeros(size)
        fresh[0] = i + pair[0][0]
        pair = (pair[1], fresh)
    return pair[0][0], pair[1][0]


def tuple_with_none(n, size):
    pair = (np.zeros(size), None)
    for _ in range(n):
        pair = (pair[0], np.ones(size)) if pair[1] is None else (pair[1], None)
    return pair[0][0], pair[1] is None


def twice_the_same(size):
    a = np.zeros(size)
    b, c = (a, a)
    b[0] = 1
    return a, b, c, b is c


def made_twice(one):
    a = one * 2.0
    b, c = (a, a)
    return a, b, c, b is c


def same(x):
    return x


def two(x):
    return x, x


def other(x):
    y = np.zeros(len(x))
    for i in range(len(x)):
        y[i] = x[i] + 1
    return y


def either(x, flag):
    return x if flag else other(x)


def through_functions(n, size):
    a = np.zeros(size)
    for i in range(n):
        a = either(same(a), i % 3 != 0)
        b, c = two(a)
        a = c if i % 2 else b
    return a[:2]


def argument_through_functions(x, n):
    y = same(x)
    for i in range(n):
        y = either(y, i % 2 == 0)
    return y, same(x), two(x)


def recursive(n, a):
    return a if n == 0 else recursive(n - 1, other(a))


def array_or_none(n, size):
    if n == 0:
        return None
    return np.ones(size) if n % 2 else array_or_none(n - 1, size)


def global_view(i):
    return GLOBAL[i:]


def global_itself():
    return GLOBAL


def global_tuple():
    return GLOBAL_TUPLE


def default_array(n, x=A, y=(A, 1)):
    return x[n], x, y[0][n:]


def uses_globals(n):
    s = 0.0
    for i in range(n):
        s += global_itself()[i] + global_view(1)[0]
    return s, global_view(2), global_itself(), global_tuple()[0], GLOBAL_TUPLE[0][n:]


def uses_default(n):
    value, whole, tail = default_array(n)
    return value, whole, tail


def index_error_inside(x, n, size):
    s = np.zeros(size)
    for i in range(n):
        b = np.zeros(size)
        b[0] = s[0] + x[i]
        s = b
    return s[:1]


def raises_inside(n, size):
    a = np.zeros(size)
    for i in range(9):
        b = np.ones(size)
        if i == n:
            raise ValueError("stop")
        a = b
    return a[:1]


def callee_raises(x, n, size):
    s = np.zeros(size)
    for i in range(n):
        s = first_and_rest(x, i, size)
    return s[:1]


def first_and_rest(x, i, size):
    b = np.zeros(size)
    b[0] = x[i]
    return b


def bails(n, size):
    a = np.zeros(size)
    a[0] = n
    return a[0] + n * n


PROGRAMS: list[tuple[Callable[..., Any], list[tuple[Any, ...]]]] = [
    (swaps, [(0, 3), (1, 3), (6, 3)]),
    (swaps_with_argument, [(A, 0, 3), (A, 1, 3), (A, 4, 3)]),
    (made_anew, [(0, 3), (5, 3)]),
    (never_used, [(5, 3)]),
    (one_path_only, [(True, 3, 2), (False, 3, 2), (False, 1, 2)]),
    (array_or_number, [(0, 3), (1, 3), (4, 3)]),
    (unset_or_deleted, [(0, 3), (1, 3), (2, 3), (3, 3)]),
    (views, [(0, 5), (3, 5), (9, 5)]),
    (shrinking, [(0,), (3,), (12,)]),
    (rows, [(5, 3)]),
    (in_tuples, [(0, 3), (1, 3), (4, 3)]),
    (tuple_with_none, [(0, 3), (1, 3), (2, 3), (3, 3)]),
    (twice_the_same, [(3,)]),
    (through_functions, [(0, 3), (7, 3)]),
    (argument_through_functions, [(A, 0), (A, 1), (A, 4)]),
    (recursive, [(0, A), (3, A)]),
    (array_or_none, [(0, 3), (3, 3), (4, 3)]),
    (uses_globals, [(3,), (0,), (6,)]),
    (uses_default, [(1,), (4,)]),
    (index_error_inside, [(A, 2, 3), (A, 4, 3)]),
    (raises_inside, [(2, 3), (20, 3)]),
    (callee_raises, [(A, 3, 3), (A, 4, 3)]),
]


@pytest.mark.parametrize(("program", "arguments"), PROGRAMS, ids=lambda one: getattr(one, "__name__", ""))
def test_results(program: Callable[..., Any], arguments: list[tuple[Any, ...]]) -> None:
    compiled = minijit.jit(program)
    for row in arguments:
        assert compare(compiled, row, {}, original=program) == []
    assert not compiled.fallback_reasons
    assert compiled.stats["bailouts"] == 0


LOOPS: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (swaps, (2000, BIG)),
    (swaps_with_argument, (A, 2000, BIG)),
    (made_anew, (2000, BIG)),
    (never_used, (2000, BIG)),
    (one_path_only, (True, 2000, BIG)),
    (array_or_number, (2000, BIG)),
    (unset_or_deleted, (1999, BIG)),
    (rows, (2000, BIG)),
    (in_tuples, (2000, BIG)),
    (tuple_with_none, (2000, BIG)),
    (through_functions, (200, BIG)),
    (index_error_inside, (np.zeros(1000), 2000, BIG)),
    (raises_inside, (5, BIG)),
    (callee_raises, (np.zeros(1000), 2000, BIG)),
]


@pytest.mark.parametrize(("program", "row"), LOOPS, ids=lambda one: getattr(one, "__name__", ""))
def test_loops_keep_no_memory(program: Callable[..., Any], row: tuple[Any, ...]) -> None:
    """Each turn makes an array of a MiB or more; all in all the process may grow by some of them only."""
    compiled = minijit.jit(program, fallback="error")
    small = tuple(2 if isinstance(one, int) and one > 2 else one for one in row)
    _outcome(compiled, small)

    def within_limits() -> str:
        pages = int(open("/proc/self/statm").read().split()[0])
        limit = pages * resource.getpagesize() + (100 << 20)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        return _outcome(compiled, row)

    result = run_apart(within_limits, 60)
    assert result.finished, result.what
    assert "MemoryError" not in result.value


def _outcome(function: Callable[..., Any], row: tuple[Any, ...]) -> str:
    try:
        return str(function(*row))
    except Exception as error:
        return repr(error)


MANY: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (swaps, (3, 4)),
    (shrinking, (3,)),
    (views, (3, 5)),
    (twice_the_same, (3,)),
    (argument_through_functions, (A, 4)),
    (uses_globals, (3,)),
    (raises_inside, (2, 3)),
    (callee_raises, (A, 4, 3)),
    (bails, (2**62, 3)),
]


@pytest.mark.parametrize(("program", "row"), MANY, ids=lambda one: getattr(one, "__name__", ""))
def test_many_calls_keep_no_memory(program: Callable[..., Any], row: tuple[Any, ...]) -> None:
    compiled = minijit.jit(program)
    raising = program in (raises_inside, callee_raises, bails)
    turns = 20_000 if raising else 200_000
    for _ in range(1000):
        _outcome_only(compiled, row)
    before = _resident()
    for _ in range(turns):
        _outcome_only(compiled, row)
    # One block that stays is at least 64 bytes.
    assert _resident() - before < turns * 32


def _outcome_only(function: Callable[..., Any], row: tuple[Any, ...]) -> None:
    try:
        function(*row)
    except (ValueError, IndexError):
        pass


def _resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


@pytest.mark.slow
def test_a_million_calls_leave_memory_where_it_was() -> None:
    compiled = minijit.jit(swaps)
    for _ in range(1000):
        compiled(3, 4)
    before = _resident()
    for _ in range(1_000_000):
        compiled(3, 4)
    assert _resident() - before < 1 << 20


def test_a_result_that_is_an_argument_is_the_argument() -> None:
    compiled = minijit.jit(same)
    assert compiled(A) is A
    assert minijit.jit(swaps_with_argument)(A, 2, 3) is A
    assert minijit.jit(global_itself)() is GLOBAL


def test_two_views_of_one_array_share_memory() -> None:
    first, second = minijit.jit(views)(1, 6)
    assert np.shares_memory(first, second)
    for size in (3, (2, 3), (3, 0), (0, 2), (1, 1)):
        a, b, c, identical = minijit.jit(made_twice)(np.ones(size))
        assert identical and a is b is c


def test_a_view_keeps_what_it_looks_at_alive() -> None:
    kept = [minijit.jit(shrinking)(3) for _ in range(100)]
    assert all(np.array_equal(one, np.arange(3.0, 10.0)) for one in kept)
