"""Named tuples: held like tuples, with attributes for their items. Entries are made for a class when one is met."""

from __future__ import annotations

from typing import Any

from minijit import types as t
from minijit.ir.nodes import UNKNOWN
from minijit.library.builder import Builder, Val, item_of
from minijit.library.registry import Arg, attribute, entries_of, lowers, method
from minijit.library.vals import tuple_val


def register_class(cls: Any) -> None:
    """Entries for a class of named tuples: for making one, for its fields, and ``_replace``."""
    if entries_of(cls) or not _makes_tuples(cls):
        register_fields(cls)
        return
    register_fields(cls)
    names: dict[str, Any] = dict.fromkeys(cls._fields, object)

    def row_of(args: tuple[Any, ...], keywords: dict[str, Any]) -> list[Any] | None:
        """What is given for each field, ``UNKNOWN`` where that is the default; ``None`` where Python refuses it."""
        given = dict(zip(cls._fields, args, strict=False))
        if len(args) > len(cls._fields) or given.keys() & keywords.keys():
            return None
        given |= keywords
        row = [given.get(name, UNKNOWN) for name in cls._fields]
        missing = {name for name, value in zip(cls._fields, row, strict=True) if value is UNKNOWN}
        return row if missing <= _plain_defaults(cls).keys() else None

    def rule(*args: Arg, **keywords: Arg) -> t.Type | None:
        row = row_of(args, keywords)
        if row is None:
            return None
        kinds = _plain_defaults(cls)
        return t.Tuple(
            tuple(
                kinds[name] if value is UNKNOWN else value.type for name, value in zip(cls._fields, row, strict=True)
            ),
            cls,
        )

    @lowers(cls, rest=object, keywords=names, result=rule)
    def make(b: Builder, /, *vals: Val, **keywords: Val) -> Val:
        row = row_of(vals, keywords) or []
        kinds = _plain_defaults(cls)
        items = [
            b.constant(kinds[name], cls._field_defaults[name]) if value is UNKNOWN else value
            for name, value in zip(cls._fields, row, strict=True)
        ]
        return _named(cls, items)

    def is_of_class(one: t.Type) -> bool:
        return isinstance(one, t.Tuple) and one.cls is cls

    def replaced(one: Arg, /, **keywords: Arg) -> t.Type:
        assert isinstance(one.type, t.Tuple)
        pairs = zip(cls._fields, one.type.items, strict=True)
        return t.Tuple(tuple(keywords[name].type if name in keywords else kind for name, kind in pairs), cls)

    @lowers(method("_replace"), is_of_class, keywords=names, result=replaced)
    def replace(_b: Builder, one: Val, /, **keywords: Val) -> Val:
        return _named(cls, [keywords.get(name) or item_of(one, place) for place, name in enumerate(cls._fields)])


def _makes_tuples(cls: Any) -> bool:
    """Whether calling `cls` does what ``collections.namedtuple`` has made it do."""
    home = next((base for base in cls.__mro__ if "_field_defaults" in vars(base)), None)
    return (
        home is not None
        and cls.__new__ is home.__new__
        and cls.__init__ is object.__init__
        and cls.__new__.__code__.co_filename.startswith("<string>")
        and type(cls) is type
    )


def _plain_defaults(cls: Any) -> dict[str, t.Type]:
    """The types of the default values that native code can make: numbers and ``None``."""
    kinds: dict[type, t.Type] = {int: t.INT, float: t.FLOAT, bool: t.BOOL, complex: t.COMPLEX, type(None): t.NONE}
    defaults = cls._field_defaults
    return {name: kinds[type(value)] for name, value in defaults.items() if type(value) in kinds and _fits(value)}


def _fits(value: object) -> bool:
    return not isinstance(value, int) or -(1 << 63) <= value < 1 << 63


def _named(cls: type, items: list[Val]) -> Val:
    whole = tuple_val(items)
    return Val(t.Tuple(tuple(item.type for item in items), cls), whole.parts)


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
