"""float16: what NumPy computes with it, native code computes with the same bits."""

from __future__ import annotations

import importlib.util
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from minijit import jit, njit
from minijit.library.halves import MODULES
from minijit.numpy_types import ALL_DTYPES, FLOAT16
from minijit.testing import compare, native

Array = npt.NDArray[Any]
pytestmark = pytest.mark.skipif(FLOAT16 not in ALL_DTYPES, reason="the processor does not convert numbers of 16 bits")

_WORDS = np.arange(1 << 16, dtype=np.uint16)
_WORDS[np.isnan(_WORDS.view(np.float16))] |= 0x200
ALL: Array = _WORDS.view(np.float16)
"""All numbers; what signalling ones among the nan give differs between processors."""
EXACT_UNARY = (
    np.negative, np.positive, np.absolute, np.fabs, np.sign, np.square, np.sqrt, np.reciprocal, np.floor, np.ceil,
    np.trunc, np.rint, np.isnan, np.isinf, np.isfinite, np.signbit, np.logical_not, np.conjugate, np.deg2rad,
    np.rad2deg, np.spacing, np.modf, np.frexp,
)  # fmt: skip
NEAR_UNARY = (
    np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10, np.log1p, np.sin, np.cos, np.tan, np.arcsin, np.arccos,
    np.arctan, np.sinh, np.cosh, np.tanh, np.arcsinh, np.arccosh, np.arctanh, np.cbrt,
)  # fmt: skip
EXACT_BINARY = (
    np.add, np.subtract, np.multiply, np.true_divide, np.floor_divide, np.remainder, np.fmod, np.divmod, np.copysign,
    np.maximum, np.minimum, np.fmax, np.fmin, np.equal, np.not_equal, np.less, np.less_equal, np.greater,
    np.greater_equal, np.logical_and, np.logical_or, np.logical_xor, np.heaviside, np.nextafter,
)  # fmt: skip
NEAR_BINARY = (np.power, np.arctan2, np.hypot, np.logaddexp, np.logaddexp2)


def bits(one: Any) -> Any:
    """Bits of floats, with one nan for all; other arrays as they are."""
    array = np.asarray(one)
    if array.dtype.kind != "f":
        return array
    words = array.view(f"u{array.dtype.itemsize}")
    return np.where(np.isnan(array), np.array(1 << (8 * array.itemsize - 2), words.dtype), words)


def check_exact(got: Any, want: Any) -> None:
    if isinstance(want, tuple):
        for one, other in zip(got, want, strict=True):
            check_exact(one, other)
        return
    assert got.dtype == want.dtype and type(got) is type(want)
    np.testing.assert_array_equal(bits(got), bits(want))


def check_near(got: Array, want: Array) -> None:
    """Within one unit in the last place."""
    assert got.dtype == want.dtype == np.float16
    words = [one.view(np.int16).astype(np.int32) for one in (got, want)]
    ordered = [np.where(one < 0, -(one & 0x7FFF), one) for one in words]
    off = np.abs(ordered[0] - ordered[1])
    np.testing.assert_array_equal(np.isnan(got), np.isnan(want))
    assert off[~np.isnan(want)].max() <= 1


def unary(ufunc: Callable[..., Any]) -> Callable[[Any], Any]:
    def apply(a: Any) -> Any:
        return ufunc(a)

    return apply


