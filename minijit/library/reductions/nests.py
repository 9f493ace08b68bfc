"""The loops of reductions: over which axes in which order, as NumPy's iterator chooses them.

Axes are ordered by stride, the smallest innermost; neighbours that make one regular row become one. The order of
additions, and so the last bits of a sum, depends on it; so does the layout of the result, whose axes lie in the order
in which the array has them.

Native code has the loops for the order that the layout tells (that of C for arrays with any strides), and leaves arrays
in another order to NumPy (:func:`is_in_order`): the loops for all orders take LLVM far longer than they can ever gain.
Where all of an array is reduced, its axes can be put in order first (:func:`in_memory_order`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.builder import Builder, Val
from minijit.library.memory import array_type, data_of, make_view, shape_of, strides_of
from minijit.machine import I64
from minijit.numpy_types import Dtype


@dataclass(frozen=True, slots=True)
class Axis:
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

    def run(self, results: Sequence[Val], inner: Inner) -> None:
        """Build the loops around `inner`."""
        b = self.b
        sizes = [array_type(result).dtype.itemsize for result in results]
        starts = [data_of(self.array), *map(data_of, results)]

        def nest(depth: int, pointers: list[Value]) -> None:
            axis = self.axes[depth]
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

        nest(len(self.axes) - 1, starts)


def is_in_order(b: Builder, array: Val, reduced: frozenset[int]) -> Value:
    """Whether NumPy's iterator takes the axes of an array in the order of :class:`Reduction`.

    An axis of length 1 may join its neighbours whichever sort they are of, so a kept one inside of a reduced one is
    another order, too.
    """
    kind = array_type(array)
    one = b.i64(1)
    fine: Value = b.i1(True)
    lengths, strides = shape_of(array), strides_of(b, array)
    if kind.layout == "A" and kind.ndim > 1:
        is_total = len(reduced) == kind.ndim
        sizes = _sizes(b, array) if is_total else [b.intrinsic("abs", I64, stride) for stride in strides]
        for k, length in enumerate(lengths):
            if not is_total:
                fine = b.and_(fine, b.icmp("ne", length, one))
            least = b.i64(1) if k == kind.ndim - 1 else sizes[k + 1]
            fine = b.and_(fine, b.icmp("sge", sizes[k], least))
        return fine
    order = list(range(kind.ndim)) if kind.layout == "F" else list(range(kind.ndim))[::-1]
    group: Value | None = None
    for k in order:
        if k not in reduced:
            group = lengths[k] if group is None else b.mul(group, lengths[k])
        elif group is not None:
            fine = b.and_(fine, b.icmp("ne", group, one))
            group = None
    return fine


def _sizes(b: Builder, array: Val) -> list[Value]:
    """The sizes of an array's strides; axes of length 1 have the greatest, since there is nothing to step over."""
    pairs = zip(shape_of(array), strides_of(b, array), strict=True)
    most, one = b.i64((1 << 63) - 1), b.i64(1)
    return [b.select(b.icmp("eq", length, one), most, b.intrinsic("abs", I64, stride)) for length, stride in pairs]


def in_memory_order(b: Builder, array: Val) -> Val:
    """A view of an array with any strides, with the axes in the order of their strides, the smallest last."""
    rows = list(zip(_sizes(b, array), shape_of(array), strides_of(b, array), strict=True))
    for end in range(len(rows) - 1, 0, -1):
        for k in range(end):
            swapped = b.icmp("slt", rows[k][0], rows[k + 1][0])
            first = [b.select(swapped, one, other) for one, other in zip(rows[k + 1], rows[k], strict=True)]
            second = [b.select(swapped, one, other) for one, other in zip(rows[k], rows[k + 1], strict=True)]
            rows[k], rows[k + 1] = (first[0], first[1], first[2]), (second[0], second[1], second[2])
    shape, strides = [length for _, length, _ in rows], [stride for _, _, stride in rows]
    return make_view(b, array, array_type(array), data_of(array), shape, strides)


def _is_reduced(axis: Axis) -> bool:
    return known(axis.unit) == 0


def result_layout(array: t.Array, ndim: int) -> t.Layout:
    """The layout of a result with `ndim` axes."""
    return "C" if ndim < 2 else array.layout


def result_type(array: t.Array, reduced: frozenset[int], keepdims: bool, dtype: Dtype) -> t.Type:
    """The type of what a reduction gives: an array, or a number if no axis is left."""
    ndim = array.ndim if keepdims else array.ndim - len(reduced)
    return t.Array(dtype, ndim, result_layout(array, ndim)) if ndim else t.NumpyScalar(dtype)
