"""Nests of loops that are there several times become one function; nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest

import minijit
from minijit import pipeline
from minijit.ir.verifier import verify
from minijit.options import Options
from minijit.runtime.typeof import type_of
from minijit.testing import compare, native


def outlined(function, *args):
    """The functions of a unit behind the stage "outlined", by symbol."""
    types = tuple(map(type_of, args))
    unit, _ = pipeline.build_unit(function, types, Options(), pipeline.Clock(), lambda *_: None)
    pipeline.outline(unit, pipeline.Clock(), lambda *_: None)
    for each in unit.functions.values():
        verify(each)
    return unit.functions


def shared(function, *args) -> int:
    """How many nests were put into functions, and how many calls of them there are."""
    functions = outlined(function, *args)
    names = [name for name in functions if ".nest" in name]
    calls = [
        instr.attrs["function"]
        for each in functions.values()
        for block in each.blocks
        for instr in block.instrs
        if instr.op == "invoke"
    ]
    return len(names), sum(name in names for name in calls)


def check_native(function, *args) -> None:
    compiled = minijit.njit(function)
    with native(compiled):
        for _ in range(2):
            found = compare(compiled, args)
            assert not found, f"{function.__name__}: {found}"


line, other = np.linspace(-1.0, 2.0, 300), np.linspace(0.5, 9.0, 300)
table = np.arange(35.0).reshape(5, 7)


def four_sums(a, b):
    c = np.sort(a) + b
    d = np.sort(c) + b
    e = np.sort(d) + a
    return c, d, np.sort(e) + e


def sums_and_products(a, b):
    c = np.sort(a) + b
    d = np.sort(b) * a
    return np.sort(c) + d, np.sort(d) * c


def once_each(a, b):
    c = np.sort(a) + b
    d = np.sort(b) * a
    return np.sort(c) - d


def test_equal_nests_are_one_function():
    assert shared(four_sums, line, other) == (1, 4)
    assert shared(sums_and_products, line, other) == (2, 4)
    assert shared(once_each, line, other) == (0, 0)


def helper(a, b):
    return np.sort(a) - b


def in_two_functions(a, b):
    c = np.sort(b) - a
    return helper(c, a), helper(a, c)


def test_nests_of_several_functions():
    assert shared(in_two_functions, line, other)[0] == 1
    check_native(in_two_functions, line, other)


def by_numbers(a, x, y):
    c = np.sort(a) * x
    d = np.sort(a) * y
    return c, np.sort(d) * 3.0, np.sort(c) * 3.0


def of_constants(a, b):
    return np.sort(a) * 2.0, np.sort(b) * 3.0, np.sort(b) * -0.0, np.sort(a) * 0.0


def of_dtypes(a, b):
    return np.sort(a) + b, np.sort(a.astype(np.int64)) + b.astype(np.int64), np.sort(b) + a


def same_operand(a, b):
    c = np.sort(a)
    return c * c, c * b, b * b


def comparing(a, b):
    return np.sort(a) < b, np.sort(b) < a, np.where(np.sort(a) < b, a, b), np.where(np.sort(b) < a, b, a)


def with_control_flow(a, b):
    return np.sort(a) // b, np.sort(b) // a, np.exp(np.sort(a)), np.exp(np.sort(b))


def stored(a, b):
    c = np.empty(a.shape)
    d = np.empty(a.shape)
    c[:] = a * 2 + b
    d[:] = b * 2 + a
    c[...] = d * 2 + c
    return c, d


@pytest.mark.parametrize("function", [sums_and_products, of_constants, of_dtypes, same_operand, comparing, stored])
def test_results_stay(function):
    check_native(function, line, other)
    check_native(function, line[::-2], other[::2])
    check_native(function, np.arange(7.0) + 1, np.arange(7.0))
    check_native(function, table, table + 0.5)
    check_native(function, table.T, table.T[:, ::-1])
    check_native(function, line[:0], other[:0])
    check_native(function, line[:1], other)


def test_numbers_and_control_flow():
    assert shared(by_numbers, line, 2.5, 3.5)[1] >= 2
    check_native(by_numbers, line, 2.5, 3.5)
    for dtype in (np.float64, np.float32, np.int32, np.uint8):
        compiled = minijit.njit(with_control_flow)
        with np.errstate(all="ignore"):
            assert not compare(compiled, (np.arange(1, 9).astype(dtype), np.arange(2, 10).astype(dtype)), ulp=4)


def changed_before(a, b, n):
    a[:] = a * 2 + b
    b[:] = b * 2 + a
    return n * n * n


def test_changes_are_known_behind_the_call():
    assert shared(changed_before, line, other, 5) == (1, 2)
    compiled = minijit.jit(changed_before)
    a, b = line.copy(), other.copy()
    assert compiled(a, b, 5) == 125
    once, twice = a.copy(), b.copy()
    # The product does not fit, and the arguments have changed: the call can't be run again.
    with pytest.raises(OverflowError):
        compiled(a, b, 1 << 40)
    assert np.array_equal(a, once * 2 + twice) and np.array_equal(b, twice * 2 + a)


def in_loops(a, b, count):
    for k in range(count):
        if k % 2:
            a = np.sort(a) + b
        else:
            b = np.sort(b) + a
    return a, b


def test_nests_in_loops():
    assert shared(in_loops, line, other, 4) == (1, 2)
    check_native(in_loops, line, other, 5)
