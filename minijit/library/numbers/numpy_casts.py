"""Calls of NumPy's scalar classes, ``np.float32(x)``, and of Python's number classes on NumPy scalars, ``int(x)``.

NumPy's scalars are converted as C converts; Python's numbers are stored into an array of one, in effect: an int out of
range and a float that no integer dtype holds raise.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.builder import Builder, Val
from minijit.library.indexing.store_conversions import float_fits
from minijit.library.numbers import conversions
from minijit.library.numbers.numpy_arithmetic import numpy_int_as_python
from minijit.library.registry import Arg, lowers
from minijit.library.ufuncs.elementwise import is_numeric, python_int_as
from minijit.machine import F64
from minijit.numpy_types import ALL_DTYPES, Dtype, casts_at_all, type_of_call


def _values() -> Iterator[tuple[Any, ...]]:
    for value in (True, 7, -7, 300, 2.75, -3.5, 1e30, math.nan, math.inf, 1 + 2j, 2**53 + 1):
        yield (value,)
    for dtype in ALL_DTYPES:
        yield (dtype.type(3),)
    yield (np.int64(-1),)
    yield (np.float64(-2.5),)
    yield (np.uint64(2**64 - 1),)


# ---- to NumPy


def convert_scalar(b: Builder, value: Val, dtype: Dtype) -> tuple[Value, ...]:
    """The parts of ``dtype.type(value)``."""
    if value.type == t.INT:
        return python_int_as(b, value, dtype)
    if value.type == t.FLOAT and dtype.kind in "iu":
        return b.if_else(
            float_fits(b, value.part, dtype),
            lambda: b.number_as(value, dtype),
            lambda: b.call_python(dtype.type, (value,), t.NumpyScalar(dtype), effects="").parts,
            likely=True,
        )
    return b.number_as(value, dtype)


def _type_of_cast(dtype: Dtype, value: Arg) -> t.Type | None:
    assert isinstance(value.type, t.PythonScalar | t.NumpyScalar)
    return t.NumpyScalar(dtype) if casts_at_all(dtype, value.type) else None


def _register_class(dtype: Dtype) -> None:
    scalar = t.NumpyScalar(dtype)

    @lowers(
        dtype.type,
        is_numeric,
        result=lambda value: _type_of_cast(dtype, value),
        effects="raises",
        samples=_values,
        fold=True,
    )
    def cast(b: Builder, value: Val) -> Val:
        return Val(scalar, convert_scalar(b, value, dtype))

    @lowers(dtype.type, result=scalar, fold=True)
    def zero(b: Builder) -> Val:
        return b.constant(scalar, dtype.type())


for _dtype in ALL_DTYPES:
    _register_class(_dtype)


# ---- to Python


def _is_numpy_real(one: t.Type) -> bool:
    return isinstance(one, t.NumpyScalar) and one.dtype.kind in "biuf"


def _is_numpy_integer(one: t.Type) -> bool:
    return isinstance(one, t.NumpyScalar) and one.dtype.kind in "biu"


def _is_numpy_float(one: t.Type) -> bool:
    return isinstance(one, t.NumpyScalar) and one.dtype.kind == "f"


def _is_numpy(one: t.Type) -> bool:
    return isinstance(one, t.NumpyScalar)


_NUMPY: Final = [(dtype.type(3),) for dtype in ALL_DTYPES]
_REAL: Final = [row for row in _NUMPY if row[0].dtype.kind != "c"]
_FLOATS: Final = [(cls(value),) for cls in (np.float32, np.float64) for value in (-2.5, 0.5, 1e10, math.nan, math.inf)]


@lowers(int, _is_numpy_integer, result=t.INT, effects="raises", samples=[*_REAL, (np.uint64(2**64 - 1),)], fold=True)
def int_of_integer(b: Builder, value: Val) -> Val:
    """The Python int of equal value."""
    return numpy_int_as_python(b, value)


@lowers(int, _is_numpy_float, result=t.INT, effects="raises", samples=_FLOATS, fold=True)
def int_of_float(b: Builder, value: Val) -> Val:
    """The whole part; ValueError of nan, OverflowError of infinities."""
    return b.int_val(whole_part(b, b.as_f64(value)))


def whole_part(b: Builder, number: Value) -> Value:
    """A float without its fraction as an i64; raises for nan and infinities as ``int(x)`` does."""
    return conversions.int_of_float(b, number).part


@lowers(float, _is_numpy_real, result=t.FLOAT, samples=[*_REAL, *_FLOATS, (np.uint64(2**63 + 1025),)], fold=True)
def float_of_real(b: Builder, value: Val) -> Val:
    """The Python float nearest to it."""
    return b.float_val(b.as_f64(value))


@lowers(complex, _is_numpy, result=t.COMPLEX, samples=[*_NUMPY, *_FLOATS], fold=True)
def complex_of_any(b: Builder, value: Val) -> Val:
    """The Python complex nearest to it."""
    return Val(t.COMPLEX, b.number_as(value, np.dtype(np.complex128)))


@lowers(bool, _is_numpy, result=t.BOOL, samples=[*_NUMPY, *_FLOATS], fold=True)
def bool_of_any(b: Builder, value: Val) -> Val:
    """Whether it is not zero."""
    return b.bool_val(b.number_as(value, np.dtype(np.bool_))[0])


# ---- round


def _type_of_round(value: Arg) -> t.Type | None:
    assert isinstance(value.type, t.NumpyScalar)
    return type_of_call(round, (value.type,))


@lowers(round, _is_numpy_real, result=_type_of_round, effects="raises", samples=[*_REAL, *_FLOATS], fold=True)
def round_to_int(b: Builder, value: Val) -> Val:
    """The nearest int, an even one in the middle."""
    assert isinstance(value.type, t.NumpyScalar)
    wanted = _type_of_round(Arg(value.type))
    if isinstance(wanted, t.NumpyScalar):
        return b.cast(value, wanted.dtype)
    if value.type.dtype.kind != "f":
        return numpy_int_as_python(b, value)
    number = b.as_f64(value)
    return b.int_val(whole_part(b, b.intrinsic("rint", F64, number)))
