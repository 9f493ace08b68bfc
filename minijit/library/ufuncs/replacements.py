"""``np.nan_to_num`` and ``np.select``: elements in the place of others, by conditions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.arrays.dtypes import is_none
from minijit.library.by_numpy import by_numpy
from minijit.library.registry import Arg, implements
from minijit.library.samples import Known

# ---- nan_to_num


def _is_replacement(x: Arg, copy: Arg, nan: Arg, posinf: Arg, neginf: Arg) -> bool:
    kind = x.type
    if not isinstance(kind, t.Array) or kind.ndim == 0 or kind.dtype not in (np.float32, np.float64):
        return False
    numbers = all(one.type in (t.FLOAT, t.INT) for one in (nan, posinf, neginf) if not is_none(one))
    return copy.const is True and numbers and not is_none(nan)


def _replacements() -> Iterator[tuple[Any, ...]]:
    yes = Known(True)
    table = np.array([[np.nan, -np.inf, 0.5], [np.inf, -0.0, -np.nan]])
    repeated = np.broadcast_to(table[:1], (2, 3))
    for one in (table, table.T, table[:, ::2], table[0], table[:0], table.astype(np.float32), repeated):
        yield from ((one,), (one, yes, 1.5), (one, yes, -1, 2.5, 3), (one, yes, 0.0, None, -9.0))


@implements(np.nan_to_num, when=_is_replacement, samples=_replacements)
def nan_to_num(x: Any, copy: Any = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """Numbers in the place of nan and the infinities."""
    greatest = np.finfo(x.dtype).max if posinf is None else posinf
    least = np.finfo(x.dtype).min if neginf is None else neginf
    made = np.empty_like(x)
    made[...] = np.where(np.isnan(x), nan, np.where(x == np.inf, greatest, np.where(x == -np.inf, least, x)))
    return made


# ---- select


def _is_selection(condlist: Arg, choicelist: Arg, default: Arg) -> bool:
    conditions, choices = condlist.type, choicelist.type
    if not (isinstance(conditions, t.Tuple) and isinstance(choices, t.Tuple)):
        return False
    if not conditions.items or len(conditions.items) != len(choices.items):
        return False
    rows = (*conditions.items, *choices.items)
    if not all(isinstance(one, t.Array) and one.ndim == rows[0].ndim > 0 for one in rows):  # type: ignore[union-attr]
        return False
    if rows[0].ndim > 1 and any(one.layout != "C" for one in rows):  # type: ignore[union-attr]
        return False
    dtypes = {one.dtype for one in choices.items}  # type: ignore[union-attr]  # arrays
    if len(dtypes) > 1 or any(one.dtype != np.bool_ for one in conditions.items):  # type: ignore[union-attr]
        return False
    (dtype,) = dtypes
    if dtype.kind == "f":
        return default.type in (t.FLOAT, t.INT)
    return dtype == np.int64 and default.type == t.INT


def _selections() -> Iterator[tuple[Any, ...]]:
    table = np.array([[3.0, -4.0, 0.1], [1e-3, 2.5, -7.0]])
    for one in (table, table.T, table[0], table[:, ::-1], table[:0], table.astype(np.float32), table.astype(int)):
        yield ([one > 1, one < 0], [one, 2 * one])
        yield ((one > 1, one < 0, one == one), (one, 2 * one, -one), 7)
        yield ([one > 1], [one], 0.5)
    yield ([table > 1, table[:1] < 0], [table, table])


@implements(np.select, when=_is_selection, samples=_selections)
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """For each element the choice that belongs to the first condition that holds."""
    if not _are_of_one_shape(condlist, choicelist[0].shape) or not _are_of_one_shape(choicelist, choicelist[0].shape):
        return by_numpy(np.select, condlist, choicelist, default)
    return _chosen(condlist, choicelist, default)


def _are_of_one_shape(arrays: Any, shape: Any) -> Any:
    if len(arrays) == 0:
        return True
    return arrays[0].shape == shape and _are_of_one_shape(arrays[1:], shape)


def _chosen(conditions: Any, choices: Any, default: Any) -> Any:
    if len(conditions) == 0:
        return default
    return np.where(conditions[0], choices[0], _chosen(conditions[1:], choices[1:], default))
