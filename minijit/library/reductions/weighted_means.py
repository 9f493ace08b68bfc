"""``np.average`` and ``np.trapezoid``: products with weights or widths, summed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.arrays.dtypes import is_none, known_value
from minijit.library.by_numpy import refused
from minijit.library.operands import is_real, is_real_row
from minijit.library.registry import Arg, implements
from minijit.library.samples import Known


def _along(axis: Arg, ndim: int) -> bool:
    """Whether an axis is known and there is one."""
    place = known_value(axis)
    return type(place) is int and -ndim <= place < ndim


# ---- average


def _is_average(a: Arg, axis: Arg, weights: Arg, returned: Arg) -> bool:
    kind, other = a.type, weights.type
    if not isinstance(kind, t.Array) or kind.ndim == 0 or not isinstance(returned.const, bool):
        return False
    if not is_none(axis) and not _along(axis, kind.ndim):
        return False
    if is_none(weights):
        return not returned.const
    if not isinstance(other, t.Array) or not other.ndim:
        return False
    if other.ndim == kind.ndim:
        return not returned.const or is_none(axis)
    # One weight for each row along the axis.
    return other.ndim == 1 and not is_none(axis) and not returned.const


def _average_samples() -> Iterator[tuple[Any, ...]]:
    table = np.array([[3.0, -4.0, 0.1], [1e-3, 2.5, -7.0]])
    first, second, last = Known(0), Known(1), Known(-1)
    for one in (table, table.T, table.astype(np.float32), table.astype(int), table > 0, table + 1j, table[:, ::-1]):
        yield from ((one,), (one, first), (one, last), (one[0],), (one, None, one[:1]), (one[0], first, one[0]))
        yield from ((one, None, one), (one, first, one), (one, second, one))
        yield from ((one[0], None, np.arange(one.shape[1]), Known(True)), (one, first, np.array([1, 2])))
        yield from ((one, second, np.array([0.5, 1.5, 2.0], np.float32)), (one, None, np.zeros(one.shape)))
        yield (one, last, np.zeros(3))


@implements(np.average, when=_is_average, known=("axis",), samples=_average_samples)
def average(a: Any, axis: Any = None, weights: Any = None, returned: Any = False) -> Any:
    """The mean, or the mean with weights."""
    if weights is None:
        return a.mean(axis)
    if a.ndim == weights.ndim:
        if a.shape != weights.shape:
            refused(np.average, a, axis, weights)
        return _weighted(a, axis, weights, weights.sum(axis=axis, dtype=_dtype(a, weights)), returned)
    if a.shape[axis] != len(weights):
        refused(np.average, a, axis, weights)
    shaped = np.moveaxis(weights.reshape((1,) * (a.ndim - 1) + weights.shape), -1, axis)
    return _weighted(a, axis, shaped, shaped.sum(axis=axis, dtype=_dtype(a, weights)), returned)


def _dtype(a: Any, weights: Any) -> Any:
    if a.dtype.kind in "biu":
        return np.result_type(a.dtype, weights.dtype, np.float64)
    return np.result_type(a.dtype, weights.dtype)


def _weighted(a: Any, axis: Any, weights: Any, scale: Any, returned: Any) -> Any:
    if (scale == 0.0).any() if isinstance(scale, np.ndarray) else scale == 0.0:
        raise ZeroDivisionError("Weights sum to zero, can't be normalized")
    mean = np.multiply(a, weights, dtype=_dtype(a, weights)).sum(axis) / scale
    return (mean, scale) if returned else mean


# ---- trapezoid


def _is_trapezoid(y: Arg, x: Arg, dx: Arg, axis: Arg) -> bool:
    kind = y.type
    if not isinstance(kind, t.Array) or kind.ndim == 0 or kind.dtype.kind == "b" or not _along(axis, kind.ndim):
        return False
    if known_value(axis) not in (-1, kind.ndim - 1) or not is_real(dx.type):
        return False
    return is_none(x) or is_real_row(x.type)


def _trapezoid_samples() -> Iterator[tuple[Any, ...]]:
    table = np.array([[3.0, -4.0, 0.1], [1e-3, 2.5, -7.0]])
    for one in (table, table.T, table.astype(np.float32), table.astype(int), table + 1j, table[:, :0], table[:, :1]):
        yield from ((one,), (one[0],), (one, None, 0.5), (one[0], None, 2), (one[0], None, np.float32(0.25)))
        yield from ((one[0], np.arange(one.shape[1])), (one, np.array([0.5, 1.5, 4.0])), (one[0, ::-1], one[0].real))


@implements(np.trapezoid, when=_is_trapezoid, known=("axis",), samples=_trapezoid_samples)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: Any = -1) -> Any:
    """The integral along the last axis, of straight lines between the points."""
    if x is None:
        return (dx * (y[..., 1:] + y[..., :-1]) / 2.0).sum(-1)
    widths = np.diff(x)
    if y.shape[y.ndim - 1] != len(x):
        refused(np.trapezoid, y, x)
    return (widths * (y[..., 1:] + y[..., :-1]) / 2.0).sum(-1)
