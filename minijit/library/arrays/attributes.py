"""Attributes of arrays, and ``len``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.builder import Builder, Val, tuple_val
from minijit.library.memory import array_type, data_of, make_view, shape_of, size_of, strides_of
from minijit.library.registry import Arg, attribute, lowers
from minijit.machine import float_dtype_of, parts_of_dtype


def arrays() -> Iterator[tuple[Any, ...]]:
    """Arrays of several layouts, each as the only argument."""
    table = np.arange(12.0).reshape(3, 4)
    for one in (table, table.T, table[:, ::2], table[::-1], table[:0], np.zeros((2, 3, 4), np.int16), np.array(3.5)):
        yield (one,)
    yield (np.arange(5, dtype=np.uint8),)
    yield (np.array([1 + 2j, 3 - 4j], np.complex64),)


def _ints(count: int) -> t.Tuple:
    return t.Tuple((t.INT,) * count)


def ndim_of(array: Arg) -> int:
    """The number of axes of an argument that is an array."""
    assert isinstance(array.type, t.Array)
    return array.type.ndim


def layout_transposed(layout: t.Layout, ndim: int) -> t.Layout:
    """The layout of the transpose."""
    if layout == "A" or ndim < 2:
        return layout
    return "F" if layout == "C" else "C"


@lowers(len, t.Array, result=lambda array: t.INT if ndim_of(array) else None, samples=arrays)
def length(b: Builder, array: Val) -> Val:
    """The length of the first axis."""
    return b.int_val(shape_of(array)[0])


@lowers(attribute("shape"), t.Array, result=lambda array: _ints(ndim_of(array)), samples=arrays)
def shape(b: Builder, array: Val) -> Val:
    """The lengths of the axes, a tuple of Python ints."""
    return tuple_val([b.int_val(one) for one in shape_of(array)])


@lowers(attribute("strides"), t.Array, result=lambda array: _ints(ndim_of(array)), samples=arrays)
def strides(b: Builder, array: Val) -> Val:
    """The distances of neighbours in bytes."""
    return tuple_val([b.int_val(one) for one in attribute_strides(b, array)])


def attribute_strides(b: Builder, array: Val) -> tuple[Value, ...]:
    """The strides that NumPy tells; in contiguous arrays an axis without items counts as one."""
    kind = array_type(array)
    if kind.layout == "A":
        return strides_of(b, array)
    lengths = [b.max_i64(one, b.i64(1)) for one in shape_of(array)]
    found: list[Value] = []
    stride: Value = b.i64(kind.dtype.itemsize)
    for one in lengths if kind.layout == "F" else lengths[::-1]:
        found.append(stride)
        stride = b.mul(stride, one)
    return tuple(found if kind.layout == "F" else found[::-1])


@lowers(attribute("size"), t.Array, result=t.INT, samples=arrays)
def size(b: Builder, array: Val) -> Val:
    """The number of elements."""
    return b.int_val(size_of(b, array))


@lowers(attribute("nbytes"), t.Array, result=t.INT, samples=arrays)
def nbytes(b: Builder, array: Val) -> Val:
    """The number of bytes of all elements."""
    return b.int_val(b.mul(size_of(b, array), b.i64(array_type(array).dtype.itemsize)))


@lowers(attribute("ndim"), t.Array, result=t.INT, fold=lambda array: array.type.ndim, samples=arrays)
def ndim(b: Builder, array: Val) -> Val:
    """The number of axes."""
    return b.constant(t.INT, array_type(array).ndim)


@lowers(attribute("itemsize"), t.Array, result=t.INT, fold=lambda array: array.type.dtype.itemsize, samples=arrays)
def itemsize(b: Builder, array: Val) -> Val:
    """The number of bytes of an element."""
    return b.constant(t.INT, array_type(array).dtype.itemsize)


def _dtype(array: Arg) -> t.Type:
    assert isinstance(array.type, t.Array)
    return t.Const(array.type.dtype)


@lowers(attribute("dtype"), t.Array, result=_dtype, samples=arrays)
def dtype(b: Builder, array: Val) -> Val:
    """The dtype, known while compiling."""
    return b.constant(t.Const(array_type(array).dtype), array_type(array).dtype)


def transposed_type(array: Arg) -> t.Type:
    """The type of the transpose."""
    one = array.type
    assert isinstance(one, t.Array)
    return t.Array(one.dtype, one.ndim, layout_transposed(one.layout, one.ndim), one.writable)


@lowers(attribute("T"), t.Array, result=transposed_type, samples=arrays)
def transposed(b: Builder, array: Val) -> Val:
    """A view with the axes in the opposite order."""
    kind = transposed_type(Arg(array.type))
    assert isinstance(kind, t.Array)
    return make_view(b, array, kind, data_of(array), shape_of(array)[::-1], strides_of(b, array)[::-1])


def matrix_transposed_type(array: Arg) -> t.Type | None:
    """The type of an array with its last two axes swapped."""
    one = array.type
    assert isinstance(one, t.Array)
    if one.ndim < 2:
        return None
    return transposed_type(array) if one.ndim == 2 else t.Array(one.dtype, one.ndim, "A", one.writable)


@lowers(np.matrix_transpose, t.Array, result=matrix_transposed_type, samples=arrays)
@lowers(attribute("mT"), t.Array, result=matrix_transposed_type, samples=arrays)
def matrix_transposed(b: Builder, array: Val) -> Val:
    """A view with the last two axes swapped."""
    kind = matrix_transposed_type(Arg(array.type))
    assert isinstance(kind, t.Array)
    shape, strides = shape_of(array), strides_of(b, array)
    lengths, steps = [*shape[:-2], shape[-1], shape[-2]], [*strides[:-2], strides[-1], strides[-2]]
    return make_view(b, array, kind, data_of(array), lengths, steps)


def _part_type(array: Arg) -> t.Type | None:
    one = array.type
    assert isinstance(one, t.Array)
    if one.dtype.kind != "c":
        return None
    layout: t.Layout = "A" if one.ndim else "C"
    return t.Array(float_dtype_of(one.dtype), one.ndim, layout, one.writable)


def _complex_arrays() -> Iterator[tuple[Any, ...]]:
    table = np.array([[1 + 2j, 3 - 4j], [-0.5j, 1.0]])
    for one in (table, table.T, table[::-1], table[:, 1].astype(np.complex64), np.array(2j)):
        yield (one,)


def _register_part(name: str, position: int) -> None:
    @lowers(attribute(name), t.Array, result=_part_type, samples=_complex_arrays)
    def part(b: Builder, array: Val) -> Val:
        kind = _part_type(Arg(array.type))
        assert isinstance(kind, t.Array)
        machine = parts_of_dtype(array_type(array).dtype)[0]
        data = b.ptr_add(data_of(array), position * machine.bits // 8)
        return make_view(b, array, kind, data, shape_of(array), strides_of(b, array))


_register_part("real", 0)
_register_part("imag", 1)


@lowers(
    attribute("real"),
    lambda one: isinstance(one, t.Array) and one.dtype.kind != "c",
    result=lambda array: array.type,
    samples=arrays,
)
def real(b: Builder, array: Val) -> Val:
    """The array itself, where its numbers are real."""
    return array
