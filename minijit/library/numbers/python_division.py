"""Division of Python's ``int`` and ``bool``: ``//``, ``%``, ``divmod`` round down, ``/`` is correctly rounded."""

from __future__ import annotations

import operator

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.operands import INTEGER, int_part, is_exact_float, raised_by
from minijit.library.registry import lowers
from minijit.library.samples import BOOLS, INTS, mixed
from minijit.library.vals import Val, tuple_val
from minijit.machine import I64

_ROWS = mixed(INTS, (*INTS, *BOOLS))
_FLOORDIV_BY_ZERO = raised_by(operator.floordiv, 1, 0)
_MOD_BY_ZERO = raised_by(operator.mod, 1, 0)
_DIVMOD_BY_ZERO = raised_by(divmod, 1, 0)
_TRUEDIV_BY_ZERO = raised_by(operator.truediv, 1, 0)
_TOO_LARGE = "the quotient of two ints does not fit in 64 bits"


def _check_divisor(b: Builder, y: Value, error: tuple[type[Exception], str]) -> None:
    b.check(b.icmp("ne", y, b.i64(0)), *error, op="check_divisor")


def floor_quotient(b: Builder, x: Value, y: Value) -> Value:
    """x // y for y != 0; leaves where 64 bits do not hold it."""
    if known(y) not in (None, -1):
        return b.emit("floor_div", (x, y), I64)
    return b.emit("check_div", (x, y), I64, site=b.site("bail", OverflowError, _TOO_LARGE))


def floor_remainder(b: Builder, x: Value, y: Value) -> Value:
    """x % y for y != 0."""
    return b.emit("floor_mod", (x, y), I64)


@lowers(operator.floordiv, INTEGER, INTEGER, result=t.INT, effects="raises", fold=True, samples=_ROWS)
def _floordiv(b: Builder, x: Val, y: Val) -> Val:
    divisor = int_part(b, y)
    _check_divisor(b, divisor, _FLOORDIV_BY_ZERO)
    return b.int_val(floor_quotient(b, int_part(b, x), divisor))


@lowers(operator.mod, INTEGER, INTEGER, result=t.INT, effects="raises", fold=True, samples=_ROWS)
def _mod(b: Builder, x: Val, y: Val) -> Val:
    divisor = int_part(b, y)
    _check_divisor(b, divisor, _MOD_BY_ZERO)
    return b.int_val(floor_remainder(b, int_part(b, x), divisor))


@lowers(divmod, INTEGER, INTEGER, result=t.Tuple((t.INT, t.INT)), effects="raises", fold=True, samples=_ROWS)
def _divmod(b: Builder, x: Val, y: Val) -> Val:
    dividend, divisor = int_part(b, x), int_part(b, y)
    _check_divisor(b, divisor, _DIVMOD_BY_ZERO)
    quotient = floor_quotient(b, dividend, divisor)
    remainder = b.sub(dividend, b.mul(quotient, divisor))
    return tuple_val([b.int_val(quotient), b.int_val(remainder)])


@lowers(operator.truediv, INTEGER, INTEGER, result=t.FLOAT, effects="raises", fold=True, samples=_ROWS)
def _truediv(b: Builder, x: Val, y: Val) -> Val:
    dividend, divisor = int_part(b, x), int_part(b, y)
    _check_divisor(b, divisor, _TRUEDIV_BY_ZERO)
    exact = b.and_(is_exact_float(b, dividend), is_exact_float(b, divisor))
    return b.float_val(
        b.if_else(
            exact,
            lambda: [b.binary("fdiv", b.as_f64(x), b.as_f64(y))],
            lambda: b.call_python(operator.truediv, [x, y], t.FLOAT, effects="").parts,
            likely=True,
        )[0]
    )
