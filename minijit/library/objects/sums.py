"""``sum``, ``math.prod``, ``any`` and ``all`` over tuples, ranges, arrays and iterators."""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable, Sequence
from typing import Any

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library import each_type
from minijit.library.builder import Builder
from minijit.library.numbers.python_pow import is_finite
from minijit.library.objects import iteration, ranges
from minijit.library.objects.tuples import TUPLES, items_of, values_of
from minijit.library.operands import INTEGER
from minijit.library.registry import Arg, lowers
from minijit.library.samples import FLOATS, later
from minijit.library.vals import Val
from minijit.machine import F64, I64, I128

Function = Callable[..., Any]

_COMPENSATED = sys.version_info >= (3, 12)
"""Whether ``sum`` of floats carries the rounding errors along (Neumaier)."""

_FLOAT_ROWS = later(
    lambda: [
        *(((x, y, z),) for x in FLOATS[:20] for y in FLOATS[10:] for z in (0.1, -1e300, 1e16)),
        ((0.1,) * 10,),
        ((1e100, 1.0, -1e100),),
    ]
)
_MIXED = later(lambda: [((1, 2.5, True),), ((0.1, 2**53 + 1, 0.2, 1e16),), ((1j, 2.5, 3),), ((2.5, 1j, 0.1),), ((),)])
_ROWS = later(lambda: [*_FLOAT_ROWS(), *_MIXED(), *(((x, y),) for x in (1, 2**62) for y in (-5, 2**62, True))])


# ---- tuples


def _type_of_fold(function: Function, start: t.Type, items: Sequence[t.Type]) -> t.Type | None:
    result: t.Type | None = start
    for item in items:
        if result is None:
            return None
        result = each_type.type_of_call(function, result, item)
    return result


def _is_number(one: t.Type) -> bool:
    return all(t.is_number(each) for each in t.alternatives_of(one))


def _register_tuple(function: Function, step: Function, name: str, default: int) -> None:
    """A fold over the items of a tuple; the keyword of the start value is `name`."""

    def rule(one: Arg, start: Arg | None = None) -> t.Type | None:
        if not all(map(_is_number, items_of(one))):
            return None
        return _type_of_fold(step, t.INT if start is None else start.type, items_of(one))

    def lower(b: Builder, one: Val, start: Val | None = None) -> Val:
        total = b.constant(t.INT, default) if start is None else start
        if function is sum:
            return sum_items(b, total, values_of(one))
        for item in values_of(one):
            total = each_type.call(b, step, total, item)
        return total

    def lower_keyword(b: Builder, one: Val, **keywords: Val) -> Val:
        return lower(b, one, keywords.get(name))

    def rule_keyword(one: Arg, **keywords: Arg) -> t.Type | None:
        return rule(one, keywords.get(name))

    rows = _ROWS if function is sum else _MIXED
    lowers(
        function, t.Tuple, result=rule_keyword, effects="raises", fold=True, keywords={name: _is_number}, samples=rows
    )(lower_keyword)
    if function is sum:
        starts = [((1.5, 2), 10), ((1, 2), 0.5), ((0.1, 0.2, 0.3), 0.0), ((), 2.5)]
        lowers(sum, t.Tuple, _is_number, result=rule, effects="raises", fold=True, samples=starts)(lower)


def sum_items(b: Builder, total: Val, items: Sequence[Val]) -> Val:
    """``sum``: from the first float on, ints are converted, and rounding errors kept while there are floats."""
    correction: Value | None = None
    for item in items:
        plain = item.type in (t.FLOAT, *INTEGER)
        if correction is not None and not (plain and total.type == t.FLOAT):
            total, correction = _corrected(b, total, correction), None
        if _COMPENSATED and total.type == t.FLOAT and item.type == t.FLOAT:
            correction = b.f64(0.0) if correction is None else correction
            total, correction = add_compensated(b, total.part, correction, item.part)
        else:
            total = each_type.call(b, operator.add, total, item)
    return total if correction is None else _corrected(b, total, correction)


def add_compensated(b: Builder, total: Value, correction: Value, item: Value) -> tuple[Val, Value]:
    """One step of Neumaier's summation."""
    added = b.binary("fadd", total, item)
    larger = b.fcmp("oge", b.intrinsic("fabs", F64, total), b.intrinsic("fabs", F64, item))
    high, low = b.select(larger, total, item), b.select(larger, item, total)
    error = b.binary("fadd", b.binary("fsub", high, added), low)
    return b.float_val(added), b.binary("fadd", correction, error)


def _corrected(b: Builder, total: Val, correction: Value) -> Val:
    """The sum with its correction, unless that is zero (it would lose the sign of -0.0) or not finite."""
    use = b.and_(b.fcmp("une", correction, b.f64(0.0)), is_finite(b, correction))
    return b.float_val(b.select(use, b.binary("fadd", total.part, correction), total.part))


_register_tuple(sum, operator.add, "start", 0)
_register_tuple(math.prod, operator.mul, "start", 1)


# ---- ranges, arrays, iterators


def _type_of_loop(step: Function, one: Arg, start: Arg) -> t.Type | None:
    """What a loop ends with: the start value if there was no turn, else the sum, whose type has settled."""
    item = iteration.type_of_item(one.type)
    if isinstance(item, t.Never):
        return start.type
    if item is None or not t.is_number(item) or not t.is_number(start.type):
        return None
    after = each_type.type_of_call(step, start.type, item)
    if after is None or not t.is_number(after) or each_type.type_of_call(step, after, item) != after:
        return None
    if after == start.type:
        return after
    if start.type == t.INT and isinstance(start.const, int) and abs(start.const) < 100 and after != t.BOOL:
        return t.MaybeInt(after)  # type: ignore[arg-type]
    return each_type.any_of((start.type, after))


