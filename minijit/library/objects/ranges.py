"""``range``: made of start, stop, step and length, all i64."""

from __future__ import annotations

import math
import operator
from typing import Final

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.operands import int_part, is_integer, raised_by
from minijit.library.registry import attribute, lowers
from minijit.library.samples import later
from minijit.library.vals import Val
from minijit.machine import F64, I64

_ZERO_STEP = raised_by(range, 1, 2, 0)
_BAD_INDEX = raised_by(operator.getitem, range(1), 2)
_TOO_LONG: Final = "the length of a range does not fit in 64 bits"

_BOUNDS: Final = (0, 1, -1, 5, -7, 10, 2**31, 2**63 - 1, -(2**63))
_RANGES: Final = (range(0), range(5), range(2, 9), range(9, 2), range(9, 2, -1), range(1, 20, 6), range(20, 1, -6))


def start_of(one: Val) -> Value:
    """The first number."""
    return one.parts[0]


def step_of(one: Val) -> Value:
    """The distance between numbers."""
    return one.parts[2]


def length_of(one: Val) -> Value:
    """How many numbers there are."""
    return one.parts[3]


def make_range(b: Builder, start: Value, stop: Value, step: Value) -> Val:
    """A range of a step that is not zero; leaves where 64 bits do not hold its length."""
    fixed = known(step)
    if isinstance(fixed, int):
        length = _length_up(b, start, stop, fixed) if fixed > 0 else _length_up(b, stop, start, -fixed)
    else:
        length = _length_by_sign(b, start, stop, step)
    return Val(t.RANGE, (start, stop, step, length))


def _length_up(b: Builder, low: Value, high: Value, step: int) -> Value:
    if step == 1 and known(low) == 0:
        return b.max_i64(high, b.i64(0))
    distance = b.sub(high, low)
    nonempty = b.icmp("slt", low, high)
    if step == 1:
        # The distance is exact as an unsigned number; a length has to be a signed one.
        b.bail_unless(b.or_(b.icmp("sge", distance, b.i64(0)), b.not_(nonempty)), _TOO_LONG)
        return b.select(nonempty, distance, b.i64(0))
    turns = b.add(b.binary("udiv", b.sub(distance, b.i64(1)), b.i64(step)), b.i64(1))
    return b.select(nonempty, turns, b.i64(0))


def _length_by_sign(b: Builder, start: Value, stop: Value, step: Value) -> Value:
    up = b.icmp("sgt", step, b.i64(0))
    low, high = b.select(up, start, stop), b.select(up, stop, start)
    size = b.select(up, step, b.sub(b.i64(0), step))
    nonempty = b.icmp("slt", low, high)
    turns = b.add(b.binary("udiv", b.sub(b.sub(high, low), b.i64(1)), size), b.i64(1))
    b.bail_unless(b.or_(b.icmp("sge", turns, b.i64(0)), b.not_(nonempty)), _TOO_LONG)
    return b.select(nonempty, turns, b.i64(0))


def bound(b: Builder, value: Val) -> Value:
    """A bound of a range as an i64; uint64 numbers beyond that leave for the interpreter."""
    part = int_part(b, value)
    if isinstance(value.type, t.NumpyScalar) and value.type.dtype.str[1:] == "u8":
        b.bail_unless(b.icmp("sge", part, b.i64(0)), "a bound of a range does not fit in 64 bits")
    return part


@lowers(range, is_integer, result=t.RANGE, samples=[(n,) for n in _BOUNDS[:-1]])
def _range_to(b: Builder, stop: Val) -> Val:
    return make_range(b, b.i64(0), bound(b, stop), b.i64(1))


@lowers(
    range, is_integer, is_integer, result=t.RANGE, effects="raises", samples=[(m, n) for m in _BOUNDS for n in _BOUNDS]
)
def _range_between(b: Builder, start: Val, stop: Val) -> Val:
    return make_range(b, bound(b, start), bound(b, stop), b.i64(1))


_STEP_ROWS = later(lambda: [(m, n, s) for m in _BOUNDS for n in _BOUNDS for s in (*_BOUNDS, 3, -3, -2)])


@lowers(range, is_integer, is_integer, is_integer, result=t.RANGE, effects="raises", samples=_STEP_ROWS)
def _range_by(b: Builder, start: Val, stop: Val, step: Val) -> Val:
    distance = bound(b, step)
    b.check(b.icmp("ne", distance, b.i64(0)), *_ZERO_STEP)
    return make_range(b, bound(b, start), bound(b, stop), distance)


