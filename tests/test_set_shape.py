"""``a.shape = n`` inside of compiled functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minijit
from minijit.testing import assert_same, native


def of_a_new_array(n: int) -> Any:
    a = np.arange(n)
    a.shape = (2, 3)
    return a


def of_several(n: int) -> Any:
    a, b = np.ones((2, n, 2))
    c = a + 1.0
    size, total = a.shape, a.sum()
    a.shape = b.shape = c.shape = 2 * n
    return a, b, c, size, total


def of_another_size(n: int) -> Any:
    a = np.arange(n)
    a.shape = (4, 4)
    return a


def in_a_loop(n: int) -> Any:
    total = 0.0
    for k in range(3):
        a = np.ones(n) * k
        a.shape = (2, -1)
        total += a[1, 2]
    return total


@pytest.mark.parametrize("function", [of_a_new_array, of_several, of_another_size, in_a_loop])
def test_native(function: Callable[[int], Any]) -> None:
    compiled = minijit.jit(function)
    with native(compiled):
        assert_same(compiled, 6)


def by_another_name(n: int) -> Any:
    a = np.arange(n)
    b = a
    a.shape = (2, 3)
    return b


def given_back_before(n: int) -> Any:
    a = np.arange(n)
    b = np.asarray(a)
    a.shape = (2, 3)
    return b


def in_a_list(n: int) -> Any:
    a = np.arange(n)
    found = [a]
    a.shape = (2, 3)
    return found


def part_of_itself(n: int) -> Any:
    a = np.ones(n)
    b = a.real
    a.shape = (2, 3)
    return b


def in_one_branch(n: int) -> Any:
    a = np.ones(n)
    if n > 3:
        a.shape = (2, 3)
    return a


def with_gaps(n: int) -> Any:
    a = np.ones((n, 2)).T
    a.shape = 2 * n
    return a


@pytest.mark.parametrize(
    "function", [by_another_name, given_back_before, in_a_list, part_of_itself, in_one_branch, with_gaps]
)
def test_arrays_that_others_may_hold(function: Callable[[int], Any]) -> None:
    with pytest.warns(minijit.FallbackWarning, match="'shape'"):
        assert_same(minijit.jit(function), 6)


def of_an_argument(a: Any) -> Any:
    a.shape = (2, 3)
    return a


def test_arguments() -> None:
    with pytest.warns(minijit.FallbackWarning, match="'shape'"):
        assert_same(minijit.jit(of_an_argument), np.arange(6))


def of_an_object(n: int) -> Any:
    a = np.zeros(n, "U3")
    a.shape = (2, 3)
    return a


def test_objects() -> None:
    compiled = minijit.jit(of_an_object)
    with native(compiled):
        assert_same(compiled, 6)
