"""Sums of floats in the written order: vectors where the terms are dear, none where they are cheap."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from minijit import njit
from minijit.testing import assert_same, native


def plain(a, b):
    s = 0.0
    for i in range(len(a)):
        s += a[i]
    return s


def product(a, b):
    s = a[0]
    for i in range(1, len(a)):
        s -= a[i] * b[i]
    return s


def of_rows(a, b):
    result = np.zeros(len(a))
    for i in range(len(a)):
        s = 0.0
        for j in range(i):
            s += abs(a[j] - b[i])
        result[i] = s
    return result


def two_sums(a, b):
    s = t = 0.0
    for i in range(len(a)):
        s += a[i]
        t += b[i] * b[i]
    return s, t


def quotients(a, b):
    s = 0.0
    for i in range(len(a)):
        s += a[i] / b[i]
    return s


def exponentials(a, b):
    s = 0.0
    for i in range(len(a)):
        s += np.exp(a[i])
    return s


def polynomial(a, b):
    s = 0.0
    for i in range(len(a)):
        s += 1.0 + a[i] * (2.0 + b[i] * (0.5 + a[i] * (0.25 + b[i])))
    return s


def scaled(a, b):
    for i in range(len(a)):
        b[i] = 2.0 * a[i]


CHEAP = (plain, product, two_sums)
DEAR = (quotients, polynomial, exponentials, scaled)


def is_vectorised(compiled: Any) -> bool:
    return "\nvector.body" in compiled.inspect_ir(after="llvm optimised")


@pytest.mark.parametrize("function", [*CHEAP, quotients, polynomial, scaled, of_rows], ids=lambda each: each.__name__)
def test_results(function: Callable[..., Any]) -> None:
    compiled, values = njit(function), np.random.default_rng(3)
    with native(compiled):
        for n in (1, 2, 7, 8, 33, 100):
            for dtype in (np.float64, np.float32):
                a, b = (values.random(n) + 0.5).astype(dtype), (values.random(n) + 0.5).astype(dtype)
                assert_same(compiled, a, b)
                assert_same(compiled, a[::-1], b[::-1])


def test_vectors_stand_where_they_pay() -> None:
    a = np.ones(5)
    for function in (*CHEAP, *DEAR):
        compiled = njit(function)
        compiled(a, a.copy())
        assert is_vectorised(compiled) == (function in DEAR), function.__name__


def test_any_order_is_vectorised() -> None:
    a = np.ones(5)
    for function in CHEAP:
        compiled = njit(fastmath=True)(function)
        compiled(a, a)
        assert is_vectorised(compiled)
