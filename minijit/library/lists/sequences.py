"""Lists that are only read.

A list of known length is held like a tuple (``t.Tuple`` with the class ``list``); one whose length is known at run time
only is the Python object itself (``t.PythonList``), whose items are taken out one by one. Nothing here changes a list,
and for what would change one there is no entry.
"""

from __future__ import annotations

import operator
from typing import Any

from minijit import types as t
from minijit.ir.nodes import UNKNOWN, Value
from minijit.library.builder import Builder, Val, item_of
from minijit.library.operands import is_integer
from minijit.library.operations import item_at, length_of
from minijit.library.registry import Arg, find, lowers
from minijit.machine import I1, I8, I64, PTR, parts_of

_CLASS, _LENGTH, ITEMS = 8, 16, 24
"""Offsets in a list (of the class, in any object); runtime/numpy_api.py verifies them."""
_HEAD = object.__basicsize__


def is_fixed_list(one: t.Type) -> bool:
    """Whether `one` is a list of known length, held like a tuple."""
    return isinstance(one, t.Tuple) and one.cls is list


def as_tuple(value: Val) -> Val:
    """The items of a list or named tuple as a plain tuple."""
    assert isinstance(value.type, t.Tuple)
    return Val(t.Tuple(value.type.items), value.parts, value.const)


def _type_as_tuple(function: object, one: Arg, *rest: Arg) -> t.Type | None:
    assert isinstance(one.type, t.Tuple)
    found = find(function, (Arg(t.Tuple(one.type.items), one.const), *rest), {})
    return None if found is None else found[1]


def _register_like_tuple(function: Any, *patterns: Any) -> None:
    """What a list of known length does just as a tuple does."""

    @lowers(
        function,
        is_fixed_list,
        *patterns,
        result=lambda *args: _type_as_tuple(function, *args),
        effects="raises" if function is operator.getitem else "",
    )
    def lower(b: Builder, one: Val, *rest: Val) -> Val:
        return b.apply(function, as_tuple(one), *rest)


for _function in (len, length_of, operator.truth):
    _register_like_tuple(_function)
_register_like_tuple(item_at, t.INDEX)


def _is_inside(one: Arg, index: Arg) -> t.Type | None:
    """Only of an index that is known and right: the error would be worded as a tuple's."""
    assert isinstance(one.type, t.Tuple)
    count = len(one.type.items)
    if not isinstance(index.const, int) or not -count <= index.const < count:
        return None
    return one.type.items[index.const]


@lowers(operator.getitem, is_fixed_list, is_integer, result=_is_inside)
def _known_item(b: Builder, one: Val, index: Val) -> Val:
    assert isinstance(one.type, t.Tuple) and isinstance(index.const, int)
    return item_of(one, index.const % len(one.type.items))


def _type_of_any_item(one: Arg, index: Arg) -> t.Type | None:
    assert isinstance(one.type, t.Tuple)
    kinds = set(one.type.items)
    return kinds.pop() if len(kinds) == 1 and index.const is UNKNOWN else None


@lowers(operator.getitem, is_fixed_list, is_integer, result=_type_of_any_item, effects="raises")
def _any_item(b: Builder, one: Val, index: Val) -> Val:
    assert isinstance(one.type, t.Tuple)
    items = [item_of(one, k) for k in range(len(one.type.items))]
    word, count = b.index_of(index), b.i64(len(items))
    word = b.select(b.icmp("slt", word, b.i64(0)), b.add(word, count), word)
    b.check(b.icmp("ult", word, count), IndexError, "list index out of range")
    chosen = items[-1].parts
    for place in range(len(items) - 2, -1, -1):
        here = b.icmp("eq", word, b.i64(place))
        chosen = tuple(b.select(here, x, y) for x, y in zip(items[place].parts, chosen, strict=True))
    return Val(items[0].type, chosen)


def _type_of_part(one: Arg, index: Arg) -> t.Type | None:
    found = _type_as_tuple(operator.getitem, one, index)
    return t.Tuple(found.items, list) if isinstance(found, t.Tuple) else None


