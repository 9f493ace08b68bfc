"""Attributes of instances in native code: entries for a name are made when the name is met."""

from __future__ import annotations

from typing import Final

from minijit import types as t
from minijit.ir.facts import fact_of_type
from minijit.ir.nodes import Value
from minijit.library.builder import NONE_VAL, Builder, Val
from minijit.library.registry import Arg, attribute, lowers, stored_attribute
from minijit.machine import I1, parts_of, parts_of_field

_REGISTERED: Final[set[str]] = set()


def register_attribute(name: str) -> None:
    """Entries for reading and storing an attribute of instances that hold it as a value or in a cell."""
    if name not in _REGISTERED:
        _REGISTERED.add(name)
        _register(name)


def _field(one: t.Type, name: str) -> t.Field | None:
    field = one.field(name) if isinstance(one, t.Instance) else None
    return field if field is not None and field.mode in ("value", "cell") else None


def _register(name: str) -> None:
    def is_held(one: t.Type) -> bool:
        return _field(one, name) is not None

    def is_cell(one: t.Type) -> bool:
        field = _field(one, name)
        return field is not None and field.mode == "cell"

    def result(one: Arg) -> t.Type | None:
        field = _field(one.type, name)
        return None if field is None else field.type

    @lowers(attribute(name), is_cell, result=result, effects="reads")
    def read_cell(b: Builder, one: Val) -> Val:
        field, (cell,) = _find(one, name)
        return Val(field.type, b.load_slots(b.ptr_add(cell, 8), parts_of(field.type)))

    @lowers(attribute(name), is_held, result=result)
    def read(b: Builder, one: Val) -> Val:
        field, parts = _find(one, name)
        return Val(field.type, parts, fact_of_type(field.type).const)

    def stored(one: Arg, value: Arg) -> t.Type | None:
        field = _field(one.type, name)
        return t.NONE if field is not None and value.type in t.members_of(field.type) else None

    @lowers(stored_attribute(name), is_cell, object, result=stored, effects="writes")
    def write(b: Builder, one: Val, value: Val) -> Val:
        """The cell belongs to the call: who starts it again does not write it back."""
        field, (cell,) = _find(one, name)
        value = b.coerce(value, field.type)
        b.store(cell, b.i64(1), local=True)
        for position, part in enumerate(value.parts):
            held = b.bool_to_byte(part) if part.type is I1 else part
            b.store(b.ptr_add(cell, 8 * (position + 1)), held, local=True)
        return NONE_VAL


def _find(one: Val, name: str) -> tuple[t.Field, tuple[Value, ...]]:
    """A field and its parts."""
    assert isinstance(one.type, t.Instance)
    start = 1
    for field in one.type.fields:
        count = len(parts_of_field(field))
        if field.name == name:
            return field, one.parts[start : start + count]
        start += count
    raise AssertionError(name)
