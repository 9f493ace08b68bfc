"""Where numbers belong in a row that is sorted, and how many of each there are.

``np.searchsorted`` of arrays, ``np.digitize`` and ``np.bincount``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.arrays.dtypes import is_none, text_of_argument
from minijit.library.by_numpy import refused
from minijit.library.operands import is_integer, is_real, is_real_array, is_real_row
from minijit.library.registry import Arg, implements, method
from minijit.library.samples import Known
from minijit.numpy_types import is_native

# ---- searchsorted


def _is_search(a: Arg, v: Arg, side: Arg, sorter: Arg) -> bool:
    if not (is_real_row(a.type) and is_real_array(v.type) and is_none(sorter)):
        return False
    dtype = np.promote_types(a.type.dtype, v.type.dtype)  # type: ignore[union-attr]  # arrays, by the condition
    return text_of_argument(side, "left") in ("left", "right") and dtype.kind in "iuf" and is_native(dtype)


def _search_samples() -> Iterator[tuple[Any, ...]]:
    row = np.array([-1.0, 0.5, 0.5, 2.0, 3.0, 7.0, np.nan])
    places = np.array([[0.5, -3.0, 30.0], [np.nan, 2.0, 0.5]])
    mixed = np.array([5, 2, 9, 1, 4, 7, 3.0, 8])
    yield from ((mixed, np.arange(40.0) * 7 % 11), (mixed, np.arange(40.0) * 7 % 11, "right"))
    for a in (row, row[:0], row[::2], row[::-1], np.array([1, 1, 3], np.int8), mixed):
        for v in (places, places.T, places[0], places[:, :0], np.array([3, 0, 1]), np.array([2**63], np.uint64)):
            yield from ((a, v), (a, v, "right"))


@implements(method("searchsorted"), when=_is_search, samples=_search_samples)
@implements(np.searchsorted, when=_is_search, samples=_search_samples)
def searchsorted(a: Any, v: Any, side: Any = "left", sorter: Any = None) -> Any:
    """Where numbers belong in a sorted row."""
    dtype = np.promote_types(a.dtype, v.dtype)
    found = np.empty(v.shape, np.int64)
    places, keys = found.ravel(), v.ravel()
    if len(keys) == 0:
        return found
    low, high, last = 0, len(a), dtype.type(keys[0])
    for k in range(len(keys)):
        key = dtype.type(keys[k])
        # As NumPy does it: the number before says on which side of its place this one is.
        if _is_before(last, key) if side == "left" else not _is_before(key, last):
            high = len(a)
        else:
            low = 0
            high = high + 1 if high < len(a) else len(a)
        last = key
        while low < high:
            middle = low + ((high - low) >> 1)
            item = dtype.type(a[middle])
            before = _is_before(item, key) if side == "left" else not _is_before(key, item)
            low = middle + 1 if before else low
            high = high if before else middle
        places[k] = low
    return found


def _is_before(x: Any, y: Any) -> Any:
    """The order of sorting: nan comes after all numbers."""
    return x < y or (y != y and x == x)


# ---- digitize


def _is_digitize(x: Arg, bins: Arg, right: Arg) -> bool:
    places = is_real_array(x.type) or is_real(x.type)
    return places and is_real_row(bins.type) and isinstance(right.const, bool)


def _digitize_samples() -> Iterator[tuple[Any, ...]]:
    row = np.array([-1.0, 0.5, 0.5, 2.0, 3.0, 7.0])
    places = np.array([[0.5, -3.0, 30.0], [np.nan, 2.0, 0.5]])
    for bins in (row, row[::-1], row[1:3], row[:0], np.array([1, 1, 3], np.int8), np.array([5.0, 2.0, 9.0]), row[:1]):
        for x in (places, places[0], np.array([3, 0, 1]), 0.5, 3, np.float32(7.0)):
            yield from ((x, bins), (x, bins, Known(True)))
    yield places, np.array([1.0, np.nan, 3.0])
    yield places, np.array([np.nan, 1.0, 3.0])


@implements(np.digitize, when=_is_digitize, samples=_digitize_samples)
def digitize(x: Any, bins: Any, right: Any = False) -> Any:
    """The bins that numbers belong to, in rows that go up or down."""
    side: Any = "left" if right else "right"
    direction = _direction(bins)
    if direction == 0:
        refused(np.digitize, x, bins)
    if direction > 0:
        return np.searchsorted(bins, x, side)
    return len(bins) - np.searchsorted(bins[::-1], x, side)


def _direction(row: Any) -> Any:
    """1 for a row that goes up, -1 for one that goes down, 0 for one that does neither, as NumPy decides it."""
    length, place = len(row), 1
    while place < length and float(row[place]) == float(row[0]):
        place += 1
    if place >= length:
        return 1
    direction = 1 if float(row[0]) < float(row[place]) else -1
    for k in range(place + 1, length):
        before, after = float(row[k - 1]), float(row[k])
        if (before > after) if direction > 0 else (before < after):
            return 0
    return direction


# ---- bincount

MOST = 1 << 58
"""No array has more numbers than this."""


def _is_count(x: Arg, weights: Arg, minlength: Arg) -> bool:
    one = x.type
    fits = isinstance(one, t.Array) and one.ndim == 1 and np.can_cast(one.dtype, np.int64)
    return fits and (is_none(weights) or is_real_row(weights.type)) and is_integer(minlength.type)


def _count_samples() -> Iterator[tuple[Any, ...]]:
    row = np.array([3, 1, 1, 0, 7, 3])
    yield from ((np.array([2**62, 3]),), (row, None, 2**62))
    for x in (row, row[::-1], row.astype(np.int8), row.astype(np.uint32), row > 2, row - 1):
        yield from ((x,), (x, None, 12), (x, None, 3), (x, None, -1), (x[:0],), (x[:0], None, 4))
        yield from ((x, np.sin(row)), (x, row.astype(np.float32), 10), (x, row), (x, np.ones(3)))


@implements(np.bincount, when=_is_count, samples=_count_samples)
def bincount(x: Any, weights: Any = None, minlength: Any = 0) -> Any:
    """How often each number from 0 on is there, or the sum of their weights."""
    if len(x) == 0 and weights is not None and minlength >= 0:
        # These are counts, not sums of weights.
        return np.zeros(minlength, np.int64)
    least, greatest = 0, -1
    for k in range(len(x)):
        least, greatest = min(least, int(x[k])), max(greatest, int(x[k]))
    if least < 0 or greatest > MOST or minlength < 0 or (weights is not None and len(weights) != len(x)):
        refused(np.bincount, x, weights, minlength)
    counts = np.zeros(max(greatest + 1, int(minlength)), np.int64 if weights is None else np.float64)
    for k in range(len(x)):
        counts[int(x[k])] += 1 if weights is None else np.float64(weights[k])
    return counts
