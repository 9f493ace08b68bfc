"""Where Python's and NumPy's objects keep their fields, and the addresses that generated code refers to by symbol.

Generated code reads objects directly. The offsets are those of CPython 3.11 to 3.14 and NumPy 2 on 64-bit machines;
they are tried on real objects once (:func:`layout_problem`), and where anything differs nothing is compiled.
"""

from __future__ import annotations

import ctypes
import sys
import types
from functools import cache
from typing import Any, Final

import numpy as np

from minijit import dtype_functions, ufunc_loops
from minijit.runtime import data_handler

TYPE: Final = 8
"""Offset of an object's type."""
HEAD: Final = 16
"""Size of an object's head: offset of the value in ``float``, ``complex`` and NumPy scalars."""
TUPLE_LENGTH: Final = 16
TUPLE_ITEMS: Final = 24
LIST_ITEMS: Final = 24
"""Offset in a list of the pointer to its items; its length is where a tuple has it."""
LONG_TAG: Final = 16
"""3.12 and newer: number of digits << 3 | sign (0 plus, 1 zero, 2 minus); before: number of digits with the sign."""
LONG_DIGIT: Final = 24
TYPE_ALLOC: Final = 304
"""Offset of ``tp_alloc`` in a type."""

ARRAY_DATA: Final = 16
ARRAY_NDIM: Final = 24
ARRAY_SHAPE: Final = 32
ARRAY_STRIDES: Final = 40
ARRAY_BASE: Final = 48
ARRAY_DTYPE: Final = 56
ARRAY_FLAGS: Final = 64
ARRAY_HANDLER: Final = 88
"""Offset of the capsule with the functions that free the data (null: the C library's ``free``)."""
DTYPE_WORD: Final = 24
"""Offset in a dtype of a word that identifies it: kind, type, byte order, an unused byte, type number."""
DTYPE_WORD_MASK: Final = ~0xFF000000
DTYPE_NUMBER: Final = 28
DTYPE_CLASS: Final = 16
DTYPE_FLAGS: Final = 32
DTYPE_METADATA: Final = 56
"""Offsets in a dtype of the class of its scalars, a word of flags, and the metadata that it was given, or null."""
METHOD_FUNCTION: Final = 16
"""Offset in a bound method of the function."""
VOID_DATA: Final = 24
VOID_DTYPE: Final = 32
VOID_FLAGS: Final = 40
"""Offsets in a ``numpy.void`` of the address of its memory, its dtype and its flags."""

C_CONTIGUOUS: Final = 0x1
F_CONTIGUOUS: Final = 0x2
OWNS_DATA: Final = 0x4
ALIGNED: Final = 0x100
WRITEABLE: Final = 0x400

TAGGED_LONGS: Final = sys.version_info >= (3, 12)
IMMORTALS: Final = sys.version_info >= (3, 12)
"""Whether None, True and False are never counted."""

_API_FUNCTIONS: Final = {
    "PyArray_DescrFromType": 45,
    "PyArray_NewFromDescr": 94,
    "PyArray_SetBaseObject": 282,
    "PyArray_Return": 76,
    "PyArray_EquivTypes": 182,
}
_API_GET_HANDLER: Final = 305

_SCALAR_CODES: Final = "?bhilBHILefdFD"
SCALAR_TYPES: Final = tuple(np.dtype(code).type for code in _SCALAR_CODES)
"""The types of NumPy scalars that native code takes and makes."""


def type_symbol(python_type: type) -> str:
    """The symbol under which generated code refers to a type object."""
    prefix = "numpy_" if python_type.__module__ == "numpy" else ""
    return f"mj_type_{prefix}{python_type.__name__}"


def dtype_word(dtype: np.dtype[Any]) -> int:
    """What stands at ``DTYPE_WORD`` of `dtype`, without the bits outside ``DTYPE_WORD_MASK``."""
    return ctypes.c_int64.from_address(id(dtype) + DTYPE_WORD).value & DTYPE_WORD_MASK


@cache
def symbols() -> dict[str, int]:
    """Addresses of the objects and NumPy functions that generated code refers to, by symbol."""
    table = _api_table()
    addresses = {name: table[index] for name, index in _API_FUNCTIONS.items()}
    for one in (int, float, bool, complex, tuple, list, range, slice, np.ndarray, *SCALAR_TYPES):
        addresses[type_symbol(one)] = id(one)
    addresses["mj_type_method"] = id(types.MethodType)
    constants = {"none": None, "true": True, "false": False, "numpy_true": np.True_, "numpy_false": np.False_}
    for name, value in constants.items():
        addresses[f"mj_{name}"] = id(value)
    if _handlers_are_known():
        addresses[data_handler.SYMBOL] = ctypes.addressof(data_handler.CAPSULE)
    addresses |= dtype_functions.addresses() | ufunc_loops.addresses()
    return {name: int(address) for name, address in addresses.items() if address}


def distribution(name: str) -> int | None:
    """The address of a function of numpy/random/distributions.h; ``None`` where NumPy does not export it."""
    if not name.startswith("random_"):
        return None
    import numpy.random._generator as module

    function = getattr(ctypes.CDLL(module.__file__), name, None)
    return None if function is None else ctypes.cast(function, ctypes.c_void_p).value


@cache
def layout_problem() -> str:
    """An empty string, or what in this Python or NumPy lies elsewhere than generated code would look for it."""
    if ctypes.sizeof(ctypes.c_void_p) != 8 or sys.byteorder != "little":
        return "native code needs a 64-bit little-endian machine"
    if sys.implementation.name != "cpython" or object.__basicsize__ != HEAD:
        return "native code needs CPython with its usual object head"
    for what, matches in (
        ("objects", _objects_match),
        ("integers", _integers_match),
        ("types", _types_match),
        ("arrays", _arrays_match),
        ("dtypes", _dtypes_match),
        ("records", _records_match),
    ):
        if not matches():
            return f"the fields of {what} lie elsewhere than in the versions that minijit knows"
    return ""


