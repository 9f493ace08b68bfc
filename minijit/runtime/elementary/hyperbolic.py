"""sinh, cosh, tanh and their inverses, of doubles."""

from __future__ import annotations

import math
from typing import Final

from minijit.runtime.elementary.exponentials import expm1_parts, reduced
from minijit.runtime.elementary.expressions import Num, clamp, copysign, fabs, fma, sqrt, where
from minijit.runtime.elementary.logarithms import log_of_sum

_LARGEST: Final = 710.6
"""Above it sinh and cosh overflow."""
_TINY: Final = 2.0**-30
"""Below it these functions are their argument."""


def sinh(x: Num) -> Num:
    """With E = exp(|x|) - 1: (E + E / (E + 1)) / 2, from a quarter of E, which does not overflow too early."""
    size = fabs(x)
    high, low = expm1_parts(clamp(size, 0.0, _LARGEST), 2)
    quarter = high + low
    quarter_rest = (high - quarter) + low
    grown = quarter * 4.0
    below = grown + 1.0
    other = _divided(quarter, quarter_rest, below, (grown - (below - 1.0)) + quarter_rest * 4.0)
    # What is large needs no second part, and would overflow.
    result = (high + (low + where(size > 40.0, 0.0, other))) * 2.0
    return where(size < _TINY, x, copysign(result, x))


def cosh(x: Num) -> Num:
    """With e = exp(|x|): (e + 1 / e) / 2, from a quarter of e."""
    parts = reduced(clamp(fabs(x), 0.0, _LARGEST))
    scale = ((parts.shifted << 52) + (1021 << 52)).as_float()
    quarter = scale * ((parts.r + parts.rest) + 1.0)
    return (quarter + 0.0625 / quarter) * 2.0


def tanh(x: Num) -> Num:
    """With E = exp(2 |x|) - 1: E / (E + 2), from half of E."""
    size = fabs(x)
    high, low = expm1_parts(clamp(size, 0.0, 20.0) * 2.0, 1)
    half = high + low
    half_rest = (high - half) + low
    below = half + 1.0
    below_rest = (half - (below - 1.0)) + half_rest
    return where(size < _TINY, x, copysign(_divided(half, half_rest, below, below_rest), x))


def _divided(above: Num, above_rest: Num, below: Num, below_rest: Num) -> Num:
    """The quotient of two sums of a large part and a small one."""
    inverse = 1.0 / below
    quotient = above * inverse
    remainder = fma(quotient, -below, above) + fma(quotient, -below_rest, above_rest)
    return fma(remainder, inverse, quotient)


def asinh(x: Num) -> Num:
    """log(|x| + sqrt(x**2 + 1))."""
    size = fabs(x)
    huge = size > 2.0**30
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
    return where(size < _TINY, x, copysign(result, x))


def acosh(x: Num) -> Num:
    """log(x + sqrt(x**2 - 1)); nan below 1."""
    huge = x > 2.0**30
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
    return where(size < _TINY, x, copysign(result, x))
