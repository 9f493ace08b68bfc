"""Integer arrays divided by one number: a multiplication (:mod:`minijit.library.ufuncs.division_by_number`)."""

from __future__ import annotations

import linecache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from minijit import njit

Array = npt.NDArray[Any]
DTYPES = [np.dtype(code) for code in "bBhHiIlL"]


def edges(dtype: np.dtype[Any]) -> list[int]:
    """Numbers at which a multiplication with an inverse might round the wrong way."""
    info = np.iinfo(dtype)
    found = {0, 1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 25, 97, 100, 125, info.max, info.max - 1, info.max // 2, info.min}
    for bit in range(2, info.bits):
        found |= {(1 << bit) + k for k in (-1, 0, 1)}
    found |= {-one for one in found} | {info.min + 1, info.max // 3, info.min // 3, info.max // 7 + 1}
    return sorted(one for one in found if info.min <= one <= info.max)


def numbers(dtype: np.dtype[Any], divisor: int) -> Array:
    """Multiples of the divisor, their neighbours, and what comes."""
    info = np.iinfo(dtype)
    rng = np.random.default_rng(3)
    wide = rng.integers(info.min, info.max, 60, dtype=dtype, endpoint=True).tolist() + edges(dtype)
    near = [one // divisor * divisor + k for one in wide for k in (-1, 0, 1)] if divisor else []
    return np.array([one for one in wide + near if info.min <= one <= info.max], dtype)


@njit
def quotients(a: Array, n: Any) -> Array:
    return a // n


@njit
def remainders(a: Array, n: Any) -> Array:
    return a % n


@njit
def both(a: Array, n: Any) -> tuple[Array, Array]:
    return np.divmod(a, n)


@njit
def in_place(a: Array, n: Any) -> None:
    a //= n


@njit
def total(a: Array, n: Any) -> Any:
    return (a // n + a % n).sum()


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_divisors_of_the_run(dtype: np.dtype[Any]) -> None:
    with np.errstate(all="ignore"):
        for divisor in edges(dtype):
            a, n = numbers(dtype, divisor), dtype.type(divisor)
            for got, want in ((quotients(a, n), a // n), (remainders(a, n), a % n)):
                assert got.dtype == want.dtype
                np.testing.assert_array_equal(got, want, err_msg=f"{divisor}")
            np.testing.assert_array_equal(both(a, n), np.divmod(a, n))
            assert total(a, n) == (a // n + a % n).sum()
            changed = a.copy()
            in_place(changed, n)
            np.testing.assert_array_equal(changed, a // n)


@pytest.mark.parametrize("dtype", DTYPES[-2:], ids=str)
@pytest.mark.parametrize("divisor", [3, 7, 10, 1000, 2**31 - 1, 2**33 + 1, 2**62 + 1, 2**63 - 1, -1, -3, -10, 0, 1, 8])
def test_divisors_that_are_known(dtype: np.dtype[Any], divisor: int) -> None:
    if divisor < 0 and dtype.kind == "u":
        return
    space: dict[str, Any] = {}
    name = f"<division by {divisor}>"
    text = f"def f(a):\n    return a // {divisor}, a % {divisor}\n"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    exec(compile(text, name, "exec"), space)
    a = numbers(dtype, divisor)
    with np.errstate(all="ignore"):
        for got, want in zip(njit(space["f"])(a), space["f"](a), strict=True):
            np.testing.assert_array_equal(got, want)
