"""Arrays while lowering: their parts, element addresses, loads and stores, views, and new arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from minijit import types as t
from minijit.ir.builder import MachineBuilder, machine_type
from minijit.ir.context import BLOCK_DATA
from minijit.ir.nodes import Value
from minijit.library.vals import Val
from minijit.machine import F32, I1, I8, I16, I64, PTR, parts_of_dtype
from minijit.numpy_types import FLOAT16


def array_type(array: Val) -> t.Array:
    """The type of a value that is an array; of a structured one, what an array of such elements would be."""
    if isinstance(array.type, t.RecordArray):
        return t.Array(array.type.structure.dtype, array.type.ndim, array.type.layout, array.type.writable)
    assert isinstance(array.type, t.Array), array.type
    return array.type


def object_of(array: Val) -> Value:
    """The PyObject that the array is, null for an array or view made by native code."""
    return array.parts[0]


def owner_of(array: Val) -> Value:
    """The block that keeps the array's memory alive."""
    return array.parts[1]


def data_of(array: Val) -> Value:
    """The address of the first element."""
    return array.parts[2]


def shape_of(array: Val) -> tuple[Value, ...]:
    """The lengths of the axes."""
    return array.parts[3 : 3 + array_type(array).ndim]


def strides_of(b: MachineBuilder, array: Val) -> tuple[Value, ...]:
    """The strides in bytes; for contiguous arrays computed from the shape."""
    kind = array_type(array)
    if kind.layout == "A":
        return array.parts[3 + kind.ndim :]
    return contiguous_strides(b, shape_of(array), kind.dtype.itemsize, kind.layout)


def contiguous_strides(
    b: MachineBuilder, shape: Sequence[Value], itemsize: int, layout: str = "C"
) -> tuple[Value, ...]:
    """The strides of a contiguous array of this shape, C or Fortran order."""
    stride: Value = b.i64(itemsize)
    strides: list[Value] = []
    lengths = list(shape) if layout == "F" else list(shape)[::-1]
    for position, length in enumerate(lengths):
        strides.append(stride)
        if position < len(lengths) - 1:
            stride = b.binary("mul", stride, length, nsw=True)
    return tuple(strides if layout == "F" else strides[::-1])


def size_of(b: MachineBuilder, array: Val) -> Value:
    """The number of elements."""
    size: Value = b.i64(1)
    for length in shape_of(array):
        size = b.binary("mul", size, length, nsw=True)
    return size


def make_array(
    kind: t.Array | t.RecordArray,
    object: Value,
    owner: Value,
    data: Value,
    shape: Sequence[Value],
    strides: Sequence[Value],
) -> Val:
    """An array value from its parts; `strides` are left out where the layout implies them."""
    tail = tuple(strides) if kind.layout == "A" else ()
    return Val(kind, (object, owner, data, *shape, *tail))


def make_view(
    b: MachineBuilder, base: Val, kind: t.Array, data: Value, shape: Sequence[Value], strides: Sequence[Value]
) -> Val:
    """A view into the memory of `base`."""
    return make_array(kind, b.null(), owner_of(base), data, shape, strides)


def element_pointer(b: MachineBuilder, array: Val, indices: Sequence[Value]) -> Value:
    """The address of an element; indices are i64 and within the array."""
    kind = array_type(array)
    strides = strides_of(b, array)
    pointer = data_of(array)
    for index, stride in zip(indices, strides, strict=True):
        pointer = b.ptr_add(pointer, b.binary("mul", index, stride, nsw=True))
    assert len(indices) == kind.ndim
    return pointer


def load_element(b: MachineBuilder, dtype: np.dtype[np.generic], pointer: Value) -> tuple[Value, ...]:
    """The parts of the element at `pointer`."""
    machine = parts_of_dtype(dtype)
    if machine[0] is I1:
        return (b.icmp("ne", b.load(pointer, I8), b.const(I8, 0)),)
    if dtype == FLOAT16:
        return (b.convert("fpext half", b.load(pointer, I16), F32),)
    if len(machine) == 1:
        return (b.load(pointer, machine[0]),)
    half = dtype.itemsize // 2
    return (b.load(pointer, machine[0]), b.load(b.ptr_add(pointer, half), machine[1]))


def store_element(
    b: MachineBuilder, dtype: np.dtype[np.generic], pointer: Value, parts: Sequence[Value], local: bool = False
) -> None:
    """Put the parts of an element at `pointer`; `local` says that nobody outside the call can see the memory."""
    if machine_type(parts[0]) is I1:
        b.store(pointer, b.bool_to_byte(parts[0]), local=local)
        return
    if dtype == FLOAT16:
        b.store(pointer, b.convert("fptrunc half", parts[0], I16), local=local)
        return
    b.store(pointer, parts[0], local=local)
    if len(parts) == 2:
        b.store(b.ptr_add(pointer, dtype.itemsize // 2), parts[1], local=local)


def new_array(
    b: MachineBuilder,
    dtype: np.dtype[np.generic],
    shape: Sequence[Value],
    layout: t.Layout = "C",
    *,
    zeroed: bool = False,
) -> Val:
    """A new contiguous array; raises what NumPy raises for negative or too large dimensions, and MemoryError."""
    kind = t.Array(dtype, len(shape), "C" if len(shape) < 2 else layout)
    size: Value = b.i64(dtype.itemsize)
    for length in shape:
        b.check(b.icmp("sge", length, b.i64(0)), ValueError, "negative dimensions are not allowed", op="check_shape")
    for length in shape:
        size = b.emit(
            "check_mul",
            (size, length),
            I64,
            site=b.site(
                "raise",
                ValueError,
                "array is too big; `arr.size * arr.dtype.itemsize` is larger than the maximum possible size.",
            ),
        )
    context = b.emit("context", (), PTR)
    owner = b.call_c("mj_alloc", PTR, context, size, b.i1(zeroed), effects="allocates")
    b.check(b.icmp("ne", owner, b.null()), MemoryError, "Unable to allocate {0} bytes for an array", size)
    data = b.load(b.ptr_add(owner, BLOCK_DATA), PTR, local=True)
    return make_array(kind, b.null(), owner, data, shape, ())
