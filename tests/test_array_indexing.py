"""Indices with arrays, masks and lists in them, compiled, against NumPy: loads, stores, and stores in place."""

from __future__ import annotations

import itertools
import random
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import minijit
from minijit.testing import assert_same, compare, native
from tests.array_programs import check_program
from tests.index_programs import Array, check_load, check_store, random_case, random_value
from tests.numpy_programs import Program

SEEDS = st.integers(0, 2**40)
TABLE = np.arange(24.0).reshape(4, 6)
LINE = np.arange(10)


@pytest.fixture(autouse=True)
def _no_warnings() -> Iterator[None]:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


@given(SEEDS)
def test_loads(seed: int) -> None:
    check_load(random_case(random.Random(seed)))


@given(SEEDS)
def test_stores(seed: int) -> None:
    chance = random.Random(seed)
    case = random_case(chance)
    check_store(case, random_value(chance, case))


@given(SEEDS, st.sampled_from(["+=", "-=", "*=", "|="]))
def test_stores_in_place(seed: int, operator: str) -> None:
    chance = random.Random(seed)
    case = random_case(chance)
    check_store(case, random_value(chance, case), operator)


@given(SEEDS)
def test_indices_in_expressions(seed: int) -> None:
    """Operands and values that are computed by loops of their own."""
    case = random_case(random.Random(seed))
    assume(case.array.ndim)
    text = case.index
    program = Program(
        f"b = a * 2\n    c = b[{text}] * 3 - 1\n    b[{text}] = (a + b)[{text}]\n    return b, c",
        ["a", *case.names],
        {},
        statement=True,
    )
    found = compare(program.jitted, (case.array, *case.names.values()))
    assert not found, f"{program.source} on {case.array!r} {case.names!r}: {found}"


# ---- what the random ones seldom meet


def pick(a: Array, i: Any) -> Any:
    return a[i]


def put(a: Array, i: Any, x: Any) -> None:
    a[i] = x


def add(a: Array, i: Any, x: Any) -> None:
    a[i] += x


def test_indices_of_all_dtypes() -> None:
    for dtype in "bhilBHIL?":
        index = np.array([1, 0, 1, 1, 0, 0, 1, 0, 0, 1], dtype)
        for array in (LINE, LINE[::-1], np.arange(20).reshape(10, 2)):
            check_program(pick, array, index)
            check_program(put, array, index, 7)
            check_program(add, array, index, 1)


def test_sizes_around_a_word_of_truth_values() -> None:
    for size in (0, 1, 7, 8, 9, 15, 16, 17, 64, 65, 1000):
        line = np.arange(size)
        for mask in (line % 3 == 0, line < 0, line >= 0, line == size - 1, (line % 2 == 0)[::-1]):
            check_program(pick, line, mask)
            check_program(put, line, mask, line[mask] * 2)
            check_program(put, line, mask, 5)


def test_truth_values_that_are_other_bytes() -> None:
    mask = np.array([0, 2, 255, 1, 0, 128, 3, 0, 64, 7], np.uint8).view(np.bool_)
    compiled = minijit.njit(pick)
    np.testing.assert_array_equal(compiled(LINE, mask), [1, 2, 3, 5, 6, 8, 9])


def test_errors_come_before_any_store() -> None:
    for index in ([0, 10], [-11, 0], [2**62, 0]):
        check_program(put, LINE, np.array(index), 1)
        check_program(add, LINE, np.array(index), 1)
        check_program(pick, LINE, np.array(index))
    for index in (np.ones(9, bool), np.ones((10, 1), bool), np.array([1.0]), np.zeros(0)):
        check_program(pick, LINE, index)
        check_program(put, LINE, index, 1)
    check_program(put, np.arange(5, dtype=np.int8), np.array([7]), 300)
    check_program(put, LINE, np.array([1, 2]), np.arange(3))
    check_program(put, LINE, LINE > 4, np.arange(3))


