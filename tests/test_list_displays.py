"""Lists that are only read are held as tuples; those that could be told from tuples are not compiled."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import minijit
from minijit.testing import assert_same, native


def neighbours(a, i, j):
    s = 0
    for di, dj in [(-1, 0), (1, 0), (0, -1), (0, 1)]:
        s += a[(i + di) % a.shape[0], (j + dj) % a.shape[1]]
    return s


def is_small(n):
    return n in [1, 2, 3], max([n, 2]), sum([n, 1, 2.5]), len([n])


def array_of(x, y):
    return np.array([[x, y], [y, x]]), np.zeros([2, 3])


def mixed(n):
    s = 0
    for x in [1, 2.5, n]:
        s += x
    return s


def first_and_rest(a, b, c):
    first, *rest = a, b, c
    *_, last = a, b
    s = first * 2 + last
    for x in rest:
        s += x
    p, *nothing, q = (1, n := 2)
    return s, len(rest), max(rest), len(nothing), p, q, n


def kept_rest(n):
    first, *rest = n, n + 1, n + 2
    return first, rest


def returned(n):
    return [n, n]


def indexed(n):
    return [1, 2, 3][n]


def dtype_of_fields(n):
    return np.dtype([("x", "f8")]).itemsize + n


def changed(n):
    values = [1, 2]
    values.append(n)
    return len(values)


def compared(n):
    return [n] == (n,)


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (neighbours, (np.arange(12).reshape(3, 4), 0, 3)),
        (is_small, (2,)),
        (is_small, (7,)),
        (array_of, (1, 2.5)),
        (mixed, (3,)),
        (first_and_rest, (1, 2.5, 7)),
        (returned, (3,)),
    ],
)
def test_read_lists_are_native(function: Callable[..., object], args: tuple[object, ...]) -> None:
    compiled = minijit.njit(function)
    with native(compiled):
        assert_same(compiled, *args)


@pytest.mark.parametrize("function", [indexed, dtype_of_fields, changed, compared, kept_rest])
def test_other_lists_are_lists(function: Callable[..., object]) -> None:
    compiled = minijit.jit(function, fallback="silent")
    assert_same(compiled, 1)
