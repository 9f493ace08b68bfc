"""``np.linalg.multi_dot`` and ``trace``: made of products and sums that there are entries for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.arrays.dtypes import is_none, known_value
from minijit.library.by_numpy import refused
from minijit.library.linalg.dot_products import dot_plan
from minijit.library.operands import is_integer
from minijit.library.registry import Arg, implements, method

# ---- several products


def _is_chain(arrays: Arg, out: Arg) -> bool:
    if not isinstance(arrays.type, t.Tuple) or len(arrays.type.items) not in (2, 3) or not is_none(out):
        return False
    items = arrays.type.items
    if not all(isinstance(one, t.Array) and one.layout != "A" for one in items):
        return False
    ndims = [one.ndim for one in items if isinstance(one, t.Array)]
    if ndims[1:-1] != [2] * (len(ndims) - 2) or not {ndims[0], ndims[-1]} <= {1, 2}:
        return False
    return all(dot_plan(one, other) is not None for one, other in pairwise(items))


def _chains() -> Iterator[tuple[Any, ...]]:
    x, y = np.arange(12.0).reshape(3, 4) / 7, np.arange(20.0).reshape(4, 5) / 3
    for dtype in (float, np.float32, complex, int):
        one, other = x.astype(dtype), y.astype(dtype)
        yield from (((one, other),), ((one, other, other.T),), ((other.T, one.T, one),), ((one[0], other, other.T),))
        yield from (((one, other, other[0]),), ((one[0], other, other[0]),), ((one[:, 0], one, other[:, 0]),))
    yield from (((x, x),), ((x, y, y),), ((x[:0], y, y.T),), ((x, y[:, :0], y[:, :0].T),))


@implements(np.linalg.multi_dot, when=_is_chain, samples=_chains)
def multi_dot(arrays: Any, *, out: Any = None) -> Any:
    """The product of several matrices, in the order that takes least."""
    if len(arrays) == 2:
        return np.dot(arrays[0], arrays[1])
    first, second, third = arrays
    left = first.reshape((1, len(first))) if first.ndim == 1 else first
    right = third.reshape((len(third), 1)) if third.ndim == 1 else third
    if left.shape[1] != len(second) or second.shape[1] != len(right):
        refused(np.linalg.multi_dot, arrays)
    rows, columns = left.shape[0], right.shape[1]
    one, other = second.shape
    if rows * other * (one + columns) < one * columns * (rows + other):
        found = np.dot(np.dot(left, second), right)
    else:
        found = np.dot(left, np.dot(second, right))
    if first.ndim == 1 and third.ndim == 1:
        return found[0, 0]
    return found.ravel() if first.ndim == 1 or third.ndim == 1 else found


# ---- trace


def _is_trace(a: Arg, offset: Arg, axis1: Arg, axis2: Arg, dtype: Arg, out: Arg) -> bool:
    kind, axes = a.type, (known_value(axis1), known_value(axis2))
    if not isinstance(kind, t.Array) or kind.ndim not in (2, 3) or not is_none(out) or not is_none(dtype):
        return False
    if not all(type(axis) is int and -kind.ndim <= axis < kind.ndim for axis in axes):
        return False
    return (axes[0] - axes[1]) % kind.ndim != 0 and is_integer(offset.type)  # type: ignore[operator]  # ints


def _traces() -> Iterator[tuple[Any, ...]]:
    table, block = np.arange(12.0).reshape(3, 4) / 7, np.arange(24.0).reshape(2, 3, 4) / 5
    for dtype in (float, np.float32, complex, np.int8, bool):
        for one in (table.astype(dtype), table.astype(dtype).T, block.astype(dtype), block.astype(dtype)[:, ::-1]):
            yield from ((one,), (one, 1), (one, -1), (one, 9))


@implements(np.trace, when=_is_trace, known=("axis1", "axis2"), samples=_traces)
@implements(method("trace"), when=_is_trace, known=("axis1", "axis2"), samples=_traces)
def trace(a: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1, dtype: Any = None, out: Any = None) -> Any:
    """The sum of a diagonal."""
    return np.diagonal(a, offset, axis1, axis2).sum(axis=-1)


def _is_matrix_trace(x: Arg, offset: Arg, dtype: Arg) -> bool:
    none = Arg(t.NONE, None)
    return _is_trace(x, offset, Arg(t.INT, -2), Arg(t.INT, -1), dtype, none)


@implements(np.linalg.trace, when=_is_matrix_trace)
def matrix_trace(x: Any, /, *, offset: Any = 0, dtype: Any = None) -> Any:
    """The sums of the diagonals of the last two axes."""
    return np.diagonal(x, offset, -2, -1).sum(axis=-1)
