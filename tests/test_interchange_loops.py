"""Turns of outer loops side by side: the same bits in every order of loops, with arrays that share memory, and when."""

from __future__ import annotations

import math
import random
import threading
import warnings
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minijit
from minijit import njit, pipeline
from minijit.options import Options
from minijit.runtime.typeof import type_of
from minijit.testing import assert_same, differences, native
from tests.golden_files import check_golden, golden_files, run_source
from tests.random_array_nests import NestProgram, random_nest_arguments
from tests.test_versioning import built, gave_up, limited, outcome


def matrix_product(a, b, c):
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            s = 0.0
            for k in range(a.shape[1]):
                s += a[i, k] * b[k, j]
            c[i, j] = s


def in_place(a, b, c):
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            c[i, j] *= 0.5
            for k in range(a.shape[1]):
                c[i, j] += 1.5 * a[i, k] * b[k, j]


def columns_first(a, b, c):
    for k in range(a.shape[1]):
        for j in range(c.shape[1]):
            for i in range(c.shape[0]):
                c[i, j] += a[i, k] * b[k, j]


def row_by_row(a, b, c):
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            d = 0.0
            for k in range(a.shape[1]):
                t = a[i, k] - b[j, k]
                d += t * t
            c[i, j] = math.sqrt(d)


def nearest(a, b, c):
    for i in range(a.shape[0]):
        best = 1e300
        for j in range(b.shape[0]):
            d = 0.0
            for k in range(a.shape[1]):
                d += abs(a[i, k] - b[j, k])
            if d < best:
                best = d
                c[i, 0] = j
                c[i, 1] = d


def symmetric(a, b, c):
    for i in range(c.shape[0]):
        for j in range(i, c.shape[1]):
            s = 0.0
            for k in range(a.shape[0]):
                s += a[k, i] * a[k, j]
            c[i, j] = s
            c[j, i] = s


def largest_of_columns(a, b, c):
    for j in range(a.shape[1]):
        m = a[0, j]
        for i in range(1, a.shape[0]):
            if a[i, j] > m:
                m = a[i, j]
        c[0, j] = m


def three_sums(a, b, c):
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            s = 0.0
            for k in range(a.shape[1] - 1):
                for q in range(2):
                    s += a[i, k + q] * b[k, j]
            for k in range(b.shape[0]):
                s -= b[k, j]
            c[i, j] = s


def rows_first(a, b, c):
    for i in range(c.shape[0]):
        for k in range(a.shape[1]):
            for j in range(c.shape[1]):
                c[i, j] += a[i, k] * b[k, j]


def solve(a, b, c):
    for j in range(c.shape[1]):
        for i in range(c.shape[0]):
            s = b[i, j]
            for k in range(i):
                s -= a[i, k] * c[k, j]
            c[i, j] = s


VECTORS = "turns of the loop run side by side, as vectors"
REGISTERS = "turns of the loop run side by side, in registers"
NESTS = (
    (matrix_product, VECTORS),
    (in_place, VECTORS),
    (columns_first, VECTORS),
    (row_by_row, REGISTERS),
    (nearest, REGISTERS),
    (symmetric, VECTORS),
    (largest_of_columns, VECTORS),
    (three_sums, VECTORS),
    (rows_first, None),
    (solve, None),
)


@pytest.mark.parametrize(("function", "expected"), NESTS, ids=lambda each: getattr(each, "__name__", None))
def test_what_is_done(function: FunctionType, expected: str | None) -> None:
    matrices = (np.zeros((3, 3)),) * 3
    remarks = [text for _, text in built(function, *matrices).attrs["remarks"] if "side by side" in text]
    assert remarks == ([] if expected is None else [expected])


