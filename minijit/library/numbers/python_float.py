"""Operators on Python's ``float``, and on mixtures of floats with ints and bools."""

from __future__ import annotations

import operator

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.kernels.float_kernels import fmod
from minijit.library.operands import INTEGER, REAL, raised_by
from minijit.library.registry import lowers
from minijit.library.samples import BOOLS, FEW_INTS, FLOATS, Rows, each, mixed
from minijit.library.vals import Val, tuple_val
from minijit.machine import F64

_ROWS: Rows = mixed(FLOATS, (*FLOATS, *FEW_INTS, *BOOLS))
_TRUEDIV_BY_ZERO = raised_by(operator.truediv, 1.0, 0.0)
_FLOORDIV_BY_ZERO = raised_by(operator.floordiv, 1.0, 0.0)
_MOD_BY_ZERO = raised_by(operator.mod, 1.0, 0.0)
_DIVMOD_BY_ZERO = raised_by(divmod, 1.0, 0.0)


def _arithmetic(function: object, op: str) -> None:
    """``+ - *``; the other operand is converted first, rounding half to even, as Python does."""

    def lower(b: Builder, x: Val, y: Val) -> Val:
        return b.float_val(b.binary(op, b.as_f64(x), b.as_f64(y)))

    lowers(function, t.FLOAT, REAL, result=t.FLOAT, fold=True, samples=_ROWS)(lower)
    lowers(function, INTEGER, t.FLOAT, result=t.FLOAT, fold=True, samples=())(lower)


_arithmetic(operator.add, "fadd")
_arithmetic(operator.sub, "fsub")
_arithmetic(operator.mul, "fmul")


@lowers(operator.neg, t.FLOAT, result=t.FLOAT, fold=True, samples=each(FLOATS))
def _neg(b: Builder, x: Val) -> Val:
    return b.float_val(b.fneg(x.part))


@lowers(operator.pos, t.FLOAT, result=t.FLOAT, fold=True, samples=each(FLOATS))
def _pos(b: Builder, x: Val) -> Val:
    return b.float_val(x.part)


@lowers(abs, t.FLOAT, result=t.FLOAT, fold=True, samples=each(FLOATS))
def _abs(b: Builder, x: Val) -> Val:
    return b.float_val(b.intrinsic("fabs", F64, x.part))


# ---- division


def _division(function: object, result: t.Type, error: tuple[type[Exception], str], build: object) -> None:
    """A division with its own words for a divisor of zero."""

    def lower(b: Builder, x: Val, y: Val) -> Val:
        dividend, divisor = b.as_f64(x), b.as_f64(y)
        b.check(b.fcmp("une", divisor, b.f64(0.0)), *error, op="check_divisor")
        return build(b, dividend, divisor)  # type: ignore[operator, no-any-return]

    lowers(function, t.FLOAT, REAL, result=result, effects="raises", fold=True, samples=_ROWS)(lower)
    lowers(function, INTEGER, t.FLOAT, result=result, effects="raises", fold=True, samples=())(lower)


def _quotient(b: Builder, x: Value, y: Value) -> Val:
    return b.float_val(b.binary("fdiv", x, y))


def float_remainder(b: Builder, x: Value, y: Value) -> Value:
    """x % y for y != 0: C's remainder, moved to the divisor's sign."""
    remainder = fmod(b, x, y)
    moved = b.select(_signs_differ(b, remainder, y), b.binary("fadd", remainder, y), remainder)
    return b.select(b.fcmp("oeq", remainder, b.f64(0.0)), _zero_like(b, y), moved)


def float_divmod(b: Builder, x: Value, y: Value) -> tuple[Value, Value]:
    """x // y and x % y for y != 0, step by step as CPython's ``_float_div_mod`` rounds."""
    remainder = fmod(b, x, y)
    quotient = b.binary("fdiv", b.binary("fsub", x, remainder), y)
    differ = b.and_(b.fcmp("une", remainder, b.f64(0.0)), _signs_differ(b, remainder, y))
    quotient = b.select(differ, b.binary("fsub", quotient, b.f64(1.0)), quotient)
    whole = b.intrinsic("floor", F64, quotient)
    far = b.fcmp("ogt", b.binary("fsub", quotient, whole), b.f64(0.5))
    whole = b.select(far, b.binary("fadd", whole, b.f64(1.0)), whole)
    whole = b.select(b.fcmp("oeq", quotient, b.f64(0.0)), _zero_like(b, b.binary("fdiv", x, y)), whole)
    moved = b.select(differ, b.binary("fadd", remainder, y), remainder)
    return whole, b.select(b.fcmp("oeq", remainder, b.f64(0.0)), _zero_like(b, y), moved)


def _signs_differ(b: Builder, x: Value, y: Value) -> Value:
    """Whether exactly one of two floats is below zero."""
    return b.binary("xor", b.fcmp("olt", x, b.f64(0.0)), b.fcmp("olt", y, b.f64(0.0)))


def _zero_like(b: Builder, sign: Value) -> Value:
    return b.intrinsic("copysign", F64, b.f64(0.0), sign)


def _floor_quotient(b: Builder, x: Value, y: Value) -> Val:
    return b.float_val(float_divmod(b, x, y)[0])


def _remainder(b: Builder, x: Value, y: Value) -> Val:
    return b.float_val(float_remainder(b, x, y))


def _both(b: Builder, x: Value, y: Value) -> Val:
    return tuple_val([b.float_val(part) for part in float_divmod(b, x, y)])


_division(operator.truediv, t.FLOAT, _TRUEDIV_BY_ZERO, _quotient)
_division(operator.floordiv, t.FLOAT, _FLOORDIV_BY_ZERO, _floor_quotient)
_division(operator.mod, t.FLOAT, _MOD_BY_ZERO, _remainder)
_division(divmod, t.Tuple((t.FLOAT, t.FLOAT)), _DIVMOD_BY_ZERO, _both)
