"""Where elements are not zero: ``nonzero``, ``flatnonzero``, ``argwhere`` and ``where`` of one argument."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.builder import Builder, Val, tuple_val
from minijit.library.indexing.index_arrays import count_true, positions_of
from minijit.library.indexing.taking import as_mask, as_row, release
from minijit.library.memory import array_type, data_of, make_array, owner_of
from minijit.library.registry import Arg, lowers, method
from minijit.numpy_types import INT64

_ROW = t.Array(INT64, 1, "C")


def _samples() -> Iterator[tuple[Any, ...]]:
    flat = np.array([0.0, 1.0, np.nan, 0.0, -0.0, 2.0])
    for one in (flat, flat[::-1], flat[::2], flat[:0], flat > 0, np.arange(5, dtype=np.int8), flat + 0j):
        yield (one,)
    cube = np.arange(24).reshape(2, 3, 4) % 3
    for one in (cube, cube.T, cube[:, ::-1], cube == 1, (cube == 1).T, cube[0] * 1j, cube[:, :0], cube[:1, :1]):
        yield (one,)


def _has_axes(one: t.Type) -> bool:
    return isinstance(one, t.Array) and one.ndim > 0


def _type_of_positions(array: Arg) -> t.Type:
    assert isinstance(array.type, t.Array)
    ndim = array.type.ndim
    return t.Tuple((_ROW,) if ndim == 1 else (t.Array(INT64, 1, "A"),) * ndim)


@lowers(np.nonzero, _has_axes, result=_type_of_positions, effects="allocates raises reads", samples=_samples)
@lowers(method("nonzero"), _has_axes, result=_type_of_positions, effects="allocates raises reads", samples=_samples)
@lowers(np.where, _has_axes, result=_type_of_positions, effects="allocates raises reads", samples=_samples)
def nonzero(b: Builder, array: Val) -> Val:
    """A row of positions for each axis."""
    owners: list[Value] = []
    mask = as_mask(b, array, owners)
    rows = positions_of(b, mask, count_true(b, mask), side_by_side=True)
    for row in rows[1:]:
        # They are in one block, and each of them is let go by itself.
        b.emit("incref", (owner_of(row),))
    release(b, owners)
    return tuple_val(rows)


@lowers(np.flatnonzero, _has_axes, result=_ROW, effects="allocates raises reads", samples=_samples)
def flatnonzero(b: Builder, array: Val) -> Val:
    """The positions in the array as one row."""
    owners: list[Value] = []
    mask = as_row(b, as_mask(b, array, owners), owners)
    (row,) = positions_of(b, mask, count_true(b, mask))
    release(b, owners)
    return row


@lowers(
    np.argwhere,
    _has_axes,
    result=lambda array: t.Array(INT64, 2, "F"),
    effects="allocates raises reads",
    samples=_samples,
)
def argwhere(b: Builder, array: Val) -> Val:
    """A table of the same positions, a line for each element."""
    owners: list[Value] = []
    mask = as_mask(b, array, owners)
    count = count_true(b, mask)
    rows = positions_of(b, mask, count)
    release(b, owners)
    shape = [count, b.i64(array_type(array).ndim)]
    return make_array(t.Array(INT64, 2, "F"), b.null(), owner_of(rows[0]), data_of(rows[0]), shape, ())
