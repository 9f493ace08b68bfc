"""Functions of NumPy's that are no ufuncs, on scalars: ``round``, ``clip``, ``where``, ``real``, ``ndim`` ..."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.builder import machine_type
from minijit.ir.nodes import UNKNOWN, Value
from minijit.library.arrays.allocation import allocate
from minijit.library.builder import Builder, Val
from minijit.library.casts import cast_parts
from minijit.library.kernels.float_kernels import is_nan
from minijit.library.memory import data_of, store_element
from minijit.library.numbers.numpy_casts import convert_scalar
from minijit.library.registry import Arg, attribute, find, lowers, method
from minijit.library.ufuncs.elementwise import is_numeric
from minijit.library.ufuncs.scalar_calls import apply_ufunc
from minijit.numpy_types import BOOL_DTYPE, Dtype, holds_int, sample_of, type_of_call

_FEW: Final[list[tuple[Any, ...]]] = [
    (value,) for value in (2.5, -3, True, 1.5 - 2j, np.float32(2.5), np.int8(-3), np.complex64(2j))
]


# ---- through Python, with a type that is certain

_THROUGH_PYTHON: Final[tuple[Callable[..., Any], ...]] = (
    np.angle,
    np.i0,
    np.isclose,
    np.iscomplex,
    np.isneginf,
    np.isposinf,
    np.isreal,
    np.nan_to_num,
    np.sinc,
    np.fix,
    np.allclose,
)


def _register_through_python(function: Callable[..., Any]) -> None:
    binary = function in (np.isclose, np.allclose)

    def result(*args: Arg) -> t.Type | None:
        found = type_of_call(function, tuple(arg.type for arg in args))
        return None if found == t.OBJECT else found

    @lowers(
        function,
        *[is_numeric] * (2 if binary else 1),
        result=result,
        effects="raises",
        samples=[(*row, 2.5) for row in _FEW] if binary else _FEW,
        fold=True,
    )
    def lower(b: Builder, *args: Val) -> Val:
        wanted = result(*(Arg(arg.type) for arg in args))
        assert wanted is not None
        return b.call_python(function, args, wanted, effects="")


for _function in _THROUGH_PYTHON:
    _register_through_python(_function)


# ---- by attribute


def _register_attribute(function: Callable[..., Any], name: str, pattern: Any) -> None:
    key = attribute(name)

    def result(value: Arg) -> t.Type | None:
        found = find(key, (value,), {})
        return None if found is None else found[1]

    @lowers(function, pattern, result=result, samples=_FEW)
    def lower(b: Builder, value: Val) -> Val:
        return b.apply(key, value)


_SCALAR_OR_ARRAY: Final = (t.PythonScalar, t.NumpyScalar, t.Array)
_register_attribute(np.real, "real", _SCALAR_OR_ARRAY)
_register_attribute(np.imag, "imag", _SCALAR_OR_ARRAY)
_register_attribute(np.shape, "shape", (t.NumpyScalar, t.Array))
_register_attribute(np.ndim, "ndim", (t.NumpyScalar, t.Array))
_register_attribute(np.size, "size", (t.NumpyScalar, t.Array))


def _register_known(function: Callable[..., Any], one: t.Type) -> None:
    def known(value: Arg) -> object:
        if isinstance(value.type, t.PythonScalar | t.NumpyScalar):
            return function(sample_of(value.type))
        if isinstance(value.type, t.Array):
            return function(np.empty((0,) * value.type.ndim, value.type.dtype))
        return UNKNOWN

    @lowers(function, _SCALAR_OR_ARRAY, result=one, samples=_FEW, fold=known)
    def lower(b: Builder, value: Val) -> Val:
        return b.constant(one, known(Arg(value.type)))


_register_known(np.isscalar, t.BOOL)
_register_known(np.iscomplexobj, t.BOOL)
_register_known(np.isrealobj, t.BOOL)


# ---- round


def _round_type(value: Arg, decimals: Arg | None = None) -> t.Type | None:
    found = type_of_call(np.round, (value.type,))
    if not isinstance(found, t.NumpyScalar) or (decimals is not None and decimals.type not in (t.INT, t.BOOL)):
        return None
    return found


_ROUND_SAMPLES: Final[list[tuple[Any, ...]]] = [
    *((kind(value),) for kind in (float, np.float32, np.float64) for value in (0.5, 1.5, -2.5, 2.675, 1e30)),
    *((kind(value), 1) for kind in (float, np.float32, np.float64) for value in (0.05, 1.25, -2.5, 2.675)),
    (np.int8(5),),
    (np.int64(15), 1),
    (np.int64(15), -1),
    (7, 2),
]


def _of_numpy() -> list[tuple[Any, ...]]:
    return [row for row in _ROUND_SAMPLES if isinstance(row[0], np.generic)]


@lowers(np.round, is_numeric, result=_round_type, effects="raises", samples=_ROUND_SAMPLES)
@lowers(np.round, is_numeric, t.PythonScalar, result=_round_type, effects="raises", samples=_ROUND_SAMPLES)
@lowers(np.around, is_numeric, result=_round_type, effects="raises", samples=_ROUND_SAMPLES)
@lowers(np.around, is_numeric, t.PythonScalar, result=_round_type, effects="raises", samples=_ROUND_SAMPLES)
@lowers(method("round"), t.NumpyScalar, result=_round_type, effects="raises", samples=_of_numpy)
@lowers(method("round"), t.NumpyScalar, t.PythonScalar, result=_round_type, effects="raises", samples=_of_numpy)
def round_(b: Builder, value: Val, decimals: Val | None = None) -> Val:
    """Rounded to decimals, an even digit in the middle."""
    wanted = _round_type(Arg(value.type))
    assert isinstance(wanted, t.NumpyScalar)
    places = 0 if decimals is None else decimals.const
    kind = wanted.dtype.kind
    if kind in "iu" and isinstance(places, int) and places >= 0:
        return b.cast(value, wanted.dtype)
    if kind == "f" and isinstance(places, int) and 0 <= places <= 22:
        number = b.cast(value, wanted.dtype)
        if places == 0:
            return apply_ufunc(b, np.rint, [number])
        power = b.constant(wanted, wanted.dtype.type(10.0**places))
        scaled = apply_ufunc(b, np.rint, [apply_ufunc(b, np.multiply, [number, power])])
        return apply_ufunc(b, np.true_divide, [scaled, power])
    args = [value] if decimals is None else [value, decimals]
    return b.call_python(np.round, args, wanted, effects="")


# ---- clip


def _clip_type(value: Arg, low: Arg, high: Arg) -> t.Type | None:
    found = type_of_call(np.clip, (value.type, low.type, high.type))
    return found if isinstance(found, t.NumpyScalar) and found.dtype.kind in "iuf" else None


def _clip_samples() -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = [(value, 1, 3) for value in (0, 2, 5)]
    rows += [(kind(value), 1, 3) for kind in (float, np.float32, np.int8, np.uint64) for value in (0, 2, 5)]
    return [*rows, (2.0, 3.0, 1.0), (float("nan"), 0.0, 1.0), (np.uint8(7), -1, 300), (np.int8(7), np.int16(0), 5)]


@lowers(np.clip, is_numeric, is_numeric, is_numeric, result=_clip_type, effects="raises", samples=_clip_samples)
def clip(b: Builder, value: Val, low: Val, high: Val) -> Val:
    """Not below the one, then not above the other; nan stays nan."""
    wanted = _clip_type(*(Arg(each.type) for each in (value, low, high)))
    assert isinstance(wanted, t.NumpyScalar)
    dtype = wanted.dtype
    if all(_fits(bound, dtype) for bound in (value, low, high)):
        return _clip(b, value, low, high, dtype)
    # NumPy lets some bounds beyond the dtype's range pass and refuses others: it decides.
    return b.call_python(np.clip, (value, low, high), wanted, effects="")


def _fits(bound: Val, dtype: Dtype) -> bool:
    """Whether a bound is certain to be in the range of `dtype`."""
    if bound.type != t.INT or dtype.kind == "f" or dtype == np.int64:
        return True
    return isinstance(bound.const, int) and holds_int(dtype, bound.const)


def _clip(b: Builder, value: Val, low: Val, high: Val, dtype: Dtype) -> Val:
    parts: Value
    (x,), (bottom,), (top,) = (convert_scalar(b, each, dtype) for each in (value, low, high))
    if dtype.kind == "f":
        parts = b.select(b.or_(b.fcmp("ogt", x, bottom), is_nan(b, x)), x, bottom)
        parts = b.select(b.or_(b.fcmp("olt", parts, top), is_nan(b, parts)), parts, top)
    else:
        letter = "s" if dtype.kind == "i" else "u"
        parts = b.intrinsic(letter + "max", machine_type(x), x, bottom)
        parts = b.intrinsic(letter + "min", machine_type(x), parts, top)
    return b.numpy_val(dtype, parts)


# ---- where


def _where_type(condition: Arg, x: Arg, y: Arg) -> t.Type | None:
    dtype = _where_dtype(x, y)
    return None if dtype is None else t.Array(dtype, 0, "C")


def _where_dtype(x: Arg, y: Arg) -> Dtype | None:
    assert isinstance(x.type, t.PythonScalar | t.NumpyScalar) and isinstance(y.type, t.PythonScalar | t.NumpyScalar)
    chosen: Any = np.where(True, sample_of(x.type), sample_of(y.type))
    dtype: Dtype = chosen.dtype
    if any(one.type == t.INT for one in (x, y)) and dtype.kind in "iu" and dtype.itemsize < 8:
        return None
    return dtype


@lowers(
    np.where,
    is_numeric,
    is_numeric,
    is_numeric,
    result=_where_type,
    effects="allocates raises",
    samples=[(True, 1, 2), (0, 1.5, 2), (np.bool_(True), np.float32(1), 2.5), (2.5, np.int8(1), np.uint8(200))],
)
def where(b: Builder, condition: Val, x: Val, y: Val) -> Val:
    """An array without axes that holds one of two numbers."""
    dtype = _where_dtype(Arg(x.type), Arg(y.type))
    assert dtype is not None
    assert isinstance(condition.type, t.PythonScalar | t.NumpyScalar)
    (chosen,) = cast_parts(b, condition.parts, t.dtype_of(condition.type), BOOL_DTYPE)
    first, second = b.number_as(x, dtype), b.number_as(y, dtype)
    made = allocate(b, dtype, [])
    parts = [b.select(chosen, one, other) for one, other in zip(first, second, strict=True)]
    store_element(b, dtype, data_of(made), parts, local=True)
    return made
