"""log, log2, log10 and log1p."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from minijit.runtime.elementary.expressions import Num, Operand, fma, poly, where
from minijit.runtime.elementary.formats import DOUBLE, SINGLE, format_of, parse

# For m between the square roots of 1/2 and 2, minimax: of doubles (log(m) / s - 2) / s**2 in s**2, where
# m = (1 + s) / (1 - s); of singles (log(m) - f + f**2 / 2) / f**3 in f = m - 1, which needs no division.
_TERMS: Final = {
    DOUBLE: parse(
        "0x1.5555555555594p-1", "0x1.999999997f372p-2", "0x1.249249428d6cap-2", "0x1.c71c5181f323fp-3",
        "0x1.74665c53e1000p-3", "0x1.399e9b66c7d4bp-3", "0x1.2f265c6e46900p-3",
    ),
    SINGLE: parse(
        "0x1.555545ddca684p-2", "-0x1.ffffedc94f83ep-3", "0x1.99a55690d38e0p-3", "-0x1.5562f68ce4747p-3",
        "0x1.23314a5f09ac0p-3", "-0x1.fb3ea6d2a8796p-4", "0x1.e6642664df7adp-4", "-0x1.e30eb1e3d28b8p-4",
        "0x1.1b40e08e54416p-4",
    ),
}  # fmt: skip
_LEAST_NORMAL: Final = {DOUBLE: 2.0**-1022, SINGLE: 2.0**-126}
_UNIT_IS_ONE: Final = {DOUBLE: 2.0**60, SINGLE: 2.0**40}
"""What is added to larger numbers than this says nothing."""


class Split(NamedTuple):
    """x = 2**k * m with m between the square roots of 1/2 and 2; `biased` is k and the bias as an integer."""

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
    form = format_of(x)
    shifted = x.bits() + (form.one - form.sqrt_half)
    biased = shifted >> form.fraction
    # The integer becomes the last bits of a float.
    whole = 2.0**form.fraction
    k = (biased | ((form.bias + form.fraction) << form.fraction)).as_float() - (whole + form.bias)
    m = ((shifted & ((1 << form.fraction) - 1)) + form.sqrt_half).as_float()
    return Split(k, m, biased)


def split_any(x: Num) -> tuple[Num, Num]:
    """Exponent and mantissa of any positive number."""
    form = format_of(x)
    small = x < _LEAST_NORMAL[form]
    lifted = float(form.fraction + 2)
    k, m, _ = split(where(small, x * 2.0**lifted, x))
    return where(small, k - lifted, k), m


def log_of_mantissa(f: Num) -> Logarithm:
    """The series, arranged as in fdlibm (Ng 1993), so that rounding of s hardly matters."""
    terms = _TERMS[format_of(f)]
    if format_of(f) is SINGLE:
        square = f * f
        return Logarithm(f, square * 0.5, (square * f) * poly(f, terms))
    s = f / (f + 2.0)
    square = s * s
    half = (f * 0.5) * f
    return Logarithm(f, half, s * fma(square, poly(square, terms), half))


def at_the_edges(x: Num, result: Num, pole: float = 0.0) -> Num:
    """-inf at the pole, nan below, and inf and nan as they are."""
    result = where(x < math.inf, result, x)
    return where(x > pole, result, where(x.equals(pole), x.constant(-math.inf), math.nan))


def log(x: Num) -> Num:
    """The natural logarithm."""
    large, small = format_of(x).ln2_by_exponent
    k, m = split_any(x)
    f, half, rest = log_of_mantissa(m - 1.0)
    return at_the_edges(x, fma(k, large, f - (half - fma(k, small, rest))))


def log2(x: Num) -> Num:
    """The binary logarithm; exact for powers of two."""
    k, m = split_any(x)
    # |k + more| is at least 1/2, so that the error of the sum's smaller part hardly matters.
    return at_the_edges(x, k + _scaled(log_of_mantissa(m - 1.0), format_of(x).log2_e, 0.0))


def log10(x: Num) -> Num:
    """The decimal logarithm; exact for powers of ten that floats hold."""
    form = format_of(x)
    k, m = split_any(x)
    large, small = form.log10_2_by_exponent
    return at_the_edges(x, fma(k, large, _scaled(log_of_mantissa(m - 1.0), form.log10_e, k * small)))


def _scaled(log: Logarithm, factor: tuple[float, ...], plus: Operand) -> Num:
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
    form = format_of(u)
    k, m, biased = split(u)
    exact = m - 1.0
    # Of large numbers 2**-k may not exist.
    inverse = ((2 * form.bias - biased) << form.fraction).as_float()
    c = where(u < _UNIT_IS_ONE[form], rest * inverse, 0.0)
    near = exact + c
    c = (exact - near) + c
    f, half, series = log_of_mantissa(near)
    if more is not None:
        k = k + more
    large, small = form.ln2_by_exponent
    series = series + fma(c, fma(f, f - 1.0, 1.0), k * small)
    return fma(k, large, f - (half - series))
