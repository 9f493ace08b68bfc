"""``inv det slogdet solve cholesky`` and ``matrix_power`` of ``np.linalg``, by the loops behind NumPy's own.

Where a loop fails, NumPy is called again, and raises. It also does what has no size or is not square.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.by_numpy import by_numpy
from minijit.library.linalg.loops import run_loop
from minijit.library.linalg.matrices import (
    UFUNCS,
    columns_of,
    has_loops,
    is_matrix,
    is_single,
    is_spoilt,
    is_square,
    matrices,
    precise,
    rounded,
    samples,
    stacks,
)
from minijit.library.operands import is_integer
from minijit.library.registry import Arg, implements
from minijit.library.samples import Known

INV, DET, SLOGDET = UFUNCS.get("inv"), UFUNCS.get("det"), UFUNCS.get("slogdet")
SOLVE, SOLVE_ROW = UFUNCS.get("solve"), UFUNCS.get("solve1")
CHOLESKY, CHOLESKY_UPPER = UFUNCS.get("cholesky_lo"), UFUNCS.get("cholesky_up")
SlogdetResult: Any = type(np.linalg.slogdet(np.ones((1, 1))))


@implements(np.linalg.inv, when=has_loops("inv"), samples=samples)
def inv(a: Any) -> Any:
    """The inverse."""
    if not is_square(a):
        return by_numpy(np.linalg.inv, a)
    x = precise(a)
    found = np.empty(a.shape, x.dtype)
    run_loop(INV, (columns_of(a),), x, found)
    return by_numpy(np.linalg.inv, a) if is_spoilt(found, 2) else rounded(found, a)


@implements(np.linalg.det, when=has_loops("det"), samples=samples)
def det(a: Any) -> Any:
    """The determinant."""
    if not is_square(a):
        return by_numpy(np.linalg.det, a)
    x = precise(a)
    found = np.empty(a.shape[: a.ndim - 2], x.dtype)
    run_loop(DET, (columns_of(a),), x, found)
    return rounded(found, a)[()] if a.ndim == 2 else rounded(found, a)


@implements(np.linalg.slogdet, when=has_loops("slogdet"), samples=samples)
def slogdet(a: Any) -> Any:
    """The sign of the determinant, and the logarithm of its size."""
    if not is_square(a):
        return by_numpy(np.linalg.slogdet, a)
    x = precise(a)
    sign, size = np.empty(a.shape[: a.ndim - 2], x.dtype), np.empty(a.shape[: a.ndim - 2], np.float64)
    run_loop(SLOGDET, (columns_of(a),), x, sign, size)
    if a.ndim == 2:
        return SlogdetResult(rounded(sign, a)[()], rounded(size, a)[()])
    return SlogdetResult(rounded(sign, a), rounded(size, a))


def _is_triangle(a: Arg, upper: Arg) -> bool:
    return isinstance(upper.const, bool) and has_loops("cholesky_lo", "cholesky_up")(a)


@implements(np.linalg.cholesky, when=_is_triangle, known=("upper",), samples=samples)
def cholesky(a: Any, *, upper: Any = False) -> Any:
    """The triangle whose product with its adjoint is the matrix."""
    if not is_square(a):
        return by_numpy(np.linalg.cholesky, a, upper=upper)
    x = precise(a)
    found = np.empty(a.shape, x.dtype)
    run_loop(CHOLESKY_UPPER if upper else CHOLESKY, (columns_of(a),), x, found)
    return by_numpy(np.linalg.cholesky, a, upper=upper) if is_spoilt(found, 2) else rounded(found, a)


# ---- equations


def _is_system(a: Arg, b: Arg) -> bool:
    if not is_matrix(a.type) or not has_loops("solve", "solve1")(a):
        return False
    return is_matrix(b.type) or (isinstance(b.type, t.Array) and b.type.ndim == 1 and b.type.dtype.kind in "biufc")


def _systems() -> Iterator[tuple[Any, ...]]:
    for one in matrices():
        row = np.arange(1.0, len(one) + 1)
        yield from ((one, row), (one, row[::-1].astype(np.float32)), (one, row + 2j))
        yield from ((one, one), (one, one.T), (one, row[:1]))
    for one in stacks():
        yield from ((one, one), (one, np.ones(one.shape[-1])), (one, one[..., :1]), (np.eye(3), one), (one, np.eye(3)))
    yield (np.eye(2, dtype=np.float32), np.ones((2, 3), np.float32))


@implements(np.linalg.solve, when=_is_system, samples=_systems)
def solve(a: Any, b: Any) -> Any:
    """The solution of ``a @ x = b``."""
    size = columns_of(a)
    if not is_square(a) or b.shape[b.ndim - 2 if b.ndim > 1 else 0] != size or b.size == 0:
        return by_numpy(np.linalg.solve, a, b)
    if a.ndim > 2 and b.ndim > 2 and a.shape[: a.ndim - 2] != b.shape[: b.ndim - 2]:
        return by_numpy(np.linalg.solve, a, b)
    dtype = np.result_type(a.dtype, b.dtype, np.float64)
    x, right = a.astype(dtype, copy=False), b.astype(dtype, copy=False)
    if b.ndim == 1:
        found = np.empty(a.shape[: a.ndim - 1], dtype)
        run_loop(SOLVE_ROW, (size,), x, right, found)
    else:
        stack = a.shape[: a.ndim - 2] if a.ndim > 2 else b.shape[: b.ndim - 2]
        found = np.empty((*stack, size, columns_of(b)), dtype)
        run_loop(SOLVE, (size, columns_of(b)), x, right, found)
    if is_spoilt(found, min(b.ndim, 2)):
        return by_numpy(np.linalg.solve, a, b)
    return found.astype(np.result_type(a.dtype, b.dtype)) if is_single(a) and is_single(b) else found


# ---- powers


def _is_power(a: Arg, n: Arg) -> bool:
    return is_matrix(a.type) and is_integer(n.type) and has_loops("inv")(a)


def _powers() -> Iterator[tuple[Any, ...]]:
    for one in list(matrices())[::3] + list(stacks())[::3]:
        yield from ((one, n) for n in (0, 1, 5, -2))
        yield from ((one, Known(3)), (one, Known(-1)), (one, Known(6)), (one, np.int8(4)))


@implements(np.linalg.matrix_power, when=_is_power, known=("n",), samples=_powers)
def matrix_power(a: Any, n: Any) -> Any:
    """A product of so many equal matrices, by squaring; of their inverse if `n` is negative."""
    power = int(n)
    if not is_square(a) or power == 0:
        return by_numpy(np.linalg.matrix_power, a, power)
    return _positive_power(inv(a), -power) if power < 0 else _positive_power(a, power)


def _positive_power(a: Any, n: Any) -> Any:
    if n == 1:
        return a
    if n == 2:
        return np.matmul(a, a)
    if n == 3:
        return np.matmul(np.matmul(a, a), a)
    square, found, is_first = a, a, True
    while True:
        if n % 2 == 1:
            found = square if is_first else np.matmul(found, square)
            is_first = False
        n //= 2
        if n == 0:
            return found
        square = np.matmul(square, square)
