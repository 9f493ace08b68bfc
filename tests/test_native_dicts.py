"""Native dicts and sets: what becomes of them, and that no memory is lost. Programs: ``tests/corpus/dicts.py``."""

from __future__ import annotations

import gc
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


def arrays_come_and_go(n):
    total = 0
    for _ in range(n):
        rows = {}
        for i in range(20):
            rows[i] = np.ones(1000)
        for i in range(0, 20, 3):
            del rows[i]
        rows[1] = np.zeros(500)
        rows.setdefault(99, np.ones(10))
        total += len(rows)
    return total


def lists_in_dicts(n):
    groups = {}
    for i in range(n):
        groups.setdefault(i % 50, []).append((i, [i] * 10))
        if i % 500 == 0:
            groups.clear()
    return len(groups)


def fails_with_dicts(n):
    rows = {i: np.ones(1000) for i in range(n)}
    return rows[-1]


@pytest.mark.parametrize("program", [arrays_come_and_go, lists_in_dicts])
def test_memory_is_given_back(program: Callable[..., Any]) -> None:
    compiled = minijit.jit(program)
    assert compiled(50) == program(50)
    before = resident()
    compiled(5000)
    assert resident() - before < 20e6
    assert not compiled.fallback_reasons


def test_memory_is_given_back_by_exceptions() -> None:
    compiled = minijit.jit(fails_with_dicts)
    for _ in range(10):
        with pytest.raises(KeyError):
            compiled(100)
    before = resident()
    for _ in range(200):
        with pytest.raises(KeyError):
            compiled(100)
    gc.collect()
    assert resident() - before < 20e6
    assert not compiled.fallback_reasons


def names(a, b):
    d = {"first": a, "second": b}
    d["third"] = a + b
    return d["third"], d


def names_later(n):
    d = {}
    for i in range(n):
        d[i] = i
    d["n"] = n
    return d


def printed(n):
    d = {0: n}
    d[n] = 1
    print(d)
    return d


def walked_set(n):
    s = set()
    for i in range(n):
        s.add(i * 97 % 31)
    return [x + 1 for x in s]


def nested(n):
    table = {}
    table[n] = {1: 2}
    return table


def updated(n):
    d = {1: 2}
    d.update({n: 3})
    return d


@pytest.mark.parametrize("program", [names_later, printed, walked_set, nested, updated])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_left_to_python(program: Callable[..., Any]) -> None:
    """What native code has nothing for gives what the interpreter gives."""
    assert_same(minijit.jit(program), 5)


def test_names_as_keys() -> None:
    assert_same(minijit.jit(names), 1.5, 2)


def test_handed_out_once() -> None:
    """A dict that is met twice is one object, and the caller's own from then on."""

    @minijit.jit
    def twice(n):
        d = {n: 1}
        return d, [d]

    first, (second,) = twice(3)
    assert first is second == {3: 1}
    first[3] = 2
    assert twice(3)[0] == {3: 1}
