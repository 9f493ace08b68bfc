"""The types of values: Python's own, NumPy's, and those that exist only while compiling.

A type says exactly what the interpreter would hold: ``INT`` is Python's ``int``, ``NumpyScalar(dtype('int64'))`` is
``numpy.int64``; they behave differently and are never confused. Types are immutable, compare by value and are
hashable. Concrete classes are never subclassed, so that ``isinstance`` means exactly what it says.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache
from types import FunctionType
from typing import Final, Literal, TypeAlias

import numpy as np

from minijit.instance_types import Field as Field
from minijit.instance_types import Instance as Instance
from minijit.list_types import Dict as Dict
from minijit.list_types import List as List
from minijit.list_types import NewList as NewList
from minijit.record_types import Record as Record
from minijit.record_types import RecordArray as RecordArray

Layout: TypeAlias = Literal["C", "F", "A"]


@dataclass(frozen=True, slots=True)
class PythonScalar:
    """One of Python's own numbers: ``bool``, ``int`` (held in 64 bits), ``float`` or ``complex``."""

    name: Literal["bool", "int", "float", "complex"]

    def __str__(self) -> str:
        return self.name


PYTHON_CLASSES: Final[dict[str, type]] = {"bool": bool, "int": int, "float": float, "complex": complex}
"""The classes of Python's numbers, by the names of their types."""


@dataclass(frozen=True, slots=True)
class NumpyScalar:
    """A NumPy scalar such as ``numpy.float32``; `dtype` is in native byte order."""

    dtype: np.dtype[np.generic]

    def __str__(self) -> str:
        return f"np.{self.dtype.name}"


@dataclass(frozen=True, slots=True)
class Array:
    """A ``numpy.ndarray``.

    `layout` is ``"C"`` or ``"F"`` where the array is contiguous in that order (its strides then follow from its shape)
    and ``"A"`` where strides are only known at run time. One-dimensional contiguous and all 0-d arrays are ``"C"``.
    """

    dtype: np.dtype[np.generic]
    ndim: int
    layout: Layout
    writable: bool = True

    def __str__(self) -> str:
        axes = {"C": "::1", "F": "::F", "A": ":"}[self.layout]
        inner = ", ".join([":"] * (self.ndim - 1) + [axes]) if self.ndim else ""
        return f"{self.dtype.name}[{inner}]{'' if self.writable else ' readonly'}"


@dataclass(frozen=True, slots=True)
class NoneValue:
    """The type of ``None``."""

    def __str__(self) -> str:
        return "None"


@dataclass(frozen=True, slots=True)
class Unbound:
    """What a local variable holds before it is assigned (and after ``del``)."""

    def __str__(self) -> str:
        return "unbound"


@dataclass(frozen=True, slots=True)
class Never:
    """The type of an expression that has not been reached, or never finishes."""

    def __str__(self) -> str:
        return "never"


@dataclass(frozen=True, slots=True)
class Tuple:
    """A ``tuple`` of known length; each item has its own type.

    `cls` is the class of the Python object: a named tuple, or ``list`` for a list that is only read (it can't change,
    so it is held like a tuple and is a list only where Python sees it).
    """

    items: tuple[Type, ...]
    cls: type = tuple

    def __str__(self) -> str:
        inside = ", ".join(map(str, self.items))
        if self.cls is list:
            return f"[{inside}]"
        return f"{'' if self.cls is tuple else self.cls.__name__}({inside}{',' if len(self.items) == 1 else ''})"


_OF_A_CLASS: Final = frozenset(
    {"__new__", "__init__", "__doc__", "__repr__", "__str__", "__format__", "__getnewargs__", "__class_getitem__"}
)
_OF_TUPLE: Final = tuple(name for name in vars(tuple) if name not in _OF_A_CLASS)


@cache
def is_named_tuple(cls: type) -> bool:
    """Whether `cls` is a class of named tuples, of which nothing that tuples do has been changed."""
    if cls is tuple or not issubclass(cls, tuple) or not (hasattr(cls, "_fields") and hasattr(cls, "_make")):
        return False
    return all(getattr(cls, name, None) == getattr(tuple, name) for name in _OF_TUPLE)


def is_plain_member(value: object) -> bool:
    """Whether `value` is a member of an enumeration that has no operators of the user's: it is what it is."""
    return isinstance(value, Enum) and _is_plain_enumeration(type(value))


@cache
def _is_plain_enumeration(cls: type) -> bool:
    own = {name: held for base in cls.__mro__ for name, held in vars(base).items() if base.__module__ != "enum"}
    return not any(
        isinstance(held, FunctionType) and held.__module__ != "enum" and name.startswith("__")
        for name, held in own.items()
    )


@dataclass(frozen=True, slots=True)
class PythonList:
    """A ``list`` of a length that is known at run time only, with items of one type: the Python object itself."""

    item: Type

    def __str__(self) -> str:
        return f"list[{self.item}]"


@dataclass(frozen=True, slots=True)
class Union:
    """A value that has one of several types, known at run time by a tag: the index of the type in `members`.

    `members` holds at least two types, none of them a union, ordered by :func:`union_of`.
    """

    members: tuple[Type, ...]

    def __str__(self) -> str:
        return " | ".join(map(str, self.members))


@dataclass(frozen=True, slots=True)
class MaybeInt:
    """A number of type `other`, or a Python int of equal value that came from a constant.

    This is what ``s = 0`` becomes after ``s += a[i]``: the value is held as `other`, one bit says that it is still the
    int. Nothing asks for the bit in arithmetic, so LLVM drops it; it is kept for the return value.
    """

    other: PythonScalar | NumpyScalar

    def __str__(self) -> str:
        return f"int~{self.other}"


