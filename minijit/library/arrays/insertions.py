"""``np.delete`` and ``np.insert`` at one place of a row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.arrays.dtypes import is_none, known_value
from minijit.library.by_numpy import refused
from minijit.library.operands import is_integer
from minijit.library.registry import Arg, implements
from minijit.library.samples import Known


def _is_row(arr: Arg, axis: Arg) -> bool:
    kind = arr.type
    if not isinstance(kind, t.Array) or kind.ndim == 0:
        return False
    return is_none(axis) or (kind.ndim == 1 and known_value(axis) in (0, -1))


def _is_place(obj: Arg) -> bool:
    return obj.type != t.BOOL and is_integer(obj.type) and obj.type != t.NumpyScalar(np.dtype(np.uint64))


# ---- delete


def _is_deletion(arr: Arg, obj: Arg, axis: Arg) -> bool:
    return _is_row(arr, axis) and _is_place(obj)


def _rows() -> Iterator[Any]:
    row = np.array([3.0, -4.0, 0.5, 1e-3, 2.5])
    yield from (row, row[::-1], row[::2], row.astype(np.int8), row > 1, row + 1j, row.reshape(1, 5), row[:0])
    yield np.arange(6).reshape(2, 3).T


def _deletions() -> Iterator[tuple[Any, ...]]:
    for row in _rows():
        for place in (0, 2, -1, np.int32(1), 4, 5, -6):
            yield (row, place)
        if row.ndim == 1:
            yield from ((row, 1, Known(0)), (row, 1, Known(-1)))


@implements(np.delete, when=_is_deletion, samples=_deletions)
def delete(arr: Any, obj: Any, axis: Any = None) -> Any:
    """A row without the item at a place."""
    row = arr.ravel()
    place = int(obj)
    if place < -len(row) or place >= len(row):
        refused(np.delete, arr, obj, axis)
    if place < 0:
        place += len(row)
    found = np.empty(len(row) - 1, row.dtype)
    for k in range(place):
        found[k] = row[k]
    for k in range(place, len(found)):
        found[k] = row[k + 1]
    return found


# ---- insert


def _is_insertion(arr: Arg, obj: Arg, values: Arg, axis: Arg) -> bool:
    if not (_is_row(arr, axis) and _is_place(obj)):
        return False
    dtype, one = arr.type.dtype, values.type  # type: ignore[union-attr]  # an array
    if isinstance(one, t.Array):
        return one.ndim == 1 and one.dtype == dtype
    if isinstance(one, t.NumpyScalar):
        return one.dtype == dtype
    return (one == t.FLOAT and dtype.kind == "f") or (one == t.INT and dtype in (np.int64, np.float64))


def _insertions() -> Iterator[tuple[Any, ...]]:
    for row in _rows():
        for place in (0, 2, -1, np.int32(1), 5, 6, -6, -7):
            yield (row, place, row.dtype.type(1))
        yield from ((row, 0, row.ravel()[:2].copy()), (row, 0, 1.5), (row, -1, 7), (row, 0, row.ravel()[:0]))
        if row.ndim == 1:
            yield (row, 0, row, Known(0))


@implements(np.insert, when=_is_insertion, samples=_insertions)
def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    """A row with a number, or several, before the item at a place."""
    row = arr.ravel()
    place = int(obj)
    if place < -len(row) or place > len(row):
        refused(np.insert, arr, obj, values, axis)
    if place < 0:
        place += len(row)
    count = len(values) if isinstance(values, np.ndarray) else 1
    found = np.empty(len(row) + count, row.dtype)
    for k in range(place):
        found[k] = row[k]
    found[place : place + count] = values
    for k in range(place, len(row)):
        found[k + count] = row[k]
    return found
