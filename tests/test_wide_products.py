"""Remainders of products that do not fit in 64 bits: exact, and native."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from minijit import njit
from minijit.testing import assert_same, native


def product(a, b, m):
    return a * b % m


def with_terms(a, b, m):
    return (a * b + a - 7) % m


def subtracted(a, b, m):
    return (b - a * b) % m


def by_constant(a, b, m):
    return (a * b + m) % (2**61 - 1), (a * 6364136223846793005 + 1442695040888963407) % 9223372036854775783


def by_negative(a, b, m):
    return (a * b) % -1000003, (b * a - m) % -(2**63)


def power(a, b, m):
    result = 1
    a %= m
    b &= 0xFFFF
    while b:
        if b & 1:
            result = result * a % m
        a = a * a % m
        b >>= 1
    return result


def polynomial(a, b, m):
    h = 0
    for i in range(9):
        h = (h * a + i + b % 1000) % m
    return h


FUNCTIONS = [product, with_terms, subtracted, by_constant, by_negative, power, polynomial]
BORDERS = (0, 1, -1, 3, 2**31, 2**32 + 1, 2**62 - 57, 2**63 - 25, 2**63 - 1, -(2**63), -(2**62), -(2**31), 10**18 + 9)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda each: each.__name__)
def test_remainders(function: Callable[..., Any]) -> None:
    compiled = njit(function)
    chance = random.Random(5)
    with native(compiled):
        for a in BORDERS:
            for b in BORDERS:
                for m in (1, -1, -7, 2**32 + 15, 2**63 - 25, -(2**63), chance.randint(1, 2**63 - 1)):
                    assert_same(compiled, a, b, m)


def two_products(a, b, m):
    return (a * a + b * b) % m


def used_twice(a, b, m):
    p = a * b
    return p % m, p


@pytest.mark.parametrize("function", [two_products, used_twice], ids=lambda each: each.__name__)
def test_what_is_used_otherwise_is_exact(function: Callable[..., Any]) -> None:
    compiled = njit(function)
    for a in BORDERS:
        for b in BORDERS:
            assert_same(compiled, a, b, 10**9 + 7)
