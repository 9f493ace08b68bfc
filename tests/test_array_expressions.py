"""Element-wise operations on whole arrays, compiled, against NumPy: values, types, strides, errors, arguments."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minijit
import minijit.library.load
from minijit.library.ufuncs.array_calls import OPERATORS
from minijit.library.ufuncs.inplace import _INPLACE
from minijit.library.ufuncs.scalar_calls import UFUNCS
from minijit.numpy_types import ALL_DTYPES
from minijit.testing import compare
from tests.array_programs import COMMON, INEXACT, Array, arrays, check, check_program, pairs, shapes

BINARY = [function for function, ufunc in OPERATORS.items() if ufunc.nin == 2] + [u for u in UFUNCS if u.nin == 2]
UNARY = [function for function, ufunc in OPERATORS.items() if ufunc.nin == 1] + [u for u in UFUNCS if u.nin == 1]


def _is_exact(function: Callable[..., Any], args: tuple[Any, ...]) -> bool:
    """Whether the result is determined: not so powers of complex numbers."""
    kinds = {np.asarray(arg).dtype.kind for arg in args}
    return "c" not in kinds or OPERATORS.get(function, function) not in (np.power, np.float_power)


@given(st.sampled_from(BINARY), pairs(COMMON))
def test_two_operands(function: Callable[..., Any], args: tuple[Any, Any]) -> None:
    if _is_exact(function, args):
        check(function, *args)


@given(st.sampled_from(UNARY), shapes().flatmap(lambda two: arrays(two[0], ALL_DTYPES)))  # type: ignore[arg-type]
def test_one_operand(function: Callable[..., Any], array: Array) -> None:
    if _is_exact(function, (array,)):
        check(function, array)


@given(st.sampled_from(list(_INPLACE)), pairs(COMMON))
def test_in_place(function: Callable[..., Any], args: tuple[Any, Any]) -> None:
    array, other = args if isinstance(args[0], np.ndarray) else args[::-1]
    if _is_exact(_INPLACE[function], (array, other)):
        check(function, array, other)


@given(st.sampled_from([u for u in BINARY if isinstance(u, np.ufunc) and u.nout == 1]), pairs(COMMON), st.data())
def test_out(ufunc: np.ufunc, args: tuple[Any, Any], data: st.DataObject) -> None:
    if not _is_exact(ufunc, args):
        return
    try:
        shape = np.broadcast_shapes(*(np.shape(arg) for arg in args if isinstance(arg, np.ndarray)), (1,))
    except ValueError:
        shape = (2,)
    out = data.draw(arrays(shape, COMMON))

    def into(a: Any, b: Any, out: Any) -> Any:
        return ufunc(a, b, out=out)

    found = compare(minijit.jit(fallback="error")(into), (*args, out), ulp=4 if ufunc in INEXACT else 0)
    assert not found, f"{ufunc} of {args!r} into {out!r}: {found}"


# ---- layouts


def layouts() -> list[Array]:
    """Arrays of shapes that fit each other, in every order of axes."""
    cube = np.arange(24.0).reshape(2, 3, 4)
    table = np.arange(12.0).reshape(3, 4)
    return [
        cube,
        np.asfortranarray(cube),
        np.ascontiguousarray(cube.transpose(1, 2, 0)).transpose(2, 0, 1),
        np.ascontiguousarray(cube.transpose(0, 2, 1)).transpose(0, 2, 1)[::-1],
        np.asfortranarray(np.arange(8.0).reshape(2, 1, 4)),
        np.asfortranarray(table),
        table[::-1, ::-1],
        np.broadcast_to(np.arange(4.0), (3, 4)),
        np.arange(6.0)[::2].reshape(3, 1),
        np.arange(4.0),
        np.array(2.0),
    ]


@pytest.mark.parametrize("first", range(11))
def test_order_of_axes(first: int) -> None:
    one = layouts()[first]
    check(np.negative, one)
    for other in layouts():
        check(operator.add, one, other)


@pytest.mark.parametrize("first", [0, 1, 2, 4])
def test_order_of_axes_with_casts(first: int) -> None:
    one = layouts()[first].astype(np.float32)
    for other in layouts()[:5]:
        check(np.less, one, other.astype(np.int16))


# ---- errors


def test_shapes_that_do_not_fit() -> None:
    for one, other in (((2,), (3,)), ((2, 1), (3, 2)), ((2, 3), (2,)), ((0,), (2,)), ((2, 2, 2, 2), (3, 2, 2, 2, 2))):
        check(operator.add, np.zeros(one), np.zeros(other))
        check(operator.eq, np.zeros(one), np.zeros(other))
        check(operator.iadd, np.zeros(one), np.zeros(other))
        check(np.where, np.zeros(one), np.zeros(other), 1)


def test_results_that_are_too_large_for_the_array() -> None:
    check(operator.iadd, np.zeros(3), np.zeros((2, 3)))
    check(operator.iadd, np.zeros(1), np.zeros(3))
    check(operator.imul, np.array(3.0), np.zeros(2))
    check(np.add, np.zeros(3), np.zeros(3), np.zeros(1))
    check(np.add, np.zeros(3), 1, np.zeros((2, 3)))


@pytest.mark.parametrize("other", [1.5, 300, 2**40, np.float32(1), 1j, None, (1, 2, 3), "a", np.arange(3.0)])
def test_casts_that_are_refused(other: Any) -> None:
    array = np.arange(3, dtype=np.int8)
    if not isinstance(other, str):
        check(operator.iadd, array, other)
    if isinstance(other, int | float | np.ndarray):
        check(np.add, array, other, np.zeros(3, np.int16))


def test_read_only() -> None:
    array = np.arange(3.0)
    array.flags.writeable = False
    check(operator.iadd, array, 1)
    check(np.add, array, 1, array)


@pytest.mark.parametrize("number", [127, 128, -129, 2**63 - 1])
def test_python_ints_out_of_bounds(number: int) -> None:
    for dtype in (np.int8, np.uint8, np.int64, np.uint64, np.float32):
        for function in (operator.add, operator.lt, np.equal, np.maximum, operator.imul):
            check(function, np.arange(3, dtype=dtype), number)
        check(operator.add, np.zeros(0, dtype), number)


def test_powers() -> None:
    floats = np.array([-np.inf, -0.0, 0.0, 4.0, np.nan, 1e200])
    for exponent in (2, -1, 0.5, 2.0, -1.0, 0, 1, np.float64(0.5), np.array(0.5)):
        check(operator.pow, floats, exponent)
        check(np.power, floats, exponent)
        check(operator.ipow, floats, exponent)

    def constants(a: Array) -> Any:
        return a**2, a**-1, a**0.5, a**3, 2**a, np.power(a, 2), np.power(a, 0.5)

    check_program(constants, np.array([1.0, 4.0, 16.0, -0.0]))
    check_program(constants, np.array([1.0, 4.0, 16.0], np.float32))
    check(operator.pow, np.arange(4), 3)
    check(operator.pow, np.arange(4), -1)
    check(operator.pow, 2, np.array([1, 2, -1]))
    check(operator.ipow, np.arange(1, 5), np.array([1, 2, -1, 2]))


# ---- memory


@pytest.mark.parametrize("other", [1, 0.5])
def test_operands_that_overlap(other: float) -> None:
    def shifted(a: Array, x: float) -> Array:
        a[1:] += a[:-1]
        a[:-1] *= a[1:] + x
        a[::2] -= a[1::2]
        a[::-1] += a
        return a

    def rows(a: Array, x: float) -> Array:
        a[1:] += a[:-1] * x
        a += a[0]
        a[:, 1:] -= a[:, :-1]
        a *= a[:, :1]
        np.add(a[:-1], x, out=a[1:])
        return a

    check_program(shifted, np.arange(10.0), other)
    check_program(rows, np.arange(12.0).reshape(3, 4), other)
    check_program(rows, np.asfortranarray(np.arange(12.0).reshape(3, 4)), other)

    def transposed(a: Array, x: float) -> Array:
        a += a.T * x
        a += a.T
        return a

    check_program(transposed, np.arange(9.0).reshape(3, 3), other)


def test_augmented_stores() -> None:
    def slices(a: Array, x: Array) -> Array:
        a[1:4] += 1
        a[::2] *= 3
        a[-2:] //= x
        a[...] -= 1
        return a

    def rows(a: Array, x: Array) -> Array:
        for i in range(a.shape[0]):
            a[i] *= x
            a[i, 1:] += a[i, :-1]
        a[:, 0] = a[:, 1]
        a[0] += a[1]
        return a

    check_program(slices, np.arange(8), np.array([2, 3]))
    check_program(slices, np.arange(8, dtype=np.int8), np.array([2, 3], dtype=np.int8))
    check_program(rows, np.arange(12.0).reshape(3, 4), np.arange(4.0))
    check_program(rows, np.arange(12.0).reshape(4, 3).T, np.arange(4.0))


def test_same_array_comes_back() -> None:
    def aliases(a: Array, b: Array) -> Any:
        c = a
        c += b
        return a, c, np.multiply(a, 2, out=a), np.add(a, b, a), np.add(a, b, out=(a,))

    check_program(aliases, np.arange(4.0), np.ones(4))


def test_arrays_of_its_own() -> None:
    def local(n: int) -> Any:
        a = np.zeros(n)
        b = a + 1
        for k in range(4):
            a += b * k
            b = a - b
            b[1:] /= 2
        return a, b, b[::2] if n else None

    check_program(local, 7)
    check_program(local, 0)


def test_branches_and_types() -> None:
    def either(a: Array, b: Array, flag: bool) -> Array:
        c = a if flag else b.T
        c = c * 2
        if flag:
            c = c + 0.5
        c += 1
        return c

    check_program(either, np.arange(6.0).reshape(2, 3), np.arange(6.0).reshape(3, 2), True)
    check_program(either, np.arange(6.0).reshape(2, 3), np.arange(6.0).reshape(3, 2), False)


def test_expressions() -> None:
    def several(a: Array, b: Array, x: float) -> Any:
        distance = np.sqrt((a - b[0]) ** 2 + x)
        mask = (distance > 1) & ~(b == a)
        return np.where(mask, distance, -1.0), np.abs(-a) // 2, divmod(b, 2), mask, np.maximum(a, x) - b[0]

    check_program(several, np.arange(12.0).reshape(3, 4), np.ones((3, 4)) * 2.5, 0.75)


def test_objects_that_are_held_by_python() -> None:
    check(np.sqrt, np.arange(4, dtype=np.int8))
    check(np.signbit, np.arange(-2, 2, dtype=np.int8))
