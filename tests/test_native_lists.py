"""Native lists: no reference is lost or kept. Programs are in ``tests/corpus/lists.py``."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minijit
from minijit.testing import assert_same


def resident() -> int:
    """The bytes of memory that are in use."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


def arrays_in_lists(n):
    rows = []
    for i in range(n):
        rows.append(np.full(1000, i))
        if len(rows) > 3:
            rows.pop(0)
        rows[0] = rows[-1]
    return len(rows)


def lists_in_lists(n):
    total = 0
    for i in range(n):
        table = [[j] * 50 for j in range(20)]
        table[3] = table[4]
        table[0].append(i)
        other = table[2:9]
        other.extend(table)
        del other[0]
        table.clear()
        total += len(other)
    return total


def tuples_in_lists(n):
    total = 0
    for i in range(n):
        pairs = [(j, np.ones(100), [j]) for j in range(10)]
        k, a, inner = pairs.pop()
        inner.append(i)
        pairs.insert(0, (k, a, inner))
        total += len(inner)
    return total


def fails_with_lists(n):
    rows = [np.ones(1000) for _ in range(5)]
    inner = [rows, rows[1:]]
    return inner[n]


def bails_with_lists(n):
    rows = [np.ones(1000) for _ in range(5)]
    rows.append(rows[0] * n)
    return len(rows) + 2**62 * n


def slots_in_lists(n):
    total = 0
    for i in range(n):
        slots = [None] * 10
        for j in range(8):
            slots[j] = [np.ones(500), None][j % 2]
        slots[0] = slots[2]
        slots[2] = None
        del slots[4:6]
        total += len(slots)
    return total


def returned(n):
    row = [float(i) for i in range(n)]
    return [row, row], (row, [np.ones(100)])


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (arrays_in_lists, (30,)),
        (lists_in_lists, (5,)),
        (tuples_in_lists, (5,)),
        (slots_in_lists, (5,)),
        (fails_with_lists, (2,)),
        (bails_with_lists, (4,)),
        (returned, (20,)),
    ],
)
def test_memory_stays(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    compiled = minijit.jit(function, fallback="error")
    assert_same(compiled, *args)

    def call() -> None:
        try:
            compiled(*args)
        except IndexError:
            pass

    for _ in range(50):
        call()
    gc.collect()
    before = resident()
    for _ in range(1000):
        call()
    gc.collect()
    assert resident() - before < 2 << 20


def grows_in_place(n):
    total = 0
    for i in range(n):
        row = [i] * 1000
        total += len(row)
    return total


def test_a_loop_runs_in_constant_space() -> None:
    compiled = minijit.jit(grows_in_place, fallback="error")
    compiled(10)
    before = resident()
    assert compiled(100_000) == 100_000_000
    assert resident() - before < 4 << 20


def shared(n):
    a = [n]
    return a, [a, a], (a,)


def test_a_list_is_one_object() -> None:
    a, both, (again,) = minijit.jit(shared, fallback="error")(3)
    assert a is both[0] is both[1] is again
    a.append(4)
    assert both == [[3, 4], [3, 4]]


def too_long(n):
    return [0] * n


def test_out_of_memory() -> None:
    compiled = minijit.jit(too_long, fallback="error")
    assert compiled(3) == [0, 0, 0]
    for n in (2**60, 2**62):
        with pytest.raises(MemoryError):
            compiled(n)


def kept_in_dict(n):
    row = [n]
    table = {"row": row}
    row.append(1)
    return table


def printed_while_changed(n):
    row = [n]
    row.append(row)
    return len(row), row[1] is row


@pytest.mark.parametrize(("function", "args"), [(kept_in_dict, (3,)), (printed_while_changed, (3,))])
def test_lists_that_python_keeps(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    compiled = minijit.jit(function)
    assert compiled(*args) == function(*args)


def rebound(a):
    return any(x > 1 for x in a)


def test_a_rebound_name_is_no_builtin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "any", lambda found: [*found])
    with pytest.warns(minijit.FallbackWarning):
        assert minijit.jit(rebound)(np.arange(3)) == [False, False, True]


def test_python_sees_no_more_objects() -> None:
    compiled = minijit.jit(returned, fallback="error")
    compiled(10)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(200):
            compiled(10)
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] - before < 20_000
    finally:
        tracemalloc.stop()
