"""Lists and tuples whose arrays differ: what NumPy makes of them after an effect, and variables that hold either."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minijit
from minijit.testing import compare


def spread(x, k):
    out = [x]
    for i in range(k):
        out.append(x * i)
    return out


def joined_before_the_list_changes(a, b, n):
    rows = [b]
    b[0] = 7
    joined = np.concatenate(rows)
    for _ in range(n):
        longest = max(len(x) for x in rows)
        rows = spread(a, longest)
    return joined


def two_types(a, b, n):
    rows = [a, b, b]
    if n:
        rows.append(a)
    b[0] = n
    return np.stack(rows), np.hstack(rows)


def three_types(a, b, n):
    rows = [a]
    if n:
        rows.append(b)
    if n > 1:
        rows.append(np.zeros(4, complex))
    b[0] = n
    return np.hstack(rows), np.array(rows), np.mean(rows)


def numbers(a, b, n):
    row = [1]
    if n:
        row.append(2.5)
    b[0] = n
    return np.array(row), np.median(row), np.asarray(row) * 2


def layouts_of_a_tuple(a, b, n):
    for x in (a, b[::-1]):
        if n:
            a = x
        else:
            b = x
    return a, b


def layouts_of_a_list(a, b, n):
    rows = [b]
    kept = a
    for x in rows:
        if n:
            rows = [a, b[::-1]]
        kept = x
    return kept, rows, max(len(x) for x in rows)


FUNCTIONS = (
    *(joined_before_the_list_changes, two_types, three_types, numbers),
    *(layouts_of_a_tuple, layouts_of_a_list),
)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("dtypes", ["fl", "lf", "?f", "bd", "dd"])
def test_values_and_types(function: Callable[..., Any], dtypes: str) -> None:
    compiled = minijit.jit(function)
    for n in (0, 1, 3):
        a, b = (np.arange(4).astype(dtype) for dtype in dtypes)
        assert not compare(compiled, (a, b, n))
    assert not compiled.fallback_reasons
    assert not compiled.stats["bailouts"]


def filled(x):
    for i in range(len(x)):
        x[i] = 1
    return x


def of_an_array_or_none(a, n):
    found = a if n else None
    return filled(np.cumsum(found))


def test_a_helper_that_is_refused_for_one_of_several_types() -> None:
    """It is refused each time somebody asks; what is known of it so far is not taken for its result."""
    compiled = minijit.jit(of_an_array_or_none, fallback="silent")
    for n in (1, 0):
        assert not compare(compiled, (np.arange(3.0), n))
