"""The C functions for sorting and for inner products that NumPy's dtypes hold, by symbol.

``PyDataType_GetArrFuncs`` gives a table of functions of each dtype (``PyArray_ArrFuncs`` in NumPy's headers). Those for
numbers look at nothing but memory, so native code can call them, and gets NumPy's own results. Each one is tried first;
what is not there or does something else has no symbol.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import numpy as np

from minijit.numpy_types import ALL_DTYPES, Dtype

_GET_FUNCTIONS: Final = 365
"""The number of ``PyDataType_GetArrFuncs`` in NumPy's table of functions."""
_DOT, _SORT, _ARGSORT, _LENGTH = 27, 33, 36, 40
KINDS: Final = ("quicksort", "heapsort", "mergesort")
"""The algorithms, in NumPy's order; the last one is stable."""


def api_table(length: int) -> ctypes.Array[ctypes.c_void_p]:
    """NumPy's table of C functions."""
    from numpy._core import multiarray

    get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
    prototype = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)
    function = prototype(ctypes.cast(get_pointer, ctypes.c_void_p).value or 0)
    address: int = function(multiarray._ARRAY_API, None)
    return (ctypes.c_void_p * length).from_address(address)


@cache
def addresses() -> dict[str, int]:
    """The addresses of all functions that did in a trial what they are for, by symbol."""
    found: dict[str, int] = {}
    for dtype in ALL_DTYPES:
        table = _functions_of(dtype)
        for number, kind in enumerate(KINDS):
            for name, first, works in (("sort", _SORT, _sorts), ("argsort", _ARGSORT, _argsorts)):
                _add(found, f"mj_{name}_{kind}_{dtype.char}", table[first + number], dtype, works)
        _add(found, f"mj_dot_{dtype.char}", table[_DOT], dtype, _multiplies)
    return found


def symbol_of(name: str, dtype: Dtype) -> str | None:
    """The symbol of a function of a dtype (``"sort_quicksort"``, ``"dot"``), ``None`` where it has none that works."""
    symbol = f"mj_{name}_{dtype.char}"
    return symbol if symbol in addresses() else None


def _functions_of(dtype: Dtype) -> ctypes.Array[ctypes.c_void_p]:
    get_functions = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object)(api_table(_GET_FUNCTIONS + 1)[-1] or 0)
    return (ctypes.c_void_p * _LENGTH).from_address(get_functions(dtype))


def _add(found: dict[str, int], symbol: str, address: int | None, dtype: Dtype, works: Callable[..., bool]) -> None:
    if address and works(address, dtype):
        found[symbol] = address


def _sorts(address: int, dtype: Dtype) -> bool:
    row: Any = np.array([3, 0, 1, 2, 1]).astype(dtype)
    wanted = sorted(row.tolist(), key=lambda one: (one.real, one.imag))
    function = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_void_p)(address)
    return bool(function(row.ctypes.data, len(row), None) == 0 and row.tolist() == wanted)


def _argsorts(address: int, dtype: Dtype) -> bool:
    row: Any = np.array([3, 0, 1, 2, 1]).astype(dtype)
    places = np.arange(len(row))
    kinds = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_void_p)
    function = ctypes.PYFUNCTYPE(ctypes.c_int, *kinds)(address)
    status = function(row.ctypes.data, places.ctypes.data, len(row), None)
    return bool(status == 0 and row[places].tolist() == sorted(row.tolist(), key=lambda one: (one.real, one.imag)))


def _multiplies(address: int, dtype: Dtype) -> bool:
    x: Any = np.array([1, 2, 1]).astype(dtype)
    found = np.zeros(1, dtype)
    size, pointer = ctypes.c_ssize_t, ctypes.c_void_p
    function = ctypes.PYFUNCTYPE(None, pointer, size, pointer, size, pointer, size, pointer)(address)
    function(x.ctypes.data, dtype.itemsize, x.ctypes.data, dtype.itemsize, found.ctypes.data, len(x), None)
    return bool(found[0] == np.dot(x, x))