def test_wrong_pairs_of_indices() -> None:
    def pair(a: Array, i: Any, j: Any) -> Any:
        return a[i, j]

    def store(a: Array, i: Any, j: Any) -> None:
        a[i, j] = 0

    three, two, far = np.array([0, 1, 2]), np.array([0, 1]), np.array([0, 6])
    for args in ((three, two), (two, far), (far, two), (9, two), (two, 9), (three[:, None], far), (two, 1.5)):
        check_program(pair, TABLE, *args)
        check_program(store, TABLE, *args)
        check_program(pair, LINE, *args)


def test_duplicates_take_the_last_value() -> None:
    index = np.array([1, 1, 2, 1])
    for value in (np.array([1, 2, 3, 4]), np.array([1, 2, 3, 4])[::-1], np.arange(4.0)):
        for way in (index, index[::-1], np.broadcast_to(index[:1], 4)):
            check_program(put, LINE, way, value)
            check_program(add, LINE, way, value)
            check_program(put, TABLE, way, value[:, None])
    square = np.array([[1, 1], [1, 2]])
    for way in (square, square.T, np.asfortranarray(square), square[:, ::-1]):
        for value in (np.array([[1, 2], [3, 4]]), np.array([[1, 2], [3, 4]]).T):
            check_program(put, LINE, way, value)
            check_program(put, TABLE, way, value[:, :, None])


def test_memory_in_common() -> None:
    def shifted(a: Array, i: Array) -> Array:
        a[i] = a[:-1]
        return a

    def by_itself(p: Array) -> Array:
        p[p] = 3
        return p

    def mask_of_itself(m: Array) -> Array:
        m[m] = False
        return m

    check_program(shifted, LINE, np.arange(1, 10))
    check_program(by_itself, np.array([2, 0, 1, 3]))
    check_program(mask_of_itself, LINE > 3)


def test_a_gather_is_a_copy_a_slice_is_a_view() -> None:
    def copies(a: Array, i: Array, m: Array) -> Any:
        one, two, three, four = a[i], a[m], a[1:], a[np.array(1)]
        one[:] = 70
        two[:] = 71
        three[0] = 72
        return one, two, three, four, a

    check_program(copies, LINE, np.array([1, 2]), LINE > 5)
    check_program(copies, TABLE, np.array([1, 2]), TABLE > 5)


def test_read_only_and_repeated_arrays_refuse_stores() -> None:
    fixed = LINE.copy()
    fixed.flags.writeable = False
    for array in (fixed, np.broadcast_to(np.array([1, 2, 3]), (2, 3))):
        check_program(put, array, np.array([0, 1]), 1)
        check_program(put, array, array > 1, 1)
        check_program(pick, array, np.array([0, 1]))


# ---- lists


def lists(a: Array, i: int) -> Any:
    rows = [0, i]
    return a[[0, 2, 1]], a[[]], a[[[0, 1], [1, i]]], a[[0, 1], [1, -1]], a[:, [i]], a[rows], a[[0, 1], ..., None]


def stored_lists(a: Array, i: int) -> Any:
    a[[0, i]] = 5
    a[[1, 0]] += 1
    a[1:, [2, 3]] = [7, 8]
    a[0, :3] = [1, 2.5, i]
    return a


def truth_lists(a: Array) -> Any:
    return a[[True, False, True, False]], a[[True, False, False, True], 1]


def list_out_of_bounds(a: Array, i: int) -> Any:
    return a[[0, i]]


def list_of_a_tuple(t: tuple[int, ...]) -> Any:
    return t[[0]]  # type: ignore[call-overload]


def test_lists_are_arrays_of_indices() -> None:
    check_program(lists, TABLE, 2)
    check_program(lists, TABLE.T, -1)
    check_program(stored_lists, TABLE, 3)
    check_program(stored_lists, TABLE.astype(np.int8), 3)
    check_program(truth_lists, TABLE)
    check_program(list_out_of_bounds, TABLE, 4)
    assert_same(minijit.jit(fallback="silent")(list_of_a_tuple), (1, 2))


# ---- slices


def sliced(a: Array, start: Any, stop: Any, step: Any) -> Any:
    whole = slice(start, stop, step)
    view = a[start:stop:step]
    view[...] = 7
    a[whole] += 1
    return view, a[whole], a[..., whole], a[np.s_[start:stop]], a[np.index_exp[whole]]


