"""Doubles and singles: what the formulas need to know of each."""

from __future__ import annotations

from typing import Final, NamedTuple

from minijit.runtime.elementary.expressions import F64, Num


class Format(NamedTuple):
    """A binary format, and constants in it.

    Constants that are pairs are the sums of a large part and a small one.

    Attributes
    ----------
    fraction : int
        The bits of the fraction.
    bias : int
        What is added to exponents.
    sqrt_half : int
        The bits of the square root of 1/2.
    to_integer : float
        Added to a small number, it leaves the nearest integer in the low bits.
    ln2, log2_e, log10_e, half_pi : tuple of float
        log(2), its inverse, the inverse of log(10), pi / 2.
    ln2_by_exponent, log10_2_by_exponent : tuple of float
        log(2) and log10(2), with so few bits in the first part that its product with an exponent is exact.
    """

    fraction: int
    bias: int
    sqrt_half: int
    to_integer: float
    ln2: tuple[float, ...]
    log2_e: tuple[float, ...]
    log10_e: tuple[float, ...]
    half_pi: tuple[float, ...]
    ln2_by_exponent: tuple[float, ...]
    log10_2_by_exponent: tuple[float, ...]

    @property
    def one(self) -> int:
        """The bits of 1."""
        return self.bias << self.fraction


def parse(*digits: str) -> tuple[float, ...]:
    """Numbers from their hexadecimal digits."""
    return tuple(map(float.fromhex, digits))


DOUBLE: Final = Format(
    fraction=52,
    bias=1023,
    sqrt_half=0x3FE6A09E667F3BCD,
    to_integer=1.5 * 2.0**52,
    ln2=parse("0x1.62e42fefa39efp-1", "0x1.abc9e3b39803fp-56"),
    log2_e=parse("0x1.71547652b82fep+0", "0x1.777d0ffda0d24p-56"),
    log10_e=parse("0x1.bcb7b1526e50ep-2", "0x1.95355baaafad3p-57"),
    half_pi=parse("0x1.921fb54442d18p+0", "0x1.1a62633145c07p-54", "-0x1.f1976b7ed8fbcp-110"),
    ln2_by_exponent=parse("0x1.62e42feep-1", "0x1.a39ef35793c76p-33"),
    log10_2_by_exponent=parse("0x1.34413509f6p-2", "0x1.9fef311f12b36p-42"),
)
SINGLE: Final = Format(
    fraction=23,
    bias=127,
    sqrt_half=0x3F3504F3,
    to_integer=1.5 * 2.0**23,
    ln2=parse("0x1.62e43p-1", "-0x1.05c61p-29"),
    log2_e=parse("0x1.715476p+0", "0x1.4ae0cp-26"),
    log10_e=parse("0x1.bcb7b2p-2", "-0x1.5b235ep-27"),
    half_pi=parse("0x1.921fb6p+0", "-0x1.777a5cp-25", "-0x1.ee59dap-50"),
    ln2_by_exponent=parse("0x1.62e4p-1", "0x1.7f7d1cp-20"),
    log10_2_by_exponent=parse("0x1.344p-2", "0x1.3509f8p-18"),
)


def format_of(x: Num) -> Format:
    """The format of a number."""
    return DOUBLE if x.type == F64 else SINGLE
