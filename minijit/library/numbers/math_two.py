"""Functions of :mod:`math` of two numbers, and those that look at the bits of a float."""

from __future__ import annotations

import math
from typing import Any, Final

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.kernels.float_kernels import fmod
from minijit.library.numbers.math_libm import REALS, check_overflow, fabs, is_finite_or_nan, libm
from minijit.library.numbers.python_pow import is_finite, library_power
from minijit.library.objects.ranges import bound
from minijit.library.operands import is_integer, is_real, raised_by
from minijit.library.registry import lowers
from minijit.library.samples import FLOATS, NUMPY_REALS, Rows, pairs
from minijit.library.vals import Val, tuple_val
from minijit.machine import F64, I32, I64

_PAIRS: Rows = pairs((*FLOATS, 3, True, *NUMPY_REALS), (*FLOATS, 2, False, -3))
_POW_DOMAIN = raised_by(math.pow, 0.0, -1.0)
_POW_RANGE = raised_by(math.pow, 10.0, 400.0)
_FMOD_DOMAIN = raised_by(math.fmod, 1.0, 0.0)
_REMAINDER_DOMAIN = raised_by(math.remainder, 1.0, 0.0)
_LDEXP_RANGE = raised_by(math.ldexp, 1.0, 5000)
_PYTHON_INTEGER: Final = (t.INT, t.BOOL)
"""What `math.ldexp` takes as an exponent: no NumPy integers."""


def is_nan(b: Builder, x: Value) -> Value:
    """Whether a float is nan."""
    return b.fcmp("uno", x, x)


@lowers(math.pow, is_real, is_real, result=t.FLOAT, effects="raises", fold=True, samples=_PAIRS)
def _pow(b: Builder, x: Val, y: Val) -> Val:
    base, exponent = b.as_f64(x), b.as_f64(y)

    power = library_power(b, base, exponent)
    if power is base:
        return b.float_val(base)

    def not_finite() -> list[Value]:
        given = b.and_(is_finite(b, base), is_finite(b, exponent))
        pole = b.or_(is_nan(b, power), b.fcmp("oeq", base, b.f64(0.0)))
        b.check(b.not_(b.and_(given, pole)), *_POW_DOMAIN)
        b.check(b.not_(given), *_POW_RANGE)
        return [power]

    return b.float_val(b.if_else(is_finite(b, power), lambda: [power], not_finite, likely=True)[0])


def _check_nan(b: Builder, result: Value, x: Value, y: Value, error: tuple[type[Exception], str]) -> None:
    """Raise where the result is nan and no argument is."""
    fine = b.or_(b.not_(is_nan(b, result)), b.fcmp("uno", x, y))
    b.check(fine, *error)


@lowers(math.fmod, is_real, is_real, result=t.FLOAT, effects="raises", fold=True, samples=_PAIRS)
def _fmod(b: Builder, x: Val, y: Val) -> Val:
    dividend, divisor = b.as_f64(x), b.as_f64(y)
    result = fmod(b, dividend, divisor)
    _check_nan(b, result, dividend, divisor, _FMOD_DOMAIN)
    return b.float_val(result)


@lowers(math.remainder, is_real, is_real, result=t.FLOAT, effects="raises", fold=True, samples=_PAIRS)
def _remainder(b: Builder, x: Val, y: Val) -> Val:
    dividend, divisor = b.as_f64(x), b.as_f64(y)
    result = libm(b, "remainder", dividend, divisor)
    _check_nan(b, result, dividend, divisor, _REMAINDER_DOMAIN)
    return b.float_val(result)


def _register_total(function: Any) -> None:
    @lowers(function, is_real, is_real, result=t.FLOAT, fold=True, samples=_PAIRS)
    def lower(b: Builder, x: Val, y: Val) -> Val:
        if function is math.copysign:
            return b.float_val(b.intrinsic("copysign", F64, b.as_f64(x), b.as_f64(y)))
        return b.float_val(libm(b, function.__name__, b.as_f64(x), b.as_f64(y)))


