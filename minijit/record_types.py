"""The types of structured data: arrays whose elements have fields, and their elements.

They are no ``Array``: what the library does with arrays of numbers, it can't do with records, and what it has no entry
for Python carries out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

import numpy as np

CLASSES: Final = {np.ndarray: "", np.recarray: "recarray "}
"""The classes of structured arrays that native code takes."""


class Structure:
    """A dtype with fields. Two are the same if nothing tells them apart: NumPy's ``==`` does not look at all of it."""

    __slots__ = ("_key", "dtype")

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self.dtype = dtype
        self._key = _key_of(dtype)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Structure) and other._key == self._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __str__(self) -> str:
        names = ", ".join(f"{name}: {self.dtype[name]}" for name in self.dtype.names or ())
        return f"{{{names}}}"

    def __repr__(self) -> str:
        return f"Structure({self.dtype!r})"


def _key_of(dtype: np.dtype[Any]) -> tuple[object, ...]:
    fields: Any = dtype.fields or {}
    rows = tuple((name, fields[name][1], _key_of(fields[name][0])) for name in dtype.names or ())
    inner = dtype.subdtype
    below = () if inner is None else (inner[1], _key_of(inner[0]))
    return dtype.str, dtype.type, dtype.isalignedstruct, dtype.itemsize, rows, below


def is_structure(dtype: np.dtype[Any]) -> bool:
    """Whether native code holds arrays of this dtype: with fields, none of them an object, without titles."""
    if dtype.names is None or dtype.hasobject or not dtype.names or not issubclass(dtype.type, np.void):
        return False
    return dtype.type in (np.void, np.record) and _is_plain(dtype)


@cache
def _is_plain(dtype: np.dtype[Any]) -> bool:
    """Whether no part of a dtype has metadata or titles, which natively made arrays would not have."""
    if dtype.metadata:
        return False
    if dtype.subdtype is not None:
        return _is_plain(dtype.subdtype[0])
    if dtype.names is None:
        return True
    fields: Any = dtype.fields or {}
    return len(fields) == len(dtype.names) and all(_is_plain(fields[name][0]) for name in dtype.names)


@dataclass(frozen=True, slots=True)
class RecordArray:
    """A structured ``numpy.ndarray`` or ``numpy.recarray``; its parts are those of an ``Array``."""

    structure: Structure
    ndim: int
    layout: Literal["C", "F", "A"]
    writable: bool = True
    cls: type = np.ndarray

    def __str__(self) -> str:
        axes = ", ".join([":"] * self.ndim)
        layout = {"C": "::1", "F": "::F", "A": ""}[self.layout] if self.ndim else ""
        readonly = "" if self.writable else " readonly"
        return f"{CLASSES[self.cls]}{self.structure}[{axes}{layout and ' ' + layout}]{readonly}"


@dataclass(frozen=True, slots=True)
class Record:
    """An element of a structured array, ``numpy.void`` or ``numpy.record``: a view of its memory.

    Its parts are those of an array without axes.
    """

    structure: Structure
    writable: bool = True

    @property
    def cls(self) -> type:
        """The class of the Python object."""
        return self.structure.dtype.type

    def __str__(self) -> str:
        return f"{self.cls.__name__} {self.structure}{'' if self.writable else ' readonly'}"
