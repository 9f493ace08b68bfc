"""``np.dot`` and ``np.inner`` of arrays with more than two axes: an inner product for each two rows.

NumPy calls a function of the dtype for each of them, and so do we (:mod:`minijit.dtype_functions`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from minijit import types as t
from minijit.dtype_functions import symbol_of
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.arrays.copy_loops import for_each_element
from minijit.library.builder import Builder, Val
from minijit.library.linalg.products import FRESH, cast_operand, let_go, unless
from minijit.library.memory import array_type, data_of, shape_of, strides_of
from minijit.library.registry import Arg, lowers, method
from minijit.numpy_types import Dtype, is_native


def _dtype_of(x: t.Type, y: t.Type) -> Dtype | None:
    arrays = [one for one in (x, y) if isinstance(one, t.Array)]
    if len(arrays) < 2 or min(one.ndim for one in arrays) == 0 or max(one.ndim for one in arrays) < 3:
        return None
    found = np.result_type(*(one.dtype for one in arrays))
    dtype = np.dtype(found.str)
    return dtype if is_native(found) and symbol_of("dot", dtype) is not None else None


def _type_of_dot(x: Arg, y: Arg) -> t.Type | None:
    dtype = _dtype_of(x.type, y.type)
    assert isinstance(x.type, t.Array) and isinstance(y.type, t.Array)
    return None if dtype is None else t.Array(dtype, x.type.ndim + y.type.ndim - 2, "C")


def _stacks() -> Iterator[tuple[Any, ...]]:
    block, table = np.arange(24.0).reshape(2, 3, 4) / 7, np.arange(12.0).reshape(4, 3) / 5
    for dtype in (bool, np.int8, np.uint64, np.float32, float, complex):
        x, y = block.astype(dtype), table.astype(dtype)
        yield from ((x, y), (x, y[:, 0]), (y[0, :2], x.swapaxes(1, 2)[:, :2]), (x, x.swapaxes(1, 2)))
        yield from ((y.T, x.transpose(1, 2, 0)), (x[:, ::-1], y[::-1]), (x, x), (x[..., :0], y[:0]), (x[:0], y))
    yield (block, table.astype(np.int8))


@lowers(method("dot"), t.Array, t.Array, result=_type_of_dot, effects=FRESH, samples=_stacks)
@lowers(np.dot, t.Array, t.Array, result=_type_of_dot, effects=FRESH, samples=_stacks)
def dot(b: Builder, x: Val, y: Val) -> Val:
    """The products of the rows of the first with the columns of the second."""
    return _dot(b, np.dot, x, y, max(array_type(y).ndim - 2, 0))


@lowers(np.inner, t.Array, t.Array, result=_type_of_dot, effects=FRESH, samples=_stacks)
def inner(b: Builder, x: Val, y: Val) -> Val:
    """The products of all rows of both."""
    return _dot(b, np.inner, x, y, array_type(y).ndim - 1)


def _dot(b: Builder, function: Any, x: Val, y: Val, axis: int) -> Val:
    """Sum over the last axis of the first operand, and over `axis` of the second."""
    dtype = _dtype_of(x.type, y.type)
    symbol = None if dtype is None else symbol_of("dot", dtype)
    assert dtype is not None and symbol is not None
    length = shape_of(x)[-1]
    unless(b, b.icmp("eq", length, shape_of(y)[axis]), function, (x, y))
    operands = [cast_operand(b, one, dtype) for one in (x, y)]
    lengths, steps = [], []
    for one, summed in zip(operands, (array_type(x).ndim - 1, axis), strict=True):
        kept = [k for k in range(array_type(one).ndim) if k != summed]
        lengths.append([shape_of(one)[k] for k in kept])
        steps.append([strides_of(b, one)[k] for k in kept])
    made = allocate(b, dtype, [*lengths[0], *lengths[1]])
    zero = b.i64(0)
    missing: list[list[Value]] = [[zero] * len(one) for one in lengths]
    walked = [
        (data_of(operands[0]), [*steps[0], *missing[1]]),
        (data_of(operands[1]), [*missing[0], *steps[1]]),
        (data_of(made), list(strides_of(b, made))),
    ]
    along = (strides_of(b, operands[0])[-1], strides_of(b, operands[1])[axis])

    def product(places: Sequence[Value]) -> None:
        first, second, target = places
        b.call_c(symbol, None, first, along[0], second, along[1], target, length, b.null(), effects="allocates")

    for_each_element(b, [*lengths[0], *lengths[1]], walked, product)
    let_go(b, operands, (x, y))
    return made
