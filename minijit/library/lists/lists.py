"""Native lists: making them, their items, slices, iteration, concatenation.

What is stored must fit what the items are held in: inference has seen to that before an entry is asked
(:mod:`minijit.typeinfer.lists`). The methods are in :mod:`minijit.library.lists.methods`.
"""

from __future__ import annotations

import operator

from minijit import types as t
from minijit.ir.nodes import UNKNOWN, Value
from minijit.library.builder import Builder, holds
from minijit.library.each_type import any_of
from minijit.library.lists.memory import (
    address_of,
    append,
    copy_items,
    item_type,
    load_item,
    new_list,
    replace_item,
    reserve,
    result_list,
    set_length,
    store_item,
    wrapped_index,
)
from minijit.library.lists.memory import length_of as count_of
from minijit.library.objects import iteration
from minijit.library.objects.ranges import bound
from minijit.library.objects.slices import fit_slice
from minijit.library.operands import INTEGER, is_integer
from minijit.library.operations import item_at, length_of, make_list
from minijit.library.references import take_reference
from minijit.library.registry import Arg, lowers
from minijit.library.vals import NONE_VAL, Val

NO_ITEM = IndexError, "list index out of range"
NO_PLACE = IndexError, "list assignment index out of range"


def items_of(one: Arg) -> t.Type:
    """The type of the items of a list."""
    assert isinstance(one.type, t.List)
    return one.type.item


def fits(one: Arg, item: Arg) -> bool:
    """Whether a value can be stored into a list as its items are held."""
    held = items_of(one)
    is_known_int = item.type == t.INT and item.const is not UNKNOWN
    if isinstance(item.type, t.Never):
        return True
    return holds(held, item.type) or (isinstance(held, t.MaybeInt) and is_known_int)


# ---- making lists


@lowers(make_list, rest=object, result=lambda *items: t.NewList(any_of([item.type for item in items])),
        effects="allocates raises")
def _make(b: Builder, *items: Val) -> Val:
    made = new_list(b, result_list(b), b.i64(len(items)))
    for position, item in enumerate(items):
        take_reference(b, item)
        store_item(b, item_type(made), address_of(b, made, b.i64(position)), item)
    set_length(b, made, b.i64(len(items)))
    return made


def _type_of_list(*iterables: Arg) -> t.Type | None:
    if not iterables:
        return t.NewList(t.NEVER)
    if len(iterables) > 1:
        return None
    item = iteration.type_of_item(iterables[0].type)
    return None if item is None else t.NewList(item)


@lowers(list, rest=object, result=_type_of_list, effects="allocates raises reads")
def _list(b: Builder, *iterables: Val) -> Val:
    if not iterables:
        return new_list(b, result_list(b), b.i64(0))
    made = new_list(b, result_list(b), iteration.turns(b, iterables[0]))
    extend(b, made, iterables[0])
    return made


def extend(b: Builder, one: Val, iterable: Val) -> None:
    """Append all items of an iterable."""
    count = iteration.turns(b, iterable)
    start = count_of(b, one)
    reserve(b, one, b.add(start, count))
    if isinstance(iterable.type, t.List):
        copy_items(b, one, start, iterable, b.i64(0), count)
        set_length(b, one, b.add(start, count))
        return

    def turn(index: Value, _so_far: tuple[Value, ...]) -> tuple[()]:
        append(b, one, iteration.item(b, iterable, index))
        return ()

    b.loop(count, turn)


@lowers(operator.getitem, t.List, t.Slice, result=lambda one, _part: t.NewList(items_of(one)),
        effects="allocates raises")
def _slice(b: Builder, one: Val, part: Val) -> Val:
    start, step, count = fit_slice(b, part, count_of(b, one))
    made = new_list(b, result_list(b), count)
    item = item_type(one)

    def turn(index: Value, _so_far: tuple[Value, ...]) -> tuple[()]:
        value = load_item(b, item, address_of(b, one, b.add(start, b.mul(index, step))))
        take_reference(b, value)
        store_item(b, item_type(made), address_of(b, made, index), value)
        return ()

    if not isinstance(item, t.Never):
        b.loop(count, turn)
    set_length(b, made, count)
    return made


@lowers(operator.add, t.List, t.List, result=lambda x, y: t.NewList(any_of([items_of(x), items_of(y)])),
        effects="allocates raises")
