"""``np.linalg`` for one matrix: ``inv solve det slogdet cholesky eigh eigvalsh svd``, by the loops behind NumPy's own.

Those compute in double precision, with the LAPACK that NumPy came with, and fill their results with nan where they
fail. NumPy is called again then, and raises. It also does what has no size or is not square.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.arrays.dtypes import text_of_argument
from minijit.library.builder import NONE_VAL, Builder, Val, item_of
from minijit.library.by_numpy import by_numpy
from minijit.library.memory import array_type, data_of, strides_of
from minijit.library.operands import anything
from minijit.library.registry import Arg, implements, lowers
from minijit.library.samples import Known
from minijit.ufunc_loops import linear_algebra, loop_symbol

UFUNCS: Any = linear_algebra()
INV, DET, SLOGDET = UFUNCS.get("inv"), UFUNCS.get("det"), UFUNCS.get("slogdet")
SOLVE, SOLVE_ROW = UFUNCS.get("solve"), UFUNCS.get("solve1")
CHOLESKY, EIGENVALUES, EIGEN = UFUNCS.get("cholesky_lo"), UFUNCS.get("eigvalsh_lo"), UFUNCS.get("eigh_lo")
SVD_FULL, SVD_SMALL, SINGULAR_VALUES = UFUNCS.get("svd_f"), UFUNCS.get("svd_s"), UFUNCS.get("svd")
_ONE = np.ones((1, 1))
EighResult: Any = type(np.linalg.eigh(_ONE))
SlogdetResult: Any = type(np.linalg.slogdet(_ONE))
SVDResult: Any = type(np.linalg.svd(_ONE))


# ---- one run of a loop


def run_loop(ufunc: Any, lengths: Any, *arrays: Any) -> Any:
    """Compute a generalised ufunc once; `lengths` are those of the axes that its signature names."""
    ufunc(*arrays[: ufunc.nin], out=arrays[ufunc.nin :])


def _loop_of(ufunc: Arg | Val, arrays: Sequence[Arg | Val]) -> str | None:
    found = ufunc.type.value if isinstance(ufunc.type, t.Const) else None
    if not isinstance(found, np.ufunc) or not all(isinstance(one.type, t.Array) for one in arrays):
        return None
    return loop_symbol(found, [np.dtype(one.type.dtype) for one in arrays])  # type: ignore[union-attr]  # arrays


@lowers(
    run_loop,
    t.Const,
    t.Tuple,
    result=lambda ufunc, lengths, *arrays: None if _loop_of(ufunc, arrays) is None else t.NONE,
    rest=anything,
    effects="reads",
)
def _run_loop(b: Builder, ufunc: Val, lengths: Val, *arrays: Val) -> Val:
    """Fill in what a ufunc hands to its loop: addresses, lengths behind the number of runs, strides behind a row."""
    symbol = _loop_of(ufunc, arrays)
    assert symbol is not None and isinstance(lengths.type, t.Tuple)
    sizes = [b.i64(1), *(b.index_of(item_of(lengths, k)) for k in range(len(lengths.type.items)))]
    between = [b.i64(array_type(one).dtype.itemsize) for one in arrays]
    steps = [*between, *(stride for one in arrays for stride in strides_of(b, one))]
    rows = []
    for words in ([data_of(one) for one in arrays], sizes, steps):
        place = b.slots(len(words))
        for position, word in enumerate(words):
            b.store(b.ptr_add(place, 8 * position), word, local=True)
        rows.append(place)
    b.call_c(symbol, None, *rows, b.null(), effects="allocates")
    return NONE_VAL


# ---- dtypes


def is_matrix(one: t.Type) -> bool:
    """Whether `one` is a matrix that LAPACK computes with."""
    return isinstance(one, t.Array) and one.ndim == 2 and one.dtype.kind in "iufc"


def _has_loops(*names: str) -> Callable[..., bool]:
    def applies(a: Arg, *others: Arg) -> bool:
        side = others[0] if others and isinstance(others[0].type, t.Const) else None
        return is_matrix(a.type) and all(name in UFUNCS for name in names) and text_of_argument(side, "L") == "L"

    return applies


def _precise(array: Any) -> Any:
    """An array in double precision, in which all is computed."""
    if array.dtype == np.float64 or array.dtype == np.complex128:
        return array
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


def _rounded(found: Any, like: Any) -> Any:
    """A result in the precision of the operand."""
    if _is_single(like):
        return found.astype(np.float32 if found.dtype.kind == "f" else np.complex64)
    return found


def _is_single(array: Any) -> Any:
    return array.dtype == np.float32 or array.dtype == np.complex64


def _is_square(a: Any) -> Any:
    return a.shape[0] == a.shape[1] and a.shape[0] > 0


def _matrices() -> Iterator[Any]:
    table = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.5, -1.0, 5.0]])
    yield from (table, table[:, ::-1], table.T[1:, :2], table.astype(np.float32), table.astype(int), table[:1, :1])
    yield from (table * (1 + 0.5j), (table + 1j * np.triu(table, 1)).astype(np.complex64), np.ones((2, 2)), table[:2])
    yield from (table * np.nan, table[:0, :0], -table, np.eye(5), np.tril(np.ones((4, 4))))


def _samples() -> Iterator[tuple[Any, ...]]:
    return ((one,) for one in _matrices())


# ---- functions


@implements(np.linalg.inv, when=_has_loops("inv"), samples=_samples)
def inv(a: Any) -> Any:
    """The inverse."""
    if not _is_square(a):
        return by_numpy(np.linalg.inv, a)
    x = _precise(a)
    found = np.empty(a.shape, x.dtype)
    run_loop(INV, (len(a),), x, found)
    return by_numpy(np.linalg.inv, a) if found[0, 0] != found[0, 0] else _rounded(found, a)


@implements(np.linalg.det, when=_has_loops("det"), samples=_samples)
def det(a: Any) -> Any:
    """The determinant."""
    if not _is_square(a):
        return by_numpy(np.linalg.det, a)
    x = _precise(a)
    found = np.empty((), x.dtype)
    run_loop(DET, (len(a),), x, found)
    return _rounded(found, a)[()]


@implements(np.linalg.slogdet, when=_has_loops("slogdet"), samples=_samples)
def slogdet(a: Any) -> Any:
    """The sign of the determinant, and the logarithm of its size."""
    if not _is_square(a):
        return by_numpy(np.linalg.slogdet, a)
    x = _precise(a)
    sign, size = np.empty((), x.dtype), np.empty((), np.float64)
    run_loop(SLOGDET, (len(a),), x, sign, size)
    return SlogdetResult(_rounded(sign, a)[()], _rounded(size, a)[()])


def _is_lower(a: Arg, upper: Arg) -> bool:
    return upper.const is False and _has_loops("cholesky_lo")(a)


@implements(np.linalg.cholesky, when=_is_lower, samples=_samples)
def cholesky(a: Any, *, upper: Any = False) -> Any:
    """The lower triangle whose product with its adjoint is the matrix."""
    if not _is_square(a):
        return by_numpy(np.linalg.cholesky, a)
    x = _precise(a)
    found = np.empty(a.shape, x.dtype)
    run_loop(CHOLESKY, (len(a),), x, found)
    return by_numpy(np.linalg.cholesky, a) if found[0, 0] != found[0, 0] else _rounded(found, a)


@implements(np.linalg.eigvalsh, when=_has_loops("eigvalsh_lo"), samples=_samples)
def eigvalsh(a: Any, UPLO: Any = "L") -> Any:  # noqa: N803
    """The eigenvalues of a Hermitian matrix."""
    if not _is_square(a):
        return by_numpy(np.linalg.eigvalsh, a)
    x = _precise(a)
    values = np.empty(len(a), np.float64)
    run_loop(EIGENVALUES, (len(a),), x, values)
    return by_numpy(np.linalg.eigvalsh, a) if values[0] != values[0] else _rounded(values, a)


@implements(np.linalg.eigh, when=_has_loops("eigh_lo"), samples=_samples)
def eigh(a: Any, UPLO: Any = "L") -> Any:  # noqa: N803
    """The eigenvalues and eigenvectors of a Hermitian matrix."""
    if not _is_square(a):
        return by_numpy(np.linalg.eigh, a)
    x = _precise(a)
    values, vectors = np.empty(len(a), np.float64), np.empty(a.shape, x.dtype)
    run_loop(EIGEN, (len(a),), x, values, vectors)
    if values[0] != values[0]:
        return by_numpy(np.linalg.eigh, a)
    return EighResult(_rounded(values, a), _rounded(vectors, a))


# ---- singular values


def _is_svd(a: Arg, full_matrices: Arg, compute_uv: Arg, hermitian: Arg) -> bool:
    flags = all(isinstance(one.const, bool) for one in (full_matrices, compute_uv))
    return flags and hermitian.const is False and _has_loops("svd_f", "svd_s", "svd")(a)


def _svd_samples() -> Iterator[tuple[Any, ...]]:
    for one in (*_matrices(), np.arange(12.0).reshape(3, 4)[:, ::-1]):
        yield from ((one,), (one, Known(False)), (one, Known(False), Known(False)))


@implements(np.linalg.svd, when=_is_svd, samples=_svd_samples)
def svd(a: Any, full_matrices: Any = True, compute_uv: Any = True, hermitian: Any = False) -> Any:
    """Singular values, and the matrices that make a matrix diagonal."""
    rows, columns = a.shape
    least = min(rows, columns)
    if least == 0:
        return by_numpy(np.linalg.svd, a, full_matrices, compute_uv)
    x = _precise(a)
    values = np.empty(least, np.float64)
    if not compute_uv:
        run_loop(SINGULAR_VALUES, (rows, columns, least), x, values)
        return by_numpy(np.linalg.svd, a, compute_uv=False) if values[0] != values[0] else _rounded(values, a)
    u = np.empty((rows, rows if full_matrices else least), x.dtype)
    v = np.empty((columns if full_matrices else least, columns), x.dtype)
    run_loop(SVD_FULL if full_matrices else SVD_SMALL, (rows, columns, least), x, u, values, v)
    if values[0] != values[0]:
        return by_numpy(np.linalg.svd, a, full_matrices)
    return SVDResult(_rounded(u, a), _rounded(values, a), _rounded(v, a))


# ---- equations


def _is_system(a: Arg, b: Arg) -> bool:
    right = b.type
    fits = isinstance(right, t.Array) and right.ndim in (1, 2) and right.dtype.kind in "iufc"
    return fits and _has_loops("solve", "solve1")(a)


def _systems() -> Iterator[tuple[Any, ...]]:
    for one in _matrices():
        row = np.arange(1.0, len(one) + 1)
        yield from ((one, row), (one, row[::-1].astype(np.float32)), (one, row + 2j))
        yield from ((one, one), (one, one.T), (one, row[:1]))
    yield (np.eye(2, dtype=np.float32), np.ones((2, 3), np.float32))


@implements(np.linalg.solve, when=_is_system, samples=_systems)
def solve(a: Any, b: Any) -> Any:
    """The solution of ``a @ x = b``."""
    if not _is_square(a) or a.shape[0] != b.shape[0] or b.size == 0:
        return by_numpy(np.linalg.solve, a, b)
    x, right = _precise(a), _precise(b)
    dtype = np.result_type(x.dtype, right.dtype)
    found = np.empty(b.shape, dtype)
    if b.ndim == 1:
        run_loop(SOLVE_ROW, (len(a),), x.astype(dtype, copy=False), right.astype(dtype, copy=False), found)
        if found[0] != found[0]:
            return by_numpy(np.linalg.solve, a, b)
    else:
        both = (x.astype(dtype, copy=False), right.astype(dtype, copy=False))
        run_loop(SOLVE, (len(a), b.shape[1]), both[0], both[1], found)
        if found[0, 0] != found[0, 0]:
            return by_numpy(np.linalg.solve, a, b)
    both_single = _is_single(a) and _is_single(b)
    return found.astype(np.result_type(a.dtype, b.dtype)) if both_single else found
