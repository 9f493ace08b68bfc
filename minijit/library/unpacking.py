"""Unpacking: ``a, b = value`` for tuples and for whatever can be iterated over by number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from minijit import types as t
from minijit.ir.nodes import UNKNOWN
from minijit.library import iteration, registry
from minijit.library.builder import Builder
from minijit.library.vals import Val, tuple_val


def unpack_exactly(value: Iterable[Any], count: int) -> tuple[Any, ...]:
    """The items of `value` as a tuple; Python's own error where there are more or fewer than `count`."""
    names = ", ".join(f"x{k}" for k in range(count))
    scope: dict[str, Any] = {"value": value}
    # Under this file's name: frames of our own are left out of tracebacks.
    exec(compile(f"[{names}] = value", __file__, "exec"), scope)
    return tuple(scope[f"x{k}"] for k in range(count))


def _type_of_items(value: registry.Arg, count: registry.Arg) -> t.Type | None:
    if not isinstance(count.const, int):
        return None
    if isinstance(value.type, t.Tuple):
        return value.type if len(value.type.items) == count.const else None
    item = registry.find(iteration.item_at, (registry.Arg(value.type), registry.Arg(t.INDEX)), {})
    return None if item is None else t.Tuple((item[1],) * count.const)


@registry.lowers(unpack_exactly, lambda one: True, t.INT, result=_type_of_items, effects="raises")
def lower_unpack(b: Builder, value: Val, count: Val) -> Val:
    """The items, one by one; another number of them is an error that Python words."""
    if isinstance(value.type, t.Tuple):
        return value
    assert isinstance(count.const, int)
    length = b.apply(iteration.length_of, value).part
    fits = b.icmp("eq", length, b.i64(count.const))

    def wrong_number() -> tuple[()]:
        b.call_python(unpack_exactly, [value, count], t.NEVER)
        return ()

    b.if_else(fits, lambda: (), wrong_number, likely=True)
    items = [b.apply(iteration.item_at, value, Val(t.INDEX, (b.i64(k),), UNKNOWN)) for k in range(count.const)]
    return tuple_val(items)
