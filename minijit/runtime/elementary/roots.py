"""cbrt and hypot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from minijit.runtime.elementary.expressions import F32, F64, Num, copysign, fabs, fma, poly, sqrt, where

# ((1 - e)**(-1/3) - 1) / e: the series.
_SERIES: Final = (1 / 3, 2 / 9, 14 / 81, 35 / 243, 91 / 729, 728 / 6561, 1976 / 19683, 5434 / 59049)
_START: Final = 0x553EE800
"""The upper word of 1 / cbrt(x) is about this less a third of the upper word of x (Kahan's trick)."""
_SINGLE_START: Final = 0x54A20000
"""The same for singles, which are one word."""


def cbrt(x: Num) -> Num:
    """The cube root, from the inverse one."""
    size = fabs(x)
    # Remainders of the smallest numbers would underflow.
    least, lifting, terms = (2.0**-900, 100, _SERIES) if x.type == F64 else (2.0**-100, 20, _SERIES[:4])
    small = size < least
    used = where(small, size * 2.0 ** (3 * lifting), size)
    if x.type == F64:
        third = ((used.bits() >> 32) * 0x55555556) >> 32
        start = ((_START - third) << 32).as_float()
    else:
        start = (_SINGLE_START - used.bits().third()).as_float()
    root = _improved(used, start, terms)
    root = where(small, root * 2.0**-lifting, root)
    return copysign(where(size < math.inf, root, size), x)


def _improved(x: Num, y: Num, series: Sequence[float]) -> Num:
    """The cube root of x by a series and a step of Newton; y is its inverse to within a few percent."""
    error = 1.0 - (x * y) * (y * y)
    y = fma(y * error, poly(error, series), y)
    square = y * y
    root = x * square
    power = root * root
    residue = fma(power, root, -x) + fma(root, root, -power) * root
    return fma(residue * square, -1 / 3, root)


def hypot(x: Num, y: Num) -> Num:
    """The length of a vector; infinite where one side is, even if the other is nan."""
    if x.type == F32:
        # Squares fit into doubles.
        across, up = x.wide(), y.wide()
        result = sqrt(fma(across, across, up * up)).narrow()
        return where(fabs(x).equals(math.inf).either(fabs(y).equals(math.inf)), math.inf, result)
    across, up = fabs(x), fabs(y)
    steep = up > across
    longer, shorter = where(steep, up, across), where(steep, across, up)
    large, small = longer > 2.0**511, longer < 2.0**-450
    scale = where(large, x.constant(2.0**-600), where(small, x.constant(2.0**600), 1.0))
    back = where(large, x.constant(2.0**600), where(small, x.constant(2.0**-600), 1.0))
    longer, shorter = longer * scale, shorter * scale
    first, second = longer * longer, shorter * shorter
    total = first + second
    rest = ((first - total) + second) + fma(longer, longer, -first) + fma(shorter, shorter, -second)
    root = sqrt(total)
    correction = (fma(root, -root, total) + rest) / (root + root)
    result = where(root > 0.0, root + correction, root) * back
    return where(across.equals(math.inf).either(up.equals(math.inf)), math.inf, result)
