"""Operators with an int constant beyond 64 bits: masks like ``0xFFFF_FFFF_FFFF_FFFF``, moduli like ``2**64``."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

from minijit import types as t
from minijit.ir.nodes import UNKNOWN
from minijit.library.builder import Builder
from minijit.library.numbers.comparisons import EQUALITY, ORDER
from minijit.library.operands import INTEGER, int_part
from minijit.library.registry import Arg, lowers
from minijit.library.samples import FEW_FLOATS, FEW_INTS, later, mixed
from minijit.library.vals import Val

Operator = Callable[[Any, Any], Any]

_BIG: Final = (2**63, 2**64 - 1, 2**64, 2**64 + 1, -(2**63) - 1, 2**70, 10**400)
_ROWS = mixed(_BIG, (*FEW_INTS, True))
_FLOAT_ROWS = mixed(_BIG[:-1], FEW_FLOATS)


def value_of(one: t.Type) -> int | None:
    """The int of a constant that is too large for the type ``INT``."""
    return one.value if isinstance(one, t.Const) and type(one.value) is int else None


def is_big(one: t.Type) -> bool:
    """Whether the type is that of an int constant beyond 64 bits."""
    return value_of(one) is not None


def _fold(function: Operator) -> Callable[[Arg, Arg], object]:
    def fold(x: Arg, y: Arg) -> object:
        if not (isinstance(x.const, int) and isinstance(y.const, int)) or max(abs(x.const), abs(y.const)) >= 2**128:
            return UNKNOWN
        if function in (operator.pow, operator.lshift) and abs(y.const) > 1024:
            return UNKNOWN
        try:
            result: object = function(x.const, y.const)
        except (ArithmeticError, ValueError):
            return UNKNOWN
        return result

    return fold


def _number(value: Val | Arg) -> int:
    number = value_of(value.type)
    assert number is not None
    return number


# ---- with an int


def _lower_by_python(function: Operator, result: t.Type) -> Callable[[Builder, Val, Val], Val]:
    def lower(b: Builder, x: Val, y: Val) -> Val:
        return b.call_python(function, [x, y], result, effects="")

    return lower


def _lower_if_not_negative(function: Operator) -> Callable[[Builder, Val, Val], Val]:
    """``x & mask`` and ``x % modulus``: an `x` that is not negative stays as it is."""

    def lower(b: Builder, x: Val, y: Val) -> Val:
        number = int_part(b, x)
        parts = b.if_else(
            b.icmp("sge", number, b.i64(0)),
            lambda: [number],
            lambda: b.call_python(function, [x, y], t.INT, effects="").parts,
            likely=True,
        )
        return b.int_val(parts[0])

    return lower


def _leaves_alone(function: Operator, number: int) -> bool:
    """Whether ``function(x, number)`` is `x` for each `x` of 64 bits that is not negative."""
    if function is operator.and_:
        return number > 0 and number & (2**63 - 1) == 2**63 - 1
    return function is operator.mod and number >= 2**63


def _register_integers(function: Operator, result: t.Type) -> None:
    fold, by_python = _fold(function), _lower_by_python(function, result)

    def rule(x: Arg, y: Arg) -> t.Type | None:
        return result if _leaves_alone(function, _number(y)) else None

    quick = _lower_if_not_negative(function)
    lowers(function, INTEGER, is_big, result=rule, effects="raises", fold=fold)(quick)
    for patterns in ((INTEGER, is_big), (is_big, INTEGER), (is_big, is_big)):
        lowers(function, *patterns, result=result, effects="raises", fold=fold, samples=_ROWS)(by_python)


for _function in (
    operator.add,
    operator.sub,
    operator.mul,
    operator.floordiv,
    operator.mod,
    operator.and_,
    operator.or_,
    operator.xor,
    operator.rshift,
):
    _register_integers(_function, t.INT)
_register_integers(operator.truediv, t.FLOAT)


# ---- with a float


def _as_float(number: int) -> float | None:
    try:
        return float(number)
    except OverflowError:
        return None


def _register_floats(function: Operator) -> None:
    def rule(x: Arg, y: Arg) -> t.Type | None:
        big = y if is_big(y.type) else x
        return None if _as_float(_number(big)) is None else t.FLOAT

    def lower(b: Builder, x: Val, y: Val) -> Val:
        one, other = (b.constant(t.FLOAT, _as_float(_number(each))) if is_big(each.type) else each for each in (x, y))
        return b.apply(function, one, other)

    lowers(function, t.FLOAT, is_big, result=rule, effects="raises", samples=_FLOAT_ROWS)(lower)
    lowers(function, is_big, t.FLOAT, result=rule, effects="raises", samples=_FLOAT_ROWS)(lower)


for _function in (operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod):
    _register_floats(_function)


# ---- comparisons


def _register_comparison(function: Operator) -> None:
    def answer(x: Arg | Val, y: Arg | Val) -> bool:
        """All ints of 64 bits lie on the same side of the number."""
        one, other = (number if (number := value_of(each.type)) is not None else 0 for each in (x, y))
        return bool(function(one, other))

    def lower(b: Builder, x: Val, y: Val) -> Val:
        return b.constant(t.BOOL, answer(x, y))

    def lower_float(b: Builder, x: Val, y: Val) -> Val:
        return b.call_python(function, [x, y], t.BOOL, effects="")

    lowers(function, INTEGER, is_big, result=t.BOOL, fold=answer, samples=_ROWS)(lower)
    lowers(function, is_big, INTEGER, result=t.BOOL, fold=answer, samples=_ROWS)(lower)
    lowers(function, t.FLOAT, is_big, result=t.BOOL, samples=_FLOAT_ROWS)(lower_float)
    lowers(function, is_big, t.FLOAT, result=t.BOOL, samples=_FLOAT_ROWS)(lower_float)


for _function in (*EQUALITY, *ORDER):
    _register_comparison(_function)


# ---- one operand


def _register_unary(function: Callable[[Any], Any]) -> None:
    def rule(x: Arg) -> t.Type:
        number = function(_number(x))
        return t.INT if -(2**63) <= number < 2**63 else t.Const(number)

    @lowers(function, is_big, result=rule, samples=later(lambda: [(one,) for one in _BIG]))
    def lower(b: Builder, x: Val) -> Val:
        number, result = function(_number(x)), rule(Arg(x.type))
        return b.constant(t.INT, number) if result == t.INT else Val(result, (), number)


for _unary in (operator.neg, operator.pos, operator.invert, abs):
    _register_unary(_unary)


@lowers(
    float,
    is_big,
    result=lambda x: None if _as_float(_number(x)) is None else t.FLOAT,
    fold=True,
    samples=later(lambda: [(one,) for one in _BIG[:-1]]),
)
def _float(b: Builder, x: Val) -> Val:
    return b.constant(t.FLOAT, _as_float(_number(x)))
