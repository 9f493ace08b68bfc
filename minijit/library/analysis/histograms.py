"""``np.histogram``: how many numbers are in each bin, or what they weigh."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.arrays.dtypes import is_none
from minijit.library.by_numpy import by_numpy
from minijit.library.operands import is_integer, is_real
from minijit.library.registry import Arg, implements
from minijit.library.samples import Known

_EXACT = 1 << 52
"""Integers up to here, and their differences, are floats without rounding."""
_BLOCK = 65536
"""NumPy adds up the weights of so many numbers at a time."""


def _is_histogram(a: Arg, bins: Arg, range: Arg, density: Arg, weights: Arg) -> bool:
    one, other = a.type, weights.type
    if not isinstance(one, t.Array) or not (one.dtype == np.float64 or one.dtype.kind in "iu"):
        return False
    is_alike = isinstance(other, t.Array) and other.ndim == one.ndim and other.dtype == np.float64
    if not (is_none(weights) or is_alike):
        return False
    if not (is_none(density) or isinstance(density.const, bool)):
        return False
    if is_integer(bins.type):
        ends = range.type
        return is_none(range) or (
            isinstance(ends, t.Tuple) and len(ends.items) == 2 and all(is_real(item) for item in ends.items)
        )
    return isinstance(bins.type, t.Array) and bins.type.dtype == np.float64 and bins.type.ndim == 1


def _histogram_samples() -> Iterator[tuple[Any, ...]]:
    row = np.sin(np.arange(50.0) * 7) * 3
    yes, no = Known(True), Known(False)
    for a in (row, row[::-2], row.reshape(5, 10).T, row[:0], row[:1], np.floor(row), np.append(row, np.nan)):
        yield from ((a,), (a, 4), (a, 3, (-1.0, 2.0)), (a, 7, (0, 2)), (a, 0), (a, 5, (2.0, 1.0)), (a, 5, (1.0, 1.0)))
        yield from ((a, np.array([-1.0, 0.0, 0.0, 2.0])), (a, np.array([1.0, 0.0])), (a, np.array([0.5])), (a, row[:0]))
        yield from ((a, np.array([0.0, 1.0, 1.0])), (a, 5, None, yes), (a, np.array([-1.0, 0.0, 2.0]), None, yes))
        yield from ((a, 5, None, no, np.cos(a)), (a, 5, (-2.0, 2.0), yes, np.cos(a)), (a, 5, None, no, row[:3]))
    whole = np.arange(40) * 7 % 31 - 10
    for one in (whole, whole.astype(np.int8), np.abs(whole).astype(np.uint16), whole.reshape(8, 5).T, whole << 55):
        yield from ((one,), (one, 3), (one, 4, (-3, 9)), (one, 4, None, yes), (one, np.array([-2.0, 1.5, 8.0])))
        yield (one, 4, None, no, np.sqrt(np.abs(one * 1.0)))
    yield from ((1e16 + 2 * np.arange(3.0), 10), (row, 5, None, no, row > 1))


@implements(np.histogram, when=_is_histogram, samples=_histogram_samples)
def histogram(a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    """How many numbers are in each bin, or what they weigh, and the edges of the bins."""
    if not _fits(a, weights):
        return by_numpy(np.histogram, a, bins, range, density, weights)
    row = a.ravel().astype(np.float64)
    if isinstance(bins, np.ndarray):
        if weights is not None or len(bins) < 2 or not (bins[:-1] <= bins[1:]).all():
            return by_numpy(np.histogram, a, bins, range, density, weights)
        return _as_asked(_counts_between(row, bins), bins, density)
    if bins < 1 or len(row) == 0:
        return by_numpy(np.histogram, a, bins, range, density, weights)
    first = np.float64(row.min() if range is None else range[0])
    last = np.float64(row.max() if range is None else range[1])
    if not first < last or not np.isfinite(last - first):
        return by_numpy(np.histogram, a, bins, range, density, weights)
    edges = np.linspace(first, last, int(bins) + 1)
    if not (edges[:-1] < edges[1:]).all():
        return by_numpy(np.histogram, a, bins, range, density, weights)
    return _as_asked(_in_equal_bins(row, int(bins), first, last, edges, weights), edges, density)


def _fits(a: Any, weights: Any) -> Any:
    """Whether floats hold the numbers, and sums of weights come about as NumPy's do."""
    if weights is not None and (weights.shape != a.shape or a.size > _BLOCK):
        return False
    if a.dtype.kind in "iu" and a.size:
        return int(a.min()) >= -_EXACT and a.max() <= _EXACT
    return True


def _as_asked(counts: Any, edges: Any, density: Any) -> Any:
    if density:
        return counts / np.diff(edges) / counts.sum(), edges
    return counts, edges


def _counts_between(row: Any, edges: Any) -> Any:
    counts = np.zeros(len(edges) - 1, np.int64)
    last = len(edges) - 1
    for k in range(len(row)):
        place = row[k]
        if edges[0] <= place and place <= edges[last]:
            low, high = 0, last
            while low < high:
                middle = low + ((high - low) >> 1)
                if edges[middle] <= place:
                    low = middle + 1
                else:
                    high = middle
            counts[low - 1] += 1
    return counts


def _in_equal_bins(row: Any, bins: Any, first: Any, last: Any, edges: Any, weights: Any) -> Any:
    """The bin by division, then put right by the edges, which are rounded."""
    counts = np.zeros(bins, np.int64 if weights is None else np.float64)
    each = row if weights is None else weights.ravel()
    whole = last - first
    for k in range(len(row)):
        place = row[k]
        if first <= place and place <= last:
            number = int((place - first) / whole * bins)
            if number == bins:
                number -= 1
            if place < edges[number]:
                number -= 1
            elif place >= edges[number + 1] and number != bins - 1:
                number += 1
            counts[number] += 1 if weights is None else each[k]
    return counts
