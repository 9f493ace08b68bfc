"""The loops of reductions: over which axes in which order, as NumPy's iterator chooses them.

Axes are ordered by stride, the smallest innermost; neighbours that make one regular row become one. The order of
additions, and so the last bits of a sum, depends on it; so does the layout of the result, whose axes lie in the order
in which the array has them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.nodes import Value
from minijit.library.array_allocation import allocate
from minijit.library.builder import Builder, Val
from minijit.library.memory import array_type, data_of, shape_of, strides_of
from minijit.machine import I64
from minijit.numpy_types import Dtype


@dataclass(frozen=True, slots=True)
class Axis:
    """A loop: its length, the array's stride in bytes, and the result's in elements (0 along reduced axes)."""

    length: Value
    stride: Value
    unit: Value


@dataclass(frozen=True, slots=True)
class _Place:
    """An axis on its way through sorting; `number` is which one it is, `kept` whether the result has it."""

    length: Value
    stride: Value
    kept: Value
    number: Value


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
        places = [
            _Place(self.lengths[k], stride, b.i1(k not in reduced), b.i64(k))
            for k, stride in enumerate(strides_of(b, array))
        ]
        if self.kind.layout != "F":
            places.reverse()
        self.shown_strides: list[Value] = []
        if self.kind.layout == "A":
            places = self._sorted([self._without_single(place) for place in places])
        axes = self._axes(places)
        self.axes = self._merged(axes)

    # ---- the order of axes

    def _without_single(self, place: _Place) -> _Place:
        """An axis of one item has no stride."""
        b = self.b
        stride = b.select(b.icmp("eq", place.length, b.i64(1)), b.i64(0), place.stride)
        return _Place(place.length, stride, place.kept, place.number)

    def _sorted(self, places: list[_Place]) -> list[_Place]:
        """The smallest stride innermost, of equal ones the later axis; a stride of 0 says nothing."""
        b = self.b
        for last in range(1, len(places)):
            for k in range(last, 0, -1):
                inner, outer = places[k - 1], places[k]
                steps = [b.intrinsic("abs", I64, place.stride) for place in (outer, inner)]
                smaller = b.icmp("slt", *steps)
                swap = b.and_(b.icmp("ne", outer.stride, b.i64(0)), smaller)
                places[k - 1], places[k] = self._either(swap, outer, inner), self._either(swap, inner, outer)
        return places

    def _either(self, condition: Value, one: _Place, other: _Place) -> _Place:
        select = self.b.select
        return _Place(
            select(condition, one.length, other.length),
            select(condition, one.stride, other.stride),
            select(condition, one.kept, other.kept),
            select(condition, one.number, other.number),
        )

    def _axes(self, places: list[_Place]) -> list[Axis]:
        """Loops from sorted axes; finds the strides (in elements) of the results by the way."""
        b = self.b
        zero, one = b.i64(0), b.i64(1)
        unit: Value = one
        axes: list[Axis] = []
        strides: list[Value] = []
        for place in places:
            axes.append(Axis(place.length, place.stride, b.select(place.kept, unit, zero)))
            strides.append(unit)
            unit = b.mul(unit, b.select(place.kept, b.max_i64(place.length, one), one))
        for wanted in self.shown:
            found: Value = zero
            for stride, place in zip(strides, places, strict=True):
                found = b.select(b.icmp("eq", place.number, b.i64(wanted)), stride, found)
            self.shown_strides.append(found)
        return axes or [Axis(one, zero, zero)]

    # ---- joining axes

    def _merged(self, axes: list[Axis]) -> list[Axis]:
        """Neighbours that make one regular row are joined; what is left of the outer one is an axis of length 1."""
        b = self.b
        regular = self.kind.layout != "A"
        if regular:
            groups: list[Axis] = []
            for axis in axes:
                if groups and _is_reduced(groups[-1]) == _is_reduced(axis):
                    inner = groups[-1]
                    groups[-1] = Axis(b.mul(inner.length, axis.length), inner.stride, inner.unit)
                else:
                    groups.append(axis)
            axes = groups
        for k in range(len(axes) - 2, -1, -1):
            if not (regular and k == 0 and len(axes) == 2 and _is_reduced(axes[0])):
                axes[k], axes[k + 1] = self._joined(axes[k], axes[k + 1], regular)
        return axes

    def _joined(self, inner: Axis, outer: Axis, regular: bool) -> tuple[Axis, Axis]:
        b = self.b
        zero, one = b.i64(0), b.i64(1)
        single, alone = b.icmp("eq", inner.length, one), b.icmp("eq", outer.length, one)
        fits: Value = b.icmp("eq", b.mul(inner.unit, inner.length), outer.unit)
        stays = _is_reduced(inner)
        if stays:
            single = b.and_(single, b.icmp("eq", outer.unit, zero))
        if not regular:
            fits = b.and_(fits, b.icmp("eq", b.mul(inner.stride, inner.length), outer.stride))
        joined = b.or_(b.or_(single, alone), fits)
        length = b.select(joined, b.mul(inner.length, outer.length), inner.length)
        # Of a contiguous array both strides are the same where one is taken for the other.
        stride = inner.stride if regular else b.select(single, outer.stride, inner.stride)
        unit = zero if stays else b.select(single, outer.unit, inner.unit)
        rest = Axis(b.select(joined, one, outer.length), outer.stride, outer.unit)
        return Axis(length, stride, unit), rest

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


def _is_reduced(axis: Axis) -> bool:
    return known(axis.unit) == 0


def result_layout(array: t.Array, ndim: int) -> t.Layout:
    """The layout of a result with `ndim` axes."""
    return "C" if ndim < 2 else array.layout


def result_type(array: t.Array, reduced: frozenset[int], keepdims: bool, dtype: Dtype) -> t.Type:
    """The type of what a reduction gives: an array, or a number if no axis is left."""
    ndim = array.ndim if keepdims else array.ndim - len(reduced)
    return t.Array(dtype, ndim, result_layout(array, ndim)) if ndim else t.NumpyScalar(dtype)
