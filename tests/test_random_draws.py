"""Random numbers drawn by native code: the same numbers as Python's, and the same state for whoever draws next."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from minijit import jit, njit
from minijit import types as t
from minijit.library import registry
from minijit.library.random_numbers.layout import holds_twister, layout_of
from minijit.library.registry import Arg
from minijit.testing import native

GENERATOR = np.random.default_rng(12)


def samples(n):
    out = np.empty((n, 6))
    for i in range(n):
        out[i, 0] = np.random.random()
        out[i, 1] = np.random.rand()
        out[i, 2] = np.random.random_sample()
        out[i, 3] = np.random.uniform(-2.0, 5)
        out[i, 4] = np.random.uniform(-0.5)
        out[i, 5] = np.random.uniform()
    return out


def variates(n):
    out = np.empty((n, 5))
    for i in range(n):
        out[i, 0] = np.random.normal()
        out[i, 1] = np.random.normal(3, 0.1)
        out[i, 2] = np.random.randn()
        out[i, 3] = np.random.standard_normal()
        out[i, 4] = np.random.normal(-1.5) + np.random.random()
    return out


def integers(n):
    out = np.empty((n, 7), np.int64)
    for i in range(n):
        out[i, 0] = np.random.randint(10)
        out[i, 1] = np.random.randint(-5, 3 + i)
        out[i, 2] = np.random.randint(0, 2**32)
        out[i, 3] = np.random.randint(0, 2**32 + 1)
        out[i, 4] = np.random.randint(-(2**63), 2**63 - 1)
        out[i, 5] = np.random.randint(i, i + 1)
        out[i, 6] = np.random.randint(np.int64(1), np.int32(7))
    return out


def numbers_of_python(n):
    out = np.empty((n, 7))
    for i in range(n):
        out[i, 0] = random.random()
        out[i, 1] = random.uniform(1, 3)
        out[i, 2] = random.uniform(-0.5, True)
        out[i, 3] = random.randint(-3, i)
        out[i, 4] = random.randrange(2**31 + 5)
        out[i, 5] = random.randrange(5, 6)
        out[i, 6] = random.randint(0, 2**32 - 2) + random.randint(0, 2**40)
    return out


def from_global(n):
    total = 0.0
    for i in range(n):
        total += GENERATOR.random() + GENERATOR.uniform(2, 3) + GENERATOR.integers(0, i + 2)
    return total


def from_argument(generator, n):
    out = np.empty((n, 6))
    for i in range(n):
        out[i, 0] = generator.random()
        out[i, 1] = generator.uniform(-1.0, 1.5)
        out[i, 2] = generator.integers(7)
        out[i, 3] = generator.integers(-(2**62), 2**62)
        out[i, 4] = generator.integers(0, 2**32) + generator.integers(0, 2**32 - 1)
        out[i, 5] = generator.normal() + generator.integers(-(2**63), 2**63 - 1)
    return out


def from_local(seed, n):
    generator = np.random.default_rng(seed)
    draw = generator.random
    total = 0.0
    for _ in range(n):
        total += draw()
    return total, generator.integers(0, 1000)


def twice(draw, n):
    return draw() + draw() * n


def by_name(generator, n):
    total = 0.0
    for i in range(n):
        total += np.random.uniform(low=1.0, high=3) + np.random.uniform(0.5, high=2.5) + np.random.normal(loc=i)
        total += np.random.normal(scale=2.0, loc=1) + np.random.randint(low=3) + np.random.randint(3, high=i + 5)
        total += generator.integers(high=5, low=i - 3) + generator.uniform(high=2.0) + generator.random(size=None)
    return total


def distributions(generator, n):
    out = np.empty((n, 10))
    for i in range(n):
        out[i, 0] = generator.normal()
        out[i, 1] = generator.normal(1, scale=0.5)
        out[i, 2] = generator.standard_normal()
        out[i, 3] = generator.lognormal(0.1, 0.2)
        out[i, 4] = generator.standard_exponential()
        out[i, 5] = generator.exponential(3) + generator.exponential()
        out[i, 6] = generator.standard_gamma(0.5)
        out[i, 7] = generator.gamma(2.0, 3.0) + generator.gamma(shape=1)
        out[i, 8] = np.random.exponential(0.5) + np.random.exponential()
        out[i, 9] = np.random.standard_exponential() + generator.poisson(3.0)
    return out


def handed_on(generator, n):
    return twice(generator.random, n) + twice(np.random.random, n) + twice(random.random, n)


def states() -> tuple[Any, ...]:
    kind, words, place, has_gauss, gauss = np.random.get_state()
    return random.getstate(), kind, words.tolist(), place, has_gauss, gauss, GENERATOR.bit_generator.state


def with_state(function: Callable[..., Any], *arguments: Any) -> tuple[Any, ...]:
    random.seed(4)
    np.random.seed(9)
    GENERATOR.bit_generator.state = np.random.PCG64(5).state
    result = function(*arguments)
    return result, states()


def assert_same_draws(function: Callable[..., Any], make: Callable[[], tuple[Any, ...]]) -> None:
    compiled = njit(function)
    with native(compiled):
        for _ in range(2):
            (result, after), (wanted, wanted_after) = with_state(compiled, *make()), with_state(function, *make())
            assert type(result) is type(wanted)
            assert np.array_equal(np.asarray(result), np.asarray(wanted))
            assert after == wanted_after


@pytest.mark.parametrize("function", [samples, variates, integers, numbers_of_python, from_global])
@pytest.mark.parametrize("n", [0, 1, 7, 1500])
def test_numbers_and_state_are_those_of_python(function: Callable[..., Any], n: int) -> None:
    assert_same_draws(function, lambda: (n,))


@pytest.mark.parametrize("bits", [np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64])
def test_generators_as_arguments(bits: Callable[[int], Any]) -> None:
    assert_same_draws(from_argument, lambda: (np.random.Generator(bits(3)), 700))


def test_generators_made_inside() -> None:
    assert_same_draws(from_local, lambda: (3, 100))
    assert_same_draws(handed_on, lambda: (np.random.default_rng(8), 3))


@pytest.mark.parametrize("bits", [np.random.PCG64, np.random.MT19937])
def test_distributions(bits: Callable[[int], Any]) -> None:
    assert_same_draws(distributions, lambda: (np.random.Generator(bits(6)), 3000))


def test_distributions_are_found() -> None:
    generator = Arg(t.Object(np.random.Generator))
    for name in ("normal", "standard_normal", "exponential", "lognormal"):
        assert registry.find(registry.method(name), (generator,), {}) is not None
    state = Arg(t.Object(np.random.RandomState))
    assert registry.find(registry.method("exponential"), (state,), {}) is not None


def as_values(n):
    draw = random.random
    return draw is random.random, draw == random.random, callable(draw), draw.__name__, np.random.rand is draw


def shuffled(n):
    row = [1, 2, 3, 4]
    random.shuffle(row)
    return row, random.choice([1.5, 2.5])


@pytest.mark.parametrize("function", [as_values, shuffled])
def test_methods_are_what_they_are(function: Callable[..., Any]) -> None:
    compiled = jit(function, fallback="silent")
    for _ in range(2):
        assert with_state(compiled, 3) == with_state(function, 3)


def test_arguments_by_name() -> None:
    assert_same_draws(by_name, lambda: (np.random.default_rng(8), 7))


def test_generators_go_on_from_there() -> None:
    compiled, mine, other = njit(from_argument), np.random.default_rng(1), np.random.default_rng(1)
    for n in (3, 1, 5):
        assert np.array_equal(compiled(mine, n), from_argument(other, n))
        assert mine.bit_generator.state == other.bit_generator.state
        assert mine.random() == other.random()


def test_layouts_are_found() -> None:
    """Where this fails, draws are slow, and nothing worse."""
    state, generator = layout_of(np.random.RandomState), layout_of(np.random.Generator)
    assert state is not None
    assert state.polar
    assert generator is not None
    assert not generator.polar
    assert holds_twister(random.Random)


def draw_between(low, high):
    return np.random.randint(low, high)


def draw_below(high):
    return random.randrange(high)


def draw_included(low, high):
    return random.randint(low, high)


def draw_uniform(low, high):
    return np.random.uniform(low, high)


def draw_normal(mean, deviation):
    return np.random.normal(mean, deviation)


def draw_integer(generator, low, high):
    return generator.integers(low, high)


def draw_uniform_of(generator, low, high):
    return generator.uniform(low, high)


def draw_exponential(scale):
    return np.random.exponential(scale)


def draw_normal_of(generator, scale):
    return generator.normal(0.0, scale)


def draw_gamma_of(generator, shape, scale):
    return generator.gamma(shape, scale)


BAD: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (draw_between, (5, 5)),
    (draw_between, (2**63 - 1, -(2**63))),
    (draw_below, (0,)),
    (draw_below, (-3,)),
    (draw_included, (3, 2)),
    (draw_included, (2**62, -(2**62))),
    (draw_uniform, (0.0, float("inf"))),
    (draw_uniform, (float("nan"), 1.0)),
    (draw_uniform, (-1e308, 1e308)),
    (draw_normal, (0.0, -1.0)),
    (draw_normal, (0.0, -0.0)),
    (draw_integer, (GENERATOR, 3, 3)),
    (draw_uniform_of, (GENERATOR, 2.0, 1.0)),
    (draw_exponential, (-1.0,)),
    (draw_normal_of, (GENERATOR, -0.0)),
    (draw_gamma_of, (GENERATOR, -1.0, 1.0)),
    (draw_gamma_of, (GENERATOR, 1.0, -1.0)),
]


@pytest.mark.parametrize(("function", "arguments"), BAD)
def test_arguments_that_are_refused(function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    with pytest.raises((ValueError, OverflowError)) as wanted:
        with_state(function, *arguments)
    before = states()
    with pytest.raises((ValueError, OverflowError)) as raised:
        with_state(njit(function), *arguments)
    assert type(raised.value) is type(wanted.value)
    assert str(raised.value) == str(wanted.value)
    assert states() == before


def test_arguments_that_are_odd_but_good() -> None:
    assert_same_draws(draw_uniform, lambda: (3.0, 1.0))
    assert_same_draws(draw_uniform, lambda: (True, np.float32(3.5)))
    assert_same_draws(draw_included, lambda: (-(2**63), 2**63 - 1))
    assert_same_draws(draw_between, lambda: (np.uint8(3), 200))
    with_state(njit(draw_normal), 1.0, float("nan"))


def test_waits_for_the_lock() -> None:
    compiled, generator = njit(from_argument), np.random.default_rng(2)
    compiled(generator, 1)
    held, times = threading.Event(), []

    def hold() -> None:
        with generator.bit_generator.lock:
            held.set()
            time.sleep(0.1)
            times.append(time.perf_counter())

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    compiled(generator, 1)
    times.append(time.perf_counter())
    thread.join()
    assert times == sorted(times)


def test_without_the_lock_of_the_interpreter() -> None:
    compiled = jit(nogil=True)(samples)
    assert np.array_equal(with_state(compiled, 50)[0], with_state(samples, 50)[0])


def many_draws(n):
    total = 0
    for _ in range(n):
        total += random.randint(0, 9)
        total *= 3
    return total


def test_draws_are_not_made_again() -> None:
    """A result beyond 64 bits can't be computed by the interpreter any more: others would see twice as many draws."""
    compiled = njit(many_draws)
    assert with_state(compiled, 20) == with_state(many_draws, 20)
    with pytest.raises(OverflowError, match="64 bits"):
        compiled(100)
