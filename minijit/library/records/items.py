"""Items of structured arrays: records, and views of fewer of them; iteration and what is told of their shape."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays import attributes
from minijit.library.builder import Builder, Val
from minijit.library.indexing.index_expressions import Selection, selection_of, view_type
from minijit.library.indexing.items import element_address, select_view
from minijit.library.memory import array_type, owner_of, shape_of, strides_of
from minijit.library.operands import anything
from minijit.library.operations import item_at, length_of
from minijit.library.registry import Arg, attribute, lowers
from minijit.library.structures import as_array, as_records


def records() -> list[np.ndarray[Any, Any]]:
    """Structured arrays of several layouts."""
    dtype = np.dtype([("a", np.int8), ("b", np.float64)])
    table = np.zeros((3, 4), dtype)
    table["a"], table["b"] = np.arange(12).reshape(3, 4), np.arange(12.0).reshape(3, 4)
    return [table, table[1], table[:, ::2], table.T, table[1, ::-1], table[:0]]


def array_kind(kind: t.RecordArray) -> t.Array:
    """The type of a structured array as if its elements were numbers."""
    return t.Array(kind.structure.dtype, kind.ndim, kind.layout, kind.writable)


def selection(kind: t.RecordArray, index: Arg | Val) -> Selection | None:
    """What an index of integers and slices selects."""
    return selection_of(array_kind(kind), index.type, index.const)


def record_type(kind: t.RecordArray) -> t.Record:
    """The type of an element."""
    return t.Record(kind.structure, kind.writable)


def record_at(b: Builder, array: Val, pointer: Value) -> Val:
    """The element at an address."""
    assert isinstance(array.type, t.RecordArray)
    return Val(record_type(array.type), (b.null(), owner_of(array), pointer))


def _type_of_item(array: Arg, index: Arg) -> t.Type | None:
    kind = array.type
    assert isinstance(kind, t.RecordArray)
    chosen = selection(kind, index)
    if chosen is None:
        return None
    if chosen.is_element:
        return record_type(kind)
    view = view_type(array_kind(kind), index.type, chosen)
    return t.RecordArray(kind.structure, view.ndim, view.layout, view.writable, kind.cls)


@lowers(
    operator.getitem,
    t.RecordArray,
    anything,
    result=_type_of_item,
    effects="raises",
    samples=lambda: [(one, index) for one in records() for index in (0, -1, 7, slice(1, None), slice(None, None, -2))],
)
def getitem(b: Builder, array: Val, index: Val) -> Val:
    """A record, or a view: both share the memory of the array."""
    kind = array.type
    assert isinstance(kind, t.RecordArray)
    chosen = selection(kind, index)
    assert chosen is not None
    if chosen.is_element:
        return record_at(b, array, element_address(b, as_array(array), index))
    return as_records(kind, select_view(b, as_array(array), index, chosen))


# ---- iteration


@lowers(length_of, t.RecordArray, result=lambda one: t.INDEX if one.type.ndim else None)
def _length_of(_b: Builder, one: Val) -> Val:
    return Val(t.INDEX, (shape_of(one)[0],))


def _type_of_turn(one: Arg, index: Arg) -> t.Type | None:
    assert isinstance(one.type, t.RecordArray)
    return _type_of_item(one, index) if one.type.ndim else None


@lowers(item_at, t.RecordArray, t.INDEX, result=_type_of_turn)
def _item_at(b: Builder, one: Val, index: Val) -> Val:
    """The item at an index that is known to be within the first axis."""
    kind = one.type
    assert isinstance(kind, t.RecordArray)
    strides = strides_of(b, one)
    pointer = b.ptr_add(one.parts[2], b.binary("mul", index.part, strides[0], nsw=True))
    if kind.ndim == 1:
        return record_at(b, one, pointer)
    wanted = _type_of_turn(Arg(kind), Arg(t.INDEX))
    assert isinstance(wanted, t.RecordArray)
    tail = strides[1:] if wanted.layout == "A" else ()
    return Val(wanted, (b.null(), owner_of(one), pointer, *shape_of(one)[1:], *tail))


# ---- what is told of an array


def _register(function: object, result: Callable[..., t.Type | None], lower: Callable[..., Val]) -> None:
    @lowers(function, t.RecordArray, result=result, samples=lambda: [(one,) for one in records()])
    def apply(b: Builder, array: Val) -> Val:
        return lower(b, as_array(array))


def _shape(array: Arg) -> t.Type:
    assert isinstance(array.type, t.RecordArray)
    return t.Tuple((t.INT,) * array.type.ndim)


_register(len, lambda array: t.INT if array.type.ndim else None, attributes.length)
_register(attribute("shape"), _shape, attributes.shape)
_register(attribute("strides"), _shape, attributes.strides)
_register(attribute("size"), lambda array: t.INT, attributes.size)
_register(attribute("nbytes"), lambda array: t.INT, attributes.nbytes)
_register(attribute("ndim"), lambda array: t.INT, attributes.ndim)
_register(attribute("itemsize"), lambda array: t.INT, attributes.itemsize)


@lowers(attribute("dtype"), (t.RecordArray, t.Record), result=lambda one: t.Const(one.type.structure.dtype))
def _dtype(b: Builder, one: Val) -> Val:
    assert isinstance(one.type, t.RecordArray | t.Record)
    dtype = one.type.structure.dtype
    return b.constant(t.Const(dtype), dtype)


def _transposed(array: Arg) -> t.Type:
    kind = array.type
    assert isinstance(kind, t.RecordArray)
    layout = attributes.layout_transposed(kind.layout, kind.ndim)
    return t.RecordArray(kind.structure, kind.ndim, layout, kind.writable, kind.cls)


@lowers(attribute("T"), t.RecordArray, result=_transposed, samples=lambda: [(one,) for one in records()])
def _transpose(b: Builder, array: Val) -> Val:
    assert isinstance(array.type, t.RecordArray) and array_type(array)
    return as_records(array.type, attributes.transposed(b, as_array(array)))
