"""Operators on Python's ``int`` and ``bool``: exact as long as 64 bits hold the result, else they bail out."""

from __future__ import annotations

import operator

from minijit import types as t
from minijit.ir.nodes import UNKNOWN, Value
from minijit.library.builder import Builder
from minijit.library.operands import INTEGER, LEAST, int_part, known_int, raised_by
from minijit.library.registry import Arg, lowers
from minijit.library.samples import BOOLS, FEW_INTS, INTS, each, mixed, pairs
from minijit.library.vals import Val
from minijit.machine import I64

_NEGATIVE_SHIFT = raised_by(operator.lshift, 1, -1)


def _bitwise(function: object, op: str) -> None:
    """``& | ^``: of two bools a bool, else an int."""

    @lowers(function, t.BOOL, t.BOOL, result=t.BOOL, fold=True, samples=pairs(BOOLS, BOOLS))
    def lower_bools(b: Builder, x: Val, y: Val) -> Val:
        return b.bool_val(b.binary(op, x.part, y.part))

    @lowers(function, INTEGER, INTEGER, result=t.INT, fold=True, samples=mixed(INTS, (*FEW_INTS, *BOOLS)))
    def lower_ints(b: Builder, x: Val, y: Val) -> Val:
        return b.int_val(b.binary(op, int_part(b, x), int_part(b, y)))


_bitwise(operator.and_, "and")
_bitwise(operator.or_, "or")
_bitwise(operator.xor, "xor")


def _arithmetic(function: object, op: str) -> None:
    """``+ - *``, checked."""

    @lowers(function, INTEGER, INTEGER, result=t.INT, effects="raises", fold=True, samples=mixed(INTS, (*INTS, *BOOLS)))
    def lower(b: Builder, x: Val, y: Val) -> Val:
        return b.int_val(b.checked(op, int_part(b, x), int_part(b, y)))


_arithmetic(operator.add, "add")
_arithmetic(operator.sub, "sub")
_arithmetic(operator.mul, "mul")


@lowers(operator.neg, INTEGER, result=t.INT, effects="raises", fold=True, samples=each(INTS, BOOLS))
def _neg(b: Builder, x: Val) -> Val:
    return b.int_val(b.checked("sub", b.i64(0), int_part(b, x)))


@lowers(operator.pos, INTEGER, result=t.INT, fold=True, samples=each(INTS, BOOLS))
def _pos(b: Builder, x: Val) -> Val:
    return b.int_val(int_part(b, x))


@lowers(operator.invert, INTEGER, result=t.INT, fold=True, samples=each(INTS))
def _invert(b: Builder, x: Val) -> Val:
    return b.int_val(b.binary("xor", int_part(b, x), b.i64(-1)))


@lowers(abs, INTEGER, result=t.INT, effects="raises", fold=True, samples=each(INTS, BOOLS))
def _abs(b: Builder, x: Val) -> Val:
    if x.type == t.BOOL:
        return b.int_val(int_part(b, x))
    b.bail_unless(b.icmp("ne", x.part, b.i64(LEAST)), "the absolute value of an int does not fit in 64 bits")
    return b.int_val(b.intrinsic("abs", I64, x.part))


# ---- shifts


def _check_count(b: Builder, count: Value) -> None:
    b.check(b.icmp("sge", count, b.i64(0)), *_NEGATIVE_SHIFT)


def _fold_shift(x: Arg, y: Arg) -> object:
    """A known shift by a sane number of bits; others could take all memory there is."""
    if isinstance(x.const, int) and isinstance(y.const, int) and 0 <= y.const < 64:
        return x.const << y.const
    return UNKNOWN


@lowers(
    operator.lshift,
    INTEGER,
    INTEGER,
    result=t.INT,
    effects="raises",
    samples=pairs((*INTS, *BOOLS), (*range(70), -1, 2**63 - 1, -(2**63), False, True)),
    fold=_fold_shift,
)
def _lshift(b: Builder, x: Val, y: Val) -> Val:
    value, count = int_part(b, x), int_part(b, y)
    _check_count(b, count)
    site = b.site("bail", OverflowError, "an int shifted to the left does not fit in 64 bits")
    return b.int_val(b.emit("check_shl", (value, count), I64, site=site))


@lowers(
    operator.rshift, INTEGER, INTEGER, result=t.INT, effects="raises", fold=True, samples=mixed(INTS, (*INTS, *BOOLS))
)
def _rshift(b: Builder, x: Val, y: Val) -> Val:
    value, count = int_part(b, x), int_part(b, y)
    _check_count(b, count)
    known = known_int(y)
    shift = b.intrinsic("umin", I64, count, b.i64(63)) if known is None else b.i64(min(known, 63))
    return b.int_val(b.binary("ashr", value, shift))
