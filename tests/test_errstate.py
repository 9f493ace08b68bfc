"""``with np.errstate(...)`` inside of compiled functions."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minijit
from minijit.testing import assert_same, native

DATA = np.array([0.0, 1.0, 2.0])


def around_arrays(a: Any) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = 1 / a
        logs = np.log(a)
    return np.where(np.isfinite(inverse), inverse, 0), logs


def left_in_all_ways(a: Any) -> Any:
    total = 0.0
    for k in range(5):
        with np.errstate(all="ignore") as state, np.errstate(over="warn"):
            if k == 1:
                continue
            if k == 4:
                break
            total += a[k % 3] + k
            if total > 100.0:
                return total, state
    return total


def raises_inside(a: Any) -> Any:
    with np.errstate(all="ignore"):
        return a[5]


def through_python(a: Any) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.corrcoef(a * 0, a)
    return found


@pytest.mark.parametrize("function", [around_arrays, left_in_all_ways, raises_inside, through_python])
def test_native(function: Callable[[Any], Any]) -> None:
    compiled = minijit.jit(function)
    with native(compiled):
        assert_same(compiled, DATA)


def test_python_gives_no_warnings_inside() -> None:
    compiled = minijit.jit(through_python)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with native(compiled):
            compiled(DATA)


def outside_it_warns(a: Any) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        total = a.sum()
    return np.cov(a[:1]), total


def test_python_gives_warnings_outside() -> None:
    compiled = minijit.jit(outside_it_warns)
    with native(compiled), pytest.warns(RuntimeWarning):
        compiled(DATA)


def that_raises(a: Any) -> Any:
    with np.errstate(all="raise"):
        return 1 / a


def another_manager(a: Any) -> Any:
    with warnings.catch_warnings(record=True):
        return a + 1


def a_local_of_the_name(a: Any) -> Any:
    errstate = warnings.catch_warnings
    with errstate(record="ignore"):  # type: ignore[call-overload]
        return a + 1


@pytest.mark.parametrize("function", [that_raises, another_manager, a_local_of_the_name])
def test_left_to_the_interpreter(function: Callable[[Any], Any]) -> None:
    compiled = minijit.jit(function)
    with pytest.warns(minijit.FallbackWarning, match="errstate|a with statement"):
        assert_same(compiled, DATA)
