"""The range of an instruction's result from the ranges of its operands: one function for each op."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from minijit.ir.builder import known
from minijit.ir.nodes import Instr, Value
from minijit.machine import I1, I8, I16, I32, I64
from minijit.passes.ranges import intervals
from minijit.passes.ranges.intervals import BIT, Interval, join, meet, of_bits, within

if TYPE_CHECKING:
    from minijit.passes.ranges.value_ranges import ValueRanges

Transfer: TypeAlias = Callable[["ValueRanges", Instr], Interval | None]
"""Gives None where an operand has no value yet."""

_INTEGERS: Final = frozenset((I1, I8, I16, I32, I64))
_LENGTHS: Final = (0, (1 << 63) - 1)


def is_integer(value: Value) -> bool:
    """Whether a value is a machine integer of at most 64 bits."""
    return value.type in _INTEGERS


def _all(instr: Instr) -> Interval:
    return of_bits(instr.type.bits)  # type: ignore[union-attr]


def _binary(function: Callable[[Interval, Interval], Interval], *, wraps: bool = False) -> Transfer:
    """The function of both operands; where the result does not fit, all if it wraps, else what fits."""

    def transfer(ranges: ValueRanges, instr: Instr) -> Interval | None:
        a, b = map(ranges.of, instr.args)
        if a is None or b is None:
            return None
        found, most = function(a, b), _all(instr)
        if within(found, most):
            return found
        return (meet(found, most) or most) if not wraps or instr.attrs.get("nsw") else most

    return transfer


def _mul(wraps: bool) -> Transfer:
    product, own_square = _binary(intervals.mul, wraps=wraps), _binary(lambda a, _: intervals.square(a), wraps=wraps)

    def transfer(ranges: ValueRanges, instr: Instr) -> Interval | None:
        return (own_square if instr.args[0] is instr.args[1] else product)(ranges, instr)

    return transfer


_plain_add: Final = _binary(intervals.add, wraps=True)
_plain_sub: Final = _binary(intervals.sub, wraps=True)


def _add(ranges: ValueRanges, instr: Instr) -> Interval | None:
    found = _plain_add(ranges, instr)
    return found if found is None or not instr.attrs.get("nsw") else _in_turn(ranges, instr, found)


def _in_turn(ranges: ValueRanges, instr: Instr, found: Interval) -> Interval:
    """The item of a range, ``start + counter * step``, lies before the range's end while the loop has a turn."""
    start, offset = instr.args
    counter, step = offset, 1
    if isinstance(offset, Instr) and offset.op == "mul":
        counter, number = offset.args[0], known(offset.args[1])
        step = 0 if number is None else int(number)
    has_turn = ranges.turns.get(counter)
    # The comparison may have been found to be a constant by now.
    compares = has_turn is not None and has_turn.op == "icmp" and ranges.of(has_turn) == (1, 1)
    turns = has_turn.args[1] if has_turn is not None and compares else None
    if not step or not isinstance(turns, Instr) or turns.op != "select":
        return found
    condition = turns.args[0]
    if not isinstance(condition, Instr) or condition.op != "icmp" or condition.attrs["predicate"] != "slt":
        return found
    low, high = condition.args
    if step > 0 and start is low:
        end = ranges.of(high)
        limit = None if end is None else (found[0], end[1] - 1)
    elif step < 0 and start is high:
        end = ranges.of(low)
        limit = None if end is None else (end[0] + 1, found[1])
    else:
        return found
    return found if limit is None else meet(found, limit) or found


def _sub(ranges: ValueRanges, instr: Instr) -> Interval | None:
    """Also ``x - x // y * y``, which is the remainder."""
    x, product = instr.args
    if isinstance(product, Instr) and product.op == "mul":
        quotient, y = product.args
        if isinstance(quotient, Instr) and quotient.op in ("floor_div", "check_div") and quotient.args == [x, y]:
            a, b = ranges.of(x), ranges.of(y)
            return None if a is None or b is None else intervals.floor_mod(a, b)
    return _plain_sub(ranges, instr)


def _shl(ranges: ValueRanges, instr: Instr) -> Interval | None:
    a, count = map(ranges.of, instr.args)
    if a is None or count is None:
        return None
    found = intervals.shifted_left(a, count)
    return found if within(found, _all(instr)) and within(count, (0, instr.type.bits - 1)) else _all(instr)  # type: ignore[union-attr]


def _unsigned(function: Callable[[Interval, Interval], Interval]) -> Transfer:
    """Unsigned division: that of numbers that are not negative, or at least a result that isn't."""

    def transfer(ranges: ValueRanges, instr: Instr) -> Interval | None:
        a, b = map(ranges.of, instr.args)
        if a is None or b is None:
            return None
        if a[0] >= 0 and b[0] >= 0:
            return function(a, b)
        if b[0] > 0:
            greatest = (1 << instr.type.bits) - 1  # type: ignore[union-attr]
            return 0, b[1] - 1 if instr.op == "urem" else greatest // b[0]
        return _all(instr)

    return transfer


