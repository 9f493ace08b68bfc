"""Structured arrays, recarrays and their elements: the same as in the interpreter, and native."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from minijit import jit
from minijit.testing.checks import compare

FIELDS: list[Any] = [("a", np.int8), ("x", np.float64), ("p", np.float32, (3,)), ("n", [("u", np.int16), ("w", "c16")])]
PACKED = np.dtype(FIELDS)
ALIGNED = np.dtype(FIELDS, align=True)
GAPS = np.dtype(
    {
        "names": ["a", "x", "p", "n"],
        "formats": ["i1", "f8", "(3,)f4", ALIGNED["n"]],
        "offsets": [3, 8, 20, 40],
        "itemsize": 80,
    }
)
RECORDS = np.dtype((np.record, FIELDS))
STRUCTURES = [PACKED, ALIGNED, GAPS, RECORDS]


def filled(shape: int | tuple[int, ...], dtype: np.dtype[Any] = PACKED) -> Any:
    """A structured array with different numbers in all fields."""
    array: Any = np.zeros(shape, dtype)
    numbers = np.arange(array.size).reshape(array.shape)
    array["a"] = numbers % 100
    array["x"] = numbers * 1.5 - 2
    array["p"] = numbers[..., None] + np.array([0.25, 0.5, 0.75])
    array["n"]["u"] = 3 * numbers
    array["n"]["w"] = numbers - 1j
    return array


def layouts(dtype: np.dtype[Any]) -> Iterator[Any]:
    """One-dimensional arrays of several layouts."""
    yield filled(7, dtype)
    yield filled(14, dtype)[::2]
    yield filled(7, dtype)[::-1]
    yield filled((7, 3), dtype)[:, 1]


def read_fields(r):
    total = 0.0
    for i in range(len(r)):
        total += r["x"][i] * r[i]["a"] + r[i]["n"]["w"].real + r["n"]["u"][i] - r[i]["p"][2]
    return total


def write_fields(r):
    for i in range(r.shape[0]):
        r[i]["x"] = i * 2.5
        r["a"][i] += 1
        q = r[i]
        q["p"][1] = q["x"]
        q["n"]["u"] = 7 - i
        q["p"] = 1.5
    r["p"][:, 0] = 3
    r["n"]["w"] = 2j
    r["x"][1:] += r["x"][:-1]


def iterate(r):
    total = 0.0
    for q in r:
        q["x"] += 1
        total += q["x"] * q["p"].sum()
    return total


def several_at_once(r):
    total = 0.0
    for i, q in enumerate(r):
        total += i * q["x"]
    for one, other in zip(r, r[::-1], strict=False):
        total += one["x"] - other["a"]
    for q in reversed(r):
        total = total * 2 + q["x"]
    return total


def by_linear_algebra(r):
    r["p"].sort()
    ordered = np.sort(r["p"].ravel())
    return r["p"][1] @ r[0]["p"], ordered, np.linalg.norm(r[2]["p"]), r["p"].T @ r["p"], np.median(r["x"])


def copy_records(r):
    keep = r[0].copy()
    for i in range(len(r) - 1):
        r[i] = r[i + 1]
    r[-1] = keep


def give_back(r):
    return r[0], r[-1]["n"], r["x"], r["p"], r["n"], r[1:], r[1]["p"], r[2]["x"], r[2]["n"]["u"]


def make(n, r):
    z = np.zeros(n, dtype=PACKED)
    z["x"] = np.arange(n)
    z[0]["a"] = 5
    z[1] = z[0]
    return z, z["x"][1:], z[1], np.empty((n, 2), PACKED).shape


def describe(r):
    return len(r), r.shape, r.size, r.ndim, r.itemsize, r.nbytes, r.strides, len(r[0]), r.dtype.names


def unpack(r):
    total = 0.0
    for i in range(len(r)):
        a, x, p, n = r[i]
        total += a * x + p[0] + n["u"]
    return total


def _total_of(q, weight):
    return q["x"] * weight + q["a"]


def by_helper(r):
    total = 0.0
    for i in range(len(r)):
        total += _total_of(r[i], 0.5)
    return total


def numbers_of_fields(r):
    return r[1][0] + r[1][-3] * r[2][1]


def last_of_branches(r):
    q = r[0]
    for i in range(len(r)):
        if r[i]["x"] > q["x"]:
            q = r[i]
    return q


NATIVE = [
    *(read_fields, write_fields, iterate, give_back, describe, unpack, by_helper, numbers_of_fields),
    *(last_of_branches, several_at_once),
]


@pytest.mark.parametrize("function", [*NATIVE, copy_records, by_linear_algebra], ids=lambda one: one.__name__)
@pytest.mark.parametrize("dtype", STRUCTURES, ids=["packed", "aligned", "gaps", "records"])
def test_agrees(function: Callable[..., Any], dtype: np.dtype[Any]) -> None:
    for array in layouts(dtype):
        compiled = jit(function)
        assert compare(compiled, (array,)) == []
        if function in NATIVE:
            assert compiled.signatures and not compiled.fallback_reasons and not compiled.stats["bailouts"]


def test_new_arrays() -> None:
    compiled = jit(make)
    assert compare(compiled, (4, 0)) == []
    assert compiled.signatures and not compiled.fallback_reasons


# ---- stores of tuples


def store_pairs(r, k):
    for i in range(len(r)):
        r[i] = (i * k, 0.5 * i)


def store_by_index(r, i, value):
    r[i] = value


PAIRS = np.dtype([("a", np.int8), ("x", np.float64)])


@pytest.mark.parametrize("k", [1, 30, 60])
def test_tuples_are_stored_field_by_field(k: int) -> None:
    compiled = jit(store_pairs)
    assert compare(compiled, (np.zeros(5, PAIRS), k)) == []
    assert compiled.signatures


@pytest.mark.parametrize("value", [(1, 2.5), (300, 1.0), (1,), (1, 2, 3), 5, 2.5, (1.5, 2), (float("nan"), 1)])
@pytest.mark.parametrize("index", [0, -1, 3, 9])
def test_stores(index: int, value: Any) -> None:
    array = np.full(5, 7, PAIRS)
    assert compare(jit(store_by_index), (array, index, value)) == []


def test_copying_leaves_padding_alone() -> None:
    aligned = np.dtype([("a", np.int8), ("x", np.float64)], align=True)
    results = []
    for function in (copy_records, jit(copy_records)):
        raw = np.arange(48, dtype=np.uint8)
        function(raw.view(aligned))
        results.append(raw)
    assert (results[0] == results[1]).all()


# ---- recarrays


def attributes(r):
    total = 0.0
    for i in range(len(r)):
        r[i].x += r.a[i]
        total += r[i].x + r.n.u[i]
    for q in r:
        q.n.u = 3
        total += q.x
    r.x = r.x * 2
    return total, r[1], r[1:], r.n, r.x, r[0].n


@pytest.mark.parametrize("step", [1, 2, -1])
def test_recarrays(step: int) -> None:
    compiled = jit(attributes)
    assert compare(compiled, (filled(6).view(np.recarray)[::step],)) == []
    assert compiled.signatures and not compiled.fallback_reasons


def shape_of_recarray(r):
    return r.shape, r.size


def test_names_that_arrays_have() -> None:
    """A field is hidden by an attribute of the same name."""
    array = np.zeros(3, [("shape", np.int64), ("size", np.float64)]).view(np.recarray)
    assert compare(jit(shape_of_recarray), (array,)) == []


# ---- records as arguments and globals


def change_record(q, y):
    q["x"] = y
    q["p"][0] = q["a"]
    return q, q["p"], q["n"]


@pytest.mark.parametrize("dtype", STRUCTURES, ids=["packed", "aligned", "gaps", "records"])
def test_record_as_argument(dtype: np.dtype[Any]) -> None:
    array = filled(3, dtype)
    record = array[1]
    returned, part, inner = jit(change_record)(record, 9.5)
    assert returned is record and array["x"][1] == 9.5 and array["p"][1, 0] == array["a"][1]
    part[2], inner["u"] = 17, 18
    assert array["p"][1, 2] == 17 and array["n"]["u"][1] == 18
    own = np.zeros((), dtype)[()]
    assert compare(jit(change_record), (own, 2.5)) == []


TABLE = filled(4)
FIRST = TABLE[0]
POINTS = filled(3, RECORDS).view(np.recarray)


def use_globals(k):
    TABLE["x"][k] += 1
    FIRST["a"] = k
    POINTS.x[k] = FIRST["a"]
    return TABLE["x"].sum(), TABLE[0]["a"], POINTS[k].x, FIRST


def test_globals() -> None:
    compiled = jit(use_globals)
    before = TABLE["x"].sum()
    total, first, point, record = compiled(2)
    assert (total, first, point) == (before + 1, 2, 2) and record is FIRST
    assert compiled.signatures and not compiled.fallback_reasons


def test_what_is_returned_shares_memory() -> None:
    array = filled(4)
    record, inner, field, *_ = jit(give_back)(array)
    assert type(record) is np.void and np.shares_memory(field, array)
    record["x"], inner["u"], field[2] = 11, 12, 13
    assert (array["x"][0], array["n"]["u"][-1], array["x"][2]) == (11, 12, 13)


def one_of_new(n):
    z = np.zeros(n, dtype=PAIRS)
    for i in range(n):
        z[i]["x"] = i
    return z[n - 1]


def test_a_record_keeps_its_memory() -> None:
    compiled = jit(one_of_new)
    records = [compiled(50) for _ in range(200)]
    assert all(one["x"] == 49.0 for one in records)
    assert compare(compiled, (1,)) == []


# ---- what Python carries out


def by_python(r):
    return r[r["x"] > 0], np.sort(r, order="x"), r[["a", "x"]], r[[0, 2]], r == r, r.tolist(), r[0].item(), str(r[0])


def test_the_rest_is_left_to_python() -> None:
    assert compare(jit(by_python), (filled(4),)) == []


def selected(r):
    k = r[r["x"] > 0]
    total = 0.0
    for i in range(len(k)):
        total += k[i]["x"]
    return total, k, r[np.array([2, 1])]["a"], np.sort(r, order="x")["x"], np.concatenate((r, r)), r[["a", "x"]]["x"]


def test_selections_have_types() -> None:
    compiled = jit(selected)
    assert compare(compiled, (filled(4),)) == []
    assert compiled.signatures and not compiled.fallback_reasons


def sum_of_matrix(r):
    total = 0.0
    for i in range(r.shape[0]):
        for j in range(r.shape[1]):
            total += r[i, j]["x"] + r["x"][i, j] + r[i]["x"][j] + r.T[j, i]["a"]
    return total, r[1], r[:, 0], r.T


@pytest.mark.parametrize("order", ["C", "F"])
def test_two_axes(order: Any) -> None:
    compiled = jit(sum_of_matrix)
    assert compare(compiled, (np.asarray(filled((3, 4)), order=order),)) == []
    assert compiled.signatures and not compiled.fallback_reasons
