"""sinh, cosh, tanh and their inverses."""

from __future__ import annotations

import math
from typing import Final

from minijit.runtime.elementary.exponentials import EXP_TERMS, expm1_parts, power_of_two, reduced
from minijit.runtime.elementary.expressions import Num, clamp, copysign, fabs, fma, poly, sqrt, where
from minijit.runtime.elementary.formats import DOUBLE, SINGLE, format_of, parse
from minijit.runtime.elementary.logarithms import log_of_sum

_LARGEST: Final = {DOUBLE: 710.6, SINGLE: 89.6}
"""Above it sinh and cosh overflow."""
_TINY: Final = {DOUBLE: 2.0**-30, SINGLE: 2.0**-14}
"""Below it these functions are their argument."""
_HUGE: Final = {DOUBLE: 2.0**30, SINGLE: 2.0**14}
"""Above it, adding 1 to the square says nothing."""

# tanh(x) / x - 1 over x**2 in x**2, for singles up to 5/8: minimax.
_TANH: Final = parse(
    "-0x1.555553b494d1ep-2", "0x1.11106b3acce12p-3", "-0x1.b9ef7d1e84881p-5", "0x1.6394da2fd70b5p-6",
    "-0x1.0c2149c805c05p-7", "0x1.197b885697c06p-9",
)  # fmt: skip


def sinh(x: Num) -> Num:
    """With E = exp(|x|) - 1: (E + E / (E + 1)) / 2, from a quarter of E, which does not overflow too early."""
    size = fabs(x)
    high, low = expm1_parts(clamp(size, 0.0, _LARGEST[format_of(x)]), 2)
    quarter = high + low
    quarter_rest = (high - quarter) + low
    grown = quarter * 4.0
    below = grown + 1.0
    other = _divided(quarter, quarter_rest, below, (grown - (below - 1.0)) + quarter_rest * 4.0)
    # What is large needs no second part, and would overflow.
    other = where(size > 40.0, 0.0, other)
    total = high + other
    result = (total + (((high - total) + other) + low)) * 2.0
    return where(size < _TINY[format_of(x)], x, copysign(result, x))


def cosh(x: Num) -> Num:
    """With e = exp(|x|): (e + 1 / e) / 2, from a quarter of e."""
    parts = reduced(clamp(fabs(x), 0.0, _LARGEST[format_of(x)]))
    quarter = power_of_two(parts.shifted, x, 2) * ((parts.r + parts.rest) + 1.0)
    return (quarter + 0.0625 / quarter) * 2.0


def tanh(x: Num) -> Num:
    """With E = exp(2 |x|) - 1: E / (E + 2), from half of E."""
    if format_of(x) is SINGLE:
        return _short_tanh(x)
    size = fabs(x)
    high, low = expm1_parts(clamp(size, 0.0, 20.0) * 2.0, 1)
    half = high + low
    half_rest = (high - half) + low
    below = half + 1.0
    below_rest = (half - (below - 1.0)) + half_rest
    return where(size < _TINY[format_of(x)], x, copysign(_divided(half, half_rest, below, below_rest), x))


def _short_tanh(x: Num) -> Num:
    """A polynomial for small numbers, 1 - 2 / (exp(2 |x|) + 1) for others."""
    form = format_of(x)
    size = clamp(fabs(x), 0.0, 10.0)
    square = size * size
    small = fma(size * square, poly(square, _TANH), size)
    magic = fma(size, 2.0 * form.log2_e[0], form.to_integer)
    n = magic - form.to_integer
    r = fma(n, -form.ln2[1], fma(n, -form.ln2[0], size + size))
    e = fma(r * r, poly(r, EXP_TERMS[form]), r) + 1.0
    grown = e * power_of_two(magic.bits(), x)
    return copysign(where(size < 0.625, small, 1.0 - 2.0 / (grown + 1.0)), x)


def _divided(above: Num, above_rest: Num, below: Num, below_rest: Num) -> Num:
    """The quotient of two sums of a large part and a small one."""
    inverse = 1.0 / below
    quotient = above * inverse
    remainder = fma(quotient, -below, above) + fma(quotient, -below_rest, above_rest)
    return fma(remainder, inverse, quotient)


def asinh(x: Num) -> Num:
    """log(|x| + sqrt(x**2 + 1))."""
    size = fabs(x)
    huge = size > _HUGE[format_of(x)]
    used = where(huge, 1.0, size)
    square = used * used
    total = square + 1.0
    # The lower part of the root: what rounding has cut off, over twice the root.
    larger, smaller = where(used > 1.0, square, 1.0), where(used > 1.0, 1.0, square)
    lost = fma(used, used, -square) + ((larger - total) + smaller)
    return _with_root(x, size, used, total, lost, huge)


def _with_root(x: Num, size: Num, used: Num, total: Num, lost: Num, huge: Num) -> Num:
    root = sqrt(total)
    root_rest = (fma(root, -root, total) + lost) / (root + root)
    larger, smaller = where(used > root, used, root), where(used > root, root, used)
    near = larger + smaller
    rest = ((larger - near) + smaller) + root_rest
    # Beyond 2**30 the root is |x|: log(2 |x|).
    result = log_of_sum(where(huge, size, near), where(huge, 0.0, rest), where(huge, x.constant(1.0), 0.0))
    result = where(size < math.inf, result, size)
    return where(size < _TINY[format_of(x)], x, copysign(result, x))


def acosh(x: Num) -> Num:
    """log(x + sqrt(x**2 - 1)); nan below 1."""
    huge = x > _HUGE[format_of(x)]
    used = where(huge, 2.0, x)
    square = used * used
    total = square - 1.0
    lost = fma(used, used, -square) + ((square - total) - 1.0)
    near_root = sqrt(total)
    # At 1 the root is 0 and has no rest.
    root_rest = (fma(near_root, -near_root, total) + lost) / (near_root + near_root)
    root_rest = where(total > 0.0, root_rest, 0.0)
    near = used + near_root
    rest = ((used - near) + near_root) + root_rest
    result = log_of_sum(where(huge, x, near), where(huge, 0.0, rest), where(huge, x.constant(1.0), 0.0))
    result = where(x < math.inf, result, x)
    return where(x < 1.0, math.nan, result)


def atanh(x: Num) -> Num:
    """log((1 + |x|) / (1 - |x|)) / 2; infinite at 1, nan beyond."""
    size = fabs(x)
    above, below = size + 1.0, 1.0 - size
    above_rest, below_rest = size - (above - 1.0), (1.0 - below) - size
    inverse = 1.0 / below
    ratio = above * inverse
    rest = (fma(ratio, -below, above) + fma(ratio, -below_rest, above_rest)) * inverse
    result = log_of_sum(ratio, rest) * 0.5
    result = where(size < 1.0, result, where(size.equals(1.0), size.constant(math.inf), math.nan))
    return where(size < _TINY[format_of(x)], x, copysign(result, x))
