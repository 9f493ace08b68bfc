"""``round``: to an int half to even, or to digits as correctly as the decimal system allows."""

from __future__ import annotations

from collections.abc import Callable

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.numbers.conversions import int_of_float
from minijit.library.operands import INTEGER, int_part, known_int
from minijit.library.registry import Arg, lowers
from minijit.library.samples import BOOLS, FLOATS, INTS, Rows, each, pairs
from minijit.library.vals import Val
from minijit.machine import F64

_MOST_DIGITS = 22
"""Powers of ten are floats up to here."""
_HALVES = (0.125, 2.675, 1.005, -1.005, 0.5, 1e15 + 0.3, 12345.678, 0.045, 1.15, -2.5e-7, 33.333)
_DIGITS: Rows = pairs((*FLOATS, *_HALVES), (0, 1, 2, 3, 5, 10, 15, 22, 23, 400, -1, -3, -400, True))


@lowers(round, INTEGER, result=t.INT, fold=True, samples=each(INTS, BOOLS))
def _round_integer(b: Builder, x: Val) -> Val:
    return b.int_val(int_part(b, x))


@lowers(round, t.FLOAT, result=t.INT, effects="raises", fold=True, samples=each(FLOATS, _HALVES))
def _round_float(b: Builder, x: Val) -> Val:
    return int_of_float(b, b.intrinsic("rint", F64, x.part))


@lowers(round, (t.FLOAT, *INTEGER), t.NONE, result=t.INT, effects="raises", fold=True, samples=[(2.5, None), (3, None)])
def _round_none(b: Builder, x: Val, ndigits: Val) -> Val:
    return _round_integer(b, x) if x.type in INTEGER else _round_float(b, x)


@lowers(round, t.FLOAT, INTEGER, result=t.FLOAT, effects="raises", fold=True, samples=_DIGITS)
def _round_digits(b: Builder, x: Val, ndigits: Val) -> Val:
    digits = known_int(ndigits)

    def by_python() -> tuple[Value, ...]:
        return b.call_python(round, [x, ndigits], t.FLOAT, effects="").parts

    if digits is None or not 0 <= digits <= _MOST_DIGITS:
        return b.float_val(by_python()[0])
    return b.float_val(_round_known(b, x.part, digits, by_python))


def _round_known(b: Builder, x: Value, digits: int, by_python: Callable[[], tuple[Value, ...]]) -> Value:
    """x * 10**digits to an integer, and back; both are right unless that is large or close to a half."""
    power = b.f64(float(10**digits))
    scaled = b.binary("fmul", x, power)
    whole = b.intrinsic("rint", F64, scaled)
    size = b.intrinsic("fabs", F64, scaled)
    distance = b.intrinsic("fabs", F64, b.binary("fsub", scaled, whole))
    # Twice the rounding error of the product is left as a margin.
    uncertain = b.intrinsic("fma", F64, size, b.f64(2.0**-52), distance)
    clear = b.and_(b.fcmp("olt", uncertain, b.f64(0.5)), b.fcmp("olt", size, b.f64(2.0**51)))
    return b.if_else(clear, lambda: [b.binary("fdiv", whole, power)], by_python, likely=True)[0]


@lowers(
    round,
    INTEGER,
    INTEGER,
    result=t.INT,
    effects="raises",
    fold=True,
    samples=pairs((*INTS, 15, 25, -15, True), (0, 1, -1, -2, -18, -19, 5, False)),
)
def _round_integer_digits(b: Builder, x: Val, ndigits: Val) -> Val:
    digits = int_part(b, ndigits)
    parts = b.if_else(
        b.icmp("sge", digits, b.i64(0)),
        lambda: [int_part(b, x)],
        lambda: b.call_python(round, [x, ndigits], t.INT, effects="").parts,
        likely=True,
    )
    return b.int_val(parts[0])


def _type_by_name(x: Arg, ndigits: Arg | None = None) -> t.Type | None:
    if ndigits is None or ndigits.type == t.NONE:
        return t.INT
    return t.FLOAT if x.type == t.FLOAT else t.INT


@lowers(
    round,
    (t.FLOAT, *INTEGER),
    result=_type_by_name,
    effects="raises",
    fold=True,
    keywords={"ndigits": (*INTEGER, t.NONE)},
)
def _round_by_name(b: Builder, x: Val, ndigits: Val) -> Val:
    return b.apply(round, x, ndigits)
