"""Attributes and methods of NumPy scalars."""

from __future__ import annotations

import math
import operator
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.library.arrays.dtypes import dtype_of_argument
from minijit.library.builder import Builder, Val
from minijit.library.numbers.numpy_arithmetic import numpy_int_as_python
from minijit.library.numbers.numpy_casts import convert_scalar
from minijit.library.registry import Arg, attribute, lowers, method
from minijit.library.ufuncs.elementwise import run
from minijit.library.ufuncs.scalar_calls import apply_ufunc
from minijit.machine import F64, float_dtype_of
from minijit.numpy_types import ALL_DTYPES, BOOL_DTYPE, Dtype

_SAMPLES: Final[list[tuple[Any, ...]]] = [
    *((dtype.type(3),) for dtype in ALL_DTYPES),
    (np.complex64(1 - 2j),),
    (np.float64(math.nan),),
    (np.float32(2.5),),
    (np.int8(-128),),
]


def scalar_dtype(value: Val | Arg) -> Dtype:
    """The dtype of a NumPy scalar."""
    assert isinstance(value.type, t.NumpyScalar)
    return value.type.dtype


# ---- as Python's numbers


def item_type(dtype: Dtype) -> t.Type:
    """The type of ``scalar.item()``."""
    return {"b": t.BOOL, "i": t.INT, "u": t.INT, "f": t.FLOAT, "c": t.COMPLEX}[dtype.kind]


def python_item(b: Builder, value: Val) -> Val:
    """The Python number of equal value."""
    dtype = scalar_dtype(value)
    if dtype.kind in "iu":
        return numpy_int_as_python(b, value)
    one = item_type(dtype)
    assert isinstance(one, t.PythonScalar)
    return Val(one, b.number_as(value, t.dtype_of(one)))


@lowers(
    method("item"),
    t.NumpyScalar,
    result=lambda value: item_type(scalar_dtype(value)),
    effects="raises",
    samples=_SAMPLES,
)
@lowers(
    method("tolist"),
    t.NumpyScalar,
    result=lambda value: item_type(scalar_dtype(value)),
    effects="raises",
    samples=_SAMPLES,
)
def item(b: Builder, value: Val) -> Val:
    """The Python number of equal value."""
    return python_item(b, value)


# ---- what is known from the type


def _register_known(name: str) -> None:
    def known(value: Arg) -> Any:
        return getattr(scalar_dtype(value).type(), name)

    def result(value: Arg) -> t.Type:
        found = known(value)
        return t.Const(found) if isinstance(found, np.dtype) else t.EMPTY_TUPLE if found == () else t.INT

    @lowers(attribute(name), t.NumpyScalar, result=result, samples=_SAMPLES)
    def constant(b: Builder, value: Val) -> Val:
        arg = Arg(value.type)
        return b.constant(result(arg), known(arg))


for _name in ("dtype", "itemsize", "nbytes", "ndim", "size", "shape", "strides"):
    _register_known(_name)


# ---- parts, conjugates, reductions of one number


def part_dtype(dtype: Dtype) -> Dtype:
    """The dtype of the real part."""
    return float_dtype_of(dtype) if dtype.kind == "c" else dtype


def _part_type(value: Arg) -> t.Type:
    return t.NumpyScalar(part_dtype(scalar_dtype(value)))


@lowers(attribute("real"), t.NumpyScalar, result=_part_type, samples=_SAMPLES)
def real(b: Builder, value: Val) -> Val:
    """The real part."""
    return b.numpy_val(part_dtype(scalar_dtype(value)), value.parts[0])


@lowers(attribute("imag"), t.NumpyScalar, result=_part_type, samples=_SAMPLES)
def imag(b: Builder, value: Val) -> Val:
    """The imaginary part, 0 of a real number."""
    dtype = scalar_dtype(value)
    if dtype.kind == "c":
        return b.numpy_val(part_dtype(dtype), value.parts[1])
    return b.constant(value.type, dtype.type(0))


@lowers(attribute("T"), t.NumpyScalar, result=lambda value: value.type, samples=_SAMPLES)
@lowers(method("copy"), t.NumpyScalar, result=lambda value: value.type, samples=_SAMPLES)
@lowers(method("max"), t.NumpyScalar, result=lambda value: value.type, samples=_SAMPLES)
@lowers(method("min"), t.NumpyScalar, result=lambda value: value.type, samples=_SAMPLES)
def itself(b: Builder, value: Val) -> Val:
    """The number itself."""
    return value


def _conjugate_type(value: Arg) -> t.Type | None:
    given = scalar_dtype(value).type(1).conjugate()
    return value.type if given.dtype == scalar_dtype(value) else None


@lowers(method("conjugate"), t.NumpyScalar, result=_conjugate_type, samples=_SAMPLES)
@lowers(method("conj"), t.NumpyScalar, result=_conjugate_type, samples=_SAMPLES)
def conjugate(b: Builder, value: Val) -> Val:
    """The complex conjugate."""
    if scalar_dtype(value).kind != "c":
        return value
    return apply_ufunc(b, np.conjugate, [value])


