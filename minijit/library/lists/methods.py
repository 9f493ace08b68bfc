"""The methods of native lists, ``del`` and ``in``."""

from __future__ import annotations

import operator

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.lists.lists import extend, fits, index_val, items_of, same_if_fits
from minijit.library.lists.memory import (
    address_of,
    append,
    copy_items,
    data_of,
    item_type,
    length_of,
    load_item,
    new_list,
    place_in,
    reserve,
    result_list,
    set_length,
    store_item,
    wrapped_index,
)
from minijit.library.objects.tuple_comparisons import has_condition, same_or_equal
from minijit.library.operands import INTEGER, is_integer
from minijit.library.references import drop_reference, holds_references, take_reference
from minijit.library.registry import Arg, lowers, method
from minijit.library.vals import NONE_VAL, Val
from minijit.machine import I1, I64, stride_of

# ---- more and fewer items


@lowers(method("append"), t.List, object, result=lambda one, item: t.NONE if fits(one, item) else None,
        effects="raises")
def _append(b: Builder, one: Val, item: Val) -> Val:
    append(b, one, item)
    return NONE_VAL


@lowers(method("extend"), t.List, object,
        result=lambda one, items: None if same_if_fits(one, items) is None else t.NONE, effects="raises reads")
def _extend(b: Builder, one: Val, iterable: Val) -> Val:
    extend(b, one, iterable)
    return NONE_VAL


def _move(b: Builder, one: Val, target: Value, source: Value, count: Value) -> None:
    """Move items within a list, references and all."""
    stride = b.i64(stride_of(item_type(one)))
    to, at = address_of(b, one, target), address_of(b, one, source)
    b.emit("copy", (to, at, b.binary("mul", count, stride, nsw=True)), local=True)


@lowers(method("insert"), t.List, is_integer, object,
        result=lambda one, _index, item: t.NONE if fits(one, item) else None, effects="raises")
def _insert(b: Builder, one: Val, index: Val, item: Val) -> Val:
    length = length_of(b, one)
    longer = b.add(length, b.i64(1))
    reserve(b, one, longer)
    place = index_val(b, index).part
    place = b.select(b.icmp("slt", place, b.i64(0)), b.max_i64(b.add(place, length), b.i64(0)), place)
    place = b.min_i64(place, length)
    _move(b, one, b.add(place, b.i64(1)), place, b.sub(length, place))
    take_reference(b, item)
    store_item(b, item_type(one), address_of(b, one, place), item)
    set_length(b, one, longer)
    return NONE_VAL


_EMPTY = IndexError, "pop from empty list"
_OUTSIDE = IndexError, "pop index out of range"


@lowers(method("pop"), t.List, result=items_of, effects="owns raises")
def _pop(b: Builder, one: Val) -> Val:
    item = item_type(one)
    if isinstance(item, t.Never):
        b.leave(b.site("raise", *_EMPTY))
        return Val(t.NEVER)
    length = length_of(b, one)
    b.check(b.icmp("ne", length, b.i64(0)), *_EMPTY)
    last = b.sub(length, b.i64(1))
    set_length(b, one, last)
    return load_item(b, item, address_of(b, one, last))


@lowers(method("pop"), t.List, is_integer, result=lambda one, _index: items_of(one), effects="owns raises")
def _pop_at(b: Builder, one: Val, index: Val) -> Val:
    item = item_type(one)
    if isinstance(item, t.Never):
        b.leave(b.site("raise", *_EMPTY))
        return Val(t.NEVER)
    b.check(b.icmp("ne", length_of(b, one), b.i64(0)), *_EMPTY)
    place = wrapped_index(b, one, index_val(b, index), *_OUTSIDE)
    value = load_item(b, item, address_of(b, one, place))
    _close(b, one, place)
    return value


def _close(b: Builder, one: Val, place: Value) -> None:
    """Close the gap of an item that has been taken out."""
    length = length_of(b, one)
    following = b.add(place, b.i64(1))
    _move(b, one, place, following, b.sub(length, following))
    set_length(b, one, b.sub(length, b.i64(1)))