def _loop(b: Builder, step: Function, one: Val, start: Val) -> Val:
    result = _type_of_loop(step, Arg(one.type), Arg(start.type, start.const))
    assert result is not None
    if isinstance(iteration.type_of_item(one.type), t.Never):
        return start
    count = iteration.turns(b, one)

    def run() -> Val:
        first = b.apply(step, start, iteration.item(b, one, b.i64(0)))

        def turn(index: Value, so_far: tuple[Value, ...]) -> Sequence[Value]:
            item = iteration.item(b, one, b.add(index, b.i64(1)))
            if compensated:
                total, error = add_compensated(b, so_far[0], so_far[1], item.part)
                return (total.part, error)
            return b.apply(step, Val(first.type, so_far), item).parts

        floats = first.type == t.FLOAT and iteration.type_of_item(one.type) == t.FLOAT
        compensated = _COMPENSATED and step is operator.add and floats
        rest = b.sub(count, b.i64(1))
        if compensated:
            total, error = b.loop(rest, turn, (first.part, b.f64(0.0)))
            return _corrected(b, b.float_val(total), error)
        return Val(first.type, b.loop(rest, turn, first.parts))

    return Val(
        result,
        b.if_else(
            b.icmp("sgt", count, b.i64(0)),
            lambda: b.coerce(run(), result).parts,
            lambda: b.coerce(start, result).parts,
        ),
    )


def _zero(value: int) -> Arg:
    return Arg(t.INT, value)


_ITERABLE = (t.Range, t.Array, t.List, t.Iterator)


@lowers(
    sum,
    t.RANGE,
    result=t.INT,
    effects="raises",
    samples=[(range(10),), (range(5, 100, 7),), (range(9, -30, -4),), (range(0),), (range(2**62, 2**62 + 3),)],
)
def _sum_range(b: Builder, one: Val) -> Val:
    """(first + last) * length / 2, in 128 bits."""
    length = b.convert("sext", ranges.length_of(one), I128)
    start, step = (b.convert("sext", part, I128) for part in (ranges.start_of(one), ranges.step_of(one)))
    one_less = b.sub(length, b.const(I128, 1))
    ends = b.add(b.add(start, start), b.mul(step, one_less))
    total = b.binary("ashr", b.mul(ends, length), b.const(I128, 1))
    narrow = b.convert("trunc", total, I64)
    b.bail_unless(b.icmp("eq", b.convert("sext", narrow, I128), total), "the sum of a range does not fit in 64 bits")
    return b.int_val(b.select(b.icmp("eq", ranges.length_of(one), b.i64(0)), b.i64(0), narrow))


def _sum_rule(one: Arg, start: Arg | None = None) -> t.Type | None:
    return _type_of_loop(operator.add, one, _zero(0) if start is None else start)


@lowers(sum, _ITERABLE, result=_sum_rule, effects="raises reads", keywords={"start": t.is_number})
def _sum(b: Builder, one: Val, start: Val | None = None) -> Val:
    return _loop(b, operator.add, one, b.constant(t.INT, 0) if start is None else start)


@lowers(sum, _ITERABLE, t.is_number, result=_sum_rule, effects="raises reads", samples=[(range(5), 3), (range(3), 0.5)])
def _sum_from(b: Builder, one: Val, start: Val) -> Val:
    return _loop(b, operator.add, one, start)


def _prod_rule(one: Arg, start: Arg | None = None) -> t.Type | None:
    return _type_of_loop(operator.mul, one, _zero(1) if start is None else start)


@lowers(
    math.prod,
    _ITERABLE,
    result=_prod_rule,
    effects="raises reads",
    keywords={"start": t.is_number},
    samples=[(range(1, 21),)],
)
def _prod(b: Builder, one: Val, start: Val | None = None) -> Val:
    return _loop(b, operator.mul, one, b.constant(t.INT, 1) if start is None else start)


# ---- any, all


def _register_search(function: Function, wanted: bool) -> None:
    """``any`` looks for a true item, ``all`` for a false one."""

    def truth(b: Builder, item: Val) -> Value:
        found = each_type.call(b, operator.truth, item).part
        return found if wanted else b.not_(found)

    def tuple_rule(one: Arg) -> t.Type | None:
        return t.BOOL if all(each_type.type_of_call(operator.truth, item) for item in items_of(one)) else None

    @lowers(
        function,
        t.Tuple,
        result=tuple_rule,
        effects="raises",
        fold=True,
        samples=[(one,) for one in (*TUPLES, (0, 0.0))],
    )
    def lower_tuple(b: Builder, one: Val) -> Val:
        found: Value = b.i1(False)
        for item in values_of(one):
            found = b.or_(found, truth(b, item))
        return b.bool_val(found if wanted else b.not_(found))

    def rule(one: Arg) -> t.Type | None:
        item = iteration.type_of_item(one.type)
        return None if item is None or each_type.type_of_call(operator.truth, item) is None else t.BOOL

    rows = [(range(0),), (range(1),), (range(1, 4),), (range(-2, 3),), (range(3),)]

    @lowers(function, _ITERABLE, result=rule, effects="raises reads", samples=rows)
    def lower(b: Builder, one: Val) -> Val:
        if isinstance(iteration.type_of_item(one.type), t.Never):
            return b.bool_val(b.i1(not wanted))

        def turn(index: Value, so_far: tuple[Value, ...]) -> Sequence[Value]:
            return (b.or_(so_far[0], truth(b, iteration.item(b, one, index))),)

        found = b.loop(iteration.turns(b, one), turn, (b.i1(False),))[0]
        return b.bool_val(found if wanted else b.not_(found))


_register_search(any, wanted=True)
_register_search(all, wanted=False)
