"""cbrt and hypot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from minijit.runtime.elementary.expressions import Num, copysign, fabs, fma, poly, sqrt, where

# ((1 - e)**(-1/3) - 1) / e: the series.
_SERIES: Final = (1 / 3, 2 / 9, 14 / 81, 35 / 243, 91 / 729, 728 / 6561, 1976 / 19683, 5434 / 59049)
_START: Final = 0x553EE800
"""The upper word of 1 / cbrt(x) is about this less a third of the upper word of x (Kahan's trick)."""
_SINGLE_START: Final = 0x54A20000
"""The same for singles, which are one word."""


def cbrt(x: Num) -> Num:
    """The cube root, from the inverse one."""
    size = fabs(x)
    small = size < 2.0**-900
    used = where(small, size * 2.0**300, size)
    third = ((used.bits() >> 32) * 0x55555556) >> 32
    root = _improved(used, ((_START - third) << 32).as_float(), _SERIES)
    root = where(small, root * 2.0**-100, root)
    return copysign(where(size < math.inf, root, size), x)


def cbrtf(x: Num) -> Num:
    """In single precision."""
    size = fabs(x)
    small = size < 2.0**-100
    used = where(small, size * 2.0**60, size)
    root = _improved(used, (_SINGLE_START - used.bits().third()).as_float(), _SERIES[:4])
    root = where(small, root * 2.0**-20, root)
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


def hypotf(x: Num, y: Num) -> Num:
    """In double precision, where squares fit."""
    across, up = x.wide(), y.wide()
    result = sqrt(fma(across, across, up * up)).narrow()
    return where(fabs(x).equals(math.inf).either(fabs(y).equals(math.inf)), math.inf, result)
