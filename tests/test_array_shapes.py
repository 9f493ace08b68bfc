"""Shape functions on whole arrays in compiled functions, against NumPy: views, joins, and what NumPy itself does."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import minijit
from minijit.testing import assert_same, compare, native
from tests.numpy_programs import Program

TABLE = np.arange(12.0).reshape(3, 4)
BLOCK = np.arange(24, dtype=np.int32).reshape(2, 3, 4)
FLAT = np.array([3.0, 1.0, 2.0, 5.0, 1.0])
ARRAYS = (
    TABLE,
    TABLE.T,
    TABLE[:, ::2],
    BLOCK,
    BLOCK.T,
    BLOCK[:, :, ::-1],
    BLOCK.swapaxes(0, 1),
    TABLE[:0],
)


@cache
def program(text: str, names: str) -> Program:
    """A compiled function that returns an expression."""
    return Program(text, names.split(), {})


def check(text: str, **values: Any) -> None:
    """Compare value, dtype, shape, strides, flags and shared memory with NumPy's."""
    jitted = program(text, " ".join(values)).jitted
    problems = compare(jitted, tuple(values.values()))
    assert not problems, f"{text} with {values}: {problems}"


@pytest.mark.parametrize(
    "text",
    [
        "np.swapaxes(x, 0, 1)",
        "x.swapaxes(0, -1)",
        "np.moveaxis(x, 0, -1)",
        "np.moveaxis(x, -1, 0)",
        "np.transpose(x)",
        "np.expand_dims(x, 0)",
        "np.expand_dims(x, axis=(0, -1))",
        "np.expand_dims(x, 1)",
        "np.flip(x)",
        "np.flip(x, 0)",
        "np.flip(x, axis=(0, 1))",
        "np.fliplr(x)",
        "np.rot90(x)",
        "np.squeeze(x, axis=0)",
        "np.atleast_2d(x)",
    ],
)
def test_views(text: str) -> None:
    for array in ARRAYS:
        check(text, x=array)


@pytest.mark.parametrize(
    "text",
    [
        "np.reshape(x, (-1, 2))",
        "x.reshape(-1)",
        "x.reshape(2, -1)",
        "np.reshape(x, -1)",
        "np.reshape(x, (5, 5))",
        "x.reshape((2, -1)).sum(axis=0)",
        "np.ravel(x)",
        "x.ravel()",
        "x.flatten()",
    ],
)
def test_reshape(text: str) -> None:
    for array in ARRAYS:
        check(text, x=array)


def test_lengths_known_at_run_time_only() -> None:
    for length in (2, 5, -1):
        for array in (TABLE, TABLE.T, TABLE[:, ::-1]):
            check("x.reshape(n, -1)", x=array, n=length)


def test_squeeze() -> None:
    array = np.arange(6.0).reshape(2, 1, 3)
    for one in (array, array.T, array[:, :, ::2]):
        for text in ("x.squeeze(axis=1)", "x.squeeze(1)", "np.squeeze(x, 0)"):
            check(text, x=one)
    check("x.squeeze()", x=array)


def test_stores_through_views_reach_the_argument() -> None:
    @minijit.jit(fallback="error")
    def change(a: Any) -> Any:
        np.flip(a, 0)[0, 0] = 7.0
        np.swapaxes(a, 0, 1)[1, 0] = 8.0
        b = np.reshape(a, -1)
        b[2] = 9.0
        return b

    for array in (TABLE, TABLE[:, ::2], np.asfortranarray(TABLE)):
        assert not compare(change, (array.copy(order="K"),))


@pytest.mark.parametrize("name", ["concatenate", "stack", "vstack", "hstack", "dstack", "column_stack"])
def test_joining(name: str) -> None:
    for array in (*ARRAYS, FLAT, FLAT[::-1], FLAT[:0]):
        check(f"np.{name}((x, x, x))", x=array)
        check(f"np.{name}((x, y))", x=array, y=array[:1].astype(np.float32))


def test_joining_along_axes() -> None:
    for array in (TABLE, TABLE.T, BLOCK, BLOCK.T, BLOCK[::-1]):
        for axis in (0, 1, -1):
            check(f"np.concatenate((x, x), axis={axis})", x=array)
            check(f"np.stack((x, x), axis={axis})", x=array)
    check("np.concatenate((x, y), axis=1)", x=TABLE, y=TABLE[:2])
    check("np.hstack((x, y))", x=FLAT, y=np.arange(3, dtype=np.int8))


