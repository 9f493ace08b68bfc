"""Reductions of arrays whose axes lie in memory in another order than their layout tells.

Axes of length 1 and those along which an array stands still have no place in the order of strides; NumPy leaves them
where they are, and so decides about the order of additions. The loops here find the order at run time, with the
functions of :mod:`minijit.runtime.axis_order`; whether the innermost axis is a reduced one is found there, too.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.builder import Builder, Val
from minijit.library.memory import array_type, data_of, make_view, shape_of, strides_of
from minijit.library.reductions.nests import Axis, Reduction
from minijit.library.ufuncs.axis_order import WORD, axes_in_order, table_of, word_at, words_of
from minijit.library.ufuncs.broadcasting import walking_strides
from minijit.machine import I64
from minijit.numpy_types import Dtype


class OrderedReduction(Reduction):
    """The walk over an array with its axes in the order that NumPy's iterator finds.

    It finds it for the array (or those `beside` it, which the array is made of) and an output.
    """

    is_in_order = False

    def __init__(
        self,
        b: Builder,
        array: Val,
        reduced: frozenset[int],
        keepdims: bool,
        beside: Sequence[Val] = (),
        out: Val | None = None,
    ) -> None:
        self.beside = beside or (array,)
        self.out = out
        super().__init__(b, array, reduced, keepdims)

    def _walked(self) -> list[list[Value]]:
        """The strides that tell the order, of the output as far as it has the axes."""
        b, ndim = self.b, self.kind.ndim
        walked = [walking_strides(b, one, ndim) for one in self.beside]
        if self.out is not None and self.shown:
            own = dict(zip(self.shown, walking_strides(b, self.out, len(self.shown)), strict=True))
            walked.append([own[k] if k in own and k not in self.reduced else b.i64(0) for k in range(ndim)])
        return walked

    def _ordered(self) -> list[Axis]:
        b = self.b
        walked = self._walked()
        lengths = table_of(b, self.lengths)
        strides = table_of(b, walking_strides(b, self.array, self.kind.ndim))
        kept = table_of(b, [b.i64(k not in self.reduced) for k in range(self.kind.ndim)])
        units = b.slots(self.kind.ndim)
        unit: Value = b.i64(1)
        axes = []
        for axis in axes_in_order(b, walked):
            length = word_at(b, lengths, axis)
            is_kept = b.icmp("ne", word_at(b, kept, axis), b.i64(0))
            b.store(b.ptr_add(units, b.mul(axis, b.i64(WORD))), unit, local=True)
            axes.append(Axis(length, word_at(b, strides, axis), b.select(is_kept, unit, b.i64(0))))
            unit = b.select(is_kept, b.mul(unit, b.max_i64(length, b.i64(1))), unit)
        found = words_of(b, units, self.kind.ndim)
        self.shown_strides = [found[k] for k in self.shown]
        return axes

    def _merged(self, axes: list[Axis]) -> list[Axis]:
        b = self.b
        table = table_of(b, [word for axis in axes for word in axis])
        b.call_c("mj_joined", None, table, b.i64(len(axes)), effects="allocates")
        words = words_of(b, table, 3 * len(axes))
        return [Axis(*words[k : k + 3]) for k in range(0, len(words), 3)]

    def allocate(self, dtype: Dtype) -> Val:
        """A new array for results; with an output, in the order of that, whatever the layout of the array tells."""
        b = self.b
        if self.out is None or len(self.shape) < 2:
            return super().allocate(dtype)
        strides = [b.mul(stride, b.i64(dtype.itemsize)) for stride in self.shown_strides]
        return allocate(b, dtype, self.shape, "A", strides=strides)


class Rows(NamedTuple):
    """The lengths of the fastest axes of a walk, as far as all are reduced, and of the others; with 1 for the rest.

    `is_one` says that there is one such axis, or none.
    """

    inner: Sequence[Value]
    outer: Sequence[Value]
    is_one: Value


def innermost_rows(b: Builder, walk: OrderedReduction) -> Rows:
    """The rows that NumPy adds up each as one."""
    one = b.i64(1)
    within: Value = b.i1(True)
    is_one: Value = b.i1(True)
    inner, outer = [], []
    for number, axis in enumerate(walk.axes):
        within = b.and_(within, b.icmp("eq", axis.unit, b.i64(0)))
        inner.append(b.select(within, axis.length, one))
        outer.append(b.select(within, one, axis.length))
        if number:
            is_one = b.and_(is_one, b.icmp("eq", inner[-1], one))
    return Rows(inner, outer, is_one)


def is_in_order(b: Builder, array: Val, reduced: frozenset[int], out: Val | None = None) -> Value:
    """Whether NumPy's iterator takes the axes of an array in the order of :class:`Reduction`.

    An axis of length 1 may join its neighbours whichever sort they are of, so a kept one inside of a reduced one is
    another order, too. An output tells where the array doesn't.
    """
    kind = array_type(array)
    fine: Value = b.i1(True)
    lengths = shape_of(array)
    if kind.layout == "A" and kind.ndim > 1:
        sizes = [b.intrinsic("abs", I64, stride) for stride in strides_of(b, array)]
        for length in lengths:
            fine = b.and_(fine, b.icmp("ne", length, b.i64(1)))
        for slower, faster in itertools.pairwise(sizes):
            fine = b.and_(fine, b.icmp("sge", slower, faster))
        # Of several reduced axes that are the fastest, NumPy makes one row, in a buffer if they are none in memory.
        inner = itertools.takewhile(lambda k: k in reduced and k - 1 in reduced, range(kind.ndim - 1, 0, -1))
        for k in inner:
            fine = b.and_(fine, b.icmp("eq", sizes[k - 1], b.mul(sizes[k], lengths[k])))
        return b.and_(fine, b.icmp("ne", sizes[-1], b.i64(0)))
    if out is not None and kind.layout == "F" and array_type(out).layout != "F" and array_type(out).ndim > 1:
        return b.i1(False)
    order = list(range(kind.ndim)) if kind.layout == "F" else list(range(kind.ndim))[::-1]
    # The lengths of the kept axes since the last reduced one, and of the reduced ones within them.
    group: Value | None = None
    within: Value | None = None
    for k in order:
        if k not in reduced:
            group = lengths[k] if group is None else b.mul(group, lengths[k])
            continue
        if group is not None:
            for found in (group, within):
                if found is not None:
                    fine = b.and_(fine, b.icmp("ne", found, b.i64(1)))
            group = within = None
        within = lengths[k] if within is None else b.mul(within, lengths[k])
    return fine


def in_memory_order(b: Builder, array: Val) -> Val:
    """A view of an array with any strides, with its axes in the order in which NumPy takes them, the fastest last."""
    kind = array_type(array)
    order = axes_in_order(b, [walking_strides(b, array, kind.ndim)])[::-1]
    tables = table_of(b, shape_of(array)), table_of(b, strides_of(b, array))
    shape, strides = ([word_at(b, table, axis) for axis in order] for table in tables)
    return make_view(b, array, kind, data_of(array), shape, strides)
