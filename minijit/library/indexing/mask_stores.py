"""``a[m] = x`` with one mask over all axes of the array."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from minijit.ir.nodes import Value
from minijit.library.builder import Builder, Val
from minijit.library.casts import cast_parts
from minijit.library.indexing.index_arrays import count_true
from minijit.library.indexing.mask_loads import check_mask_shape, for_each_true_element
from minijit.library.memory import array_type, data_of, load_element, shape_of, size_of, store_element, strides_of
from minijit.library.ufuncs.elementwise import Parts
from minijit.library.ways_out import WayOut
from minijit.numpy_types import BOOL_DTYPE, Dtype


def store_by_mask(b: Builder, array: Val, mask: Val, value: Val | Parts, way_out: WayOut) -> None:
    """Store a number, or a row of them, where the mask is true."""
    dtype = np.dtype(array_type(array).dtype)
    check_mask_shape(b, array, mask, way_out)
    if isinstance(value, Val):
        _store_row(b, array, mask, value, way_out)
    elif array_type(array).layout == array_type(mask).layout != "A":
        blend(b, array, mask, dtype, value)
    else:

        def store(target: Value, _carried: Parts) -> Parts:
            store_element(b, dtype, target, value)
            return ()

        for_each_true_element(b, array, mask, store, ())


def blend(b: Builder, array: Val, mask: Val, dtype: Dtype, parts: Parts) -> None:
    """Write all elements, old or new, without a branch: the processor does several at once."""

    def turn(number: Value, _carried: Parts) -> Sequence[Value]:
        target = b.ptr_add(data_of(array), b.binary("mul", number, b.i64(dtype.itemsize), nsw=True))
        (chosen,) = load_element(b, BOOL_DTYPE, b.ptr_add(data_of(mask), number))
        old = load_element(b, dtype, target)
        new = [b.select(chosen, one, other) for one, other in zip(parts, old, strict=True)]
        store_element(b, dtype, target, new)
        return ()

    b.loop(size_of(b, array), turn)


def _store_row(b: Builder, array: Val, mask: Val, value: Val, way_out: WayOut) -> None:
    """Store one element after the other; there must be as many as true ones, or a single one."""
    kind = array_type(value)
    dtype, source = np.dtype(array_type(array).dtype), np.dtype(kind.dtype)
    step: Value = b.i64(0)
    if kind.ndim:
        (length,) = shape_of(value)
        is_single = b.icmp("eq", length, b.i64(1))
        way_out.unless(b.or_(is_single, b.icmp("eq", length, count_true(b, mask))))
        step = b.select(is_single, step, strides_of(b, value)[0])

    def store(target: Value, so_far: Parts) -> Parts:
        parts = load_element(b, source, so_far[0])
        store_element(b, dtype, target, cast_parts(b, parts, source, dtype))
        return (b.ptr_add(so_far[0], step),)

    for_each_true_element(b, array, mask, store, (data_of(value),))
