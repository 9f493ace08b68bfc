"""Loops over whole arrays: filling with a value, copying with broadcasting and casts, also where memory overlaps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.nodes import Value
from minijit.library.builder import Builder, Val
from minijit.library.casts import cast_parts
from minijit.library.memory import (
    array_type,
    data_of,
    load_element,
    new_array,
    owner_of,
    shape_of,
    size_of,
    store_element,
    strides_of,
)
from minijit.numpy_types import Dtype

MOST_MESSAGE_WORDS = 8
"""So many numbers fit into the message of an exception."""


def for_each_element(
    b: Builder,
    shape: Sequence[Value],
    arrays: Sequence[tuple[Value, Sequence[Value]]],
    body: Callable[[list[Value]], None],
) -> None:
    """Run `body` with the addresses of corresponding elements; each array is its data and its strides."""

    def nest(axis: int, pointers: list[Value]) -> None:
        if axis == len(shape):
            body(pointers)
            return
        if known(shape[axis]) == 1:
            nest(axis + 1, pointers)
            return

        def turn(index: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
            moved = [
                b.ptr_add(pointer, b.binary("mul", index, strides[axis], nsw=True))
                for pointer, (_, strides) in zip(pointers, arrays, strict=True)
            ]
            nest(axis + 1, moved)
            return ()

        b.loop(shape[axis], turn)

    nest(0, [data for data, _ in arrays])


def fill_array(b: Builder, array: Val, parts: Sequence[Value], *, local: bool = False) -> None:
    """Put one value, of the array's dtype, into every element."""
    dtype = array_type(array).dtype
    shape: Sequence[Value] = shape_of(array)
    strides: Sequence[Value] = strides_of(b, array)
    if array_type(array).layout != "A" and len(shape) > 1:
        shape, strides = [size_of(b, array)], [b.i64(dtype.itemsize)]
    for_each_element(
        b,
        shape,
        [(data_of(array), strides)],
        lambda pointers: store_element(b, dtype, pointers[0], parts, local=local),
    )


def copy_elements(b: Builder, target: Val, source: Val, *, local: bool = False) -> None:
    """Copy `source`, cast, into `target` of the same shape; their memory does not overlap (or is the same)."""
    shape = shape_of(target)
    copy_strided(b, target, (data_of(source), strides_of(b, source)), array_type(source).dtype, shape, local=local)


def copy_strided(
    b: Builder,
    target: Val,
    source: tuple[Value, Sequence[Value]],
    source_dtype: Dtype,
    shape: Sequence[Value],
    *,
    local: bool = False,
) -> None:
    """Copy from data with strides, cast element by element."""
    dtype = array_type(target).dtype

    def body(pointers: list[Value]) -> None:
        parts = load_element(b, source_dtype, pointers[1])
        store_element(b, dtype, pointers[0], cast_parts(b, parts, source_dtype, dtype), local=local)

    for_each_element(b, shape, [(data_of(target), strides_of(b, target)), source], body)


def assign_array(b: Builder, target: Val, source: Val) -> None:
    """``target[...] = source``: broadcasts and casts; where the two overlap, it does what NumPy does.

    NumPy copies by way of new memory, but not along one axis in the same direction: there it only takes care to begin
    at the right end.
    """
    check_broadcast(b, target, source)
    strides = broadcast_strides(b, target, source)
    dtype = array_type(source).dtype
    axes = array_type(target).ndim

    def element_by_element() -> tuple[Value, ...]:
        if axes == 1:
            _copy_line(b, target, data_of(source), strides[0], dtype)
        else:
            copy_strided(b, target, (data_of(source), strides), dtype, shape_of(target))
        return ()

    def as_one_block() -> tuple[Value, ...]:
        copy_bytes(b, target, source)
        return ()

    def directly() -> tuple[Value, ...]:
        if both_flat(target, source) and axes == array_type(source).ndim:
            return b.if_else(same_shape(b, target, source), as_one_block, element_by_element)
        return element_by_element()

    def by_a_copy() -> tuple[Value, ...]:
        between = copy_array(b, source)
        moved = (data_of(between), broadcast_strides(b, target, between))
        copy_strided(b, target, moved, dtype, shape_of(target))
        b.emit("decref", (owner_of(between),))
        return ()

    if axes == 0 or (axes == 1 and not strides_of(b, source)):
        directly()
        return
    entangled = b.and_(overlaps(b, target, source), b.not_(is_empty(b, target)))
    if axes == 1:
        product = b.mul(strides_of(b, target)[0], strides_of(b, source)[-1])
        entangled = b.and_(entangled, b.icmp("slt", product, b.i64(0)))
    b.if_else(b.not_(entangled), directly, by_a_copy, likely=True)


