"""``ufunc.at`` along one row of indices for each axis: elements are operated on as often as the indices name them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.copy_loops import overlaps
from minijit.library.builder import NONE_VAL, Builder, Val, item_of
from minijit.library.casts import cast_parts
from minijit.library.indexing.index_expressions import element_type, is_integer_index
from minijit.library.memory import array_type, data_of, load_element, shape_of, store_element, strides_of
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers, method
from minijit.library.ufuncs.elementwise import Loop, is_numeric, kernel_of
from minijit.library.ufuncs.methods import bound, is_ufunc, ufunc_of
from minijit.numpy_types import INT64, Dtype, is_native


def _indices(index: Any) -> list[Any] | None:
    """The indices, one for each axis: integers and rows of such, one row at least; else ``None``."""
    several = [index]
    if isinstance(index.type, t.Tuple):
        if index.type.cls is not tuple:
            return None
        count = range(len(index.type.items))
        several = [item_of(index, k) if isinstance(index, Val) else Arg(index.type.items[k]) for k in count]
    if not all(_is_row(one.type) or is_integer_index(one.type) for one in several):
        return None
    return several if any(isinstance(one.type, t.Array) for one in several) else None


def _is_row(one: t.Type) -> bool:
    # uint64 does not fit into an index; what NumPy makes of it is its own affair.
    return isinstance(one, t.Array) and one.ndim == 1 and one.dtype.kind in "iu" and one.dtype != np.dtype(np.uint64)


@cache
def _loop(ufunc: np.ufunc, dtypes: tuple[Dtype, ...]) -> Loop | None:
    """The loop for an array and values of these dtypes (Python's numbers are not weak here)."""
    try:
        found: tuple[Any, ...] = ufunc.resolve_dtypes((*dtypes, *[None] * ufunc.nout))
    except TypeError:
        return None
    if not all(isinstance(one, np.dtype) and is_native(np.dtype(one.str)) for one in found):
        return None
    loop = tuple(np.dtype(one.str) for one in found)
    casts = [*zip(dtypes, loop, strict=False), (loop[-1], dtypes[0])]
    drops_imaginary = any(one.kind == "c" and to.kind not in "cb" for one, to in casts)
    return None if drops_imaginary or kernel_of(ufunc, loop) is None else loop


def _dtype(one: t.Type) -> Dtype:
    return one.dtype if isinstance(one, t.Array) else t.dtype_of(one)  # type: ignore[arg-type]


def _native_loop(receiver: Any, array: Any, index: Any, values: Sequence[Any]) -> Loop | None:
    ufunc, kind = ufunc_of(receiver), array.type
    several = _indices(index)
    if several is None or len(several) != kind.ndim or not kind.writable or ufunc is np.power:
        return None
    if ufunc.nout != 1 or ufunc.nin != 1 + len(values):
        return None
    if not all(is_numeric(one.type) or (isinstance(one.type, t.Array) and one.type.ndim == 1) for one in values):
        return None
    return _loop(ufunc, (kind.dtype, *(_dtype(one.type) for one in values)))


def _type(receiver: Arg, array: Arg, index: Arg, *values: Arg) -> t.Type | None:
    return None if _native_loop(receiver, array, index, values) is None else t.NONE


@lowers(
    method("at"), is_ufunc, t.Array, anything, result=_type, rest=anything, effects="reads writes raises unknown"
)
def at(b: Builder, receiver: Val, array: Val, index: Val, *values: Val) -> Val:
    """Operate in place on the elements that the indices name, one after the other."""
    loop = _native_loop(receiver, array, index, values)
    several = _indices(index)
    assert loop is not None and several is not None
    rows = [one for one in several if isinstance(one.type, t.Array)]
    count = shape_of(rows[0])[0]
    fits: Value = b.i1(True)
    for one in rows[1:]:
        fits = b.and_(fits, b.icmp("eq", shape_of(one)[0], count))
    for one in values:
        if isinstance(one.type, t.Array):
            length = shape_of(one)[0]
            fits = b.and_(fits, b.or_(b.icmp("eq", length, count), b.icmp("eq", length, b.i64(1))))
    for one in (*rows, *values):
        if isinstance(one.type, t.Array):
            fits = b.and_(fits, b.not_(overlaps(b, array, one)))

    def by_numpy() -> tuple[Value, ...]:
        b.call_python(bound(receiver, "at"), (array, index, *values), t.NONE)
        return ()

    def natively() -> tuple[Value, ...]:
        # NumPy looks at all indices before it changes anything.
        inside: Value = b.i1(True)
        for one, length in zip(several, shape_of(array), strict=True):
            inside = b.and_(inside, _are_inside(b, one, length))

        def go() -> tuple[Value, ...]:
            _run(b, ufunc_of(receiver), loop, array, several, values, count)
            return ()

        return b.if_else(inside, go, by_numpy, likely=True)

    b.if_else(fits, natively, by_numpy, likely=True)
    return NONE_VAL


def _number(b: Builder, one: Val, k: Value) -> Value:
    """The index number `k` of a row, or the index itself."""
    if not isinstance(one.type, t.Array):
        return b.index_of(one)
    dtype = np.dtype(one.type.dtype)
    pointer = b.ptr_add(data_of(one), b.mul(k, strides_of(b, one)[0]))
    return cast_parts(b, load_element(b, dtype, pointer), dtype, INT64)[0]


def _are_inside(b: Builder, one: Val, length: Value) -> Value:
    """Whether an index, or each of a row, is within an axis of this length."""

    def is_inside(k: Value) -> Value:
        number = _number(b, one, k)
        least = b.sub(b.i64(0), length)
        return b.and_(b.icmp("sge", number, least), b.icmp("slt", number, length))

    if not isinstance(one.type, t.Array):
        return is_inside(b.i64(0))
    turns = shape_of(one)[0]
    (inside,) = b.loop(turns, lambda k, so_far: (b.and_(so_far[0], is_inside(k)),), (b.i1(True),))
    return inside


def _run(
    b: Builder, ufunc: np.ufunc, loop: Loop, array: Val, several: Sequence[Val], values: Sequence[Val], count: Value
) -> None:
    dtype = np.dtype(array_type(array).dtype)
    kernel = kernel_of(ufunc, loop)
    assert kernel is not None

    def turn(k: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
        pointer = data_of(array)
        for one, length, stride in zip(several, shape_of(array), strides_of(b, array), strict=True):
            number = _number(b, one, k)
            wrapped = b.select(b.icmp("slt", number, b.i64(0)), b.add(number, length), number)
            pointer = b.ptr_add(pointer, b.mul(wrapped, stride))
        row = [cast_parts(b, load_element(b, dtype, pointer), dtype, loop[0])]
        row += [b.number_as(_value(b, one, k), own) for one, own in zip(values, loop[1:], strict=False)]
        result = kernel(b, loop, row)
        store_element(b, dtype, pointer, cast_parts(b, result, loop[-1], dtype))
        return ()

    b.loop(count, turn)


def _value(b: Builder, one: Val, k: Value) -> Val:
    if not isinstance(one.type, t.Array):
        return one
    stride = b.select(b.icmp("eq", shape_of(one)[0], b.i64(1)), b.i64(0), strides_of(b, one)[0])
    pointer = b.ptr_add(data_of(one), b.mul(k, stride))
    return Val(element_type(one.type), load_element(b, one.type.dtype, pointer))
