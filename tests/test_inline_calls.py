"""Small functions in the place of their calls: the same results and tracebacks, and loops without checks."""

from __future__ import annotations

import math
import traceback
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np
import pytest

from minijit import jit, njit, pipeline
from minijit.ir.unit import Unit
from minijit.options import Options
from minijit.runtime.typeof import type_of
from minijit.testing import copy_arguments, differences
from tests.test_versioning import outcome


def at(a, i, j):
    return a[i, j]


def first_of(a, i):
    if i < 0:
        return 0.0
    for k in range(a.shape[1]):
        if a[i, k] > 1.0:
            return a[i, k]
    return -1.0


def rotated(x, y):
    return 0.6 * x - 0.8 * y, 0.8 * x + 0.6 * y


def checked_root(x):
    if x < 0.0:
        raise ValueError("negative")
    return math.sqrt(x)


def through_another(a, i, j):
    return checked_root(at(a, i, j)) + at(a, i, 0)


def neighbours(a, out):
    for i in range(1, a.shape[0] - 1):
        for j in range(a.shape[1]):
            out[i, j] = at(a, i - 1, j) + at(a, i + 1, j)


def firsts(a, out):
    for i in range(-1, a.shape[0]):
        out[i, 0] = first_of(a, i)


def pairs(a, out):
    for i in range(a.shape[0]):
        x, y = rotated(a[i, 0], a[i, 1])
        out[i, 0] = x
        out[i, 1] = y


def roots(a, out):
    for i in range(a.shape[0]):
        out[i, 1] = through_another(a, i, 1)


CALLERS = (neighbours, firsts, pairs, roots)


def unit_of(function: FunctionType, *arguments: Any) -> Unit:
    types = tuple(map(type_of, arguments))
    return pipeline.build_unit(function, types, Options(), pipeline.Clock(), lambda *_: None)[0]


@pytest.mark.parametrize("function", CALLERS, ids=lambda function: function.__name__)
def test_results(function: FunctionType) -> None:
    a = np.arange(12.0).reshape(4, 3) - 0.5
    compiled = njit(function)
    for values in (a, a + 2, a.astype(np.float32), a[:2], a[:, :1], np.asfortranarray(a)):
        for out in (np.zeros((4, 3)), np.zeros((3, 1)), values):
            assert not differences(outcome(function, (values, out)), outcome(compiled, (values, out)))


@pytest.mark.parametrize("function", CALLERS, ids=lambda function: function.__name__)
def test_nothing_is_called(function: FunctionType) -> None:
    unit = unit_of(function, np.zeros((3, 3)), np.zeros((3, 3)))
    assert list(unit.functions) == [unit.name]


def test_checks_of_the_callee_are_taken_out_of_the_loop() -> None:
    (function,) = unit_of(neighbours, np.zeros((3, 3)), np.zeros((3, 3))).functions.values()
    left = {i.op for block in function.blocks if not block.attrs.get("slow") for i in block.instrs}
    assert "check_index" not in left


def frames(function: Callable[..., Any], arguments: tuple[Any, ...]) -> list[tuple[str, int | None]]:
    """The functions and lines that a call's exception has come through."""
    try:
        function(*copy_arguments(arguments))
    except Exception as error:
        places = traceback.extract_tb(error.__traceback__)
        return [(place.name, place.lineno) for place in places if place.filename == __file__ and place.name != "frames"]
    return []


@pytest.mark.parametrize(
    ("function", "values", "depth"),
    [(roots, -np.ones((3, 3)), 3), (roots, np.ones((3, 1)), 3), (neighbours, np.ones((5, 4)), 1)],
)
def test_tracebacks(function: FunctionType, values: Any, depth: int) -> None:
    arguments = values, np.ones((5, 3))
    expected = frames(function, arguments)
    assert len(expected) == depth
    assert frames(njit(function), arguments) == expected


def test_recursive_functions_are_called() -> None:
    def deeper(n):
        return 0 if n == 0 else 1 + deeper(n - 1)

    def total(n):
        s = 0
        for i in range(n):
            s += deeper(i)
        return s

    assert njit(total)(30) == total(30)
    compiled = jit(total)
    with pytest.raises(RecursionError):
        compiled(100_000)


def test_results_of_several_types() -> None:
    def some(x):
        if x > 2:
            return None
        return x if x > 1 else 0

    def count(a):
        found = 0
        s = 0.0
        for i in range(len(a)):
            y = some(a[i])
            if y is None:
                found += 1
            else:
                s += y
        return found, s

    arguments = (np.array([0.5, 1.5, 2.5, np.nan]),)
    assert not differences(outcome(count, arguments), outcome(njit(count), arguments))
