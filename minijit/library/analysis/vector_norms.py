"""``np.linalg.norm``: of all elements, of the rows along an axis, and of matrices, where no singular values are needed.

Each is computed as NumPy computes it: the length of a vector by ``dot``, all others by sums along axes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.arrays.dtypes import is_none, known_value
from minijit.library.registry import Arg, implements
from minijit.library.samples import Known

FLAT = (None, "fro", "f")
"""Norms of a matrix that are those of all its elements."""


def is_computed(x: Arg, ord: Arg, axis: Arg, keepdims: Arg) -> bool:
    """Whether the norm is one of those that are written down here."""
    kind, order = x.type, None if is_none(ord) else known_value(ord)
    if not isinstance(kind, t.Array) or kind.ndim == 0 or keepdims.const is not False:
        return False
    if not (order is None or isinstance(order, int | float | str)) or isinstance(order, bool):
        return False
    if kind.dtype.kind == "c" and order not in (*FLAT, 0, 2):
        # The absolute values of complex numbers may differ in the last bit.
        return False
    if not is_none(axis):
        place = known_value(axis)
        return type(place) is int and -kind.ndim <= place < kind.ndim and order in (None, 0, 1, 2, np.inf, -np.inf)
    if kind.ndim == 1:
        return order in (None, 0, 1, 2, np.inf, -np.inf)
    if order in FLAT:
        return (order is None or kind.ndim == 2) and kind.layout != "A"
    return kind.ndim == 2 and order in (1, -1, np.inf, -np.inf)


def _samples() -> Iterator[tuple[Any, ...]]:
    table = np.array([[3.0, -4.0, 0.1], [1e-3, 2.5, -7.0]])
    for one in (table, table.T, table.astype(np.float32), table.astype(int), table > 0, table * (1 + 2j), table[:, :0]):
        yield from ((one,), (one[0],), (one[1, ::-1], Known(2)), (one, "fro"), (one, "f"))
        for order in (1, -1, np.inf, -np.inf, 2, 0):
            yield from ((one, Known(order)), (one[0], Known(order)), (one, Known(order), Known(1)))
        yield from ((one, None, Known(0)), (one, None, Known(-1)))
    yield (table[None],)


@implements(np.linalg.norm, when=is_computed, known=("ord", "axis"), samples=_samples)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Any:
    """The norm of a vector or matrix, or of the vectors along an axis."""
    if x.dtype.kind in "biu":
        x = x.astype(np.float64)
    if axis is None and (ord in FLAT or (ord == 2 and x.ndim == 1)):
        return _length(np.ravel(x, order="K"))
    if axis is None and x.ndim == 2:
        sums = np.add.reduce(abs(x), axis=0 if abs(ord) == 1 else 1)
        return sums.max(axis=0, initial=0) if ord > 0 else sums.min(axis=0)
    along = 0 if axis is None else axis
    if ord == np.inf:
        return abs(x).max(axis=along, initial=0)
    if ord == -np.inf:
        return abs(x).min(axis=along)
    if ord == 0:
        return (x != 0).astype(x.real.dtype).sum(axis=along)
    if ord == 1:
        return np.add.reduce(abs(x), axis=along)
    if x.dtype.kind == "c":
        return np.sqrt(np.add.reduce((x.conj() * x).real, axis=along))
    return np.sqrt(np.add.reduce(x * x, axis=along))


def _length(row: Any) -> Any:
    """The square root of the sum of the squares."""
    if row.dtype.kind == "c":
        return np.sqrt(row.real.dot(row.real) + row.imag.dot(row.imag))
    return np.sqrt(row.dot(row))
