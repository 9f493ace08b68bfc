"""exp, exp2 and expm1."""

from __future__ import annotations

from typing import Final, NamedTuple

from minijit.runtime.elementary.expressions import Num, clamp, fabs, fma, poly, where
from minijit.runtime.elementary.formats import DOUBLE, SINGLE, format_of, parse

# (exp(r) - 1 - r) / r**2 for |r| <= log(2) / 2: minimax.
EXP_TERMS: Final = {
    DOUBLE: parse(
        "0x1.000000000000cp-1", "0x1.5555555555561p-3", "0x1.555555554ffacp-5", "0x1.111111110d715p-7",
        "0x1.6c16c185c6705p-10", "0x1.a01a01ba8bfc9p-13", "0x1.a0199639fb57dp-16", "0x1.71dde0998fddbp-19",
        "0x1.28b0a062a0f18p-22", "0x1.af843e2f93d6dp-26",
    ),
    SINGLE: parse(
        "0x1.0000005057bfap-1", "0x1.55548e3a662eap-3", "0x1.5554604918615p-5", "0x1.123bddbd90a21p-7",
        "0x1.6db284233f8bdp-10",
    ),
}  # fmt: skip
# (2**r - 1) / r for |r| <= 1/2: minimax.
EXP2_TERMS: Final = {
    DOUBLE: parse(
        "0x1.62e42fefa39efp-1", "0x1.ebfbdff82c5a5p-3", "0x1.c6b08d704a0d7p-5", "0x1.3b2ab6fb9feaep-7",
        "0x1.5d87fe78a0dd7p-10", "0x1.4309130f536f9p-13", "0x1.ffcbfc7c6ff3bp-17", "0x1.62bfc66cbfb41p-20",
        "0x1.b524cd8335a53p-24", "0x1.e61d571c5e2f0p-28", "0x1.ea18f423d3931p-32",
    ),
    SINGLE: parse(
        "0x1.62e430cd94f6cp-1", "0x1.ebfbe0da1266ap-3", "0x1.c6aecda72e42cp-5", "0x1.3b29a846f4ac3p-7",
        "0x1.5f4896395e171p-10", "0x1.4490f543eeab0p-13",
    ),
}  # fmt: skip
_RANGES: Final = {DOUBLE: (-746.0, 710.0), SINGLE: (-104.0, 89.0)}
"""Beyond these exp is 0 or overflows."""
_RANGES2: Final = {DOUBLE: (-1076.0, 1025.0), SINGLE: (-152.0, 129.0)}
_GREATEST: Final = {DOUBLE: 710.0, SINGLE: 88.9}
"""Above it expm1 overflows."""


class Reduced(NamedTuple):
    """exp(x) = 2**n * (1 + r + rest), with |r| <= log(2) / 2.

    Attributes
    ----------
    shifted : Num
        An integer with `n` in its low bits.
    r, rest : Num
        The larger and the smaller part.
    """

    shifted: Num
    r: Num
    rest: Num


def power_of_two(shifted: Num, like: Num, less: int = 0) -> Num:
    """2**(n - less) for an integer with `n` in its low bits, where it is a normal number."""
    form = format_of(like)
    return ((shifted << form.fraction) + ((form.bias - less) << form.fraction)).as_float()


def times_power(x: Num, n: Num, shifted: Num) -> Num:
    """x * 2**n for x near 1 and any n: in two steps, so that only the last one rounds, overflows or underflows."""
    form = format_of(x)
    half = fma(n, 0.5, form.to_integer).bits()
    stretched = (x.bits() + ((shifted - half) << form.fraction)).as_float()
    return stretched * power_of_two(half, x)


def exp(x: Num) -> Num:
    """e**x, by reducing the argument (Cody and Waite) and a polynomial."""
    form = format_of(x)
    x = clamp(x, *_RANGES[form])
    magic = fma(x, form.log2_e[0], form.to_integer)
    n = magic - form.to_integer
    r = fma(n, -form.ln2[1], fma(n, -form.ln2[0], x))
    e = fma(r * r, poly(r, EXP_TERMS[form]), r) + 1.0
    return times_power(e, n, magic.bits())


def exp2(x: Num) -> Num:
    """2**x."""
    form = format_of(x)
    x = clamp(x, *_RANGES2[form])
    magic = x + form.to_integer
    n = magic - form.to_integer
    r = x - n
    return times_power(fma(r, poly(r, EXP2_TERMS[form]), 1.0), n, magic.bits())


def short_exp2(x: Num) -> Num:
    """2**x of a double for |x| <= 1000, with the accuracy that single precision needs."""
    magic = x + DOUBLE.to_integer
    r = x - (magic - DOUBLE.to_integer)
    e = fma(r, poly(r, EXP2_TERMS[SINGLE]), 1.0)
    return (e.bits() + (magic.bits() << DOUBLE.fraction)).as_float()


def reduced(x: Num) -> Reduced:
    """The parts of exp(x), about ten bits more accurate than one float."""
    form = format_of(x)
    magic = fma(x, form.log2_e[0], form.to_integer)
    n = magic - form.to_integer
    large, small = form.ln2_by_exponent
    exact = fma(n, -large, x)
    r = fma(n, -small, exact)
    lost = fma(n, -small, exact - r)
    return Reduced(magic.bits(), r, fma(r * r, poly(r, EXP_TERMS[form]), lost))


def expm1_parts(x: Num, divided_by: int) -> tuple[Num, Num]:
    """(exp(x) - 1) / 2**divided_by as a sum of two numbers, the first of which is the larger one."""
    parts = reduced(x)
    scale = power_of_two(parts.shifted, x, divided_by)
    whole = scale - 2.0**-divided_by
    high = fma(scale, parts.r, whole)
    low = fma(scale, parts.r, whole - high)
    return high, fma(scale, parts.rest, low)


def expm1(x: Num) -> Num:
    """e**x - 1: half of it first, which does not overflow too early."""
    high, low = expm1_parts(clamp(x, -40.0, _GREATEST[format_of(x)]), 1)
    return where(fabs(x) < 2.0**-60, x, (high + low) * 2.0)
