"""The type of instances of ordinary classes, whose attributes native code reads."""

from __future__ import annotations

import enum
import types as python_types
from abc import ABCMeta
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from minijit.types import Type

Mode = Literal["value", "cell", "live", "method", "python"]

SAY: Final = ("__getattr__", "__getattribute__", "__setattr__", "__delattr__")
"""Methods with which a class has a say in the attributes of its instances."""

_HEAP_TYPE: Final = 1 << 9
_SETTLED: Final = ("builtins", "numpy", "scipy", "minijit", "random", "types", "functools", "numba")
"""Packages whose classes are no ordinary ones: native code knows them, or does not want to."""


class Field(NamedTuple):
    """An attribute that the program asks for, and how it is held.

    ``value``: read when the call begins, since nothing changes it; ``cell``: read then into a place of its own, in
    which it changes, and written back at the end; ``live``: Python reads it each time, as a value of this type;
    ``method``: a function of the class, known while compiling; ``python``: anything else, about which nothing is known.

    `found` is the type with which a cell begins, where it may come to hold others.
    """

    name: str
    type: Type
    mode: Mode
    found: Type | None = None


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance of an ordinary class: a reference to the object, and those attributes that the program asks for."""

    cls: type
    fields: tuple[Field, ...] = ()

    def field(self, name: str) -> Field | None:
        """The attribute of this name, ``None`` if it was not known that the program asks for it."""
        return next((one for one in self.fields if one.name == name), None)

    def __str__(self) -> str:
        inner = ", ".join(f"{one.name}: {one.type}" for one in self.fields if one.mode in ("value", "cell"))
        return f"{self.cls.__qualname__}({inner})"


class FieldsNeededError(Exception):
    """Inference has met attributes of instances that it must know of from the start, or differently.

    Attributes
    ----------
    cls : type or None
        The class; ``None`` for all classes.
    modes : dict of str to Mode or None
        How attributes are to be held; ``None`` leaves it open.
    stored : Type or None
        What is stored into the attribute, which its cell must hold.
    """

    def __init__(self, cls: type | None, modes: dict[str, Mode | None], stored: Type | None = None) -> None:
        super().__init__(f"{cls} {modes}")
        self.cls = cls
        self.modes = modes
        self.stored = stored


def is_ordinary(cls: type) -> bool:
    """Whether reading an attribute of an instance of `cls` does what ``object`` does; it may not after a change."""
    if cls is python_types.SimpleNamespace:
        return True
    if (cls.__module__ or "").partition(".")[0] in _SETTLED or issubclass(cls, type | enum.Enum | BaseException):
        return False
    if not all(base is object or base.__flags__ & _HEAP_TYPE for base in cls.__mro__):
        return False
    if type(cls) not in (type, ABCMeta) or hasattr(cls, "__getattr__"):
        return False
    own = [getattr(cls, name) is getattr(object, name) for name in SAY[1:]]
    return all(own) or (own[0] and is_frozen(cls))


def is_frozen(cls: type) -> bool:
    """Whether `cls` is a frozen dataclass, which differs from an ordinary class in that its instances don't change."""
    return bool(getattr(getattr(cls, "__dataclass_params__", None), "frozen", False))


class Absent:
    """The type of :data:`ABSENT`."""


ABSENT: Final = Absent()


def held_by_class(cls: type, name: str) -> object:
    """What a class or the first of its bases that has it holds under a name; ``ABSENT`` if none does."""
    for base in cls.__mro__:
        held = base.__dict__.get(name, ABSENT)
        if held is not ABSENT:
            return held
    return ABSENT


def is_plain_attribute(held: object) -> bool:
    """Whether instances of a class that holds this under a name have an attribute that is a mere value."""
    if held is ABSENT or isinstance(held, python_types.MemberDescriptorType | staticmethod):
        return True
    return not (hasattr(type(held), "__get__") or hasattr(type(held), "__set__"))
