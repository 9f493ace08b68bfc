"""What type a value has for the compiler, and which values it does not take."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np
import pytest

from minijit import types as t
from minijit.runtime.typeof import canonical, is_big_int, type_of, why_not

DTYPES = "? b B h H i I l L f d F D".split()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, t.BOOL),
        (0, t.INT),
        (2**63 - 1, t.INT),
        (-(2**63), t.INT),
        (0.5, t.FLOAT),
        (1j, t.COMPLEX),
        (None, t.NONE),
        ((), t.EMPTY_TUPLE),
        ((1, (2.0, None)), t.Tuple((t.INT, t.Tuple((t.FLOAT, t.NONE))))),
    ],
)
def test_python_values(value: Any, expected: t.Type) -> None:
    assert type_of(value) == expected


@pytest.mark.parametrize("char", DTYPES)
def test_numpy_values(char: str) -> None:
    dtype = np.dtype(char)
    assert type_of(dtype.type(1)) == t.NumpyScalar(dtype)
    for _ in range(2):
        assert type_of(np.zeros(3, dtype)) == t.Array(dtype, 1, "C", True)
        assert type_of(np.zeros((2, 3), dtype, order="F")) == t.Array(dtype, 2, "F", True)
        assert type_of(np.zeros((2, 3), dtype)[:, ::2]) == t.Array(dtype, 2, "A", True)
        assert type_of(np.zeros(6, dtype)[::-1]) == t.Array(dtype, 1, "A", True)
        assert type_of(np.array(0, dtype)) == t.Array(dtype, 0, "C", True)
        assert type_of(np.zeros((0, 3), dtype)) == t.Array(dtype, 2, "C", True)
        assert type_of(np.broadcast_to(np.zeros(3, dtype), (2, 3))) == t.Array(dtype, 2, "A", False)
        if dtype.itemsize > 1:
            assert type_of(np.zeros(3, dtype.newbyteorder())) is None
            raw = np.zeros(3 * dtype.itemsize + 1, np.uint8)
            assert type_of(raw[1:].view(dtype)) is None


class FloatChild(float):
    pass


class Point(namedtuple("Point", "x y")):
    """Not a tuple in all that it does."""

    __slots__ = ()

    def __len__(self) -> int:
        return 3


@pytest.mark.parametrize(
    "value",
    [
        2**63,
        -(2**63) - 1,
        FloatChild(1),
        Point(1, 2),
        "a longer text " * 10,
        b"bytes",
        ["a"],
        {},
        object(),
        range(3),
        slice(3),
        ...,
        (1, b"bytes"),
        (0,) * 1000,
        np.longdouble(1),
        np.longlong(1),
        np.str_("x"),
        np.datetime64("2000-01-01"),
        np.zeros(3, np.longlong),
        np.zeros(3, np.longdouble),
        np.zeros(3, object),
        np.zeros(3, "U3"),
        np.matrix([[1.0]]),
        np.ma.zeros(3),
    ],
)
def test_values_that_are_not_taken(value: Any) -> None:
    assert type_of(value) is None
    what, _ = why_not(value)
    assert what.startswith(("a ", "an "))


def test_a_tuple_that_shares_its_parts_is_soon_refused() -> None:
    value: tuple[Any, ...] = (1,)
    for _ in range(200):
        value = (value, value)
    assert type_of(value) is None


def test_big_ints() -> None:
    assert is_big_int(2**64) and is_big_int((1, (2**64,)))
    assert not is_big_int(1) and not is_big_int((1, 2)) and not is_big_int((2**64, b"x")) and not is_big_int("x")


@pytest.mark.parametrize("value", ["text", "", int, len, np.float32, np.dtype("i2"), np.add, canonical])
def test_constants_are_known_by_value_or_identity(value: Any) -> None:
    assert type_of(value) == t.Const(value)
    assert type_of((1, value)) == t.Tuple((t.INT, t.Const(value)))


def test_strings_are_interned_at_any_depth() -> None:
    text = "".join(["some", " text"])
    row = canonical((1, text, (2.5, (text,)), (1, 2)))
    assert row == (1, text, (2.5, (text,)), (1, 2))
    assert row[1] is row[2][1][0]