@lowers(operator.delitem, t.List, is_integer, result=t.NONE, effects="raises")
def _delitem(b: Builder, one: Val, index: Val) -> Val:
    place = wrapped_index(b, one, index_val(b, index), IndexError, "list assignment index out of range")
    if not isinstance(item_type(one), t.Never):
        value = load_item(b, item_type(one), address_of(b, one, place))
        _close(b, one, place)
        drop_reference(b, value)
    return NONE_VAL


@lowers(method("clear"), t.List, result=t.NONE, effects="raises")
def _clear(b: Builder, one: Val) -> Val:
    item = item_type(one)
    count = length_of(b, one)
    set_length(b, one, b.i64(0))

    def turn(index: Value, _so_far: tuple[Value, ...]) -> tuple[()]:
        drop_reference(b, load_item(b, item, address_of(b, one, index)))
        return ()

    if holds_references(item):
        b.loop(count, turn)
    return NONE_VAL


@lowers(operator.imul, t.List, INTEGER, result=lambda one, _times: one.type, effects="raises")
def _imul(b: Builder, one: Val, times: Val) -> Val:
    """The items again and again, behind themselves; nothing is left for no times."""

    def repeat() -> tuple[()]:
        count, zero = length_of(b, one), b.i64(0)
        site = b.site("raise", MemoryError, "")
        whole = b.emit("check_mul", (count, turns), I64, site=site)
        reserve(b, one, whole)

        def turn(index: Value, _so_far: tuple[Value, ...]) -> tuple[()]:
            copy_items(b, one, b.mul(b.add(index, b.i64(1)), count), one, zero, count)
            return ()

        b.loop(b.sub(turns, b.i64(1)), turn)
        set_length(b, one, whole)
        return ()

    def clear() -> tuple[()]:
        _clear(b, one)
        return ()

    turns = b.index_of(times)
    b.if_else(b.icmp("sgt", turns, b.i64(0)), repeat, clear)
    return one


@lowers(method("copy"), t.List, result=lambda one: t.NewList(items_of(one)), effects="allocates raises")
def _copy(b: Builder, one: Val) -> Val:
    count = length_of(b, one)
    made = new_list(b, result_list(b), count)
    copy_items(b, made, b.i64(0), one, b.i64(0), count)
    set_length(b, made, count)
    return made


@lowers(method("reverse"), t.List, result=t.NONE, effects="raises")
def _reverse(b: Builder, one: Val) -> Val:
    item = item_type(one)
    if isinstance(item, t.Never):
        return NONE_VAL
    count, data = length_of(b, one), data_of(b, one)

    def turn(index: Value, _so_far: tuple[Value, ...]) -> tuple[()]:
        low, high = place_in(b, data, index, item), place_in(b, data, b.sub(b.sub(count, b.i64(1)), index), item)
        first, last = load_item(b, item, low), load_item(b, item, high)
        store_item(b, item, low, last)
        store_item(b, item, high, first)
        return ()

    b.loop(b.binary("ashr", count, b.i64(1)), turn)
    return NONE_VAL


# ---- looking for items


def _can_search(one: Arg, value: Arg) -> bool:
    item = items_of(one)
    return isinstance(item, t.Never) or has_condition(operator.eq, item, value.type)


def _search(b: Builder, one: Val, value: Val) -> Value:
    """The index of the first item that equals a number, the length if there is none."""
    item = item_type(one)
    count = length_of(b, one)
    if isinstance(item, t.Never):
        return count
    data = data_of(b, one)
    header, body, onward = b.new_block("search", [I64]), b.new_block("search.item"), b.new_block("search.next")
    done = b.new_block("search.done")
    b.jump(header, [b.i64(0)])
    b.move_to(header)
    (index,) = header.params
    b.branch(b.icmp("slt", index, count), body, done)
    b.move_to(body)
    b.branch(same_or_equal(b, load_item(b, item, place_in(b, data, index, item)), value), done, onward)
    b.move_to(onward)
    b.jump(header, [b.add(index, b.i64(1))])
    b.move_to(done)
    return index


@lowers(operator.contains, t.List, object, result=lambda one, value: t.BOOL if _can_search(one, value) else None,
        effects="raises")
