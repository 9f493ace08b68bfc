"""New arrays: allocation with NumPy's own errors, and the layout that ``order="K"`` asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.context import BLOCK_DATA
from minijit.ir.nodes import Instr, Value
from minijit.library.builder import Builder, Val, tuple_val
from minijit.library.memory import array_type, make_array, shape_of, size_of, strides_of
from minijit.machine import F64, PTR
from minijit.numpy_types import Dtype

AXES: Final = range(1, 5)
"""For so many axes there is a function that makes the block (:mod:`minijit.runtime.new_arrays`)."""

_SURELY_FITS = float(1 << 62)


def allocate(
    b: Builder,
    dtype: Dtype,
    shape: Sequence[Value],
    layout: t.Layout = "C",
    *,
    zeroed: bool = False,
    strides: Sequence[Value] = (),
    over: Sequence[Value] = (),
) -> Val:
    """A new array; what NumPy raises for negative or too many elements, or for lack of memory, it raises itself.

    With layout ``"A"`` the caller gives the strides, of a permutation of the axes of a contiguous array. `over` are the
    owners of up to two arrays (or null) whose memory may be taken if nobody else refers to it and it is as large.
    """
    kind = t.Array(dtype, len(shape), "C" if len(shape) < 2 else layout)

    def by_numpy() -> None:
        lengths = tuple_val([b.int_val(length) for length in shape])
        b.call_python(np.empty, (lengths, b.constant(t.Const(dtype), dtype)), t.NEVER)

    owner = _new_block(b, dtype, shape, zeroed, over, by_numpy)
    _unless(b, b.icmp("ne", owner, b.null()), by_numpy)
    data = b.load(b.ptr_add(owner, BLOCK_DATA), PTR, local=True)
    return make_array(kind, b.null(), owner, data, shape, strides)


def _new_block(
    b: Builder, dtype: Dtype, shape: Sequence[Value], zeroed: bool, over: Sequence[Value], by_numpy: Callable[[], None]
) -> Value:
    """The block of a new array, null where there can't be one."""
    context, null = b.emit("context", (), PTR), b.null()
    one, other, *_ = *over, null, null
    if len(shape) in AXES and any(known(length) is None for length in shape):
        words = (one, other, b.i1(zeroed), b.i64(dtype.itemsize), *shape)
        return b.call_c(f"mj_alloc_array{len(shape)}", PTR, context, *words, effects="allocates")
    size = _checked_bytes(b, dtype, shape, by_numpy)
    if over:
        return b.call_c("mj_alloc_over", PTR, context, size, one, other, effects="allocates")
    return b.call_c("mj_alloc", PTR, context, size, b.i1(zeroed), effects="allocates")


def is_new_block(owner: Value) -> bool:
    """Whether an owner is surely a block that was made for it."""
    if not isinstance(owner, Instr) or owner.op != "call_c":
        return False
    symbol = owner.attrs["symbol"]
    return symbol == "mj_alloc" or (symbol.startswith("mj_alloc_array") and all(map(_is_null, owner.args[1:3])))


def _is_null(value: Value) -> bool:
    return isinstance(value, Instr) and value.op == "const"


def _unless(b: Builder, fine: Value, otherwise: object) -> None:
    def leave() -> tuple[Value, ...]:
        otherwise()  # type: ignore[operator]
        return ()

    b.if_else(fine, lambda: (), leave, likely=True)


def _checked_bytes(b: Builder, dtype: Dtype, shape: Sequence[Value], by_numpy: object) -> Value:
    """The size in bytes; where it is negative or might not fit, NumPy is asked, and raises."""
    size: Value = b.i64(dtype.itemsize)
    estimate: Value = b.f64(float(dtype.itemsize))
    fine: Value = b.i1(True)
    for length in shape:
        fine = b.and_(fine, b.icmp("sge", length, b.i64(0)))
        size = b.mul(size, length)
        at_least_one = b.max_i64(length, b.i64(1))
        estimate = b.binary("fmul", estimate, b.convert("sitofp", at_least_one, F64))
    if shape:
        fine = b.and_(fine, b.fcmp("olt", estimate, b.f64(_SURELY_FITS)))
        _unless(b, fine, by_numpy)
    return size


# ---- order="K": the axes in the order that another array has them in


def is_contiguous(b: Builder, array: Val, layout: t.Layout) -> Value:
    """NumPy's flag C_CONTIGUOUS or F_CONTIGUOUS, found at run time: axes of length 1 do not count."""
    kind = array_type(array)
    if kind.layout == layout or kind.ndim == 0 or (kind.ndim == 1 and kind.layout != "A"):
        return b.i1(True)
    expected: Value = b.i64(kind.dtype.itemsize)
    fine: Value = b.i1(True)
    pairs = list(zip(shape_of(array), strides_of(b, array), strict=True))
    for length, stride in pairs if layout == "F" else pairs[::-1]:
        matches = b.or_(b.icmp("eq", stride, expected), b.icmp("eq", length, b.i64(1)))
        fine = b.and_(fine, matches)
        expected = b.mul(expected, length)
    return b.or_(fine, b.icmp("eq", size_of(b, array), b.i64(0)))


def layout_like(array: t.Array) -> t.Layout:
    """The layout of a new array in the same order (``order="K"``)."""
    return "C" if array.ndim < 2 else array.layout


def strides_like(b: Builder, array: Val, itemsize: int) -> tuple[Value, ...]:
    """The strides of a new array whose axes are in the order of another's; none where the layout implies them."""
    if layout_like(array_type(array)) != "A":
        return ()
    shape, strides = shape_of(array), strides_of(b, array)
    is_c, is_f = is_contiguous(b, array, "C"), is_contiguous(b, array, "F")
    sizes = [b.intrinsic("abs", stride.type, stride) for stride in strides]  # type: ignore[arg-type]
    found: list[Value] = []
    for axis in range(len(shape)):
        stride: Value = b.i64(itemsize)
        for other in range(len(shape)):
            if other == axis:
                continue
            # The other axis is the faster one if its stride is less; of equal ones the later.
            sorted_faster = b.icmp("slt" if other < axis else "sle", sizes[other], sizes[axis])
            faster = b.select(is_c, b.i1(other > axis), b.select(is_f, b.i1(other < axis), sorted_faster))
            stride = b.mul(stride, b.select(faster, b.max_i64(shape[other], b.i64(1)), b.i64(1)))
        found.append(stride)
    return tuple(found)


def allocate_like(b: Builder, array: Val, dtype: Dtype, *, zeroed: bool = False) -> Val:
    """A new array of the shape and the order of axes of another."""
    layout = layout_like(array_type(array))
    strides = strides_like(b, array, dtype.itemsize)
    return allocate(b, dtype, shape_of(array), layout, zeroed=zeroed, strides=strides)
