"""log, log2, log10 and log1p of doubles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from minijit.runtime.elementary.exponentials import LN2_HIGH, LN2_LOW
from minijit.runtime.elementary.expressions import Num, Operand, fma, poly, where

# (log((1 + s) / (1 - s)) / s - 2) / s**2 as a polynomial in s**2, for m = (1 + s) / (1 - s) in [sqrt(1/2), sqrt(2)].
_LOG: Final = tuple(map(float.fromhex, (
    "0x1.5555555555594p-1", "0x1.999999997f372p-2", "0x1.249249428d6cap-2", "0x1.c71c5181f323fp-3",
    "0x1.74665c53e1000p-3", "0x1.399e9b66c7d4bp-3", "0x1.2f265c6e46900p-3",
)))  # fmt: skip
_LOG2_E: Final = tuple(map(float.fromhex, ("0x1.71547652b82fep+0", "0x1.777d0ffda0d24p-56")))
_LOG10_E: Final = tuple(map(float.fromhex, ("0x1.bcb7b1526e50ep-2", "0x1.95355baaafad3p-57")))
_LOG10_2: Final = tuple(map(float.fromhex, ("0x1.34413509f6p-2", "0x1.9fef311f12b36p-42")))
"""The first part has few bits, so that its product with an exponent is exact."""

_SQRT_HALF_BITS: Final = 0x3FE6A09E667F3BCD
_ONE_BITS: Final = 0x3FF0000000000000
_FRACTION: Final = (1 << 52) - 1
_TWO_52_BITS: Final = 0x4330000000000000
LEAST_NORMAL: Final = 2.0**-1022


class Split(NamedTuple):
    """x = 2**k * m with m between the square roots of 1/2 and 2; `biased` is k + 1023 as an integer."""

    k: Num
    m: Num
    biased: Num


class Logarithm(NamedTuple):
    """log(1 + f) = f - (half - rest)."""

    f: Num
    half: Num
    rest: Num


def split(x: Num) -> Split:
    """Exponent and mantissa of a positive, normal number."""
    shifted = x.bits() + (_ONE_BITS - _SQRT_HALF_BITS)
    biased = shifted >> 52
    k = (biased | _TWO_52_BITS).as_float() - (2.0**52 + 1023.0)
    m = ((shifted & _FRACTION) + _SQRT_HALF_BITS).as_float()
    return Split(k, m, biased)


def split_any(x: Num) -> tuple[Num, Num]:
    """Exponent and mantissa of any positive number."""
    small = x < LEAST_NORMAL
    k, m, _ = split(where(small, x * 2.0**54, x))
    return where(small, k - 54.0, k), m


def log_of_mantissa(f: Num) -> Logarithm:
    """The series in s = f / (2 + f), arranged as in fdlibm (Ng 1993), so that rounding of s hardly matters."""
    s = f / (f + 2.0)
    square = s * s
    half = (f * 0.5) * f
    return Logarithm(f, half, s * fma(square, poly(square, _LOG), half))


def at_the_edges(x: Num, result: Num, pole: float = 0.0) -> Num:
    """-inf at the pole, nan below, and inf and nan as they are."""
    result = where(x < math.inf, result, x)
    return where(x > pole, result, where(x.equals(pole), x.constant(-math.inf), math.nan))


def log(x: Num) -> Num:
    """The natural logarithm."""
    k, m = split_any(x)
    f, half, rest = log_of_mantissa(m - 1.0)
    result = fma(k, LN2_HIGH, f - (half - fma(k, LN2_LOW, rest)))
    return at_the_edges(x, result)


def log2(x: Num) -> Num:
    """The binary logarithm; exact for powers of two."""
    k, m = split_any(x)
    # |k + more| is at least 1/2, so that the error of the sum's smaller part hardly matters.
    return at_the_edges(x, k + _scaled(log_of_mantissa(m - 1.0), _LOG2_E, 0.0))


def log10(x: Num) -> Num:
    """The decimal logarithm; exact for powers of ten that floats hold."""
    k, m = split_any(x)
    more = _scaled(log_of_mantissa(m - 1.0), _LOG10_E, k * _LOG10_2[1])
    return at_the_edges(x, fma(k, _LOG10_2[0], more))


def _scaled(log: Logarithm, factor: Sequence[float], plus: Operand) -> Num:
    """A natural logarithm times a constant (in two parts), and a small number."""
    f, half, rest = log
    return fma(f, factor[0], fma(f, factor[1], fma(rest - half, factor[0], plus)))


def log1p(x: Num) -> Num:
    """log(1 + x)."""
    u = x + 1.0
    back = u - x
    result = log_of_sum(u, (1.0 - back) + (x - (u - back)))
    # A zero keeps its sign.
    return at_the_edges(x, where(x.equals(0.0), x, result), -1.0)


def log_of_sum(u: Num, rest: Num, more: Num | None = None) -> Num:
    """log(u + rest) + more * log(2) for a normal `u` and a `rest` below its last bit; accurate near 1, too."""
    k, m, biased = split(u)
    exact = m - 1.0
    # Beyond 2**60 the rest says nothing, and 2**-k may not exist.
    c = where(u < 2.0**60, rest * ((2046 - biased) << 52).as_float(), 0.0)
    near = exact + c
    c = (exact - near) + c
    f, half, series = log_of_mantissa(near)
    if more is not None:
        k = k + more
    series = series + fma(c, fma(f, f - 1.0, 1.0), k * LN2_LOW)
    return fma(k, LN2_HIGH, f - (half - series))