@pytest.mark.parametrize("function", [function for function, _ in NESTS], ids=lambda function: function.__name__)
@pytest.mark.parametrize("size", [7, 21])
def test_results(function: FunctionType, size: int) -> None:
    generator = np.random.default_rng(size)
    compiled = njit(function)
    whole = generator.random((3 * size, size))
    a, b, c = whole[:size], whole[size : 2 * size], whole[2 * size :]
    apart = ((a, b, c), (a, a, c), (a, b, np.zeros((size, size))), (a, b, c[:0]), (a[:, :0], b[:0], c))
    shared = ((a, b, a), (a, b, b), (a, b, whole[1 : size + 1]), (a, b, whole[size - 1 : 2 * size - 1]))
    for arguments in (*apart, *shared, (a, b, c.T), (a.T, b, c), (a, b[::-1], c)):
        assert not differences(outcome(function, arguments), outcome(compiled, arguments))


@pytest.mark.parametrize("columns", [255, 256, 257, 530])
def test_more_than_one_strip(columns: int) -> None:
    generator = np.random.default_rng(0)
    a, b = generator.random((2, 5)), generator.random((5, columns))
    for function in (matrix_product, in_place):
        arguments = a, b, np.ones((2, columns))
        assert not differences(outcome(function, arguments), outcome(njit(function), arguments))


def test_an_error_in_the_middle() -> None:
    """What has been stored before the root of a negative number is stored, and nothing else."""

    def roots(a, out):
        for i in range(len(out)):
            s = 0.0
            for k in range(a.shape[1]):
                s += a[i, k]
            out[i] = math.sqrt(s)

    a = np.ones((30, 9))
    a[19] = -1.0
    arguments = a, np.zeros(30)
    assert not differences(outcome(roots, arguments), outcome(njit(roots), arguments))
    assert [text for _, text in built(roots, *arguments).attrs["remarks"] if text == REGISTERS]


def test_recursive_functions_need_little_stack() -> None:
    def sums(a, out, depth):
        for j in range(a.shape[1]):
            s = 0.0
            t = 1.0
            for i in range(a.shape[0]):
                s += a[i, j]
                t *= a[i, j]
            out[j] = s - t
        return 0.0 if depth == 0 else out[0] + sums(a, out, depth - 1)

    compiled = njit(sums)
    arguments = np.full((4, 30), 1.25), np.zeros(30), 700
    results: list[Any] = []
    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=lambda: results.append(compiled(*arguments)))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert results == [sums(*arguments)]


@settings(max_examples=max(1, settings.default.max_examples // 4))
@given(st.integers(0, 10**9))
def test_random_nests(seed: int) -> None:
    chance = random.Random(seed)
    source = NestProgram(chance).text
    function = run_source(source, f"array_nest{seed}.py")["f"]
    compiled = minijit.jit(function)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(8):
            arguments = random_nest_arguments(chance)
            expected = limited(function, arguments)
            actual = None if expected is None else outcome(compiled, arguments)
            if expected is None or actual is None or gave_up(actual[0]):
                continue
            assert not differences(expected, actual), f"seed {seed}\n{source}\n{arguments}"


@pytest.mark.parametrize("path", golden_files("interchange_loops"), ids=lambda path: path.stem)
def test_golden(path: Path, update_golden: bool) -> None:
    def produce(function: FunctionType, scope: dict[str, Any]) -> str:
        types = tuple(map(type_of, scope["ARGUMENTS"]))
        return pipeline.describe(function, types, Options(), "loops")

    check_golden(path, produce, update_golden)


# ---- loops of the library that hardly ever run


def repeated_in_place(a, m):
    for _ in range(3):
        a -= m
        a *= 0.5
    return a


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_rare_ways_of_array_statements_are_left_as_they_are(order: Any, dtype: Any) -> None:
    compiled = njit(repeated_in_place)
    rows = np.asarray(np.arange(54.0).reshape(9, 6), dtype, order=order)
    for a, m in ((rows, rows[0].copy()), (rows[:, ::-1], rows[1].copy()), (rows, rows[:1]), (rows[:6], rows[:6].T)):
        with native(compiled):
            assert_same(compiled, a, m)
