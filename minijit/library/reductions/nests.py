"""The loops of reductions: over which axes in which order, as NumPy's iterator chooses them.

Axes are ordered by stride, the smallest innermost; neighbours that make one regular row become one. The order of
additions, and so the last bits of a sum, depends on it; so does the layout of the result, whose axes lie in the order
in which the array has them.

The loops here are for the order that the layout tells (that of C for arrays with any strides). Arrays in another order
are rare, and have loops of their own (:mod:`minijit.library.reductions.orders`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.builder import Builder, Val
from minijit.library.memory import array_type, data_of, shape_of, strides_of
from minijit.numpy_types import Dtype


class Axis(NamedTuple):
    """A loop: its length, the array's stride in bytes, and the result's in elements (0 along reduced axes)."""

    length: Value
    stride: Value
    unit: Value


Inner = Callable[[Axis, "list[Value]"], None]
"""``inner(axis, pointers)`` builds the innermost loop; the pointers are to the array, then to each result."""


class Reduction:
    """The walk over an array along with its results, which lack the reduced axes (or have length 1 there).

    Parameters
    ----------
    array : Val
        What is reduced.
    reduced : frozenset of int
        The numbers of the axes that are reduced.
    keepdims : bool
        Whether the results keep these axes, with length 1.
    """

    is_in_order = True
    """Whether it is known which of the loops are along reduced axes."""

    def __init__(self, b: Builder, array: Val, reduced: frozenset[int], keepdims: bool) -> None:
        self.b = b
        self.array = array
        self.reduced = reduced
        self.kind = array_type(array)
        self.lengths = shape_of(array)
        self.shown = [k for k in range(self.kind.ndim) if keepdims or k not in reduced]
        one = b.i64(1)
        self.shape = [one if k in reduced else self.lengths[k] for k in self.shown]
        self.shown_strides: list[Value] = []
        self.axes = self._merged(self._ordered())

    # ---- the order of axes

    def _ordered(self) -> list[Axis]:
        """The axes, the innermost first; finds the strides of the results."""
        b = self.b
        order = list(range(self.kind.ndim))
        if self.kind.layout != "F":
            order.reverse()
        unit: Value = b.i64(1)
        axes: list[Axis] = []
        units: dict[int, Value] = {}
        strides = strides_of(b, self.array)
        for k in order:
            units[k] = unit
            axes.append(Axis(self.lengths[k], strides[k], b.i64(0) if k in self.reduced else unit))
            if k not in self.reduced:
                unit = b.mul(unit, b.max_i64(self.lengths[k], b.i64(1)))
        self.shown_strides = [units[k] for k in self.shown]
        return axes or [Axis(b.i64(1), b.i64(0), b.i64(0))]

    def _merged(self, axes: list[Axis]) -> list[Axis]:
        """Neighbours of one sort that make one regular row are joined, at run time if need be."""
        b = self.b
        merged = axes[:1]
        for axis in axes[1:]:
            inner = merged[-1]
            if _is_reduced(inner) != _is_reduced(axis):
                merged.append(axis)
                continue
            fits: Value = b.i1(True)
            if self.is_irregular:
                fits = b.icmp("eq", b.mul(inner.stride, inner.length), axis.stride)
            whole = b.mul(inner.length, axis.length)
            merged[-1] = Axis(b.select(fits, whole, inner.length), inner.stride, inner.unit)
            if self.is_irregular:
                merged.append(Axis(b.select(fits, b.i64(1), axis.length), axis.stride, axis.unit))
        return merged

    @property
    def is_irregular(self) -> bool:
        """Whether neighbouring axes may have any strides."""
        return self.kind.layout == "A" and self.kind.ndim > 1

    @property
    def is_total(self) -> bool:
        """Whether all axes are reduced."""
        return all(k in self.reduced for k in range(self.kind.ndim))

    def is_one_row(self) -> Value:
        """Whether all axes were joined into the innermost one."""
        b = self.b
        joined: Value = b.i1(True)
        for axis in self.axes[1:]:
            joined = b.and_(joined, b.icmp("eq", axis.length, b.i64(1)))
        return joined

    # ---- results

    def allocate(self, dtype: Dtype) -> Val:
        """A new array for results; without axes a place on the stack, as an array."""
        b = self.b
        if not self.shape:
            kind = t.Array(dtype, 0, "C")
            return Val(kind, (b.null(), b.null(), b.slots(2)))
        layout = result_layout(self.kind, len(self.shape))
        strides = [b.mul(stride, b.i64(dtype.itemsize)) for stride in self.shown_strides]
        return allocate(b, dtype, self.shape, layout, strides=strides)

    def run(self, results: Sequence[Val], inner: Inner, axes: Sequence[Axis] = ()) -> None:
        """Build the loops around `inner`, along `axes` if not along those of the walk."""
        b = self.b
        chosen = axes or self.axes
        sizes = [array_type(result).dtype.itemsize for result in results]
        starts = [data_of(self.array), *map(data_of, results)]

        def nest(depth: int, pointers: list[Value]) -> None:
            axis = chosen[depth]
            if depth == 0:
                inner(axis, pointers)
                return

            def turn(index: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
                moved = [b.ptr_add(pointers[0], b.mul(index, axis.stride))]
                for pointer, size in zip(pointers[1:], sizes, strict=True):
                    moved.append(b.ptr_add(pointer, b.mul(b.mul(index, axis.unit), b.i64(size))))
                nest(depth - 1, moved)
                return ()

            b.loop(axis.length, turn)

        nest(len(chosen) - 1, starts)


def _is_reduced(axis: Axis) -> bool:
    return known(axis.unit) == 0


def result_layout(array: t.Array, ndim: int) -> t.Layout:
    """The layout of a result with `ndim` axes."""
    return "C" if ndim < 2 else array.layout


def result_type(array: t.Array, reduced: frozenset[int], keepdims: bool, dtype: Dtype) -> t.Type:
    """The type of what a reduction gives: an array, or a number if no axis is left."""
    ndim = array.ndim if keepdims else array.ndim - len(reduced)
    return t.Array(dtype, ndim, result_layout(array, ndim)) if ndim else t.NumpyScalar(dtype)
