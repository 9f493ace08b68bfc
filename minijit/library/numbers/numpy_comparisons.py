"""Comparisons of NumPy scalars: exact between integers of any kind, by the ufunc's loop otherwise."""

from __future__ import annotations

import math
import operator
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.builder import Builder, Val, known_integer
from minijit.library.numbers.numpy_arithmetic import has_numpy, samples_of
from minijit.library.registry import Arg, lowers
from minijit.library.ufuncs.elementwise import Loop, Parts, is_numeric, kernel, kernel_of, to_loop
from minijit.machine import I64
from minijit.numpy_types import (
    BOOL_DTYPE,
    INT64,
    UINT64,
    Dtype,
    holds_int,
    loop_of,
    sample_of,
    type_of_call,
    type_of_value,
)

COMPARISONS: Final[dict[Callable[..., Any], np.ufunc]] = {
    operator.lt: np.less,
    operator.le: np.less_equal,
    operator.eq: np.equal,
    operator.ne: np.not_equal,
    operator.gt: np.greater,
    operator.ge: np.greater_equal,
}
_PREDICATES: Final[dict[np.ufunc, tuple[str, str]]] = {
    np.less: ("olt", "lt"),
    np.less_equal: ("ole", "le"),
    np.equal: ("oeq", "eq"),
    np.not_equal: ("une", "ne"),
    np.greater: ("ogt", "gt"),
    np.greater_equal: ("oge", "ge"),
}
NUMPY_BOOL: Final = t.NumpyScalar(BOOL_DTYPE)


