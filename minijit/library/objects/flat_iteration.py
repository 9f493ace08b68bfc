"""``a.flat``, ``np.ndenumerate``, ``np.ndindex`` and ``np.nditer``: elements and indices in order.

Each is an iterator value that holds the array, or the lengths. Native code counts its turns; the item of a turn follows
from its number.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.builder import NONE_VAL, Builder, Val, item_of, tuple_val
from minijit.library.indexing.index_arrays import from_start
from minijit.library.indexing.index_expressions import element_type, is_integer_index
from minijit.library.memory import (
    array_type,
    data_of,
    load_element,
    make_view,
    shape_of,
    size_of,
    store_element,
    strides_of,
)
from minijit.library.operands import anything, is_integer
from minijit.library.operations import item_at, length_of
from minijit.library.registry import Arg, attribute, lowers
from minijit.library.ways_out import WayOut
from minijit.machine import I64
from minijit.numpy_types import INT64

# ---- the number of a turn


def _digits(b: Builder, number: Value, shape: Sequence[Value]) -> list[Value]:
    """The index of an element of an array of this shape, from its number in C order."""
    found: list[Value] = []
    for length in reversed(shape[1:]):
        found.append(b.emit("urem", (number, length), I64))
        number = b.emit("udiv", (number, length), I64)
    return [number, *reversed(found)] if shape else []


def pointer_at(b: Builder, array: Val, number: Value) -> Value:
    """The address of an element, from its number in C order."""
    kind = array_type(array)
    if kind.layout == "C":
        return b.ptr_add(data_of(array), b.binary("mul", number, b.i64(kind.dtype.itemsize), nsw=True))
    pointer = data_of(array)
    for index, stride in zip(_digits(b, number, shape_of(array)), strides_of(b, array), strict=True):
        pointer = b.ptr_add(pointer, b.binary("mul", index, stride, nsw=True))
    return pointer


def _array_of(one: Val) -> Val:
    return item_of(one, 0)


def _is(kind: str) -> Any:
    return lambda one: isinstance(one, t.Iterator) and one.kind == kind


def _kind_of(one: Arg) -> t.Array:
    assert isinstance(one.type, t.Iterator)
    kind = one.type.sources[0]
    assert isinstance(kind, t.Array)
    return kind


# ---- a.flat


@lowers(attribute("flat"), t.Array, result=lambda array: t.Iterator("flat", (array.type,)))
def flat(_b: Builder, array: Val) -> Val:
    """The elements of an array as a row."""
    return Val(t.Iterator("flat", (array.type,)), array.parts)


def _size(b: Builder, one: Val) -> Value:
    return size_of(b, _array_of(one))


@lowers(length_of, _is("flat"), result=t.INDEX)
@lowers(length_of, _is("ndenumerate"), result=t.INDEX)
@lowers(length_of, _is("nditer"), result=t.INDEX)
def turns(b: Builder, one: Val) -> Val:
    """One turn for each element."""
    return Val(t.INDEX, (_size(b, one),))


@lowers(len, _is("flat"), result=t.INT)
def length_of_flat(b: Builder, one: Val) -> Val:
    """The number of elements."""
    return b.int_val(_size(b, one))


@lowers(item_at, _is("flat"), t.INDEX, result=lambda one, index: element_type(_kind_of(one)), effects="reads")
def item_of_flat(b: Builder, one: Val, index: Val) -> Val:
    """An element."""
    array = _array_of(one)
    kind = array_type(array)
    return Val(element_type(kind), load_element(b, kind.dtype, pointer_at(b, array, index.part)))


def flat_item(array: Any, index: Any) -> Any:
    """``array.flat[index]``."""
    return array.flat[index]


def set_flat_item(array: Any, index: Any, value: Any) -> None:
    """``array.flat[index] = value``."""
    array.flat[index] = value


def place_in_row(b: Builder, array: Val, index: Val, way_out: WayOut) -> Value:
    """The number of the element that an integer selects."""
    size = size_of(b, array)
    word = b.index_of(index)
    dtype = index.type.dtype if isinstance(index.type, t.NumpyScalar) else INT64
    word = from_start(b, word, size, dtype) if dtype.kind == "i" else word
    way_out.unless(b.icmp("ult", word, size))
    return word


@lowers(
    operator.getitem,
    _is("flat"),
    is_integer_index,
    result=lambda one, index: element_type(_kind_of(one)),
    effects="reads raises",
)
def getitem(b: Builder, one: Val, index: Val) -> Val:
    """One element."""
    array = _array_of(one)
    kind = array_type(array)
    way_out = WayOut(b, lambda: b.call_python(flat_item, (array, index), t.NEVER, effects=""))
    parts = load_element(b, kind.dtype, pointer_at(b, array, place_in_row(b, array, index, way_out)))
    way_out.close()
    return Val(element_type(kind), parts)


def _is_row_index(one: t.Type) -> bool:
    return isinstance(one, t.Slice) or (isinstance(one, t.Array) and one.ndim > 0 and one.dtype.kind in "biu")


@lowers(
    operator.getitem,
    _is("flat"),
    _is_row_index,
    result=lambda one, index: t.Array(_kind_of(one).dtype, _ndim_of(index.type), "C"),
    effects="allocates reads raises",
)
def getitems(b: Builder, one: Val, index: Val) -> Val:
    """Several elements, which NumPy copies."""
    wanted = t.Array(array_type(_array_of(one)).dtype, _ndim_of(index.type), "C")
    return b.call_python(flat_item, (_array_of(one), index), wanted, effects="")


def _ndim_of(index: t.Type) -> int:
    return index.ndim if isinstance(index, t.Array) and index.dtype.kind != "b" else 1


def _type_of_setitem(one: Arg, index: Arg, value: Arg) -> t.Type | None:
    return t.NONE


@lowers(operator.setitem, _is("flat"), anything, anything, result=_type_of_setitem, effects="reads writes raises")
def setitem(b: Builder, one: Val, index: Val, value: Val) -> Val:
    """A store: of one number natively, of several by NumPy, which repeats them as needed."""
    from minijit.library.indexing.scatters import as_stored
    from minijit.library.indexing.store_conversions import can_store

    array = _array_of(one)
    kind = array_type(array)
    dtype = np.dtype(kind.dtype)
    is_native = kind.writable and is_integer_index(index.type) and not isinstance(value.type, t.Array)
    if not is_native or not can_store(dtype, Arg(value.type, value.const)):
        b.call_python(set_flat_item, (array, index, value), t.NONE)
        return NONE_VAL
    way_out = WayOut(b, lambda: b.call_python(set_flat_item, (array, index, value), t.NONE))
    held = as_stored(b, value, dtype, way_out)
    assert not isinstance(held, Val)
    store_element(b, dtype, pointer_at(b, array, place_in_row(b, array, index, way_out)), held)
    way_out.close()
    return NONE_VAL


# ---- ndenumerate


def _arrays() -> Iterator[tuple[Any, ...]]:
    yield from ((np.arange(6.0).reshape(2, 3).T,), (np.arange(3),), (np.zeros((0, 2)),))


@lowers(np.ndenumerate, t.Array, result=lambda arr: t.Iterator("ndenumerate", (arr.type,)))
def ndenumerate(_b: Builder, arr: Val) -> Val:
    """Indices with elements."""
    return Val(t.Iterator("ndenumerate", (arr.type,)), arr.parts)


def _type_of_pair(one: Arg, _index: Arg) -> t.Type:
    kind = _kind_of(one)
    return t.Tuple((t.Tuple((t.INT,) * kind.ndim), element_type(kind)))


@lowers(item_at, _is("ndenumerate"), t.INDEX, result=_type_of_pair, effects="reads")
def item_of_ndenumerate(b: Builder, one: Val, index: Val) -> Val:
    """An index and its element."""
    array = _array_of(one)
    kind = array_type(array)
    digits = _digits(b, index.part, shape_of(array))
    pointer = data_of(array)
    for digit, stride in zip(digits, strides_of(b, array), strict=True):
        pointer = b.ptr_add(pointer, b.binary("mul", digit, stride, nsw=True))
    element = Val(element_type(kind), load_element(b, kind.dtype, pointer))
    return tuple_val([tuple_val([b.int_val(digit) for digit in digits]), element])


# ---- ndindex


def _lengths(args: Sequence[Any]) -> tuple[t.Type, ...] | None:
    types: tuple[t.Type, ...] = tuple(arg.type for arg in args)
    if len(types) == 1 and isinstance(types[0], t.Tuple):
        types = types[0].items
    return types if all(is_integer(one) and one != t.BOOL for one in types) else None


def _type_of_ndindex(*shape: Arg) -> t.Type | None:
    lengths = _lengths(shape)
    return None if lengths is None else t.Iterator("ndindex", (t.INT,) * len(lengths))


@lowers(np.ndindex, result=_type_of_ndindex, rest=anything, effects="raises")
def ndindex(b: Builder, *shape: Val) -> Val:
    """All indices of an array of some shape."""
    given = list(shape)
    if len(given) == 1 and isinstance(given[0].type, t.Tuple):
        given = [item_of(given[0], k) for k in range(len(given[0].type.items))]
    way_out = WayOut(b, lambda: b.call_python(np.ndindex, shape, t.NEVER))
    lengths = [b.index_of(one) for one in given]
    fine: Value = b.i1(True)
    for length in lengths:
        fine = b.and_(fine, b.icmp("sge", length, b.i64(0)))
    way_out.unless(fine)
    way_out.close()
    return Val(t.Iterator("ndindex", (t.INT,) * len(lengths)), lengths)


@lowers(length_of, _is("ndindex"), result=t.INDEX, effects="raises")
def turns_of_ndindex(b: Builder, one: Val) -> Val:
    """One turn for each index; those of an array without axes are one."""
    count: Value = b.i64(1)
    for length in one.parts:
        count = b.checked("mul", count, length)
    return Val(t.INDEX, (count,))


def _type_of_index(one: Arg, _index: Arg) -> t.Type:
    assert isinstance(one.type, t.Iterator)
    return t.Tuple((t.INT,) * len(one.type.sources))


@lowers(item_at, _is("ndindex"), t.INDEX, result=_type_of_index)
def item_of_ndindex(b: Builder, one: Val, index: Val) -> Val:
    """An index."""
    return tuple_val([b.int_val(digit) for digit in _digits(b, index.part, one.parts)])


# ---- nditer


def _type_of_nditer(op: Arg) -> t.Type | None:
    kind = op.type
    assert isinstance(kind, t.Array)
    # The iterator goes by memory, so the order has to be known; of no elements it refuses to make one.
    return t.Iterator("nditer", (kind,)) if kind.layout in ("C", "F") and kind.ndim else None


@lowers(np.nditer, t.Array, result=_type_of_nditer, effects="raises")
def nditer(b: Builder, op: Val) -> Val:
    """The elements of an array in the order of memory."""
    way_out = WayOut(b, lambda: b.call_python(np.nditer, (op,), t.NEVER))
    way_out.unless(b.icmp("ne", size_of(b, op), b.i64(0)))
    way_out.close()
    return Val(t.Iterator("nditer", (op.type,)), op.parts)


def _type_of_view(one: Arg, _index: Arg) -> t.Type:
    return t.Array(_kind_of(one).dtype, 0, "C", False)


@lowers(item_at, _is("nditer"), t.INDEX, result=_type_of_view)
def item_of_nditer(b: Builder, one: Val, index: Val) -> Val:
    """A view of one element, which can't be written."""
    array = _array_of(one)
    kind = array_type(array)
    pointer = b.ptr_add(data_of(array), b.binary("mul", index.part, b.i64(kind.dtype.itemsize), nsw=True))
    return make_view(b, array, t.Array(kind.dtype, 0, "C", False), pointer, (), ())
