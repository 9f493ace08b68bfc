"""Recursive functions: results of any number of parts, mutual recursion, exceptions from the depths, the limit."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from minijit import njit
from minijit.testing import assert_same, native


def nothing(n, a):
    if n > 0:
        a[n % len(a)] += n
        nothing(n - 1, a)


def truth(n):
    return True if n == 0 else not truth(n - 1)


def real(n):
    return 1.0 if n <= 0 else 0.5 * real(n - 1) + n


def narrow(n, x):
    return x if n == 0 else narrow(n - 1, np.float32(x * np.float32(0.5)))


def pair(n):
    if n <= 0:
        return 0, 1.5
    i, x = pair(n - 1)
    return i + n, x * 2


def triple(n):
    if n <= 0:
        return 1, True, 0.5
    i, flag, x = triple(n - 1)
    return i * 3 + n, not flag, x + n


def array(n):
    if n <= 0:
        return np.zeros(2)
    result = array(n - 1)
    result[n % 2] += n
    return result


def either(n):
    if n == 0:
        return 1
    return 2.5 if n == 1 else either(n - 2)


def complex_number(n):
    return 1j if n <= 0 else complex_number(n - 1) * (1 + 2j)


def is_even(n):
    return True if n == 0 else is_odd(n - 1)


def is_odd(n):
    return False if n == 0 else is_even(n - 1)


def ackermann(m, n):
    if m == 0:
        return n + 1
    return ackermann(m - 1, 1) if n == 0 else ackermann(m - 1, ackermann(m, n - 1))


def between(n):
    return through(n - 1) + 1 if n > 0 else 0


def through(n):
    total = 0
    for _ in range(1):
        total += between(n)
    return total


def divides(n, x):
    return x / n + divides(n - 1, x)


def grows(n, x):
    return x if n == 0 else grows(n - 1, x * 3)


def index(n, a):
    a[n] += 1
    return index(n + 1, a)


def in_checked_copy(n, a):
    total = 0
    for i in range(len(a)):
        if a[i + n] > 0:
            a[i] += i
            total += in_checked_copy(n, a) + a[i] // (i + 2)
    return total


CASES: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (nothing, (9, np.zeros(4))),
    (truth, (7,)),
    (real, (20,)),
    (narrow, (5, np.float32(3))),
    (pair, (9,)),
    (triple, (8,)),
    (array, (7,)),
    (either, (6,)),
    (either, (7,)),
    (complex_number, (5,)),
    (is_even, (31,)),
    (ackermann, (2, 3)),
    (between, (12,)),
    (divides, (5, 1.5)),
    (index, (0, np.zeros(5))),
]


@pytest.mark.parametrize(("function", "arguments"), CASES, ids=lambda each: getattr(each, "__name__", None))
def test_results(function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    compiled = njit(function)
    with native(compiled):
        for _ in range(3):
            assert_same(compiled, *arguments)


def test_bail_out_of_the_depths() -> None:
    compiled = njit(grows)
    assert compiled(60, 5) == grows(60, 5)
    assert compiled.stats["bailouts"] == 1


def test_limit_from_the_checked_copy_of_a_loop() -> None:
    compiled = njit(in_checked_copy)
    with pytest.raises(RecursionError):
        compiled(1, np.ones(5, np.int64))


@pytest.mark.parametrize("function", [is_even, real, between, triple, array], ids=lambda each: each.__name__)
def test_limit(function: Callable[..., Any]) -> None:
    compiled = njit(function)
    for _ in range(2):
        with pytest.raises(RecursionError):
            compiled(sys.getrecursionlimit() * 2 + 10)
        # What is left of the depth is put back.
        assert_same(compiled, sys.getrecursionlimit() // 4)
