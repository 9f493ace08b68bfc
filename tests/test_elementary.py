"""The elementary functions of floats: accuracy, special values, the same bits everywhere, and loops that vectorise.

The reference is NumPy's long double on processors where that has more bits than a double, and double for singles.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from minijit import jit, njit
from minijit.runtime.elementary.functions import SYMBOLS, inline_of, text_of
from minijit.testing import compare

Array = npt.NDArray[Any]
ALLOWED = 1.5
"""In units in the last place of the true value."""

FUNCTIONS: dict[str, np.ufunc] = {
    "exp": np.exp,
    "exp2": np.exp2,
    "expm1": np.expm1,
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "log1p": np.log1p,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    "cbrt": np.cbrt,
}
OF_TWO: dict[str, np.ufunc] = {"pow": np.power, "atan2": np.arctan2, "hypot": np.hypot}
POWERS = {2: "pow2", 3: "pow3", 4: "pow4", 0.5: "powroot", -1: "powinverse"}
KINDS = (np.float64, np.float32)
CASES = [(name, kind) for name in FUNCTIONS for kind in KINDS]
CASES_OF_TWO = [(name, kind) for name in OF_TWO for kind in KINDS]
HAS_LONG_DOUBLE = np.finfo(np.longdouble).nmant > 60

POINTS = (
    0.0, -0.0, np.inf, -np.inf, np.nan, 1, -1, 0.5, -0.5, 2, -2, 3, 10, 1000, 1024, -1024, 128, -149, -150, -1074,
    -1075.5, 709.78, 709.79, -745.13, -745.14, -708.4, 88.7, 88.8, -87.4, -103.9, -104, 710.4, 710.5, 89.4, 89.42, 1e22,
    -1e22, 1e30, 0.7071067811865475, 0.7071067811865476, 1.4142135623730951, 2.0**45, 2.0**45 + 1, -(2.0**46), 1e-5,
)  # fmt: skip


def loop_of(ufunc: np.ufunc) -> Callable[[Array, Array], None]:
    """A loop of the program's own."""

    def apply(a: Array, out: Array) -> None:
        for i in range(len(a)):
            out[i] = ufunc(a[i])

    return apply


def whole_of(ufunc: np.ufunc) -> Callable[[Any], Any]:
    """A call on whatever it is."""

    def apply(a: Any) -> Any:
        return ufunc(a)

    return apply


def pair_loop_of(ufunc: np.ufunc) -> Callable[[Array, Array, Array], None]:
    """The same for two operands."""

    def apply(a: Array, b: Array, out: Array) -> None:
        for i in range(len(a)):
            out[i] = ufunc(a[i], b[i])

    return apply


@cache
def over_pairs(name: str) -> Callable[[Array, Array], Array]:
    """A compiled function that applies a ufunc to the elements of two arrays."""
    jitted = njit(pair_loop_of(OF_TWO[name]))

    def apply(a: Array, b: Array) -> Array:
        out = np.empty_like(a)
        jitted(a, b, out)
        assert "loop vectorised" in jitted.explain()
        return out

    return apply


@cache
def over_arrays(name: str) -> Callable[[Array], Array]:
    """A compiled function that applies a ufunc to the elements of an array."""
    jitted = njit(loop_of(FUNCTIONS[name]))

    def apply(a: Array) -> Array:
        out = np.empty_like(a)
        jitted(a, out)
        return out

    return apply


def points(kind: type) -> Array:
    """Special values, all magnitudes, and dense samples where the functions do something."""
    rng = np.random.default_rng(5)
    info = np.finfo(kind)
    edges = [info.tiny, info.smallest_subnormal, info.max, info.smallest_subnormal * 7, info.eps]
    word = np.uint64 if kind is np.float64 else np.uint32
    magnitudes = rng.integers(0, np.iinfo(word).max, 20000, dtype=word).view(kind)
    dense = [rng.uniform(-bound, bound, 5000) for bound in (0.01, 1, 4, 30, 105, 750, 1e6)]
    near_one = [1 + sign * 2.0 ** rng.uniform(-30, -1, 2000) for sign in (1, -1)]
    quarters = rng.integers(0, 2**40, 3000) * (np.pi / 2)
    with np.errstate(over="ignore"):
        parts = [np.array(POINTS), np.array(edges), -np.array(edges), *dense, *near_one, quarters]
        return np.concatenate([*(part.astype(kind) for part in parts), magnitudes])


def errors(found: Array, true: Array) -> Array:
    """Distances from the true values in units in the last place; infinite where one is nan or infinite alone."""
    with np.errstate(all="ignore"):
        rounded = true.astype(found.dtype)
        unit = np.spacing(np.abs(rounded)).astype(true.dtype)
        distance = np.abs(found.astype(true.dtype) - true) / unit
    same = (found == rounded) | (np.isnan(found) & np.isnan(rounded))
    finite = np.isfinite(found) & np.isfinite(rounded)
    return np.where(finite, distance, np.where(same, 0.0, np.inf)).astype(float)


def wider(kind: type) -> type:
    """A more accurate type."""
    return np.longdouble if kind is np.float64 else np.float64


