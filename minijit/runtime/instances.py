"""The types of instances that are passed to a function, from those attributes that the function asks for."""

from __future__ import annotations

from collections.abc import Sequence
from types import FunctionType, MemberDescriptorType
from typing import Any, Final

from minijit import types as t
from minijit.instance_types import Field, FieldsNeededError, Mode, held_by_class, is_ordinary, is_plain_attribute
from minijit.runtime.native_type import Native
from minijit.runtime.typeof import type_of

_MOST_NESTED: Final = 6
_MOST_FIELDS: Final = 100
"""Of an argument with more attributes, further objects that it refers to are left to Python: there may be a graph."""
_FUNCTION: Final = FunctionType
_IN_CELLS: Final = (t.PythonScalar, t.NumpyScalar, t.NoneValue)


def instance_type(value: Any) -> t.Instance | None:
    """The bare type of an instance of an ordinary class, without attributes; ``None`` for anything else."""
    cls: type = type(value)
    return t.Instance(cls) if is_ordinary(cls) else None


def type_of_argument(value: object) -> t.Type | None:
    """The type of an argument as far as it is known before one looks at attributes."""
    return type_of(value) or instance_type(value)


class Wanted:
    """Which attributes of instances a function asks for, by class, and how they are to be held.

    Parameters
    ----------
    names : sequence of str
        Names that may turn out to be those of attributes.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._guesses = tuple(names)
        self._names: list[str] = []
        self._modes: dict[tuple[type | None, str], Mode | None] = {}
        self._stored: dict[tuple[type | None, str], tuple[t.Type, ...]] = {}
        self.live = False
        self._room = _MOST_FIELDS

    def learn(self, error: FieldsNeededError) -> None:
        """Take up what inference has found."""
        self.live = self.live or error.cls is None
        for name, mode in error.modes.items():
            if name not in self._names:
                self._names.append(name)
            if mode is not None:
                self._modes[error.cls, name] = mode
            if error.stored is not None:
                known = self._stored.get((error.cls, name), ())
                self._stored[error.cls, name] = tuple(dict.fromkeys((*known, error.stored)))

    def types(self, types: tuple[t.Type, ...], row: Sequence[Any]) -> tuple[t.Type, ...]:
        """`types` with the attributes of the instances among the arguments."""
        found: list[t.Type] = []
        for one, value in zip(types, row, strict=True):
            self._room = _MOST_FIELDS
            found.append(self._typed(value, ()) if isinstance(one, t.Instance) else one)
        return tuple(found)

    def _typed(self, value: Any, around: tuple[int, ...]) -> t.Instance:
        names = sorted({*self._guesses, *self._names})
        fields = [self._field(value, name, (*around, id(value))) for name in names]
        # Among the names of a function are those of globals, too.
        asked = [field for field in fields if field.mode != "python" or field.name in self._names]
        self._room -= len(asked)
        return t.Instance(type(value), tuple(asked))

    def _field(self, value: Any, name: str, around: tuple[int, ...]) -> Field:
        cls = type(value)
        mode = self._modes.get((cls, name))
        held = held_by_class(cls, name)
        if mode == "python" or not (is_plain_attribute(held) or isinstance(held, _FUNCTION | Native)):
            return Field(name, t.OBJECT, "python")
        try:
            found = object.__getattribute__(value, name)
        except AttributeError:
            return Field(name, t.OBJECT, "python")
        if isinstance(held, _FUNCTION | Native):
            is_method = getattr(found, "__func__", None) is held and getattr(found, "__self__", None) is value
            return Field(name, t.Const(held), "method") if is_method else Field(name, t.OBJECT, "python")
        kind = type_of(found)
        is_inner = kind is None and instance_type(found) is not None and id(found) not in around
        if is_inner and len(around) < _MOST_NESTED and self._room > 0:
            # Whatever changes attributes may put another object there.
            kind = t.OBJECT if self.live else self._typed(found, around)
        if kind is None:
            kind = t.Object(type(found))
        if mode == "cell" and not self.live:
            whole = t.union_of((kind, *self._stored.get((cls, name), ())))
            members = t.members_of(whole)
            if all(isinstance(one, _IN_CELLS) for one in members) and _is_own(value, name, held):
                return Field(name, whole, "cell", kind)
            mode = "python" if len(members) > 1 else "live"
        if mode == "live" and isinstance(kind, t.Instance):
            kind = t.OBJECT
        return Field(name, kind, "live" if self.live else mode or "value")


def _is_own(value: object, name: str, held: object) -> bool:
    """Whether an attribute is the instance's own, so that storing it changes nothing else."""
    return isinstance(held, MemberDescriptorType) or name in getattr(value, "__dict__", ())
