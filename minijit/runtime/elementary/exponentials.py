"""exp, exp2 and expm1."""

from __future__ import annotations

from typing import Final, NamedTuple

from minijit.runtime.elementary.expressions import Num, clamp, fabs, fma, poly, where

MAGIC: Final = float.fromhex("0x1.8p52")
"""Added to a small number, it leaves the nearest integer in the low bits."""
LOG2_E: Final = float.fromhex("0x1.71547652b82fep+0")
LN2: Final = float.fromhex("0x1.62e42fefa39efp-1")
LN2_HIGH: Final = float.fromhex("0x1.62e42feep-1")
"""The leading bits: times an exponent it is exact."""
LN2_LOW: Final = float.fromhex("0x1.a39ef35793c76p-33")

# (exp(r) - 1 - r) / r**2 for |r| <= ln(2) / 2, and (2**r - 1) / r for |r| <= 1/2: minimax.
_EXP: Final = tuple(map(float.fromhex, (
    "0x1.000000000000cp-1", "0x1.5555555555561p-3", "0x1.555555554ffacp-5", "0x1.111111110d715p-7",
    "0x1.6c16c185c6705p-10", "0x1.a01a01ba8bfc9p-13", "0x1.a0199639fb57dp-16", "0x1.71dde0998fddbp-19",
    "0x1.28b0a062a0f18p-22", "0x1.af843e2f93d6dp-26",
)))  # fmt: skip
_EXP_SHORT: Final = tuple(map(float.fromhex, (
    "0x1.0000005057bfap-1", "0x1.55548e3a662eap-3", "0x1.5554604918615p-5", "0x1.123bddbd90a21p-7",
    "0x1.6db284233f8bdp-10",
)))  # fmt: skip
EXP2_TERMS: Final = tuple(map(float.fromhex, (
    "0x1.62e42fefa39efp-1", "0x1.ebfbdff82c5a5p-3", "0x1.c6b08d704a0d7p-5", "0x1.3b2ab6fb9feaep-7",
    "0x1.5d87fe78a0dd7p-10", "0x1.4309130f536f9p-13", "0x1.ffcbfc7c6ff3bp-17", "0x1.62bfc66cbfb41p-20",
    "0x1.b524cd8335a53p-24", "0x1.e61d571c5e2f0p-28", "0x1.ea18f423d3931p-32",
)))  # fmt: skip
_EXP2_SHORT: Final = tuple(map(float.fromhex, (
    "0x1.62e430cd94f6cp-1", "0x1.ebfbe0da1266ap-3", "0x1.c6aecda72e42cp-5", "0x1.3b29a846f4ac3p-7",
    "0x1.5f4896395e171p-10", "0x1.4490f543eeab0p-13",
)))  # fmt: skip
_ONE: Final = 1023 << 52
_SINGLE_MAGIC: Final = float.fromhex("0x1.8p23")


class Reduced(NamedTuple):
    """exp(x) = 2**n * (1 + r + rest), with |r| <= ln(2) / 2.

    Attributes
    ----------
    n : Num
        As a float.
    shifted : Num
        An integer with `n` in its low bits.
    r, rest : Num
        The larger and the smaller part.
    """

    n: Num
    shifted: Num
    r: Num
    rest: Num


def times_power(x: Num, n: Num, shifted: Num) -> Num:
    """x * 2**n for x near 1 and any n: in two steps, so that only the last one rounds, overflows or underflows."""
    half = fma(n, 0.5, MAGIC).bits()
    stretched = (x.bits() + ((shifted - half) << 52)).as_float()
    return stretched * ((half << 52) + _ONE).as_float()


def exp(x: Num) -> Num:
    """e**x, by halving the exponent's range (Cody and Waite) and a polynomial."""
    x = clamp(x, -746.0, 710.0)
    magic = fma(x, LOG2_E, MAGIC)
    n = magic - MAGIC
    r = fma(n, -LN2, x)
    r = fma(n, -float.fromhex("0x1.abc9e3b39803fp-56"), r)
    e = fma(r * r, poly(r, _EXP), r) + 1.0
    return times_power(e, n, magic.bits())


