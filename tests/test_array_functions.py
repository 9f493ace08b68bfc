"""Functions that make, copy, join and split arrays, natively: against NumPy on many layouts and dtypes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from minijit.testing import compare
from tests.native import resident
from tests.numpy_programs import Program

TABLE = np.arange(12.0).reshape(3, 4)
BLOCK = np.arange(24).reshape(2, 3, 4)
FLAT = np.array([3.0, 1.0, 2.0, 5.0, 1.0])
TABLES = (TABLE, np.asfortranarray(TABLE), TABLE[::-1, ::2], TABLE[:0], TABLE.astype(np.int8), TABLE > 4, TABLE[:1])
ROWS = (FLAT, FLAT[::2], FLAT[::-1], FLAT[:0], FLAT.astype(np.complex64), FLAT.astype(np.uint16))
BLOCKS = (BLOCK, BLOCK.T, BLOCK[:, ::-1], BLOCK[:1, :, ::2])


def check(text: str, arrays: tuple[Any, ...], *, native: bool = True, **numbers: int) -> None:
    """A compiled function of each array does what its original does, without Python unless it says so."""
    program = Program(text, ["x", *numbers], {}, statement="return" in text)
    problems = []
    for array in arrays:
        found = compare(program.jitted, (array, *numbers.values()))
        problems += [f"{text} of {array!r}: {one}" for one in found]
    assert not problems, "\n".join(problems[:5])
    assert not program.jitted.stats["bailouts"]
    assert not native or "through Python" not in program.jitted.explain()


@pytest.mark.parametrize(
    "text",
    [
        "np.array([x, x])",
        "np.array([[x, x], [x, x + 1]], dtype=np.float32) if x.dtype.kind != 'c' else x",
        "np.append(x, 1)",
        "np.append(x, [2.5, n])",
        "np.concatenate(([n], x, x), axis=None)",
        "np.hstack((x, n, x))",
        "np.stack([x, x], axis=-1)",
        "np.column_stack((x, x))",
        "np.concatenate((x, x), dtype=np.complex128)",
        "np.array_split(x, 3)",
        "np.split(x, (1, n))",
        "a, b = np.array_split(x, 2); return b, a",
        "np.repeat(x, n)",
        "np.repeat(x, 2, axis=0)",
        "np.tile(x, (n, 2))",
        "np.roll(x, n)",
        "np.roll(x, -17, axis=0)",
        "np.diag(x)",
        "np.diag(x, n)",
        "np.expand_dims(x, (0, 2))",
        "x.astype(np.complex64), x.astype(x.dtype, copy=False)",
        "x.flatten(order='F')",
        "np.flipud(x)",
    ],
)
def test_rows(text: str) -> None:
    check(text, ROWS, n=2)


@pytest.mark.parametrize(
    "text",
    [
        "np.array([x, x])",
        "np.append(x, x, axis=0)",
        "np.append(x, x)",
        "np.concatenate((x, x), axis=None)",
        "np.array_split(x, 2, axis=1)",
        "np.hsplit(x, [1])",
        "np.vsplit(x, (n, 1))",
        "np.repeat(x, 2, axis=1)",
        "np.repeat(x, n)",
        "np.tile(x, (2, n, 1))",
        "np.roll(x, (n, -1), axis=(0, 1))",
        "np.diagonal(x, 1), x.diagonal(-n), np.diag(x)",
        "np.rot90(x), np.rot90(x, 2), np.rot90(x, -1), np.rot90(x, 4)",
        "np.fliplr(x), np.flipud(x)",
        "x.T.ravel()",
        "x.ravel()",
        "np.ravel(x, order='F')",
        "x.flatten('F'), x.flatten()",
        "np.expand_dims(x, 1)",
        "np.rollaxis(x, 1), np.transpose(x, axes=(1, 0)), x.mT",
        "np.asarray(x, dtype=np.complex128)",
        "np.array(x, order='F'), np.array(x, np.complex64, order='C')",
        "x.copy(), x.copy('F'), np.copy(x)",
        "x.reshape(-1)",
        "x.reshape((x.shape[1], x.shape[0]), order='F')",
        "x.reshape(x.shape[1], -1) if x.size else x",
    ],
)
def test_tables(text: str) -> None:
    check(text, TABLES, native=False, n=2)


@pytest.mark.parametrize(
    "text",
    [
        "np.array_split(x, 2, axis=-1)",
        "np.dsplit(x, (1,))",
        "np.stack((x, x), axis=1)",
        "np.repeat(x, 2, axis=-2)",
        "np.tile(x, 2)",
        "np.roll(x, (1, 2), axis=0)",
        "np.diagonal(x, n, 0, 2)",
        "np.rot90(x, 1, (1, 2))",
        "np.moveaxis(x, [0, 1], [-1, 0])",
        "x.transpose([1, 0, 2])",
        "np.expand_dims(x, -1)",
        "x.reshape([4, -1])",
        "np.tril(x, n - 2), np.triu(x, 1)",
    ],
)
def test_blocks(text: str) -> None:
    check(text, BLOCKS, native=False, n=1)


@pytest.mark.parametrize(
    "text",
    [
        "np.ascontiguousarray(x)",
        "np.asfortranarray(x)",
        "np.asarray(x, order='C')",
        "x.astype(np.float64, copy=False)",
        "x.reshape(2, 6)",
        "x.reshape((4, 3), order='F')",
        "x.ravel()",
        "x.ravel('F')",
        "np.array(x, copy=None)",
        "np.diagonal(x)",
    ],
)
def test_what_shares_memory_with_the_argument(text: str) -> None:
    body = f"y = {text}\n    if y.size and y.ndim == 2: y[0, 0] = 99.0\n    return y, x"
    for array in (TABLE, np.asfortranarray(TABLE), TABLE[::-1], TABLE[:, ::2]):
        if array.size == 12 or "reshape" not in text:
            check(body, (array,), native=False)


@pytest.mark.parametrize("mode", ["constant", "edge", "wrap", "symmetric", "reflect"])
def test_pad(mode: str) -> None:
    for width in ("n", "(1, n)", "((n, 1), (0, 7))"):
        check(f"np.pad(x, {width}, {mode!r})", TABLES, native=False, n=2)
    for width in ("n", "(13, n)"):
        check(f"np.pad(x, {width}, mode={mode!r})", ROWS, n=2)


@pytest.mark.parametrize(
    "text",
    [
        "np.pad(x, n, constant_values=3)",
        "np.pad(x, -n)",
        "np.broadcast_to(x, (n, x.shape[0]))",
        "np.broadcast_to(x[:, None], (x.shape[0], n)).sum()",
        "np.broadcast_to(x, (n, 4))",
        "np.meshgrid(x, x[:2])",
        "np.meshgrid(x, x, x[:1], indexing='ij')",
        "np.meshgrid(x, x, sparse=True)",
        "np.indices((n, 3)), np.indices((n,), dtype=np.float32)",
    ],
)
def test_grids(text: str) -> None:
    check(text, ROWS, native=False, n=2)


@pytest.mark.parametrize(
    "text",
    [
        "np.outer(x, x), np.kron(x, x[:2])",
        "np.outer(x + 1, x)",
        "np.atleast_1d(x), np.atleast_2d(x), np.atleast_3d(x)",
        "x.view()",
        "np.linspace(0, n, 5, endpoint=False), np.linspace(0, n, 5, dtype=np.float32), np.linspace(0, 9, n, dtype=int)",
        "a, b = np.linspace(0, n, 4, retstep=True); return a * b",
    ],
)
def test_other_forms(text: str) -> None:
    check(text, ROWS, native=False, n=3)


@pytest.mark.parametrize(
    "text", ["np.tri(n)", "np.tri(n, 4, -1, dtype=bool)", "np.tri(n, k)", "np.repeat(x, -n)", "np.tile(x, -n)"]
)
def test_numbers(text: str) -> None:
    check(text, (FLAT,), native=False, n=3, k=0)


def test_no_memory_is_lost() -> None:
    text = (
        "s = 0.0\n    for _ in range(n):\n        s += np.asfortranarray(x).ravel()[1] + np.append(x, 2)[0]\n"
        "        s += np.roll(np.tile(x, 2), 1, axis=0)[0, 0] + np.array([x, x])[1, 1, 1]\n"
        "        s += np.array_split(x, 2)[1][0, 0]\n"
        "        s += np.hstack((x, x[:, :1]))[0, 0]\n    return s"
    )
    program = Program(text, ["x", "n"], {}, statement=True)
    array = np.ones((300, 500))
    program.jitted(array, 1)
    before = resident()
    assert program.jitted(array, 100) == program.function(array, 100)
    assert resident() - before < 60_000_000
