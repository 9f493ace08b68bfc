"""``lstsq pinv matrix_rank cond`` of ``np.linalg``: what singular values tell, and solutions that come closest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.arrays.dtypes import is_none, known_value
from minijit.library.by_numpy import by_numpy, refused
from minijit.library.linalg.factorings import singular_values, svd
from minijit.library.linalg.loops import run_loop
from minijit.library.linalg.matrices import (
    UFUNCS,
    columns_of,
    has_loops,
    is_matrix,
    is_single,
    is_square,
    matrices,
    precise,
    rows_of,
    stacks,
)
from minijit.library.linalg.norms import norm
from minijit.library.operands import is_real
from minijit.library.registry import Arg, implements
from minijit.library.samples import Known

LSTSQ, INV = UFUNCS.get("lstsq"), UFUNCS.get("inv")
EPSILON = np.finfo(np.float64).eps
INFINITE = np.float64(np.inf)
DEFAULT_LIMIT = np.float64(1e-15)
"""Singular values below this part of the greatest one count as 0 in ``np.linalg.pinv``."""


# ---- least squares


def _is_system(a: Arg, b: Arg, rcond: Arg) -> bool:
    right = b.type
    fits = isinstance(right, t.Array) and right.ndim in (1, 2) and right.dtype.kind in "biufc"
    if not fits or right.dtype == np.float16 or not (is_none(rcond) or is_real(rcond.type)):  # type: ignore[union-attr]
        return False
    return has_loops("lstsq")(a) and a.type.ndim == 2  # type: ignore[union-attr]  # an array


def _systems() -> Iterator[tuple[Any, ...]]:
    tall = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 4.0], [2.0, 2.0]])
    right = np.array([1.0, -2.0, 3.0, 0.25])
    others = (tall.astype(np.float32), tall * (1 + 1j), np.ones((4, 2)), tall > 1)
    for one in (tall, tall[::-1], tall[:2], tall[:1], *others):
        rows = len(one)
        yield from ((one, right[:rows]), (one, right[:rows].astype(np.float32), None), (one, one, 1e-3))
    yield from ((tall.T, right[:2]), (tall.T, tall.T + 1j, -1), (tall, right[:3]), (tall, tall[:, :0]))
    yield from ((tall[:0], right[:0]), (tall[:, :0], right))


@implements(np.linalg.lstsq, when=_is_system, samples=_systems)
def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """The solution that comes closest, with residuals, rank and singular values."""
    (rows, columns), sides = a.shape, 1 if b.ndim == 1 else columns_of(b)
    if len(b) != rows:
        refused(np.linalg.lstsq, a, b, rcond)
    if a.size == 0 or sides == 0:
        return by_numpy(np.linalg.lstsq, a, b, rcond)
    dtype, least = np.result_type(a.dtype, b.dtype, np.float64), min(rows, columns)
    x, right = a.astype(dtype, copy=False), b.reshape((rows, sides)).astype(dtype, copy=False)
    limit = np.empty((), np.float64)
    limit[()] = EPSILON * max(columns, rows) if rcond is None else rcond
    found, rests = np.empty((columns, sides), dtype), np.empty(sides, np.float64)
    rank, values = np.empty((), np.int32), np.empty(least, np.float64)
    run_loop(LSTSQ, (rows, columns, sides, least), x, right, limit, found, rests, rank, values)
    if values[0] != values[0]:
        refused(np.linalg.lstsq, a, b, rcond)
    if rank[()] != columns or rows <= columns:
        rests = np.empty(0, np.float64)
    if b.ndim == 1:
        return _in_precision(a, b, found.ravel(), rests, values, rank[()])
    return _in_precision(a, b, found, rests, values, rank[()])


def _in_precision(a: Any, b: Any, found: Any, rests: Any, values: Any, rank: Any) -> Any:
    if is_single(a) and is_single(b):
        result = found.astype(np.result_type(a.dtype, b.dtype))
        return result, rests.astype(np.float32), rank, values.astype(np.float32)
    return found, rests, rank, values


# ---- pseudo-inverse and rank


def _is_pinv(a: Arg, rcond: Arg, hermitian: Arg, rtol: Arg) -> bool:
    plain = hermitian.const is False and known_value(rtol) is np._NoValue
    fits = has_loops("svd_s")(a) and a.type.dtype.kind != "b"  # type: ignore[union-attr]  # an array
    return plain and fits and (is_none(rcond) or is_real(rcond.type))


def _pinv_samples() -> Iterator[tuple[Any, ...]]:
    for one in (*matrices(), *stacks()):
        yield from ((one,), (one, 1e-3))


@implements(np.linalg.pinv, when=_is_pinv, samples=_pinv_samples)
def pinv(a: Any, rcond: Any = None, hermitian: Any = False, *, rtol: Any = np._NoValue) -> Any:
    """The inverse of what has one, and the nearest thing to it of all else."""
    if a.size == 0:
        return by_numpy(np.linalg.pinv, a)
    limit = DEFAULT_LIMIT if rcond is None else np.float64(rcond)
    u, values, v = svd(a.conjugate(), False)
    inverse = np.where(values > limit * values[..., :1], 1 / values, 0)
    return np.matmul(np.matrix_transpose(v), inverse[..., np.newaxis] * np.matrix_transpose(u))


def _is_rank(A: Arg, tol: Arg, hermitian: Arg, rtol: Arg) -> bool:  # noqa: N803
    return hermitian.const is False and is_none(rtol) and (is_none(tol) or is_real(tol.type)) and has_loops("svd")(A)


def _rank_samples() -> Iterator[tuple[Any, ...]]:
    for one in (*matrices(), *stacks()):
        yield from ((one,), (one, 0.5))


@implements(np.linalg.matrix_rank, when=_is_rank, samples=_rank_samples)
def matrix_rank(A: Any, tol: Any = None, hermitian: Any = False, *, rtol: Any = None) -> Any:  # noqa: N803
    """The number of singular values that are more than rounding errors."""
    if A.size == 0:
        return by_numpy(np.linalg.matrix_rank, A)
    values = singular_values(A)
    if tol is not None:
        return np.sum(values > np.float64(tol), axis=-1)
    part = max(rows_of(A), columns_of(A)) * np.finfo(values.dtype).eps
    return np.sum(values > values[..., :1] * part, axis=-1)


# ---- condition


def _is_condition(x: Arg, p: Arg) -> bool:
    order = None if is_none(p) else known_value(p)
    return order in (None, 2, -2, 1, -1, np.inf, -np.inf, "fro") and has_loops("svd", "inv")(x) and _is_plain(x.type)


def _is_plain(one: t.Type) -> bool:
    # The absolute values of complex numbers may differ in the last bit.
    return is_matrix(one) and isinstance(one, t.Array) and one.ndim == 2 and one.dtype.kind in "iuf"


def _conditions() -> Iterator[tuple[Any, ...]]:
    for one in (*matrices(), *stacks()):
        yield from ((one,), (one, "fro"), *((one, Known(p)) for p in (2, -2, 1, -1, np.inf)))


@implements(np.linalg.cond, when=_is_condition, known=("p",), samples=_conditions)
def cond(x: Any, p: Any = None) -> Any:
    """How much a matrix may magnify errors."""
    if x.size == 0:
        refused(np.linalg.cond, x)
    if p is None or p == 2 or p == -2:
        if np.isnan(x).any():
            # nan from NumPy 2.5 on, an error before.
            return by_numpy(np.linalg.cond, x, p)
        values = singular_values(x)
        found = values[len(values) - 1] / values[0] if p == -2 else values[0] / values[len(values) - 1]
        return values.dtype.type(np.inf) if found != found else found
    if not is_square(x):
        refused(np.linalg.cond, x, p)
    y = precise(x)
    inverse = np.empty(x.shape, np.float64)
    run_loop(INV, (columns_of(x),), y, inverse)
    size = norm(x, p, axis=(-2, -1)) * norm(inverse, p, axis=(-2, -1))
    if size != size and not np.isnan(x).any():
        size = INFINITE
    return np.float32(size) if is_single(x) else size
