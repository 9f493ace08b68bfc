"""Nested functions and lambdas that are handed to functions which Python carries out."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import reduce
from types import FunctionType
from typing import Any

import numpy as np
import pytest

import minijit
from minijit.testing import assert_same, native


def along_an_axis(n: int) -> Any:
    return np.apply_along_axis(lambda row: np.sort(row)[:2], 0, np.arange(4.0 * n).reshape(4, n))


def with_captured_values(n: int) -> Any:
    weights, scale = np.arange(n) * 1.5, n + 0.5
    return np.apply_along_axis(lambda row: row * weights * scale, 0, np.ones(n)), sorted((3, 1), key=lambda x: -x * n)


def changes_what_it_captures(n: int) -> Any:
    seen = np.zeros(2)

    def total(row: Any) -> Any:
        seen[0] += row.sum()
        return row.sum()

    totals = np.apply_along_axis(total, 0, np.ones((3, n)))
    return seen, seen[0], totals


def calls_itself(n: int) -> Any:
    def factorial(k: int) -> int:
        return 1 if k < 2 else k * factorial(k - 1)

    return sorted((3, n, 1), key=factorial)


def calls_another(n: int) -> Any:
    factor = 2

    def scaled(x: int) -> int:
        return x * factor

    def shifted(x: int) -> int:
        return scaled(x) + factor

    first = sorted((3, n, 2), key=shifted)
    factor = -3
    return first, sorted((3, n, 2), key=shifted)


def with_defaults(n: int) -> Any:
    def add(x: int, y: int = 2, *, z: int = 3) -> int:
        return x + y + z + n

    return reduce(add, (1, 2, n))


def kept(n: int) -> Any:
    return np.vectorize(lambda x: x * n)(np.ones(3))


def raises(n: int) -> Any:
    def key(x: int) -> int:
        raise ValueError(f"{x} of {n}")

    return sorted((1, n), key=key)


def in_a_loop(n: int) -> Any:
    total = 0.0
    for k in range(n):
        total += np.apply_along_axis(lambda row: row + k, 0, np.ones(2))[0]
    return total


@pytest.mark.parametrize(
    "function",
    [
        *(along_an_axis, with_captured_values, changes_what_it_captures, calls_itself, calls_another, with_defaults),
        *(kept, raises, in_a_loop),
    ],
)
def test_python_is_given_a_function_of_its_own(function: Callable[[int], Any]) -> None:
    compiled = minijit.jit(function)
    with native(compiled):
        assert_same(compiled, 3)


def kept_while_it_changes(n: int) -> Any:
    factor = n
    function = np.vectorize(lambda x: x * factor)
    factor = n + 1
    return function(np.ones(3))


def appended_in_a_loop(n: int) -> Any:
    found = []
    for k in range(n):
        found.append(lambda: k)
    return found[0]()


@pytest.mark.parametrize("function", [kept_while_it_changes, appended_in_a_loop])
def test_functions_that_python_may_keep(function: Callable[[int], Any]) -> None:
    """They would see the variables of the compiled function change, which nobody sees in native code."""
    with pytest.warns(minijit.FallbackWarning, match="which is kept"):
        assert_same(minijit.jit(function), 3)


def test_functions_do_not_leak() -> None:
    compiled = minijit.jit(with_captured_values)
    compiled(3)
    before = len(_functions_alive())
    for _ in range(100):
        compiled(3)
    assert len(_functions_alive()) <= before + 5


def _functions_alive() -> list[Any]:
    gc.collect()
    functions = [one for one in gc.get_objects() if isinstance(one, FunctionType)]
    return [one for one in functions if one.__qualname__.startswith("with_captured_values.")]