# ---- what a range can do


def item(b: Builder, one: Val, index: Value) -> Value:
    """The number at an index within the range."""
    offset = b.binary("mul", index, step_of(one), nsw=True)
    return b.binary("add", start_of(one), offset, nsw=True)


@lowers(len, t.RANGE, result=t.INT, samples=[(one,) for one in _RANGES])
def _len(b: Builder, one: Val) -> Val:
    return b.int_val(length_of(one))


@lowers(
    operator.getitem,
    t.RANGE,
    is_integer,
    result=t.INT,
    effects="raises",
    samples=[(one, k) for one in _RANGES for k in (0, 1, -1, 2, 4, -4, 7, -7, 10)],
)
def _getitem(b: Builder, one: Val, index: Val) -> Val:
    site = b.site("raise", *_BAD_INDEX, "ii")
    position = b.emit("check_index", (bound(b, index), length_of(one)), I64, site=site, signed=True)
    return b.int_val(item(b, one, position))


@lowers(
    operator.contains,
    t.RANGE,
    (t.INT, t.BOOL),
    result=t.BOOL,
    samples=[(one, k) for one in _RANGES for k in (*range(-2, 22), True)],
)
def _contains(b: Builder, one: Val, number: Val) -> Val:
    """The number lies on the grid of the range, at an index below its length."""
    up = b.icmp("sgt", step_of(one), b.i64(0))
    value = int_part(b, number)
    distance = b.select(up, b.sub(value, start_of(one)), b.sub(start_of(one), value))
    beyond = b.select(up, b.icmp("slt", value, start_of(one)), b.icmp("sgt", value, start_of(one)))
    size = b.select(up, step_of(one), b.sub(b.i64(0), step_of(one)))
    index = b.binary("udiv", distance, size)
    on_grid = b.icmp("eq", b.mul(index, size), distance)
    within = b.and_(b.not_(beyond), b.icmp("ult", index, length_of(one)))
    return b.bool_val(b.and_(within, on_grid))


@lowers(
    operator.contains,
    t.RANGE,
    t.FLOAT,
    result=t.BOOL,
    samples=[(one, k) for one in _RANGES for k in (0.0, 1.0, 4.5, 5.0, 7.0, -1.0, 1e300, math.nan, math.inf)],
)
def _contains_float(b: Builder, one: Val, number: Val) -> Val:
    """A float that is an int of 64 bits may be equal to one of the numbers."""
    value = number.part
    whole = b.fcmp("oeq", b.intrinsic("floor", F64, value), value)
    fits = b.and_(b.fcmp("oge", value, b.f64(-(2.0**63))), b.fcmp("olt", value, b.f64(2.0**63)))
    found = b.if_else(
        b.and_(whole, fits),
        lambda: _contains(b, one, b.int_val(b.convert("fptosi", value, I64))).parts,
        lambda: [b.i1(False)],
    )
    return b.bool_val(found[0])


def _equal(b: Builder, x: Val, y: Val) -> Value:
    """Ranges are equal when they give the same numbers, however they were made."""
    length = length_of(x)
    empty = b.icmp("eq", length, b.i64(0))
    same_start = b.icmp("eq", start_of(x), start_of(y))
    single = b.icmp("eq", length, b.i64(1))
    same_step = b.or_(single, b.icmp("eq", step_of(x), step_of(y)))
    same = b.or_(empty, b.and_(same_start, same_step))
    return b.and_(b.icmp("eq", length, length_of(y)), same)


_PAIRS = later(lambda: [(x, y) for x in _RANGES for y in (*_RANGES, range(5, 0), range(0, 1, 7), range(0, 9, 9))])


@lowers(operator.eq, t.RANGE, t.RANGE, result=t.BOOL, samples=_PAIRS)
def _eq(b: Builder, x: Val, y: Val) -> Val:
    return b.bool_val(_equal(b, x, y))


@lowers(operator.ne, t.RANGE, t.RANGE, result=t.BOOL, samples=_PAIRS)
def _ne(b: Builder, x: Val, y: Val) -> Val:
    return b.bool_val(b.not_(_equal(b, x, y)))


for _position, _name in enumerate(("start", "stop", "step")):

    @lowers(attribute(_name), t.RANGE, result=t.INT, samples=[(one,) for one in _RANGES])
    def _bound(b: Builder, one: Val, position: int = _position) -> Val:
        return b.int_val(one.parts[position])
