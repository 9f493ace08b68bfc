"""Products of arrays: bit for bit NumPy's, of every shape, layout and dtype, and without Python."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import pytest

from minijit import jit
from minijit.codegen.symbols import address_of_symbol
from minijit.runtime import small_product_trial as trial
from minijit.runtime.small_products import CHOICES, choices_of
from minijit.testing import compare
from tests.numpy_programs import Program

SHAPES = [
    ((3, 4), (4, 5)),
    ((3, 4), (4,)),
    ((4,), (4, 5)),
    ((4,), (4,)),
    ((64, 33), (33, 70)),
    ((1, 4), (4, 1)),
    ((3, 1), (1, 4)),
    ((1,), (1, 5)),
    ((1000,), (1000,)),
    ((3, 0), (0, 2)),
    ((0, 3), (3, 2)),
    ((3, 4), (5, 2)),
    ((2, 3, 4), (2, 4, 3)),
    ((2, 3, 4), (4,)),
    ((2, 1, 3, 4), (5, 4, 2)),
    ((2, 3, 4), (3, 4, 2)),
]
DTYPES = ["bool", "int8", "uint64", "float32", "float64", "complex64", "complex128"]


def operand(shape: tuple[int, ...], dtype: str, layout: str) -> Any:
    """Random numbers in a layout."""
    random = np.random.default_rng(len(shape) + sum(shape))
    numbers = random.integers(-9, 100, shape) if np.dtype(dtype).kind in "biu" else random.standard_normal(shape)
    made = (numbers + 1j * numbers[..., ::-1]).astype(dtype) if np.dtype(dtype).kind == "c" else numbers.astype(dtype)
    if layout == "F":
        return np.asfortranarray(made)
    if layout == "gaps":
        room = np.zeros((*shape[:-1], 2 * shape[-1]), dtype)
        room[..., ::2] = made
        return room[..., ::2]
    return np.ascontiguousarray(made[::-1])[::-1] if layout == "reversed" else made


def product(function: str) -> Any:
    """A compiled function of two operands."""
    return Program(function, ("a", "b"), {}).jitted


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("text", ["a @ b", "np.dot(a, b)", "np.inner(a, b)", "np.vdot(a, b)"])
def test_products(text: str, dtype: str) -> None:
    problems = []
    for first, second in (("", ""), ("F", "gaps"), ("reversed", "F")):
        compiled = product(text)
        for x, y in SHAPES:
            args = operand(x, dtype, first), operand(y, dtype, second)
            problems += [f"{x} {first} {y} {second}: {one}" for one in compare(compiled, args)]
            assert not compiled.stats["bailouts"]
    assert not problems, "\n".join(problems[:10])


@pytest.mark.parametrize("text", ["a @ a.T", "a.T @ a", "np.dot(a, a.T)", "a.T.dot(a)", "np.inner(a, a)"])
def test_symmetric_products(text: str) -> None:
    compiled = product(text)
    for shape in ((5, 3), (40, 50), (3, 3)):
        for dtype in ("float64", "int32", "complex128"):
            one = operand(shape, dtype, "")
            assert not compare(compiled, (one, one))


def test_operands_of_two_dtypes_and_errors() -> None:
    table, row = operand((30, 40), "float64", ""), operand((40,), "int8", "")
    for text in ("a @ b", "np.dot(a, b)", "b @ a.T", "np.matmul(a, b)", "np.linalg.matmul(a, a.T)"):
        assert not compare(product(text), (table, row))
    assert not compare(product("a @ b"), (table, 2.0))
    assert not compare(product("np.dot(a, b)"), (table, 2.0))


def test_products_need_no_python() -> None:
    compiled = product("a @ b")
    compiled(np.ones((3, 3)), np.ones(3))
    assert "through Python" not in compiled.explain()
    assert "mj_small_matmul_d" in compiled.inspect_llvm()


NATIVE = {
    "np.matmul(a, b, out=a)": ((3, 3), (3, 3)),
    "np.matmul(a, b.T, np.empty((3, 3), a.dtype))": ((3, 4), (3, 4)),
    "np.dot(a, b, out=np.empty((3, 5), a.dtype))": ((3, 4), (4, 5)),
    "a.dot(b, np.empty(3, a.dtype))": ((3, 4), (4,)),
    "a @ b.swapaxes(1, 2)": ((2, 3, 4), (2, 3, 4)),
    "np.tensordot(a, b, axes=([1, 0], [0, 1]))": ((3, 4, 5), (4, 3)),
    "np.tensordot(a, b, 1)": ((3, 4, 5), (5, 2)),
    "np.tensordot(a, b, (1, 0))": ((2, 3, 4), (3,)),
    "np.kron(a, b)": ((2, 3), (3,)),
    "np.einsum('ij,jk->ik', a, b)": ((3, 4), (4, 5)),
    "np.einsum('bij,bjk->bik', a, b)": ((2, 3, 4), (2, 4, 5)),
    "np.einsum('i,j->ij', a, b)": ((3,), (4,)),
    "np.einsum('ii->i', a) + np.einsum('ji', b)[0]": ((3, 3), (3, 3)),
    "np.vecdot(a, b)": ((5, 3), (3,)),
    "np.matvec(a, b)": ((2, 3, 4), (4,)),
    "np.vecmat(a, b)": ((3,), (3, 4)),
    "np.linalg.multi_dot([a, b, b.T])": ((3, 4), (4, 5)),
    "np.trace(a, 1)": ((3, 4, 5), (1,)),
    "a.trace(axis1=1, axis2=2)": ((3, 4, 5), (1,)),
    "np.linalg.trace(a, offset=-1)": ((3, 4, 5), (1,)),
}


@pytest.mark.parametrize("text", sorted(NATIVE))
def test_native(text: str) -> None:
    """Nothing goes through Python, and NumPy's bits come out."""
    x, y = NATIVE[text]
    for dtype in ("float64", "float32", "complex128", "int16"):
        compiled = product(text)
        assert not compare(compiled, (operand(x, dtype, ""), operand(y, dtype, "")))
        assert not compiled.stats["bailouts"]
        assert "through Python" not in compiled.explain()