@lowers(method("any"), t.NumpyScalar, result=t.NumpyScalar(BOOL_DTYPE), samples=_SAMPLES)
@lowers(method("all"), t.NumpyScalar, result=t.NumpyScalar(BOOL_DTYPE), samples=_SAMPLES)
def is_true(b: Builder, value: Val) -> Val:
    """Whether it is not zero."""
    return b.cast(value, BOOL_DTYPE)


def _register_sum(name: str) -> None:
    def result(value: Arg) -> t.Type:
        return t.NumpyScalar(getattr(scalar_dtype(value).type(1), name)().dtype)

    @lowers(method(name), t.NumpyScalar, result=result, samples=_SAMPLES)
    def summed(b: Builder, value: Val) -> Val:
        one = result(Arg(value.type))
        assert isinstance(one, t.NumpyScalar)
        if one.dtype.kind == "c":
            # The other operand is 0 or 1, and not without traces: signs of zeros, nan from inf.
            return b.call_python(getattr(np.generic, name), (value,), one, effects="")
        return b.cast(value, one.dtype)


_register_sum("sum")
_register_sum("prod")


# ---- dtype changes, questions


def _astype(value: Arg, dtype: Arg) -> t.Type | None:
    target = dtype_of_argument(dtype, np.dtype(np.float64))
    if target is None or (scalar_dtype(value).kind == "c" and target.kind not in "cb"):
        return None
    return t.NumpyScalar(target)


@lowers(
    method("astype"),
    t.NumpyScalar,
    (t.Const, t.NoneValue),
    result=_astype,
    samples=[
        (np.float64(2.75), np.int8),
        (np.int8(-1), "uint16"),
        (np.float32(0.1), float),
        (np.int64(3), np.complex64),
    ],
)
def astype(b: Builder, value: Val, dtype: Val) -> Val:
    """The number in another dtype."""
    one = _astype(Arg(value.type), Arg(dtype.type))
    assert isinstance(one, t.NumpyScalar)
    return Val(one, convert_scalar(b, value, one.dtype))


def _has(name: str, kinds: str) -> Any:
    def result(value: Arg) -> t.Type | None:
        return t.BOOL if scalar_dtype(value).kind in kinds and hasattr(scalar_dtype(value).type, name) else None

    return result


@lowers(
    method("is_integer"),
    t.NumpyScalar,
    result=_has("is_integer", "iuf"),
    samples=[(np.float64(3),), (np.float32(2.5),), (np.int8(1),), (np.float64(math.inf),)],
)
def is_integer(b: Builder, value: Val) -> Val:
    """Whether the number is whole."""
    if scalar_dtype(value).kind != "f":
        return b.constant(t.BOOL, True)
    number = b.as_f64(value)
    finite = b.fcmp("olt", b.intrinsic("fabs", F64, number), b.f64(math.inf))
    return b.bool_val(b.and_(finite, b.fcmp("oeq", b.intrinsic("floor", F64, number), number)))


def _bit_count_type(value: Arg) -> t.Type | None:
    return t.INT if scalar_dtype(value).kind in "iu" else None


@lowers(method("bit_count"), t.NumpyScalar, result=_bit_count_type, samples=[(np.int8(-3),), (np.uint64(2**63 + 5),)])
def bit_count(b: Builder, value: Val) -> Val:
    """The number of ones in the absolute value, a Python int."""
    loop, parts = run(b, np.bitwise_count, [value])
    return b.int_val(b.number_as(b.numpy_val(loop[1], *parts), np.dtype(np.int64))[0])


# ---- through Python


def _ratio_type(value: Arg) -> t.Type | None:
    has = hasattr(scalar_dtype(value).type, "as_integer_ratio")
    return t.Tuple((t.INT, t.INT)) if has and scalar_dtype(value).kind == "f" else None


@lowers(
    method("as_integer_ratio"),
    t.NumpyScalar,
    result=_ratio_type,
    effects="raises",
    samples=[(np.float64(2.75),), (np.float32(-0.5),), (np.float64(math.nan),), (np.float64(math.inf),)],
)
def as_integer_ratio(b: Builder, value: Val) -> Val:
    """A fraction of two ints; one that 64 bits don't hold leaves for the interpreter."""
    return b.call_python(scalar_dtype(value).type.as_integer_ratio, (value,), t.Tuple((t.INT, t.INT)), effects="")  # type: ignore[attr-defined]


@lowers(
    method("hex"),
    lambda one: one == t.NumpyScalar(np.dtype(np.float64)),
    result=t.OBJECT,
    samples=[(np.float64(2.75),), (np.float64(-math.inf),)],
)
def hex_(b: Builder, value: Val) -> Val:
    """The digits of a np.float64, which is a float, too."""
    return b.call_python(float.hex, (value,), t.OBJECT, effects="")


@lowers(
    operator.getitem, t.NumpyScalar, t.EMPTY_TUPLE, result=lambda value, index: value.type, samples=[(np.int8(3), ())]
)
def getitem(b: Builder, value: Val, index: Val) -> Val:
    """``x[()]`` is the number itself."""
    return value
