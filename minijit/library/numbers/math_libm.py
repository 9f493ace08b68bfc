"""Functions of :mod:`math` that are functions of the C library, with CPython's rule for what is an error.

CPython calls the C library's function and then looks: nan from a number is ``ValueError``, infinity from a finite
number is ``OverflowError`` or, at a pole, ``ValueError``. Here each row of a table says for which arguments that cannot
happen, by a comparison that is cheaper than looking; only functions that overflow look at the result.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.operands import is_real, raised_by
from minijit.library.registry import lowers
from minijit.library.samples import BOOLS, FLOATS, INTS, NUMPY_REALS, each, later
from minijit.library.vals import Val
from minijit.machine import F64

Condition: TypeAlias = Callable[[Builder, Value], Value]
Function: TypeAlias = Callable[..., Any]

_POINTS: Final = (
    0.3, -0.3, 0.999, -0.999, 1.0000001, 2.0, 4.5, 20.0, -20.0, 30.0, 171.5, 707.0, -708.0, -745.5, 1024.0, 1e5, 0.7,
    -1.2,
)  # fmt: skip
REALS = each(FLOATS, _POINTS, INTS, BOOLS, NUMPY_REALS)


def fabs(b: Builder, x: Value) -> Value:
    """The size of a float."""
    return b.intrinsic("fabs", F64, x)


def is_finite_or_nan(b: Builder, x: Value) -> Value:
    """Whether a float is not infinite."""
    return b.fcmp("une", fabs(b, x), b.f64(math.inf))


def _at_most_one(b: Builder, x: Value) -> Value:
    return b.fcmp("ule", fabs(b, x), b.f64(1.0))


def _below_one(b: Builder, x: Value) -> Value:
    return b.fcmp("ult", fabs(b, x), b.f64(1.0))


def at_least(bound: float) -> Condition:
    """Whether a float is nan or not less than `bound`."""
    return lambda b, x: b.fcmp("uge", x, b.f64(bound))


def above(bound: float) -> Condition:
    """Whether a float is nan or greater than `bound`."""
    return lambda b, x: b.fcmp("ugt", x, b.f64(bound))


def _always(b: Builder, _x: Value) -> Value:
    return b.i1(True)


DOMAINS: Final[dict[Function, tuple[Condition, float]]] = {
    math.sin: (is_finite_or_nan, math.inf),
    math.cos: (is_finite_or_nan, math.inf),
    math.tan: (is_finite_or_nan, math.inf),
    math.asin: (_at_most_one, 2.0),
    math.acos: (_at_most_one, 2.0),
    math.atanh: (_below_one, 2.0),
    math.acosh: (at_least(1.0), 0.5),
    math.log: (above(0.0), -1.0),
    math.log2: (above(0.0), -1.0),
    math.log10: (above(0.0), -1.0),
    math.log1p: (above(-1.0), -2.0),
}
"""Where each function is defined, and an argument outside, for the error message. What is nan goes through."""

TOTAL: Final[tuple[Function, ...]] = (math.atan, math.asinh, math.tanh, math.erf, math.erfc, math.cbrt)
"""Functions without errors."""

OVERFLOWING: Final[tuple[Function, ...]] = (math.exp, math.exp2, math.expm1, math.sinh, math.cosh)
"""Functions whose result may be too large."""


def libm(b: Builder, name: str, *args: Value) -> Value:
    """A function of the C library, of floats."""
    return b.call_c(name, F64, *args)


def _register_domain(function: Function, inside: Condition, outside: float) -> None:
    error = raised_by(function, outside)

    @lowers(function, is_real, result=t.FLOAT, effects="raises", fold=True, samples=REALS)
    def lower(b: Builder, x: Val) -> Val:
        number = b.as_f64(x)
        b.check(inside(b, number), *error)
        return b.float_val(libm(b, function.__name__, number))


def _register_total(function: Function) -> None:
    @lowers(function, is_real, result=t.FLOAT, fold=True, samples=REALS)
    def lower(b: Builder, x: Val) -> Val:
        return b.float_val(libm(b, function.__name__, b.as_f64(x)))


def _register_overflowing(function: Function) -> None:
    error = raised_by(function, 1e6)

    @lowers(function, is_real, result=t.FLOAT, effects="raises", fold=True, samples=REALS)
    def lower(b: Builder, x: Val) -> Val:
        number = b.as_f64(x)
        result = libm(b, function.__name__, number)
        check_overflow(b, result, number, error=error)
        return b.float_val(result)


def check_overflow(b: Builder, result: Value, *args: Value, error: tuple[type[Exception], str]) -> None:
    """Raise where the result is infinite and no argument is."""
    fine = is_finite_or_nan(b, result)
    for number in args:
        fine = b.or_(fine, b.not_(is_finite_or_nan(b, number)))
    b.check(fine, *error)


for _function, (_inside, _outside) in DOMAINS.items():
    _register_domain(_function, _inside, _outside)
for _function in TOTAL:
    _register_total(_function)
for _function in OVERFLOWING:
    _register_overflowing(_function)


_NEGATIVE_ROOT = raised_by(math.sqrt, -1.0)


@lowers(math.sqrt, is_real, result=t.FLOAT, effects="raises", fold=True, samples=REALS)
def _sqrt(b: Builder, x: Val) -> Val:
    number = b.as_f64(x)
    b.check(b.fcmp("uge", number, b.f64(0.0)), *_NEGATIVE_ROOT)
    return b.float_val(b.intrinsic("sqrt", F64, number))


for _function in (math.gamma, math.lgamma):

    @lowers(_function, is_real, result=t.FLOAT, effects="raises", fold=True, samples=REALS)
    def _by_python(b: Builder, x: Val, function: Function = _function) -> Val:
        """CPython brings its own implementation."""
        return b.call_python(function, [x], t.FLOAT, effects="")


# ---- logarithms to a base

_BASES: Final = (2.0, 10, 1.0, 0.5, math.e, 0.0, -1.0, math.inf, math.nan, 3)
_LOG_ROWS = later(lambda: [(x, base) for x in (*FLOATS, 8, 2**62) for base in _BASES])
_LOG_ERROR = raised_by(math.log, -1.0)
_LOG_TO_ONE = raised_by(math.log, 2.0, 1.0)


@lowers(math.log, is_real, is_real, result=t.FLOAT, effects="raises", fold=True, samples=_LOG_ROWS)
def _log_to_base(b: Builder, x: Val, base: Val) -> Val:
    logs = []
    for value in (x, base):
        number = b.as_f64(value)
        b.check(b.fcmp("ugt", number, b.f64(0.0)), *_LOG_ERROR)
        logs.append(libm(b, "log", number))
    b.check(b.fcmp("une", logs[1], b.f64(0.0)), *_LOG_TO_ONE, op="check_divisor")
    return b.float_val(b.binary("fdiv", *logs))
