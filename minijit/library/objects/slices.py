"""Slices: where they begin, how far they step and how many items they take from an axis of some length."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.nodes import Value
from minijit.library.builder import Builder, Val, item_of
from minijit.library.memory import data_of, load_element

LARGEST: Final = (1 << 63) - 1
SMALLEST: Final = -(1 << 63)


class SliceParts(NamedTuple):
    """A slice fitted to a length: first index, step, number of items."""

    start: Value
    step: Value
    length: Value


def bound_of(b: Builder, value: Val) -> Value:
    """A bound of a slice as an i64; what is beyond is cut off, as Python does."""
    if isinstance(value.type, t.Array):
        dtype = np.dtype(value.type.dtype)
        value = Val(t.NumpyScalar(dtype), load_element(b, dtype, data_of(value)))
    if isinstance(value.type, t.NumpyScalar) and value.type.dtype == np.uint64:
        (word,) = value.parts
        return b.select(b.icmp("slt", word, b.i64(0)), b.i64(LARGEST), word)
    if isinstance(value.type, t.Index):
        return value.part
    return b.number_as(value, np.dtype(np.int64))[0]


def fit_slice(b: Builder, value: Val, length: Value) -> SliceParts:
    """What ``slice.indices(length)`` gives, with the number of items; a step of 0 raises ValueError."""
    start, stop, step = (item_of(value, k) for k in range(3))
    if isinstance(step.type, t.NoneValue):
        by: Value = b.i64(1)
    else:
        by = bound_of(b, step)
        b.check(b.icmp("ne", by, b.i64(0)), ValueError, "slice step cannot be zero")
        by = b.max_i64(by, b.i64(-LARGEST)) if known(by) is None else by
    stride = known(by)
    zero, minus = b.i64(0), b.i64(-1)
    down = b.i1(stride < 0) if stride is not None else b.icmp("slt", by, zero)
    lowest = b.select(down, minus, zero)
    highest = b.select(down, b.sub(length, b.i64(1)), length)
    first = b.select(down, highest, zero) if _absent(start) else _cut(b, bound_of(b, start), length, lowest, highest)
    count = _known_count(b, start, stop, length) if stride == 1 else None
    if count is None:
        last = b.select(down, minus, length) if _absent(stop) else _cut(b, bound_of(b, stop), length, lowest, highest)
        count = _count(b, first, last, by)
    return SliceParts(first, by, count)


def _known_count(b: Builder, start: Val, stop: Val, length: Value) -> Value | None:
    """The number of items of ``a[s:]``, ``a[s:-k]``, ``a[-m:]`` or ``a[:e]`` with constants, in its shortest form.

    The slices of a stencil (``a[2:]``, ``a[1:-1]``, ``a[:-2]``) then have the same length for all to see.
    """
    first = 0 if _absent(start) else known(bound_of(b, start))
    last = None if _absent(stop) else known(bound_of(b, stop))
    if not isinstance(first, int) or (last is None and not _absent(stop)):
        return None
    if not -_NEAR < first < _NEAR or (last is not None and not -_NEAR < last < _NEAR):
        return None
    if first < 0:
        return b.min_i64(length, b.i64(-first)) if last is None else None
    if last is None or last < 0:
        left_out = first - int(last or 0)
        return b.max_i64(b.add(length, b.i64(-left_out)), b.i64(0)) if left_out else length
    return b.min_i64(length, b.i64(int(last))) if first == 0 else None


_NEAR: Final = 1 << 62
"""Bounds within which sums of two and of a length fit into 64 bits."""


def _absent(value: Val) -> bool:
    return isinstance(value.type, t.NoneValue)


def _cut(b: Builder, bound: Value, length: Value, lowest: Value, highest: Value) -> Value:
    number = known(bound)
    if number is None:
        bound = b.select(b.icmp("slt", bound, b.i64(0)), b.add(bound, length), bound)
    elif number < 0:
        bound = b.add(bound, length)
    else:
        return b.min_i64(bound, highest)
    return b.min_i64(b.max_i64(bound, lowest), highest)


def _count(b: Builder, first: Value, last: Value, by: Value) -> Value:
    step = known(by)
    if step == 1:
        return b.max_i64(b.sub(last, first), b.i64(0))
    if step is not None:
        span = b.sub(last, first) if step > 0 else b.sub(first, last)
        size: Value = b.i64(int(abs(step)))
    else:
        down = b.icmp("slt", by, b.i64(0))
        span = b.select(down, b.sub(first, last), b.sub(last, first))
        size = b.select(down, b.sub(b.i64(0), by), by)
    count = b.add(b.emit("udiv", (b.sub(span, b.i64(1)), size), size.type), b.i64(1))  # type: ignore[arg-type]
    return b.select(b.icmp("sgt", span, b.i64(0)), count, b.i64(0))
