"""Items of arrays: ``a[i]``, ``a[i, j]`` give scalars, fewer integers, slices, ``None`` and ``...`` give views."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.nodes import Value
from minijit.library.builder import Builder, Val
from minijit.library.casts import cast_parts
from minijit.library.indexing.index_expressions import (
    Selection,
    arg_selection,
    element_type,
    index_values,
    selection_of,
    view_type,
)
from minijit.library.indexing.index_plans import is_refused, plan_of
from minijit.library.memory import (
    array_type,
    data_of,
    element_pointer,
    load_element,
    make_view,
    shape_of,
    size_of,
    strides_of,
)
from minijit.library.objects.slices import fit_slice
from minijit.library.registry import Arg, lowers
from minijit.machine import I64
from minijit.numpy_types import BOOL_DTYPE, error_of


def axis_index(b: Builder, value: Val, axis: int, length: Value) -> Value:
    """An integer index of an axis, checked, with negative ones counted from the end."""
    one = value.type
    if isinstance(one, t.NumpyScalar) and one.dtype == np.uint64:
        kind, message = error_of(_huge_index)
        b.check(b.icmp("sge", value.part, b.i64(0)), kind, message)
    word = b.index_of(value)
    site = b.site("raise", IndexError, f"index {{0}} is out of bounds for axis {axis} with size {{1}}", "ii")
    number = known(word)
    unsigned = (isinstance(one, t.NumpyScalar) and one.dtype.kind == "u") or (number is not None and number >= 0)
    return b.emit("check_index", (word, length), I64, site=site, signed=not unsigned)


def _huge_index() -> object:
    return np.zeros(1)[np.uint64(1 << 63)]


def element_address(b: Builder, array: Val, index: Val) -> Value:
    """The address of the element that an index of integers selects, all checked."""
    shape = shape_of(array)
    words = [axis_index(b, value, axis, shape[axis]) for axis, value in enumerate(index_values(index))]
    return element_pointer(b, array, words)


def select_view(b: Builder, array: Val, index: Val, selection: Selection) -> Val:
    """The view that an index gives."""
    kind = view_type(array_type(array), index.type, selection)
    values = index_values(index)
    lengths, strides = shape_of(array), strides_of(b, array)
    data = data_of(array)
    new_shape: list[Value] = []
    new_strides: list[Value] = []
    axis = 0
    for step in selection.steps:
        if step.kind == "new":
            new_shape.append(b.i64(1))
            new_strides.append(b.i64(0))
            continue
        length, stride = lengths[axis], strides[axis]
        if step.kind == "integer":
            word = axis_index(b, values[step.position], axis, length)
            data = b.ptr_add(data, b.binary("mul", word, stride, nsw=True))
        elif step.kind == "full":
            new_shape.append(length)
            new_strides.append(stride)
        else:
            part = fit_slice(b, values[step.position], length)
            # An empty slice begins at the beginning, as in NumPy.
            some = b.icmp("ne", part.length, b.i64(0))
            start = b.select(some, part.start, b.i64(0))
            data = b.ptr_add(data, b.binary("mul", start, stride, nsw=True))
            new_shape.append(part.length)
            # In NumPy an empty one also steps by one; here the stride stays known.
            new_strides.append(b.mul(stride, part.step))
        axis += 1
    return make_view(b, array, kind, data, new_shape, new_strides)


# ---- entries


def _type_of_item(array: Arg, index: Arg) -> t.Type | None:
    assert isinstance(array.type, t.Array)
    selection = arg_selection(array, index)
    if selection is None:
        return None
    return element_type(array.type) if selection.is_element else view_type(array.type, index.type, selection)


def _samples() -> Iterator[tuple[Any, ...]]:
    flat = np.arange(7, dtype=np.int32)
    table = np.arange(24, dtype=np.float64).reshape(4, 6)
    for one in (0, -1, 6, -7, 7, -8, np.int8(3), np.uint8(6), np.uint64(1 << 63), slice(1, None), slice(None, 3), ...):
        yield (flat, one)
    for start, stop, step in ((None, None, -1), (5, 1, -2), (-100, 100, 3), (9, 3, 1), (2, 2, 1), (0, 5, 0)):
        yield (flat, slice(start, stop, step))
        yield (table[::-1], (slice(start, stop, step), -1))
    for layout in (table, np.asfortranarray(table), table[::2, ::-1], table[:0]):
        for two in (
            (1, 2),
            (1,),
            (-1, -6),
            (slice(None), 2),
            (slice(1, 3), slice(2, 4)),
            (None, 1),
            (..., 1),
            (1, ..., None),
        ):
            yield (layout, two)
    yield (np.array(2.5), ())
    yield (np.array(2.5), ...)


@lowers(operator.getitem, t.Array, lambda one: True, result=_type_of_item, effects="reads raises", samples=_samples)
def getitem(b: Builder, array: Val, index: Val) -> Val:
    """An element as a scalar, anything less than one integer for each axis as a view."""
    kind = array_type(array)
    selection = selection_of(kind, index.type, index.const)
    assert selection is not None
    if not selection.is_element:
        return select_view(b, array, index, selection)
    return Val(element_type(kind), load_element(b, kind.dtype, element_address(b, array, index)))


# ---- for iteration


def type_of_item(array: t.Array) -> t.Type:
    """The type of what iteration over the first axis gives."""
    if array.ndim == 1:
        return element_type(array)
    selection = selection_of(array, t.INDEX)
    assert selection is not None
    return view_type(array, t.INDEX, selection)


def item(b: Builder, array: Val, index: Value) -> Val:
    """``array[index]`` for an index that is known to be within the first axis, and not negative."""
    kind = array_type(array)
    one = type_of_item(kind)
    strides = strides_of(b, array)
    pointer = b.ptr_add(data_of(array), b.binary("mul", index, strides[0], nsw=True))
    if isinstance(one, t.Array):
        return make_view(b, array, one, pointer, shape_of(array)[1:], strides[1:])
    return Val(one, load_element(b, kind.dtype, pointer))


# ---- errors, and truth


def _wrong_index(array: Arg, index: Arg) -> t.Type | None:
    """``NEVER`` for an index that no array of so many axes takes: an error for certain."""
    assert isinstance(array.type, t.Array)
    if arg_selection(array, index) is not None or plan_of(array.type, index.type) is not None:
        return None
    return t.NEVER if is_refused(index.type) else None


@lowers(operator.getitem, t.Array, lambda one: True, result=_wrong_index, effects="raises")
def getitem_wrong(b: Builder, array: Val, index: Val) -> Val:
    """NumPy's own IndexError."""
    return b.call_python(operator.getitem, (array, index), t.NEVER)


def _truth_samples() -> list[tuple[Any, ...]]:
    return [(np.array([1.0]),), (np.array(0),), (np.zeros((1, 1), bool),), (np.zeros(2),), (np.zeros(0),)]


@lowers(operator.truth, t.Array, result=t.BOOL, effects="reads raises", samples=_truth_samples)
@lowers(bool, t.Array, result=t.BOOL, effects="reads raises", samples=_truth_samples)
def truth(b: Builder, array: Val) -> Val:
    """The truth of the only element; of another number of elements there is none."""
    dtype = array_type(array).dtype

    def of_element() -> tuple[Value, ...]:
        return cast_parts(b, load_element(b, dtype, data_of(array)), dtype, BOOL_DTYPE)

    def of_many() -> tuple[Value, ...]:
        b.call_python(bool, (array,), t.NEVER)
        return ()

    is_single = b.icmp("eq", size_of(b, array), b.i64(1))
    answer = b.if_else(is_single, of_element, of_many, likely=True)
    # Of a field with many numbers in each record, it is known that this raises.
    return b.bool_val(answer[0]) if answer else Val(t.NEVER)
