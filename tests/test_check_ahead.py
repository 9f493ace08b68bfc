"""Loops whose checks are made for many turns at once: exact, native and vectorised."""

from __future__ import annotations

import copy
import math
import random
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minijit
from minijit import njit, pipeline
from minijit.options import Options
from minijit.passes.ahead.check_ahead import BLOCK
from minijit.runtime.typeof import type_of
from minijit.testing import assert_same, differences, native
from tests.golden_files import check_golden, golden_files, run_source
from tests.random_checked_loops import CheckedLoops, random_arguments

LENGTHS = (0, 7, BLOCK, BLOCK + 101)


def outcome(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """What a call gives, and what it makes of its arguments; those that share memory still do."""
    memory: dict[int, Any] = {}

    def own(value: Any) -> Any:
        if not isinstance(value, np.ndarray) or value.base is None:
            return copy.deepcopy(value, memory) if id(value) not in memory else memory[id(value)]
        base = own(value.base)
        offset = value.__array_interface__["data"][0] - value.base.__array_interface__["data"][0]
        return np.ndarray(value.shape, value.dtype, base, offset, value.strides)

    mine = [own(value) for value in arguments]
    try:
        result: Any = function(*mine)
    except Exception as error:
        result = (type(error).__name__, str(error))
    return result, *mine


def gave_up(result: Any) -> bool:
    """Whether a call ended because a number does not fit in 64 bits after it had changed an array."""
    return isinstance(result, tuple) and result[0] == "OverflowError" and "64 bits" in result[1]


@settings(max_examples=max(1, settings.default.max_examples // 4))
@given(st.integers(0, 10**9))
def test_random_loops(seed: int) -> None:
    chance = random.Random(seed)
    source = CheckedLoops(chance).text
    function = run_source(source, f"checked{seed}.py")["f"]
    compiled = minijit.jit(function, fallback="error")
    for _ in range(8):
        arguments = random_arguments(chance)
        actual = outcome(compiled, arguments)
        if not gave_up(actual[0]):
            found = differences(outcome(function, arguments), actual)
            assert not found, f"seed {seed}\n{source}\n{arguments}\n{found}"
    assert not compiled.fallback_reasons


def divide(a, b, out):
    for i in range(len(a)):
        out[i] = float(a[i]) / float(b[i])


def sum_of_quotients(a, b, out):
    s = 0.0
    for i in range(len(a)):
        s += float(a[i]) / float(b[i])
    return s


def root(a, b, out):
    for i in range(len(a)):
        out[i] = math.sqrt(float(a[i])) + b[i]


def in_place(a, b, out):
    for i in range(len(a)):
        out[i] = 1.0 / float(out[i])
        a[i] = math.sqrt(float(a[i]) * float(a[i]))


def chosen(a, b, out):
    for i in range(len(a)):
        if a[i] > 0.5:
            out[i] = float(a[i]) / float(b[i])
        else:
            out[i] = 1.0 / (float(b[i]) + 1.0)


def rows(a, b, out):
    for k in range(3):
        for i in range(len(a)):
            out[i] = float(a[i]) / (float(b[i]) - k)


def by_int(a, b, out):
    for i in range(len(a)):
        out[i] = int(a[i]) + int(float(b[i]) * 3.5)


FLOATS = [divide, sum_of_quotients, root, in_place, chosen, rows, by_int]


@pytest.mark.parametrize("function", FLOATS, ids=lambda each: each.__name__)
def test_floats(function: Callable[..., Any]) -> None:
    compiled = njit(function)
    with native(compiled, bails=function is by_int):
        for length in LENGTHS:
            a, b, out = (np.linspace(0.3, 1.9, length) + shift for shift in (0.0, 3.0, 0.1))
            assert_same(compiled, a, b, out)
            assert_same(compiled, a[::-1], b, out)
            for place in {0, length - 1} if length else ():
                for value in (-0.0, -1.0, np.nan, np.inf):
                    a[place], b[place] = value, value
                    assert_same(compiled, a, b, out)
                    a[place], b[place] = 1.0, 3.0
    assert "turns at a time" in compiled.explain()
    assert "loop vectorised" in compiled.explain()


def test_what_was_stored_before_is_read() -> None:
    def shifted(a, b):
        for i in range(len(a) - 1):
            b[i + 1] = float(b[i + 1]) / float(a[i])

    compiled = njit(shifted)
    for start in (0, 1, 2, 700):
        base = np.linspace(1.0, 2.0, 1500)
        base[600] = 0.0
        with native(compiled):
            expected, actual = base.copy(), base.copy()
            with pytest.raises(ZeroDivisionError):
                shifted(expected[:800], expected[start : start + 800])
            with pytest.raises(ZeroDivisionError):
                compiled(actual[:800], actual[start : start + 800])
        np.testing.assert_array_equal(expected, actual)


def test_elements_in_between_are_stored() -> None:
    def odd(a):
        for i in range(len(a) // 2):
            a[2 * i + 1] = 1.0 / float(a[2 * i])

    def even_by_next(a):
        for i in range(len(a) // 2 - 1):
            a[2 * i] = 1.0 / float(a[2 * i + 2])

    def parts(z):
        for i in range(len(z)):
            z[i] = complex(1.0 / float(z[i].real), math.sqrt(float(z[i].imag)))

    for function in (odd, even_by_next):
        compiled = njit(function)
        with native(compiled):
            for length in LENGTHS:
                a = np.linspace(1.0, 2.0, length)
                assert_same(compiled, a)
                if length:
                    a[length // 2 // 2 * 2] = 0.0
                    assert_same(compiled, a)
        assert ("were entered with checks" in compiled.explain()) or function is odd
    compiled = njit(parts)
    with native(compiled):
        for length in LENGTHS:
            assert_same(compiled, np.linspace(1.0, 2.0, length) * (1 + 2j))
    assert "turns at a time" in compiled.explain()
    assert "entered with checks" not in compiled.explain()


def test_a_zero_that_is_stored_by_an_earlier_turn() -> None:
    def fill(a, b):
        for i in range(len(a) - 1):
            b[i + 1] = 0.0
            b[i] = 1.0 / float(a[i])

    compiled = njit(fill)
    a = np.ones(100)
    with native(compiled), pytest.raises(ZeroDivisionError):
        compiled(a, a)
    np.testing.assert_array_equal(a[:2], [1.0, 0.0])


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int32], ids=lambda each: each.__name__)
def test_stores_that_are_too_large(dtype: type[Any]) -> None:
    def store(a, out):
        for i in range(len(a)):
            out[i] = int(a[i]) - 1

    compiled = njit(store)
    info = np.iinfo(dtype)
    with native(compiled):
        for length in LENGTHS:
            a = np.full(length, info.max, np.int64)
            a[::2] = info.min + 1
            assert_same(compiled, a, np.zeros(length, dtype))
            for place in {0, length - 1} if length else ():
                for value in (info.max + 2, info.min):
                    a[place] = value
                    assert_same(compiled, a, np.zeros(length, dtype))
                    a[place] = info.max
    assert "turns at a time" in compiled.explain()


def test_products_that_are_too_large() -> None:
    def multiply(a, b, out):
        for i in range(len(a)):
            out[i] = int(a[i]) * int(b[i]) + 1

    compiled = njit(multiply)
    for length in LENGTHS[1:]:
        a = np.arange(length) - 5
        for value in (1, 2**31, -(2**31) - 1, 2**50):
            a[length // 2] = value
            assert_same(compiled, a, np.full(length, 2**12), a.copy())
        a[-1] = 2**62
        out = np.zeros(length, np.int64)
        if length == 1:
            assert_same(compiled, a[:1] * 0 + 3, a, out)
            continue
        with pytest.raises(OverflowError, match="64 bits"):
            compiled(a, np.full(length, 2**12), out)
        np.testing.assert_array_equal(out[:-1], a[:-1] * 2**12 + 1)


def test_loops_that_can_not_be_checked_ahead() -> None:
    def newton(x, a):
        for i in range(len(a)):
            x = x - (x * x - 2.0) / (2.0 * x)
            a[i] = x
        return x

    def compact(a, out):
        k = 0
        for i in range(len(a)):
            if float(a[i]) > 0.5:
                out[k] = 1.0 / float(a[i])
                k += 1
        return k

    for function, arguments in ((newton, (1.0, np.zeros(40))), (compact, (np.linspace(0, 1, 40), np.zeros(40)))):
        compiled = njit(function)
        with native(compiled):
            assert_same(compiled, *arguments)
        assert "turns at a time" not in compiled.explain()


@pytest.mark.parametrize("path", golden_files("check_ahead"), ids=lambda path: path.stem)
def test_golden(path: Path, update_golden: bool) -> None:
    def produce(function: FunctionType, scope: dict[str, Any]) -> str:
        types = tuple(map(type_of, scope["ARGUMENTS"]))
        return pipeline.describe(function, types, Options(), "loops")

    check_golden(path, produce, update_golden)
