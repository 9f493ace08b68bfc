"""``is`` of arrays: arguments that are one object, joins of layouts, arrays that native code makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import minijit
from minijit.testing import compare

GLOBAL = np.arange(3)


def arguments(a, b):
    return a is b, a is not b, b is a


def in_a_tuple(a, b):
    c = b
    pair = c, a
    turns = 0
    while a is pair[0] and turns < 3:
        turns += 1
    return turns


def views(a, b):
    return a is b.T, a.T is b, a is a[...], a[...] is not b


def joined_layouts(a, b):
    c = a if len(a) > 3 else b.T
    return c is a, c is b, a is c, c is not b


def first_of(a, b):
    found = None
    for x in (a, b):
        if found is None:
            found = x
    return found is a, found is b, found is None


def made_here(a, b):
    c = a.copy()
    d = c
    return c is d, c is a, d is not c, c is b, c is a.copy()


def same(x, y):
    return x is y


def by_a_helper(a, b):
    for _ in range(2):
        a, b = b, a
    return same(a, b), same(a, a), same(b, a), same(a, a[...])


def with_a_global(a, b):
    return a is GLOBAL, GLOBAL is b, GLOBAL is GLOBAL


FUNCTIONS = (arguments, in_a_tuple, views, joined_layouts, first_of, made_here, by_a_helper, with_a_global)


def pairs() -> Iterator[tuple[Any, Any]]:
    arrays = (np.arange(4), np.ones((2, 3)), np.ones((2, 3)).T, np.zeros(0), np.arange(8)[::2], np.array(1.5), GLOBAL)
    for array in arrays:
        read_only = array.copy()
        read_only.flags.writeable = False
        for other in (array, array.copy(), array[...], array.astype(np.float32), array.T, array[None], read_only):
            yield array, other


@pytest.mark.parametrize("function", FUNCTIONS)
def test_identity_of_arrays(function: Callable[[Any, Any], Any]) -> None:
    compiled = minijit.jit(function)
    for row in pairs():
        if function is joined_layouts and not (row[0].ndim and row[1].ndim):
            continue
        # A copy of the global array would be another object.
        expected, found = function(*row), compiled(*row)
        assert found == expected, row
        assert not compare(compiled, row)
    assert not compiled.fallback_reasons
