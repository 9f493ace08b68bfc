"""Sums of Python ints in halves, and loops versioned on the sizes of numbers: exact, native, and vectorised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from minijit import njit
from minijit.testing import assert_same, native


def total(a, b):
    s = 7
    for i in range(len(a)):
        s += int(a[i])
    return s


def dot(a, b):
    s = 0
    for i in range(len(a)):
        s += int(a[i]) * int(b[i])
    return s


def moments(a, b):
    s = q = 0
    for i in range(len(a)):
        x = int(a[i])
        s -= x
        q += x * x - 3 * int(b[i])
    return s, q


def chosen(a, b):
    s = count = 0
    for i in range(len(a)):
        if a[i] > b[i]:
            s += int(a[i])
            count += 1
        elif a[i] < 0:
            s -= int(b[i])
    return s, count


def of_rows(a, b):
    best = 0
    for k in range(3):
        s = k
        for i in range(len(a)):
            s += int(a[i]) + 1
        best = max(best, s % 1000003)
    return best, s


def every_second(a, b):
    s = 0
    for i in range(len(a) - 1, -1, -2):
        s += int(a[i])
    return s


LOOPS = [total, dot, moments, chosen, of_rows, every_second]


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint8], ids=lambda each: each.__name__)
@pytest.mark.parametrize("function", LOOPS, ids=lambda each: each.__name__)
def test_sums(function: Callable[..., Any], dtype: type[Any]) -> None:
    compiled = njit(function)
    chance = np.random.default_rng(1)
    info = np.iinfo(dtype)
    with native(compiled, bails=True):
        for length in (0, 1, 2, 7, 8, 33, 257):
            if function is of_rows or length > 0:
                a = chance.integers(info.min, info.max, length, dtype, endpoint=True)
                b = chance.integers(info.min, info.max, length, dtype, endpoint=True)
                assert_same(compiled, a, b)
                assert_same(compiled, np.full(length, info.max), b)


@pytest.mark.parametrize("function", LOOPS, ids=lambda each: each.__name__)
def test_sums_are_vectorised_and_do_not_bail_out(function: Callable[..., Any]) -> None:
    compiled = njit(function)
    with native(compiled):
        for size in (10, 2**28):
            assert_same(compiled, np.arange(-50, 50) * size // 100, np.arange(100)[::-1].copy())
    if function is not every_second:
        assert "loop vectorised" in compiled.explain()


def test_a_sum_that_leaves_64_bits_and_comes_back() -> None:
    compiled = njit(total)
    a = np.array([2**62, 2**62, 2**62, -(2**62), -(2**62), 5])
    with native(compiled):
        assert_same(compiled, a, a)


def partial(a, out):
    for i in range(len(out)):
        s = 0
        for j in range(i, len(a)):
            s += int(a[j])
        out[i] = s % 1000


def test_too_large_a_sum_after_a_write() -> None:
    compiled = njit(partial)
    out = np.zeros(3, np.int64)
    a = np.array([-(2**63), 2**63 - 1, 2**63 - 1, -5])
    with pytest.raises(OverflowError, match="64 bits"):
        compiled(a, out)
    assert_same(compiled, np.arange(9), out)


# ---- loops that are versioned on the sizes of what they start with


def count_bits(x, m):
    count = 0
    while x:
        x &= x - 1
        count += 1
        if count > 70:
            break
    return count


def power_modulo(base, modulus):
    result, exponent = 1, 1000003
    base %= modulus
    while exponent > 0:
        if exponent & 1:
            result = result * base % modulus
        base = base * base % modulus
        exponent >>= 1
    return result


def digits(x, base):
    reverse = 0
    while x != 0:
        reverse = reverse * base + x % base
        x //= base
        if x == -1:
            break
    return reverse


def twice(x, y):
    n = 0
    while x * 2 < y:
        x = x * 2
        n += 1
    k = x
    while k > 3:
        k = k - 1 - (k * n & 1)
    return x, n, k


SIZES = (1, 2, 10, 97, 2**31 - 1, 2**31, 2**32 + 15, 2**61 - 1, 2**63 - 1)


@pytest.mark.parametrize("function", [count_bits, power_modulo, digits], ids=lambda each: each.__name__)
def test_versions(function: Callable[..., Any]) -> None:
    compiled = njit(function)
    with native(compiled, bails=True):
        for x in (0, *SIZES, -1, -2, -12345, -(2**62), -(2**63)):
            for y in (SIZES if function is not digits else (2, 10, 1000)):
                assert_same(compiled, x, y)


def test_two_loops_in_a_row() -> None:
    compiled = njit(twice)
    for x, y in ((1, 1000), (3, 2**20), (-5, 7), (2**62, 2**63 - 1)):
        if x > 0 and x < 2**40:
            assert_same(compiled, x, y)


def test_numbers_that_are_not_negative_need_no_checks() -> None:
    compiled = njit(count_bits)
    compiled(5, 7)
    assert "checks replaced by a test of the numbers" in compiled.explain()