def _contains(b: Builder, one: Val, value: Val) -> Val:
    return b.bool_val(b.icmp("slt", _search(b, one, value), length_of(b, one)))


def _not_there(b: Builder, one: Val, value: Val, place: Value, name: str) -> None:
    """Python's own error if an item was not found."""

    def missing() -> tuple[()]:
        b.call_python(getattr(list, name), (one, value), t.NEVER, effects="")
        return ()

    b.if_else(b.icmp("slt", place, length_of(b, one)), lambda: (), missing, likely=True)


@lowers(method("index"), t.List, object, result=lambda one, value: t.INT if _can_search(one, value) else None,
        effects="raises")
def _index(b: Builder, one: Val, value: Val) -> Val:
    place = _search(b, one, value)
    _not_there(b, one, value, place, "index")
    return b.int_val(place)


@lowers(method("remove"), t.List, object, result=lambda one, value: t.NONE if _can_search(one, value) else None,
        effects="raises")
def _remove(b: Builder, one: Val, value: Val) -> Val:
    place = _search(b, one, value)
    _not_there(b, one, value, place, "remove")
    if not isinstance(item_type(one), t.Never):
        _close(b, one, place)
    return NONE_VAL


@lowers(method("count"), t.List, object, result=lambda one, value: t.INT if _can_search(one, value) else None,
        effects="raises")
def _count(b: Builder, one: Val, value: Val) -> Val:
    item = item_type(one)
    if isinstance(item, t.Never):
        return b.int_val(b.i64(0))
    data = data_of(b, one)

    def turn(index: Value, so_far: tuple[Value, ...]) -> tuple[Value, ...]:
        equal = same_or_equal(b, load_item(b, item, place_in(b, data, index, item)), value)
        return (b.add(so_far[0], b.convert("zext", equal, I64)),)

    return b.int_val(b.loop(length_of(b, one), turn, (b.i64(0),))[0])


# ---- comparison


def _can_compare(one: Arg, other: Arg) -> t.Type | None:
    first, second = items_of(one), items_of(other)
    if isinstance(first, t.Never) or isinstance(second, t.Never):
        return t.BOOL
    if isinstance(first, t.Array) or isinstance(second, t.Array):
        return None
    return t.BOOL if has_condition(operator.eq, first, second) else None


def _are_equal(b: Builder, one: Val, other: Val) -> Value:
    """Whether two lists are of the same length, and their items equal or the same."""
    count = length_of(b, one)
    same_length = b.icmp("eq", count, length_of(b, other))
    first, second = item_type(one), item_type(other)
    if isinstance(first, t.Never) or isinstance(second, t.Never):
        return same_length
    done, header = b.new_block("equal.done", [I1]), b.new_block("equal", [I64])
    body, onward = b.new_block("equal.item"), b.new_block("equal.next")
    start, differ = b.new_block("equal.start"), b.new_block("equal.differ")
    b.branch(same_length, start, differ)
    b.move_to(differ)
    b.jump(done, [b.i1(False)])
    b.move_to(start)
    b.jump(header, [b.i64(0)])
    b.move_to(header)
    (index,) = header.params
    more, all_equal = b.icmp("slt", index, count), b.new_block("equal.all")
    b.branch(more, body, all_equal)
    b.move_to(all_equal)
    b.jump(done, [b.i1(True)])
    b.move_to(body)
    x, y = load_item(b, first, address_of(b, one, index)), load_item(b, second, address_of(b, other, index))
    equal = same_or_equal(b, x, y)
    unequal = b.new_block("equal.not")
    b.branch(equal, onward, unequal)
    b.move_to(unequal)
    b.jump(done, [b.i1(False)])
    b.move_to(onward)
    b.jump(header, [b.add(index, b.i64(1))])
    b.move_to(done)
    return done.params[0]


@lowers(operator.eq, t.List, t.List, result=_can_compare, effects="raises")
def _eq(b: Builder, one: Val, other: Val) -> Val:
    return b.bool_val(_are_equal(b, one, other))


@lowers(operator.ne, t.List, t.List, result=_can_compare, effects="raises")
def _ne(b: Builder, one: Val, other: Val) -> Val:
    return b.bool_val(b.not_(_are_equal(b, one, other)))
