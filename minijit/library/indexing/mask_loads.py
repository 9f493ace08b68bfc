"""``a[m]`` with one mask over all axes of the array: counted first, then copied."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.builder import Builder, Val
from minijit.library.indexing.index_arrays import Parts, Visit, count_true, each_true, each_true_of_row, put_true
from minijit.library.memory import (
    array_type,
    data_of,
    load_element,
    shape_of,
    size_of,
    store_element,
    strides_of,
)
from minijit.library.ways_out import WayOut


def check_mask_shape(b: Builder, array: Val, mask: Val, way_out: WayOut) -> None:
    """A mask must have the shape of the array."""
    fine: Value = b.i1(True)
    for own, wanted in zip(shape_of(mask), shape_of(array), strict=True):
        fine = b.and_(fine, b.icmp("eq", own, wanted))
    way_out.unless(fine)


def load_by_mask(b: Builder, array: Val, mask: Val) -> Val:
    """The elements of an array where a mask of the same shape is true."""
    dtype = np.dtype(array_type(array).dtype)
    total = count_true(b, mask)
    made = allocate(b, dtype, [total])
    if in_one_row(array, mask):
        step, size = element_step(b, array), b.i64(dtype.itemsize)

        def put(number: Value, place: Value) -> None:
            source = b.ptr_add(data_of(array), b.binary("mul", number, step, nsw=True))
            target = b.ptr_add(data_of(made), b.binary("mul", place, size, nsw=True))
            store_element(b, dtype, target, load_element(b, dtype, source), local=True)

        put_true(b, data_of(mask), size_of(b, mask), total, put)
        return made

    def copy(source: Value, so_far: Parts) -> Parts:
        (target,) = so_far
        store_element(b, dtype, target, load_element(b, dtype, source), local=True)
        return (b.ptr_add(target, dtype.itemsize),)

    for_each_true_element(b, array, mask, copy, (data_of(made),))
    return made


def in_one_row(array: Val, mask: Val) -> bool:
    """Whether an array and its mask can be walked as one row."""
    kind = array_type(array)
    return array_type(mask).layout == "C" and (kind.layout == "C" or kind.ndim == 1)


def element_step(b: Builder, array: Val) -> Value:
    """From one element of such an array to the next."""
    kind = array_type(array)
    return b.i64(kind.dtype.itemsize) if kind.layout == "C" else strides_of(b, array)[0]


def for_each_true_element(b: Builder, array: Val, mask: Val, visit: Visit, carried: Parts) -> Parts:
    """Visit the addresses of the elements of an array where the mask is true, in C order."""
    strides, mask_strides = strides_of(b, array), strides_of(b, mask)
    if in_one_row(array, mask):
        step, data = element_step(b, array), data_of(array)

        def at(number: Value, so_far: Parts) -> Sequence[Value]:
            return visit(b.ptr_add(data, b.binary("mul", number, step, nsw=True)), so_far)

        return each_true(b, data_of(mask), size_of(b, mask), at, carried)
    shape = shape_of(mask)
    inner = None if array_type(mask).layout == "C" else mask_strides[-1]

    def nest(axis: int, pointers: tuple[Value, Value], held: Parts) -> Parts:
        def at(pointer: Value, number: Value, stride: Value) -> Value:
            return b.ptr_add(pointer, b.binary("mul", number, stride, nsw=True))

        if axis == len(shape) - 1:

            def visit_there(number: Value, so_far: Parts) -> Sequence[Value]:
                return visit(at(pointers[0], number, strides[axis]), so_far)

            return each_true_of_row(b, pointers[1], inner, shape[axis], visit_there, held)

        def turn(number: Value, so_far: Parts) -> Parts:
            moved = at(pointers[0], number, strides[axis]), at(pointers[1], number, mask_strides[axis])
            return nest(axis + 1, moved, so_far)

        return b.loop(shape[axis], turn, held)

    return nest(0, (data_of(array), data_of(mask)), carried)
