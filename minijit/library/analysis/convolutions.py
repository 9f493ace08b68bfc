"""``np.convolve`` and ``np.correlate`` of rows: sums of products, in NumPy's order.

NumPy adds up products one after the other where the shorter row has at most eleven numbers and lies wholly within the
other one; all else are inner products by the function that the dtype holds (``_pyarray_correlate`` in NumPy's
``multiarraymodule.c``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.dtype_functions import symbol_of
from minijit.library.arrays.dtypes import text_of_argument
from minijit.library.builder import NONE_VAL, Builder, Val
from minijit.library.by_numpy import refused
from minijit.library.memory import array_type, element_pointer, strides_of
from minijit.library.operands import anything, is_integer
from minijit.library.registry import Arg, implements, lowers
from minijit.numpy_types import is_native

FEW = 11
"""Up to so many products are added one after the other."""
SIDES = ("valid", "same", "full")


# ---- one inner product


def put_dot(out: Any, place: Any, x: Any, first: Any, y: Any, second: Any, length: Any) -> Any:
    """Put the product of two parts of rows into a new array; a sum starts from 0.0."""
    out[place] = out.dtype.type(0) + np.dot(x[first : first + length], y[second : second + length])


def _is_dot(out: Arg, place: Arg, x: Arg, first: Arg, y: Arg, second: Arg, length: Arg) -> t.Type | None:
    dtypes = {np.dtype(one.type.dtype) for one in (out, x, y) if isinstance(one.type, t.Array) and one.type.ndim == 1}
    numbers = all(is_integer(one.type) for one in (place, first, second, length))
    return t.NONE if numbers and len(dtypes) == 1 and symbol_of("dot", dtypes.pop()) else None


@lowers(put_dot, *[anything] * 7, result=_is_dot, effects="reads")
def _put_dot(b: Builder, out: Val, place: Val, x: Val, first: Val, y: Val, second: Val, length: Val) -> Val:
    symbol = symbol_of("dot", np.dtype(array_type(out).dtype))
    assert symbol is not None
    words = []
    for array, index in ((x, first), (y, second)):
        words += [element_pointer(b, array, [b.index_of(index)]), strides_of(b, array)[0]]
    target = element_pointer(b, out, [b.index_of(place)])
    b.call_c(symbol, None, *words, target, b.index_of(length), b.null(), effects="allocates")
    return NONE_VAL


# ---- correlation


def _are_rows(a: Arg, v: Arg, mode: Arg) -> bool:
    kinds = (a.type, v.type)
    if not all(isinstance(one, t.Array) and one.ndim == 1 and one.dtype.kind in "iuf" for one in kinds):
        return False
    dtype = np.promote_types(*(one.dtype for one in kinds if isinstance(one, t.Array)))
    has_dot = is_native(dtype) and symbol_of("dot", np.dtype(dtype.str)) is not None
    return has_dot and text_of_argument(mode, "") in SIDES


def _samples() -> Iterator[tuple[Any, ...]]:
    long, short = np.sin(np.arange(40.0)) * 3, np.array([0.5, -1.25, 1 / 3])
    for a, v in ((long, short), (short, long), (long, long), (long[::-2], np.append(long, 1.0)), (long, long[:11])):
        for mode in SIDES:
            yield from ((a, v, mode), (a.astype(np.float32), v.astype(np.float32), mode), (long[:15], v[::-1], mode))
            yield ((a * 9).astype(np.int8), (v * 9).astype(np.int16), mode)
        yield from ((a, v), (a[:0], v), (a, v[:0]), (a, np.arange(4)), (long[:12], long[:12]), (long, long[:12]))


@implements(np.convolve, when=_are_rows, samples=_samples)
def convolve(a: Any, v: Any, mode: Any = "full") -> Any:
    """The sums of products of one row with the other one turned round."""
    if len(a) == 0 or len(v) == 0:
        refused(np.convolve, a, v)
    dtype = np.promote_types(a.dtype, v.dtype)
    if len(v) > len(a):
        return _correlated(v.astype(dtype, copy=False), a[::-1].astype(dtype), mode)
    return _correlated(a.astype(dtype, copy=False), v[::-1].astype(dtype), mode)


@implements(np.correlate, when=_are_rows, samples=_samples)
def correlate(a: Any, v: Any, mode: Any = "valid") -> Any:
    """The sums of products of one row with the other one at each place."""
    if len(a) == 0 or len(v) == 0:
        refused(np.correlate, a, v)
    dtype = np.promote_types(a.dtype, v.dtype)
    if len(v) > len(a):
        return _correlated(v.astype(dtype, copy=False), a.astype(dtype, copy=False), mode)[::-1].copy()
    return _correlated(a.astype(dtype, copy=False), v.astype(dtype, copy=False), mode)


def _correlated(a: Any, v: Any, mode: Any) -> Any:
    """The correlation of `a` with the row `v`, which is not longer."""
    length, inside = len(v), len(a) - len(v) + 1
    before, after = 0, 0
    if mode == "same":
        before, after = length // 2, length - length // 2 - 1
    elif mode == "full":
        before, after = length - 1, length - 1
    x, y = np.ascontiguousarray(a), np.ascontiguousarray(v)
    found = np.empty(before + inside + after, a.dtype)
    for k in range(before):
        put_dot(found, k, x, 0, y, before - k, length - before + k)
    if length <= FEW and a.dtype.kind == "f":
        _put_sums(found, before, inside, x, y)
    else:
        for k in range(inside):
            put_dot(found, before + k, x, k, y, 0, length)
    for k in range(after):
        put_dot(found, before + inside + k, x, inside + k, y, 0, length - 1 - k)
    return found


def _put_sums(out: Any, first: Any, count: Any, x: Any, y: Any) -> Any:
    """Sums of products one after the other, at four places at a time."""
    zero = out.dtype.type(0)
    done = 0
    while done + 4 <= count:
        a, b, c, d = zero, zero, zero, zero
        for j in range(len(y)):
            a, b = a + x[done + j] * y[j], b + x[done + j + 1] * y[j]
            c, d = c + x[done + j + 2] * y[j], d + x[done + j + 3] * y[j]
        place = first + done
        out[place], out[place + 1], out[place + 2], out[place + 3] = a, b, c, d
        done += 4
    while done < count:
        total = zero
        for j in range(len(y)):
            total += x[done + j] * y[j]
        out[first + done] = total
        done += 1