def test_slices_of_any_step() -> None:
    compiled = minijit.jit(fallback="error")(sliced)
    for start, stop, step in itertools.product((None, 2, -1, 99, -99), (None, 1, -2, 99), (None, 1, -1, 3, -2)):
        for array in (LINE, LINE[::-1], TABLE.T):
            assert not compare(compiled, (array, start, stop, step))
    for row in ((1, 8, 0), (np.int8(1), np.int32(8), np.uint64(2)), (True, 2**62, -(2**62))):
        assert not compare(compiled, (LINE, *row))


def until(a: Array, stop: Array) -> Any:
    return a[:stop], a[stop::-1]


def test_slices_with_arrays_as_bounds() -> None:
    check_program(until, LINE, np.array(3))
    check_program(until, LINE, np.array(-3, np.int8))


# ---- functions that take items


def taken(a: Array, i: Array) -> Any:
    one = np.take(a, i), np.take(a, i, axis=0), a.take(i, axis=-1), np.take(a, i, 1), np.take(a, [0, 1], axis=1)
    return one, np.take(a, 2), a.take(1, axis=0), np.take(a, i, mode="wrap"), np.take(a, i, 0, mode="clip")


def compressed(a: Array, m: Array) -> Any:
    return np.compress(m, a), np.compress(m, a, axis=0), a.compress(m, axis=1), np.extract(a > 3, a)


def test_take_and_compress() -> None:
    cube = np.arange(60).reshape(3, 4, 5).astype(np.int16)
    for array in (TABLE, TABLE.T, TABLE[:, ::-1], np.asfortranarray(cube), cube[:, :, 0], cube, TABLE[:0]):
        for index in (np.array([0, 2, -1]), np.array([[0, 9], [-9, 1]]), np.array([], int), np.array(1)):
            check_program(taken, array, index)
        for mask in (np.array([True, False, True]), np.array([0.0, 2.0, 0.0]), np.arange(9) > 7):
            check_program(compressed, array, mask)


def taken_from_nothing(a: Array, i: Array, log: Array) -> Any:
    log[0] += 1
    log[1] = len(np.take(a, i, axis=-1))
    log[1] = len(np.take(a, i, axis=0, mode="clip"))
    log[1] = np.take(a, i, axis=1, mode="clip").size
    return np.take(a, i, axis=0), log


def test_items_of_empty_arrays() -> None:
    compiled = minijit.njit(taken_from_nothing)
    for shape in ((0, 0), (3, 0), (0, 3), (2, 2)):  # not with mode="wrap", which does not end in NumPy itself
        for index in (np.array([0, 1]), np.array([5, -9]), np.array([], int)):
            assert_same(compiled, np.ones(shape), index, np.zeros(2))
    assert not compiled.stats["bailouts"]


# ---- whole programs


def permuted(a: Array, order: Array) -> Array:
    """Many gathers, whose memory is let go."""
    for _ in range(200):
        a = a[order]
        a[a > 0.5] *= 0.5
        a[order] += 0.25
    return a


def moved_rows(a: Array, rows: Array, keep: Array) -> Any:
    total = 0.0
    for row in a[rows]:
        total += row[0]
    return total, a[rows][keep].sum(), a[rows, 1][1], a[keep][:, 0].max()


def test_programs() -> None:
    chance = np.random.default_rng(1)
    check_program(permuted, chance.random(50), chance.permutation(50))
    check_program(moved_rows, TABLE, np.array([3, 1, 2]), np.array([True, False, True, False]))


def test_they_are_native() -> None:
    for function, args in (
        (pick, (LINE, np.array([1, 2]))),
        (pick, (TABLE, TABLE > 3)),
        (put, (LINE, LINE > 3, np.arange(6))),
        (add, (TABLE, np.array([1, 2]), 1)),
        (lists, (TABLE, 1)),
    ):
        compiled = minijit.njit(function)
        with native(compiled):
            assert_same(compiled, *args)
