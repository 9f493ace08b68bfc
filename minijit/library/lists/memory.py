"""Native lists while lowering: their length, the addresses of their items, loads and stores, and how they grow.

Nobody outside of the call can see a native list, so all stores into one are local.
"""

from __future__ import annotations

from minijit import types as t
from minijit.ir.context import BLOCK_BYTES, BLOCK_DATA, LIST_LENGTH
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.references import drop_reference, owner_words, take_reference, with_clear_owners
from minijit.library.vals import Val
from minijit.machine import I1, I64, PTR, parts_of, stride_of

_MOST_ITEMS = 1 << 40
"""More items than any memory holds: the size in bytes can't overflow up to here."""


def item_type(one: Val) -> t.Type:
    """The type in which the items of a list are held."""
    assert isinstance(one.type, t.List), one.type
    return one.type.item


def length_of(b: Builder, one: Val) -> Value:
    """The number of items, now."""
    return b.load(b.ptr_add(one.part, LIST_LENGTH), I64, local=True)


def set_length(b: Builder, one: Val, length: Value) -> None:
    """Change the number of items; those beyond the old one must have been stored."""
    b.store(b.ptr_add(one.part, LIST_LENGTH), length, local=True)


def data_of(b: Builder, one: Val) -> Value:
    """The address of the first item, until the list grows."""
    return b.load(b.ptr_add(one.part, BLOCK_DATA), PTR, local=True)


def address_of(b: Builder, one: Val, index: Value) -> Value:
    """The address of an item."""
    return place_in(b, data_of(b, one), index, item_type(one))


def place_in(b: Builder, data: Value, index: Value, item: t.Type) -> Value:
    """The address of an item of a row that starts at `data`."""
    return b.ptr_add(data, b.binary("mul", index, b.i64(stride_of(item)), nsw=True))


def load_item(b: Builder, item: t.Type, address: Value) -> Val:
    """The item at an address; it has no reference of its own."""
    parts = []
    for position, machine in enumerate(parts_of(item)):
        parts.append(b.load(b.ptr_add(address, 8 * position), machine, local=True))
    const = item.value if isinstance(item, t.Const) else None
    return Val(item, parts, const) if isinstance(item, t.Const | t.NoneValue) else Val(item, parts)


def store_item(b: Builder, item: t.Type, address: Value, value: Val) -> None:
    """Put an item at an address, whatever stands there; the reference that it holds goes with it."""
    for position, part in enumerate(with_clear_owners(b, b.coerce(value, item)).parts):
        stored = b.bool_to_byte(part) if part.type is I1 else part
        b.store(b.ptr_add(address, 8 * position), stored, local=True)


def new_list(b: Builder, kind: t.List, room: Value) -> Val:
    """A new empty list with room for some items."""
    stride = stride_of(kind.item)
    b.check(b.icmp("ult", room, b.i64(_MOST_ITEMS)), MemoryError, "")
    items = owner_words(kind.item)
    word = b.i64(items | stride << 32 if items else 0)
    bytes_ = b.binary("mul", room, b.i64(stride), nsw=True)
    block = b.call_c("mj_new_list", PTR, b.emit("context", (), PTR), bytes_, word, effects="allocates")
    b.check(b.icmp("ne", block, b.null()), MemoryError, "")
    return Val(kind, (block,))


def reserve(b: Builder, one: Val, length: Value) -> None:
    """Make room for `length` items in all."""
    wanted = b.binary("mul", length, b.i64(stride_of(item_type(one))), nsw=True)
    room = b.load(b.ptr_add(one.part, BLOCK_BYTES), I64, local=True)

    def grow() -> tuple[()]:
        b.check(b.icmp("ult", length, b.i64(_MOST_ITEMS)), MemoryError, "")
        grown = b.call_c("mj_grow_list", I64, one.part, wanted, effects="allocates")
        b.check(b.icmp("ne", grown, b.i64(0)), MemoryError, "")
        return ()

    b.if_else(b.icmp("ule", wanted, room), lambda: (), grow, likely=True)


def append(b: Builder, one: Val, value: Val) -> None:
    """Put a further item at the end; the list takes a reference of its own."""
    item = item_type(one)
    length = length_of(b, one)
    longer = b.binary("add", length, b.i64(1), nsw=True)
    reserve(b, one, longer)
    take_reference(b, value)
    store_item(b, item, address_of(b, one, length), value)
    set_length(b, one, longer)


def replace_item(b: Builder, one: Val, index: Value, value: Val) -> None:
    """Store an item in the place of another one, whose references are given up."""
    item = item_type(one)
    address = address_of(b, one, index)
    old = load_item(b, item, address)
    take_reference(b, value)
    store_item(b, item, address, value)
    drop_reference(b, old)


def result_list(b: Builder) -> t.List:
    """The type of the list that the instruction being lowered makes."""
    found = [one for one in t.members_of(b.result) if isinstance(one, t.List)]
    assert len(found) == 1, b.result
    return found[0]


def copy_items(b: Builder, target: Val, start: Value, source: Val, first: Value, count: Value) -> None:
    """Append-like: store `count` items of `source` from `first` on, at `start` of `target`, where there is room.

    The length of `target` is left as it is.
    """
    item, held = item_type(source), item_type(target)
    if isinstance(item, t.Never):
        return
    if item == held and not owner_words(item):
        stride = stride_of(item)
        to, at = address_of(b, target, start), address_of(b, source, first)
        b.emit("copy", (to, at, b.binary("mul", count, b.i64(stride), nsw=True)), local=True)
        return

    def turn(index: Value, _so_far: tuple[Value, ...]) -> tuple[()]:
        value = load_item(b, item, address_of(b, source, b.add(first, index)))
        take_reference(b, value)
        store_item(b, held, address_of(b, target, b.add(start, index)), value)
        return ()

    b.loop(count, turn)


def wrapped_index(b: Builder, one: Val, index: Val, exception: type[BaseException], message: str) -> Value:
    """An index as the program gives it, from the front; `exception` where there is no such item."""
    length = length_of(b, one)
    site = b.site("raise", exception, message)
    return b.emit("check_index", (b.index_of(index), length), I64, site=site, signed=True)
