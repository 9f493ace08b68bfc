"""Tuples that are made and taken apart at once leave no trace; all others stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minijit
from minijit import types as t
from minijit.testing import compare
from tests.stages import lowered, typed


def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def rotates(n):
    a, b, c = n, 2.5, None
    for _ in range(4):
        (a, b), c = (b, c), a
    return a, b, c


def keeps_the_tuple(n):
    pair = n, n + 1
    a, b = pair
    return pair, b, a


def swaps(n):
    a, b = np.zeros(3), np.ones(3)
    for _ in range(n):
        a, b = b, a
    return a[0]


def wrong_number(n):
    a, b = n, n, n
    return a + b


FUNCTIONS = [fibonacci, rotates, keeps_the_tuple, swaps, wrong_number]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda one: one.__name__)
def test_results(function: Callable[..., Any]) -> None:
    compiled = minijit.jit(function)
    for n in (0, 1, 2, 5):
        assert compare(compiled, (n,), {}, original=function) == []


def ops(function: Callable[..., Any]) -> list[str]:
    return [instr.op for one in typed(function, t.INT).values() for block in one.blocks for instr in block.instrs]


def test_tuples_are_gone() -> None:
    assert not {"build_tuple", "unpack", "tuple_item"} & set(ops(fibonacci))
    assert not {"unpack", "tuple_item"} & set(ops(rotates))
    assert ops(keeps_the_tuple).count("build_tuple") == 2


def test_swapping_arrays_counts_nothing() -> None:
    (function,) = lowered(swaps, t.INT).functions.values()
    loop = [block for block in function.blocks if block.label.startswith("for.body")]
    assert loop
    assert not [instr.op for block in loop for instr in block.instrs if instr.op in ("incref", "decref")]
