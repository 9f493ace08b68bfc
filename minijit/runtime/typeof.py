"""The types of values that a function is called with, as the compiler knows them.

Only exact types are taken: an instance of a subclass may behave in any way. What native code does not take has no type
here, and :func:`why_not` tells the user about it.
"""

from __future__ import annotations

from sys import intern
from types import BuiltinFunctionType, FunctionType
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.numpy_types import ALL_DTYPES
from minijit.record_types import Structure, is_structure
from minijit.runtime.native_type import Native

C_CONTIGUOUS: Final = 0x1
F_CONTIGUOUS: Final = 0x2
ALIGNED: Final = 0x100
WRITEABLE: Final = 0x400

MAX_TUPLE_ITEMS: Final = 64
"""Tuples with more items (nested ones counted too) are not taken: each item becomes an argument."""

MAX_STRING: Final = 100
"""Strings are constants: code is made for each one. Longer ones are data, which native code does not take."""

_KNOWN_CLASSES: Final = frozenset({type, FunctionType, BuiltinFunctionType, np.ufunc})
"""Classes of objects that are arguments by identity: code is made for each function, class or dtype that is passed."""

_SERVICES: Final = frozenset({"Generator", "RandomState", "Random"})
_SERVICE_MODULES: Final = frozenset({"numpy.random._generator", "numpy.random.mtrand", "random"})
"""Random generators are passed as objects; Python carries out their methods (``library/sampling.py``)."""

_DTYPE_OF_CHAR: Final = {dtype.char: dtype for dtype in ALL_DTYPES}
"""By type code, which tells ``long`` and ``long long`` apart where both have 64 bits."""

_OF_CLASS: Final[dict[type, t.Type]] = {
    bool: t.BOOL,
    float: t.FLOAT,
    complex: t.COMPLEX,
    type(None): t.NONE,
    **{dtype.type: t.NumpyScalar(dtype) for dtype in ALL_DTYPES},
}

_ARRAYS: Final[dict[tuple[str, int, int], t.Array]] = {}


def type_of(value: object) -> t.Type | None:
    """The type of `value`, or ``None`` where native code does not take it."""
    cls = type(value)
    known = _OF_CLASS.get(cls)
    if known is not None:
        return known
    if cls is int:
        return t.INT if -(1 << 63) <= value < (1 << 63) else None  # type: ignore[operator]
    if cls is np.ndarray:
        return _type_of_array(value)
    if cls is np.recarray:
        return _type_of_records(value)
    if cls in (np.void, np.record):
        return _type_of_record(value)
    if cls is tuple:
        return _type_of_tuple(value)  # type: ignore[arg-type]
    if issubclass(cls, tuple) and t.is_named_tuple(cls):
        return _type_of_tuple(value)  # type: ignore[arg-type]
    if cls is list:
        return _type_of_list(value)  # type: ignore[arg-type]
    if cls is str:
        return t.Const(value) if len(value) <= MAX_STRING else None  # type: ignore[arg-type]
    if cls.__module__ in _SERVICE_MODULES and cls.__qualname__ in _SERVICES:
        return t.Object(cls)
    if cls in _KNOWN_CLASSES or isinstance(value, np.dtype | Native) or t.is_plain_member(value):
        return t.Const(value)
    return None


def _type_of_array(array: Any) -> t.Array | t.RecordArray | None:
    dtype = array.dtype
    flags = array.flags.num & (C_CONTIGUOUS | F_CONTIGUOUS | ALIGNED | WRITEABLE)
    key = (dtype.char, array.ndim, flags)
    known = _ARRAYS.get(key)
    if known is not None and dtype.isnative:
        return known
    if dtype.names is not None:
        return _type_of_records(array)
    if dtype.char not in _DTYPE_OF_CHAR or not dtype.isnative or not flags & ALIGNED:
        return None
    layout: t.Layout = "C" if flags & C_CONTIGUOUS else "F" if flags & F_CONTIGUOUS else "A"
    made = t.Array(_DTYPE_OF_CHAR[dtype.char], array.ndim, layout, bool(flags & WRITEABLE))
    _ARRAYS[key] = made
    return made


def _type_of_records(array: Any) -> t.RecordArray | None:
    if not is_structure(array.dtype):
        return None
    flags = array.flags.num
    layout: t.Layout = "C" if flags & C_CONTIGUOUS else "F" if flags & F_CONTIGUOUS else "A"
    return t.RecordArray(Structure(array.dtype), array.ndim, layout, bool(flags & WRITEABLE), type(array))


