"""Loops whose bodies LLVM is to write down several times: which they are, and that no turn is lost or done twice."""

from __future__ import annotations

from types import FunctionType
from typing import Any

import numpy as np
import pytest

from minijit import njit, pipeline
from minijit.options import Options
from minijit.runtime.typeof import type_of
from minijit.testing import assert_same, native


def generator(n, state):
    for _ in range(n):
        state = (state * 1103515245 + 12345) % 2147483648
    return state


def filled(n, start):
    a = np.zeros(n, np.int64)
    last = start
    for i in range(1, n):
        a[i] = min(a[i - 1] + last, 7)
        last = a[i]
    return a


def shifted_down(n, limit):
    steps = 0
    while n > limit:
        n = n - (n >> 1)
        steps += 2
    return n, steps


def sum_of_floats(n, x):
    s = 0.0
    for i in range(n):
        s += x
    return s


def collatz(n, more):
    steps = 0
    while n != 1:
        if n % 2 == 0:
            n //= 2
        else:
            n = 3 * n + 1
        steps += more
    return steps


def divided(n, x):
    for i in range(n):
        x = (x + i) % n
    return x


def sums_of_rows(n, x):
    result = np.zeros(n)
    for i in range(n):
        s = 0.0
        for j in range(i):
            s += x * j
        result[i] = s
    return result


def mean_of_generated(n, state):
    total = 0.0
    for _ in range(n):
        state = (state * 1103515245 + 12345) % 2147483648
        total += state / 2147483648
    return total, state


def neighbours(n, x):
    count = 0
    for i in range(n):
        for step in range(-1, 2):
            if (i + step) % n != x:
                count += 1
    return count


def repeats(function: FunctionType, *arguments: Any) -> set[int]:
    """The notes on the loops of a function."""
    types = tuple(map(type_of, arguments))
    unit, _ = pipeline.build_unit(function, types, Options(), pipeline.Clock(), lambda *_: None)
    return {block.attrs["repeat"] for one in unit.functions.values() for block in one.blocks if "repeat" in block.attrs}


REPEATED = (generator, filled, shifted_down, sums_of_rows, mean_of_generated)


@pytest.mark.parametrize("function", REPEATED, ids=lambda each: each.__name__)
def test_short_bodies_are_repeated(function: FunctionType) -> None:
    assert repeats(function, 3, 4)
    compiled = njit(function)
    with native(compiled):
        for n in [*range(19), 100, 1001]:
            for x in (1, 3, 12345):
                assert_same(compiled, n, x)


@pytest.mark.parametrize("function", [collatz, divided, sum_of_floats], ids=lambda each: each.__name__)
def test_others_are_not(function: FunctionType) -> None:
    assert not repeats(function, 3, 4.0 if function is sum_of_floats else 4)


def test_few_turns_are_written_out() -> None:
    unit, _ = pipeline.build_unit(
        neighbours, (type_of(3), type_of(4)), Options(), pipeline.Clock(), lambda *_: None
    )
    (function,) = unit.functions.values()
    assert any(block.attrs.get("unroll") for block in function.blocks)
    compiled = njit(neighbours)
    with native(compiled):
        for n in range(1, 12):
            assert_same(compiled, n, 2)


def with_two_ways_back(n, m):
    k = 0
    while k < 4:
        k += 1
        if n != k:
            continue
        n += m
    return n


def test_llvm_has_nothing_to_say(capfd: pytest.CaptureFixture[str]) -> None:
    compiled = njit(with_two_ways_back)
    for function in (compiled, njit(generator), njit(filled)):
        assert_same(function, 3, 5)
    for first in (1, 2.5, np.int32(4)):
        assert_same(compiled, first, np.int32(7))
    assert not capfd.readouterr().err