@pytest.mark.parametrize("dtype", ["bool", "float32", "complex64"])
def test_running_totals(dtype: str) -> None:
    for array in (FLAT, FLAT[:0], TABLE, TABLE[:, ::2], BLOCK.T, np.array(3)):
        one = array.astype(dtype)
        one = one[::-1] if one.ndim else one
        for name in ("cumsum", "cumprod"):
            check(f"np.{name}(x)", x=one)
            for axis in range(-1, one.ndim):
                if one.ndim:
                    check(f"x.{name}(axis={axis})", x=one)
    check("np.cumsum(x, dtype=np.float64)", x=TABLE.astype(dtype).real.copy())


@pytest.mark.parametrize(
    "text",
    [
        "np.sort(x)",
        "np.argsort(x)",
        "np.unique(x)",
        "np.roll(x, 1)",
        "np.tile(x, 2)",
        "np.repeat(x, 2)",
        "np.diff(x)",
        "np.nonzero(x)",
        "np.flatnonzero(x)",
        "np.median(x)",
        "np.median(x, axis=0)",
        "np.percentile(x, 30.0)",
        "np.linalg.norm(x)",
        "np.array_equal(x, x)",
        "np.allclose(x, x + 1e-12)",
        "np.isclose(x, x[::-1])",
        "np.outer(x, x)",
        "np.fft.fft(x)",
        "np.trace(np.atleast_2d(x))",
        "np.diag(x)",
        "np.linalg.norm(x, axis=0)",
    ],
)
def test_computed_by_numpy(text: str) -> None:
    for array in (FLAT, FLAT[::-1], TABLE, TABLE.T, TABLE[:, ::2]):
        check(text, x=array)


def test_with_several_arguments() -> None:
    check("np.searchsorted(x, y)", x=np.sort(FLAT), y=2.5)
    check("np.searchsorted(x, y, side='right')", x=np.sort(FLAT), y=FLAT)
    check("np.interp(x, y, z)", x=FLAT, y=np.arange(5.0), z=FLAT)
    check("np.bincount(x)", x=np.array([3, 1, 1, 0]))
    check("np.dot(x, y)", x=TABLE, y=TABLE.T)
    check("np.dot(x, y)", x=TABLE, y=FLAT)
    check("np.linalg.solve(x, y)", x=np.eye(3) + 0.5, y=np.arange(3.0))
    check("np.linalg.inv(x)", x=np.zeros((2, 2)))
    check("np.meshgrid(x, y)", x=FLAT, y=np.arange(2.0))
    check("np.linspace(x, y, n)", x=0.5, y=2, n=7)
    check("np.eye(n)", n=3)


def test_no_memory_is_lost() -> None:
    @minijit.jit(fallback="error")
    def work(a: Any, n: int) -> float:
        s = 0.0
        for _ in range(n):
            b = np.concatenate((a, a)) - a.mean()
            s += b.std() + np.sort(b)[0] + b.reshape(2, -1).sum(axis=0)[1] + np.stack((a, a)).max(axis=1)[0]
        return s

    array = np.arange(50_000.0)
    work(array, 1)
    before = _resident()
    work(array, 600)
    assert _resident() - before < 100_000_000


def _resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


def joined_after_a_change(a, out):
    out[0] = 1.0
    joined = np.concatenate((a, a)), np.stack((a, a), axis=-1), np.hstack([a, a])
    return joined, np.around(a, 1), np.round(a), np.cumsum(a, axis=0), np.nan_to_num(a)


def test_results_of_permuted_arrays_are_laid_out_as_numpy_does():
    """Without giving the call back to the interpreter, which can't take over once something has changed."""
    table, block = np.arange(12.0).reshape(3, 4) / 7, np.arange(24.0).reshape(4, 2, 3) / 7
    compiled = minijit.jit(joined_after_a_change)
    for array in (table[:, 1:].T, np.broadcast_to(table[0], (2, 4)), block.transpose(1, 2, 0), block[:, 1:]):
        with native(compiled):
            assert_same(compiled, array, np.zeros(2))


def power_of_bools(a, exponent):
    return a**exponent


def test_the_dtype_of_a_power_of_bools_depends_on_the_exponent():
    compiled = minijit.jit(power_of_bools)
    for exponent in (1, 2, 3):
        assert_same(compiled, np.array([True, False]), exponent)
