"""sinh, cosh, tanh and their inverses of singles, mostly in double precision."""

from __future__ import annotations

import math
from typing import Final

from minijit.runtime.elementary.exponentials import LN2, LOG2_E, short_exp, short_expm1
from minijit.runtime.elementary.expressions import Num, clamp, copysign, fabs, fma, poly, sqrt, where
from minijit.runtime.elementary.logarithms import split

# (log((1 + s) / (1 - s)) / s - 2) / s**2 in s**2, for (1 + s) / (1 - s) between the square roots of 1/2 and 2.
_LOG: Final = tuple(map(float.fromhex, (
    "0x1.555554fc256dap-1", "0x1.999a7d5724453p-2", "0x1.2438190e804cap-2", "0x1.e31466938704bp-3",
)))  # fmt: skip


# tanh(x) / x - 1 over x**2 in x**2, for |x| <= 5/8; (exp(r) - 1 - r) / r**2 for |r| <= log(2) / 2.
_TANH: Final = tuple(map(float.fromhex, (
    "-0x1.555553b494d1ep-2", "0x1.11106b3acce12p-3", "-0x1.b9ef7d1e84881p-5", "0x1.6394da2fd70b5p-6",
    "-0x1.0c2149c805c05p-7", "0x1.197b885697c06p-9",
)))  # fmt: skip
_EXP: Final = tuple(map(float.fromhex, (
    "0x1.0000005057bfap-1", "0x1.55548e3a662eap-3", "0x1.5554604918615p-5", "0x1.123bddbd90a21p-7",
    "0x1.6db284233f8bdp-10",
)))  # fmt: skip
_LN2: Final = tuple(map(float.fromhex, ("0x1.62e4p-1", "0x1.7f7d1cp-20")))
_MAGIC: Final = float.fromhex("0x1.8p23")


def sinhf(x: Num) -> Num:
    """With E = exp(|x|) - 1: (E + E / (E + 1)) / 2."""
    grown = short_expm1(clamp(fabs(x), 0.0, 100.0).wide())
    return copysign(((grown + grown / (grown + 1.0)) * 0.5).narrow(), x)


def coshf(x: Num) -> Num:
    """With e = exp(|x|): (e + 1 / e) / 2."""
    grown = short_exp(clamp(fabs(x), 0.0, 100.0).wide())
    return ((grown + 1.0 / grown) * 0.5).narrow()


def tanhf(x: Num) -> Num:
    """A polynomial for small numbers, 1 - 2 / (exp(2 |x|) + 1) for others; all in single precision."""
    size = clamp(fabs(x), 0.0, 10.0)
    square = size * size
    small = fma(size * square, poly(square, _TANH), size)
    magic = fma(size, 2.0 * LOG2_E, _MAGIC)
    n = magic - _MAGIC
    r = fma(n, -_LN2[1], fma(n, -_LN2[0], size + size))
    e = fma(r * r, poly(r, _EXP), r) + 1.0
    grown = e * ((magic.bits() << 23) + (127 << 23)).as_float()
    return copysign(where(size < 0.625, small, 1.0 - 2.0 / (grown + 1.0)), x)


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
