"""Division of Python's ``int`` and ``bool``: ``//``, ``%``, ``divmod`` round down, ``/`` is correctly rounded."""

from __future__ import annotations

import operator
from collections.abc import Callable

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.operands import INTEGER, LEAST, int_part, is_exact_float, raised_by
from minijit.library.registry import lowers
from minijit.library.samples import BOOLS, INTS, mixed
from minijit.library.vals import Val, tuple_val

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
    divisor = known(y)
    if isinstance(divisor, int) and divisor > 0:
        if divisor & (divisor - 1) == 0:
            return b.binary("ashr", x, b.i64(divisor.bit_length() - 1))
        quotient = b.binary("sdiv", x, y)
        remainder = b.sub(x, b.mul(quotient, y))
        return b.add(quotient, b.binary("ashr", remainder, b.i64(63)))
    return _by_sign(b, x, y, lambda: b.binary("udiv", x, y), lambda: _signed_quotient(b, x, y))


def floor_remainder(b: Builder, x: Value, y: Value) -> Value:
    """x % y for y != 0."""
    divisor = known(y)
    if isinstance(divisor, int) and divisor > 0:
        if divisor & (divisor - 1) == 0:
            return b.binary("and", x, b.i64(divisor - 1))
        remainder = b.binary("srem", x, y)
        return b.add(remainder, b.binary("and", b.binary("ashr", remainder, b.i64(63)), y))
    return _by_sign(b, x, y, lambda: b.binary("urem", x, y), lambda: _signed_remainder(b, x, y))


def _by_sign(b: Builder, x: Value, y: Value, unsigned: Callable[[], Value], signed: Callable[[], Value]) -> Value:
    """Numbers are mostly not negative; then rounding down is what the processor does."""
    if isinstance(known(y), int):
        return signed()
    both = b.icmp("sge", b.or_(x, y), b.i64(0))
    return b.if_else(both, lambda: [unsigned()], lambda: [signed()], likely=True)[0]


def _signed_quotient(b: Builder, x: Value, y: Value) -> Value:
    b.bail_unless(b.or_(b.icmp("ne", x, b.i64(LEAST)), b.icmp("ne", y, b.i64(-1))), _TOO_LARGE)
    quotient = b.binary("sdiv", x, y)
    remainder = b.sub(x, b.mul(quotient, y))
    return b.select(_is_above(b, remainder, y), b.sub(quotient, b.i64(1)), quotient)


def _signed_remainder(b: Builder, x: Value, y: Value) -> Value:
    # The processor traps on -2**63 % -1; what divides by -1 divides by 1.
    divisor = b.select(b.icmp("eq", y, b.i64(-1)), b.i64(1), y)
    remainder = b.binary("srem", x, divisor)
    return b.select(_is_above(b, remainder, y), b.add(remainder, y), remainder)


def _is_above(b: Builder, remainder: Value, y: Value) -> Value:
    """Whether division towards zero has rounded up: there is a remainder, and its sign is not the divisor's."""
    differs = b.icmp("slt", b.binary("xor", remainder, y), b.i64(0))
    return b.and_(b.icmp("ne", remainder, b.i64(0)), differs)


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
