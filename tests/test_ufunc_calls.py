"""Ufuncs with keywords and their methods, against NumPy: value, dtype, exception, and the outputs afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import minijit
from minijit.testing import assert_same, compare
from tests.numpy_programs import Program

QUICK = ("int8", "float64")
DTYPES = ("bool", "uint8", "int32", "int64", "uint64", "float32", "complex64", "complex128")


def operands(dtype: str) -> Iterator[dict[str, Any]]:
    """Arguments by name, in several layouts: arrays of one shape, rows, numbers, masks, outputs, indices."""
    random = np.random.default_rng(3)
    a, b = ((random.random((3, 4)) * 9 + 1).astype(dtype) for _ in range(2))
    named = {
        "a": a, "b": b, "row": b[0], "column": b[:, :1], "x": 2.5, "k": 3, "s": np.float32(1.5),
        "m": random.random((3, 4)) > 0.5, "n": random.random(4) > 0.5, "flag": True, "no": np.False_,
        "o": np.full((3, 4), 7.0), "c": np.full((3, 4), 7j), "i": np.full((3, 4), 7), "t": np.ones((3, 4), bool),
        "f": np.full((3, 4), 7, np.float32), "big": np.full((2, 3, 4), 7.0), "small": np.zeros(4),
        "index": np.array([2, 0, 2, 1, -1]), "v": np.arange(5.0), "z": np.zeros(()),
    }
    yield named
    yield {name: one[::-1] if isinstance(one, np.ndarray) and one.ndim > 1 else one for name, one in named.items()}
    yield {name: np.asfortranarray(one) if isinstance(one, np.ndarray) else one for name, one in named.items()}


def names_in(text: str) -> list[str]:
    """The arguments that an expression uses."""
    known = next(operands("int8"))
    return [name for name in known if re.search(rf"(?<![\w.'=]){name}\b(?!=)|={name}\b|\({name}\b", text)]


def check(text: str, dtype: str, layouts: int = 3) -> None:
    """Compare an expression with NumPy; it must be compiled."""
    names = names_in(text)
    program = Program(text, names, {})
    for number, named in enumerate(operands(dtype)):
        if number < layouts:
            found = compare(program.jitted, tuple(named[name] for name in names), ulp=4)
            assert not found, f"{text} for {dtype}: {found}"


KEYWORDS = """
np.add(a, b, out=o)
np.add(a, row, o)
np.multiply(a, b, out=(c,))
np.add(a, b, out=o, where=m)
np.multiply(a, 2, out=o, where=n)
np.negative(a, out=o, where=flag)
np.add(x, k, out=o, where=no)
np.multiply(a, b, where=True)
np.multiply(a, b, out=None, dtype=np.complex128)
np.multiply(a, b, dtype=np.float32, casting='unsafe')
np.add(a, b, dtype='c16', order='K')
np.add(a, b, casting='unsafe', order='C')
np.true_divide(a, b, out=o, where=b != 1)
np.true_divide(a, b, out=np.zeros_like(o), where=m)
np.less(row, column, out=t)
np.less(row, column, out=t, where=m)
np.add(a, b, out=big)
np.add(big, a, out=big, where=m)
np.add(a, b, out=small)
np.add(big, a, out=o)
np.add(a, a, out=a)
np.add(o[1:], o[:-1], out=o[1:])
np.add(o, 1, out=o, where=o > 2)
np.logical_or(t, m, out=m, where=m)
np.add(a, b, out=i)
np.add(a, b, out=f)
np.add(x, k, dtype=np.float32)
np.add(x, s, where=True)
np.add(x, k, out=z)
np.add(a, b, out=o, casting='no')
""".split("\n")[1:-1]

OF_TWO = """
np.divmod(a, b)
np.divmod(a, k, out=(o, f))
np.divmod(a, b, o, c)
np.divmod(a, b, out=(o, o))
np.divmod(a, b, out=(o, i), where=m)
np.modf(a, out=(o, f))
np.modf(a, out=(o, None))
np.modf(a, o)
np.frexp(a, out=(o, i))
np.modf(x)
np.divmod(x, k, where=True)
""".split("\n")[1:-1]

METHODS = """
np.add.reduce(a)
np.add.reduce(a, axis=1)
np.add.reduce(a, None)
np.add.reduce(a, axis=(0, 1), keepdims=True)
np.add.reduce(a, dtype=np.complex128)
np.add.reduce(a, initial=3)
np.add.reduce(a, axis=1, where=m)
np.multiply.reduce(row)
np.maximum.reduce(a, axis=None)
np.minimum.reduce(a, axis=1, initial=5, where=m)
np.logical_and.reduce(a)
np.logical_xor.reduce(a, axis=1)
np.fmax.reduce(a)
np.hypot.reduce(o)
np.subtract.reduce(o, axis=1)
np.true_divide.reduce(o)
np.add.reduce(a, axis=1, out=np.zeros(3))
np.add.reduce(a, out=(small,))
np.maximum.reduce(a[:0], axis=1)
np.maximum.reduce(a[:0])
np.add.accumulate(a)
np.add.accumulate(a, axis=1)
np.multiply.accumulate(a, axis=-1)
np.maximum.accumulate(a)
np.logical_or.accumulate(a)
np.subtract.accumulate(o, 1)
np.add.accumulate(a, dtype=np.complex128)
np.add.accumulate(o, out=o)
np.add.outer(row, row)
np.multiply.outer(a, row)
np.less.outer(row, row)
np.add.outer(row, 2)
np.add.outer(x, row)
np.add.reduceat(a, index[:2])
np.add.reduceat(a, index[:4], axis=1)
np.add.reduceat(row, [0, 2, 1])
np.maximum.reduceat(row, (0, 3))
np.add.reduceat(row, [0, 9])
""".split("\n")[1:-1]

IN_PLACE = """
np.add.at(row, index, 1)
np.add.at(o, index, 1)
np.add.at(o[0], index, v)
np.maximum.at(o[1], index, v)
np.subtract.at(o, (index, 1), v)
np.multiply.at(small, np.array([0, 0, 1]), 3.0)
np.add.at(o, (0, 1), 2.0)
np.add.at(o, m, 1.0)
np.add.at(o, (index, slice(None)), 1.0)
np.negative.at(small, index)
np.add.at(small, index, 1j)
np.add.at(i[0], index, 1.5)
np.add.at(small, np.array([0, 7]), 1.0)
np.add.at(small, np.array([0, -5]), v[:2])
np.add.at(small, index, v[:2])
np.add.at(v, index, v)
""".split("\n")[1:-1]


@pytest.mark.parametrize("text", [*KEYWORDS, *OF_TWO])
def test_keywords(text: str) -> None:
    for dtype in QUICK[1:] if text in OF_TWO else QUICK:
        check(text, dtype)


@pytest.mark.parametrize("text", METHODS)
def test_methods(text: str) -> None:
    for dtype in QUICK:
        check(text, dtype)


@pytest.mark.parametrize("text", IN_PLACE)
def test_at(text: str) -> None:
    check(f"(o, small, v, i, row, {text})", "float64")


def test_a_method_under_another_name() -> None:
    source = "minimum(a, axis=1) + total(a, axis=1)"
    program = Program(source, ["a"], {"total": np.add.reduce, "minimum": np.minimum.reduce})
    assert not compare(program.jitted, (np.arange(12.0).reshape(3, 4),))


def test_attributes_of_ufuncs() -> None:
    program = Program("(np.add.identity, np.divmod.nout, np.maximum.identity is None, x)", ["x"], {})
    assert not compare(program.jitted, (1.0,))


def test_lists_of_axes_are_refused_as_in_numpy() -> None:
    def total(a):
        return np.sum(a, axis=[0, 1])

    assert_same(minijit.jit(fallback="silent")(total), np.ones((2, 3)))


@pytest.mark.slow
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("text", [*KEYWORDS, *METHODS, *IN_PLACE])
def test_all_dtypes(text: str, dtype: str) -> None:
    names = names_in(text)
    function = Program(text, names, {})
    for named in operands(dtype):
        row = tuple(named[name] for name in names)
        try:
            found = compare(function.jitted, row, ulp=4)
        except Exception as error:  # what is not compiled is what NumPy refuses for these types
            with pytest.raises(TypeError):
                function.function(*row)
            assert "call" in str(error)
            continue
        assert not found, f"{text} for {dtype}: {found}"
