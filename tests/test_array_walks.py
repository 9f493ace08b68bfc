"""Going through the elements of arrays, and storing into them by functions, compiled, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

import minijit
from minijit.testing import assert_same, native
from tests.array_programs import check_program
from tests.index_programs import Array

TABLE = np.arange(24.0).reshape(4, 6)
ARRAYS = (
    TABLE,
    TABLE.T,
    TABLE[::-1, ::2],
    TABLE[0],
    TABLE[:0],
    TABLE[:, 1:2],
    np.arange(24, dtype=np.uint8).reshape(2, 3, 4).transpose(1, 0, 2),
    np.array(2.5),
    np.arange(4) * 1j,
)

# ---- iteration


def through_flat(a: Array) -> Any:
    total = 0
    for number, x in enumerate(a.flat):
        total = total + x * number
    return total, len(a.flat)


def items_of_flat(a: Array, i: int) -> Any:
    return a.flat[i], a.flat[1:i], a.flat[np.array([0, i])]


def stores_into_flat(a: Array, i: int, x: Any) -> Array:
    a.flat[i] = x
    a.flat[0] += 1
    a.flat[1:3] = 7
    return a


def stores_into_all(a: Array, x: Any) -> Array:
    a.flat = x
    a[1:].flat = [1, 2]
    a.real = 5
    return a


def through_indices(a: Array) -> Any:
    total = 0
    for index, x in np.ndenumerate(a):
        total = total + x + sum(index) + a[index]
    return total


def through_ndindex(n: int, m: int) -> Any:
    a = np.zeros((n, m))
    for index in np.ndindex(n, m):
        a[index] = index[0] - index[1]
    for i, j in np.ndindex(a.shape):
        a[i, j] *= 2
    for _ in np.ndindex():
        a += 1
    return a


def through_nditer(a: Array) -> Any:
    total = a.dtype.type(0)
    for x in np.nditer(a):
        total = total * 3 + x
    return total


def through_rows(a: Array) -> Any:
    total = 0
    for row in a:
        for x in row.flat:
            total = total * 3 + x
        row[...] = total
    return total, a


def half_then_rest(a: Array) -> Any:
    walks = a.flat
    total = 0.0
    for x in walks:
        total += x
        if total > 2:
            break
    for x in walks:
        total += 100 * x
    return total


def pairs_then_rest(a: Array) -> Any:
    pairs = enumerate(a)
    total = 0.0
    for _ in range(2):
        for k, x in pairs:
            total += k * x
    return total


def sums_of_one(a: Array) -> Any:
    walk = np.ndenumerate(a)
    first = sum(x for _, x in walk) if len(a) > 99 else 0
    both = a.flat
    for x, y in zip(both, both, strict=False):
        first += x * y
    return first


def test_iterators_are_used_up() -> None:
    for function in (half_then_rest, pairs_then_rest, sums_of_one):
        compiled = minijit.jit(function, fallback="silent")
        assert_same(compiled, TABLE[0])


def test_iteration() -> None:
    for array in ARRAYS:
        check_program(through_flat, array)
        check_program(through_indices, array)
        if array.ndim > 1:
            check_program(through_rows, array)
        for i in (0, 1, -1, 4, 99, -99):
            check_program(items_of_flat, array, i)
            check_program(stores_into_flat, array, i, 3)
        check_program(stores_into_flat, array, 0, 300)
        if array.ndim:
            check_program(stores_into_all, array, 3)
            check_program(stores_into_all, array, np.arange(5))
    for array in (TABLE, TABLE.T, TABLE[0], np.arange(3, dtype=np.int8), TABLE[:0]):
        check_program(through_nditer, array)
    for n, m in ((2, 3), (0, 3), (1, 1), (-1, 2)):
        check_program(through_ndindex, n, m)


def test_iteration_is_native() -> None:
    for function, args in (
        (through_flat, (TABLE,)),
        (through_indices, (TABLE.T,)),
        (through_ndindex, (3, 4)),
        (through_nditer, (TABLE,)),
        (through_rows, (TABLE,)),
        (items_of_flat, (TABLE, 3)),
    ):
        compiled = minijit.njit(function)
        with native(compiled):
            assert_same(compiled, *args)


# ---- stores by functions


def stores(a: Array, b: Array, i: Array, m: Array) -> Array:
    np.put(a, i, b)
    a.put(i, 5)
    np.putmask(a, m, b)
    np.place(a, m, [1, 2, 3])
    np.copyto(a, b)
    np.copyto(a, 3, where=m)
    np.copyto(a, b[:1], where=m[:, :1])
    return a


def copied_with_casting(a: Array, b: Array) -> None:
    np.copyto(a, b, casting="unsafe")
    np.copyto(a, b, "safe")


def along_axes(a: Array, i: Array, x: Any) -> Any:
    one, two = np.take_along_axis(a, i, 1), np.take_along_axis(a, i, axis=-1)
    np.put_along_axis(a, i, x, 1)
    np.put_along_axis(a, i[:, :1], 3, axis=0)
    return one, two, a


def test_stores_by_functions() -> None:
    for name in ("float64", "int8", "complex64", "bool"):
        array = np.arange(12).reshape(3, 4).astype(name)
        other, mask = np.arange(100, 112).reshape(3, 4), np.arange(12).reshape(3, 4) % 3 == 1
        for each in (array, np.asfortranarray(array), array[:, ::-1]):
            check_program(stores, each, other, np.array([1, -1, 1, 5]), mask)
            check_program(stores, each, other * 0.5, np.array([[1], [99]]), mask)
            check_program(stores, each, each, np.array([1, 2]), each > 1)
        check_program(copied_with_casting, array, other)
        for places in (np.argsort(-other, axis=1), np.array([[0, 1], [2, 0], [1, 1]]), np.array([[9], [0], [1]])):
            check_program(along_axes, array, places, 7)
            check_program(along_axes, array.T.copy().T, places, np.arange(3)[:, None])


# ---- indices made of others


def made_indices(a: Array, m: Array) -> Any:
    rows, columns = np.nonzero(m)
    one = a[np.nonzero(m)], a[np.where(m)], a[rows, columns], np.argwhere(m), np.flatnonzero(m), m.nonzero()
    two = a[np.ix_(rows[:2], columns[:1])], a[np.ix_([0, 1], [2, 0])], np.ix_(m[:, 0], [True, False, True])
    three = np.unravel_index(np.flatnonzero(m), a.shape), np.ravel_multi_index((rows, columns), a.shape)
    best = np.unravel_index(np.argmax(a), a.shape)
    return one, two, three, a[best], best, np.ravel_multi_index(best, a.shape)


def views_of_rows(i: Array, j: Array) -> Any:
    x, y = np.ix_(i, j)
    x[0, 0] = 1
    return x, y


def chosen(i: Array, a: Array, b: Array) -> Any:
    return np.choose(i, (a, b, 7)), np.choose(i, [a, b]), i.choose([a, 2.5]), a.item(1), b[:1].item(), a.item((2,))


def many_blocks(a: Array, m: Array) -> Any:
    total = 0
    for _ in range(300):
        rows, columns = np.nonzero(m)
        x, y = np.unravel_index(rows, a.shape)
        p, q = np.ix_([0, 1], [1, 0])
        rows = x
        total += columns[-1] + y[0] + a[p, q][0, 0] + rows[0]
    return total, rows, p


def test_indices_made_of_others() -> None:
    for array in (TABLE, TABLE.T, TABLE[:, ::-1], TABLE.astype(np.int8)[:, :3]):
        for mask in (array > 3, array % 2 == 0, array, array > 100, array < 2):
            check_program(made_indices, array, mask)
    row = np.arange(3)
    for one in (row, row[::-1], row.astype(np.uint8), row[:1], row[:0], row[:0].astype(np.int8)):
        check_program(views_of_rows, one, row)
    for index in (row % 2, row - 1, row, (row % 2).astype(bool)):
        check_program(chosen, index, row * 10, row * 0.5)
    check_program(many_blocks, TABLE, TABLE > 5)


def test_indices_made_of_others_are_native() -> None:
    for function, args in ((made_indices, (TABLE, TABLE > 7)), (chosen, (np.array([0, 1, 1]), *np.eye(3)[:2]))):
        compiled = minijit.njit(function)
        with native(compiled):
            assert_same(compiled, *args)
