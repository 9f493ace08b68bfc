"""Which code for products of small matrices gives the bits of the BLAS that NumPy has loaded: found out by trying."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np

from minijit.runtime.small_products import (
    BY_COLUMNS,
    BY_ROWS,
    CHOICES,
    DOT,
    DOT_WITH_STEPS,
    GEMM,
    MOST_TERMS,
    ORDERS,
    SHORT,
    SMALL,
    choices_of,
)

SAMPLES = 48
"""Pairs of matrices for each size: some orders differ for few of them."""


def choose(symbol: str, functions: dict[str, int]) -> None:
    """Find out which of the code gives NumPy's bits, and have that used.

    Parameters
    ----------
    symbol : str
        The function that is tried.
    functions : dict of str to int
        The addresses of it and of its choices.
    """
    char = symbol[-1]
    call = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 4)(functions[symbol])
    choices = (ctypes.c_int8 * CHOICES).from_address(functions[choices_of(symbol)])

    def fits(pairs: Iterator[tuple[Any, Any]]) -> bool:
        return all(np.array_equal(_bits(np.matmul(x, y)), _bits(_product_by(call, x, y))) for x, y in pairs)

    tried: list[tuple[int, Sequence[int], Callable[[str], Iterator[tuple[Any, Any]]]]] = [
        (GEMM, (1,), _matrices),
        (DOT, (1,), _vectors),
        (DOT_WITH_STEPS, (1,), _stepwise_vectors),
        (BY_ROWS, tuple(ORDERS), _with_vectors_by_rows),
        (BY_COLUMNS, tuple(ORDERS), _with_vectors_by_columns),
    ]
    found = []
    for place, values, samples in tried:
        good = 0
        for value in values:
            choices[place] = value
            if fits(samples(char)):
                good = value
                break
        # While others are tried, this one is not to be used.
        choices[place] = 0
        found.append(good)
    for place, good in enumerate(found):
        choices[place] = good


def _bits(array: Any) -> Any:
    return np.ascontiguousarray(array).view(f"u{array.dtype.itemsize}")


def _product_by(call: Any, x: Any, y: Any) -> Any:
    """``x @ y`` of stacks of matrices, by a function with the signature of the loop."""
    out = np.empty((SAMPLES, x.shape[1], y.shape[2]), x.dtype)
    words = ctypes.c_int64 * 9
    steps = [array.strides for array in (x, y, out)]
    places = [array.ctypes.data for array in (x, y, out)]
    lengths = words(SAMPLES, x.shape[1], x.shape[2], y.shape[2])
    call(words(*places), lengths, words(*(one[0] for one in steps), *(step for one in steps for step in one[1:])), None)
    return out


def _numbers(char: str, *shape: int) -> Any:
    """Numbers of several magnitudes, with zeros of both signs: a stack of matrices."""
    count = SAMPLES * int(np.prod(shape))
    phases = np.arange(1, count + 1) * (1.618 + 0.1 * sum(shape))
    found = np.sin(phases) * 2.0 ** np.round(3 * np.cos(phases * 1.7))
    found[np.sin(phases * 5.1) > 0.97] = 0.0
    found[np.sin(phases * 3.3) > 0.97] = -0.0
    return found.reshape((SAMPLES, *shape)).astype(char)


def _by_columns(stack: Any) -> Any:
    """The same matrices, with columns that are rows in memory."""
    return np.ascontiguousarray(stack.swapaxes(1, 2)).swapaxes(1, 2)


def _matrices(char: str) -> Iterator[tuple[Any, Any]]:
    for m, k, p in product(SMALL, SMALL, SMALL):
        x, y = _numbers(char, m, k), _numbers(char, k, p)[::-1]
        yield from ((x, y), (_by_columns(x), y), (x, _by_columns(y)))


def _vectors(char: str) -> Iterator[tuple[Any, Any]]:
    for count in range(1, MOST_TERMS + 1):
        x = _numbers(char, 1, count)
        yield x, _by_columns(x[::-1].swapaxes(1, 2))


def _stepwise_vectors(char: str) -> Iterator[tuple[Any, Any]]:
    for count in range(1, SHORT.stop):
        for step, other in ((1, 1), (2, 1), (1, 3), (-1, 1), (2, -2), (1, -1)):
            x, y = _numbers(char, 1, 5 * count), _numbers(char, 5 * count, 1)[::-1]
            yield x[:, :, ::step][:, :, :count], y[:, ::other][:, :count]


def _with_vectors_by_rows(char: str) -> Iterator[tuple[Any, Any]]:
    for rows, terms in product(SMALL, SHORT):
        matrix, vector = _numbers(char, rows, terms), _numbers(char, terms, 1)[::-1]
        yield from ((matrix, vector), (vector.swapaxes(1, 2), matrix.swapaxes(1, 2)))


def _with_vectors_by_columns(char: str) -> Iterator[tuple[Any, Any]]:
    for rows, terms in product(SMALL, SHORT):
        matrix, vector = _numbers(char, terms, rows).swapaxes(1, 2), _numbers(char, terms, 1)[::-1]
        yield from ((matrix, vector), (vector.swapaxes(1, 2), matrix.swapaxes(1, 2)))
