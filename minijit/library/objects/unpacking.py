"""Unpacking: ``a, b = value`` for tuples and for whatever can be iterated over by number."""

from __future__ import annotations

from minijit import types as t
from minijit.ir.nodes import UNKNOWN
from minijit.library import registry
from minijit.library.builder import Builder
from minijit.library.operations import item_at, length_of, unpack_exactly
from minijit.library.vals import Val, tuple_val


def _type_of_items(value: registry.Arg, count: registry.Arg) -> t.Type | None:
    if not isinstance(count.const, int):
        return None
    if isinstance(value.type, t.Tuple):
        return value.type if len(value.type.items) == count.const else None
    item = registry.find(item_at, (registry.Arg(value.type), registry.Arg(t.INDEX)), {})
    return None if item is None else t.Tuple((item[1],) * count.const)


@registry.lowers(unpack_exactly, lambda one: True, t.INT, result=_type_of_items, effects="raises")
def lower_unpack(b: Builder, value: Val, count: Val) -> Val:
    """The items, one by one; another number of them is an error that Python words."""
    if isinstance(value.type, t.Tuple):
        return value
    assert isinstance(count.const, int)
    length = b.apply(length_of, value).part
    fits = b.icmp("eq", length, b.i64(count.const))

    def wrong_number() -> tuple[()]:
        b.call_python(unpack_exactly, [value, count], t.NEVER)
        return ()

    b.if_else(fits, lambda: (), wrong_number, likely=True)
    items = [b.apply(item_at, value, Val(t.INDEX, (b.i64(k),), UNKNOWN)) for k in range(count.const)]
    return tuple_val(items)
