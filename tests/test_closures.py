"""Functions defined inside of compiled functions, and lambdas."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minijit


def twice(function: Callable[[float], float], x: float) -> float:
    return function(x) + function(2 * x)


def lambda_called_and_passed_on(x: float) -> float:
    scaled = lambda y: y * x  # noqa: E731
    return scaled(2) + twice(scaled, 4.0)


def method_of_runge_kutta(start: Any, steps: int) -> Any:
    def slope(t: float, y: Any) -> Any:
        return -y + np.sin(t)

    y = start.copy()
    t = 0.0
    h = 0.1
    for _ in range(steps):
        first = slope(t, y)
        second = slope(t + h / 2, y + h / 2 * first)
        y = y + h / 6 * (first + 2 * second)
        t += h
    return y


def literal_defaults(n: int) -> Any:
    def inner(k: int, m: int = 2, *, s: float = 1.5) -> Any:
        return k * m + s + n

    return inner(1), inner(1, 3), inner(1, s=5), inner(m=1, k=2)


def one_of_two(n: int) -> int:
    if n > 3:
        step = lambda x: x + 1  # noqa: E731
    else:
        step = lambda x: x - 1  # noqa: E731
    return step(n)


def nested_twice(x: float) -> float:
    def middle(y: float) -> float:
        inner = lambda z: z + x + y  # noqa: E731
        return inner(1.0)

    return middle(2.0)


def captures_an_array(a: Any) -> Any:
    doubled = a * 2

    def at(i: int) -> Any:
        return doubled[i]

    total = 0.0
    for i in range(len(a)):
        total += at(i)
    return total, at(-1)


def fails_inside(a: Any) -> Any:
    def at(i: int) -> Any:
        return a[i]

    return at(len(a))


def star_arguments(n: int) -> int:
    count = lambda *values: len(values)  # noqa: E731
    return count(1, 2.5, n)


def normal_distribution(s: float, k: float) -> float:
    below = lambda x: 0.5 * (1 + math.erf(x / math.sqrt(2)))  # noqa: E731
    return s * below(s - k) - k * below(k - s)


CASES = [
    (lambda_called_and_passed_on, (3.0,)),
    (method_of_runge_kutta, (np.arange(4.0), 3)),
    (literal_defaults, (5,)),
    (one_of_two, (5,)),
    (one_of_two, (1,)),
    (nested_twice, (2.5,)),
    (captures_an_array, (np.arange(5.0),)),
    (star_arguments, (7,)),
    (normal_distribution, (1.0, 0.5)),
]


@pytest.mark.parametrize(("function", "args"), CASES)
def test_nested_functions_are_native(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    compiled = minijit.jit(function, fallback="error")
    for _ in range(2):
        got, wanted = compiled(*args), function(*args)
        assert repr(got) == repr(wanted)


def test_traceback_of_a_nested_function() -> None:
    with pytest.raises(IndexError, match="index 3 is out of bounds for axis 0 with size 3") as caught:
        minijit.jit(fails_inside, fallback="error")(np.zeros(3))
    assert [entry.name for entry in caught.traceback][-2:] == ["fails_inside", "at"]


def in_a_loop(n: int) -> int:
    total = 0
    for i in range(n):
        times = lambda x: x * i  # noqa: E731
        total += times(2)
    return total


def assigned_later(n: int) -> int:
    value = n
    get = lambda: value  # noqa: E731
    value = 2 * n
    return get()


def assigned_perhaps(n: int) -> int:
    if n > 2:
        value = n
    get = lambda: value  # noqa: E731
    return get()


def assigned_inside(n: int) -> int:
    value = n

    def add() -> None:
        nonlocal value
        value += 1

    add()
    return value


def calls_itself(n: int) -> int:
    def factorial(k: int) -> int:
        return 1 if k < 2 else k * factorial(k - 1)

    return factorial(n)


def returned(n: int) -> Any:
    return lambda x: x + n


@pytest.mark.parametrize("function", [in_a_loop, assigned_later, assigned_perhaps, assigned_inside, calls_itself])
def test_variables_that_change_are_left_to_the_interpreter(function: Callable[[int], Any]) -> None:
    with pytest.warns(minijit.FallbackWarning, match="may change afterwards"):
        assert minijit.jit(function)(4) == function(4)


def test_a_nested_function_that_is_returned() -> None:
    with pytest.warns(minijit.FallbackWarning, match="leaves native code"):
        assert minijit.jit(returned)(4)(1) == 5
