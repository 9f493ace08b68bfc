"""``np.median``, ``np.percentile`` and ``np.quantile``, and their forms that pass over nan: of sorted copies.

NumPy moves the few numbers that are asked for to their places, which takes less time for many numbers, so it is called
for those. The result is the same, but for the sign of a zero where there are zeros of both signs: NumPy is called then.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.arrays.dtypes import is_none, known_value, text_of_argument
from minijit.library.by_numpy import by_numpy, refused
from minijit.library.registry import Arg, implements
from minijit.library.samples import Known

MANY = 10_000
"""Rows that are longer than this are not sorted."""


def _is_flat(kind: t.Type, axis: Arg) -> bool:
    """Whether all numbers of an array count as one row."""
    if not isinstance(kind, t.Array) or kind.ndim == 0 or kind.dtype.kind not in "iuf":
        return False
    return is_none(axis) or (kind.ndim == 1 and known_value(axis) in (0, -1))


def _is_median(a: Arg, axis: Arg, out: Arg, overwrite_input: Arg, keepdims: Arg) -> bool:
    if not is_none(out) or overwrite_input.const is not False or keepdims.const is not False:
        return False
    kind = a.type
    is_table = isinstance(kind, t.Array) and kind.ndim == 2 and kind.dtype.kind in "iuf"
    return (is_table and known_value(axis) in (0, 1, -1, -2)) or _is_flat(kind, axis)


def _is_flat_median(a: Arg, axis: Arg, out: Arg, overwrite_input: Arg, keepdims: Arg) -> bool:
    return _is_median(a, axis, out, overwrite_input, keepdims) and _is_flat(a.type, axis)


def _median_samples() -> Iterator[tuple[Any, ...]]:
    row = np.array([0.5, -1.0, 2.0, 0.25, 7.0, 1.0, 3.0])
    holes = np.array([[0.5, np.nan, 1.0], [2.0, 3.0, -np.inf]])
    table = (np.arange(24.0) * 7 % 11).reshape(6, 4)
    zeros = np.array([0.0, -0.0, -0.0, 0.0, 1.0, -1.0])
    for one in (row, row[:6], row[::-2], row[:1], row[:0], row.astype(np.float32), (row * 4).astype(np.int8), zeros):
        yield from ((one,), (one, None), (one, Known(0)))
    for one in (table, table.T, table[:5, ::-1], table.astype(np.int16), holes, holes.astype(np.float32), table[:0]):
        yield from ((one,), (one, Known(0)), (one, Known(-1)), (one[:, :1], Known(1)))
    yield from ((np.full(3, np.nan),), (holes * np.nan,), (holes[0],), (zeros[1:2],), (zeros[1:3],))
    yield from ((np.array([-0.0, np.nan]),), (np.full((3, 1), -0.0), Known(1)), (np.full((2, 3), -0.0), Known(0)))


@implements(np.median, when=_is_median, known=("axis",), samples=_median_samples)
def median(a: Any, axis: Any = None, out: Any = None, overwrite_input: Any = False, keepdims: Any = False) -> Any:
    """The number in the middle, or the mean of the two."""
    if axis is not None and a.ndim == 2:
        length = a.shape[axis]
        if length == 0 or length > MANY:
            return by_numpy(np.median, a, axis)
        ordered = np.sort(a if axis in (1, -1) else a.T, axis=1)
        found = np.empty(len(ordered), a.dtype if a.dtype.kind == "f" else np.float64)
        for k in range(len(found)):
            row = ordered[k]
            found[k] = row[length - 1] if row[length - 1] != row[length - 1] else middle(row, length)
            if is_open_zero(found[k], row):
                return by_numpy(np.median, a, axis)
        return found
    if a.size == 0 or a.size > MANY:
        return by_numpy(np.median, a)
    row = np.sort(a, axis=None)
    if row[len(row) - 1] != row[len(row) - 1]:
        return row[len(row) - 1]
    found = middle(row, len(row))
    return by_numpy(np.median, a) if is_open_zero(found, row) else found


@implements(np.nanmedian, when=_is_flat_median, known=("axis",), samples=_median_samples)
def nanmedian(a: Any, axis: Any = None, out: Any = None, overwrite_input: Any = False, keepdims: Any = False) -> Any:
    """The median of the numbers that are not nan."""
    if a.size == 0 or a.size > MANY:
        return by_numpy(np.nanmedian, a)
    row = np.sort(a, axis=None)
    length = numbers_in(row)
    if length == 0:
        return by_numpy(np.nanmedian, a)
    found = middle(row, length)
    return by_numpy(np.nanmedian, a) if is_open_zero(found, row) else found


def middle(row: Any, length: Any) -> Any:
    """The number in the middle of the first `length` numbers of a sorted row, or the mean of the two."""
    dtype = row.dtype if row.dtype.kind == "f" else np.dtype(np.float64)
    after = dtype.type(row[length // 2])
    return after if length % 2 == 1 else (dtype.type(row[length // 2 - 1]) + after) / 2


def is_open_zero(found: Any, row: Any) -> Any:
    """Whether a median is a zero whose sign depends on how NumPy finds the middle, and on the sum that it makes."""
    return found == 0 and (bool(np.signbit(found)) or has_both_zeros(row))


def has_both_zeros(row: Any) -> Any:
    """Whether 0.0 and -0.0 are among the numbers of a sorted row."""
    low, high = 0, len(row)
    if row.dtype.kind != "f":
        return False
    while low < high:
        place = (low + high) >> 1
        low, high = (place + 1, high) if row[place] < 0 else (low, place)
    positive, negative = False, False
    while low < len(row) and row[low] == 0:
        if np.signbit(row[low]):
            negative = True
        else:
            positive = True
        low += 1
    return positive and negative


def numbers_in(row: Any) -> Any:
    """How many numbers of a sorted row are not nan, which come last."""
    length = len(row)
    while length > 0 and row[length - 1] != row[length - 1]:
        length -= 1
    return length


# ---- quantiles


def _is_quantile(
    a: Arg, q: Arg, axis: Arg, out: Arg, overwrite_input: Arg, method: Arg, keepdims: Arg, weights: Arg
) -> bool:
    if not is_none(out) or not is_none(weights) or overwrite_input.const is not False or keepdims.const is not False:
        return False
    kind, wanted = a.type, q.type
    if not _is_flat(kind, axis) or text_of_argument(method, "linear") != "linear":
        return False
    doubles = isinstance(kind, t.Array) and (kind.dtype == np.float64 or kind.dtype.kind in "iu")
    if isinstance(wanted, t.Array):
        return doubles and wanted.dtype == np.float64 and wanted.ndim == 1
    return (wanted == t.FLOAT and (doubles or _takes_doubles())) or (
        doubles and wanted == t.NumpyScalar(np.dtype(np.float64))
    )


@cache
def _takes_doubles() -> bool:
    """Whether NumPy keeps a Python float as it is for arrays of other floats; before 2.4 it was rounded."""
    row = np.array([0.5, -1.0, 2.0, 0.25, 7.0, 1.0, 3.0], np.float32)
    return bool(np.quantile(row, 0.3) == np.float32(0.45))


def _is_percentile(
    a: Arg, q: Arg, axis: Arg, out: Arg, overwrite_input: Arg, method: Arg, keepdims: Arg, weights: Arg
) -> bool:
    wanted = Arg(t.FLOAT) if q.type == t.INT else q
    return _is_quantile(a, wanted, axis, out, overwrite_input, method, keepdims, weights)


def _samples(scale: float) -> Iterator[tuple[Any, ...]]:
    row = np.array([0.5, -1.0, 2.0, 0.25, 7.0, 1.0, 3.0])
    holes = np.array([[0.5, np.nan, 1.0], [2.0, 3.0, -np.inf]])
    zeros = np.array([0.0, -0.0, -0.0, 0.0, 1.0, -1.0])
    some = (row, row[:6], row[::-2], row[:1], row[:0], (row * 4).astype(int), row[:6].reshape(2, 3).T)
    for one in (*some, holes, holes[1], zeros):
        for q in (0.0, 0.1, 0.25, 0.5, 0.77, 1.0, 1.5, -0.1, float("nan")):
            yield from ((one, q * scale), (one, np.float64(q * scale)))
        for rows in ([0.1, 0.5, 0.9], [0.0, 1.0], [], [2.0], list(np.linspace(0, 1, 12)), [0.5, np.nan] * 6):
            yield (one, np.array(rows) * scale)
        single = one.astype(np.float32)
        yield from ((one, 0.3 * scale, None), (single, 0.3 * scale), (single, 0.9 * scale))
    yield (row, 0.3 * scale, Known(0))


@implements(np.quantile, when=_is_quantile, known=("axis",), samples=lambda: _samples(1.0))
def quantile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: Any = False,
    method: Any = "linear",
    keepdims: Any = False,
    *,
    weights: Any = None,
) -> Any:
    """The numbers below which a share `q` of all lies, between two numbers in proportion."""
    if not are_shares(q):
        refused(np.quantile, a, q)
    if a.size == 0 or a.size > MANY:
        return by_numpy(np.quantile, a, q)
    row = np.sort(a, axis=None)
    return by_numpy(np.quantile, a, q) if has_both_zeros(row) else quantiles_of(row, q, len(row))


@implements(np.percentile, when=_is_percentile, known=("axis",), samples=lambda: _samples(100.0))
def percentile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: Any = False,
    method: Any = "linear",
    keepdims: Any = False,
    *,
    weights: Any = None,
) -> Any:
    """Quantiles in hundredths."""
    if not are_shares(q / 100):
        refused(np.percentile, a, q)
    if a.size == 0 or a.size > MANY:
        return by_numpy(np.percentile, a, q)
    row = np.sort(a, axis=None)
    return by_numpy(np.percentile, a, q) if has_both_zeros(row) else quantiles_of(row, q / 100, len(row))


@implements(np.nanquantile, when=_is_quantile, known=("axis",), samples=lambda: _samples(1.0))
def nanquantile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: Any = False,
    method: Any = "linear",
    keepdims: Any = False,
    *,
    weights: Any = None,
) -> Any:
    """Quantiles of the numbers that are not nan."""
    if not are_shares(q):
        refused(np.nanquantile, a, q)
    if a.size > MANY:
        return by_numpy(np.nanquantile, a, q)
    row = np.sort(a, axis=None)
    length = numbers_in(row)
    if length == 0 or has_both_zeros(row):
        return by_numpy(np.nanquantile, a, q)
    return quantiles_of(row[:length], q, length)


@implements(np.nanpercentile, when=_is_percentile, known=("axis",), samples=lambda: _samples(100.0))
def nanpercentile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: Any = False,
    method: Any = "linear",
    keepdims: Any = False,
    *,
    weights: Any = None,
) -> Any:
    """Percentiles of the numbers that are not nan."""
    if not are_shares(q / 100):
        refused(np.nanpercentile, a, q)
    if a.size > MANY:
        return by_numpy(np.nanpercentile, a, q)
    row = np.sort(a, axis=None)
    length = numbers_in(row)
    if length == 0 or has_both_zeros(row):
        return by_numpy(np.nanpercentile, a, q)
    return quantiles_of(row[:length], q / 100, length)


def are_shares(q: Any) -> Any:
    """Whether all quantiles are between 0 and 1."""
    if isinstance(q, np.ndarray):
        for k in range(len(q)):
            if not (q[k] >= 0 and q[k] <= 1):
                return False
        # NumPy asks for the least of many, and there must be one.
        return len(q) > 0
    return q >= 0 and q <= 1


def quantiles_of(row: Any, q: Any, length: Any) -> Any:
    """Quantiles of a sorted row; one that ends with nan has no other."""
    if isinstance(q, np.ndarray):
        found = np.empty(len(q), np.float64)
        for k in range(len(q)):
            found[k] = _quantile(row, q[k], length)
        return found
    return _quantile(row, q, length)


def _quantile(row: Any, q: Any, length: Any) -> Any:
    if row[length - 1] != row[length - 1]:
        return row[length - 1]
    place = (length - 1) * q
    low = int(np.floor(place))
    high = low + 1
    if place >= length - 1:
        # NumPy takes the last one twice, with the share that belongs to the place before the first.
        low, high = -1, -1
    share = place - low
    before, after = row[low if low >= 0 else length - 1], row[high if high >= 0 else length - 1]
    distance = after - before
    return after - distance * (1 - share) if share >= 0.5 else before + distance * share
