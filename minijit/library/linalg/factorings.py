"""``svd svdvals qr`` of ``np.linalg``: matrices as products of others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.arrays.dtypes import text_of_argument
from minijit.library.by_numpy import by_numpy
from minijit.library.linalg.loops import run_loop
from minijit.library.linalg.matrices import (
    UFUNCS,
    columns_of,
    has_loops,
    is_spoilt,
    matrices,
    precise,
    rounded,
    rows_of,
    samples,
    stacks,
)
from minijit.library.registry import Arg, implements
from minijit.library.samples import Known

SVD_FULL, SVD_SMALL, SINGULAR_VALUES = UFUNCS.get("svd_f"), UFUNCS.get("svd_s"), UFUNCS.get("svd")
QR_RAW, QR_REDUCED, QR_COMPLETE = UFUNCS.get("qr_r_raw"), UFUNCS.get("qr_reduced"), UFUNCS.get("qr_complete")
_ONE = np.ones((1, 1))
SVDResult: Any = type(np.linalg.svd(_ONE))
QRResult: Any = type(np.linalg.qr(_ONE))


# ---- singular values


def _is_svd(a: Arg, full_matrices: Arg, compute_uv: Arg, hermitian: Arg) -> bool:
    flags = all(isinstance(one.const, bool) for one in (full_matrices, compute_uv))
    return flags and hermitian.const is False and has_loops("svd_f", "svd_s", "svd")(a)


def _svd_samples() -> Iterator[tuple[Any, ...]]:
    for one in (*matrices(), np.arange(12.0).reshape(3, 4)[:, ::-1], *stacks()):
        yield from ((one,), (one, Known(False)), (one, Known(False), Known(False)))


@implements(np.linalg.svd, when=_is_svd, known=("full_matrices", "compute_uv"), samples=_svd_samples)
def svd(a: Any, full_matrices: Any = True, compute_uv: Any = True, hermitian: Any = False) -> Any:
    """Singular values, and the matrices that make a matrix diagonal."""
    if not compute_uv:
        return singular_values(a)
    rows, columns = rows_of(a), columns_of(a)
    least = min(rows, columns)
    if a.size == 0:
        return by_numpy(np.linalg.svd, a, full_matrices, compute_uv)
    x, stack = precise(a), a.shape[: a.ndim - 2]
    values = np.empty((*stack, least), np.float64)
    u = np.empty((*stack, rows, rows if full_matrices else least), x.dtype)
    v = np.empty((*stack, columns if full_matrices else least, columns), x.dtype)
    run_loop(SVD_FULL if full_matrices else SVD_SMALL, (rows, columns, least), x, u, values, v)
    if is_spoilt(values, 1):
        return by_numpy(np.linalg.svd, a, full_matrices)
    return SVDResult(rounded(u, a), rounded(values, a), rounded(v, a))


@implements(np.linalg.svdvals, when=has_loops("svd"), samples=samples)
def svdvals(x: Any, /) -> Any:
    """The singular values."""
    return singular_values(x)


def singular_values(a: Any) -> Any:
    """The singular values, in falling order."""
    if a.size == 0:
        return by_numpy(np.linalg.svdvals, a)
    x = precise(a)
    rows, columns = rows_of(a), columns_of(a)
    values = np.empty((*a.shape[: a.ndim - 2], min(rows, columns)), np.float64)
    run_loop(SINGULAR_VALUES, (rows, columns, min(rows, columns)), x, values)
    return by_numpy(np.linalg.svdvals, a) if is_spoilt(values, 1) else rounded(values, a)


# ---- triangles


def _is_qr(a: Arg, mode: Arg) -> bool:
    known = text_of_argument(mode, "") in ("reduced", "complete", "r", "raw")
    # Triangles of stacks in another order are in an order that follows from the strides.
    fits = isinstance(a.type, t.Array) and (a.type.ndim == 2 or a.type.layout == "C")
    return known and fits and has_loops("qr_r_raw", "qr_reduced", "qr_complete")(a)


def _qr_samples() -> Iterator[tuple[Any, ...]]:
    table = np.arange(12.0).reshape(3, 4) ** 2
    for one in (*matrices(), *stacks(), table[:, ::-1], table.T):
        yield from ((one,), (one, "complete"), (one, "r"), (one, "raw"))


@implements(np.linalg.qr, when=_is_qr, samples=_qr_samples)
def qr(a: Any, mode: Any = "reduced") -> Any:
    """Orthogonal columns and an upper triangle whose product is the matrix."""
    if a.size == 0:
        return by_numpy(np.linalg.qr, a, mode)
    rows, columns = rows_of(a), columns_of(a)
    least = min(rows, columns)
    stack = a.shape[: a.ndim - 2]
    # The loop leaves the triangle, and below it the reflections, in the operand.
    both = a.astype(np.complex128 if a.dtype.kind == "c" else np.float64)
    factors = np.empty((*stack, least), both.dtype)
    run_loop(QR_RAW, (rows, columns, least), both, factors)
    if mode == "r":
        return rounded(_triangle(both, least), a)
    if mode == "raw":
        return rounded(np.swapaxes(both, a.ndim - 2, a.ndim - 1), a), rounded(factors, a)
    if mode == "complete" and rows > columns:
        q = np.empty((*stack, rows, rows), both.dtype)
        run_loop(QR_COMPLETE, (rows, columns), both, factors, q)
        return QRResult(rounded(q, a), rounded(_triangle(both, rows), a))
    q = np.empty((*stack, rows, least), both.dtype)
    run_loop(QR_REDUCED, (rows, columns, least), both, factors, q)
    return QRResult(rounded(q, a), rounded(_triangle(both, least), a))


def _triangle(both: Any, rows: Any) -> Any:
    """The upper triangle of the first rows, laid out like the matrix."""
    part = both[..., :rows, :]
    return np.triu(part) if both.ndim == 2 else np.triu(np.ascontiguousarray(part))
