"""Operators of NumPy scalars, alone and mixed with Python's numbers (which are weak then)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.library.builder import Builder, Val, known_integer
from minijit.library.casts import rounded_to_half
from minijit.library.kernels import complex_kernels, float_kernels, float_powers, integer_kernels
from minijit.library.kernels.complex_powers import power_of_constant
from minijit.library.registry import Arg, find, lowers
from minijit.library.ufuncs.elementwise import is_numeric, plan_of, run, to_loop, type_of_results
from minijit.numpy_types import ALL_DTYPES, FLOAT16, FLOAT64, type_of_call

BINARY: Final[dict[Callable[..., Any], np.ufunc]] = {
    operator.add: np.add,
    operator.sub: np.subtract,
    operator.mul: np.multiply,
    operator.truediv: np.true_divide,
    operator.floordiv: np.floor_divide,
    operator.mod: np.remainder,
    operator.pow: np.power,
    operator.lshift: np.left_shift,
    operator.rshift: np.right_shift,
    operator.and_: np.bitwise_and,
    operator.or_: np.bitwise_or,
    operator.xor: np.bitwise_xor,
    divmod: np.divmod,
}
"""The ufunc that computes what an operator gives."""

UNARY: Final[dict[Callable[..., Any], np.ufunc]] = {
    operator.neg: np.negative,
    operator.pos: np.positive,
    operator.invert: np.invert,
    abs: np.absolute,
}

KERNEL_MODULES: Final = (complex_kernels, float_kernels, float_powers, integer_kernels)
"""Importing them fills the table of kernels."""

_NUMPY_FLOAT64: Final = t.NumpyScalar(FLOAT64)


def has_numpy(*args: Arg) -> bool:
    """Whether all are numbers, and one of them is NumPy's."""
    return all(is_numeric(arg.type) for arg in args) and any(isinstance(arg.type, t.NumpyScalar) for arg in args)


def result_of(function: Callable[..., Any], ufunc: np.ufunc, args: tuple[Arg, ...]) -> t.Type | None:
    """The type of an operator's result."""
    if not has_numpy(*args):
        return None
    wanted = type_of_call(function, tuple(arg.type for arg in args))
    plan = plan_of(ufunc, args)
    if wanted is None or plan is None:
        return wanted
    return wanted if wanted == type_of_results(plan[0], len(args)) else None


def _register(function: Callable[..., Any], ufunc: np.ufunc, count: int) -> None:
    def result(*args: Arg) -> t.Type | None:
        return result_of(function, ufunc, args)

    @lowers(
        function,
        *[is_numeric] * count,
        result=result,
        effects="raises",
        samples=lambda: samples_of(count),
        fold=True,
    )
    def lower(b: Builder, *values: Val) -> Val:
        args = tuple(Arg(value.type, value.const) for value in values)
        wanted = result_of(function, ufunc, args)
        assert wanted is not None
        if plan_of(ufunc, args) is None:
            return b.call_python(function, values, wanted, effects="")
        return Val(wanted, run(b, ufunc, values)[1])


def samples_of(count: int) -> Iterator[tuple[Any, ...]]:
    """Arguments for operators: a small and a negative or large number of every dtype, with one of every other."""
    classes: list[Any] = [bool, int, float, complex, *(dtype.type for dtype in ALL_DTYPES)]
    for first in classes:
        if count == 1:
            yield (first(3),)
            continue
        for second in classes:
            yield (first(7), second(2))


# Before the general rows: complex powers, of which only whole constant exponents are computed here.


def _small_power(exponent: object) -> int | None:
    """The exponent where it is known to be 1, 2 or 3."""
    if not isinstance(exponent, int | float | np.integer | np.floating):
        return None
    return next((power for power in (1, 2, 3) if exponent == power), None)


def _type_of_complex_power(x: Arg, y: Arg) -> t.Type | None:
    if not has_numpy(x, y) or _small_power(y.const) is None:
        return None
    wanted = type_of_call(operator.pow, (x.type, y.type))
    if not isinstance(wanted, t.NumpyScalar) or wanted.dtype.kind != "c":
        return None
    return wanted


@lowers(operator.pow, is_numeric, is_numeric, result=_type_of_complex_power)
def _complex_power(b: Builder, x: Val, y: Val) -> Val:
    wanted = type_of_call(operator.pow, (x.type, y.type))
    assert isinstance(wanted, t.NumpyScalar)
    base = to_loop(b, x, wanted.dtype)
    return Val(wanted, power_of_constant(b, base, _small_power(y.const) or 1))


# Powers of floats are the C library's; ``np.power`` is another function.