def check_accuracy(found: Array, true: Array, *operands: Array) -> None:
    """Within the allowed error everywhere, and zeros with their signs."""
    off = errors(found, true)
    worst = int(np.argmax(off))
    assert off[worst] <= ALLOWED, f"{[x[worst] for x in operands]} gives {found[worst]!r}, off by {off[worst]}"
    zeros = (found == 0) & (np.abs(true) < np.finfo(found.dtype).smallest_subnormal / 2)
    assert not (np.signbit(found) != np.signbit(true))[zeros].any()


@pytest.mark.skipif(not HAS_LONG_DOUBLE, reason="no more accurate type to compare with")
@pytest.mark.parametrize(("name", "kind"), CASES, ids=lambda one: getattr(one, "__name__", one))
def test_accuracy(name: str, kind: type) -> None:
    x = points(kind)
    with np.errstate(all="ignore"):
        true = FUNCTIONS[name](x.astype(wider(kind)))
        found = over_arrays(name)(x)
    check_accuracy(found, true, x)


@pytest.mark.skipif(not HAS_LONG_DOUBLE, reason="no more accurate type to compare with")
@pytest.mark.parametrize(("name", "kind"), CASES_OF_TWO, ids=lambda one: getattr(one, "__name__", one))
def test_accuracy_of_two_operands(name: str, kind: type) -> None:
    rng = np.random.default_rng(6)
    x = points(kind)
    special = np.array([*POINTS[:14], np.finfo(kind).max, np.finfo(kind).tiny, np.finfo(kind).smallest_subnormal])
    with np.errstate(all="ignore"):
        grid = np.meshgrid(np.concatenate([special, -special]).astype(kind), special.astype(kind))
        near = [rng.uniform(0.1, 10, 20000), rng.uniform(-30, 30, 20000)]
        first = np.concatenate([x, grid[0].ravel(), near[0].astype(kind)])
        second = np.concatenate([rng.permutation(x), grid[1].ravel(), near[1].astype(kind)])
        true = OF_TWO[name](first.astype(wider(kind)), second.astype(wider(kind)))
        found = over_pairs(name)(first, second)
    check_accuracy(found, true, first, second)