def _type_of_record(value: Any) -> t.Record | None:
    if not is_structure(value.dtype):
        return None
    return t.Record(Structure(value.dtype), bool(value.flags.writeable))


def _type_of_tuple(value: tuple[object, ...]) -> t.Type | None:
    if _count_items(value, MAX_TUPLE_ITEMS) > MAX_TUPLE_ITEMS:
        return None
    items = tuple(map(type_of, value))
    return None if None in items else t.Tuple(items, type(value))  # type: ignore[arg-type]


_MOST_NESTED: Final = 4


def _type_of_list(value: list[object], depth: int = 1) -> t.PythonList | None:
    """Lists of numbers of one class, and lists of such lists; the wrapper looks at the items in each call."""
    classes = set(map(type, value))
    if not classes:
        # Whatever its items may be taken for, there are none.
        return t.PythonList(t.INT)
    cls = classes.pop()
    if classes or depth > _MOST_NESTED:
        return None
    if cls is list:
        inner = {_type_of_list(item, depth + 1) for item in value if item}  # type: ignore[arg-type]  # lists, all
        one = inner.pop() if inner else t.PythonList(t.INT)
        return None if inner or one is None else t.PythonList(one)
    if cls is int:
        small = all(-(1 << 63) < item < 1 << 63 for item in value)  # type: ignore[operator]  # ints, all
        return t.PythonList(t.INT) if small else None
    kind = _OF_CLASS.get(cls)
    return None if kind is None or kind == t.NONE else t.PythonList(kind)


def _count_items(value: tuple[object, ...], limit: int) -> int:
    """The number of items, nested ones included, as far as `limit` (a tuple may share parts and be huge)."""
    count, rest = 0, [value]
    while rest and count <= limit:
        one = rest.pop()
        count += len(one)
        rest.extend(item for item in one if isinstance(item, tuple))
    return count


def canonical(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row of arguments with its strings interned: native code knows a string by its address."""
    if any(isinstance(value, str | tuple) for value in row):
        return tuple(map(_interned, row))
    return row


def _interned(value: Any) -> Any:
    if type(value) is str:
        return intern(value)
    if isinstance(value, tuple) and any(isinstance(item, str | tuple) for item in value):
        if type(value) is tuple:
            return tuple(map(_interned, value))
        if t.is_named_tuple(type(value)):
            return tuple.__new__(type(value), map(_interned, value))
    return value


def is_big_int(value: object) -> bool:
    """Whether `value` is an int that merely is too large: the function itself may well be native."""
    if isinstance(value, tuple):
        untaken = [item for item in value if type_of(item) is None]
        return bool(untaken) and all(map(is_big_int, untaken))
    return type(value) is int and not -(1 << 63) <= value < (1 << 63)


def why_not(value: object) -> tuple[str, str]:
    """What `value` is, and what to pass instead, for a message about a value that has no type here."""
    cls = type(value)
    if cls is int:
        return "an int beyond 64 bits", ""
    if cls is np.ndarray:
        return _why_not_array(value)
    if cls is tuple:
        if _count_items(value, MAX_TUPLE_ITEMS) > MAX_TUPLE_ITEMS:  # type: ignore[arg-type]
            return f"a tuple of more than {MAX_TUPLE_ITEMS} items", "pass a NumPy array"
        items: tuple[object, ...] = value  # type: ignore[assignment]
        position = next(k for k, item in enumerate(items) if type_of(item) is None)
        what, instead = why_not(items[position])
        return f"a tuple whose item {position} is {what}", instead
    name = cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"
    for base in (np.ndarray, np.generic, bool, int, float, complex, tuple):
        if isinstance(value, base):
            if cls.__module__ == "numpy" and issubclass(cls, np.generic):
                return f"a {name}", "pass a NumPy number of 64 bits or less, or a Python number"
            return f"an instance of {name}, a subclass of {base.__name__}", f"pass a plain {base.__name__}"
    if cls is list:
        return "a list of other things than numbers of one type", "pass a NumPy array"
    article = "an" if name[0] in "aeiou" else "a"
    return f"{article} {name}", "pass numbers, NumPy arrays or tuples of them"


def _why_not_array(array: Any) -> tuple[str, str]:
    dtype = array.dtype
    if dtype.char in _DTYPE_OF_CHAR:
        if not dtype.isnative:
            return "an array in foreign byte order", "convert it with a.astype(a.dtype.newbyteorder('='))"
        return "an unaligned array", "pass a copy"
    if dtype.names is not None:
        return f"an array of dtype {dtype}", "use fields of numbers, without objects and titles"
    return f"an array of dtype {dtype}", "convert it to a number dtype of 64 bits or less"
