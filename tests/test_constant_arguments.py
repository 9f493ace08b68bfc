"""Strings, functions, classes and dtypes as arguments: code is made for each, and found again by value or identity."""

from __future__ import annotations

import math

import numpy as np
import pytest

import minijit
from minijit.testing import assert_same, native


def scaled(mode, x):
    if mode == "double":
        return x * 2
    if mode == "half":
        return x / 2
    return x


def sum_of(function, a):
    s = 0.0
    for x in a:
        s += function(x)
    return s


def zeros_of(n, dtype):
    return np.zeros(n, dtype=dtype)


def square(x):
    return x * x


@minijit.njit
def cube(x):
    return x * x * x


@pytest.mark.parametrize("mode", ["double", "half", "", "neither of them"])
@pytest.mark.parametrize("x", [3, 2.5])
def test_strings(mode: str, x: float) -> None:
    function = minijit.njit(scaled)
    with native(function):
        assert_same(function, mode, x)


def test_equal_strings_share_code() -> None:
    function = minijit.njit(scaled)
    assert function("double", 3) == 6
    assert function("".join(["dou", "ble"]), 3) == 6
    assert function.stats["compilations"] == 1


@pytest.mark.parametrize("inner", [square, cube, math.sqrt, np.sqrt, abs, float])
def test_functions(inner: object) -> None:
    function = minijit.njit(sum_of)
    with native(function):
        assert_same(function, inner, np.arange(4.0))


@pytest.mark.parametrize("dtype", [np.float32, np.dtype("i2"), "u1", float, bool])
def test_dtypes(dtype: object) -> None:
    function = minijit.njit(zeros_of)
    with native(function):
        assert_same(function, 3, dtype)


def test_long_strings_are_data() -> None:
    function = minijit.jit(scaled, fallback="silent")
    assert function("x" * 1000, 3) == 3
    assert "str" in function.fallback_reasons[0]
