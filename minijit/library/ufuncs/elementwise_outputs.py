"""Results computed element by element, written into arrays that may share memory with those that are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import is_new_block
from minijit.library.arrays.copy_loops import copy_elements, overlaps
from minijit.library.arrays.same_memory import is_same_memory
from minijit.library.builder import Builder, Val
from minijit.library.memory import array_type, data_of, make_array, owner_of, shape_of, size_of, strides_of
from minijit.library.rare_code import if_else_rarely
from minijit.library.ufuncs.element_trees import Elementwise
from minijit.library.ufuncs.elementwise_loops import new_memory, write
from minijit.machine import I64

MOST_AXES: Final = 3
"""Up to so many axes there are functions that look for memory in common (:mod:`minijit.runtime.overlap`)."""


def write_apart(b: Builder, whole: Elementwise, outputs: Sequence[Val], shape: Sequence[Value]) -> None:
    """Like :func:`write`, for outputs that may overlap arrays that are read: as if all were read before.

    They are written at once where they overlap none of them, or are exactly the same array: each element is read before
    it is written. Else the results go to new memory first, and from there into the outputs. Outputs do not overlap each
    other.
    """
    fine: Value = b.i1(True)
    for array in whole.arrays:
        for output in outputs:
            if array is not output:
                fine = b.and_(fine, _are_apart(b, array, output))
    if known(fine) == 1 or not shape:
        write(b, whole, outputs, shape, local=False)
        return

    def directly() -> Sequence[Value]:
        write(b, whole, outputs, shape, local=False)
        return ()

    def bynew_memory() -> Sequence[Value]:
        targets = [_new_like(b, output) for output in outputs]
        write(b, whole, targets, shape, local=False)
        for output, target in zip(outputs, targets, strict=True):
            copy_elements(b, output, target)
            b.emit("decref", (owner_of(target),))
        return ()

    if_else_rarely(b, fine, directly, bynew_memory)


def _are_apart(b: Builder, array: Val, output: Val) -> Value:
    """Whether an array has no memory in common with an output, or has the same elements at the same places."""
    axes = max(array_type(array).ndim, array_type(output).ndim)
    if _is_elsewhere(b, owner_of(array), owner_of(output)):
        return b.i1(True)
    if axes > MOST_AXES:
        return b.or_(is_same_memory(b, array, output), b.not_(overlaps(b, array, output)))
    words: list[Value] = []
    for one in (array, output):
        kind = array_type(one)
        words += [data_of(one), b.i64(kind.dtype.itemsize)]
        # An axis of length 1 more changes nothing.
        words += [b.i64(1), b.i64(0)] * (axes - kind.ndim)
        for length, stride in zip(shape_of(one), strides_of(b, one), strict=True):
            words += [length, stride]
    return b.icmp("ne", b.call_c(f"mj_apart{axes}", I64, *words), b.i64(0))


def _is_elsewhere(b: Builder, one: Value, other: Value) -> bool:
    """Whether two owners are surely two: one is a new block, the other a new one, too, or came from outside."""
    if one is other:
        return False
    outside = b.function.params
    return (is_new_block(one) and (is_new_block(other) or other in outside)) or (is_new_block(other) and one in outside)


def _new_like(b: Builder, output: Val) -> Val:
    """A new array of the shape and dtype of `output`."""
    kind, shape = array_type(output), shape_of(output)
    owner, data = new_memory(b, size_of(b, output), kind.dtype)
    layout: t.Layout = "C" if kind.layout == "A" else kind.layout
    return make_array(t.Array(kind.dtype, kind.ndim, layout), b.null(), owner, data, shape, ())
