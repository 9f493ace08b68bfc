"""Iteration by number: how many turns ``for x in iterable`` takes, and what each of them gives.

A loop asks :func:`length_of` once and :func:`item_at` in each turn. ``enumerate``, ``zip`` and ``reversed`` make values
of type ``Iterator``, which hold the iterables that they were given; ``iter`` is the iterable itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.nodes import UNKNOWN, Value
from minijit.library.builder import Builder
from minijit.library.dicts.walks import count_of, entry_at, type_of_entry
from minijit.library.each_type import any_of
from minijit.library.memory import shape_of
from minijit.library.objects import ranges
from minijit.library.operands import is_integer
from minijit.library.operations import item_at, length_of
from minijit.library.registry import Arg, find, lowers
from minijit.library.vals import Val, item_of, tuple_val


def can_iterate(one: t.Type) -> bool:
    """Whether native code can iterate over values of this type."""
    return find(length_of, (Arg(one),), {}) is not None


def type_of_item(one: t.Type) -> t.Type | None:
    """The type of what iteration gives."""
    found = find(item_at, (Arg(one), Arg(t.INDEX)), {})
    return None if found is None else found[1]


def turns(b: Builder, iterable: Val) -> Value:
    """The number of turns as an i64."""
    return b.apply(length_of, iterable).part


def item(b: Builder, iterable: Val, index: Value) -> Val:
    """The item of a turn."""
    return b.apply(item_at, iterable, Val(t.INDEX, (index,)))


# ---- range


@lowers(length_of, t.RANGE, result=t.INDEX)
def _range_length(_b: Builder, one: Val) -> Val:
    return Val(t.INDEX, (ranges.length_of(one),))


@lowers(item_at, t.RANGE, t.INDEX, result=t.INT)
def _range_item(b: Builder, one: Val, index: Val) -> Val:
    return b.int_val(ranges.item(b, one, index.part))


# ---- tuples


@lowers(length_of, t.Tuple, result=t.INDEX)
def _tuple_length(b: Builder, one: Val) -> Val:
    assert isinstance(one.type, t.Tuple)
    return Val(t.INDEX, (b.i64(len(one.type.items)),))


def _type_of_tuple_item(one: Arg, _index: Arg) -> t.Type:
    assert isinstance(one.type, t.Tuple)
    return any_of(one.type.items)


@lowers(item_at, t.Tuple, t.INDEX, result=_type_of_tuple_item)
def _tuple_item(b: Builder, one: Val, index: Val) -> Val:
    return choose_item(b, one, index.part)


def choose_item(b: Builder, one: Val, index: Value) -> Val:
    """The item at an index within the tuple: a chain of selections, or of branches where the types differ."""
    assert isinstance(one.type, t.Tuple)
    items = [item_of(one, position) for position in range(len(one.type.items))]
    result = any_of(one.type.items)
    if not items:
        return Val(t.NEVER)
    position = known(index)
    if isinstance(position, int):
        return b.coerce(items[position], result)
    held = [b.coerce(each, result) for each in items]
    chosen = held[-1].parts
    for place in range(len(held) - 2, -1, -1):
        here = b.icmp("eq", index, b.i64(place))
        chosen = tuple(b.select(here, x, y) for x, y in zip(held[place].parts, chosen, strict=True))
    return Val(result, chosen, None if result == t.NONE else UNKNOWN)


# ---- arrays


@lowers(length_of, t.Array, result=lambda one: t.INDEX if one.type.ndim else None)
def _array_length(_b: Builder, one: Val) -> Val:
    return Val(t.INDEX, (shape_of(one)[0],))


def _type_of_array_item(one: Arg, _index: Arg) -> t.Type | None:
    from minijit.library.indexing import items

    assert isinstance(one.type, t.Array)
    return items.type_of_item(one.type) if one.type.ndim else None


@lowers(item_at, t.Array, t.INDEX, result=_type_of_array_item, effects="reads")
def _array_item(b: Builder, one: Val, index: Val) -> Val:
    from minijit.library.indexing import items

    return items.item(b, one, index.part)


# ---- enumerate, zip, reversed


_OF_DICTS: Final = ("keys", "values", "items")


def _sources(one: Arg | Val) -> tuple[t.Type, ...]:
    assert isinstance(one.type, t.Iterator)
    return one.type.sources


def _type_of_enumerate(iterable: Arg, start: Arg | None = None) -> t.Type | None:
    return t.Iterator("enumerate", (iterable.type, t.INT)) if can_iterate(iterable.type) else None


def _lower_enumerate(b: Builder, iterable: Val, start: Val | None = None) -> Val:
    first = b.i64(0) if start is None else ranges.bound(b, start)
    return Val(t.Iterator("enumerate", (iterable.type, t.INT)), (*iterable.parts, first))


lowers(enumerate, object, result=_type_of_enumerate, keywords={"start": is_integer})(_lower_enumerate)
lowers(enumerate, object, is_integer, result=_type_of_enumerate)(_lower_enumerate)


def _type_of_zip(*iterables: Arg, strict: Arg | None = None) -> t.Type | None:
    if strict is not None and strict.const is not False:
        return None
    if not all(can_iterate(one.type) for one in iterables):
        return None
    return t.Iterator("zip", tuple(one.type for one in iterables))


@lowers(zip, result=_type_of_zip, rest=object, keywords={"strict": t.BOOL})
def _lower_zip(_b: Builder, *iterables: Val, strict: Val | None = None) -> Val:
    parts = [part for one in iterables for part in one.parts]
    return Val(t.Iterator("zip", tuple(one.type for one in iterables)), parts)


def _type_of_reversed(iterable: Arg) -> t.Type | None:
    return t.Iterator("reversed", (iterable.type,)) if can_iterate(iterable.type) else None


@lowers(reversed, (t.Range, t.Tuple, t.Array, t.RecordArray), result=_type_of_reversed)
def _lower_reversed(_b: Builder, iterable: Val) -> Val:
    return Val(t.Iterator("reversed", (iterable.type,)), iterable.parts)


def _type_of_reversed_list(one: Arg) -> t.Type:
    return t.Iterator("reversed", (one.type, t.INDEX))


@lowers(reversed, t.List, result=_type_of_reversed_list, effects="reads")
def _lower_reversed_list(b: Builder, one: Val) -> Val:
    """It begins at what is the last item now."""
    return Val(t.Iterator("reversed", (one.type, t.INDEX)), (one.part, turns(b, one)))


@lowers(iter, object, result=lambda one: one.type if isinstance(one.type, t.Iterator) else None)
def _lower_iter(_b: Builder, iterable: Val) -> Val:
    return iterable


@lowers(length_of, t.Iterator, result=t.INDEX)
def _iterator_length(b: Builder, one: Val) -> Val:
    assert isinstance(one.type, t.Iterator)
    if one.type.kind == "reversed" and len(one.type.sources) > 1:
        return item_of(one, 1)
    if one.type.kind in _OF_DICTS:
        return Val(t.INDEX, (count_of(b, item_of(one, 0)),))
    if one.type.kind != "zip":
        return Val(t.INDEX, (turns(b, item_of(one, 0)),))
    lengths = [turns(b, item_of(one, position)) for position in range(len(one.type.sources))]
    shortest = lengths[0] if lengths else b.i64(0)
    for length in lengths[1:]:
        shortest = b.min_i64(shortest, length)
    return Val(t.INDEX, (shortest,))


def _type_of_iterator_item(one: Arg, _index: Arg) -> t.Type | None:
    assert isinstance(one.type, t.Iterator)
    if one.type.kind in _OF_DICTS:
        return type_of_entry(one.type.sources[0], one.type.kind)
    items = _types_of_items(one.type.sources if one.type.kind == "zip" else one.type.sources[:1])
    if items is None:
        return None
    if one.type.kind == "enumerate":
        return t.Tuple((t.INT, *items))
    return t.Tuple(items) if one.type.kind == "zip" else items[0]


def _types_of_items(sources: Sequence[t.Type]) -> tuple[t.Type, ...] | None:
    found = [type_of_item(source) for source in sources]
    known_ones = tuple(one for one in found if one is not None)
    return known_ones if len(known_ones) == len(found) else None


@lowers(item_at, t.Iterator, t.INDEX, result=_type_of_iterator_item, effects="reads raises")
def _iterator_item(b: Builder, one: Val, index: Val) -> Val:
    assert isinstance(one.type, t.Iterator)
    if one.type.kind == "zip":
        sources = [item_of(one, position) for position in range(len(one.type.sources))]
        return tuple_val([item(b, source, index.part) for source in sources])
    iterable = item_of(one, 0)
    if one.type.kind in _OF_DICTS:
        return entry_at(b, iterable, index.part, one.type.kind)
    if one.type.kind == "reversed":
        last = b.binary("sub", turns(b, one), b.i64(1), nsw=True)
        place = b.binary("sub", last, index.part, nsw=True)
        if isinstance(iterable.type, t.List):
            b.bail_unless(b.icmp("slt", place, turns(b, iterable)), "a list became shorter while it was walked over")
        return item(b, iterable, place)
    number = b.checked("add", item_of(one, 1).part, index.part)
    return tuple_val([b.int_val(number), item(b, iterable, index.part)])
