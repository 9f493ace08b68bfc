"""Functions that NumPy itself computes, called from compiled code: what is said of their effects is true."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import minijit
import minijit.library.load
from minijit.library.arrays import through_numpy
from minijit.testing import compare
from tests.native import resident

FLAT, TABLE = np.arange(4.0), np.arange(4.0).reshape(2, 2)
ROWS: tuple[tuple[Any, ...], ...] = (
    (np.arange(3),),
    (FLAT,),
    (TABLE,),
    (np.array(1.5),),
    (FLAT > 1,),
    *((array, number) for array in (np.arange(3), FLAT, TABLE) for number in (0, 1, 3)),
    (TABLE, (1, 1)),
    (FLAT, (4,)),
    (FLAT, FLAT + 1),
    (FLAT, None, None),
)


def _arrays(value: Any) -> Iterator[Any]:
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _arrays(item)


@pytest.mark.parametrize(
    ("owner", "names"),
    [
        (np, through_numpy.COPYING),
        (np.linalg, through_numpy.LINALG),
        (np.ndarray, through_numpy.COPYING_METHODS),
    ],
)
def test_copying_functions_share_no_memory(owner: Any, names: tuple[str, ...]) -> None:
    tried = 0
    with np.errstate(all="ignore"):
        for name in names:
            for row in ROWS:
                try:
                    found = getattr(owner, name)(*row)
                except Exception:
                    continue
                tried += 1
                assert not any(np.shares_memory(x, y) for x in _arrays(found) for y in _arrays(row)), (name, row)
    assert tried > len(names)


def rounded_into(x):
    return np.around(x, 1, x), x


def without_nan(x):
    return np.nan_to_num(x, False), x


def concatenated_into(x):
    out = np.empty(8)
    found = np.concatenate((x, x), out=out)
    return out, found is out


def product_into(x):
    out = np.zeros((4, 4))
    np.matmul(x[:, None], x[None], out=out)
    return out


@pytest.mark.parametrize("function", [rounded_into, without_nan, concatenated_into, product_into])
def test_outputs(function: Callable[..., Any]) -> None:
    compiled = minijit.jit(function, fallback="silent")
    found = compare(compiled, (np.array([1.26, np.nan, 3.0, -2.54]),))
    assert not found


def test_calls_are_remarked() -> None:
    @minijit.jit(fallback="error")
    def ordered(x):
        return np.partition(x, 1)

    ordered(FLAT)
    assert "partition is computed by NumPy, called through Python" in ordered.explain()


def test_views_are_let_go_in_loops() -> None:
    @minijit.jit(fallback="error")
    def total(x, n):
        s = 0.0
        for _ in range(n):
            s += np.ascontiguousarray(x.T).ravel(order="K")[1] + np.array_split(x, n % 2 + 2)[0][0, 0]
        return s

    array = np.ones((400, 500))
    total(array, 1)
    before = resident()
    total(array, 300)
    assert resident() - before < 100_000_000