def _add(b: Builder, x: Val, y: Val) -> Val:
    made = new_list(b, result_list(b), b.add(count_of(b, x), count_of(b, y)))
    extend(b, made, x)
    extend(b, made, y)
    return made


@lowers(operator.mul, t.List, INTEGER, result=lambda one, _times: t.NewList(items_of(one)),
        effects="allocates raises")
def _mul(b: Builder, one: Val, times: Val) -> Val:
    count = count_of(b, one)
    turns = b.max_i64(b.index_of(times), b.i64(0))
    site = b.site("raise", MemoryError, "")
    whole = b.emit("check_mul", (count, turns), count.type, site=site)  # type: ignore[arg-type]  # a machine type
    made = new_list(b, result_list(b), whole)
    zero = b.i64(0)

    def several() -> tuple[()]:
        def turn(index: Value, _so_far: tuple[Value, ...]) -> tuple[()]:
            copy_items(b, made, b.mul(index, count), one, zero, count)
            return ()

        b.loop(turns, turn)
        return ()

    def single() -> tuple[()]:
        item = item_type(one)
        if not isinstance(item, t.Never):
            value = load_item(b, item, address_of(b, one, zero))

            def turn(index: Value, _so_far: tuple[Value, ...]) -> tuple[()]:
                take_reference(b, value)
                store_item(b, item_type(made), address_of(b, made, index), value)
                return ()

            b.loop(turns, turn)
        return ()

    b.if_else(b.icmp("eq", count, b.i64(1)), single, several)
    set_length(b, made, whole)
    return made


@lowers(operator.mul, INTEGER, t.List, result=lambda _times, one: t.NewList(items_of(one)),
        effects="allocates raises")
def _mul_swapped(b: Builder, times: Val, one: Val) -> Val:
    return _mul(b, one, times)


def same_if_fits(one: Arg, iterable: Arg) -> t.Type | None:
    """The list itself, if all items of an iterable can be stored into it."""
    if isinstance(iterable.type, t.List):
        fact = iterable.type.representative().fact
        return one.type if fits(one, Arg(fact.type, fact.const)) else None
    item = iteration.type_of_item(iterable.type)
    return one.type if item is not None and fits(one, Arg(item)) else None


@lowers(operator.iadd, t.List, object, result=same_if_fits, effects="raises reads")
def _iadd(b: Builder, one: Val, iterable: Val) -> Val:
    extend(b, one, iterable)
    return one


# ---- items


@lowers(len, t.List, result=t.INT, effects="reads")
def _len(b: Builder, one: Val) -> Val:
    return b.int_val(count_of(b, one))


@lowers(length_of, t.List, result=t.INDEX, effects="reads")
def _turns(b: Builder, one: Val) -> Val:
    return Val(t.INDEX, (count_of(b, one),))


@lowers(operator.truth, t.List, result=t.BOOL, effects="reads")
def _truth(b: Builder, one: Val) -> Val:
    return b.bool_val(b.icmp("ne", count_of(b, one), b.i64(0)))


@lowers(item_at, t.List, t.INDEX, result=lambda one, _index: items_of(one), effects="reads")
def _item_of_turn(b: Builder, one: Val, index: Val) -> Val:
    if isinstance(item_type(one), t.Never):
        return Val(t.NEVER)
    return load_item(b, item_type(one), address_of(b, one, index.part))


@lowers(operator.getitem, t.List, is_integer, result=lambda one, _index: items_of(one), effects="reads raises")
def _getitem(b: Builder, one: Val, index: Val) -> Val:
    if isinstance(item_type(one), t.Never):
        b.leave(b.site("raise", *NO_ITEM))
        return Val(t.NEVER)
    place = wrapped_index(b, one, index_val(b, index), *NO_ITEM)
    return load_item(b, item_type(one), address_of(b, one, place))


def index_val(b: Builder, index: Val) -> Val:
    """An index as an i64; uint64 numbers beyond that leave for the interpreter."""
    return b.int_val(bound(b, index))


def _stores(one: Arg, _index: Arg, value: Arg) -> t.Type | None:
    return t.NONE if fits(one, value) else None


@lowers(operator.setitem, t.List, is_integer, object, result=_stores, effects="raises")
def _setitem(b: Builder, one: Val, index: Val, value: Val) -> Val:
    place = wrapped_index(b, one, index_val(b, index), *NO_PLACE)
    replace_item(b, one, place, value)
    return NONE_VAL
