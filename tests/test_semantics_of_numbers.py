"""A test for points of docs/semantics.md about numbers: how far native code is from NumPy, and no further."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

from minijit import njit


def test_numpy_warnings_are_not_given() -> None:
    def quotient(a, i):
        return a[i] / a[i + 1]

    compiled = njit(quotient)
    a = np.array([1.0, 0.0])
    with pytest.warns(RuntimeWarning):
        quotient(a, 0)
    compiled(a, 0)  # compiles: what that may have to say is not what this is about
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert compiled(a, 0) == np.inf
        assert type(compiled(a, 0)) is np.float64


def test_numpy_functions_are_close_and_math_is_exact() -> None:
    @njit
    def both(x):
        return np.exp(x), math.exp(x)

    for x in np.random.default_rng(1).uniform(-5.0, 5.0, 200).tolist():
        close, exact = both(x)
        assert abs(close - np.exp(x)) <= 8 * np.spacing(np.exp(x))
        assert exact == math.exp(x)


def test_nan_is_nan() -> None:
    @njit
    def difference(x):
        return x - x

    assert math.isnan(difference(math.inf))
    assert math.isnan(difference(-math.nan))


def test_complex_products_of_reversed_arrays() -> None:
    @njit
    def product(a, b):
        return a * b

    random = np.random.default_rng(2)
    a, b = ((random.normal(size=50) + 1j * random.normal(size=50)).astype(np.complex64) for _ in range(2))
    assert np.array_equal(product(a, b), a * b)
    backwards = product(a[::-1], b)
    assert backwards.dtype == np.complex64
    assert np.allclose(backwards, a[::-1] * b, rtol=1e-5, atol=1e-6)


def test_sums_of_einsum_are_close() -> None:
    @njit
    def sums(a, b):
        return np.einsum("ij,ij->i", a, b), np.einsum("ij,jk->ik", a, b.T)

    random = np.random.default_rng(3)
    for dtype in (np.float32, np.float64):
        a, b = (random.normal(size=(40, 300)).astype(dtype) for _ in range(2))
        bound = 300 * np.finfo(dtype).eps * (abs(a).astype(float) @ abs(b.T).astype(float))
        exact = a.astype(np.longdouble) @ b.T.astype(np.longdouble)
        rows, table = sums(a, b)
        assert rows.dtype == table.dtype == dtype
        assert np.all(abs(rows - np.diag(exact)) <= np.diag(bound))
        assert np.all(abs(table - exact) <= bound)
        assert np.allclose(rows, np.einsum("ij,ij->i", a, b), rtol=1e-3, atol=1e-3)


def test_min_and_max_give_either_zero() -> None:
    @njit
    def ends(a):
        return a.min(), a.max()

    for zeros in ([0.0, -0.0], [-0.0, 0.0], [-0.0] * 40 + [0.0] * 7):
        assert ends(np.array(zeros)) == (0.0, 0.0)
    # Where there is only one, it is that.
    assert all(math.copysign(1.0, x) == -1.0 for x in ends(np.array([-0.0, -0.0])))


def test_fastmath_is_close() -> None:
    def total(a):
        result = 0.0
        for x in a:
            result += x
        return result

    a = np.random.default_rng(1).random(10_001)
    assert njit(total)(a) == total(a)
    assert njit(total, fastmath=True)(a) == pytest.approx(total(a), rel=1e-12)
