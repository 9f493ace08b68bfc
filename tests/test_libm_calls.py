"""Calls of the C library's functions of floats: out of loops, and sine and cosine of one number together."""

from __future__ import annotations

import cmath
import math
import sys

import numpy as np
import pytest

from minijit import njit
from minijit.testing import assert_same, native


def cosines_of_one(a, x):
    total = 0.0
    for i in range(len(a)):
        total += math.sin(a[i]) * math.cos(x)
    return total


def test_calls_of_the_c_library_leave_loops_behind_checks() -> None:
    """Each sine is checked, so that not every turn comes to the cosine; but it does no harm to compute it before."""
    compiled = njit(cosines_of_one)
    a = np.linspace(-3.0, 3.0, 40)
    assert_same(compiled, a, 0.5)
    assert_same(compiled, a, math.inf)
    assert_same(compiled, a[:0], math.inf)
    text = compiled.inspect_ir(after="llvm optimised")
    body = text[text.index("call double @sin(") :]
    assert "call double @cos(" in text
    assert "call double @cos(" not in body[: body.index("\n}")]


def rotated(x, y, angles):
    result = np.empty((len(angles), 2))
    for i in range(len(angles)):
        c, s = math.cos(angles[i]), math.sin(angles[i])
        result[i, 0] = c * x - s * y
        result[i, 1] = s * x + c * y
    return result


def turned_back(angles):
    total = 0.0
    for i in range(len(angles)):
        total += math.sin(-angles[i]) + math.cos(-angles[i]) * math.cos(abs(angles[i]))
    return total


def on_the_circle(angles):
    total = 0j
    for i in range(len(angles)):
        total += cmath.exp(1j * angles[i]) + cmath.rect(2.0, angles[i])
    return total


def test_sine_and_cosine_together_are_the_same_numbers() -> None:
    chance = np.random.default_rng(1)
    angles = np.concatenate(
        [chance.uniform(-9.0, 9.0, 3000), chance.normal(0.0, 1e9, 1000), 10.0 ** chance.uniform(-300.0, 300.0, 1000)]
    )
    for function, arguments in (
        (rotated, (1.0, 2.0, angles)),
        (turned_back, (angles,)),
        (on_the_circle, (angles,)),
        (rotated, (1.0, 2.0, np.array([0.0, -0.0, math.nan, 1.0]))),
    ):
        compiled = njit(function)
        with native(compiled):
            assert_same(compiled, *arguments)
    assert_same(njit(rotated), 1.0, 2.0, np.array([0.5, math.inf]))


@pytest.mark.skipif(sys.platform != "linux", reason="it is a function of the GNU C library")
def test_sine_and_cosine_are_one_call() -> None:
    compiled = njit(rotated)
    compiled(1.0, 2.0, np.zeros(3))
    assert "sincos" in compiled.inspect_asm()
