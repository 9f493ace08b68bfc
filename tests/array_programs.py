"""Checks of compiled array operations against NumPy, and strategies for their operands."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

import minijit
from minijit.library.kernels.libm_kernels import FUNCTIONS
from minijit.specialise import MAX_SIGNATURES
from minijit.testing import compare
from minijit.testing.strategies import elements

Array = np.ndarray[Any, Any]

INEXACT = {
    *FUNCTIONS,
    *(np.power, np.float_power, np.logaddexp, np.logaddexp2, np.absolute, operator.pow, operator.ipow, abs),
}
"""NumPy computes these by other algorithms where the processor has wide vectors."""


def compiled(function: Callable[..., Any], count: int) -> Callable[..., Any]:
    """A compiled function that calls `function` with its `count` arguments."""

    def of_one(a: Any) -> Any:
        return function(a)

    def of_two(a: Any, b: Any) -> Any:
        return function(a, b)

    def of_three(a: Any, b: Any, c: Any) -> Any:
        return function(a, b, c)

    return minijit.jit(fallback="error")((of_one, of_two, of_three)[count - 1])


_COMPILED: dict[object, Any] = {}


def _shared(key: object, make: Callable[[], Any]) -> Any:
    """One compiled function for all calls with `key`, until it has been compiled for many types."""
    found = _COMPILED.get(key)
    if found is None or len(found.signatures) > MAX_SIGNATURES // 2:
        found = _COMPILED[key] = make()
    return found


def check(function: Callable[..., Any], *args: Any) -> None:
    """Compare a call of `function`, from compiled code, with NumPy's."""
    shared = _shared((function, len(args)), lambda: compiled(function, len(args)))
    found = compare(shared, args, ulp=4 if function in INEXACT else 0)
    assert not found, f"{function} of {args!r}: {found}"


def check_program(function: Callable[..., Any], *args: Any) -> None:
    """Compare a compiled function with its original."""
    found = compare(_shared(function, lambda: minijit.jit(fallback="error")(function)), args)
    assert not found, f"{function.__name__} of {args!r}: {found}"


# ---- drawn arguments


@st.composite
def arrays(draw: st.DrawFn, shape: tuple[int, ...], dtypes: list[np.dtype[Any]]) -> Array:
    """An array of some layout: contiguous, Fortran, strided, reversed, repeated or read-only."""
    dtype = draw(st.sampled_from(dtypes))
    count = int(np.prod(shape, dtype=int))
    made = np.array(draw(st.lists(elements(dtype), min_size=count, max_size=count)), dtype).reshape(shape)
    layout = draw(st.sampled_from(["C", "C", "F", "gaps", "reversed", "transposed", "readonly", "repeated"]))
    if layout == "F":
        return np.asfortranarray(made)
    if layout == "gaps" and shape:
        room = np.zeros((*shape[:-1], 2 * shape[-1]), dtype)
        room[..., ::2] = made
        return room[..., ::2]
    if layout == "reversed" and shape:
        return np.ascontiguousarray(made[::-1])[::-1]
    if layout == "transposed" and len(shape) > 1:
        order = draw(st.permutations(range(len(shape))))
        return np.ascontiguousarray(made.transpose(order)).transpose(np.argsort(order))
    if layout == "readonly":
        made.flags.writeable = False
    if layout == "repeated" and shape and shape[0]:
        return np.broadcast_to(made[:1], shape)
    return made


@st.composite
def shapes(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Two shapes that can be broadcast, mostly."""
    whole = tuple(draw(st.lists(st.sampled_from([0, 1, 2, 3, 5]), max_size=3)))
    if draw(st.integers(0, 9)) == 0:
        return whole, tuple(draw(st.lists(st.integers(1, 4), max_size=2)))
    first, second = ([draw(st.sampled_from([n, n, n, 1])) for n in whole] for _ in range(2))
    return tuple(first), tuple(second[draw(st.integers(0, len(whole))) :])


def numbers(dtypes: list[np.dtype[Any]]) -> st.SearchStrategy[Any]:
    """Python's numbers and NumPy scalars."""
    python = st.sampled_from([True, 2, 0, -1, 300, 0.5, 2.0, -1.5, float("nan"), 1.5 - 2j])
    return python | st.sampled_from(dtypes).flatmap(elements)


@st.composite
def pairs(draw: st.DrawFn, dtypes: list[np.dtype[Any]]) -> tuple[Any, Any]:
    """Two operands, one of them an array."""
    one, other = draw(shapes())
    array = draw(arrays(one, dtypes))
    match draw(st.integers(0, 3)):
        case 0:
            return array, draw(numbers(dtypes))
        case 1:
            return draw(numbers(dtypes)), array
        case _:
            return array, draw(arrays(other, dtypes))


COMMON = [np.dtype(name) for name in ("bool", "int8", "uint8", "int64", "uint64", "float32", "float64", "complex128")]
