"""Tuples: items, slices, ``+`` and ``*``, ``len``. Comparison and searching are in ``tuple_comparisons``.

A tuple's length and the types of its items are known while compiling, so most of this happens there; only an index that
is not known leaves anything to do at run time.
"""

from __future__ import annotations

import operator
from typing import Final

from minijit import types as t
from minijit.ir.nodes import UNKNOWN
from minijit.library.builder import Builder
from minijit.library.each_type import any_of
from minijit.library.objects import iteration
from minijit.library.objects.ranges import bound
from minijit.library.operands import INTEGER, is_integer, known_int, raised_by
from minijit.library.registry import Arg, lowers
from minijit.library.samples import later
from minijit.library.vals import Val, item_of, tuple_val
from minijit.machine import I64

_BAD_INDEX = raised_by(operator.getitem, (), 0)
_MOST_ITEMS: Final = 1000
"""Longer results of ``tuple * n`` are not compiled."""

TUPLES: Final = ((1, 2, 3), (1.5, -2.5), (1, 2.5, True), (7,), (), ((1, 2), 3.5), (None, 1))
_INDICES: Final = (0, 1, 2, 3, -1, -2, -3, -4, 10, True)


def items_of(value: Val | Arg) -> tuple[t.Type, ...]:
    """The types of a tuple's items."""
    assert isinstance(value.type, t.Tuple)
    return value.type.items


def values_of(value: Val) -> list[Val]:
    """The items of a tuple."""
    return [item_of(value, position) for position in range(len(items_of(value)))]


@lowers(len, t.Tuple, result=t.INT, fold=lambda one: len(items_of(one)), samples=[(one,) for one in TUPLES])
def _len(b: Builder, one: Val) -> Val:
    return b.constant(t.INT, len(items_of(one)))


# ---- items and slices


def _position(index: Arg | Val) -> int | None:
    if index.const is UNKNOWN or not is_integer(index.type):
        return None
    return operator.index(index.const)  # type: ignore[arg-type]


def _type_of_item(one: Arg, index: Arg) -> t.Type:
    items, position = items_of(one), _position(index)
    if position is None:
        return any_of(items) if items else t.NEVER
    return items[position] if -len(items) <= position < len(items) else t.NEVER


_ITEM_ROWS = later(lambda: [(one, k) for one in TUPLES for k in _INDICES])


@lowers(operator.getitem, t.Tuple, is_integer, result=_type_of_item, effects="raises", fold=True, samples=_ITEM_ROWS)
def _getitem(b: Builder, one: Val, index: Val) -> Val:
    items, position = items_of(one), _position(index)
    if position is not None and -len(items) <= position < len(items):
        return item_of(one, position % len(items))
    if position is not None or not items:
        b.leave(b.site("raise", *_BAD_INDEX))
        return Val(t.NEVER)
    site = b.site("raise", *_BAD_INDEX, "ii")
    checked = b.emit("check_index", (bound(b, index), b.i64(len(items))), I64, site=site, signed=True)
    return iteration.choose_item(b, one, checked)


def _slice_of(index: Arg | Val) -> slice | None:
    """The slice, where its bounds are known while compiling."""
    bounds = index.const
    if isinstance(bounds, slice):
        bounds = (bounds.start, bounds.stop, bounds.step)
    if not isinstance(bounds, tuple) or any(each is UNKNOWN for each in bounds) or bounds[2] == 0:
        return None
    return slice(*bounds)


def _type_of_slice(one: Arg, index: Arg) -> t.Type | None:
    part = _slice_of(index)
    return None if part is None else t.Tuple(items_of(one)[part])


@lowers(operator.getitem, t.Tuple, t.Slice, result=_type_of_slice)
def _getslice(_b: Builder, one: Val, index: Val) -> Val:
    part = _slice_of(index)
    assert part is not None
    return tuple_val(values_of(one)[part])


# ---- concatenation


def _type_of_sum(x: Arg, y: Arg) -> t.Type:
    return t.Tuple((*items_of(x), *items_of(y)))


_SUMS = later(lambda: [(x, y) for x in TUPLES for y in TUPLES])


@lowers(operator.add, t.Tuple, t.Tuple, result=_type_of_sum, fold=True, samples=_SUMS)
def _add(_b: Builder, x: Val, y: Val) -> Val:
    return tuple_val([*values_of(x), *values_of(y)])


def _type_of_repetition(one: Arg, count: Arg) -> t.Type | None:
    number = known_int(count)
    if number is None or number * len(items_of(one)) > _MOST_ITEMS:
        return None
    return t.Tuple(items_of(one) * number)


@lowers(operator.mul, t.Tuple, INTEGER, result=_type_of_repetition)
def _mul(_b: Builder, one: Val, count: Val) -> Val:
    return tuple_val(values_of(one) * (known_int(count) or 0))


@lowers(operator.mul, INTEGER, t.Tuple, result=lambda count, one: _type_of_repetition(one, count))
def _mul_swapped(b: Builder, count: Val, one: Val) -> Val:
    return _mul(b, one, count)


def _type_of_tuple(*iterables: Arg) -> t.Type | None:
    if not iterables:
        return t.EMPTY_TUPLE
    return t.Tuple(items_of(iterables[0])) if len(iterables) == 1 else None


@lowers(tuple, result=_type_of_tuple, rest=t.Tuple, samples=[(one,) for one in TUPLES])
def _tuple(_b: Builder, *iterables: Val) -> Val:
    return tuple_val(values_of(iterables[0])) if iterables else tuple_val([])
