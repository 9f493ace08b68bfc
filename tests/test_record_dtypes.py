"""Structured arrays of unusual dtypes, read-only ones, errors, and dtypes that look alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from minijit import jit
from minijit.testing.checks import compare
from tests.test_records import PAIRS

# ---- other dtypes, and what is read-only


def field_x(r):
    return r["x"], r[0]["x"]


def set_x(r, value):
    r["x"] = value


def set_first(r, value):
    r[0]["x"] = value


def read_zero_dimensional(r):
    r["x"] = 3
    return r["x"], r[()]["x"], r[()]


def test_read_only_records() -> None:
    array = np.zeros(3, PAIRS)
    array.flags.writeable = False
    assert compare(jit(field_x), (array,)) == []
    for function in (set_x, set_first, store_by_first):
        assert compare(jit(function), (array, 1.5)) == []
    assert jit(field_x)(array)[0].flags.writeable is False


def store_by_first(r, value):
    r[0] = (1, value)


def test_without_axes() -> None:
    compiled = jit(read_zero_dimensional)
    assert compare(compiled, (np.zeros((), PAIRS),)) == []
    assert compiled.signatures


@pytest.mark.parametrize(
    "kind",
    [">f8", "U3", "S4", "M8[s]", "f2", "longdouble", "?", "u8", "O", ">i4", "V3"],
    ids=["big f8", "U3", "S4", "M8", "f2", "longdouble", "bool", "u8", "object", "big i4", "V3"],
)
def test_fields_of_other_kinds(kind: str) -> None:
    array = np.zeros(3, [("y", np.int32), ("x", kind)])
    array["y"] = [1, 2, 3]
    assert compare(jit(field_x), (array,)) == []
    if kind != "V3":
        assert compare(jit(set_x), (array, 1)) == []
        assert compare(jit(set_first), (array, 1)) == []
    assert compare(jit(lambda r: r["y"].sum() + r[1]["y"]), (array,)) == []
    assert compare(jit(store_by_first), (array, 1)) == []


# ---- errors


def wrong_name(r):
    return r["nothing"]


def wrong_name_of_record(r):
    return r[0]["nothing"]


def wrong_number(r):
    return r[0][5]


def outside(r, i):
    return r[i]["x"]


def no_attribute(r):
    return r[0].x


def too_many(r):
    a, b, c = r[0]
    return a, b, c


@pytest.mark.parametrize(
    "function", [wrong_name, wrong_name_of_record, wrong_number, no_attribute, too_many], ids=lambda one: one.__name__
)
def test_errors(function: Callable[..., Any]) -> None:
    assert compare(jit(function), (np.zeros(3, PAIRS),)) == []


def truth_of_many(r):
    total = 0
    for i in range(len(r)):
        if r[i]["x"]:
            total += 1
    return total


@pytest.mark.parametrize("shape", [(), (1,), (2,), (0,), (2, 2)])
def test_truth_of_fields(shape: tuple[int, ...]) -> None:
    array = np.ones(3, [("y", np.int8), ("x", np.float64, shape)])
    if shape != (0,):
        assert compare(jit(truth_of_many), (array,)) == []
    array["y"] = 0
    assert compare(jit(outside), (array, 1)) == []


@pytest.mark.parametrize("value", [300, 2.5, -129, np.arange(3), np.arange(4), (1, 2), "text", None])
def test_errors_of_stores(value: Any) -> None:
    array = np.zeros(3, [("x", np.int8), ("y", np.float64)])
    assert compare(jit(set_x), (array, value)) == []
    assert compare(jit(set_first), (array, value)) == []


def test_index_out_of_bounds() -> None:
    for index in (3, -4, 1, -1):
        assert compare(jit(outside), (np.zeros(3, PAIRS), index)) == []


# ---- dtypes that look alike


def test_dtypes_that_look_alike() -> None:
    compiled = jit(give_one)
    plain, wide = np.zeros(3, PAIRS), np.zeros(3, np.dtype([("a", np.int8), ("x", np.float64)], align=True))
    again = np.zeros(3, np.dtype([("a", np.int8), ("x", np.float64)]))
    renamed = np.zeros(3, [("a", np.int8), ("z", np.float64)])
    for array in (plain, wide, plain.view(np.recarray), plain.view((np.record, PAIRS)), again, renamed):
        result = compiled(array)
        assert type(result) is type(array) and result.dtype == array.dtype and result[0].dtype.type is array.dtype.type
    assert len(compiled.signatures) == 5


def give_one(r):
    return r[1:]
