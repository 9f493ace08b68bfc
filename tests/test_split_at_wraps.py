"""Loops with remainders that start anew at some turns: exact, and vectorised in between."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minijit
from minijit import njit
from minijit.testing import assert_same, native
from tests.golden_files import run_source

SIZES = (0, 1, 2, 15, 16, 17, 50)


def ring(a, out, k):
    n = len(a)
    for i in range(n):
        out[i] = a[(i + 1) % n] + a[(i - 1) % n] - 2 * a[i]


def shifted(a, out, k):
    n = len(a)
    for i in range(n):
        out[i] = a[(i + k) % n] - a[(k - i) % n]


def repeated(a, out, k):
    n, s = len(a), 0.0
    if n > 0:
        for i in range(5 * n + k % 7):
            s += a[i % n] * out[(3 * i + 1) % n]
    return s


def unfolded(a, out, k):
    width = k if k > 1 else 2
    s = 0.0
    for i in range(len(a)):
        row, column = i // width, i % width
        out[i] = a[i] + column * 0.5
        s += row
    return s


def by_constant(a, out, k):
    s = 0
    for i in range(k, k + len(a)):
        s += i % 37 - (i // 37) % 5 + (100 - i) % 21
        out[i - k] = i % 17
    return s


def on_one_side(a, out, k):
    n = len(a)
    for i in range(n):
        if a[i] > 0.5:
            out[i] = a[(i + 2) % n]
        else:
            out[i] = i % n


def neighbours(a, out, k):
    for i in range(len(a)):
        out[i] = a[i - 1] + a[i - 2] * a[1 - i]


def too_far(a, out, k):
    for i in range(len(a)):
        out[i] = a[i - k]


def recurrence(a, out, k):
    for i in range(len(a)):
        a[i] += 0.5 * a[i - 1] - a[i - 3]


def rows(a, out, k):
    m = a[: len(a) // 4 * 4].reshape(4, -1)
    s = 0.0
    for i in range(m.shape[0]):
        for j in range(m.shape[1]):
            s += m[i - 1, j] - m[i, j - 1] * m[(i + k) % 4, (j + 1) % m.shape[1]]
            m[i - 2, j - 1] = s
    return s


LOOPS = [neighbours, too_far, recurrence, rows, ring, shifted, repeated, unfolded, by_constant, on_one_side]


@pytest.mark.parametrize("function", LOOPS, ids=lambda each: each.__name__)
def test_loops(function: Callable[..., Any]) -> None:
    compiled = njit(function)
    chance = np.random.default_rng(3)
    with native(compiled):
        for length in SIZES:
            a = chance.random(length)
            for k in (0, 1, 3, -5, 16, 47, 1000003, -(10**12)):
                assert_same(compiled, a, a.copy(), k)


@pytest.mark.parametrize("function", [neighbours, ring, shifted, by_constant], ids=lambda each: each.__name__)
def test_loops_are_vectorised(function: Callable[..., Any]) -> None:
    compiled = njit(function)
    compiled(np.ones(40), np.ones(40), 20)
    assert "in pieces" in compiled.explain()
    assert "loop vectorised" in compiled.explain()


def test_in_place() -> None:
    def smooth(a, times):
        n = len(a)
        for _ in range(times):
            for i in range(n):
                a[i] = 0.5 * a[i] + 0.25 * (a[(i + 1) % n] + a[(i - 1) % n])

    compiled = njit(smooth)
    for length in SIZES[1:]:
        assert_same(compiled, np.linspace(0.0, 1.0, length), 3)


def test_a_divisor_of_0_and_ints_at_the_ends() -> None:
    def remainders(start, count, n, out):
        for i in range(count):
            out[i] = (start + i) % n + (start + i) // n

    compiled = njit(remainders)
    for n in (0, 1, -1, 7, -7, 100, -100, 2**62, 2**63 - 1, -(2**63)):
        for start in (0, 5, -5, 2**62, -(2**63), 2**63 - 60):
            out = np.zeros(50, np.int64)
            try:
                remainders(start, 50, n, out.copy())
            except ZeroDivisionError:
                pass
            except OverflowError:
                continue
            assert_same(compiled, start, 50, n, out)


def _program(chance: random.Random) -> str:
    lines = ["def f(a, b, n, k, m):", "    s = 0", "    x = 0.0"]
    depth = "    "
    if chance.random() < 0.5:
        lines.append(f"    for j in range({chance.choice(('3', 'k % 4', '2'))}):")
        depth += "    "
    bounds = ("range(n)", "range(k, n + k)", "range(0, n, 3)", "range(n - 1, -1, -1)", "range(3 * n)")
    lines.append(f"{depth}for i in {chance.choice(bounds)}:")
    depth += "    "
    for _ in range(chance.randint(1, 4)):
        offset = chance.choice(("", " + 1", " - 1", " + k", " - k", " * 2", " * 3 - 5", " * -1", " + n // 2"))
        divisor = chance.choice(("n", "n", "m", "len(a)", "19", "100", "(n + 1)"))
        form = chance.choice(
            (
                "b[i % len(b)] = a[(i{0}) % len(a)]",
                "b[i % len(b)] = a[i - 1] + a[i{0}]",
                "b[i - {1}] = i",
                "s += (i{0}) % {1}",
                "s += (i{0}) // {1} % 5",
                "x += a[(i{0}) % len(a)] - (i{0}) % {1}",
                "b[(i{0}) % len(b)] += x",
                "s += int(a[(i{0}) % {1}] * 8)",
            )
        )
        if chance.random() < 0.2:
            lines.append(f"{depth}if a[i % len(a)] > 0.5:")
            lines.append(f"{depth}    {form.format(offset, divisor)}")
        else:
            lines.append(f"{depth}{form.format(offset, divisor)}")
    return "\n".join([*lines, "    return s, x"]) + "\n"


@settings(max_examples=max(1, settings.default.max_examples // 3))
@given(st.integers(0, 10**9))
def test_random_programs(seed: int) -> None:
    chance = random.Random(seed)
    function = run_source(_program(chance), f"wraps{seed}.py")["f"]
    compiled = minijit.jit(function, fallback="error")
    for _ in range(8):
        n, length = chance.choice((0, 1, 5, 16, 30, 70)), chance.choice((1, 7, 16, 33, 70))
        a = np.array([chance.random() for _ in range(length)])
        b = a if chance.random() < 0.2 else np.zeros(chance.choice((1, 16, 40)))
        assert_same(compiled, a, b, n, chance.choice((0, 1, 3, -4, 20, 1000)), chance.choice((0, 1, 7, 16, 50, -3)))
