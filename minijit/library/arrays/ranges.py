"""``np.arange``: length, first and second element as Python computes them, the rest as NumPy fills them in."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.arrays.dtypes import bind, dtype_of_argument
from minijit.library.builder import Builder, Val
from minijit.library.casts import cast_parts
from minijit.library.memory import data_of, store_element
from minijit.library.numbers.numpy_casts import convert_scalar
from minijit.library.registry import Arg, lowers
from minijit.library.ufuncs.elementwise import is_numeric
from minijit.machine import F64, I64
from minijit.numpy_types import INT64, Dtype, sample_of, store_is_checked

_NAMES: Final = ("start", "stop", "step", "dtype")
_MOST: Final = float(1 << 52)


def _bounds(args: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[Any, Any, Any, Any] | None:
    """start, stop, step and dtype; ``None`` for what is missing."""
    bound = bind(_NAMES, args, keywords, 0)
    if bound is None:
        return None
    start, stop, step = (bound.get(name) for name in _NAMES[:3])
    if stop is not None and isinstance(stop.type, t.NoneValue):
        stop = None
    if step is not None and isinstance(step.type, t.NoneValue):
        step = None
    if stop is None:
        start, stop = None, start
    if stop is None:
        return None
    given = [one for one in (start, stop, step) if one is not None]
    if not all(is_numeric(one.type) and t.dtype_of(one.type).kind in "biuf" for one in given):
        return None
    return start, stop, step, bound.get("dtype")


def _dtype_of(start: Any, stop: Any, step: Any, dtype: Any) -> Dtype | None:
    row = tuple(t.INT if one is None else one.type for one in (start, stop, step))
    wanted = dtype_of_argument(dtype, np.arange(*map(sample_of, row)).dtype)
    if wanted is None or wanted.kind not in "iuf":
        return None
    for one in row[:2]:
        if isinstance(one, t.NumpyScalar) and store_is_checked(wanted, one.dtype):
            return None
    return wanted


def _type_of(*args: Arg, **keywords: Arg) -> t.Type | None:
    bounds = _bounds(args, keywords)
    if bounds is None:
        return None
    dtype = _dtype_of(*bounds)
    return None if dtype is None else t.Array(dtype, 1, "C")


def _samples() -> Iterator[tuple[Any, ...]]:
    yield from ((5,), (2, 7), (0, 10, 3), (10, 0, -3), (0, 1, 0.1), (1.5,), (0,), (-3,), (0, 5, 0), (0.0, 1.0, 0.0))
    yield from ((np.int32(3),), (np.float32(3),), (np.int8(0), np.int8(5)), (0, 5, np.float32(0.5)), (True,))
    yield from ((5, None, None, np.float32), (0, 300, 1, np.int8), (0.5, 3.7, 0.4, np.int64), (1, 2, float("nan")))


@lowers(
    np.arange,
    result=_type_of,
    rest=lambda one: True,
    keywords={name: (lambda one: True) for name in _NAMES},
    effects="allocates raises",
    samples=_samples,
)
def arange(b: Builder, *args: Val, **keywords: Val) -> Val:
    """Numbers from start to stop."""
    bounds = _bounds(args, keywords)
    assert bounds is not None
    dtype = _dtype_of(*bounds)
    assert dtype is not None
    start, stop, step = (
        b.constant(t.INT, number) if one is None else one for one, number in zip(bounds, (0, 0, 1), strict=False)
    )
    count = _length(b, start, stop, step)
    if _is_plain(start, step, dtype):
        return _whole_numbers(b, count, start.part, step.part)
    made = allocate(b, dtype, [count])

    def fill() -> tuple[Value, ...]:
        _fill(b, made, dtype, count, start, step)
        return ()

    b.if_else(b.icmp("sgt", count, b.i64(0)), fill, lambda: ())
    return made


def _length(b: Builder, start: Val, stop: Val, step: Val) -> Value:
    """``ceil((stop - start) / step)``, by Python's operators; rare sizes are left to the interpreter."""
    if stop.type == t.INT and _is_int(start, 0) and _is_int(step, 1):
        return b.max_i64(b.number_as(stop, INT64)[0], b.i64(0))
    span = b.apply(operator.sub, stop, start)
    ratio = b.apply(operator.truediv, span, step)
    number = b.as_f64(ratio)
    exact = b.intrinsic("fabs", F64, number)
    b.bail_unless(b.fcmp("olt", exact, b.f64(_MOST)), "Maximum allowed size exceeded", ValueError)
    count = b.convert("fptosi", b.intrinsic("ceil", F64, number), I64)
    count = b.max_i64(count, b.i64(0))
    # A quotient that underflows still has a first element.
    span_is_zero = b.not_(b.number_as(span, np.dtype(np.bool_))[0])
    is_zero = b.fcmp("oeq", number, b.f64(0.0))
    bits = b.convert("bitcast", number, I64)
    one = b.select(b.or_(span_is_zero, b.icmp("slt", bits, b.i64(0))), b.i64(0), b.i64(1))
    return b.select(is_zero, one, count)


def _is_int(value: Val, number: int) -> bool:
    return value.type == t.INT and known(value.part) == number


def _is_plain(start: Val, step: Val, dtype: Dtype) -> bool:
    return dtype == INT64 and start.type == t.INT and step.type == t.INT


def _whole_numbers(b: Builder, count: Value, start: Value, step: Value) -> Val:
    """The common case: Python ints in int64, where start + i * step can't overflow before stop."""
    made = allocate(b, INT64, [count])
    data = data_of(made)

    def turn(index: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
        b.store(b.ptr_add(data, b.mul(index, b.i64(8))), b.add(start, b.mul(index, step)), local=True)
        return ()

    b.loop(count, turn)
    return made


def _fill(b: Builder, made: Val, dtype: Dtype, count: Value, start: Val, step: Val) -> None:
    first = convert_scalar(b, start, dtype)
    data = data_of(made)
    store_element(b, dtype, data, first, local=True)

    def fill_rest() -> tuple[Value, ...]:
        second = convert_scalar(b, b.apply(operator.add, start, step), dtype)
        store_element(b, dtype, b.ptr_add(data, dtype.itemsize), second, local=True)
        _fill_rest(b, made, dtype, count, first[0], second[0])
        return ()

    b.if_else(b.icmp("sgt", count, b.i64(1)), fill_rest, lambda: ())


def _fill_rest(b: Builder, made: Val, dtype: Dtype, count: Value, first: Value, second: Value) -> None:
    """From the third element on: the first plus a multiple of the difference of the first two."""
    add, sub, mul = ("fadd", "fsub", "fmul") if dtype.kind == "f" else ("add", "sub", "mul")
    delta = b.binary(sub, second, first)
    data = b.ptr_add(data_of(made), 2 * dtype.itemsize)

    def turn(index: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
        (factor,) = cast_parts(b, (b.add(index, b.i64(2)),), INT64, dtype)
        value = b.binary(add, first, b.binary(mul, factor, delta))
        store_element(b, dtype, b.ptr_add(data, b.mul(index, b.i64(dtype.itemsize))), (value,), local=True)
        return ()

    b.loop(b.sub(count, b.i64(2)), turn)
