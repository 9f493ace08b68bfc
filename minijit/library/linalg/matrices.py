"""What the entries for ``np.linalg`` have in common: which matrices they take, in which precision, and samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.registry import Arg
from minijit.ufunc_loops import linear_algebra

UFUNCS: Any = linear_algebra()


def is_matrix(one: t.Type) -> bool:
    """Whether `one` is a matrix or a stack of them that LAPACK computes with.

    NumPy lays out results in the order that the axes of the stack have: only one such axis has only one order.
    """
    if not isinstance(one, t.Array) or one.ndim < 2 or one.dtype.kind not in "biufc" or one.dtype == np.float16:
        return False
    return one.ndim <= 3 or one.layout == "C"


def has_loops(*names: str) -> Callable[..., bool]:
    """A condition on the first argument: it is a matrix, and there are loops of these names."""

    def applies(a: Arg, *_others: Arg) -> bool:
        return is_matrix(a.type) and all(name in UFUNCS for name in names)

    return applies


def precise(array: Any) -> Any:
    """An array in double precision, in which all is computed."""
    if array.dtype == np.float64 or array.dtype == np.complex128:
        return array
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


def is_single(array: Any) -> Any:
    """Whether results are in single precision."""
    return array.dtype == np.float32 or array.dtype == np.complex64


def rounded(found: Any, like: Any) -> Any:
    """A result in the precision of the operand."""
    if is_single(like):
        return found.astype(np.float32 if found.dtype.kind == "f" else np.complex64)
    return found


def rows_of(a: Any) -> Any:
    """The number of rows of a matrix."""
    return a.shape[a.ndim - 2]


def columns_of(a: Any) -> Any:
    """The number of columns of a matrix."""
    return a.shape[a.ndim - 1]


def is_square(a: Any) -> Any:
    """Whether there are square matrices, with something in them."""
    return a.shape[a.ndim - 1] == a.shape[a.ndim - 2] and a.size > 0


def is_spoilt(found: Any, core: Any) -> Any:
    """Whether a loop has failed for some matrix, and filled its result of so many axes with nan."""
    flat = found.ravel()
    if found.ndim == core:
        return flat[0] != flat[0]
    return (flat != flat).any()


def matrices() -> Iterator[Any]:
    """Matrices of all kinds."""
    table = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.5, -1.0, 5.0]])
    yield from (table, table[:, ::-1], table.T[1:, :2], table.astype(np.float32), table.astype(int), table[:1, :1])
    yield from (table * (1 + 0.5j), (table + 1j * np.triu(table, 1)).astype(np.complex64), np.ones((2, 2)), table[:2])
    yield from (table * np.nan, table[:0, :0], -table, np.eye(5), np.tril(np.ones((4, 4))), np.eye(3) > 0)
    yield from (np.array([[0.0, -1.0], [1.0, 0.0]]), np.array([[2.0, 1.0], [0.0, 3.0]], np.float32))


def stacks() -> Iterator[Any]:
    """Stacks of matrices."""
    table = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.5, -1.0, 5.0]])
    block = np.stack([table, table.T + np.eye(3), 2 * np.eye(3), table @ table])
    yield from (block, block[::-1], block.astype(np.float32), block.swapaxes(1, 2)[::2], block[:, :2], block[:0])
    yield from (block.reshape(2, 2, 3, 3), block * (1 + 0.5j), block[:1], np.stack([table, np.ones((3, 3))]))
    yield from (block[:, :0, :0], block.astype(np.int8))
    yield np.stack([[[0.0, -1.0], [1.0, 0.0]], [[2.0, 0.0], [0.0, 3.0]]])


def alone(*make: Callable[[], Iterator[Any]]) -> Callable[[], Iterator[tuple[Any, ...]]]:
    """Samples of one argument."""
    return lambda: ((one,) for each in make for one in each())


samples = alone(matrices, stacks)
"""Matrices and stacks, as the only argument."""
