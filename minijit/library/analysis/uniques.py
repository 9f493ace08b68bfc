"""``np.unique``: each number once, in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.analysis.order_statistics import has_both_zeros
from minijit.library.arrays.dtypes import is_none
from minijit.library.by_numpy import by_numpy
from minijit.library.registry import Arg, implements
from minijit.library.samples import Known


def _is_unique(
    ar: Arg,
    return_index: Arg,
    return_inverse: Arg,
    return_counts: Arg,
    axis: Arg,
    equal_nan: Arg,
    sorted: Arg,
) -> bool:
    kind = ar.type
    if not isinstance(kind, t.Array) or kind.ndim == 0 or kind.dtype.kind not in "biuf":
        return False
    if not is_none(axis) and kind.ndim > 1:
        return False
    flags = (return_index, return_inverse, return_counts, equal_nan)
    return is_none(axis) and all(isinstance(one.const, bool) for one in flags) and sorted.const is True


def _samples() -> Iterator[tuple[Any, ...]]:
    row = np.array([0.5, np.nan, -1.0, 0.0, -0.0, 0.5, np.nan, np.inf])
    yes, no = Known(True), Known(False)
    count = np.array([[3, 1, 1], [2, 3, 9]])
    rows = (row, row[::-1], row[3:6], row[5:], row[:0], row.astype(np.float32), count, count.T)
    for one in (*rows, count.astype(np.uint8), count > 2):
        yield from ((one,), (one, yes), (one, no, yes), (one, no, no, yes), (one, yes, yes, yes))


@implements(np.unique, when=_is_unique, samples=_samples)
def unique(
    ar: Any,
    return_index: Any = False,
    return_inverse: Any = False,
    return_counts: Any = False,
    axis: Any = None,
    *,
    equal_nan: Any = True,
    sorted: Any = True,
) -> Any:
    """The numbers of an array, each once; with their first places, where each went, and how often it was there."""
    row = ar.flatten()
    if return_index or return_inverse:
        order = np.argsort(row, kind="mergesort" if return_index else "quicksort")
        ordered = row[order]
    else:
        order = np.empty(0, np.int64)
        ordered = np.sort(row)
    starts, groups = _starts(ordered, equal_nan)
    values = ordered[starts[:groups]]
    if not (return_index or return_inverse or return_counts):
        if ar.dtype.kind == "f" and has_both_zeros(ordered):
            return by_numpy(np.unique, ar, equal_nan=equal_nan)
        return values
    found: Any = (values,)
    if return_index:
        found += (order[starts[:groups]],)
    if return_inverse:
        found += (_inverse(order, starts, groups).reshape(ar.shape),)
    if return_counts:
        found += (np.diff(starts[: groups + 1]),)
    return found


def _starts(ordered: Any, equal_nan: Any) -> Any:
    """Where in a sorted row each group of equal numbers starts, and where the last one ends; the number of groups."""
    starts = np.empty(len(ordered) + 1, np.int64)
    groups = 0
    for k in range(len(ordered)):
        is_new = k == 0
        if k > 0:
            is_new = bool(ordered[k] != ordered[k - 1])
            if is_new and equal_nan and ordered[k] != ordered[k] and ordered[k - 1] != ordered[k - 1]:
                is_new = False
        if is_new:
            starts[groups] = k
            groups += 1
    starts[groups] = len(ordered)
    return starts, groups


def _inverse(order: Any, starts: Any, groups: Any) -> Any:
    found = np.empty(len(order), np.int64)
    for group in range(groups):
        for k in range(starts[group], starts[group + 1]):
            found[order[k]] = group
    return found