def _register_kernels(ufunc: np.ufunc) -> None:
    float_predicate, predicate = _PREDICATES[ufunc]

    @kernel(ufunc, kinds="f")
    def floats(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
        return (b.fcmp(float_predicate, operands[0][0], operands[1][0]),)

    @kernel(ufunc, kinds="c")
    def complexes(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
        return (compare_complex(b, ufunc, operands[0], operands[1], looks_at_nan(ufunc, t.COMPLEX, t.COMPLEX)),)

    @kernel(ufunc, kinds="biu")
    def integers(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
        return (compare_integers(b, predicate, operands[0][0], loop[0], operands[1][0], loop[1]),)


for _ufunc in _PREDICATES:
    _register_kernels(_ufunc)


@cache
def looks_at_nan(
    function: Callable[..., Any], x: t.PythonScalar | t.NumpyScalar, y: t.PythonScalar | t.NumpyScalar
) -> bool:
    """Whether a nan in an imaginary part makes a comparison false even where the real parts differ.

    It is so for NumPy's ufuncs, but not for the operators of its scalars, unless they leave the work to the ufunc.
    """
    for real in (0.0, 2.0):
        number = complex(real, math.nan)
        if t.dtype_of(x).kind == "c":
            pair = (type(sample_of(x))(number), sample_of(y))
        else:
            pair = (sample_of(x), type(sample_of(y))(number))
        if function(*pair):
            return False
    return True


def compare_complex(b: Builder, ufunc: np.ufunc, x: Parts, y: Parts, with_nan: bool) -> Value:
    """Compare by the real parts, where those are equal by the imaginary parts."""
    float_predicate, predicate = _PREDICATES[ufunc]
    if predicate in ("eq", "ne"):
        parts = [b.fcmp(float_predicate, x[k], y[k]) for k in (0, 1)]
        return b.and_(*parts) if predicate == "eq" else b.or_(*parts)
    strict = b.fcmp("olt" if predicate[0] == "l" else "ogt", x[0], y[0])
    if with_nan:
        strict = b.and_(strict, b.fcmp("ord", x[1], y[1]))
    return b.or_(strict, b.and_(b.fcmp("oeq", x[0], y[0]), b.fcmp(float_predicate, x[1], y[1])))


def compare_integers(b: Builder, predicate: str, x: Value, x_dtype: Dtype, y: Value, y_dtype: Dtype) -> Value:
    """Compare integers (or bools) of any dtypes by their exact values; `predicate` is ``"lt"``, ``"eq"`` ..."""
    if x_dtype == y_dtype:
        return b.icmp(_signed_as(predicate, "s" if x_dtype.kind == "i" else "u"), x, y)
    left, right = _widened(b, x, x_dtype), _widened(b, y, y_dtype)
    if UINT64 not in (x_dtype, y_dtype):
        return b.icmp(_signed_as(predicate, "s"), left, right)
    # One is uint64, the other may be negative: then it is the smaller one.
    unsigned = b.icmp(_signed_as(predicate, "u"), left, right)
    other, dtype, other_is_left = (right, y_dtype, False) if x_dtype == UINT64 else (left, x_dtype, True)
    if dtype.kind != "i":
        return unsigned
    answer = {"lt": other_is_left, "le": other_is_left, "gt": not other_is_left, "ge": not other_is_left}
    if_negative = b.i1(answer.get(predicate, predicate == "ne"))
    return b.select(b.icmp("slt", other, b.i64(0)), if_negative, unsigned)


def _signed_as(predicate: str, letter: str) -> str:
    return predicate if predicate in ("eq", "ne") else letter + predicate


def _widened(b: Builder, x: Value, dtype: Dtype) -> Value:
    return b.convert("sext" if dtype.kind == "i" else "zext", x, I64)


def compare(b: Builder, ufunc: np.ufunc, x: Val, y: Val, function: Callable[..., Any] | None = None) -> Value:
    """The i1 that a comparison of two numbers gives, by the ufunc or by `function`, an operator."""
    x_type, y_type = x.type, y.type
    assert isinstance(x_type, t.PythonScalar | t.NumpyScalar) and isinstance(y_type, t.PythonScalar | t.NumpyScalar)
    x_dtype, y_dtype = t.dtype_of(x_type), t.dtype_of(y_type)
    if x_dtype.kind in "biu" and y_dtype.kind in "biu":
        x_dtype, y_dtype = _narrowed(x, x_dtype, y_dtype), _narrowed(y, y_dtype, x_dtype)
        left, right = b.number_as(x, x_dtype)[0], b.number_as(y, y_dtype)[0]
        return compare_integers(b, _PREDICATES[ufunc][1], left, x_dtype, right, y_dtype)
    loop = loop_of(ufunc, (x_type, y_type))
    assert loop is not None
    operands = [to_loop(b, x, loop[0]), to_loop(b, y, loop[1])]
    if loop[0].kind == "c":
        return compare_complex(b, ufunc, operands[0], operands[1], looks_at_nan(function or ufunc, x_type, y_type))
    rule = kernel_of(ufunc, loop)
    assert rule is not None
    return rule(b, loop, operands)[0]


def _narrowed(value: Val, dtype: Dtype, other: Dtype) -> Dtype:
    """The dtype of the other operand for a known Python int that fits in it: a compare of its own width."""
    number = known_integer(value) if value.type == t.INT else None
    if number is None or dtype != INT64 or other.kind == "b":
        return dtype
    return other if holds_int(other, number) else dtype


def type_of_comparison(ufunc: np.ufunc, x: Arg, y: Arg) -> t.Type | None:
    """``np.bool`` where the numbers can be compared."""
    if not has_numpy(x, y):
        return None
    return NUMPY_BOOL if loop_of(ufunc, (x.type, y.type)) is not None else None


def _is_whole(one: t.Type) -> bool:
    return isinstance(one, t.PythonScalar | t.NumpyScalar) and t.dtype_of(one).kind in "biu"


def type_of_comparison_ufunc(ufunc: np.ufunc, x: Arg, y: Arg) -> t.Type | None:
    """``np.bool``, for two Python numbers too."""
    if not (is_numeric(x.type) and is_numeric(y.type)):
        return None
    # Python ints are compared as such, by a loop for objects.
    return (
        NUMPY_BOOL
        if (_is_whole(x.type) and _is_whole(y.type)) or loop_of(ufunc, (x.type, y.type)) is not None
        else None
    )


def _register(function: Callable[..., Any], ufunc: np.ufunc) -> None:
    def result(x: Arg, y: Arg) -> t.Type | None:
        given = type_of_comparison(ufunc, x, y)
        if given is None or type_of_call(function, (x.type, y.type)) != given:
            return None
        return given

    @lowers(function, is_numeric, is_numeric, result=result, samples=lambda: samples_of(2), fold=True)
    def lower(b: Builder, x: Val, y: Val) -> Val:
        return Val(NUMPY_BOOL, (compare(b, ufunc, x, y, function),))


for _function, _ufunc in COMPARISONS.items():
    _register(_function, _ufunc)


# ---- with what is no number


def _is_no_number(one: t.Type) -> bool:
    return isinstance(one, t.NoneValue) or (isinstance(one, t.Const) and isinstance(one.value, str))


def _register_unlike(function: Callable[..., Any]) -> None:
    def answer(x: Arg | Val, y: Arg | Val) -> object:
        """What Python says of a number of this type; it is the same for all of them."""
        sides = []
        for side in (x.type, y.type):
            if isinstance(side, t.NumpyScalar):
                sides.append(sample_of(side))
            else:
                sides.append(side.value if isinstance(side, t.Const) else None)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return function(*sides)

    def result(x: Arg, y: Arg) -> t.Type | None:
        return type_of_value(answer(x, y))

    for patterns in ((t.NumpyScalar, _is_no_number), (_is_no_number, t.NumpyScalar)):

        @lowers(
            function,
            *patterns,
            result=result,
            fold=answer,
            samples=[(np.float64(1), None), (np.int8(0), "a"), (None, np.bool_(False)), ("", np.complex64(0))],
        )
        def lower(b: Builder, x: Val, y: Val) -> Val:
            found = answer(x, y)
            one = type_of_value(found)
            assert one is not None
            return b.constant(one, found)


for _function in (operator.eq, operator.ne):
    _register_unlike(_function)
