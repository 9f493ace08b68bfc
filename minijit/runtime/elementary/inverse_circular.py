"""asin, acos, atan and atan2."""

from __future__ import annotations

import math
from typing import Final

from minijit.runtime.elementary.expressions import Num, clamp, copysign, fabs, fma, poly, sqrt, where
from minijit.runtime.elementary.formats import DOUBLE, SINGLE, format_of, parse

_TAN_PI_8: Final = math.sqrt(2.0) - 1.0

# (atan(t) / t - 1) / t**2 for |t| <= tan(pi / 8), (asin(t) / t - 1) / t**2 for |t| <= 1/2; minimax in t**2.
_ATAN: Final = {
    DOUBLE: parse(
        "-0x1.555555555553dp-2", "0x1.99999999957c9p-3", "-0x1.24924922a99cep-3", "0x1.c71c70e492e4bp-4",
        "-0x1.745cf8afefef1p-4", "0x1.3b1115dbc1d01p-4", "-0x1.10eb9141819e7p-4", "0x1.df0cf40624c62p-5",
        "-0x1.9cc7a1b9af48bp-5", "0x1.37b801b47447fp-5", "-0x1.2526603c519f2p-6",
    ),
    SINGLE: parse(
        "-0x1.555549437c42cp-2", "0x1.99919fb7ab618p-3", "-0x1.23b5a40f1a8d0p-3", "0x1.b1f116e0a4cb1p-4",
        "-0x1.f1fb0bb2f4406p-5",
    ),
}  # fmt: skip
_ASIN: Final = {
    DOUBLE: parse(
        "0x1.5555555555578p-3", "0x1.333333332df0ap-4", "0x1.6db6db722baccp-5", "0x1.f1c71a8b9066ap-6",
        "0x1.6e8bdfe704593p-6", "0x1.1c49de03836fep-6", "0x1.ca21439cdb054p-7", "0x1.757794bd02359p-7",
        "0x1.618a8be2fe829p-7", "0x1.e15dfa0a14595p-9", "0x1.65013f058bd77p-6", "-0x1.59f5966804dcap-6",
        "0x1.0be42ae4b9b34p-5",
    ),
    SINGLE: parse(
        "0x1.55554c2f89dfbp-3", "0x1.3338923be4829p-4", "0x1.6cababb17c0fap-5", "0x1.04ab497a3f504p-5",
        "0x1.d7a3e9da56d91p-7", "0x1.33d87a9c2ae14p-5",
    ),
}  # fmt: skip
_HUGE: Final = {DOUBLE: 1e300, SINGLE: 1e30}
"""The inverse counts for nothing."""
_SCALES: Final = {DOUBLE: (2.0**1020, 2.0**-900, 2.0**100), SINGLE: (2.0**124, 2.0**-80, 2.0**40)}
"""What may be too large to be added, what too small for the remainders of divisions, and a factor for the latter."""


def _halved(x: Num) -> tuple[Num, Num, Num]:
    """Whether |x| > 1/2; the number t <= 1/2 whose asin is wanted, asin(|x|) being pi/2 - 2 asin(t) there; the rest.

    asin(t) is t + rest; t is |x| for the others.
    """
    size = fabs(x)
    large = size > 0.5
    square = where(large, (1.0 - size) * 0.5, size * size)
    t = where(large, sqrt(square), size)
    return large, t, (t * square) * poly(square, _ASIN[format_of(x)])


def asin(x: Num) -> Num:
    """The inverse of the sine; nan beyond 1."""
    large, t, rest = _halved(x)
    half_pi, less, _ = format_of(x).half_pi
    double = t + t
    near = half_pi - double
    upper = near + (((half_pi - near) - double) - fma(rest, 2.0, -less))
    return copysign(where(large, upper, t + rest), x)


