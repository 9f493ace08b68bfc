"""Which objects of the program are known for good while compiling, and which may be anything.

A function, a class, a module, a dtype or a string does what it does: it is held as a constant (``t.Const``), and may be
asked whatever typing wants to know. An instance of a class of the user's runs the user's code when it is added,
compared or printed, and a list or dict may hold something else by the next call. Such an object is *open*: native code
holds a reference (``t.Object``), nothing of it is looked at while compiling, and Python carries out what is done to it.
"""

from __future__ import annotations

import enum
import types as python_types
from typing import Final

import numpy as np

from minijit import types as t
from minijit.library import registry
from minijit.library.sampling import is_like_function, is_service

_OPEN_BUILTINS: Final = (list, dict, set, frozenset, bytearray, memoryview, property, python_types.SimpleNamespace)
_OPEN_OF_NUMPY: Final = (np.ndarray, np.void, np.poly1d, np.vectorize, np.nditer, np.flatiter)

_CALLED_BY_THE_PROGRAM: Final = ("numpy", "numba", "minijit", "scipy")
"""Packages whose objects (dispatchers, ufuncs, dtypes, limits of types) run nobody's code when they are looked at."""


def is_open(value: object) -> bool:
    """Whether `value` may run code of the user's, or change, so that it must not be looked at while compiling."""
    cls = type(value)
    if issubclass(cls, type):
        return False
    module = getattr(cls, "__module__", "")
    root = module.partition(".")[0] if isinstance(module, str) else ""
    if root in ("builtins", "types"):
        return cls in _OPEN_BUILTINS
    if root in _CALLED_BY_THE_PROGRAM:
        return issubclass(cls, _OPEN_OF_NUMPY)
    return not (is_service(cls) or is_like_function(value) or t.is_plain_member(value) or _has_entries(value))


_OF_MEMBERS: Final = ("__new__", "__repr__", "__str__", "__format__", "__doc__", "__getattribute__", "__getnewargs__")
_OF_INT: Final = tuple(name for name in vars(int) if name.startswith("__") and name not in _OF_MEMBERS)


def is_int_member(value: object) -> bool:
    """Whether `value` is a member of an enumeration that leaves all of int's operators to int."""
    cls = type(value)
    if not isinstance(value, int) or not issubclass(cls, enum.Enum) or not -(1 << 63) <= int(value) < 1 << 63:
        return False
    return all(getattr(cls, name, None) is getattr(int, name) for name in _OF_INT)


def _has_entries(value: object) -> bool:
    return type(value).__hash__ is object.__hash__ and bool(registry.entries_of(value))


