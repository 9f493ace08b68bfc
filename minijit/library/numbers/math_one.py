"""Functions of :mod:`math` that need no C library: rounding to ints, classification, angles, closeness."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.numbers.conversions import int_of_float
from minijit.library.numbers.math_libm import REALS, fabs, is_finite_or_nan
from minijit.library.numbers.math_two import is_nan
from minijit.library.numbers.python_pow import is_finite
from minijit.library.operands import INTEGER, int_part, is_real, raised_by
from minijit.library.registry import lowers
from minijit.library.samples import BOOLS, FLOATS, INTS, NUMPY_REALS, each, later, triples
from minijit.library.vals import Val
from minijit.machine import F64

# ---- to ints


def _goes_by_float(function: Callable[[Any], Any]) -> Callable[[t.Type], bool]:
    """The pattern of numbers that `function` converts to float, having no method of their own for it."""

    def pattern(one: t.Type) -> bool:
        if not isinstance(one, t.NumpyScalar):
            return one == t.FLOAT
        if one.dtype == np.float64:
            return True
        return function is not math.trunc and is_real(one) and not hasattr(one.dtype.type, f"__{function.__name__}__")

    return pattern


def _register_rounding(function: Callable[[Any], Any], intrinsic: str) -> None:
    @lowers(function, INTEGER, result=t.INT, fold=True, samples=each(INTS, BOOLS))
    def lower_integer(b: Builder, x: Val) -> Val:
        return b.int_val(int_part(b, x))

    by_float = _goes_by_float(function)

    @lowers(function, by_float, result=t.INT, effects="raises", fold=True, samples=each(FLOATS, NUMPY_REALS))
    def lower_float(b: Builder, x: Val) -> Val:
        return int_of_float(b, b.intrinsic(intrinsic, F64, b.as_f64(x)))


_register_rounding(math.floor, "floor")
_register_rounding(math.ceil, "ceil")
_register_rounding(math.trunc, "trunc")


# ---- classification


def _register_question(function: Callable[[Any], bool], ask: Callable[[Builder, Value], Value]) -> None:
    @lowers(function, is_real, result=t.BOOL, fold=True, samples=REALS)
    def lower(b: Builder, x: Val) -> Val:
        if x.type in INTEGER:
            return b.bool_val(b.i1(function(1)))
        return b.bool_val(ask(b, b.as_f64(x)))


_register_question(math.isnan, is_nan)
_register_question(math.isinf, lambda b, x: b.not_(is_finite_or_nan(b, x)))
_register_question(math.isfinite, is_finite)


# ---- one multiplication


@lowers(math.fabs, is_real, result=t.FLOAT, fold=True, samples=REALS)
def _fabs(b: Builder, x: Val) -> Val:
    return b.float_val(fabs(b, b.as_f64(x)))


@lowers(math.degrees, is_real, result=t.FLOAT, fold=True, samples=REALS)
def _degrees(b: Builder, x: Val) -> Val:
    return b.float_val(b.binary("fmul", b.as_f64(x), b.f64(180.0 / math.pi)))


@lowers(math.radians, is_real, result=t.FLOAT, fold=True, samples=REALS)
def _radians(b: Builder, x: Val) -> Val:
    return b.float_val(b.binary("fmul", b.as_f64(x), b.f64(math.pi / 180.0)))


# ---- closeness

_NEGATIVE_TOLERANCE = raised_by(lambda: math.isclose(1.0, 2.0, rel_tol=-1.0))
_TOLERANCES = {"rel_tol": is_real, "abs_tol": is_real}
_CLOSE = later(lambda: [(x, y) for x in (*FLOATS, 1 + 1e-10, 3) for y in (*FLOATS, 1.0, 3 + 1e-8)])


@lowers(
    math.isclose, is_real, is_real, result=t.BOOL, effects="raises", fold=True, keywords=_TOLERANCES, samples=_CLOSE
)
def _isclose(b: Builder, x: Val, y: Val, rel_tol: Val | None = None, abs_tol: Val | None = None) -> Val:
    one, other = b.as_f64(x), b.as_f64(y)
    relative = b.f64(1e-09) if rel_tol is None else b.as_f64(rel_tol)
    absolute = b.f64(0.0) if abs_tol is None else b.as_f64(abs_tol)
    for given, tolerance in ((rel_tol, relative), (abs_tol, absolute)):
        if given is not None:
            b.check(b.fcmp("uge", tolerance, b.f64(0.0)), *_NEGATIVE_TOLERANCE)
    difference = fabs(b, b.binary("fsub", other, one))
    near = b.fcmp("ole", difference, absolute)
    for number in (one, other):
        near = b.or_(near, b.fcmp("ole", difference, fabs(b, b.binary("fmul", relative, number))))
    near = b.and_(near, b.and_(is_finite_or_nan(b, one), is_finite_or_nan(b, other)))
    return b.bool_val(b.or_(near, b.fcmp("oeq", one, other)))


# ---- fused multiplication and addition (Python 3.13)

_FMA: Final = getattr(math, "fma", None)

if _FMA is not None:
    _FMA_ROWS = triples(FLOATS[::2], FLOATS[1::3], FLOATS[::4])

    @lowers(_FMA, is_real, is_real, is_real, result=t.FLOAT, effects="raises", fold=True, samples=_FMA_ROWS)
    def _fma(b: Builder, x: Val, y: Val, z: Val) -> Val:
        result = b.intrinsic("fma", F64, b.as_f64(x), b.as_f64(y), b.as_f64(z))
        parts = b.if_else(
            is_finite(b, result),
            lambda: [result],
            lambda: b.call_python(_FMA, [x, y, z], t.FLOAT, effects="").parts,
            likely=True,
        )
        return b.float_val(parts[0])
