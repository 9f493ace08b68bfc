"""Walks over dicts: how many turns they take, and what each gives; ``len`` and the truth of dicts and sets."""

from __future__ import annotations

import operator
from typing import Any

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.lists.memory import address_of, load_item
from minijit.library.lists.memory import length_of as length_of_list
from minijit.library.registry import Arg, lowers
from minijit.library.vals import Val, item_of


def view_of(one: Any, kind: str) -> Any:
    """The keys, values or items of a dict, to be walked over."""
    return getattr(one, kind)()


def entries_val(one: Val) -> Val:
    """The list of entries."""
    assert isinstance(one.type, t.Dict)
    return Val(one.type.entries, one.parts[:1])


def count_of(b: Builder, one: Val) -> Value:
    """The number of keys."""
    assert isinstance(one.type, t.Dict)
    table = Val(one.type.table, one.parts[1:])
    return load_item(b, t.INT, address_of(b, table, b.i64(0))).part


@lowers(len, t.Dict, result=t.INT, effects="reads")
def _len(b: Builder, one: Val) -> Val:
    return b.int_val(count_of(b, one))


@lowers(operator.truth, t.Dict, result=t.BOOL, effects="reads")
def _truth(b: Builder, one: Val) -> Val:
    return b.bool_val(b.icmp("ne", count_of(b, one), b.i64(0)))


def _is_dict(one: Arg) -> bool:
    return isinstance(one.type, t.Dict) and one.type.cls is dict


def _type_of_view(one: Arg, kind: Arg) -> t.Type | None:
    return t.Iterator(kind.const, (one.type,)) if _is_dict(one) else None  # type: ignore[arg-type]  # one of the kinds


@lowers(view_of, t.Dict, t.Const, result=_type_of_view)
def _view_of(_b: Builder, one: Val, kind: Val) -> Val:
    return Val(t.Iterator(kind.const, (one.type,)), one.parts)  # type: ignore[arg-type]  # one of the kinds


def type_of_entry(one: t.Type, kind: str) -> t.Type | None:
    """What a walk over the keys, values or items of a dict gives."""
    if not isinstance(one, t.Dict) or one.cls is not dict:
        return None
    entry = one.entries.item
    if not isinstance(entry, t.Tuple):
        return t.NEVER
    key, value, _ = entry.items
    return {"keys": key, "values": value, "items": t.Tuple((key, value))}[kind]


def entry_at(b: Builder, one: Val, index: Value, kind: str) -> Val:
    """The key, value or item of a turn."""
    entries = entries_val(one)
    assert isinstance(entries.type, t.List)
    item = entries.type.item
    if not isinstance(item, t.Tuple):
        return Val(t.NEVER)
    b.bail_unless(b.icmp("slt", index, length_of_list(b, entries)), _CHANGED)
    entry = load_item(b, item, address_of(b, entries, index))
    b.bail_unless(b.icmp("sge", item_of(entry, 2).part, b.i64(0)), _CHANGED)
    key, value = item_of(entry, 0), item_of(entry, 1)
    if kind == "items":
        return Val(t.Tuple((key.type, value.type)), (*key.parts, *value.parts))
    return key if kind == "keys" else value


_CHANGED = "a dict changed while it was walked over"
