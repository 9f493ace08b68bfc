"""Functions defined inside of compiled functions, and lambdas."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minijit
from minijit.testing import assert_same, native


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


def kept_in_a_loop(n: int) -> int:
    total = 0
    for k in range(n):
        add = lambda x: x + k  # noqa: E731
        same = add
        total += same(k)
    return total


def renamed(n: int) -> int:
    def scaled(x: int) -> int:
        return x * factor

    factor = 1
    same = scaled
    factor = 2
    return same(n)


def assigned_aside(n: int) -> int:
    factor = 1

    def scaled(x: int) -> int:
        return x * factor

    return scaled(factor := n)


def each_other(n: int) -> bool:
    def is_even(k: int) -> bool:
        return k == 0 or is_odd(k - 1)

    def is_odd(k: int) -> bool:
        return k > 0 and is_even(k - 1)

    return is_even(n)


def returned(n: int) -> Any:
    return lambda x: x + n


@pytest.mark.parametrize("function", [kept_in_a_loop, renamed, assigned_inside, assigned_aside, each_other])
def test_variables_that_change_are_left_to_the_interpreter(function: Callable[[int], Any]) -> None:
    with pytest.warns(minijit.FallbackWarning, match="may change afterwards|use each other"):
        assert minijit.jit(function)(4) == function(4)


def test_a_nested_function_that_is_returned() -> None:
    with pytest.warns(minijit.FallbackWarning, match="leaves native code"):
        assert minijit.jit(returned)(4)(1) == 5


# ---- functions that are made anew by each use


def calls_itself(n: int) -> int:
    def factorial(k: int) -> int:
        return 1 if k < 2 else k * factorial(k - 1)

    return factorial(n)


def lambda_that_calls_itself(n: int) -> int:
    factorial = lambda k: 1 if k < 2 else k * factorial(k - 1)  # noqa: E731
    return factorial(n)


def sorts(n: int) -> Any:
    values = (np.arange(n) * 7) % n

    def sort(low: int, high: int) -> None:
        if low >= high:
            return
        place = low
        for k in range(low, high):
            if values[k] < values[high]:
                values[k], values[place] = values[place], values[k]
                place += 1
        values[place], values[high] = values[high], values[place]
        sort(low, place - 1)
        sort(place + 1, high)

    sort(0, n - 1)
    return values


def reads_beyond_the_end(n: int) -> Any:
    values = np.arange(n)

    def read(k: int) -> Any:
        return values[k] if k > n else read(k + 1)

    return read(0)


def never_ends(n: int) -> int:
    def again(k: int) -> int:
        return again(k + 1)

    return again(n)


def sees_each_value(n: int) -> Any:
    def scaled(x: int) -> Any:
        return x * factor + shifted(x)

    def shifted(x: int) -> Any:
        return x + factor

    factor = n
    first = scaled(2)
    factor = n + 0.5
    return first, scaled(2), shifted(3)


def area(function: Callable[[float], float], steps: int) -> float:
    return sum_of(function, steps) / steps


def sum_of(function: Callable[[float], float], steps: int) -> float:
    total = 0.0
    for k in range(steps):
        total += function(k / steps)
    return total


def handed_on(n: int) -> float:
    total = 0.0
    for k in range(n):
        shift = lambda x: x + k  # noqa: E731
        total += area(lambda x: x * k, 3) + area(shift, 2) + area(function=shift, steps=4)
    return total


def with_arrays(n: int) -> float:
    total = 0.0
    for k in range(n):
        row = np.ones(3) * k

        def item(i: int) -> Any:
            return row[i] + row.sum()

        total += item(k % 3)
    return total


def with_all_kinds_of_parameters(n: int) -> int:
    def add(x: int, y: int = 2, *rest: int, z: int = 3) -> int:
        return x * k + y + len(rest) + z

    total = 0
    for k in range(n):
        total += add(k) + add(k, 1) + add(k, 1, 2, 3) + add(k, z=k)
    return total


@pytest.mark.parametrize(
    "function",
    [
        *(in_a_loop, assigned_later, calls_itself, lambda_that_calls_itself, sorts, reads_beyond_the_end, never_ends),
        *(sees_each_value, handed_on, with_arrays, with_all_kinds_of_parameters),
    ],
)
def test_functions_that_are_only_called(function: Callable[[int], Any]) -> None:
    compiled = minijit.jit(function)
    with native(compiled, bails=function is never_ends):
        assert_same(compiled, 4)


def identity(function: Callable[[int], int]) -> Callable[[int], int]:
    return function


def given_back(n: int) -> int:
    def scaled(x: int) -> int:
        return x * factor

    factor = 1
    same = identity(scaled)
    factor = 2
    return same(n)


def made_by_another(n: int) -> int:
    factor = 1

    def make() -> Callable[[int], int]:
        def scaled(x: int) -> int:
            return x * factor

        return scaled

    same = make()
    factor = 2
    return same(n)


@pytest.mark.parametrize("function", [given_back, made_by_another])
def test_functions_that_calls_give_back(function: Callable[[int], Any]) -> None:
    with pytest.warns(minijit.FallbackWarning, match="which is kept"):
        assert minijit.jit(function)(4) == function(4)


def test_a_variable_that_may_be_unassigned() -> None:
    with pytest.warns(minijit.FallbackWarning, match="'value', which may be unassigned"):
        assert minijit.jit(assigned_perhaps)(4) == 4
