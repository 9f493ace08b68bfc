"""What the library has no entry for costs itself only: operators, methods and calls that Python carries out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minijit
from minijit.testing import assert_same, native

DATA = np.array([3.0, 1.0, 2.0])


def takes_keywords(x: Any, **more: Any) -> Any:
    return x + more.get("y", 1)


def strings(n: int) -> Any:
    print("-" * n)
    return "a" in "abc", "x" + "y" * n, f"{n:3d}".strip(), "abc"[1:n]


def calls_with_keywords(n: int) -> Any:
    return takes_keywords(n, y=3) + takes_keywords(2)


def sliced_tuple(n: int) -> Any:
    return (1, 2, 3, 4)[slice(0, 3)], n


def unusual_arguments(a: Any, axis: Any = None) -> Any:
    values, inverse = np.unique(a, return_inverse=True, axis=axis)
    total = 0.0
    for i in range(len(a)):
        total += a[i]
    return values, inverse, total


def methods(a: Any) -> Any:
    return a.tobytes(), a[0].is_integer(), (1.5).hex(), (3).to_bytes(2, "big")


def wrong_axis(a: Any) -> Any:
    return a.sum(axis=5)


def wrong_keyword(a: Any) -> Any:
    return a.sum(foo=1)


def in_place(a: Any) -> Any:
    a.byteswap(True)
    return a


@pytest.mark.parametrize(
    ("function", "argument"),
    [
        *((function, 3) for function in (strings, calls_with_keywords, sliced_tuple)),
        *((function, DATA) for function in (unusual_arguments, methods, wrong_axis, wrong_keyword, in_place)),
    ],
)
def test_the_rest_of_the_function_is_native(function: Callable[..., Any], argument: Any) -> None:
    compiled = minijit.jit(function)
    with native(compiled):
        assert_same(compiled, argument)


def resized(a: Any) -> Any:
    a.resize((2, 3), refcheck=False)
    return a


def test_methods_that_change_the_shape_are_not_taken() -> None:
    compiled = minijit.jit(resized)
    with pytest.warns(minijit.FallbackWarning, match="attribute 'resize'"):
        assert compiled(DATA.copy()).shape == (2, 3)


# ---- objects in loops


def around_a_loop(a: Any) -> Any:
    totals = {}
    for k in range(3):
        total = 0.0
        for x in a:
            total += x * k
        totals[k] = total
    return totals


def in_the_innermost_loop(a: Any) -> Any:
    totals = {}
    for k in range(3):
        totals["all"] = a[k]
    return totals


def test_objects_are_taken_around_an_innermost_loop() -> None:
    compiled = minijit.jit(around_a_loop)
    with native(compiled):
        assert_same(compiled, DATA)


def test_objects_are_left_to_the_interpreter_in_an_innermost_loop() -> None:
    compiled = minijit.jit(in_the_innermost_loop)
    with pytest.warns(minijit.FallbackWarning, match="a dict that a loop works on"):
        assert_same(compiled, DATA)


def beside_a_long_call(a: Any) -> Any:
    total = 0.0
    for k in range(2):
        values, counts = np.unique(a + k, return_counts=True, axis=None if k else 0)
        total += values[0] + len(counts)
    return total


def test_objects_are_taken_beside_calls_that_take_longer() -> None:
    compiled = minijit.jit(beside_a_long_call)
    with native(compiled):
        assert_same(compiled, DATA)


# ---- what Python is given


def fields(n: int) -> Any:
    found = np.zeros(n, [("x", "f8"), ("y", "i4")])
    return found, np.zeros(n, dtype=[("x", "f8")]), np.array([(n, 2.0)], dtype=np.dtype([("x", "i4"), ("y", "f8")]))


def strings_of_lists(n: int) -> Any:
    return np.array(["a", "bc"]), "-".join(["a", "b"]), repr([1, (2, [n])]), str([n])


def sliced_strings(text: str) -> Any:
    print(text)
    return text[::-1], text.upper()[1:], text[1], (text + "x")[-2:]


@pytest.mark.parametrize(("function", "argument"), [(fields, 3), (strings_of_lists, 3), (sliced_strings, "abc")])
def test_python_is_given_what_the_program_says(function: Callable[..., Any], argument: Any) -> None:
    compiled = minijit.jit(function)
    with native(compiled):
        assert_same(compiled, argument)


def bounds_of_two_types(n: int, k: int) -> Any:
    rows, columns = np.mgrid[0:n, 0 : n**k]
    return rows + columns, np.reshape(np.arange(n * n), (n, n ** (k - 1)))


def test_items_of_two_types_are_taken_apart_first() -> None:
    """An int to the power of an int may be a float, for which there is no entry or an error; the int stays native."""
    compiled = minijit.jit(bounds_of_two_types)
    with native(compiled):
        assert_same(compiled, 3, 2)
    assert ": object" not in compiled.inspect_ir(after="typed")


def same_number(x: float) -> Any:
    y = x
    return y is x, y is not x


def test_numbers_are_not_asked_whether_they_are_the_same() -> None:
    compiled = minijit.jit(same_number)
    with pytest.warns(minijit.FallbackWarning, match="the operator is"):
        assert_same(compiled, 7.5)