class Const:
    """An object known while compiling and held by identity: a function, module, class, dtype, string or ``...``.

    Strings, bytes and ints (those beyond 64 bits) are the same constant when they are equal, everything else when it is
    the same object.
    """

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def _key(self) -> object:
        return self.value if type(self.value) in (str, bytes, int) else id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Const) and type(other.value) is type(self.value) and other._key() == self._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __str__(self) -> str:
        return f"<{getattr(self.value, '__name__', None) or repr(self.value)}>"

    def __repr__(self) -> str:
        return f"Const({self.value!r})"


@dataclass(frozen=True, slots=True)
class BoundMethod:
    """What ``receiver.name`` is when it is a method; its parts are those of the receiver."""

    receiver: Type
    name: str

    def __str__(self) -> str:
        return f"method {self.name} of {self.receiver}"


@dataclass(frozen=True, slots=True)
class Closure:
    """A function defined inside of the one that is compiled; its parts are those of what it has captured.

    `function` stands for all functions made of one definition; its cells for captured variables are empty.
    """

    function: FunctionType
    captured: tuple[Type, ...]

    def __str__(self) -> str:
        inner = f" with ({', '.join(map(str, self.captured))})" if self.captured else ""
        return f"nested {self.function.__name__}{inner}"


@dataclass(frozen=True, slots=True)
class Range:
    """A ``range`` object: start, stop, step and length as 64-bit integers."""

    def __str__(self) -> str:
        return "range"


@dataclass(frozen=True, slots=True)
class Slice:
    """A ``slice`` object; each of start, stop and step has its own type (``None`` or an integer)."""

    start: Type
    stop: Type
    step: Type

    def __str__(self) -> str:
        return f"slice({self.start}, {self.stop}, {self.step})"


@dataclass(frozen=True, slots=True)
class Iterator:
    """What ``enumerate``, ``zip``, ``a.flat`` and the like are; `sources` are the things iterated over.

    For ``enumerate`` the sources are the iterable and the start value, for ``np.ndindex`` the lengths.
    """

    kind: Literal["enumerate", "zip", "reversed", "flat", "ndenumerate", "ndindex", "nditer", "keys", "values", "items"]
    sources: tuple[Type, ...]

    def __str__(self) -> str:
        return f"{self.kind}({', '.join(map(str, self.sources))})"


@dataclass(frozen=True, slots=True)
class Index:
    """A loop counter or length of the compiler's own: an unchecked 64-bit integer that is no Python value."""

    def __str__(self) -> str:
        return "index"


@dataclass(frozen=True, slots=True)
class Object:
    """Any other Python object, held by a reference that lives until the call ends. It can only be handed to Python.

    `cls` is its exact class, where that is known.
    """

    cls: type | None = None

    def __str__(self) -> str:
        return "object" if self.cls is None else f"object of {self.cls.__qualname__}"


Type: TypeAlias = (
    PythonScalar
    | NumpyScalar
    | Array
    | RecordArray
    | Record
    | Instance
    | NoneValue
    | Unbound
    | Never
    | Tuple
    | PythonList
    | List
    | Dict
    | NewList
    | Union
    | MaybeInt
    | Const
    | BoundMethod
    | Closure
    | Range
    | Slice
    | Iterator
    | Index
    | Object
)

BOOL: Final = PythonScalar("bool")
INT: Final = PythonScalar("int")
FLOAT: Final = PythonScalar("float")
COMPLEX: Final = PythonScalar("complex")
NONE: Final = NoneValue()
UNBOUND: Final = Unbound()
NEVER: Final = Never()
INDEX: Final = Index()
RANGE: Final = Range()
OBJECT: Final = Object()
STRING: Final = Object(str)
"""A string that is not known while compiling."""
EMPTY_TUPLE: Final = Tuple(())

MAX_UNION_MEMBERS: Final = 6
"""A variable with more possible types than this is not compiled: every use multiplies the code by their number."""


def union_of(types: tuple[Type, ...]) -> Type:
    """The union of `types`, flattened, without repetition and in a canonical order; a single type stays itself."""
    members: dict[Type, None] = {}
    for one in types:
        for member in members_of(one):
            members[member] = None
    objects = [member for member in members if isinstance(member, Object)]
    if len(objects) > 1:
        members = {member: None for member in (*members, OBJECT) if member is OBJECT or member not in objects}
    if not members:
        return NEVER
    if len(members) == 1:
        return next(iter(members))
    # Two constants may look the same (functions of one name); they need a fixed order all the same.
    return Union(tuple(sorted(members, key=lambda member: (str(member), hash(member)))))


def members_of(one: Type) -> tuple[Type, ...]:
    """The types that a value of type `one` may have at run time."""
    if isinstance(one, Union):
        return one.members
    if isinstance(one, Never):
        return ()
    return (one,)


def alternatives_of(one: Type) -> tuple[Type, ...]:
    """Like :func:`members_of`, with ``MaybeInt`` taken apart: what the interpreter could see."""
    if isinstance(one, MaybeInt):
        return (INT, one.other)
    return members_of(one)


def is_number(one: Type) -> bool:
    """Whether `one` is a Python or NumPy number (booleans included)."""
    return isinstance(one, PythonScalar | NumpyScalar)


def dtype_of(one: PythonScalar | NumpyScalar) -> np.dtype[np.generic]:
    """The dtype in which a number is held: int64 for ``int``, float64 for ``float`` ..."""
    if isinstance(one, NumpyScalar):
        return one.dtype
    return PYTHON_DTYPES[one.name]


PYTHON_DTYPES: Final[dict[str, np.dtype[np.generic]]] = {
    "bool": np.dtype(np.bool_),
    "int": np.dtype(np.int64),
    "float": np.dtype(np.float64),
    "complex": np.dtype(np.complex128),
}