SQUARES = [((3, 4), (4, 4)), ((3, 4), (4, 5)), ((2, 3, 3), (3, 3)), ((3,), (3, 3)), ((3, 3), (3,))]


@pytest.mark.parametrize("shapes", SQUARES)
def test_products_over_their_first_factor(shapes: Any) -> None:
    compiled = Program("a @= b; return a", ("a", "b"), {}, statement=True).jitted
    for dtype in ("float64", "int32", "complex64"):
        args = [operand(shape, dtype, "") for shape in shapes]
        assert not compare(compiled, tuple(args))


def test_outputs_that_overlap() -> None:
    def step(room: Any) -> Any:
        np.matmul(room[:3, :3], room[1:4, 1:4], out=room[2:5, :3])
        np.dot(room[:3, :3], room[3:], out=room[:3])
        return room

    for dtype in ("float64", "complex64", "int8"):
        assert not compare(jit(step), (operand((6, 3), dtype, ""),))


def _laid_out(random: np.random.Generator, shape: tuple[int, ...], dtype: str) -> Any:
    """Random numbers of several magnitudes, zeros of both signs among them, in a random layout."""
    numbers = random.standard_normal(shape) * 2.0 ** random.integers(-4, 4, shape)
    numbers[random.random(shape) < 0.1] = random.choice([0.0, -0.0, np.inf])
    made, layout = numbers.astype(dtype), random.integers(0, 6)
    room = np.zeros([2 * length + 1 for length in shape], dtype)
    if layout == 0:
        # Columns with gaps between them.
        view = np.asfortranarray(room)[tuple(slice(1, 1 + length) for length in shape)]
        view[...] = made
        return view
    if layout == 1:
        return made[::-1]
    if layout in (2, 3):
        # Rows with gaps between them, and elements with gaps too.
        view = room[tuple(slice(1, 1 + length) if layout == 2 else slice(0, 2 * length, 2) for length in shape)]
        view[...] = made
        return view
    return made


def test_small_products() -> None:
    """Sizes that are computed without BLAS where its bits are known, and those just beyond."""
    random = np.random.default_rng(7)
    compiled = [product("a @ b"), product("np.dot(a, b)")]
    for turn in range(1500):
        m, k, p = (int(length) for length in random.integers(1, 7, 3))
        dtype = ("float64", "float32")[turn % 2]
        x = _laid_out(random, (m, k) if turn & 2 else (k,), dtype)
        y = _laid_out(random, (k, p) if turn & 4 else (k,), dtype)
        with np.errstate(all="ignore"):
            for one in compiled:
                expected, found = one.py_func(x, y), one(x, y)
                assert np.array_equal(expected, found, equal_nan=True), (x, y)
                assert np.array_equal(np.signbit(expected), np.signbit(found)) or np.isnan(expected).any(), (x, y)


def test_small_products_of_stacks() -> None:
    compiled = product("a @ b")
    for shape in ((5, 3, 3), (2, 4, 4), (0, 3, 3), (3, 2, 2)):
        for dtype in ("float64", "float32"):
            x = operand(shape, dtype, "")
            for other in (x, x.swapaxes(1, 2), x[:1], x[..., 0, None]):
                assert not compare(compiled, (x, other))


def test_small_products_are_found_out() -> None:
    """What is tried is used where it fits and only there."""
    symbol = "mj_small_matmul_d"
    assert address_of_symbol(symbol) is not None
    choices = np.zeros(CHOICES, np.int8)
    nothing = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 4)(lambda *_args: None)
    wrong = ctypes.cast(nothing, ctypes.c_void_p).value or 0
    trial.choose(symbol, {symbol: wrong, choices_of(symbol): choices.ctypes.data})
    assert not choices.any()


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_dot_of_arrays_with_gaps(dtype: str) -> None:
    """NumPy's dot copies some arrays, and takes what has one row or column for a vector."""
    random = np.random.default_rng(11)
    compiled = {shapes: product("np.dot(a, b)") for shapes in ((2, 2), (2, 1), (1, 2))}
    for _ in range(300):
        m, k, p = (int(length) for length in random.integers(1, 9, 3))
        for (first, second), one in compiled.items():
            x = _laid_out(random, (m, k)[2 - first :], dtype)
            y = _laid_out(random, (k, p)[:second], dtype)
            with np.errstate(all="ignore"):
                assert np.array_equal(one.py_func(x, y), one(x, y), equal_nan=True), (x, y)
