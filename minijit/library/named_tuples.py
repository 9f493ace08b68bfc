"""Named tuples: held like tuples, with attributes for their items. Entries are made for a class when one is met."""

from __future__ import annotations

from typing import Any

from minijit import types as t
from minijit.library.builder import Builder, Val, item_of
from minijit.library.registry import Arg, attribute, entries_of, lowers


def is_named_tuple(cls: type) -> bool:
    """Whether `cls` is a class of named tuples: of tuples whose items have names."""
    return cls is not tuple and issubclass(cls, tuple) and hasattr(cls, "_fields") and hasattr(cls, "_make")


def register_fields(cls: Any) -> None:
    """Entries for the attributes of a class of named tuples."""
    for name in cls._fields:
        if not any(entry.lower is _FIELDS.get(name) for entry in entries_of(attribute(name))):
            _register_field(name)


_FIELDS: dict[str, Any] = {}


def _register_field(name: str) -> None:
    def has_field(one: t.Type) -> bool:
        return isinstance(one, t.Tuple) and name in getattr(one.cls, "_fields", ())

    def rule(one: Arg) -> t.Type:
        assert isinstance(one.type, t.Tuple)
        return one.type.items[one.type.cls._fields.index(name)]  # type: ignore[attr-defined]

    @lowers(attribute(name), has_field, result=rule)
    def field(_b: Builder, one: Val) -> Val:
        assert isinstance(one.type, t.Tuple)
        return item_of(one, one.type.cls._fields.index(name))  # type: ignore[attr-defined]

    _FIELDS[name] = field
