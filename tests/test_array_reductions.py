"""Reductions of whole arrays in compiled functions, against NumPy: dtypes, layouts, axes, keyword arguments."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

import minijit
from minijit.testing import assert_same, compare, native
from tests.numpy_programs import Program

DTYPES = ("bool", "int8", "int32", "int64", "uint8", "uint64", "float32", "float64", "complex64", "complex128")
SHAPES: tuple[tuple[int, ...], ...] = ((), (0,), (1,), (7,), (300,), (3, 4), (40, 9), (5, 1), (3, 0), (4, 3, 5))


def numbers(dtype: str, shape: tuple[int, ...]) -> Any:
    """Numbers of all magnitudes that sum up with rounding errors; a nan is put in by the tests that want one."""
    random = np.random.default_rng(len(shape) + 7)
    kind = np.dtype(dtype).kind
    if kind == "b":
        return np.asarray(random.integers(0, 2, shape)).astype(dtype)
    if kind in "iu":
        return np.asarray(random.integers(0, 100, shape)).astype(dtype)
    real = np.asarray(random.normal(size=shape)).astype(dtype)
    return np.asarray(real + 1j * random.normal(size=shape)).astype(dtype) if kind == "c" else real


def layouts(array: Any) -> Iterator[Any]:
    """The same numbers in other layouts."""
    yield array
    if array.ndim:
        yield array[::-1]
        yield array[::2]
    if array.ndim > 1:
        yield np.asfortranarray(array)
        yield array.swapaxes(0, 1)
        yield array[:, ::-1]


def axes_of(array: Any) -> list[Any]:
    """All axes, some negative, and pairs of them."""
    axes: list[Any] = [None, *range(array.ndim)]
    if array.ndim > 1:
        axes += [-1, (0, 1), (-1, 0)]
    return axes


@cache
def program(text: str, _dtype: str) -> Program:
    """A compiled function of one array; one for each dtype, as a function takes only so many types."""
    return Program(text, ["a"], {})


def check(text: str, *arrays: Any, ulp: int = 0) -> None:
    """Compare with NumPy; every array has to be served by native code."""
    problems: list[str] = []
    for array in arrays:
        jitted = program(text, str(array.dtype)).jitted
        problems += [
            f"{text} of {array.dtype}{array.shape} strides {array.strides}: {one}"
            for one in compare(jitted, (array,), ulp=ulp, calls=1)
        ]
    assert not problems, "\n".join(problems[:10])


NAMES = ("sum", "prod", "mean", "any", "all", "min", "max", "std")
ROUGH = 1000
"""Where the processor can, NumPy multiplies complex numbers with fused operations: then products are only near."""


def check_over_all_axes(name: str, dtype: str, shapes: tuple[tuple[int, ...], ...]) -> None:
    ulp = ROUGH if name == "prod" and np.dtype(dtype).kind == "c" else 0
    for shape in shapes:
        if name == "prod" and np.prod(shape) > 50:
            continue
        for array in layouts(numbers(dtype, shape)):
            for axis in axes_of(array):
                check(f"a.{name}(axis={axis})", array, ulp=ulp)


@pytest.mark.parametrize("name", NAMES)
def test_method(name: str) -> None:
    check_over_all_axes(name, DTYPES[NAMES.index(name)], ((300,), (40, 9)))
    check_over_all_axes(name, DTYPES[9 - NAMES.index(name)], ((), (7,), (4, 3, 5)))


@pytest.mark.slow
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_method_with_all_dtypes(name: str, dtype: str) -> None:
    check_over_all_axes(name, dtype, SHAPES)


@pytest.mark.parametrize("name", ["sum", "mean", "var", "max", "any", "argmin", "count_nonzero"])
def test_keepdims(name: str) -> None:
    for dtype, shape in (("float64", (6,)), ("int16", (3, 4)), ("float64", (2, 3, 4))):
        for array in layouts(numbers(dtype, shape)):
            for axis in (None, 0, -1):
                check(f"np.{name}(a, axis={axis}, keepdims=True)", array)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("length", [7, 8, 9, 64, 127, 128, 129, 136, 1000, 8191, 8192, 8193, 20_011])
def test_sums_are_pairwise(dtype: str, length: int) -> None:
    array = numbers(dtype, (length,))
    check("a.sum()", array, array[::-1], array[::3])
    check("np.var(a)", array)
    table = numbers(dtype, (3, length))
    check("a.sum(axis=1)", table, table.T.copy().T, np.asfortranarray(table), table[:, ::-1])
    check("a.sum(axis=0)", table, table.T.copy())
    check("a.mean()", table, table.T, table[:, ::2], table[::-1])


@pytest.mark.parametrize("dtype", ["int8", "int64", "bool", "float32"])
def test_sums_of_converted_elements(dtype: str) -> None:
    array = numbers(dtype, (20_000,))
    check("a.mean()", array, array[::2])
    check("a.sum(dtype=np.float64)", array, array[::-1])
    check("np.sum(a, dtype=np.float32)", array[:3000])
    check("a.std()", array)


def test_shapes_with_axes_of_length_one() -> None:
    for shape in ((300, 1), (1, 300), (40, 1, 30), (1, 1, 1), (1, 30, 1)):
        array = numbers("float64", shape)
        for axis in axes_of(array):
            check(f"a.sum(axis={axis})", array)
            check(f"np.std(a, axis={axis})", array)


@pytest.mark.parametrize("name", ["min", "max", "argmin", "argmax", "any", "all", "sum", "ptp"])
def test_nan(name: str) -> None:
    for dtype in ("float32", "float64"):
        array = numbers(dtype, (5, 40))
        array[1, 7] = array[3, 9] = np.nan
        array[2, 0] = np.inf
        for one in layouts(array):
            for axis in (None, 0, 1):
                check(f"np.{name}(a, axis={axis})", one)


@pytest.mark.parametrize("name", ["min", "max", "argmin", "argmax", "mean", "sum"])
def test_without_elements(name: str) -> None:
    for shape in ((0,), (0, 3), (3, 0), (2, 0, 4)):
        array = np.zeros(shape)
        for axis in axes_of(array):
            if not (name.startswith("arg") and isinstance(axis, tuple)):
                check(f"np.{name}(a, axis={axis})", array)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint64", "float32"])
@pytest.mark.parametrize("name", ["argmin", "argmax"])
def test_positions(name: str, dtype: str) -> None:
    for shape in ((), (0,), (7,), (40, 9)):
        for array in layouts(numbers(dtype, shape)):
            for axis in [None, *range(array.ndim)]:
                check(f"a.{name}(axis={axis})", array)
    check(f"np.{name}(a)", np.array([3, 1, 1, 3, 3]).astype(dtype))


@pytest.mark.parametrize(
    "text",
    [
        "np.sum(a, initial=3)",
        "a.sum(0, np.float64)",
        "a.prod(axis=1, initial=2)",
        "np.min(a, initial=5)",
        "np.max(a, axis=0, initial=-1)",
        "np.amin(a)",
        "np.amax(a, 1)",
        "a.var(ddof=1)",
        "np.std(a, axis=0, ddof=2)",
        "np.var(a, ddof=100)",
        "np.mean(a, dtype=np.float64)",
        "np.count_nonzero(a)",
        "np.count_nonzero(a, axis=1)",
        "np.sum(a, axis=None, keepdims=False)",
        "a.ptp() if False else np.ptp(a, axis=1)",
        "np.median(a, axis=0)",
        "np.cumsum(a)",
        "a.cumsum(axis=0)",
        "a.cumprod(1)",
        "np.nansum(a, axis=0)",
        "np.average(a, axis=1)",
        "np.linalg.norm(a)",
        "np.trace(a)",
        "a.dot(a.T)",
        "np.vdot(a, a)",
    ],
)
def test_other_arguments(text: str) -> None:
    for dtype in ("int16", "float64"):
        for array in (numbers(dtype, (4, 5)), numbers(dtype, (5, 4)).T, numbers(dtype, (4, 10))[:, ::2]):
            check(text, array)


def test_unknown_axis() -> None:
    table = numbers("float64", (3, 4))
    jitted = Program("a.sum(axis=k)", ["a", "k"], {}).jitted
    for axis in (0, 1, -1, 2):
        assert not compare(jitted, (table, axis))


def test_in_a_larger_function() -> None:
    source = "np.sqrt((a - a.mean(axis=0)).var(axis=1)).sum() + a.max() - a.argmax(axis=1)[0]"
    check(source, numbers("float64", (30, 7)), numbers("float32", (7, 30)).T)


# ---- axes in another order than the layout tells


@minijit.jit
def sum_of_two_axes(a):
    return np.sum(a, axis=(1, 2))


@minijit.jit
def sum_into_output(a, out):
    return np.sum(a, axis=1, out=out)


@minijit.jit
def sum_and_mean_of_middle(a):
    return a.sum(axis=1), a.mean(axis=1), np.abs(a).max(axis=1)


def test_rows_of_several_axes_are_added_as_one():
    """NumPy copies them together, so their sum is pairwise over all of them."""
    numbers = np.random.default_rng(3).normal(size=(4, 60, 400))
    for part in (numbers[:, ::2, :29], numbers[:, ::2, ::2], numbers[:, :7, 1:]):
        with native(sum_of_two_axes):
            assert_same(sum_of_two_axes, part)


def test_an_output_may_tell_the_order_of_additions():
    numbers = np.random.default_rng(4).normal(size=(3, 100, 4))
    for array in (numbers, np.asfortranarray(numbers), numbers.transpose(2, 1, 0)):
        shape = (array.shape[0], array.shape[2])
        for out in (np.zeros(shape), np.zeros(shape, order="F")):
            with native(sum_into_output):
                assert_same(sum_into_output, array, out)


def test_permuted_and_repeated_arrays_are_reduced_without_numpy():
    numbers = np.random.default_rng(5).normal(size=(5, 6, 7))
    repeated = np.broadcast_to(numbers[:, :1], numbers.shape)
    for array in (numbers.transpose(1, 2, 0), numbers.transpose(2, 0, 1), numbers.transpose(0, 2, 1)[::2], repeated):
        with native(sum_and_mean_of_middle):
            assert_same(sum_and_mean_of_middle, array)
        assert not frames_of_numpy(sum_and_mean_of_middle, array)


@minijit.jit
def product_of_outer_axes(a):
    return np.prod(a, axis=(0, 2))


def test_a_reduced_axis_of_length_one_makes_no_row():
    """Products of complex numbers are rounded otherwise along rows than over rows."""
    random = np.random.default_rng(6)
    numbers = random.normal(size=(5, 7)) + 1j * random.normal(size=(5, 7))
    for array in (numbers[:, :, None], numbers[:, :, None].copy().T, np.asfortranarray(numbers.T[None])):
        with native(product_of_outer_axes):
            assert_same(product_of_outer_axes, array)


def frames_of_numpy(function: Callable[..., Any], *args: Any) -> list[str]:
    """The functions of NumPy's that Python carries out during a call."""
    found = []

    def note(frame: Any, event: str, _arg: object) -> None:
        if event == "call" and "numpy" in frame.f_code.co_filename:
            found.append(frame.f_code.co_name)

    sys.setprofile(note)
    try:
        function(*args)
    finally:
        sys.setprofile(None)
    return found
