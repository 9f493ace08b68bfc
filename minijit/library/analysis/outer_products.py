"""``np.outer`` and ``np.kron``: all products of an element of one array and an element of another."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.arrays.attributes import arrays
from minijit.library.arrays.shapes import ravel
from minijit.library.builder import Builder, Val
from minijit.library.indexing.index_expressions import element_type
from minijit.library.kernels.array_kernels import array_kernel_of
from minijit.library.memory import array_type, element_pointer, load_element, shape_of, store_element
from minijit.library.registry import Arg, find, lowers
from minijit.numpy_types import Dtype

_FRESH: Final = "allocates raises reads"


def _dtype_of_product(x: t.Array, y: t.Array) -> Dtype | None:
    found = find(operator.mul, (Arg(element_type(x)), Arg(element_type(y))), {})
    return found[1].dtype if found is not None and isinstance(found[1], t.NumpyScalar) else None


def _type_of_outer(x: Arg, y: Arg) -> t.Type | None:
    kinds = [one.type for one in (x, y) if isinstance(one.type, t.Array)]
    if len(kinds) < 2 or any(kind.layout != "C" and kind.ndim != 1 for kind in kinds):
        return None
    dtype = _dtype_of_product(*kinds)
    return None if dtype is None else t.Array(dtype, 2, "C")


def _pairs() -> list[tuple[Any, ...]]:
    flat = np.array([3.0, 1.0, -2.0])
    rows = [(flat, flat), (flat[::-1], np.arange(4, dtype=np.int8)), (flat[:0], flat), (flat > 0, flat < 2)]
    return [*rows, *((row[0], flat.astype(np.float32)) for row in arrays())]


def _element(b: Builder, array: Val, index: Sequence[Value]) -> Val:
    kind = array_type(array)
    return Val(element_type(kind), load_element(b, kind.dtype, element_pointer(b, array, index)))


def _times(b: Builder, dtype: Dtype, x: Val, y: Val) -> tuple[Value, ...]:
    """A product as it is in whole arrays, where complex ones are rounded less."""
    loop = (dtype, dtype, dtype)
    kernel = array_kernel_of(np.multiply, loop)
    assert kernel is not None
    return kernel(b, loop, [b.number_as(one, dtype) for one in (x, y)])


def _type_of_rows(x: Arg, y: Arg) -> t.Type | None:
    are_rows = all(isinstance(one.type, t.Array) and one.type.ndim == 1 for one in (x, y))
    return _type_of_outer(x, y) if are_rows else None


@lowers(np.linalg.outer, t.Array, t.Array, result=_type_of_rows, effects=_FRESH)
@lowers(np.outer, t.Array, t.Array, result=_type_of_outer, effects=_FRESH, samples=_pairs)
def outer(b: Builder, x: Val, y: Val) -> Val:
    """All products, a row for each element of the first."""
    kind = _type_of_outer(Arg(x.type), Arg(y.type))
    assert isinstance(kind, t.Array)
    x, y = (one if array_type(one).ndim == 1 else ravel(b, one) for one in (x, y))
    (rows,), (columns,) = shape_of(x), shape_of(y)
    made = allocate(b, kind.dtype, [rows, columns])

    def row(number: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
        first = _element(b, x, [number])

        def column(place: Value, _inner: tuple[Value, ...]) -> Sequence[Value]:
            product = _times(b, kind.dtype, first, _element(b, y, [place]))
            store_element(b, kind.dtype, element_pointer(b, made, [number, place]), product, local=True)
            return ()

        b.loop(columns, column)
        return ()

    b.loop(rows, row)
    return made


def _type_of_kron(x: Arg, y: Arg) -> t.Type | None:
    kinds = [one.type for one in (x, y) if isinstance(one.type, t.Array)]
    # Of arrays in another order, the result is in an order that follows from the strides.
    if len(kinds) < 2 or any(kind.ndim == 0 or (kind.layout != "C" and kind.ndim > 1) for kind in kinds):
        return None
    if kinds[0].ndim != kinds[1].ndim and any(kind.layout != "C" for kind in kinds):
        return None
    dtype = _dtype_of_product(*kinds)
    return None if dtype is None else t.Array(dtype, max(kind.ndim for kind in kinds), "C")


def _tables() -> list[tuple[Any, ...]]:
    table, row = np.arange(6.0).reshape(2, 3), np.arange(3, dtype=np.int16)
    pairs = [(table, table.T.copy()), (row, row), (table[:0], table), (table > 2, table < 4), (row, row * 1j)]
    pairs += [(row[::-1], row), (row, row[::2]), (table, row), (row, table), (table[None], row)]
    return [*pairs, (table[:, :1], table[None])]


@lowers(np.kron, t.Array, t.Array, result=_type_of_kron, effects=_FRESH, samples=_tables)
def kron(b: Builder, x: Val, y: Val) -> Val:
    """An array with each element of the first replaced by its product with the whole second."""
    kind = _type_of_kron(Arg(x.type), Arg(y.type))
    assert isinstance(kind, t.Array)
    # Axes that an operand has not are of length 1.
    ones: list[Value] = [b.i64(1)] * kind.ndim
    outside, inside = ([*ones, *shape_of(one)][-kind.ndim :] for one in (x, y))
    made = allocate(b, kind.dtype, [b.mul(one, other) for one, other in zip(outside, inside, strict=True)])

    def nest(axis: int, first: list[Value], second: list[Value], places: list[Value]) -> None:
        if axis == kind.ndim:
            factors = [_element(b, one, index[-array_type(one).ndim :]) for one, index in ((x, first), (y, second))]
            product = _times(b, kind.dtype, *factors)
            store_element(b, kind.dtype, element_pointer(b, made, places), product, local=True)
            return

        def block(number: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
            start = b.mul(number, inside[axis])

            def item(index: Value, _inner: tuple[Value, ...]) -> Sequence[Value]:
                nest(axis + 1, [*first, number], [*second, index], [*places, b.add(start, index)])
                return ()

            b.loop(inside[axis], item)
            return ()

        b.loop(outside[axis], block)

    nest(0, [], [], [])
    return made
