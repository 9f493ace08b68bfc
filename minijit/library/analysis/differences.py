"""``np.gradient``, and ``np.diff`` several times over or with more at the ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.library.arrays.dtypes import is_none, known_value
from minijit.library.by_numpy import refused
from minijit.library.operands import is_real, is_real_row
from minijit.library.registry import Arg, implements
from minijit.library.samples import Known

MOST = 8
"""``np.diff`` is written out so many times."""

# ---- diff


def _is_end(one: Arg, kind: t.Array) -> bool:
    """Whether something can be put before or behind a row: a number, or another row."""
    if is_missing(one):
        return True
    return kind.ndim == 1 and (is_real(one.type) or is_real_row(one.type))


def is_missing(one: Arg) -> bool:
    """Whether an argument is the default that stands for none."""
    return known_value(one) is np._NoValue


def _is_repeated_diff(a: Arg, n: Arg, axis: Arg, prepend: Arg, append: Arg) -> bool:
    kind, times, place = a.type, known_value(n), known_value(axis)
    if not isinstance(kind, t.Array) or type(times) is not int or type(place) is not int:
        return False
    if not 1 <= times <= MOST or not -kind.ndim <= place < kind.ndim or kind.dtype.kind not in "iuf":
        return False
    if is_missing(prepend) and is_missing(append):
        return times > 1
    return _is_end(prepend, kind) and _is_end(append, kind)


def _diff_samples() -> Iterator[tuple[Any, ...]]:
    row = np.array([0.5, 3.0, -1.0, 7.0, 7.5])
    for one in (row, row[::-1], row.astype(np.float32), (row * 2).astype(np.int8), row[:1], row[:0]):
        yield from ((one, Known(2)), (one, Known(3), Known(0)), (one, Known(1), Known(-1), 0.5), (one, Known(7)))
        yield from ((one, Known(1), Known(-1), one), (one, Known(2), Known(-1), 3, row[:2]))
    table = np.arange(12.0).reshape(3, 4) ** 2
    yield from ((table, Known(2)), (table.T, Known(2), Known(0)), (table[:, ::-1], Known(3), Known(1)))


@implements(np.diff, when=_is_repeated_diff, known=("n", "axis"), samples=_diff_samples)
def diff(a: Any, n: Any = 1, axis: Any = -1, prepend: Any = np._NoValue, append: Any = np._NoValue) -> Any:
    """Differences of differences; `prepend` and `append` come first."""
    if prepend is not np._NoValue or append is not np._NoValue:
        return _differences(np.concatenate((_row_of(prepend, a), a, _row_of(append, a))), n, axis)
    return _differences(a, n, axis)


def _row_of(end: Any, a: Any) -> Any:
    if end is np._NoValue:
        return np.empty(0, a.dtype)
    return end if isinstance(end, np.ndarray) else np.full(1, end)


def _differences(a: Any, n: Any, axis: Any) -> Any:
    found = np.diff(a, axis=axis)
    return found if n == 1 else _differences(found, n - 1, axis)


def _is_ediff(ary: Arg, to_end: Arg, to_begin: Arg) -> bool:
    kind = ary.type
    plain = isinstance(kind, t.Array) and kind.ndim > 0 and kind.dtype.kind != "b"
    return plain and is_none(to_end) and is_none(to_begin)


_ROWS: Final = ((np.arange(5.0) ** 2,), (np.arange(6).reshape(2, 3).T,), (np.ones(0),))


@implements(np.ediff1d, when=_is_ediff, samples=_ROWS)
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """Differences of all numbers as one row."""
    return np.diff(ary.ravel())


# ---- gradient


def _is_gradient(f: Arg, spacing: Arg, axis: Arg, edge_order: Arg) -> bool:
    kind, place = f.type, known_value(axis)
    if not isinstance(kind, t.Array) or kind.ndim not in (1, 2) or kind.dtype.kind not in "iuf":
        return False
    if not is_none(axis) and not (type(place) is int and -kind.ndim <= place < kind.ndim):
        return False
    if known_value(edge_order) not in (1, 2):
        return False
    return is_none(spacing) or is_real(spacing.type) or (kind.ndim == 1 and is_real_row(spacing.type))


def _gradient_samples() -> Iterator[tuple[Any, ...]]:
    row = np.array([0.5, 3.0, -1.0, 7.0, 7.5])
    places = np.array([0.0, 1.0, 1.5, 4.0, 10.0])
    for one in (row, row[::-1], row.astype(np.float32), (row * 2).astype(np.uint8), row[:2], row[:1]):
        yield from ((one,), (one, 0.5), (one, 3), (one, np.float32(0.1)), (one, places[: len(one)]))
        yield from ((one, np.arange(len(one))), (one, places[: len(one)].astype(np.float32)), (one, places[:4]))
    table = np.arange(12.0).reshape(3, 4) ** 2
    yield from ((table,), (table.T, 0.5), (table[:, ::-1].astype(int), 2), (table[:1],))


@implements(np.gradient, when=_is_gradient, known=("axis", "edge_order"), samples=_gradient_samples)
def gradient(f: Any, spacing: Any = None, /, *, axis: Any = None, edge_order: Any = 1) -> Any:
    """Slopes, by the numbers on both sides; at the ends by the nearest ones."""
    values = f if f.dtype.kind == "f" else f.astype(np.float64)
    step = 1.0 if spacing is None else spacing
    if values.ndim == 1:
        _check_length(f, spacing, edge_order, len(f))
        return _along_row(values, step, edge_order)
    if axis is None:
        _check_length(f, spacing, edge_order, min(f.shape[0], f.shape[1]))
        return _along_table(values, step, edge_order), _along_table(values.T, step, edge_order).T
    _check_length(f, spacing, edge_order, f.shape[axis])
    if axis in (0, -2):
        return _along_table(values, step, edge_order)
    return _along_table(values.T, step, edge_order).T


def _check_length(f: Any, spacing: Any, edge_order: Any, length: Any) -> Any:
    if length < edge_order + 1 or (isinstance(spacing, np.ndarray) and len(spacing) != length):
        if spacing is None:
            refused(np.gradient, f, edge_order=edge_order)
        else:
            refused(np.gradient, f, spacing, edge_order=edge_order)


def _along_row(f: Any, step: Any, edge_order: Any) -> Any:
    out = np.empty_like(f)
    if not isinstance(step, np.ndarray):
        return _uniform_row(f, step, edge_order, out)
    widths = np.diff(step if step.dtype.kind == "f" else step.astype(np.float64))
    for k in range(1, len(widths)):
        if widths[k] != widths[0]:
            return _uneven(f, widths, edge_order, out)
    if widths[0] != widths[0]:
        return _uneven(f, widths, edge_order, out)
    return _uniform_row(f, widths[0], edge_order, out)


def _uniform_row(f: Any, step: Any, edge_order: Any, out: Any) -> Any:
    twice = 2.0 * step
    for k in range(1, len(f) - 1):
        out[k] = (f[k + 1] - f[k - 1]) / twice
    return _uniform_ends(f, step, edge_order, out)


def _along_table(f: Any, step: Any, edge_order: Any) -> Any:
    last, out = len(f) - 1, np.empty_like(f)
    out[1:last] = (f[2:] - f[: last - 1]) / (2.0 * step)
    return _uniform_ends(f, step, edge_order, out)


def _uniform_ends(f: Any, step: Any, edge_order: Any, out: Any) -> Any:
    last = len(f) - 1
    if edge_order == 1:
        out[0] = (f[1] - f[0]) / step
        out[last] = (f[last] - f[last - 1]) / step
    else:
        out[0] = -1.5 / step * f[0] + 2.0 / step * f[1] + -0.5 / step * f[2]
        out[last] = 0.5 / step * f[last - 2] + -2.0 / step * f[last - 1] + 1.5 / step * f[last]
    return out


def _uneven(f: Any, widths: Any, edge_order: Any, out: Any) -> Any:
    last = len(f) - 1
    for k in range(1, last):
        before, after = widths[k - 1], widths[k]
        a = -(after) / (before * (before + after))
        b = (after - before) / (before * after)
        c = before / (after * (before + after))
        out[k] = a * f[k - 1] + b * f[k] + c * f[k + 1]
    if edge_order == 1:
        out[0] = (f[1] - f[0]) / widths[0]
        out[last] = (f[last] - f[last - 1]) / widths[last - 1]
        return out
    _uneven_ends(f, widths, out)
    return out


def _uneven_ends(f: Any, widths: Any, out: Any) -> Any:
    last = len(f) - 1
    x, y = widths[0], widths[1]
    out[0] = -(2.0 * x + y) / (x * (x + y)) * f[0] + (x + y) / (x * y) * f[1] + -x / (y * (x + y)) * f[2]
    x, y = widths[last - 2], widths[last - 1]
    slope = y / (x * (x + y)) * f[last - 2] + -(y + x) / (x * y) * f[last - 1]
    out[last] = slope + (2.0 * y + x) / (y * (x + y)) * f[last]