def acos(x: Num) -> Num:
    """The inverse of the cosine; nan beyond 1."""
    large, t, rest = _halved(x)
    half_pi, less, _ = format_of(x).half_pi
    near_one = large.both(x > 0.0)
    t, rest = where(large, t, x), where(large, rest, copysign(rest, x))
    result = where(near_one, t + rest, half_pi - (t + (rest - less)))
    return where(large, result * 2.0, result)


def _arctangent(numerator: tuple[Num, Num], denominator: tuple[Num, Num], base: tuple[Num, Num]) -> Num:
    """base + atan(numerator / denominator), each given by a large part and a small one."""
    above, above_rest = numerator
    below, below_rest = denominator
    inverse = 1.0 / below
    t = above * inverse
    remainder = fma(t, -below, above) + fma(t, -below_rest, above_rest)
    square = t * t
    rest = fma(t * square, poly(square, _ATAN[format_of(t)]), fma(remainder, inverse, base[1]))
    return base[0] + (t + rest)


def atan(x: Num) -> Num:
    """The inverse of the tangent: of t = x, (|x| - 1) / (|x| + 1) or -1 / |x|, so that |t| <= tan(pi / 8)."""
    # What is larger has the same result; infinity would give nan.
    size = clamp(fabs(x), 0.0, _HUGE[format_of(x)])
    zero, one = x.constant(0.0), x.constant(1.0)
    middle, large = size > _TAN_PI_8, size > 1.0 / _TAN_PI_8
    total = size + 1.0
    above = where(large, -one, where(middle, size - 1.0, size))
    below = where(large, size, where(middle, total, one))
    below_rest = where(large, zero, where(middle, size - (total - 1.0), zero))
    base = _base(middle, large, zero)
    return copysign(_arctangent((above, zero), (below, below_rest), base), x)


def _base(middle: Num, large: Num, zero: Num) -> tuple[Num, Num]:
    """The angle of the sector, in two parts: 0, pi / 4 or pi / 2."""
    high, low = (where(large, part, where(middle, part / 2, zero)) for part in format_of(zero).half_pi[:2])
    return high, low


def atan2(y: Num, x: Num) -> Num:
    """The angle of a point, from -pi to pi."""
    across, up = fabs(x), fabs(y)
    larger = where(up > across, up, across)
    # Infinities count like ones beside zeros.
    infinite = larger.equals(math.inf)
    across, up = (where(infinite, where(one.equals(math.inf), one.constant(1.0), 0.0), one) for one in (across, up))
    # Sums must not overflow, nor remainders underflow.
    overflowing, vanishing, lifting = _SCALES[format_of(x)]
    scale = where(larger > overflowing, 2.0**-4, where(larger < vanishing, x.constant(lifting), 1.0))
    across, up = across * scale, up * scale
    steep = up > across
    longer, shorter = where(steep, up, across), where(steep, across, up)
    zero = x.constant(0.0)
    total, difference = longer + shorter, longer - shorter
    total_rest, difference_rest = (longer - total) + shorter, (longer - difference) - shorter
    # In each of three sectors an angle of at most pi / 8 is left.
    middle, large = up > across * _TAN_PI_8, up > across * (1.0 / _TAN_PI_8)
    in_middle = (difference, difference_rest)
    above, above_rest = (where(steep, one, -one) for one in in_middle)
    above, above_rest = where(middle, above, up), where(middle, above_rest, zero)
    above, above_rest = where(large, -across, above), where(large, zero, above_rest)
    below, below_rest = where(middle, total, across), where(middle, total_rest, zero)
    below, below_rest = where(large, up, below), where(large, zero, below_rest)
    below = where(below.equals(0.0), 1.0, below)
    base = _base(middle, large, zero)
    angle = _arctangent((above, above_rest), (below, below_rest), base)
    left = copysign(x.constant(1.0), x) < 0.0
    pi, less = (2 * part for part in format_of(x).half_pi[:2])
    angle = where(left, pi - (angle - less), angle)
    return where(x.unordered(y), x + y, copysign(angle, y))