@pytest.mark.parametrize("kind", KINDS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("exponent", POWERS)
def test_known_powers_have_the_bits_of_numpy_scalars(exponent: float, kind: type) -> None:
    def apply(a: Array, out: Array) -> None:
        for i in range(len(a)):
            out[i] = a[i] ** exponent

    x = points(kind)
    x = np.concatenate([x, np.random.default_rng(7).uniform(0.1, 9, 20000).astype(kind)])
    found = np.empty_like(x)
    jitted = njit(apply)
    jitted(x, found)
    assert "loop vectorised" in jitted.explain()
    with np.errstate(all="ignore"):
        expected = np.array([one**exponent for one in x], kind)
    same = (found == expected) & (np.signbit(found) == np.signbit(expected)) | (np.isnan(found) & np.isnan(expected))
    assert same.all(), x[~same][:3]


def test_powers_of_whole_numbers_are_exact() -> None:
    bases, exponents = np.meshgrid(np.arange(2.0, 100.0), np.arange(1.0, 30.0))
    first, second = bases.ravel(), exponents.ravel()
    true = [float(int(b) ** int(e)) for b, e in zip(first, second, strict=True)]
    found = over_pairs("pow")(first, second)
    small = np.array(true) < 2.0**53
    assert (found[small] == np.array(true)[small]).all()


@pytest.mark.parametrize(("name", "kind"), CASES, ids=lambda one: getattr(one, "__name__", one))
def test_bits_do_not_depend_on_the_place(name: str, kind: type) -> None:
    x = points(kind)[:2000]
    apply = over_arrays(name)
    with np.errstate(all="ignore"):
        whole = apply(x).tobytes()
        size = x.itemsize
        for length in range(41):
            assert apply(x[7 : 7 + length].copy()).tobytes() == whole[7 * size : (7 + length) * size]


@pytest.mark.parametrize(("name", "kind"), CASES, ids=lambda one: getattr(one, "__name__", one))
def test_forms_agree(name: str, kind: type) -> None:
    """A scalar, a whole array, a strided one and a loop give the same bits."""
    ufunc = FUNCTIONS[name]
    x = points(kind)[:300]
    whole = njit(whole_of(ufunc))
    with np.errstate(all="ignore"):
        expected = over_arrays(name)(x)
        assert whole(x).tobytes() == expected.tobytes()
        assert whole(x[::-1]).tobytes() == expected[::-1].tobytes()
        for one, result in zip(x[:60], expected, strict=False):
            assert whole(one).tobytes() == result.tobytes()


@pytest.mark.parametrize(("name", "kind"), CASES, ids=lambda one: getattr(one, "__name__", one))
def test_loops_are_vectorised(name: str, kind: type) -> None:
    jitted = njit(loop_of(FUNCTIONS[name]))
    jitted(np.ones(3, kind), np.ones(3, kind))
    assert "loop vectorised" in jitted.explain()


def test_powers_of_two_and_ten_are_exact() -> None:
    log2, log10, exp2 = (over_arrays(name) for name in ("log2", "log10", "exp2"))
    exponents = np.arange(-1074.0, 1024.0)
    assert (log2(np.ldexp(1.0, exponents.astype(int))) == exponents).all()
    assert (exp2(exponents) == np.ldexp(1.0, exponents.astype(int))).all()
    assert (log10(10.0 ** np.arange(23)) == np.arange(23)).all()


@pytest.mark.parametrize("kind", KINDS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("ufunc", [np.fmod, np.remainder, np.floor_divide], ids=lambda one: one.__name__)
def test_remainders_are_exact(ufunc: np.ufunc, kind: type) -> None:
    rng = np.random.default_rng(8)
    x = points(kind)
    grid = np.meshgrid(np.array(POINTS, kind), np.array(POINTS, kind))
    near = rng.uniform(-100, 100, 20000).astype(kind)
    whole = rng.integers(-50, 50, 20000).astype(kind)
    first = np.concatenate([grid[0].ravel(), x, near, whole])
    second = np.concatenate([grid[1].ravel(), rng.permutation(x), rng.permutation(near), rng.permutation(whole)])
    jitted = njit(pair_loop_of(ufunc))
    found = np.empty_like(first)
    jitted(first, second, found)
    assert "loop vectorised" in jitted.explain()
    with np.errstate(all="ignore"):
        expected = ufunc(first, second)
    same = (found == expected) & (np.signbit(found) == np.signbit(expected)) | (np.isnan(found) & np.isnan(expected))
    assert same.all(), (first[~same][:3], second[~same][:3], found[~same][:3], expected[~same][:3])


@pytest.mark.parametrize("symbol", sorted(SYMBOLS))
def test_every_function_has_a_text(symbol: str) -> None:
    name = symbol.removeprefix("mj_")
    assert f"@{symbol}(" in text_of(name).text
    assert inline_of(symbol).text.count("define internal") == 1


def test_processors_without_fused_multiplication_call_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    from minijit.runtime.elementary import functions

    monkeypatch.setattr(functions, "has_fma", lambda: False)
    functions.inline_of.cache_clear()
    try:
        x = np.array([0.5, 2.0, 700.0, -0.0])
        found = [njit(whole_of(ufunc))(x) for ufunc in (np.exp, np.sin)]
    finally:
        functions.inline_of.cache_clear()
    assert found[0].tolist() == list(map(math.exp, x))
    assert found[1].tolist() == list(map(math.sin, x))


SINGLE_INSTRUCTIONS = (
    np.sqrt, np.absolute, np.fabs, np.floor, np.ceil, np.trunc, np.rint, np.sign, np.square, np.reciprocal, np.negative,
    np.deg2rad, np.fmin, np.fmax, np.maximum, np.minimum, np.copysign, np.heaviside,
    np.nextafter, np.spacing,
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("ufunc", SINGLE_INSTRUCTIONS, ids=lambda one: one.__name__)
def test_what_processors_have_is_vectorised(ufunc: np.ufunc, kind: type) -> None:
    a = np.array([*POINTS, *POINTS[::-1]], kind)
    operands = (a, a[::-1].copy())[: ufunc.nin]
    jitted = njit((loop_of if ufunc.nin == 1 else pair_loop_of)(ufunc))
    out = np.empty_like(a)
    jitted(*operands, out)
    with np.errstate(all="ignore"):
        expected = ufunc(*operands)
    assert np.array_equal(out, expected, equal_nan=True)
    assert "loop vectorised" in jitted.explain()


def sum_in_order(a: Array) -> Any:
    total = 1.0
    for i in range(len(a)):
        total += np.sqrt(a[i]) / 3.0
    return total


@pytest.mark.parametrize("length", [*range(20), 100, 1001])
def test_sums_in_order_keep_their_order(length: int) -> None:
    a = np.random.default_rng(length).uniform(0.0, 1e9, length)
    jitted = njit(sum_in_order)
    assert jitted(a) == sum_in_order(a)
    assert "loop vectorised" in jitted.explain()


@pytest.mark.parametrize("kind", KINDS, ids=lambda one: one.__name__)
def test_other_powers_have_the_bits_of_numpy_scalars(kind: type) -> None:
    def apply(a: Array, b: Array, out: Array) -> None:
        for i in range(len(a)):
            out[i] = a[i] ** b[i]
            out[i] **= 1.5

    rng = np.random.default_rng(8)
    a, b = rng.uniform(0.1, 9, 5000).astype(kind), rng.uniform(-9, 9, 5000).astype(kind)
    found, expected = np.empty_like(a), np.empty_like(a)
    njit(apply)(a, b, found)
    apply(a, b, expected)
    assert found.tobytes() == expected.tobytes()


def power_backwards(a, b):
    return np.power(a[::-1], b), np.power(a, b[::-1])


def test_powers_of_reversed_arrays_compile():
    """LLVM's reckoning of what vectors cost aborted the process."""
    for dtype in (np.float32, np.float64):
        numbers = np.linspace(0.5, 3.0, 40, dtype=dtype)
        assert not compare(jit(fallback="error")(power_backwards), (numbers, numbers), ulp=4)
