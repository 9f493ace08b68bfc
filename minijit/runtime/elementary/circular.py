"""sin, cos and tan.

The argument is reduced to |r| <= pi / 4 by three parts of pi / 2 (Cody and Waite). With the fused multiplication this
serves up to 2**45, for singles 2**17: the multiple of pi / 2 is then known to within a little, and the first
subtraction is exact. What lies beyond goes to the C library, from a vectorised loop through a function that looks at a
whole vector at once.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from minijit.runtime.elementary.expressions import F64, Num, fabs, fma, poly, unless, where
from minijit.runtime.elementary.far_arguments import call_far
from minijit.runtime.elementary.formats import DOUBLE, SINGLE, format_of, parse

_TWO_OVER_PI: Final = float.fromhex("0x1.45f306dc9c883p-1")
_FAR: Final = {DOUBLE: 2.0**45, SINGLE: 2.0**17}

# Minimax for |r| <= pi / 4 and a little more, in r**2: (sin(r) / r - 1) / r**2, (cos(r) - 1 + r**2 / 2) / r**4, and
# for singles (tan(r) / r - 1) / r**2.
_SIN: Final = {
    DOUBLE: parse(
        "-0x1.5555555555549p-3", "0x1.111111110f861p-7", "-0x1.a01a019c0e443p-13", "0x1.71de3574b0a31p-19",
        "-0x1.ae5e63c34f0b0p-26", "0x1.5d9243286c9eap-33",
    ),
    SINGLE: parse(
        "-0x1.5555554b4151ep-3", "0x1.11110785fd6f7p-7", "-0x1.a00ec3e248a45p-13", "0x1.6ca4dbcbf00bap-19",
    ),
}  # fmt: skip
_COS: Final = {
    DOUBLE: parse(
        "0x1.555555555554cp-5", "-0x1.6c16c16c15160p-10", "0x1.a01a019caeb0bp-16", "-0x1.27e4f807a2bf1p-22",
        "0x1.1ee9ea48cdf3fp-29", "-0x1.8fadbda776b6dp-37",
    ),
    SINGLE: parse(
        "0x1.5555495b72ec1p-5", "-0x1.6c0bb42247cdfp-10", "0x1.99c3844c7fa7bp-16",
    ),
}  # fmt: skip
_TAN: Final = parse(
    "0x1.555553b96fd54p-2", "0x1.1111ae5bddd9ap-3", "0x1.b9f2b26cae84ep-5", "0x1.68de976d6d515p-6",
    "0x1.0c03c872536eep-7", "0x1.5b74c70a8a9d7p-8", "-0x1.e2470e839499cp-11", "0x1.1d85ba167789bp-9",
)  # fmt: skip


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


def _reduced(x: Num) -> Reduced:
    form = format_of(x)
    magic = fma(x, _TWO_OVER_PI, form.to_integer)
    n = magic - form.to_integer
    first, second, third = form.half_pi
    exact = fma(n, -first, x)
    product = n * -second
    r = exact + product
    # What this sum (by Knuth), the product and the third part have left over.
    back = r - exact
    lost = (exact - (r - back)) + (product - back)
    rest = fma(n, -third, lost + fma(n, -second, -product))
    return Reduced(magic.bits(), r, rest)


def _waves(r: Num, rest: Num) -> Waves:
    form = format_of(r)
    square = r * r
    half = square * 0.5
    near_cos = 1.0 - half
    sin_rest = fma(square * r, poly(square, _SIN[form]), rest * near_cos)
    cos_rest = fma(square * square, poly(square, _COS[form]), ((1.0 - near_cos) - half) - r * rest)
    return Waves(r, sin_rest, near_cos, cos_rest)


def _signed(x: Num, quadrant: Num) -> Num:
    """-x in the quadrants 2 and 3."""
    sign = 62 if x.type == F64 else 30
    return (x.bits() ^ ((quadrant & 2) << sign)).as_float()


def _is_odd(quadrant: Num) -> Num:
    return (quadrant & 1).differs(0)


def _or_library(name: str, x: Num, near: Num) -> Num:
    """`near`, or what the C library gives for large numbers, infinities and nan."""
    suffix = "" if x.type == F64 else "f"
    return unless(~(fabs(x) < _FAR[format_of(x)]), near, lambda: call_far(name + suffix, x))


def sin(x: Num) -> Num:
    """The sine."""
    quadrant, r, rest = _reduced(x)
    waves = _waves(r, rest)
    near = where(_is_odd(quadrant), waves.cos + waves.cos_rest, waves.sin + waves.sin_rest)
    # -0.0 would lose its sign in the sum.
    return _or_library("sin", x, where(x.equals(0.0), x, _signed(near, quadrant)))


def cos(x: Num) -> Num:
    """The cosine: the sine of the next quadrant."""
    quadrant, r, rest = _reduced(x)
    waves = _waves(r, rest)
    near = where(_is_odd(quadrant), waves.sin + waves.sin_rest, waves.cos + waves.cos_rest)
    return _or_library("cos", x, _signed(near, quadrant + 1))


def tan(x: Num) -> Num:
    """The tangent: of doubles sine over cosine, corrected by the remainder of the division."""
    quadrant, r, rest = _reduced(x)
    odd = _is_odd(quadrant)
    if format_of(x) is SINGLE:
        near = _short_tan(r, rest, odd)
    else:
        waves = _waves(r, rest)
        sine, sine_rest = _settled(waves.sin, waves.sin_rest)
        cosine, cosine_rest = _settled(waves.cos, waves.cos_rest)
        above, above_rest = where(odd, -cosine, sine), where(odd, -cosine_rest, sine_rest)
        below, below_rest = where(odd, sine, cosine), where(odd, sine_rest, cosine_rest)
        inverse = 1.0 / below
        quotient = above * inverse
        remainder = fma(quotient, -below, above) + fma(quotient, -below_rest, above_rest)
        near = fma(remainder, inverse, quotient)
    return _or_library("tan", x, where(x.equals(0.0), x, near))


def _short_tan(r: Num, rest: Num, odd: Num) -> Num:
    """A polynomial, or its inverse turned around in odd quadrants, corrected likewise."""
    square = r * r
    tangent, tangent_rest = _settled(r, fma(square * r, poly(square, _TAN), fma(rest, square, rest)))
    inverse = -1.0 / tangent
    remainder = fma(inverse, tangent, 1.0) + inverse * tangent_rest
    return where(odd, fma(inverse, remainder, inverse), tangent)


def _settled(large: Num, small: Num) -> tuple[Num, Num]:
    """The sum of two numbers, and what rounding has cut off."""
    total = large + small
    return total, (large - total) + small
