"""sinh, cosh, tanh and their inverses of singles, in double precision."""

from __future__ import annotations

import math
from typing import Final

from minijit.runtime.elementary.exponentials import LN2, short_exp, short_expm1
from minijit.runtime.elementary.expressions import Num, clamp, copysign, fabs, fma, poly, sqrt, where
from minijit.runtime.elementary.logarithms import split

# (log((1 + s) / (1 - s)) / s - 2) / s**2 in s**2, for (1 + s) / (1 - s) between the square roots of 1/2 and 2.
_LOG: Final = tuple(map(float.fromhex, (
    "0x1.555554fc256dap-1", "0x1.999a7d5724453p-2", "0x1.2438190e804cap-2", "0x1.e31466938704bp-3",
)))  # fmt: skip


def sinhf(x: Num) -> Num:
    """With E = exp(|x|) - 1: (E + E / (E + 1)) / 2."""
    grown = short_expm1(clamp(fabs(x), 0.0, 100.0).wide())
    return copysign(((grown + grown / (grown + 1.0)) * 0.5).narrow(), x)


def coshf(x: Num) -> Num:
    """With e = exp(|x|): (e + 1 / e) / 2."""
    grown = short_exp(clamp(fabs(x), 0.0, 100.0).wide())
    return ((grown + 1.0 / grown) * 0.5).narrow()


def tanhf(x: Num) -> Num:
    """With E = exp(2 |x|) - 1: E / (E + 2)."""
    grown = short_expm1(clamp(fabs(x), 0.0, 20.0).wide() * 2.0)
    return copysign((grown / (grown + 2.0)).narrow(), x)


def asinhf(x: Num) -> Num:
    """log1p(|x| + x**2 / (1 + sqrt(x**2 + 1)))."""
    size = fabs(x)
    wide = size.wide()
    square = wide * wide
    result = _log_of_sum(wide + square / (sqrt(square + 1.0) + 1.0)).narrow()
    return copysign(where(size < math.inf, result, size), x)


def acoshf(x: Num) -> Num:
    """log1p(t + sqrt(2 t + t**2)) with t = x - 1; nan below 1."""
    more = x.wide() - 1.0
    result = _log_of_sum(more + sqrt(fma(more, more, more + more))).narrow()
    return where(x < math.inf, where(x < 1.0, math.nan, result), x)


def atanhf(x: Num) -> Num:
    """log1p(2 |x| / (1 - |x|)) / 2; infinite at 1, nan beyond."""
    size = fabs(x)
    wide = size.wide()
    result = (_log_of_sum((wide + wide) / (1.0 - wide)) * 0.5).narrow()
    result = where(size < 1.0, result, where(size.equals(1.0), size.constant(math.inf), math.nan))
    return copysign(result, x)


def _log_of_sum(x: Num) -> Num:
    """log(1 + x)."""
    u = x + 1.0
    k, m, _ = split(u)
    f = m - 1.0
    s = f / (m + 1.0)
    square = s * s
    # What 1 + x has cut off counts to first order.
    return fma(k, LN2, s * fma(square, poly(square, _LOG), 2.0)) + (x - (u - 1.0)) / u
