"""sin, cos and tan of singles, in single precision: as in :mod:`minijit.runtime.elementary.circular`, up to 2**17."""

from __future__ import annotations

from typing import Final

from minijit.runtime.elementary.circular import reduced
from minijit.runtime.elementary.expressions import Num, fabs, fma, poly, unless, where
from minijit.runtime.elementary.far_arguments import call_far

_MAGIC: Final = float.fromhex("0x1.8p23")
"""Added to a small number, it leaves the nearest integer in the low bits."""
_HALF_PI: Final = tuple(map(float.fromhex, ("0x1.921fb6p+0", "-0x1.777a5cp-25", "-0x1.ee59dap-50")))
_FAR: Final = 2.0**17

# Minimax for |r| a little beyond pi / 4, as polynomials in r**2: (sin(r) / r - 1) / r**2,
# (cos(r) - 1 + r**2 / 2) / r**4 and (tan(r) / r - 1) / r**2.
_SIN: Final = tuple(map(float.fromhex, (
    "-0x1.5555554b4151ep-3", "0x1.11110785fd6f7p-7", "-0x1.a00ec3e248a45p-13", "0x1.6ca4dbcbf00bap-19",
)))  # fmt: skip
_COS: Final = tuple(map(float.fromhex, (
    "0x1.5555495b72ec1p-5", "-0x1.6c0bb42247cdfp-10", "0x1.99c3844c7fa7bp-16",
)))  # fmt: skip
_TAN: Final = tuple(map(float.fromhex, (
    "0x1.555553b96fd54p-2", "0x1.1111ae5bddd9ap-3", "0x1.b9f2b26cae84ep-5", "0x1.68de976d6d515p-6",
    "0x1.0c03c872536eep-7", "0x1.5b74c70a8a9d7p-8", "-0x1.e2470e839499cp-11", "0x1.1d85ba167789bp-9",
)))  # fmt: skip


def _waves(r: Num, rest: Num) -> tuple[Num, Num]:
    """Sine and cosine."""
    square = r * r
    half = square * 0.5
    near = 1.0 - half
    cosine = near + fma(square * square, poly(square, _COS), ((1.0 - near) - half) - r * rest)
    return r + fma(square * r, poly(square, _SIN), rest), cosine


def _signed(x: Num, quadrant: Num) -> Num:
    """-x in the quadrants 2 and 3."""
    return (x.bits() ^ ((quadrant & 2) << 30)).as_float()


def _is_odd(quadrant: Num) -> Num:
    return (quadrant & 1).differs(0)


def sinf(x: Num) -> Num:
    """The sine."""
    quadrant, r, rest = reduced(x, _MAGIC, _HALF_PI)
    sine, cosine = _waves(r, rest)
    near = where(x.equals(0.0), x, _signed(where(_is_odd(quadrant), cosine, sine), quadrant))
    return unless(_is_far(x), near, lambda: call_far("sinf", x))


def cosf(x: Num) -> Num:
    """The cosine: the sine of the next quadrant."""
    quadrant, r, rest = reduced(x, _MAGIC, _HALF_PI)
    sine, cosine = _waves(r, rest)
    near = _signed(where(_is_odd(quadrant), sine, cosine), quadrant + 1)
    return unless(_is_far(x), near, lambda: call_far("cosf", x))


def tanf(x: Num) -> Num:
    """The tangent, or its inverse turned around in odd quadrants, corrected by the remainder of the division."""
    quadrant, r, rest = reduced(x, _MAGIC, _HALF_PI)
    square = r * r
    more = fma(square * r, poly(square, _TAN), fma(rest, square, rest))
    tangent = r + more
    inverse = -1.0 / tangent
    remainder = fma(inverse, tangent, 1.0) + inverse * ((r - tangent) + more)
    near = where(_is_odd(quadrant), fma(inverse, remainder, inverse), tangent)
    near = where(x.equals(0.0), x, near)
    return unless(_is_far(x), near, lambda: call_far("tanf", x))


def _is_far(x: Num) -> Num:
    """True for nan, too."""
    return ~(fabs(x) < _FAR)