def _lshr(ranges: ValueRanges, instr: Instr) -> Interval | None:
    a, count = map(ranges.of, instr.args)
    if a is None or count is None:
        return None
    if a[0] >= 0:
        return intervals.shifted_right(a, count)
    bits: int = instr.type.bits  # type: ignore[union-attr]
    return (0, (1 << max(bits - count[0], 0)) - 1) if count[0] >= 1 else _all(instr)


def _bitwise(function: Callable[[Interval, Interval], Interval]) -> Transfer:
    wide = _binary(function)

    def transfer(ranges: ValueRanges, instr: Instr) -> Interval | None:
        return wide(ranges, instr) if instr.type is not I1 else _of_truths(ranges, instr)

    return transfer


def _of_truths(ranges: ValueRanges, instr: Instr) -> Interval | None:
    a, b = map(ranges.of, instr.args)
    if a is None or b is None:
        return None
    if instr.op == "and":
        return min(a[0], b[0]), min(a[1], b[1])
    if instr.op == "or":
        return max(a[0], b[0]), max(a[1], b[1])
    return BIT if a[0] != a[1] or b[0] != b[1] else (a[0] ^ b[0], a[0] ^ b[0])


def _icmp(ranges: ValueRanges, instr: Instr) -> Interval | None:
    if not is_integer(instr.args[0]):
        return BIT
    a, b = map(ranges.of, instr.args)
    if a is None or b is None:
        return None
    if instr.args[0].type is I1:
        return BIT
    holds = intervals.compared(instr.attrs["predicate"], a, b)
    return BIT if holds is None else (int(holds), int(holds))


def _select(ranges: ValueRanges, instr: Instr) -> Interval | None:
    """Each side where it is chosen: ``x if x < 10 else 10`` is at most 10."""
    condition, *sides = instr.args
    found: Interval | None = None
    for side, truth in zip(sides, (True, False), strict=True):
        mark = ranges.told.mark()
        if ranges.told.by_condition(condition, truth):
            one = ranges.of(side)
            found = one if found is None else found if one is None else join(found, one)
        ranges.told.forget(mark)
    return found


def _convert(ranges: ValueRanges, instr: Instr) -> Interval | None:
    source, how = instr.args[0], instr.attrs["how"]
    if not is_integer(source) or how not in ("sext", "zext", "trunc"):
        return _all(instr)
    a = ranges.of(source)
    if a is None:
        return None
    if how == "zext" and a[0] < 0:
        return 0, (1 << source.type.bits) - 1  # type: ignore[union-attr]
    return a if within(a, _all(instr)) else _all(instr)


def _intrinsic(ranges: ValueRanges, instr: Instr) -> Interval | None:
    name = instr.attrs["name"]
    if name in ("ctpop", "ctlz", "cttz"):
        return 0, instr.type.bits  # type: ignore[union-attr]
    if name not in ("smin", "smax", "umin", "umax", "abs"):
        return _all(instr)
    found = [ranges.of(arg) for arg in instr.args]
    a, b = found[0], found[-1]
    if a is None or b is None:
        return None
    if name == "abs":
        return intervals.absolute(a) if a[0] > _all(instr)[0] else _all(instr)
    if name[0] == "u" and (a[0] < 0 or b[0] < 0):
        ends = [each for each in (a, b) if each[0] >= 0]
        return (0, ends[0][1]) if name == "umin" and ends else _all(instr)
    pick = min if name.endswith("min") else max
    return pick(a[0], b[0]), pick(a[1], b[1])


def _check_index(ranges: ValueRanges, instr: Instr) -> Interval | None:
    length = ranges.of(instr.args[1])
    return None if length is None else (0, max(min(length[1], _LENGTHS[1]) - 1, 0))


TRANSFER: Final[dict[str, Transfer]] = {
    "add": _add,
    "sub": _sub,
    "mul": _mul(wraps=True),
    "check_add": _binary(intervals.add),
    "check_sub": _binary(intervals.sub),
    "check_mul": _mul(wraps=False),
    "check_div": _binary(intervals.floor_div),
    "floor_div": _binary(intervals.floor_div),
    "floor_mod": _binary(intervals.floor_mod),
    "check_shl": _binary(intervals.shifted_left),
    "sdiv": _binary(intervals.quotient, wraps=True),
    "srem": _binary(intervals.remainder),
    "udiv": _unsigned(intervals.floor_div),
    "urem": _unsigned(intervals.floor_mod),
    "and": _bitwise(intervals.and_),
    "or": _bitwise(intervals.or_),
    "xor": _bitwise(intervals.xor),
    "shl": _shl,
    "ashr": _binary(intervals.shifted_right),
    "lshr": _lshr,
    "icmp": _icmp,
    "select": _select,
    "convert": _convert,
    "intrinsic": _intrinsic,
    "check_index": _check_index,
}
"""By op; of other ops the result may be whatever its type can hold."""
