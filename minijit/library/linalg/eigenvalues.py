"""``eig eigvals eigh eigvalsh`` of ``np.linalg``: eigenvalues, and eigenvectors with them.

Those of real matrices are real if all of them are, and complex otherwise: which one only the values tell.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minijit.library.arrays.dtypes import text_of_argument
from minijit.library.by_numpy import by_numpy, refused
from minijit.library.linalg.loops import run_loop
from minijit.library.linalg.matrices import (
    UFUNCS,
    columns_of,
    has_loops,
    is_single,
    is_spoilt,
    is_square,
    precise,
    rounded,
    samples,
)
from minijit.library.registry import Arg, implements

LOWER_VALUES, UPPER_VALUES = UFUNCS.get("eigvalsh_lo"), UFUNCS.get("eigvalsh_up")
LOWER, UPPER = UFUNCS.get("eigh_lo"), UFUNCS.get("eigh_up")
EIG, EIGVALS = UFUNCS.get("eig"), UFUNCS.get("eigvals")
GIVES_REALS = np.linalg.eigvals(np.eye(2)).dtype.kind == "f"
"""Whether eigenvalues that are all real are given as such; from NumPy 2.5 on they are complex."""
_ONE = np.ones((1, 1))
EigResult: Any = type(np.linalg.eig(_ONE))
EighResult: Any = type(np.linalg.eigh(_ONE))


# ---- Hermitian matrices


def _names_triangle(a: Arg, UPLO: Arg) -> bool:  # noqa: N803
    loops = has_loops("eigvalsh_lo", "eigvalsh_up", "eigh_lo", "eigh_up")
    return text_of_argument(UPLO, "L") in ("L", "U") and loops(a)


@implements(np.linalg.eigvalsh, when=_names_triangle, samples=samples)
def eigvalsh(a: Any, UPLO: Any = "L") -> Any:  # noqa: N803
    """The eigenvalues of a Hermitian matrix."""
    if not is_square(a):
        return by_numpy(np.linalg.eigvalsh, a)
    x = precise(a)
    values = np.empty(a.shape[: a.ndim - 1], np.float64)
    run_loop(LOWER_VALUES if UPLO == "L" else UPPER_VALUES, (columns_of(a),), x, values)
    return by_numpy(np.linalg.eigvalsh, a, UPLO) if is_spoilt(values, 1) else rounded(values, a)


@implements(np.linalg.eigh, when=_names_triangle, samples=samples)
def eigh(a: Any, UPLO: Any = "L") -> Any:  # noqa: N803
    """The eigenvalues and eigenvectors of a Hermitian matrix."""
    if not is_square(a):
        return by_numpy(np.linalg.eigh, a)
    x = precise(a)
    values, vectors = np.empty(a.shape[: a.ndim - 1], np.float64), np.empty(a.shape, x.dtype)
    run_loop(LOWER if UPLO == "L" else UPPER, (columns_of(a),), x, values, vectors)
    if is_spoilt(values, 1):
        return by_numpy(np.linalg.eigh, a, UPLO)
    return EighResult(rounded(values, a), rounded(vectors, a))


# ---- other matrices


@implements(np.linalg.eigvals, when=has_loops("eigvals"), samples=samples)
def eigvals(a: Any) -> Any:
    """The eigenvalues of a square matrix."""
    if columns_of(a) != a.shape[a.ndim - 2] or not np.isfinite(a).all():
        refused(np.linalg.eigvals, a)
    x = precise(a)
    values = np.empty(a.shape[: a.ndim - 1], np.complex128)
    if values.size > 0:
        run_loop(EIGVALS, (columns_of(a),), x, values)
        if is_spoilt(values, 1):
            refused(np.linalg.eigvals, a)
    if GIVES_REALS and x.dtype.kind == "f" and _is_real(values):
        return values.real.astype(np.float32) if is_single(a) else values.real
    return values.astype(np.complex64) if is_single(a) else values


@implements(np.linalg.eig, when=has_loops("eig"), samples=samples)
def eig(a: Any) -> Any:
    """The eigenvalues and eigenvectors of a square matrix."""
    if columns_of(a) != a.shape[a.ndim - 2] or not np.isfinite(a).all():
        refused(np.linalg.eig, a)
    x = precise(a)
    values, vectors = np.empty(a.shape[: a.ndim - 1], np.complex128), np.empty(a.shape, np.complex128)
    if values.size > 0:
        run_loop(EIG, (columns_of(a),), x, values, vectors)
        if is_spoilt(values, 1):
            refused(np.linalg.eig, a)
    if GIVES_REALS and x.dtype.kind == "f" and _is_real(values):
        if is_single(a):
            return EigResult(values.real.astype(np.float32), vectors.real.astype(np.float32))
        return EigResult(values.real, vectors.real)
    if is_single(a):
        return EigResult(values.astype(np.complex64), vectors.astype(np.complex64))
    return EigResult(values, vectors)


def _is_real(values: Any) -> Any:
    return (values.imag == 0.0).all()
