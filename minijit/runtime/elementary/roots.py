"""cbrt and hypot."""

from __future__ import annotations

import math
from typing import Final

from minijit.runtime.elementary.expressions import Num, copysign, fabs, fma, horner, sqrt, where

# (1 - e)**(-1/3): the series.
_SERIES: Final = (1 / 3, 2 / 9, 14 / 81, 35 / 243)
_START: Final = 0x553F0000
_SINGLE_START: Final = 0x54A20000
"""The upper word of 1 / cbrt(x) is about this less a third of the upper word of x (Kahan's trick);
for singles it is the only word."""


def _inverse_root(size: Num, steps: tuple[int, ...]) -> Num:
    """About 1 / cbrt(size) for a normal number; `steps` are the terms of the series that are taken, time after time."""
    third = ((size.bits() >> 32) * 0x55555556) >> 32
    y = ((_START - third) << 32).as_float()
    for terms in steps:
        error = 1.0 - (size * y) * (y * y)
        y = fma(y * error, horner(error, _SERIES[:terms]), y)
    return y


def cbrt(x: Num) -> Num:
    """The cube root, from the inverse one, corrected by its residue."""
    size = fabs(x)
    small = size < 2.0**-900
    used = where(small, size * 2.0**300, size)
    y = _inverse_root(used, (4, 2))
    square = y * y
    root = used * square
    power = root * root
    residue = fma(power, root, -used) + fma(root, root, -power) * root
    root = fma(residue * square, -1 / 3, root)
    root = where(small, root * 2.0**-100, root)
    return copysign(where(size < math.inf, root, size), x)


def cbrtf(x: Num) -> Num:
    """In single precision."""
    size = fabs(x)
    small = size < 2.0**-100
    used = where(small, size * 2.0**60, size)
    y = (_SINGLE_START - used.bits().third()).as_float()
    for terms in (4, 1):
        error = 1.0 - (used * y) * (y * y)
        y = fma(y * error, horner(error, _SERIES[:terms]), y)
    square = y * y
    root = used * square
    power = root * root
    residue = fma(power, root, -used) + fma(root, root, -power) * root
    root = fma(residue * square, -1 / 3, root)
    root = where(small, root * 2.0**-20, root)
    return copysign(where(size < math.inf, root, size), x)


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