def _word(value: object, offset: int) -> int:
    return _word_at(id(value) + offset)


def _word_at(address: int) -> int:
    return ctypes.c_int64.from_address(address).value


def _objects_match() -> bool:
    items = (object(), 2.5, 1 - 2j)
    row = list(items)
    scalars = [np.dtype(code).type(1) for code in _SCALAR_CODES]
    method = types.MethodType(len, items)
    return (
        _word(items, TYPE) == id(tuple)
        and _word(method, METHOD_FUNCTION) == id(len)
        and _word(items, TUPLE_LENGTH) == 3
        and [_word(items, TUPLE_ITEMS + 8 * index) for index in range(3)] == [id(item) for item in items]
        and _word(row, TUPLE_LENGTH) == 3
        and _word_at(_word(row, LIST_ITEMS) + 16) == id(items[2])
        and ctypes.c_double.from_address(id(items[1]) + HEAD).value == 2.5
        and [ctypes.c_double.from_address(id(items[2]) + HEAD + 8 * part).value for part in (0, 1)] == [1.0, -2.0]
        and all(ctypes.string_at(id(one) + HEAD, one.itemsize) == one.tobytes() for one in scalars)
    )


def _integers_match() -> bool:
    return all(_read_small(value) == value for value in (0, 1, -1, 5, -77, 2**30 - 1, 1 - 2**30)) and all(
        _read_small(value) is None for value in (2**30, -(2**30), 2**62, 2**100)
    )


def _read_small(value: int) -> int | None:
    """What the inline path of generated code does (:mod:`minijit.codegen.unboxing`)."""
    tag, digit = _word(value, LONG_TAG), ctypes.c_uint32.from_address(id(value) + LONG_DIGIT).value
    if TAGGED_LONGS:
        return (1 - (tag & 3)) * digit if 0 <= tag < 16 else None
    if not -1 <= tag <= 1:
        return None
    # A zero has no digit in 3.11; what stands there is multiplied by its size, which is 0.
    return tag * digit


def _types_match() -> bool:
    generic = ctypes.cast(ctypes.pythonapi.PyType_GenericAlloc, ctypes.c_void_p).value
    return _word(tuple, TYPE_ALLOC) == generic and all(_word(one, TYPE_ALLOC) != 0 for one in SCALAR_TYPES)


def _arrays_match() -> bool:
    whole = np.zeros((3, 5), dtype=np.int16)
    view = whole[:, 1:3]
    shape, strides = _word(view, ARRAY_SHAPE), _word(view, ARRAY_STRIDES)
    return (
        _word(view, ARRAY_DATA) == view.ctypes.data
        and ctypes.c_int32.from_address(id(view) + ARRAY_NDIM).value == 2
        and [ctypes.c_int64.from_address(shape + 8 * axis).value for axis in (0, 1)] == [3, 2]
        and [ctypes.c_int64.from_address(strides + 8 * axis).value for axis in (0, 1)] == [10, 2]
        and _word(view, ARRAY_BASE) == id(whole)
        and _word(view, ARRAY_DTYPE) == id(view.dtype)
        and _flags(view) == ALIGNED | WRITEABLE
        and _flags(whole) == C_CONTIGUOUS | OWNS_DATA | ALIGNED | WRITEABLE
        and _flags(whole.T) == F_CONTIGUOUS | ALIGNED | WRITEABLE
    )


def _flags(array: np.ndarray[Any, Any]) -> int:
    return ctypes.c_int32.from_address(id(array) + ARRAY_FLAGS).value


def _dtypes_match() -> bool:
    for code in _SCALAR_CODES:
        dtype = np.dtype(code)
        kind, character, order = (chr(byte) for byte in ctypes.string_at(id(dtype) + DTYPE_WORD, 3))
        number = ctypes.c_int32.from_address(id(dtype) + DTYPE_NUMBER).value
        if (kind, character, order, number) != (dtype.kind, dtype.char, dtype.byteorder, dtype.num):
            return False
    return True


def _records_match() -> bool:
    plain = np.dtype([("a", np.int8), ("b", np.float64)])
    aligned = np.dtype((np.record, [("a", np.int8), ("b", np.float64)]), align=True)
    described = np.dtype(plain, metadata={"unit": "m"})
    array = np.zeros(3, plain)
    record = array[1]
    return (
        [_word(one, DTYPE_CLASS) for one in (plain, aligned)] == [id(np.void), id(np.record)]
        and _word(plain, DTYPE_FLAGS) != _word(np.dtype(plain.descr, align=True), DTYPE_FLAGS)
        and [_word(one, DTYPE_METADATA) != 0 for one in (plain, described)] == [False, True]
        and _word(record, VOID_DATA) == array.ctypes.data + plain.itemsize
        and _word(record, VOID_DTYPE) == id(record.dtype)
        and ctypes.c_int32.from_address(id(record) + VOID_FLAGS).value & WRITEABLE == WRITEABLE
    )


def _api_table() -> ctypes.Array[ctypes.c_void_p]:
    return dtype_functions.api_table(_API_GET_HANDLER + 1)


def _handlers_are_known() -> bool:
    """Whether arrays keep the capsule of their allocator where we look for it."""
    current = ctypes.PYFUNCTYPE(ctypes.py_object)(_api_table()[_API_GET_HANDLER] or 0)()
    return _word(np.empty(3), ARRAY_HANDLER) == id(current)