def expf(x: Num) -> Num:
    """In double precision, whose exponents are enough for a single step."""
    return short_exp(clamp(x, -150.0, 150.0).wide()).narrow()


def short_exp(x: Num) -> Num:
    """e**x for |x| <= 700 with the accuracy that single precision needs."""
    magic = fma(x, LOG2_E, MAGIC)
    r = fma(magic - MAGIC, -LN2, x)
    e = fma(r * r, poly(r, _EXP_SHORT), r) + 1.0
    return (e.bits() + (magic.bits() << 52)).as_float()


def exp2(x: Num) -> Num:
    """2**x."""
    x = clamp(x, -1076.0, 1025.0)
    magic = x + MAGIC
    n = magic - MAGIC
    r = x - n
    return times_power(fma(r, poly(r, EXP2_TERMS), 1.0), n, magic.bits())


def exp2f(x: Num) -> Num:
    """In single precision."""
    x = clamp(x, -152.0, 129.0)
    magic = x + _SINGLE_MAGIC
    n = magic - _SINGLE_MAGIC
    r = x - n
    e = fma(r, poly(r, _EXP2_SHORT), 1.0)
    half = fma(n, 0.5, _SINGLE_MAGIC).bits()
    stretched = (e.bits() + ((magic.bits() - half) << 23)).as_float()
    return stretched * ((half << 23) + (127 << 23)).as_float()


def short_exp2(x: Num) -> Num:
    """2**x for |x| <= 1000 with the accuracy that single precision needs."""
    magic = x + MAGIC
    r = x - (magic - MAGIC)
    e = fma(r, poly(r, _EXP2_SHORT), 1.0)
    return (e.bits() + (magic.bits() << 52)).as_float()


def reduced(x: Num) -> Reduced:
    """The parts of exp(x), about ten bits more accurate than one float."""
    magic = fma(x, LOG2_E, MAGIC)
    n = magic - MAGIC
    exact = fma(n, -LN2_HIGH, x)
    r = fma(n, -LN2_LOW, exact)
    lost = fma(n, -LN2_LOW, exact - r)
    return Reduced(n, magic.bits(), r, fma(r * r, poly(r, _EXP), lost))


def expm1_parts(x: Num, divided_by: int) -> tuple[Num, Num]:
    """(exp(x) - 1) / 2**divided_by as a sum of two numbers, the first of which is the larger one."""
    parts = reduced(x)
    scale = ((parts.shifted << 52) + ((1023 - divided_by) << 52)).as_float()
    whole = scale - 2.0**-divided_by
    high = fma(scale, parts.r, whole)
    low = fma(scale, parts.r, whole - high)
    return high, fma(scale, parts.rest, low)


def expm1(x: Num) -> Num:
    """e**x - 1: half of it first, which does not overflow too early."""
    high, low = expm1_parts(clamp(x, -40.0, 710.0), 1)
    return where(fabs(x) < 2.0**-60, x, (high + low) * 2.0)


def short_expm1(x: Num) -> Num:
    """e**x - 1 for -40 <= x <= 700 with the accuracy that single precision needs."""
    magic = fma(x, LOG2_E, MAGIC)
    r = fma(magic - MAGIC, -LN2, x)
    rest = fma(r * r, poly(r, _EXP_SHORT), r)
    scale = ((magic.bits() << 52) + _ONE).as_float()
    return fma(scale, rest, scale - 1.0)


def expm1f(x: Num) -> Num:
    """In double precision; zeros keep their sign, which the sum loses."""
    result = short_expm1(clamp(x, -40.0, 150.0).wide()).narrow()
    return where(x.equals(0.0), x, result)
