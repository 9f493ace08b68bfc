"""Functions without an entry of their own: Python carries them out, the rest of the function stays native."""

from __future__ import annotations

import copy
import random
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minijit
from minijit import types as t
from minijit.library import sampling
from minijit.library.registry import Arg
from minijit.testing import assert_same

MATRIX = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.25], [0.5, 0.25, 2.0]])


def draws(rng: Any, count: int) -> tuple[float, Any, Any]:
    total = 0.0
    for _ in range(count):
        total += rng.random() * rng.normal()
    return total, rng.integers(0, 10, 3), rng.normal(size=(2, count))


def shuffled(rng: Any, values: Any) -> Any:
    rng.shuffle(values)
    return rng.permutation(values)


def python_draws(rng: Any, count: int) -> tuple[float, int, float]:
    inside = 0
    for _ in range(count):
        x = rng.random()
        y = rng.uniform(0, 1)
        if x * x + y * y <= 1.0:
            inside += 1
    return 4.0 * inside / count, rng.randint(1, 6), rng.gauss(0, 1)


def shared_draws(seed: int, count: int) -> tuple[float, Any, int]:
    np.random.seed(seed)
    total = 0.0
    for _ in range(count):
        total += np.random.rand() + np.random.normal()
    return total, np.random.rand(count, 2), np.random.randint(10)


def made_inside(seed: int) -> Any:
    rng = np.random.default_rng(seed)
    return rng.standard_normal(4) + rng.random()


@pytest.mark.parametrize(
    ("function", "rng", "rest"),
    [
        (draws, np.random.default_rng(1), (50,)),
        (shuffled, np.random.default_rng(2), (np.arange(6.0),)),
        (python_draws, random.Random(3), (50,)),
        (draws, np.random.default_rng(np.random.MT19937(4)), (3,)),
    ],
)
def test_generators_are_arguments(function: Callable[..., Any], rng: Any, rest: tuple[Any, ...]) -> None:
    compiled = minijit.jit(function, fallback="error")
    for _ in range(2):
        ours, theirs = copy.deepcopy(rng), copy.deepcopy(rng)
        got, wanted = compiled(ours, *copy.deepcopy(rest)), function(theirs, *copy.deepcopy(rest))
        np.testing.assert_equal(got, wanted)
        assert ours.random() == theirs.random()


def test_another_class_of_generator_is_another_signature() -> None:
    compiled = minijit.jit(python_draws, fallback="silent")
    assert compiled(random.Random(1), 5) == python_draws(random.Random(1), 5)

    class Loaded(random.Random):
        def random(self) -> float:
            return 0.0

    # What the user's class has in the place of a method counts.
    assert compiled(Loaded(1), 5) == python_draws(Loaded(1), 5)
    assert compiled(random.Random(1), 5) == python_draws(random.Random(1), 5)


@pytest.mark.parametrize("function", [shared_draws])
def test_the_generator_of_numpy(function: Callable[..., Any]) -> None:
    compiled = minijit.jit(function, fallback="error")
    for seed in (0, 7):
        np.testing.assert_equal(compiled(seed, 5), function(seed, 5))


def test_a_generator_made_inside() -> None:
    compiled = minijit.jit(made_inside, fallback="error")
    np.testing.assert_equal(compiled(5), made_inside(5))


def test_typing_draws_nothing() -> None:
    rng = np.random.default_rng(5)
    before = rng.bit_generator.state
    assert sampling.outcome_of(rng.normal, [], {}) == sampling.Outcome(t.FLOAT, False)
    assert rng.bit_generator.state == before
    state = np.random.get_state()[1].copy()
    assert sampling.outcome_of(np.random.rand, [Arg(t.INT)], {}) is not None
    assert np.array_equal(np.random.get_state()[1], state)


def test_functions_of_the_program_are_not_tried() -> None:
    def shout(x: float) -> float:
        raise AssertionError("called while compiling")

    assert not sampling.may_be_sampled(shout)
    assert sampling.outcome_of(np.apply_along_axis, [Arg(t.Const(shout)), Arg(t.INT)], {}) is None


def test_what_writes_is_found_out() -> None:
    array = Arg(t.Array(np.dtype(np.float64), 2, "C"))
    reading = sampling.outcome_of(np.linalg.cholesky, [array], {})
    writing = sampling.outcome_of(np.fill_diagonal, [array, Arg(t.FLOAT)], {})
    assert reading is not None and not reading.changes
    assert writing is not None and writing.changes


def clocked(x: float) -> bool:
    start = time.perf_counter()
    return time.perf_counter() - start < 60.0 * x


def test_clocks() -> None:
    assert minijit.jit(clocked, fallback="error")(1.0) is True


def with_errors(a: Any, b: Any) -> Any:
    return np.linalg.solve(a, b) + np.apply_along_axis(np.sum, 0, a)


@pytest.mark.parametrize("shape", [(3,), (4,)])
def test_errors_are_numpys(shape: tuple[int, ...]) -> None:
    assert_same(minijit.jit(with_errors, fallback="error"), MATRIX, np.ones(shape))
    assert_same(minijit.jit(with_errors, fallback="error"), np.zeros((3, 3)), np.ones(shape))


def room_for_powers(base: int, exponent: int) -> Any:
    return np.zeros((2, base**exponent), dtype=np.float64)


@pytest.mark.parametrize("exponent", [3, 0, -1])
def test_a_type_that_numpy_refuses_is_refused_when_it_comes(exponent: int) -> None:
    assert_same(minijit.jit(room_for_powers, fallback="error"), 2, exponent)


def first_powers(a: Any, base: int, exponent: int) -> Any:
    return a[:, : base**exponent], a[base**exponent :]


@pytest.mark.parametrize("exponent", [1, 0, -1])
def test_a_slice_with_a_float_is_refused_when_it_comes(exponent: int) -> None:
    assert_same(minijit.jit(first_powers, fallback="error"), MATRIX, 2, exponent)


def complex_for_some_values(a: Any, out: Any) -> Any:
    out[0] = 1.0
    return np.linalg.eigvals(a) * 2, np.emath.sqrt(a)


@pytest.mark.parametrize("matrix", [MATRIX, np.array([[0.0, -1.0], [1.0, 0.0]])])
def test_results_whose_type_follows_from_the_values(matrix: Any) -> None:
    assert_same(minijit.jit(complex_for_some_values, fallback="error"), matrix, np.zeros(1))
