"""sin, cos and tan of doubles.

The argument is reduced to |r| <= pi / 4 by three parts of pi / 2 (Cody and Waite). With the fused multiplication this
serves up to 2**45: the multiple of pi / 2 is then known to within a little, and the first subtraction is exact. What
lies beyond goes to the C library, from a vectorised loop through a function that looks at a whole vector at once.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from minijit.runtime.elementary.exponentials import MAGIC
from minijit.runtime.elementary.expressions import Num, fabs, fma, poly, unless, where
from minijit.runtime.elementary.far_arguments import call_far

_TWO_OVER_PI: Final = float.fromhex("0x1.45f306dc9c883p-1")
_HALF_PI: Final = tuple(
    map(float.fromhex, ("0x1.921fb54442d18p+0", "0x1.1a62633145c07p-54", "-0x1.f1976b7ed8fbcp-110"))
)
_FAR: Final = 2.0**45

# (sin(r) / r - 1) / r**2 and (cos(r) - 1 + r**2 / 2) / r**4 as polynomials in r**2: minimax for |r| <= pi / 4.
_SIN: Final = tuple(map(float.fromhex, (
    "-0x1.5555555555549p-3", "0x1.111111110f861p-7", "-0x1.a01a019c0e443p-13", "0x1.71de3574b0a31p-19",
    "-0x1.ae5e63c34f0b0p-26", "0x1.5d9243286c9eap-33",
)))  # fmt: skip
_COS: Final = tuple(map(float.fromhex, (
    "0x1.555555555554cp-5", "-0x1.6c16c16c15160p-10", "0x1.a01a019caeb0bp-16", "-0x1.27e4f807a2bf1p-22",
    "0x1.1ee9ea48cdf3fp-29", "-0x1.8fadbda776b6dp-37",
)))  # fmt: skip


class Reduced(NamedTuple):
    """x = quadrant * pi / 2 + r + rest.

    Attributes
    ----------
    quadrant : Num
        An integer with the quadrant in its last two bits.
    r, rest : Num
        |r| <= pi / 4, and what it lacks.
    """

    quadrant: Num
    r: Num
    rest: Num


class Waves(NamedTuple):
    """sin(r + rest) and cos(r + rest), each as a large part and a small one."""

    sin: Num
    sin_rest: Num
    cos: Num
    cos_rest: Num


def reduced(x: Num, to_integer: float, half_pi: tuple[float, ...]) -> Reduced:
    """Reduce an argument; `to_integer` leaves the nearest integer in the low bits when it is added."""
    magic = fma(x, _TWO_OVER_PI, to_integer)
    n = magic - to_integer
    first, second, third = half_pi
    exact = fma(n, -first, x)
    product = n * -second
    r = exact + product
    # What this sum (by Knuth), the product and the third part have left over.
    back = r - exact
    lost = (exact - (r - back)) + (product - back)
    rest = fma(n, -third, lost + fma(n, -second, -product))
    return Reduced(magic.bits(), r, rest)


def _waves(r: Num, rest: Num) -> Waves:
    square = r * r
    half = square * 0.5
    near_cos = 1.0 - half
    sin_rest = fma(square * r, poly(square, _SIN), rest * near_cos)
    cos_rest = fma(square * square, poly(square, _COS), ((1.0 - near_cos) - half) - r * rest)
    return Waves(r, sin_rest, near_cos, cos_rest)


def _signed(x: Num, quadrant: Num) -> Num:
    """-x in the quadrants 2 and 3."""
    return (x.bits() ^ ((quadrant & 2) << 62)).as_float()


def _is_odd(quadrant: Num) -> Num:
    return (quadrant & 1).differs(0)


def sin(x: Num) -> Num:
    """The sine."""
    quadrant, r, rest = reduced(x, MAGIC, _HALF_PI)
    waves = _waves(r, rest)
    near = where(_is_odd(quadrant), waves.cos + waves.cos_rest, waves.sin + waves.sin_rest)
    # -0.0 would lose its sign in the sum.
    near = where(x.equals(0.0), x, _signed(near, quadrant))
    return unless(_is_far(x), near, lambda: call_far("sin", x))


def cos(x: Num) -> Num:
    """The cosine: the sine of the next quadrant."""
    quadrant, r, rest = reduced(x, MAGIC, _HALF_PI)
    waves = _waves(r, rest)
    near = where(_is_odd(quadrant), waves.sin + waves.sin_rest, waves.cos + waves.cos_rest)
    return unless(_is_far(x), _signed(near, quadrant + 1), lambda: call_far("cos", x))


def tan(x: Num) -> Num:
    """The tangent: sine over cosine, corrected by the remainder of the division."""
    quadrant, r, rest = reduced(x, MAGIC, _HALF_PI)
    waves = _waves(r, rest)
    sine, sine_rest = _settled(waves.sin, waves.sin_rest)
    cosine, cosine_rest = _settled(waves.cos, waves.cos_rest)
    odd = _is_odd(quadrant)
    above, above_rest = where(odd, -cosine, sine), where(odd, -cosine_rest, sine_rest)
    below, below_rest = where(odd, sine, cosine), where(odd, sine_rest, cosine_rest)
    inverse = 1.0 / below
    quotient = above * inverse
    remainder = fma(quotient, -below, above) + fma(quotient, -below_rest, above_rest)
    near = where(x.equals(0.0), x, fma(remainder, inverse, quotient))
    return unless(_is_far(x), near, lambda: call_far("tan", x))


def _settled(large: Num, small: Num) -> tuple[Num, Num]:
    """The sum of two numbers, and what rounding has cut off."""
    total = large + small
    return total, (large - total) + small


def _is_far(x: Num) -> Num:
    """True for nan, too."""
    return ~(fabs(x) < _FAR)
