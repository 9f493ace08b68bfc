"""Rows of a pending array for a reduction: elements are computed block by block, into a few hundred bytes of stack.

So the loop that computes them is as any other (LLVM vectorises it), the reduction is as that of any row, and the order
of additions is NumPy's; the memory of a block stays in the processor's nearest cache.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from minijit import types as t
from minijit.errors import InternalError
from minijit.ir.nodes import Value
from minijit.library.builder import Builder, Val
from minijit.library.memory import array_type, data_of, load_element, make_array, shape_of, size_of
from minijit.library.reductions.pairwise_sums import BLOCK, LoadAt, Parts
from minijit.library.ufuncs.broadcasting import has_shape, walking_strides
from minijit.library.ufuncs.element_trees import Elementwise, elementwise
from minijit.library.ufuncs.elementwise_loops import write
from minijit.library.vals import Pending
from minijit.machine import parts_of_dtype
from minijit.numpy_types import Dtype

_LENGTH: Final = 256
"""So many elements are computed at a time, where it is not the sum that says so."""

Fold = Callable[[Value, LoadAt, Parts], Parts]
"""``fold(length, load, so_far)``: the total of some elements and those before."""


class PendingRow(NamedTuple):
    """All elements of a pending array; `chunk` as for rows that are there (``reductions/rows``)."""

    array: Pending
    length: Value
    chunk: Value | None

    def block(self, b: Builder, dtype: Dtype, most: int) -> Callable[[Value, Value], LoadAt]:
        """``block(start, length)`` computes so many elements, at most `most`, and gives what loads the k-th of them."""
        buffer = b.slots((most * dtype.itemsize + 7) // 8)
        size = b.i64(dtype.itemsize)

        def compute(start: Value, length: Value) -> LoadAt:
            whole = elementwise([self.array], [dtype], lambda row: row)
            views = tuple(_part(b, array, self.array, start, length) for array in whole.arrays)
            target = make_array(t.Array(dtype, 1, "C"), b.null(), b.null(), buffer, [length], [])
            write(b, Elementwise(views, whole.results, whole.compute), [target], [length], local=True)
            return lambda k: load_element(b, dtype, b.ptr_add(buffer, b.mul(k, size)))

        return compute

    def pairwise_blocks(self, b: Builder, dtype: Dtype) -> Callable[[Value, Value], LoadAt]:
        """The blocks that a pairwise sum adds without halving them."""
        return self.block(b, dtype, BLOCK // len(parts_of_dtype(dtype)))

    def fold(self, b: Builder, dtype: Dtype, fold: Fold, first: Parts) -> Parts:
        """Fold all elements, one block after the other."""
        most = b.i64(_LENGTH)
        block = self.block(b, dtype, _LENGTH)
        count = b.binary("udiv", b.add(self.length, b.i64(_LENGTH - 1)), most)

        def turn(number: Value, so_far: Parts) -> Parts:
            start = b.mul(number, most)
            length = b.min_i64(b.sub(self.length, start), most)
            return fold(length, block(start, length), so_far)

        return b.loop(count, turn, first, scalar=True)


def no_load(_index: Value) -> Parts:
    """In place of what loads single elements: a pending row has none."""
    raise InternalError("the elements of a pending row are computed in blocks")


def row_of(b: Builder, array: Pending, chunk: Value | None) -> PendingRow:
    """All elements; only where :func:`is_one_row`."""
    return PendingRow(array, size_of(b, array), chunk)


def is_one_row(b: Builder, array: Pending) -> Value:
    """Whether all elements can be computed in the order in which they would lie in memory, as one row."""
    kind, shape = array_type(array), shape_of(array)
    fine: Value = b.i1(True)
    if kind.ndim == 1:
        return fine
    for leaf in elementwise([array], [kind.dtype], lambda row: row).arrays:
        own = array_type(leaf)
        if own.ndim != kind.ndim or own.layout != kind.layout or kind.layout == "A":
            return b.i1(False)
        fine = b.and_(fine, has_shape(b, leaf, shape))
    return fine


def _part(b: Builder, leaf: Val, array: Pending, start: Value, length: Value) -> Val:
    """The elements of a leaf that `length` elements of the array from number `start` on depend on, as a view."""
    kind = array_type(leaf)
    itemsize = b.i64(kind.dtype.itemsize)
    if kind.ndim > 1 or (kind.layout != "A" and shape_of(leaf)[0] is shape_of(array)[0]):
        data = b.ptr_add(data_of(leaf), b.mul(start, itemsize))
        return make_array(t.Array(kind.dtype, 1, "C"), b.null(), b.null(), data, [length], [])
    (stride,) = walking_strides(b, leaf, 1)
    data = b.ptr_add(data_of(leaf), b.mul(start, stride))
    return make_array(t.Array(kind.dtype, 1, "A"), b.null(), b.null(), data, [length], [stride])
