"""The order in which NumPy's iterator takes the axes of its operands, found at run time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.machine import I64

WORD: Final = 8


def table_of(b: Builder, values: Sequence[Value]) -> Value:
    """Words on the stack that hold these values."""
    table = b.slots(len(values))
    for number, value in enumerate(values):
        b.store(b.ptr_add(table, WORD * number), value, local=True)
    return table


def word_at(b: Builder, table: Value, number: Value) -> Value:
    """The word of a table with a number that is found at run time."""
    return b.load(b.ptr_add(table, b.mul(number, b.i64(WORD))), I64, local=True)


def words_of(b: Builder, table: Value, count: int) -> list[Value]:
    """The first `count` words of a table."""
    return [b.load(b.ptr_add(table, WORD * number), I64, local=True) for number in range(count)]


def axes_in_order(b: Builder, walked: Sequence[Sequence[Value]]) -> list[Value]:
    """The numbers of the axes, the fastest first; `walked` has the strides of each operand, 0 where it stands still."""
    ndim = len(walked[0])
    table = table_of(b, [stride for strides in walked for stride in strides])
    order = b.slots(ndim)
    # The functions write to the stack only, which nobody else sees.
    b.call_c("mj_ordered", None, table, b.i64(len(walked)), b.i64(ndim), order, effects="allocates")
    return words_of(b, order, ndim)


def strides_in(b: Builder, order: Sequence[Value], shape: Sequence[Value], itemsize: int) -> list[Value]:
    """The strides of a new array without gaps whose axes are in this order, the fastest first."""
    lengths, strides = table_of(b, shape), b.slots(len(shape))
    stride: Value = b.i64(itemsize)
    for axis in order:
        b.store(b.ptr_add(strides, b.mul(axis, b.i64(WORD))), stride, local=True)
        stride = b.mul(stride, word_at(b, lengths, axis))
    return words_of(b, strides, len(shape))
