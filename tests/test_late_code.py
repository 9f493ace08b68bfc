"""Copies with checks that are compiled when first entered: they do what the loop would have done in its place."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import FunctionType
from typing import Any

import numpy as np
import pytest

import minijit
from minijit import config
from minijit.codegen import late_code
from minijit.errors import InternalError
from minijit.testing import copy_arguments, differences


def outcome(function: Callable[..., Any], *arguments: Any) -> tuple[Any, ...]:
    """What a call gives or raises, and what it makes of its arguments."""
    own = copy_arguments(arguments)
    try:
        result: Any = function(*own)
    except Exception as error:
        result = (type(error).__name__, str(error))
    return result, *own


def entered(compiled: Any) -> list[str]:
    """The late functions that were compiled for a dispatcher's specialisations."""
    return [name for one in compiled._start().specialisations for name in one.compiled.late.compiled]


def check(function: FunctionType, *rows: tuple[Any, ...], late: int = 1) -> Any:
    """Compare with the interpreter on all rows of arguments; `late` functions must have been compiled on the way."""
    compiled = minijit.njit(function)
    for row in rows:
        assert not differences(outcome(function, *row), outcome(compiled, *row)), row
    assert len(entered(compiled)) == late
    return compiled


def ways_out(a, b, n, stop):
    found = -1
    total = 0.0
    for i in range(n):
        x = a[i] + b[i, 0]
        b[i, 1] = x
        if x == 77.0:
            return i, x, total
        if x == stop:
            found = i
            break
        if x < 0.0:
            continue
        total += x
    else:
        found = -2
    return found, total, n


def values(*numbers: float) -> np.ndarray[Any, Any]:
    return np.array(numbers)


ROWS = [
    (values(1, 2, 3, 4), np.zeros((4, 2)), 4, 9.0),
    (values(1, 2, 3, 4), np.zeros((4, 2)), 5, 9.0),
    (values(1, 2, 3, 4), np.zeros((4, 2)), 5, 3.0),
    (values(1, 77, 3, 4), np.zeros((4, 2)), 5, 3.0),
    (values(1, -2, 3, 4), np.zeros((3, 2)), 5, 4.0),
    (values(1, -2, 3, 4), np.zeros((3, 0)), 5, 4.0),
    (values(1, -2, 3, 4), np.zeros((4, 2)), -5, 4.0),
]


def test_every_way_out() -> None:
    check(ways_out, *ROWS)


def test_nothing_is_compiled_before_it_is_needed() -> None:
    check(ways_out, ROWS[0], late=0)


def changes_before(a, n, k):
    for i in range(n):
        if k[i] > 2:
            a[i] = k[i] * 2
    return n * n * n * n


def changes_nothing(a, n, k):
    s = 0
    for i in range(n):
        if k[i] > 2:
            a[i] = k[i] * 2
        if i == 3:
            break
        s += i
    return n * n * n * n + s


def test_a_bail_out_behind_the_copy_knows_what_it_has_changed() -> None:
    big = 2**20
    small = np.zeros(4, np.int64)
    # Nothing was changed: the interpreter gives the exact number.
    compiled = minijit.njit(changes_nothing)
    assert compiled(np.zeros(4), big, small) == changes_nothing(np.zeros(4), big, small)
    assert len(entered(compiled)) == 1
    # An array was changed, by the copy alone.
    changed = np.zeros(4)
    with pytest.raises(OverflowError, match="already changed"):
        compiled(changed, big, small + 5)
    assert changed.tolist() == [10.0, 10.0, 10.0, 10.0]
    assert compiled.stats["bailouts"] == 2


def test_an_error_in_the_copy_keeps_what_was_written() -> None:
    k = np.arange(6)
    check(changes_before, (np.zeros(6), 7, k), (np.zeros(4), 6, k), (np.zeros(6), 6, k))


def names_of_arrays(a, n):
    row = np.zeros(3)
    other = np.ones(2)
    for i in range(n):
        fresh = np.full(3, a[i])
        row, other = fresh, row
        a[i] = other[0] + i
    return row, other, a


def test_arrays_that_live_through_the_copy() -> None:
    compiled = check(names_of_arrays, *[(np.arange(5.0), n) for n in (5, 6, 0, -1)])
    for _ in range(200):
        assert outcome(compiled, np.arange(50.0), 51)[0][0] == "IndexError"


def part(a, i, out):
    if i < 0:
        # A function that calls itself is not put in the place of its calls.
        return part(a, -i, out)
    s = 0.0
    for j in range(i):
        s += a[j + i]
        out[j] = s
        s *= 1.5
    return s


def calls(a, n, out):
    t = 0.0
    for i in range(n):
        t += a[i] + a[i + 1]
        t += part(a, i, out)
        out[i] = t
    return t


def test_calls_of_functions_with_late_copies_of_their_own() -> None:
    rows = [(np.arange(12.0), n, np.zeros(12)) for n in (5, 6, 7, 11, 12, 13)]
    check(calls, *rows, late=2)
    compiled = minijit.njit(calls)
    compiled(*rows[0])
    with pytest.raises(IndexError) as raised:
        compiled(*rows[-1])
    frames = [entry.name for entry in raised.traceback]
    with pytest.raises(IndexError) as expected:
        calls(*rows[-1])
    assert frames == [entry.name for entry in expected.traceback]
    assert [e.lineno for e in raised.traceback[1:]] == [e.lineno for e in expected.traceback[1:]]


def recursive(a, n, depth):
    s = 0.0
    for i in range(n):
        a[i] += depth
        s += a[i] + a[i] * 2
        s -= 1.0
    if depth > 0:
        s += recursive(a, n, depth - 1)
    return s


def test_recursion() -> None:
    check(recursive, (np.zeros(4), 4, 3), (np.zeros(4), 5, 3), (np.zeros(4), 5, 0))


