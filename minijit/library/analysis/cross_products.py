"""``np.cross`` of vectors with three components, and rows of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.arrays.dtypes import is_none, known_value
from minijit.library.by_numpy import by_numpy
from minijit.library.registry import Arg, implements


def _is_cross(a: Arg, b: Arg, axisa: Arg, axisb: Arg, axisc: Arg, axis: Arg) -> bool:
    # NumPy multiplies whole arrays of complex numbers in another way than single ones.
    kinds = (a.type, b.type)
    fits = all(isinstance(one, t.Array) and one.dtype.kind in "iuf" and one.ndim in (1, 2) for one in kinds)
    last = all(known_value(one) == -1 for one in (axisa, axisb, axisc))
    return fits and last and (is_none(axis) or known_value(axis) == -1)


def _is_plain_cross(a: Arg, b: Arg, axis: Arg) -> bool:
    minus_one = Arg(t.INT, -1)
    return known_value(axis) == -1 and _is_cross(a, b, minus_one, minus_one, minus_one, axis)


def _samples() -> Iterator[tuple[Any, ...]]:
    table = np.array([[3.0, -4.0, 0.1], [1e-3, 2.5, -7.0], [1.0, 0.0, np.inf]])
    for one in (table, table.T, table.astype(np.float32), (table[:2] * 10).astype(np.int8), table[:, ::-1], table[:0]):
        yield from ((one, one[:, ::-1]), (one, table[0]), (table[1], one), (one, table[:1]), (table[0, :2], table[1]))
        yield from ((row, table[1]) for row in one)
    yield from ((table[:2], table), (table[:, :1], table[:, :1]), (table[0], table[1].astype(np.uint8)))


@implements(np.cross, when=_is_cross, known=("axisa", "axisb", "axisc", "axis"), samples=_samples)
def cross(a: Any, b: Any, axisa: Any = -1, axisb: Any = -1, axisc: Any = -1, axis: Any = None) -> Any:
    """The vectors at right angles to two others; what has two components, or no shape in common, NumPy does."""
    if a.shape[a.ndim - 1] != 3 or b.shape[b.ndim - 1] != 3:
        return by_numpy(np.cross, a, b)
    if a.ndim == 1 and b.ndim == 1:
        single = np.empty(3, np.promote_types(a.dtype, b.dtype))
        _put(single, a, b)
        return single
    first, second = a.reshape((-1, 3)), b.reshape((-1, 3))
    if len(first) != len(second) and len(first) != 1 and len(second) != 1:
        return by_numpy(np.cross, a, b)
    rows = len(second) if len(first) == 1 else len(first)
    found = np.empty((rows, 3), np.promote_types(a.dtype, b.dtype))
    for k in range(rows):
        _put(found[k], first[k if len(first) > 1 else 0], second[k if len(second) > 1 else 0])
    return found


@implements(np.linalg.cross, when=_is_plain_cross, known=("axis",), samples=_samples)
def linalg_cross(x1: Any, x2: Any, axis: Any = -1) -> Any:
    """``np.cross``, of three components only."""
    if x1.shape[x1.ndim - 1] != 3 or x2.shape[x2.ndim - 1] != 3:
        return by_numpy(np.linalg.cross, x1, x2)
    return cross(x1, x2)


def _put(target: Any, a: Any, b: Any) -> None:
    target[0] = a[1] * b[2] - a[2] * b[1]
    target[1] = a[2] * b[0] - a[0] * b[2]
    target[2] = a[0] * b[1] - a[1] * b[0]
