"""Comparison of tuples, item by item, and searching them: ``== < in``, ``count``, ``index``."""

from __future__ import annotations

import operator
from collections.abc import Callable

from minijit import types as t
from minijit.ir.nodes import UNKNOWN, Value
from minijit.library import each_type
from minijit.library.builder import Builder
from minijit.library.numbers.comparisons import EQUALITY, ORDER, Comparison
from minijit.library.objects.tuples import items_of, values_of
from minijit.library.operands import raised_by
from minijit.library.registry import Arg, lowers, method
from minijit.library.samples import later
from minijit.library.vals import Val

_ABSENT = raised_by(().index, 1)
_TUPLES = ((), (1,), (1, 2), (1, 3), (1, 2, 3), (1.0, 2), (True, 2.5), (2, 1), ((1, 2), 3), ((1, 3), 2), (2.0, 2.5))
_PAIRS = later(lambda: [(x, y) for x in _TUPLES for y in _TUPLES])


def condition(b: Builder, function: object, x: Val, y: Val) -> Value:
    """What a comparison asks, as an i1."""
    return each_type.call(b, operator.truth, each_type.call(b, function, x, y)).part


def has_condition(function: object, x: t.Type, y: t.Type) -> bool:
    """Whether native code has a comparison for values of these types."""
    result = each_type.type_of_call(function, x, y)
    return result is not None and each_type.type_of_call(operator.truth, result) is not None


def same_or_equal(b: Builder, x: Val, y: Val) -> Value:
    """Whether two items are the same object or equal, which is what searching asks.

    Only for nan does identity matter, and native code has no identity of floats: where both are nan, the interpreter
    finds out.
    """
    if _may_be_nan(x.type) and _may_be_nan(y.type):
        both = b.and_(_is_not_itself(b, x), _is_not_itself(b, y))
        b.bail_unless(b.not_(both), "whether two nan in tuples are the same object is not known")
    return condition(b, operator.eq, x, y)


def _may_be_nan(one: t.Type) -> bool:
    return any(
        each in (t.FLOAT, t.COMPLEX) or (isinstance(each, t.NumpyScalar) and each.dtype.kind in "fc")
        for each in t.alternatives_of(one)
    )


def _is_not_itself(b: Builder, x: Val) -> Value:
    return condition(b, operator.ne, x, x)


# ---- comparison


def _type_of_comparison(function: object) -> Callable[[Arg, Arg], t.Type | None]:
    def rule(x: Arg, y: Arg) -> t.Type | None:
        pairs = list(zip(items_of(x), items_of(y), strict=False))
        if not all(has_condition(operator.eq, *pair) for pair in pairs):
            return None
        if function in ORDER and not all(has_condition(function, *pair) for pair in pairs):
            return None
        return t.BOOL

    return rule


def _equal(b: Builder, x: Val, y: Val) -> Value:
    result: Value = b.i1(True)
    for one, other in zip(values_of(x), values_of(y), strict=True):
        result = b.and_(result, same_or_equal(b, one, other))
    return result


def _ordered(b: Builder, function: Comparison, x: Val, y: Val) -> Value:
    """The first items that differ decide; without any, the lengths do."""
    xs, ys = values_of(x), values_of(y)
    result: Value = b.i1(function(len(xs), len(ys)))
    for one, other in reversed(list(zip(xs, ys, strict=False))):
        result = b.select(same_or_equal(b, one, other), result, condition(b, function, one, other))
    return result


def _register(function: Comparison) -> None:
    def fold(x: Arg, y: Arg) -> object:
        known = isinstance(x.const, tuple) and isinstance(y.const, tuple)
        return bool(function(x.const, y.const)) if known else UNKNOWN

    rule = _type_of_comparison(function)

    @lowers(function, t.Tuple, t.Tuple, result=rule, effects="raises", fold=fold, samples=_PAIRS)
    def lower(b: Builder, x: Val, y: Val) -> Val:
        if function in ORDER:
            return b.bool_val(_ordered(b, function, x, y))
        if len(items_of(x)) != len(items_of(y)):
            return b.constant(t.BOOL, function is operator.ne)
        same = _equal(b, x, y)
        return b.bool_val(b.not_(same) if function is operator.ne else same)


for _function in (*EQUALITY, *ORDER):
    _register(_function)


# ---- searching


def _searchable(one: Arg, value: Arg) -> bool:
    return all(has_condition(operator.eq, item, value.type) for item in items_of(one))


_SEARCHES = later(lambda: [(x, y) for x in _TUPLES for y in (1, 2.0, True, 7, (1, 2), None, 2.5)])


@lowers(
    operator.contains,
    t.Tuple,
    object,
    result=lambda one, value: t.BOOL if _searchable(one, value) else None,
    effects="raises",
    fold=True,
    samples=_SEARCHES,
)
def _contains(b: Builder, one: Val, value: Val) -> Val:
    found: Value = b.i1(False)
    for item in values_of(one):
        found = b.or_(found, same_or_equal(b, item, value))
    return b.bool_val(found)


def _type_if_searchable(one: Arg, value: Arg) -> t.Type | None:
    return t.INT if isinstance(one.type, t.Tuple) and _searchable(one, value) else None


@lowers(method("count"), t.Tuple, object, result=_type_if_searchable, effects="raises", samples=_SEARCHES)
def _count(b: Builder, one: Val, value: Val) -> Val:
    total: Value = b.i64(0)
    for item in values_of(one):
        total = b.select(same_or_equal(b, item, value), b.add(total, b.i64(1)), total)
    return b.int_val(total)


@lowers(method("index"), t.Tuple, object, result=_type_if_searchable, effects="raises", samples=_SEARCHES)
def _index(b: Builder, one: Val, value: Val) -> Val:
    place: Value = b.i64(-1)
    for position, item in reversed(list(enumerate(values_of(one)))):
        place = b.select(same_or_equal(b, item, value), b.i64(position), place)
    b.check(b.icmp("sge", place, b.i64(0)), *_ABSENT)
    return b.int_val(place)
