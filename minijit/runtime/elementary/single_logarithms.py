"""log, log2, log10 and log1p of singles, in single precision: twice as many fit into a vector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from minijit.runtime.elementary.expressions import Num, Operand, fma, poly, where
from minijit.runtime.elementary.logarithms import Logarithm, Split, at_the_edges

# (log(1 + f) - f + f**2 / 2) / f**3 for 1 + f between the square roots of 1/2 and 2: minimax.
_LOG: Final = tuple(map(float.fromhex, (
    "0x1.555545ddca684p-2", "-0x1.ffffedc94f83ep-3", "0x1.99a55690d38e0p-3", "-0x1.5562f68ce4747p-3",
    "0x1.23314a5f09ac0p-3", "-0x1.fb3ea6d2a8796p-4", "0x1.e6642664df7adp-4", "-0x1.e30eb1e3d28b8p-4",
    "0x1.1b40e08e54416p-4",
)))  # fmt: skip
_LN2: Final = tuple(map(float.fromhex, ("0x1.62e4p-1", "0x1.7f7d1cp-20")))
_LOG2_E: Final = tuple(map(float.fromhex, ("0x1.715476p+0", "0x1.4ae0cp-26")))
_LOG10_E: Final = tuple(map(float.fromhex, ("0x1.bcb7b2p-2", "-0x1.5b235ep-27")))
_LOG10_2: Final = tuple(map(float.fromhex, ("0x1.344p-2", "0x1.3509f8p-18")))
"""In two parts; those that are multiplied by exponents have few bits in the first."""

_SQRT_HALF_BITS: Final = 0x3F3504F3
_ONE_BITS: Final = 0x3F800000
_FRACTION: Final = (1 << 23) - 1
_TWO_23_BITS: Final = 0x4B000000


def _split(x: Num) -> Split:
    shifted = x.bits() + (_ONE_BITS - _SQRT_HALF_BITS)
    biased = shifted >> 23
    k = (biased | _TWO_23_BITS).as_float() - (2.0**23 + 127.0)
    m = ((shifted & _FRACTION) + _SQRT_HALF_BITS).as_float()
    return Split(k, m, biased)


def _split_any(x: Num) -> tuple[Num, Num]:
    small = x < 2.0**-126
    k, m, _ = _split(where(small, x * 2.0**23, x))
    return where(small, k - 23.0, k), m


def _log_of_mantissa(f: Num) -> Logarithm:
    square = f * f
    return Logarithm(f, square * 0.5, (square * f) * poly(f, _LOG))


def _scaled(log: Logarithm, factor: Sequence[float], plus: Operand) -> Num:
    """A natural logarithm times a constant (in two parts), and a small number."""
    f, half, rest = log
    return fma(f, factor[0], fma(f, factor[1], fma(rest - half, factor[0], plus)))


def logf(x: Num) -> Num:
    """The natural logarithm."""
    k, m = _split_any(x)
    f, half, rest = _log_of_mantissa(m - 1.0)
    return at_the_edges(x, fma(k, _LN2[0], f - (half - fma(k, _LN2[1], rest))))


def log2f(x: Num) -> Num:
    """The binary logarithm."""
    k, m = _split_any(x)
    return at_the_edges(x, k + _scaled(_log_of_mantissa(m - 1.0), _LOG2_E, 0.0))


def log10f(x: Num) -> Num:
    """The decimal logarithm."""
    k, m = _split_any(x)
    more = _scaled(_log_of_mantissa(m - 1.0), _LOG10_E, k * _LOG10_2[1])
    return at_the_edges(x, fma(k, _LOG10_2[0], more))


def log1pf(x: Num) -> Num:
    """log(1 + x)."""
    u = x + 1.0
    back = u - x
    lost = (1.0 - back) + (x - (u - back))
    k, m, biased = _split(u)
    exact = m - 1.0
    # Beyond 2**40 the rest says nothing, and 2**-k may not exist.
    c = where(u < 2.0**40, lost * ((254 - biased) << 23).as_float(), 0.0)
    near = exact + c
    c = (exact - near) + c
    f, half, series = _log_of_mantissa(near)
    series = series + fma(c, fma(f, f - 1.0, 1.0), k * _LN2[1])
    result = fma(k, _LN2[0], f - (half - series))
    return at_the_edges(x, where(x.equals(0.0), x, result), -1.0)
