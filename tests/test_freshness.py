"""Freshness: stores into arrays of the call's own do not stand in the way of a bail-out, all others do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minijit
from minijit import types as t
from minijit.passes.lowering.freshness import fresh_values, visible_effects
from tests.stages import typed

ROW = t.Array(np.dtype("float64"), 1, "C")
TABLE = np.zeros(3)
HUGE = 1 << 62


def own_array(x, n):
    a = np.zeros(3)
    a[0] += 1
    return n * n


def own_view(x, n):
    a = np.zeros((3, 3))
    row = a[1]
    row[0] += 1
    row[1:][0] = 2
    return n * n


def own_slices(x, n):
    a = np.zeros(3)
    a[:] = 5
    a[1:] = a[:2]
    return n * n


def own_in_tuple(x, n):
    pair = (np.zeros(3), np.ones(2))
    pair[1][0] = 2
    a, b = pair
    a[0] = b[0]
    return n * n


def own_in_loop(x, n):
    i, a, b = n, np.zeros(3), np.ones(3)
    for i in range(3):
        a, b = b, a
        a[i] = i
    return n * n


def own_view_by_argument(x, n):
    i = n - n
    while i < 2:
        a = np.zeros((2, 2))
        row = a[i]
        row[0] = 1
        i += 1
    return n * n


def helper():
    a = np.zeros(3)
    a[0] = 1
    return a


def own_in_helper(x, n):
    return n * n if helper()[0] else 0


PRIVATE = [own_array, own_view, own_slices, own_in_tuple, own_in_loop, own_view_by_argument, own_in_helper]


def argument(x, n):
    x[0] += 1
    return n * n


def view_of_argument(x, n):
    tail = x[1:]
    tail[0] += 1
    return n * n


def argument_in_tuple(x, n):
    pair = (np.zeros(3), x)
    pair[1][0] += 1
    return n * n


def joined_tuple(x, n):
    pair = (np.zeros(3),) + (x,)
    pair[1][0] += 1
    return n * n


def either(x, n):
    a = x if n else np.zeros(3)
    a[0] += 1
    return n * n


def swapped(x, n):
    a, b = np.zeros(3), x
    for _ in range(3):
        a, b = b, a
        a[0] += 1
    return n * n


def global_array(x, n):
    TABLE[0] += 1
    return n * n


def same(x):
    return x


def through_a_function(x, n):
    same(x)[0] += 1
    return n * n


def changed_by_a_function(x, n):
    argument(x, 2)
    return n * n


VISIBLE = [
    argument,
    view_of_argument,
    argument_in_tuple,
    joined_tuple,
    either,
    swapped,
    global_array,
    through_a_function,
    changed_by_a_function,
]


def name_of(function: Callable[..., Any]) -> str:
    return function.__name__


@pytest.mark.parametrize("function", PRIVATE, ids=name_of)
def test_after_private_stores_the_interpreter_runs_the_call_again(function: Callable[..., Any]) -> None:
    compiled = minijit.jit(function, fallback="error")
    x = np.ones(3)
    assert compiled(x, HUGE) == function(np.ones(3), HUGE) == HUGE**2
    assert compiled.stats["bailouts"] == 1
    assert np.array_equal(x, np.ones(3))
    assert compiled(x, 3) == 9


@pytest.mark.parametrize("function", VISIBLE, ids=name_of)
def test_after_visible_stores_it_does_not(function: Callable[..., Any]) -> None:
    compiled = minijit.jit(function, fallback="error")
    x, expected = np.ones(3), np.ones(3)
    before = TABLE.copy()
    function(expected, HUGE)
    step, TABLE[:] = TABLE - before, before
    with pytest.raises(OverflowError, match="had already changed"):
        compiled(x, HUGE)
    assert np.array_equal(x, expected)
    assert np.array_equal(TABLE - before, step)


@pytest.mark.parametrize("function", PRIVATE, ids=name_of)
def test_private_stores_are_no_effects(function: Callable[..., Any]) -> None:
    assert all("writes" not in visible_effects(one) for one in typed(function, ROW, t.INT).values())


@pytest.mark.parametrize("function", VISIBLE, ids=name_of)
def test_visible_stores_are_effects(function: Callable[..., Any]) -> None:
    assert any("writes" in visible_effects(one) for one in typed(function, ROW, t.INT).values())


def test_what_cannot_hold_an_array_is_fresh() -> None:
    function = next(iter(typed(argument, ROW, t.INT).values()))
    array, number = function.params
    fresh = fresh_values(function)
    assert number in fresh
    assert array not in fresh
