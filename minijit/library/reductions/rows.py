"""Reductions row by row: each number of the result comes from one regular row of elements.

That is so wherever the reduced axes are the innermost ones, and where all elements become one number: then a row that
is none in memory is copied together first, as NumPy does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np

from minijit.ir.builder import known
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.builder import Builder, Val
from minijit.library.memory import array_type, data_of, load_element, owner_of, size_of, store_element
from minijit.library.reductions.nests import Axis, Reduction
from minijit.library.reductions.pairwise_sums import LoadBlock, Parts, add_parts, pairwise_sum
from minijit.library.ufuncs.pending_rows import PendingRow, row_of
from minijit.library.vals import Pending
from minijit.machine import parts_of_dtype
from minijit.numpy_types import Dtype

BUFFER: Final = 8192
"""So many elements NumPy converts at a time; a sum of converted elements is the sum of the sums of such parts."""


class Row(NamedTuple):
    """Elements at equal distances; `chunk` is how many NumPy buffers at a time, ``None`` if it buffers none."""

    data: Value
    stride: Value
    length: Value
    chunk: Value | None

    def at(self, b: Builder, index: Value) -> Value:
        """The address of an element."""
        return b.ptr_add(self.data, b.mul(index, self.stride))


def is_by_rows(walk: Reduction) -> bool:
    """Whether the elements of each number of the result are one row, or can be made one."""
    if walk.is_total:
        return True
    first, *rest = walk.axes
    return known(first.unit) == 0 and not any(known(axis.unit) == 0 for axis in rest)


def for_each_row(
    b: Builder, walk: Reduction, result: Val, build: Callable[[Row | PendingRow], Parts], *, converts: bool
) -> None:
    """Store what `build` makes of each row; only where :func:`is_by_rows`.

    `converts` says that elements are converted on their way into a sum.
    """
    dtype = np.dtype(array_type(result).dtype)
    chunk = b.i64(BUFFER) if converts else None
    if isinstance(walk.array, Pending):
        store_element(b, dtype, data_of(result), build(row_of(b, walk.array, chunk)), local=True)
        return
    if walk.is_total and walk.is_irregular:
        row, owner = _gathered(b, walk, converts=converts)
        store_element(b, dtype, data_of(result), build(row), local=True)
        b.emit("decref", (owner,))
        return

    def inner(axis: Axis, pointers: list[Value]) -> None:
        row = Row(pointers[0], axis.stride, axis.length, chunk)
        store_element(b, dtype, pointers[1], build(row), local=True)

    walk.run([result], inner)


def _gathered(b: Builder, walk: Reduction, *, converts: bool) -> tuple[Row, Value]:
    """All elements as one row, copied if need be; and the owner of the copy, or null."""
    itemsize = walk.kind.dtype.itemsize

    def directly() -> Sequence[Value]:
        axis = walk.axes[0]
        chunk = b.i64(BUFFER) if converts else b.max_i64(axis.length, b.i64(1))
        return (data_of(walk.array), axis.stride, axis.length, chunk, b.null())

    def by_a_copy() -> Sequence[Value]:
        flat = flat_copy(b, walk)
        whole = whole_rows(b, [axis.length for axis in walk.axes])
        return (data_of(flat), b.i64(itemsize), size_of(b, flat), whole, owner_of(flat))

    data, stride, length, chunk, owner = b.if_else(walk.is_one_row(), directly, by_a_copy, likely=True)
    return Row(data, stride, length, chunk), owner


def flat_copy(b: Builder, walk: Reduction) -> Val:
    """The elements in the order in which they lie in memory, as a new array with one axis."""
    made = allocate(b, np.dtype(walk.kind.dtype), [size_of(b, walk.array)])
    copy_rows(b, made, data_of(walk.array), walk.axes)
    return made


def copy_rows(b: Builder, made: Val, data: Value, axes: Sequence[Axis]) -> None:
    """Copy elements from `data` on into an array with one axis, the first of `axes` being the fastest."""
    dtype = np.dtype(array_type(made).dtype)
    size = b.i64(dtype.itemsize)

    def nest(depth: int, pointer: Value, number: Value) -> None:
        axis = axes[depth]

        def turn(index: Value, _carried: Parts) -> Parts:
            moved = b.ptr_add(pointer, b.mul(index, axis.stride))
            place = b.add(b.mul(number, axis.length), index)
            if depth:
                nest(depth - 1, moved, place)
            else:
                target = b.ptr_add(data_of(made), b.mul(place, size))
                store_element(b, dtype, target, load_element(b, dtype, moved), local=True)
            return ()

        b.loop(axis.length, turn)

    nest(len(axes) - 1, data, b.i64(0))


def whole_rows(b: Builder, lengths: Sequence[Value]) -> Value:
    """How many elements NumPy takes into its buffer at a time: as many whole rows (of rows) as there is room for."""
    size, one = b.i64(BUFFER), b.i64(1)
    core = b.max_i64(lengths[0], one)
    fits: Value = b.i1(True)
    for length in lengths[1:]:
        larger = b.mul(core, length)
        fits = b.and_(fits, b.icmp("sle", larger, size))
        core = b.select(fits, b.max_i64(larger, one), core)
    return b.mul(b.max_i64(b.binary("udiv", size, core), one), core)


def sum_of_row(
    b: Builder,
    total: Parts,
    length: Value,
    dtype: Dtype,
    at: Callable[[Value], Parts],
    chunk: Value | None,
    block: LoadBlock | None = None,
) -> Parts:
    """`total` and the elements that ``at(index)`` gives (or `block`, some at a time), added as NumPy adds them."""
    machine = parts_of_dtype(dtype)
    if chunk is None:
        return add_parts(b, total, pairwise_sum(b, machine, length, at, block))
    size = chunk
    count = b.binary("udiv", b.add(length, b.sub(size, b.i64(1))), size)

    def turn(index: Value, so_far: Parts) -> Parts:
        start = b.mul(index, size)
        count = b.min_i64(b.sub(length, start), size)
        blocks = None if block is None else lambda first, number: block(b.add(start, first), number)
        return add_parts(b, so_far, pairwise_sum(b, machine, count, lambda k: at(b.add(start, k)), blocks))

    return b.loop(count, turn, total, scalar=True)
