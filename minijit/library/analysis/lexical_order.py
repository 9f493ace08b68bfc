"""``np.lexsort``: the order of rows of a table by several of its columns, the last one first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.arrays.dtypes import known_value
from minijit.library.by_numpy import refused
from minijit.library.operands import is_real_row
from minijit.library.registry import Arg, implements


def _are_columns(keys: Arg, axis: Arg) -> bool:
    kind = keys.type
    if not isinstance(kind, t.Tuple) or not kind.items or known_value(axis) not in (0, -1):
        return False
    return all(is_real_row(one) and one.dtype != np.float16 for one in kind.items)  # type: ignore[union-attr]


def _samples() -> Iterator[tuple[Any, ...]]:
    first, second = np.array([3, 1, 2, 1, 3, 2, 1]), np.array([0.5, np.nan, 0.5, -1.0, 0.25, np.nan, -1.0])
    yield from (((first,),), ((first, second),), ((second, first),), ([second, first, second[::-1]],))
    yield from (((first[:0], second[:0]),), ((first, second[:3]),), ((first > 1, first.astype(np.uint8)),))


@implements(np.lexsort, when=_are_columns, samples=_samples)
def lexsort(keys: Any, axis: Any = -1) -> Any:
    """The order by the last row of keys; among what is equal there, by the one before, and so on."""
    if not _are_equally_long(keys, len(keys[0])):
        refused(np.lexsort, keys)
    return _in_order(keys[1:], np.argsort(keys[0], kind="stable"))


def _are_equally_long(keys: Any, length: Any) -> Any:
    if len(keys) == 0:
        return True
    return len(keys[0]) == length and _are_equally_long(keys[1:], length)


def _in_order(keys: Any, order: Any) -> Any:
    if len(keys) == 0:
        return order
    return _in_order(keys[1:], order[np.argsort(keys[0][order], kind="stable")])
