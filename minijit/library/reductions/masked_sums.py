"""``np.sum`` and ``np.mean`` of a row of floats with ``where=``.

NumPy adds up each run of numbers that count, in pairs, and then the sums of the runs one after the other.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.arrays.dtypes import is_none, known_value
from minijit.library.by_numpy import by_numpy
from minijit.library.registry import Arg, implements, method
from minijit.numpy_types import BOOL_DTYPE


def _is_missing(one: Arg) -> bool:
    return is_none(one) or known_value(one) is np._NoValue


def _is_masked_row(a: Arg, axis: Arg, dtype: Arg, out: Arg, keepdims: Arg, initial: Arg, where: Arg) -> bool:
    kind, mask = a.type, where.type
    rows = all(isinstance(one, t.Array) and one.ndim == 1 for one in (kind, mask))
    if not rows or kind.dtype.kind != "f" or mask.dtype != BOOL_DTYPE:  # type: ignore[union-attr]  # arrays
        return False
    keeps = not (_is_missing(keepdims) or keepdims.const is False)
    along = is_none(axis) or known_value(axis) in (0, -1)
    return along and not keeps and all(_is_missing(one) for one in (dtype, out, initial))


def _is_masked_mean(a: Arg, axis: Arg, dtype: Arg, out: Arg, keepdims: Arg, where: Arg) -> bool:
    return _is_masked_row(a, axis, dtype, out, keepdims, Arg(t.NONE), where)


@implements(method("sum"), when=_is_masked_row, known=("axis",))
@implements(np.sum, when=_is_masked_row, known=("axis",))
def masked_sum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = np._NoValue,
    initial: Any = np._NoValue,
    where: Any = np._NoValue,
) -> Any:
    """The sum of the numbers that count."""
    return _sum_of_runs(a, where) if len(a) == len(where) else by_numpy(np.sum, a, where=where)


@implements(method("mean"), when=_is_masked_mean, known=("axis",))
@implements(np.mean, when=_is_masked_mean, known=("axis",))
def masked_mean(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = np._NoValue,
    *,
    where: Any = np._NoValue,
) -> Any:
    """The mean of the numbers that count."""
    count = np.count_nonzero(where)
    if len(a) != len(where) or count == 0:
        return by_numpy(np.mean, a, where=where)
    return a.dtype.type(_sum_of_runs(a, where) / np.int64(count))


def _sum_of_runs(a: Any, where: Any) -> Any:
    total = a.dtype.type(0)
    first = 0
    while first < len(a):
        last = first
        while last < len(a) and where[last]:
            last += 1
        if last > first:
            total += np.add.reduce(a[first:last])
        first = last + 1
    return total
