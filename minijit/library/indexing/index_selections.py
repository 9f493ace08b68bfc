"""Taking an index with arrays apart while lowering: everything is checked, then it says which elements are selected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.builder import Builder, Val
from minijit.library.indexing.index_arrays import all_within, count_true, from_start, index_word, positions_of
from minijit.library.indexing.index_plans import Plan, settled_values
from minijit.library.memory import array_type, data_of, load_element, owner_of, shape_of, store_element, strides_of
from minijit.library.objects.slices import fit_slice
from minijit.library.ufuncs.broadcasting import broadcast_shapes, walking_strides
from minijit.library.ways_out import WayOut
from minijit.machine import I64
from minijit.numpy_types import INT64, Dtype


class IndexArray(NamedTuple):
    """An index array, checked: with the length and the stride (in bytes) of the axis that it goes into."""

    values: Val
    length: Value
    stride: Value


Locate: TypeAlias = Callable[[Builder, Value, IndexArray], Value]
"""From an index to its place in the axis."""


class Selected(NamedTuple):
    """What an index with arrays selects, all checked.

    Attributes
    ----------
    data : Value
        The address that all offsets are added to.
    arrays : list of IndexArray
        The index arrays; none for masks and flags that only add axes.
    shape : list of Value
        The shape that they are broadcast to.
    rest, rest_strides : list of Value
        The other axes: lengths and strides.
    owners : list of Value
        Blocks to be let go afterwards.
    """

    data: Value
    arrays: list[IndexArray]
    shape: list[Value]
    rest: list[Value]
    rest_strides: list[Value]
    owners: list[Value]

    def result_shape(self, place: int) -> list[Value]:
        """The shape of the result, with the axes of the index arrays at a place."""
        return [*self.rest[:place], *self.shape, *self.rest[place:]]

    def release(self, b: Builder) -> None:
        """Let go of memory that was only needed meanwhile."""
        for owner in self.owners:
            b.emit("decref", (owner,))


def select(
    b: Builder, array: Val, index: Val, plan: Plan, way_out: WayOut, *, check_arrays: bool = True
) -> Selected:
    """Take an index apart and check it; without `check_arrays` it is left to the caller to look into the arrays."""
    values = settled_values(b, index)
    lengths, strides = shape_of(array), strides_of(b, array)
    data = data_of(array)
    fine: Value = b.i1(True)
    rest: list[Value] = []
    rest_strides: list[Value] = []
    found: list[tuple[Val, Sequence[Value], Sequence[Value], bool]] = []
    axis = 0
    for step in plan.steps:
        length, stride = (lengths[axis], strides[axis]) if step.axes else (b.i64(1), b.i64(0))
        value = values[step.position] if step.position >= 0 else None
        match step.kind:
            case "new" | "full":
                rest.append(length)
                rest_strides.append(stride)
            case "integer":
                assert value is not None
                word, is_within = _integer(b, value, length)
                fine = b.and_(fine, is_within)
                data = b.ptr_add(data, b.mul(word, stride))
            case "slice":
                assert value is not None
                part = fit_slice(b, value, length)
                some = b.icmp("ne", part.length, b.i64(0))
                data = b.ptr_add(data, b.mul(b.select(some, part.start, b.i64(0)), stride))
                rest.append(part.length)
                rest_strides.append(b.mul(stride, part.step))
            case _:
                assert value is not None
                taken = slice(axis, axis + step.axes)
                found.append((value, lengths[taken], strides[taken], step.kind == "array"))
                if step.kind == "mask":
                    for own, wanted in zip(shape_of(value), lengths[taken], strict=True):
                        fine = b.and_(fine, b.icmp("eq", own, wanted))
        axis += step.axes
    if any(isinstance(value.type, t.Array) and value.type.dtype.kind == "b" for value, *_ in found):
        # Before memory is taken for the positions.
        way_out.unless(fine)
        fine = b.i1(True)
    arrays: list[IndexArray] = []
    shapes: list[Sequence[Value]] = []
    owners: list[Value] = []
    checked: list[IndexArray] = []
    for value, own_lengths, own_strides, is_array in found:
        if not isinstance(value.type, t.Array):
            shapes.append([b.convert("zext", value.part, I64)])
        elif is_array:
            arrays.append(IndexArray(value, own_lengths[0], own_strides[0]))
            checked.append(arrays[-1])
            shapes.append(shape_of(value))
        else:
            rows = positions_of(b, value, count_true(b, value))
            owners.append(owner_of(rows[0]))
            arrays += [IndexArray(*one) for one in zip(rows, own_lengths, own_strides, strict=True)]
            shapes += [shape_of(row) for row in rows]
    shape, fits = broadcast_shapes(b, shapes)
    way_out.unless(b.and_(fine, fits))
    fine = b.i1(True)
    for one in checked if check_arrays else ():
        fine = b.and_(fine, all_within(b, one.values, one.length))
    way_out.unless(fine)
    return Selected(data, arrays, shape, rest, rest_strides, owners)


def _integer(b: Builder, value: Val, length: Value) -> tuple[Value, Value]:
    """An integer index counted from the start, and whether it is within the axis."""
    word = b.index_of(value)
    dtype = value.type.dtype if isinstance(value.type, t.NumpyScalar) else INT64
    if dtype.kind == "i":
        word = from_start(b, word, length, dtype)
    return word, b.icmp("ult", word, length)


# ---- loops over what is selected


def copier(b: Builder, dtype: Dtype, row: Sequence[Value] | None) -> Callable[[list[Value]], None]:
    """Copies from one address to another: an element or, given the lengths of its axes, a whole row of elements."""
    size: Value = b.i64(dtype.itemsize)
    for length in row or ():
        size = b.mul(size, length)

    def copy(pointers: list[Value]) -> None:
        source, target = pointers
        if row is None:
            store_element(b, dtype, target, load_element(b, dtype, source), local=True)
        else:
            b.emit("copy", (target, source, size), local=True)

    return copy


def for_each_selected(
    b: Builder,
    selected: Selected,
    others: Sequence[tuple[Value, Sequence[Value]]],
    body: Callable[[list[Value]], None],
    *,
    rows: bool = False,
    locate: Locate | None = None,
) -> None:
    """Run `body` with the address of each selected element and of those of other arrays that belong to it.

    The strides of the other arrays are those along the axes of the index arrays, then along the rest. With `rows`,
    `body` is run once for all of the rest. `locate` finds the place of an index in its axis, by default that of an
    index within it.
    """
    ndim = len(selected.shape)
    walked = [(data_of(one.values), walking_strides(b, one.values, ndim)) for one in selected.arrays]

    def outer(axis: int, places: list[Value], pointers: list[Value]) -> None:
        if axis == ndim:
            data = selected.data
            for one, place in zip(selected.arrays, places, strict=True):
                dtype = np.dtype(array_type(one.values).dtype)
                word = index_word(b, dtype, place)
                word = from_start(b, word, one.length, dtype) if locate is None else locate(b, word, one)
                data = b.ptr_add(data, b.binary("mul", word, one.stride, nsw=True))
            inner(0, [data, *pointers])
            return

        def turn(number: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
            places_there = _moved(b, places, [strides[axis] for _, strides in walked], number)
            outer(axis + 1, places_there, _moved(b, pointers, [strides[axis] for _, strides in others], number))
            return ()

        b.loop(selected.shape[axis], turn)

    def inner(axis: int, pointers: list[Value]) -> None:
        if rows or axis == len(selected.rest):
            body(pointers)
            return
        steps = [selected.rest_strides[axis], *(strides[ndim + axis] for _, strides in others)]

        def turn(number: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
            inner(axis + 1, _moved(b, pointers, steps, number))
            return ()

        b.loop(selected.rest[axis], turn)

    outer(0, [data for data, _ in walked], [data for data, _ in others])


def _moved(b: Builder, pointers: Sequence[Value], strides: Sequence[Value], number: Value) -> list[Value]:
    return [
        b.ptr_add(pointer, b.binary("mul", number, stride, nsw=True))
        for pointer, stride in zip(pointers, strides, strict=True)
    ]
