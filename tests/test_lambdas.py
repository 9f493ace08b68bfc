"""Lambdas that are compiled by themselves: several in a line, in each other, over several lines, in classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minijit

STEP = 10

plus_one, plus_two = minijit.njit(lambda x: x + 1), minijit.njit(lambda x: x + 2)
weighted = minijit.njit(lambda a, k=2, *, w=1.5: (a * k).sum() * w)
constant = minijit.njit(lambda: 5)
square = lambda x: x * x  # noqa: E731  (a lambda with a name is what is tested)
same = [minijit.njit(lambda x: x - 1), minijit.njit(lambda x: x - 1)]
item = minijit.njit(lambda a, i: a[i])


def closures(k: int) -> tuple[Callable[..., Any], Callable[..., Any]]:
    return minijit.njit(lambda x: x * k + STEP), minijit.njit(
        lambda x, y: (
            x + y
        )
        * k
    )


def twice(function: Callable[[int], int]) -> Callable[[int], int]:
    return minijit.njit(lambda x: function(function(x)))


class Holder:
    __factor = 3
    nested = staticmethod(minijit.njit(lambda x: (lambda y: y * x)(3)))
    private = staticmethod(minijit.njit(lambda: Holder.__factor))


@minijit.njit
def calls_lambdas(x: float) -> float:
    return square(x) + plus_one(x)


def test_each_is_compiled_from_its_own_source() -> None:
    assert (plus_one(1), plus_two(1), constant()) == (2, 3, 5)
    assert (same[0](3), same[1](4)) == (2, 3)
    assert weighted(np.arange(3.0)) == 9.0
    assert weighted(np.arange(3.0), 3, w=1) == 9.0
    assert [minijit.njit(one)(2) for one in (lambda x: x, lambda x: -x, lambda x: x if x > 3 else 0)] == [2, -2, 0]


def test_what_they_capture_is_known() -> None:
    first, second = closures(3)
    assert (first(2), second(1, 2)) == (16, 9)
    assert twice(lambda x: x + 3)(1) == 7


def test_in_classes() -> None:
    assert Holder.nested(4) == 12
    assert Holder.private() == 3


def test_called_by_compiled_functions() -> None:
    assert calls_lambdas(3.5) == 16.75


def test_errors_show_the_place() -> None:
    with pytest.raises(IndexError) as caught:
        item(np.arange(3), 5)
    last = caught.traceback[-1]
    assert last.name == "<lambda>"
    assert "lambda a, i: a[i]" in str(last.statement)


def test_without_source_they_are_interpreted() -> None:
    made: Callable[[int], int] = eval("lambda x: x + 1")
    with pytest.warns(minijit.FallbackWarning, match="can't be found"):
        assert minijit.jit(made)(1) == 2
