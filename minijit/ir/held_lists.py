"""Lists that are held as tuples, since nothing tells them apart: Python, where it is called, gets the lists."""

from __future__ import annotations

from minijit import types as t
from minijit.ir.nodes import UNKNOWN, Instr, Value


def as_written(value: Value, held: t.Type) -> t.Type:
    """The type of a value that is held as `held`, with lists where the program wrote displays of lists."""
    if not isinstance(value, Instr) or value.op not in ("build_list", "build_tuple") or value.attrs.get("starred"):
        return held
    if not isinstance(held, t.Tuple) or held.cls is not tuple or len(held.items) != len(value.args):
        return held
    items = tuple(map(as_written, value.args, held.items))
    return t.Tuple(items, list if value.op == "build_list" else tuple)


def constant_as(one: t.Type, const: object) -> object:
    """A known value of a tuple, as a value of the type that :func:`as_written` gave."""
    if not isinstance(one, t.Tuple) or one.cls not in (tuple, list) or not isinstance(const, tuple):
        return const
    items = list(map(constant_as, one.items, const))
    if any(item is UNKNOWN for item in items):
        return UNKNOWN
    return items if one.cls is list else tuple(items)