for _function in (math.atan2, math.copysign, math.nextafter):
    _register_total(_function)


@lowers(
    math.nextafter,
    is_real,
    is_real,
    result=lambda x, y, steps=None: t.FLOAT if steps is not None and hasattr(math, "sumprod") else None,
    effects="raises",
    keywords={"steps": is_integer},
)
def _nextafter_steps(b: Builder, x: Val, y: Val, steps: Val) -> Val:
    return b.call_python(math.nextafter, [x, y, steps], t.FLOAT, ("steps",), effects="")


# ---- parts of a float


@lowers(math.modf, is_real, result=t.Tuple((t.FLOAT, t.FLOAT)), fold=True, samples=REALS)
def _modf(b: Builder, x: Val) -> Val:
    number = b.as_f64(x)
    whole = b.intrinsic("trunc", F64, number)
    fraction = b.intrinsic("copysign", F64, b.binary("fsub", number, whole), number)
    zero = b.intrinsic("copysign", F64, b.f64(0.0), number)
    fraction = b.select(is_finite_or_nan(b, number), fraction, zero)
    return tuple_val([b.float_val(fraction), b.float_val(whole)])


@lowers(math.frexp, is_real, result=t.Tuple((t.FLOAT, t.INT)), fold=True, samples=REALS)
def _frexp(b: Builder, x: Val) -> Val:
    """From the bits: the exponent moved to that of 0.5. Denormals are scaled by 2**64 first."""
    number = b.as_f64(x)
    tiny = b.fcmp("olt", fabs(b, number), b.f64(2.0**-1022))
    scaled = b.select(tiny, b.binary("fmul", number, b.f64(2.0**64)), number)
    bits = b.convert("bitcast", scaled, I64)
    field = b.binary("and", b.binary("lshr", bits, b.i64(52)), b.i64(0x7FF))
    exponent = b.sub(field, b.select(tiny, b.i64(1022 + 64), b.i64(1022)))
    mantissa = b.binary("or", b.binary("and", bits, b.i64(-0x7FF0_0000_0000_0001)), b.i64(0x3FE0_0000_0000_0000))
    # 0, infinities and nan are their own mantissa.
    plain = b.and_(b.fcmp("une", number, b.f64(0.0)), is_finite(b, number))
    fraction = b.select(plain, b.convert("bitcast", mantissa, F64), number)
    return tuple_val([b.float_val(fraction), b.int_val(b.select(plain, exponent, b.i64(0)))])


_LDEXP_ROWS: Rows = pairs(
    (*FLOATS, 3), (0, 1, -1, 10, 1023, -1074, -1080, 2000, -3000, 2**40, -(2**40), 2**63 - 1, True)
)


@lowers(math.ldexp, is_real, _PYTHON_INTEGER, result=t.FLOAT, effects="raises", fold=True, samples=_LDEXP_ROWS)
def _ldexp(b: Builder, x: Val, exponent: Val) -> Val:
    number = b.as_f64(x)
    clipped = b.intrinsic("smax", I64, b.intrinsic("smin", I64, bound(b, exponent), b.i64(5000)), b.i64(-5000))
    result = b.call_c("ldexp", F64, number, b.convert("trunc", clipped, I32))
    check_overflow(b, result, number, error=_LDEXP_RANGE)
    return b.float_val(result)


@lowers(math.ulp, is_real, result=t.FLOAT, fold=True, samples=REALS)
def _ulp(b: Builder, x: Val) -> Val:
    size = fabs(b, b.as_f64(x))
    up = libm(b, "nextafter", size, b.f64(math.inf))
    down = libm(b, "nextafter", size, b.f64(-math.inf))
    step = b.select(is_finite_or_nan(b, up), b.binary("fsub", up, size), b.binary("fsub", size, down))
    return b.float_val(b.select(is_finite_or_nan(b, size), step, size))