def deep(a, n, depth):
    if depth > 0:
        return deep(a, n, depth - 1)
    s = 0.0
    for i in range(n):
        s += a[i] + a[i] * 2
        a[i] = s
        s -= 1.0
    return s


def test_compiling_at_the_end_of_the_stack() -> None:
    check(deep, (np.zeros(4), 5, 900))


def calls_python(a, m, n):
    s = 0.0
    for i in range(n):
        s += a[i]
        inverse = np.linalg.inv(m + a[i])
        a[i] = inverse[0, 0]
        print(i, s, end=" ")
    return s


def test_calls_into_python(capsys: pytest.CaptureFixture[str]) -> None:
    compiled = minijit.njit(calls_python)
    singular = -np.eye(2) + 3.0
    for m, n, length in ((np.eye(2), 3, 3), (np.eye(2), 5, 4), (singular, 9, 6), (singular, 9, 3)):
        arguments = np.arange(length, dtype=float)[::-1].copy(), m, n
        expected, said = outcome(calls_python, *arguments), capsys.readouterr().out
        assert not differences(expected, outcome(compiled, *arguments))
        assert capsys.readouterr().out == said
    assert expected[0][0] == "IndexError"
    assert len(entered(compiled)) == 1


def test_threads_that_come_at_once_compile_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    emit = late_code.emit_late

    def counted(unit: Any, name: str) -> str:
        made.append(name)
        return emit(unit, name)

    monkeypatch.setattr(late_code, "emit_late", counted)
    for options in ({}, {"nogil": True}):
        made.clear()
        compiled = minijit.njit(ways_out, **options)
        compiled(*ROWS[0])
        barrier = threading.Barrier(6)

        def call(number: int, compiled: Any = compiled, barrier: threading.Barrier = barrier) -> tuple[Any, ...]:
            barrier.wait()
            return outcome(compiled, *ROWS[number % len(ROWS)])

        with ThreadPoolExecutor(6) as pool:
            results = list(pool.map(call, range(6)))
        for number, result in enumerate(results):
            assert not differences(outcome(ways_out, *ROWS[number]), result)
        assert len(made) == 1


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[BaseException]]:
    """Late functions can't be compiled: the first exception of the list is raised, if there is one."""
    errors: list[BaseException] = []
    emit = late_code.emit_late

    def fails(unit: Any, name: str) -> str:
        if errors:
            raise errors[0]
        return emit(unit, name)

    monkeypatch.setattr(late_code, "emit_late", fails)
    monkeypatch.setattr(config, "strict", False)
    yield errors


def test_what_cannot_be_compiled_runs_in_the_interpreter(broken: list[BaseException]) -> None:
    compiled = minijit.njit(ways_out)
    broken.append(ValueError("no such thing"))
    with pytest.warns(minijit.FallbackWarning, match=r"test_late_code.py:\d+: internal error .* no such thing"):
        assert not differences(outcome(ways_out, *ROWS[1]), outcome(compiled, *ROWS[1]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not differences(outcome(ways_out, *ROWS[2]), outcome(compiled, *ROWS[2]))
    assert compiled.stats["bailouts"] == 2 and not entered(compiled)


def test_too_little_memory_or_stack_is_no_reason_for_ever(broken: list[BaseException]) -> None:
    compiled = minijit.njit(ways_out)
    for error in (MemoryError(), RecursionError()):
        broken[:] = [error]
        assert not differences(outcome(ways_out, *ROWS[1]), outcome(compiled, *ROWS[1]))
    broken.clear()
    assert not differences(outcome(ways_out, *ROWS[1]), outcome(compiled, *ROWS[1]))
    assert len(entered(compiled)) == 1


def writes_first(a, n):
    a[0] = 5.0
    s = 0.0
    for i in range(n):
        s += a[i] + a[i] * 2
        s -= 1.0
        a[i] = s
    return s


def test_what_cannot_be_compiled_after_a_change_is_an_error(broken: list[BaseException]) -> None:
    compiled = minijit.njit(writes_first)
    broken.append(ValueError("no such thing"))
    with pytest.warns(minijit.FallbackWarning), pytest.raises(InternalError, match="could not be compiled"):
        compiled(np.zeros(3), 4)


def test_an_interrupt_while_compiling_is_raised(broken: list[BaseException]) -> None:
    compiled = minijit.njit(ways_out)
    broken.append(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        compiled(*ROWS[1])
    broken.clear()
    assert not differences(outcome(ways_out, *ROWS[1]), outcome(compiled, *ROWS[1]))


def test_inspection_shows_late_functions() -> None:
    compiled = minijit.njit(ways_out)
    compiled(*ROWS[0])
    assert "call_late" in compiled.inspect_ir(after="outlined")
    for text in (compiled.inspect_llvm(), compiled.inspect_asm()):
        assert "compiled when first entered" in text
        assert text.count(".late0") >= 2
    assert not entered(compiled)


def sums(a, b):
    return a * 2.0 + b


def test_loops_of_arrays_that_are_stretched_are_late() -> None:
    compiled = minijit.njit(sums)
    table = np.arange(12.0).reshape(3, 4)
    for rows, late in (
        ([(table, table), (np.arange(4.0), np.arange(4.0))], 0),
        ([(np.arange(4.0), np.ones(1)), (table, table[0]), (table, table[:, :1].copy()), (table, table[:2])], 3),
    ):
        for row in rows:
            assert not differences(outcome(sums, *row), outcome(compiled, *row))
        assert (len(entered(compiled)) > 0) == (late > 0)
    gaps = minijit.njit(sums)
    assert not differences(outcome(sums, table[::2], table[1:]), outcome(gaps, table[::2], table[1:]))
    assert not entered(gaps)