def _type_of_float_power(x: Arg, y: Arg) -> t.Type | None:
    wanted = result_of(operator.pow, np.power, (x, y))
    plan = plan_of(np.power, (x, y))
    return wanted if plan is not None and plan[0][0].kind == "f" else None


@lowers(operator.pow, is_numeric, is_numeric, result=_type_of_float_power, effects="raises", fold=True)
def _float_power(b: Builder, x: Val, y: Val) -> Val:
    plan = plan_of(np.power, (Arg(x.type, x.const), Arg(y.type, y.const)))
    wanted = _type_of_float_power(Arg(x.type, x.const), Arg(y.type, y.const))
    assert plan is not None and wanted is not None
    (base,), (exponent,) = (to_loop(b, value, dtype) for value, dtype in zip((x, y), plan[0], strict=False))
    power = float_powers.exact_power(b, base, exponent)
    return Val(wanted, (rounded_to_half(b, power) if plan[0][2] == FLOAT16 else power,))


# ``abs`` of NumPy's complex numbers is the C library's ``hypot``; ``np.abs`` is another function.


def _type_of_length(x: Arg) -> t.Type | None:
    if not isinstance(x.type, t.NumpyScalar) or x.type.dtype.kind != "c":
        return None
    return type_of_call(abs, (x.type,))


_LENGTHS = [(np.complex128(3 - 4.1j),), (np.complex64(-1 + 2.2j),), (np.complex128(complex("inf-nanj")),)]


@lowers(abs, is_numeric, result=_type_of_length, samples=_LENGTHS)
def _length(b: Builder, x: Val) -> Val:
    wanted = _type_of_length(Arg(x.type))
    assert wanted is not None
    real, imag = x.parts
    return Val(wanted, (complex_kernels.hypot(b, real, imag),))


# ``complex + np.float64`` is Python's: a np.float64 is a float.


def _mixes_complex_with_float64(x: Arg, y: Arg) -> bool:
    return x.type == t.COMPLEX and y.type == _NUMPY_FLOAT64


def _register_complex_first(function: Callable[..., Any]) -> None:
    def result(x: Arg, y: Arg) -> t.Type | None:
        if not _mixes_complex_with_float64(x, y):
            return None
        return type_of_call(function, (t.COMPLEX, _NUMPY_FLOAT64))

    @lowers(function, t.COMPLEX, _NUMPY_FLOAT64, result=result, effects="raises")
    def lower(b: Builder, x: Val, y: Val) -> Val:
        return b.apply(function, x, Val(t.FLOAT, y.parts, y.const))


for _function in (operator.add, operator.sub, operator.mul, operator.truediv, operator.eq, operator.ne):
    _register_complex_first(_function)
for _function, _ufunc in BINARY.items():
    _register(_function, _ufunc, 2)
for _function, _ufunc in UNARY.items():
    _register(_function, _ufunc, 1)


# ---- truth, index


@lowers(operator.truth, t.NumpyScalar, result=t.BOOL, samples=[(np.float32(0.5),), (np.complex64(0),), (np.int8(0),)])
def truth(b: Builder, x: Val) -> Val:
    """Whether the number is not zero."""
    return b.bool_val(b.number_as(x, np.dtype(np.bool_))[0])


@lowers(
    operator.index,
    lambda one: isinstance(one, t.NumpyScalar) and one.dtype.kind in "iu",
    result=t.INT,
    samples=[(np.int8(-3),), (np.uint64(5),)],
    fold=True,
)
def index(b: Builder, x: Val) -> Val:
    """The Python int of equal value."""
    return numpy_int_as_python(b, x)


def numpy_int_as_python(b: Builder, x: Val) -> Val:
    """The Python int that a NumPy integer (or bool) equals."""
    word = b.number_as(x, np.dtype(np.int64))[0]
    assert isinstance(x.type, t.NumpyScalar)
    if x.type.dtype == np.uint64 and known_integer(x) is None:
        b.bail_unless(b.icmp("sge", word, b.i64(0)), "Python int too large to convert to C long")
    return b.int_val(word)


@lowers(
    pow,
    is_numeric,
    is_numeric,
    result=lambda x, y: _type_of_pow(x, y),
    effects="raises",
    samples=lambda: [row for row in samples_of(2) if isinstance(row[0], np.generic) or isinstance(row[1], np.generic)],
)
def pow_(b: Builder, x: Val, y: Val) -> Val:
    """The operator, as a function."""
    return b.apply(operator.pow, x, y)


def _type_of_pow(x: Arg, y: Arg) -> t.Type | None:
    found = find(operator.pow, (x, y), {}) if has_numpy(x, y) else None
    return None if found is None else found[1]
