"""Ufuncs that are not NumPy's, on numbers: native code calls their loops, with the same bits and errors."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minijit
from minijit.codegen.link import link_text
from minijit.testing import assert_same

_LOOP = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
_FROM_FUNC_AND_DATA = 1
_KEPT: list[object] = []


def ufunc_of(name: str, nin: int, nout: int, rows: dict[str, tuple[Callable[..., Any], int]]) -> Any:
    """A ufunc made through NumPy's C API, whose loops are Python functions of the operands and of a word of data."""
    capsule = np._core._multiarray_umath._UFUNC_API  # type: ignore[attr-defined]  # it has no stub
    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    table = ctypes.cast(get(capsule, None), ctypes.POINTER(ctypes.c_void_p))
    make = ctypes.PYFUNCTYPE(
        *(ctypes.py_object, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p),
        *(ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int),
    )(table[_FROM_FUNC_AND_DATA])
    kinds = [kind.replace("->", "") for kind in rows]
    loops = [_LOOP(_loop(kind, nin, function)) for kind, (function, _) in zip(kinds, rows.values(), strict=True)]
    words = [ctypes.c_int64(word) for _, word in rows.values()]
    functions = (ctypes.c_void_p * len(loops))(*(ctypes.cast(loop, ctypes.c_void_p).value for loop in loops))
    data = (ctypes.c_void_p * len(words))(*map(ctypes.addressof, words))
    types = bytes(np.dtype(code).num for kind in kinds for code in kind)
    words_of_name = name.encode()
    _KEPT.extend((loops, words, functions, data, types, words_of_name))
    place = ctypes.addressof
    return make(place(functions), place(data), types, len(kinds), nin, nout, -1, words_of_name, b"", 0)


def _loop(kind: str, nin: int, function: Callable[..., Any]) -> Callable[..., None]:
    dtypes = [np.dtype(code) for code in kind]

    def loop(args: int, dimensions: int, steps: int, data: int) -> None:
        pointers = (ctypes.c_int64 * len(kind)).from_address(args)
        strides = (ctypes.c_int64 * len(kind)).from_address(steps)
        word = ctypes.c_int64.from_address(data).value
        for k in range(ctypes.c_int64.from_address(dimensions).value):
            places = [
                np.frombuffer((ctypes.c_char * dtype.itemsize).from_address(pointer + k * stride), dtype)
                for dtype, pointer, stride in zip(dtypes, pointers, strides, strict=True)
            ]
            found = function(word, *(place[0] for place in places[:nin]))
            for place, value in zip(places[nin:], found if isinstance(found, tuple) else (found,), strict=True):
                place[0] = value

    return loop


times = ufunc_of(
    *("times", 1, 1),
    {kind: (lambda word, x: word * x, word) for kind, word in (("f->f", 3), ("d->d", 5), ("D->D", 7), ("l->d", 9))},
)
both = ufunc_of("both", 2, 2, {"dd->dd": (lambda word, x, y: (x + y + word, x - y), 1)})
other_times = ufunc_of("times", 1, 1, {"d->d": (lambda word, x: word * x, 2)})


def in_a_loop(a):
    s = 0.0
    for i in range(len(a)):
        for k in range(2):
            s += times(a[i] + k)
    return s


def several(x, y):
    total, difference = both(x, y)
    return total, difference, times(x), other_times(x), times(y)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.complex128])
def test_loops_are_called(dtype: Any) -> None:
    compiled = minijit.jit(in_a_loop, fallback="error")
    assert_same(compiled, np.arange(5).astype(dtype))
    assert "called through Python" not in compiled.explain()
    assert "calls into Python" not in compiled.explain()


@pytest.mark.parametrize("row", [(1.5, 2.0), (3, True), (np.float32(1.5), np.int8(4)), (np.float64(2.0), 3)])
def test_numbers_of_all_kinds(row: tuple[Any, ...]) -> None:
    assert_same(minijit.jit(several, fallback="error"), *row)


def test_arrays_and_refused_numbers() -> None:
    compiled = minijit.jit(several, fallback="silent")
    assert_same(compiled, np.array([1.0, 2.0]), 3.0)
    assert_same(compiled, 1j, 2.0)


FAILING_LOOP = """
declare void @PyErr_SetString(ptr, ptr)
@PyExc_ValueError = external global ptr
@words = private constant [13 x i8] c"not this one\\00"
define void @failing_loop(ptr %args, ptr %lengths, ptr %steps, ptr %data) {
  %class = load ptr, ptr @PyExc_ValueError
  call void @PyErr_SetString(ptr %class, ptr @words)
  ret void
}
"""


def test_errors_of_a_loop() -> None:
    failing = ufunc_of("failing", 1, 1, {"d->d": (lambda word, x: x, 0)})
    ctypes.c_int64.from_address(_table_of(failing)).value = link_text(FAILING_LOOP, "failing_loop")

    @minijit.jit(fallback="error")
    def failed(a):
        for i in range(len(a)):
            a[i] += 1
            a[i] = failing(a[i])

    assert_same(failed, np.arange(3.0))
    assert not failed.stats["bailouts"]


def _table_of(ufunc: Any) -> int:
    return ctypes.c_int64.from_address(id(ufunc) + 32).value


def test_a_ufunc_without_data() -> None:
    bare = ufunc_of("bare", 1, 1, {"d->d": (lambda word, x: x + 1, 0)})
    ctypes.c_int64.from_address(id(bare) + 40).value = 0
    ctypes.c_int64.from_address(_table_of(bare)).value = link_text(BARE_LOOP, "bare_loop")

    @minijit.jit(fallback="error")
    def called(x):
        return bare(x)

    assert_same(called, 2.0)


BARE_LOOP = """
define void @bare_loop(ptr %args, ptr %lengths, ptr %steps, ptr %data) {
  %result.at = getelementptr ptr, ptr %args, i64 1
  %result = load ptr, ptr %result.at
  %given = icmp ne ptr %data, null
  %number = uitofp i1 %given to double
  store double %number, ptr %result
  ret void
}
"""


def test_special_functions() -> None:
    special = pytest.importorskip("scipy.special")

    @minijit.jit(fallback="error")
    def summed(a):
        s = 0.0
        for i in range(len(a)):
            s += special.erf(a[i]) * special.gammaln(a[i]) + special.jv(i, a[i])
        return s, special.sici(s), special.expit(np.float32(s))

    assert_same(summed, np.linspace(0.1, 3, 7))
    assert "calls into Python" not in summed.explain()
