"""``np.linalg.norm vector_norm matrix_norm``: of all elements, of the rows along an axis, of matrices along two.

Each is computed as NumPy computes it: the length of a vector by ``dot``, others by sums along axes or singular values.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.arrays.dtypes import is_none, known_value
from minijit.library.linalg.factorings import singular_values
from minijit.library.linalg.matrices import UFUNCS
from minijit.library.registry import Arg, implements
from minijit.library.samples import Known

FLAT = (None, "fro", "f")
"""Norms of a matrix that are those of all its elements."""
BY_SUMS = (1, -1, np.inf, -np.inf)
"""Norms of a matrix that are sums along one axis."""
BY_SINGULAR_VALUES = (2, -2, "nuc")


def is_computed(x: Arg, ord: Arg, axis: Arg, keepdims: Arg) -> bool:
    """Whether the norm is one of those that are written down here."""
    kind, order = x.type, None if is_none(ord) else known_value(ord)
    if not isinstance(kind, t.Array) or kind.ndim == 0 or not isinstance(keepdims.const, bool):
        return False
    if not (order is None or isinstance(order, int | float | str)) or isinstance(order, bool):
        return False
    place = None if is_none(axis) else known_value(axis)
    if place is None:
        if order is None or (order in FLAT and kind.ndim == 2) or (order == 2 and kind.ndim == 1):
            return kind.layout != "A" or kind.ndim == 1
        return _is_norm_of(kind, order, tuple(range(kind.ndim)))
    return _is_norm_of(kind, order, place if isinstance(place, tuple) else (place,))


def _is_norm_of(kind: t.Array, order: object, axes: tuple[object, ...]) -> bool:
    if not all(type(axis) is int and -kind.ndim <= axis < kind.ndim for axis in axes):
        return False
    # The absolute values of complex numbers may differ in the last bit.
    real = kind.dtype.kind != "c"
    if len(axes) == 1:
        return order in (None, 0, 2) or (real and not isinstance(order, str) and order == order)
    if len(axes) != 2 or (axes[0] - axes[1]) % kind.ndim == 0:  # type: ignore[operator]  # ints
        return False
    by_values = order in BY_SINGULAR_VALUES and kind.ndim <= 3 and "svd" in UFUNCS
    return by_values or order in FLAT or (real and order in BY_SUMS)


def _samples() -> Iterator[tuple[Any, ...]]:
    table = np.array([[3.0, -4.0, 0.1], [1e-3, 2.5, -7.0]])
    for one in (table, table.T, table.astype(np.float32), table.astype(int), table > 0, table * (1 + 2j), table[:, :0]):
        yield from ((one,), (one[0],), (one[1, ::-1], Known(2)), (one, "fro"), (one, "f"))
        for order in (1, -1, np.inf, -np.inf, 2, 0):
            yield from ((one, Known(order)), (one[0], Known(order)), (one, Known(order), Known(1)))
        yield from ((one, None, Known(0)), (one, None, Known(-1)), (one, "nuc"), (one, Known(-2)))
        for axis in (None, 0, (0, 1), (-1, -2)):
            yield (one, None, Known(axis), Known(True))
    block = np.arange(24.0).reshape(2, 3, 4) % 7 - 3
    for kind in (None, "fro", 1, -1, np.inf, -np.inf, 2, "nuc"):
        yield from ((block, Known(kind), Known((0, 2))), (block, Known(kind), Known((-1, 1)), Known(True)))
    yield (table[None],)


@implements(np.linalg.norm, when=is_computed, known=("ord", "axis", "keepdims"), samples=_samples)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Any:
    """The norm of a vector or matrix, or of those along axes."""
    if x.dtype.kind in "biu":
        x = x.astype(np.float64)
    if axis is None and (ord is None or (ord in FLAT and x.ndim == 2) or (ord == 2 and x.ndim == 1)):
        length = _length(np.ravel(x, order="K"))
        return np.reshape(length, (1,) * x.ndim) if keepdims else length
    if axis is None and x.ndim == 2:
        return _matrix_norm(x, ord, 0, 1, keepdims)
    if isinstance(axis, tuple) and len(axis) == 2:
        return _matrix_norm(x, ord, axis[0] % x.ndim, axis[1] % x.ndim, keepdims)
    return _vector_norm(x, ord, 0 if axis is None else axis, keepdims)


def _length(row: Any) -> Any:
    """The square root of the sum of the squares."""
    if row.dtype.kind == "c":
        return np.sqrt(row.real.dot(row.real) + row.imag.dot(row.imag))
    return np.sqrt(row.dot(row))


def _vector_norm(x: Any, ord: Any, along: Any, keepdims: Any) -> Any:
    if ord == np.inf:
        return abs(x).max(axis=along, keepdims=keepdims, initial=0)
    if ord == -np.inf:
        return abs(x).min(axis=along, keepdims=keepdims)
    if ord == 0:
        return (x != 0).astype(x.real.dtype).sum(axis=along, keepdims=keepdims)
    if ord == 1:
        return np.add.reduce(abs(x), axis=along, keepdims=keepdims)
    if ord is None or ord == 2:
        return np.sqrt(np.add.reduce(_squares(x), axis=along, keepdims=keepdims))
    powers = abs(x)
    powers **= ord
    return np.add.reduce(powers, axis=along, keepdims=keepdims) ** np.reciprocal(ord, dtype=x.dtype)


def _squares(x: Any) -> Any:
    return (x.conj() * x).real if x.dtype.kind == "c" else x * x


def _matrix_norm(x: Any, ord: Any, row: Any, column: Any, keepdims: Any) -> Any:
    found = _norm_of_matrices(x, ord, row, column)
    return np.expand_dims(found, (row, column)) if keepdims else found


def _norm_of_matrices(x: Any, ord: Any, row: Any, column: Any) -> Any:
    if ord in FLAT:
        return np.sqrt(np.add.reduce(_squares(x), axis=(row, column)))
    if ord in BY_SINGULAR_VALUES:
        values = singular_values(np.moveaxis(x, (row, column), (-2, -1)))
        if ord == "nuc":
            return values.sum(axis=-1, initial=0)
        return values.max(axis=-1, initial=0) if ord == 2 else values.min(axis=-1)
    along, other = (row, column) if abs(ord) == 1 else (column, row)
    sums = np.add.reduce(abs(x), axis=along)
    rest = other - 1 if other > along else other
    return sums.max(axis=rest, initial=0) if ord > 0 else sums.min(axis=rest)


def _is_vector_norm(x: Arg, axis: Arg, keepdims: Arg, ord: Arg) -> bool:
    kind, place = x.type, None if is_none(axis) else known_value(axis)
    if not isinstance(kind, t.Array) or not (place is None or type(place) is int) or is_none(ord):
        return False
    if place is None:
        return kind.layout == "C" and keepdims.const is False and is_computed(_flat(kind), ord, Arg(t.INT, 0), keepdims)
    return is_computed(x, ord, axis, keepdims)


def _flat(kind: t.Array) -> Arg:
    return Arg(t.Array(kind.dtype, 1, "C"))


@implements(np.linalg.vector_norm, when=_is_vector_norm, known=("axis", "keepdims", "ord"))
def vector_norm(x: Any, /, *, axis: Any = None, keepdims: Any = False, ord: Any = 2) -> Any:
    """The norm of all elements, or of the rows along an axis."""
    if axis is None:
        return norm(x.ravel(), ord, axis=0)
    return norm(x, ord, axis=axis, keepdims=keepdims)


def _is_matrix_norm(x: Arg, keepdims: Arg, ord: Arg) -> bool:
    two = isinstance(x.type, t.Array) and x.type.ndim >= 2
    return two and is_computed(x, ord, Arg(t.Const((-2, -1)), (-2, -1)), keepdims)


@implements(np.linalg.matrix_norm, when=_is_matrix_norm, known=("keepdims", "ord"))
def matrix_norm(x: Any, /, *, keepdims: Any = False, ord: Any = "fro") -> Any:
    """The norm of a matrix, or of those along the last two axes."""
    return norm(x, ord, axis=(-2, -1), keepdims=keepdims)