@lowers(operator.getitem, is_fixed_list, t.Slice, result=_type_of_part)
def _fixed_part(b: Builder, one: Val, index: Val) -> Val:
    part = b.apply(operator.getitem, as_tuple(one), index)
    assert isinstance(part.type, t.Tuple)
    return Val(t.Tuple(part.type.items, list), part.parts)


# ---- lists that are Python objects


def length_of_object(b: Builder, one: Val) -> Value:
    """The number of items that a list of Python's has now."""
    b.unit.needs_lock = True
    return b.load(b.ptr_add(one.part, _LENGTH), I64)


@lowers(len, t.PythonList, result=t.INT, effects="reads")
def _len(b: Builder, one: Val) -> Val:
    return b.int_val(length_of_object(b, one))


@lowers(length_of, t.PythonList, result=t.INDEX, effects="reads")
def _turns(b: Builder, one: Val) -> Val:
    return Val(t.INDEX, (length_of_object(b, one),))


@lowers(operator.truth, t.PythonList, result=t.BOOL, effects="reads")
def _truth(b: Builder, one: Val) -> Val:
    return b.bool_val(b.icmp("ne", length_of_object(b, one), b.i64(0)))


def _item_type(one: Arg, _index: Arg) -> t.Type:
    assert isinstance(one.type, t.PythonList)
    return one.type.item


@lowers(item_at, t.PythonList, t.INDEX, result=_item_type, effects="owns reads raises")
def _item_of_turn(b: Builder, one: Val, index: Val) -> Val:
    return _item(b, one, index.part)


@lowers(operator.getitem, t.PythonList, is_integer, result=_item_type, effects="owns reads raises")
def _item_at(b: Builder, one: Val, index: Val) -> Val:
    word, count = b.index_of(index), length_of_object(b, one)
    word = b.select(b.icmp("slt", word, b.i64(0)), b.add(word, count), word)
    b.check(b.icmp("ult", word, count), IndexError, "list index out of range")
    return _item(b, one, word)


def _item(b: Builder, one: Val, place: Value) -> Val:
    """The item at a place that is there: its class is looked at, since only the list's owner knows what it holds."""
    assert isinstance(one.type, t.PythonList)
    kind = one.type.item
    if not isinstance(kind, t.PythonScalar | t.NumpyScalar):
        # Whoever holds the list may let go of the item: a reference is needed.
        return b.call_python(operator.getitem, (one, b.int_val(place)), kind, effects="")
    items = b.load(b.ptr_add(one.part, ITEMS), PTR)
    item = b.load(b.ptr_add(items, b.mul(place, b.i64(8))), PTR)
    cls = t.PYTHON_CLASSES[kind.name] if isinstance(kind, t.PythonScalar) else kind.dtype.type
    found = b.load(b.ptr_add(item, _CLASS), PTR)
    same = b.icmp("eq", found, b.known_object(cls))
    b.bail_unless(same, f"a list holds something else than {cls.__name__}", TypeError)
    return _unboxed(b, item, kind)


def _unboxed(b: Builder, item: Value, kind: t.Type) -> Val:
    """What is in an object of the class that `kind` stands for."""
    if kind == t.INT:
        value = b.call_c("mj_int_of", I64, item, effects="reads")
        b.bail_unless(b.icmp("ne", value, b.i64(-(1 << 63))), "a list holds an int beyond 64 bits")
        return b.int_val(value)
    if kind == t.BOOL:
        return b.bool_val(b.icmp("eq", item, b.known_object(True)))
    parts = parts_of(kind)
    if parts[0] is I1:
        return Val(kind, (b.icmp("ne", b.load(b.ptr_add(item, _HEAD), I8), b.const(I8, 0)),))
    loaded = [b.load(b.ptr_add(item, _HEAD + machine.bits // 8 * k), machine) for k, machine in enumerate(parts)]
    return Val(kind, tuple(loaded))


@lowers(operator.getitem, t.PythonList, t.Slice, result=lambda one, index: one.type, effects="owns reads raises")
def _part(b: Builder, one: Val, index: Val) -> Val:
    return b.call_python(operator.getitem, (one, index), one.type, effects="")


# ---- conversions


@lowers(tuple, lambda one: isinstance(one, t.Tuple), result=lambda one: t.Tuple(one.type.items))
def _tuple(_b: Builder, one: Val) -> Val:
    return as_tuple(one)