def _copy_line(b: Builder, target: Val, source: Value, source_stride: Value, source_dtype: Dtype) -> None:
    """Copy along one axis, one element after the other, from the end that NumPy begins at."""
    dtype = array_type(target).dtype
    (length,) = shape_of(target)
    (stride,) = strides_of(b, target)
    data, last = data_of(target), b.sub(length, b.i64(1))

    def turned(pointer: Value, step: Value, condition: Value) -> tuple[Value, Value]:
        end = b.ptr_add(pointer, b.mul(last, step))
        return b.select(condition, end, pointer), b.select(condition, b.sub(b.i64(0), step), step)

    if array_type(target).layout == "A":
        down = b.icmp("slt", stride, b.i64(0))
        (data, stride), (source, source_stride) = turned(data, stride, down), turned(source, source_stride, down)
    ahead = b.icmp("ult", source, data)
    reaches = b.icmp("ugt", b.ptr_add(source, b.mul(length, source_stride)), data)
    from_end = b.and_(ahead, reaches)
    (data, stride), (source, source_stride) = turned(data, stride, from_end), turned(source, source_stride, from_end)

    def turn(index: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
        parts = load_element(b, source_dtype, b.ptr_add(source, b.mul(index, source_stride)))
        target_pointer = b.ptr_add(data, b.mul(index, stride))
        store_element(b, dtype, target_pointer, cast_parts(b, parts, source_dtype, dtype))
        return ()

    b.loop(length, turn)


def same_shape(b: Builder, one: Val, other: Val) -> Value:
    """Whether two arrays of as many axes have the same lengths."""
    same: Value = b.i1(True)
    for first, second in zip(shape_of(one), shape_of(other), strict=True):
        same = b.and_(same, b.icmp("eq", first, second))
    return same


def is_empty(b: Builder, array: Val) -> Value:
    """Whether an array has no elements."""
    return b.icmp("eq", size_of(b, array), b.i64(0))


def both_flat(target: Val, source: Val) -> bool:
    """Whether both arrays are contiguous in the same order and of the same dtype."""
    one, two = array_type(target), array_type(source)
    return one.dtype == two.dtype and one.layout == two.layout != "A"


def copy_bytes(b: Builder, target: Val, source: Val, *, local: bool = False) -> None:
    """Copy contiguous arrays of the same shape, order and dtype; they may overlap."""
    size = b.mul(size_of(b, target), b.i64(array_type(target).dtype.itemsize))
    b.emit("copy", (data_of(target), data_of(source), size), local=local)


def copy_array(b: Builder, source: Val, layout: t.Layout = "C") -> Val:
    """A new array with the elements of `source`."""
    made = new_array(b, array_type(source).dtype, shape_of(source), layout)
    if both_flat(made, source):
        copy_bytes(b, made, source, local=True)
    else:
        copy_elements(b, made, source, local=True)
    return made


# ---- broadcasting


def check_broadcast(b: Builder, target: Val, source: Val) -> None:
    """Raise NumPy's ValueError unless `source` can be broadcast to the shape of `target`."""
    wanted, given = shape_of(target), shape_of(source)
    while len(given) > len(wanted):
        # NumPy strips axes of length 1 in front, and does not tell of them either.
        _check_fits(b, b.icmp("eq", given[0], b.i64(1)), given, wanted)
        given = given[1:]
    fits: Value = b.i1(True)
    for length, other in zip(given, wanted[len(wanted) - len(given) :], strict=True):
        fits = b.and_(fits, b.or_(b.icmp("eq", length, b.i64(1)), b.icmp("eq", length, other)))
    _check_fits(b, fits, given, wanted)


def _check_fits(b: Builder, fits: Value, given: Sequence[Value], wanted: Sequence[Value]) -> None:
    b.check(fits, ValueError, _broadcast_message(len(given), len(wanted)), *given, *wanted, op="check_shape")


def _broadcast_message(given: int, wanted: int) -> str:
    return (
        f"could not broadcast input array from shape {shape_format(0, given)} into shape {shape_format(given, wanted)}"
    )


def shape_format(first: int, count: int) -> str:
    """A shape in NumPy's error messages, with numbers from the payload: ``({0},{1})``."""
    numbers = ",".join(f"{{{first + k}}}" for k in range(count))
    return f"({numbers},)" if count == 1 else f"({numbers})"


def broadcast_strides(b: Builder, target: Val, source: Val) -> list[Value]:
    """The strides with which `source` is walked along the axes of `target`."""
    lengths, strides = shape_of(source), strides_of(b, source)
    wanted = shape_of(target)
    extra = len(lengths) - len(wanted)
    zero = b.i64(0)
    found: list[Value] = []
    for axis in range(len(wanted)):
        own = axis + extra
        if own < 0:
            found.append(zero)
        else:
            found.append(b.select(b.icmp("eq", lengths[own], b.i64(1)), zero, strides[own]))
    return found


# ---- overlap


def extent_of(b: Builder, array: Val) -> tuple[Value, Value]:
    """The lowest address of an array's elements, and the one behind the highest, as distances from its data."""
    kind = array_type(array)
    low: Value = b.i64(0)
    high: Value = b.i64(kind.dtype.itemsize)
    zero = b.i64(0)
    for length, stride in zip(shape_of(array), strides_of(b, array), strict=True):
        reach = b.mul(b.sub(length, b.i64(1)), stride)
        low = b.add(low, b.min_i64(reach, zero))
        high = b.add(high, b.max_i64(reach, zero))
    return b.ptr_add(data_of(array), low), b.ptr_add(data_of(array), high)


def overlaps(b: Builder, one: Val, other: Val) -> Value:
    """Whether the memory ranges of two arrays, not empty, have a byte in common."""
    one_low, one_high = extent_of(b, one)
    other_low, other_high = extent_of(b, other)
    return b.and_(b.icmp("ult", one_low, other_high), b.icmp("ult", other_low, one_high))


def zero_parts(b: Builder, dtype: Dtype) -> tuple[Value, ...]:
    """The number 0 of a dtype."""
    return b.constant(t.NumpyScalar(dtype), np.zeros((), dtype)[()]).parts