def binary(ufunc: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    def apply(a: Any, b: Any) -> Any:
        return ufunc(a, b)

    return apply


def pairs() -> tuple[Array, Array]:
    """All values with some of each other, and special values with all."""
    rng = np.random.default_rng(1)
    special = np.array([0.0, -0.0, 1, -1, 2, 0.5, 3, np.inf, -np.inf, np.nan, 65504, 6e-8, -6e-8, 6.1e-5], np.float16)
    grid = np.meshgrid(special, special)
    near = rng.uniform(-20, 20, (2, 20000)).astype(np.float16)
    first = np.concatenate([grid[0].ravel(), ALL, rng.permutation(ALL), near[0]])
    second = np.concatenate([grid[1].ravel(), rng.permutation(ALL), np.resize(special, ALL.size), near[1]])
    return first, second


@pytest.mark.parametrize("ufunc", EXACT_UNARY, ids=lambda one: one.__name__)
def test_functions_of_all_numbers(ufunc: np.ufunc) -> None:
    with np.errstate(all="ignore"):
        check_exact(njit(unary(ufunc))(ALL), ufunc(ALL))


@pytest.mark.parametrize("ufunc", NEAR_UNARY, ids=lambda one: one.__name__)
def test_elementary_functions_of_all_numbers(ufunc: np.ufunc) -> None:
    with np.errstate(all="ignore"):
        check_near(njit(unary(ufunc))(ALL), ufunc(ALL))


@pytest.mark.parametrize("ufunc", EXACT_BINARY, ids=lambda one: one.__name__)
def test_functions_of_two(ufunc: np.ufunc) -> None:
    first, second = pairs()
    with np.errstate(all="ignore"):
        got, want = njit(binary(ufunc))(first, second), ufunc(first, second)
    if ufunc in (np.maximum, np.minimum, np.fmax, np.fmin):
        # Which of two zeros it is, nobody says.
        got, want = (np.where(one == 0, np.float16(0), one) for one in (got, want))
    check_exact(got, want)


@pytest.mark.parametrize("ufunc", NEAR_BINARY, ids=lambda one: one.__name__)
def test_elementary_functions_of_two(ufunc: np.ufunc) -> None:
    first, second = pairs()
    with np.errstate(all="ignore"):
        check_near(njit(binary(ufunc))(first, second), ufunc(first, second))


OTHERS = [dtype for dtype in ALL_DTYPES if dtype != FLOAT16]


@pytest.mark.filterwarnings("ignore:Casting complex")
@pytest.mark.parametrize("dtype", OTHERS, ids=str)
def test_conversions(dtype: np.dtype[Any]) -> None:
    def to_half(a: Array) -> Array:
        return a.astype(np.float16)

    def from_half(a: Array) -> Array:
        return a.astype(dtype)

    rng = np.random.default_rng(2)
    inside = ALL[np.isfinite(ALL)] if dtype.kind in "iu" else ALL
    if dtype.kind == "i":
        inside = inside[np.abs(inside.astype(float)) < 2.0 ** min(31, 8 * dtype.itemsize - 1)]
    elif dtype.kind == "u":
        inside = inside[(inside > -1) & (inside.astype(float) < 2.0 ** (8 * dtype.itemsize))]
    if dtype.kind == "b":
        values = np.array([True, False])
    elif dtype.kind in "iu":
        info = np.iinfo(dtype)
        values = rng.integers(info.min, info.max, 30000, dtype=dtype, endpoint=True)
        near = values % dtype.type(min(info.max, 70000))
        values = np.concatenate([values, near, np.arange(2040, 9000).astype(dtype)])
    else:
        real = dtype.type(0).real.dtype
        exact = ALL[np.isfinite(ALL)].astype(real)
        halfway = (exact[:-1] / 2 + exact[1:] / 2).astype(real)
        near = [np.nextafter(halfway, np.array(side, real)) for side in (np.inf, -np.inf)]
        words = rng.integers(0, 1 << 63, 20000).astype(np.uint64).view(np.float64)
        with np.errstate(all="ignore"):
            parts = [exact, halfway, *near, words.astype(real), [np.inf, -np.inf, np.nan]]
            values = np.concatenate(parts).astype(dtype)
    with np.errstate(all="ignore"):
        check_exact(njit(to_half)(values), values.astype(np.float16))
        check_exact(njit(from_half)(inside), inside.astype(dtype))


NUMBERS = [np.float16(value) for value in (0.0, -0.0, 1.5, -7.25, 0.1, 3, 65504, 6e-8, np.inf, np.nan)]
OPERATORS = (
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow,
    operator.lt, operator.eq, operator.ge,
)  # fmt: skip


@pytest.mark.parametrize("function", OPERATORS, ids=lambda one: one.__name__)
def test_operators_on_scalars(function: Callable[..., Any]) -> None:
    others: list[Any] = [*NUMBERS, 2, -3, 0.1, 1e-9, 1e6, True, 2.5 + 1j]
    if function is operator.pow:
        # With other numbers of NumPy's it is np.power that computes them.
        others = [*NUMBERS, 2, -3, 0.1, True]
    else:
        others += [dtype.type(3) for dtype in OTHERS]
    jitted = {type(other): njit(binary(function)) for other in others}
    with np.errstate(all="ignore"):
        for number in NUMBERS:
            for other in others:
                for row in ((number, other), (other, number)):
                    assert not compare(jitted[type(other)], row), row


@pytest.mark.parametrize("function", [int, float, complex, bool, abs, operator.neg, str, repr, round, np.float32])
def test_functions_of_scalars(function: Callable[..., Any]) -> None:
    jitted = jit(unary(function))
    for number in NUMBERS:
        assert not compare(jitted, (number,)), number


def indexed(a: Array, i: int, k: Array, m: Array) -> Any:
    b = a.copy()
    b[i] = a[i + 1] + 1
    b[1:3] = 0.1
    b[-1] = 1e-9
    return b, a[k], a[m], a[::-2], a[2:5] * a[1:4], a[i], a.reshape(2, -1).T, a.T, len(a), a.dtype, a.nbytes


def made(n: int) -> Any:
    a = np.zeros(n, np.float16)
    b = np.ones((2, n), dtype="e")
    c = np.full(n, 0.1, np.float16)
    d = np.empty(n, "float16")
    d[:] = np.arange(n)
    return a, b, c, d, np.array([1.5, 2.5], np.float16), np.float16(0.3), np.concatenate((a, c)), c.tolist()


def fused(a: Array, b: Array) -> Any:
    return a * b + a / 3, (a + b) ** 2, np.where(a > b, a, b * 2), np.sqrt(a) * 0.1 - b


def changed(a: Array, b: Array) -> None:
    a += b
    a[1:] *= a[:-1]
    a[a > 1] = 0.5
    a -= 0.1


def loop(a: Array, x: Any) -> Any:
    total = np.float16(0)
    for i in range(len(a)):
        total += a[i] * x
        if a[i] > 2:
            a[i] = x
    return total


def reduced(a: Array) -> Any:
    m = a.reshape(2, -1)
    whole = a.sum(), a.mean(), a.max(), a.min(), a.argmax(), a.std(), a.any(), np.dot(a, a)
    return *whole, m.sum(axis=0), m.mean(axis=1), m.cumsum(axis=1)


@pytest.mark.parametrize("layout", [lambda a: a, lambda a: a[::-1], lambda a: np.repeat(a, 2)[::2]])
def test_programs(layout: Callable[[Array], Array]) -> None:
    a = np.array([0.5, 1.25, 2.75, 3.1, 0.1, 9, 0.001, 7.7], np.float16)
    b = np.array([3.5, 0.25, 0.75, 1.1, 8.1, 2, 100, 0.7], np.float16)
    with native(jitted := njit(indexed)):
        assert not compare(jitted, (layout(a), 2, np.array([1, 3, -1]), a > 1))
    with native(jitted := njit(fused)):
        assert not compare(jitted, (layout(a), layout(b)))
    with native(jitted := njit(changed)):
        assert not compare(jitted, (layout(a).copy(), layout(b)))
    with native(jitted := njit(loop)):
        for x in (np.float16(0.3), 0.3, 2):
            assert not compare(jitted, (layout(a).copy(), x))
    assert not compare(njit(made), (5,))
    assert not compare(njit(reduced), (layout(a),))


def test_results_of_small_integers() -> None:
    small = np.arange(-128, 128).astype(np.int8)
    with np.errstate(all="ignore"):
        for ufunc in (np.sqrt, np.exp, np.sin):
            for values in (small, small.view(np.uint8), np.array([True, False])):
                check_near(njit(unary(ufunc))(values), ufunc(values))


def test_modules_are_there() -> None:
    """A module that gets another name would be left to Python, and nobody would see it."""
    assert [name for name in sorted(MODULES) if importlib.util.find_spec(f"minijit.library.{name}") is None] == []


def test_products_are_native() -> None:
    a = np.arange(12, dtype=np.float16).reshape(3, 4) / np.float16(7)
    for f, args in (
        (lambda a, b: a @ b, (a, a.T)),
        (lambda a, b: np.dot(a, b), (a, a[0])),
        (lambda a, b: a[0] @ b[0], (a, a)),
        (lambda a, b: np.matmul(a, b.T, out=np.zeros((3, 3), np.float16)), (a, a)),
    ):
        compiled = jit(fallback="error")(f)
        assert not compare(compiled, args)
        assert "through Python" not in compiled.explain()
