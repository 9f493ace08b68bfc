"""The functions of :mod:`cmath`: a few natively, with CPython's own steps; the rest through Python."""

from __future__ import annotations

import cmath
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.numbers.math_libm import fabs, is_finite_or_nan, libm
from minijit.library.numbers.math_two import is_nan
from minijit.library.numbers.python_pow import is_finite
from minijit.library.operands import is_real
from minijit.library.registry import lowers
from minijit.library.samples import BOOLS, COMPLEXES, FEW_COMPLEXES, FLOATS, INTS, Rows, each, pairs
from minijit.library.vals import Val, tuple_val
from minijit.machine import F64

Function = Callable[..., Any]

_ROWS: Rows = each(COMPLEXES, FLOATS, INTS, BOOLS, (3 + 700j, 705 - 2j, 1e-310 + 1e-312j, 2 - 0j, -2 - 0j, -1 + 1e-3j))
_PLAIN: Final[tuple[Function, ...]] = (
    cmath.acos, cmath.acosh, cmath.asin, cmath.asinh, cmath.atan, cmath.atanh, cmath.cos, cmath.cosh, cmath.log,
    cmath.log10, cmath.sin, cmath.sinh, cmath.tan, cmath.tanh,
)  # fmt: skip


def is_number(one: t.Type) -> bool:
    """Whether :mod:`cmath` takes numbers of this type."""
    return is_real(one) or one == t.COMPLEX or (isinstance(one, t.NumpyScalar) and one.dtype.kind == "c")


def parts_of_number(b: Builder, x: Val) -> tuple[Value, Value]:
    """A number as real and imaginary part."""
    real, imag = b.number_as(x, np.dtype(np.complex128))
    return real, imag


def _register_plain(function: Function) -> None:
    @lowers(function, is_number, result=t.COMPLEX, effects="raises", fold=True, samples=_ROWS)
    def lower(b: Builder, x: Val) -> Val:
        return b.call_python(function, [x], t.COMPLEX, effects="")


for _function in _PLAIN:
    _register_plain(_function)


@lowers(
    cmath.log,
    is_number,
    is_number,
    result=t.COMPLEX,
    effects="raises",
    fold=True,
    samples=pairs(FEW_COMPLEXES, (2, 10.0, 1j, 0, 1)),
)
def _log_to_base(b: Builder, x: Val, base: Val) -> Val:
    return b.call_python(cmath.log, [x, base], t.COMPLEX, effects="")


# ---- natively where all is finite


def _if_finite(
    b: Builder, x: Val, real: Value, imag: Value, build: Callable[[], list[Value]], function: Function
) -> Val:
    """The native formula, whose finite results count; the rest, and all errors, through Python."""

    def by_python() -> tuple[Value, ...]:
        return b.call_python(function, [x], t.COMPLEX, effects="").parts

    def finite() -> tuple[Value, ...]:
        parts = build()
        fine = b.and_(is_finite(b, parts[0]), is_finite(b, parts[1]))
        return b.if_else(fine, lambda: parts, by_python, likely=True)

    given = b.and_(is_finite(b, real), is_finite(b, imag))
    return Val(t.COMPLEX, b.if_else(given, finite, by_python, likely=True))


@lowers(cmath.exp, is_number, result=t.COMPLEX, effects="raises", fold=True, samples=_ROWS)
def _exp(b: Builder, x: Val) -> Val:
    real, imag = parts_of_number(b, x)

    def build() -> list[Value]:
        # Beyond this, CPython scales; the overflow sends such numbers to Python.
        size = libm(b, "exp", b.select(b.fcmp("ogt", real, b.f64(708.0)), b.f64(1e300), real))
        return [b.binary("fmul", size, libm(b, "cos", imag)), b.binary("fmul", size, libm(b, "sin", imag))]

    return _if_finite(b, x, real, imag, build, cmath.exp)


@lowers(cmath.sqrt, is_number, result=t.COMPLEX, effects="raises", fold=True, samples=_ROWS)
def _sqrt(b: Builder, x: Val) -> Val:
    real, imag = parts_of_number(b, x)

    def build() -> list[Value]:
        width, height = fabs(b, real), fabs(b, imag)
        normal = b.fcmp("oge", b.intrinsic("maxnum", F64, width, height), b.f64(2.0**-1022))
        # Zero, and numbers so small that CPython scales them, shall not look finite here.
        eighth = b.select(normal, b.binary("fmul", width, b.f64(0.125)), b.f64(float("inf")))
        size = libm(b, "hypot", eighth, b.binary("fmul", height, b.f64(0.125)))
        root = b.binary("fmul", b.f64(2.0), b.intrinsic("sqrt", F64, b.binary("fadd", eighth, size)))
        other = b.binary("fdiv", height, b.binary("fmul", b.f64(2.0), root))
        right = b.fcmp("oge", real, b.f64(0.0))
        return [
            b.select(right, root, other),
            b.intrinsic("copysign", F64, b.select(right, other, root), imag),
        ]

    return _if_finite(b, x, real, imag, build, cmath.sqrt)


# ---- polar coordinates


@lowers(cmath.phase, is_number, result=t.FLOAT, effects="raises", fold=True, samples=_ROWS)
def _phase(b: Builder, x: Val) -> Val:
    """CPython takes an angle that underflows for an error."""
    real, imag = parts_of_number(b, x)
    angle = libm(b, "atan2", imag, real)
    normal = b.or_(b.not_(b.fcmp("olt", fabs(b, angle), b.f64(2.0**-1022))), b.fcmp("oeq", imag, b.f64(0.0)))
    parts = b.if_else(
        normal,
        lambda: [angle],
        lambda: b.call_python(cmath.phase, [x], t.FLOAT, effects="").parts,
        likely=True,
    )
    return b.float_val(parts[0])


@lowers(cmath.polar, is_number, result=t.Tuple((t.FLOAT, t.FLOAT)), effects="raises", fold=True, samples=_ROWS)
def _polar(b: Builder, x: Val) -> Val:
    real, imag = parts_of_number(b, x)
    size = libm(b, "hypot", real, imag)
    parts = b.if_else(
        is_finite(b, size),
        lambda: [size, libm(b, "atan2", imag, real)],
        lambda: b.call_python(cmath.polar, [x], t.Tuple((t.FLOAT, t.FLOAT)), effects="").parts,
        likely=True,
    )
    return tuple_val([b.float_val(part) for part in parts])


@lowers(
    cmath.rect,
    is_real,
    is_real,
    result=t.COMPLEX,
    effects="raises",
    fold=True,
    samples=pairs(FLOATS, (*FLOATS, 3, True)),
)
def _rect(b: Builder, size: Val, angle: Val) -> Val:
    radius, phi = b.as_f64(size), b.as_f64(angle)
    ordinary = b.and_(b.and_(is_finite(b, radius), is_finite(b, phi)), b.fcmp("une", phi, b.f64(0.0)))
    parts = b.if_else(
        ordinary,
        lambda: [b.binary("fmul", radius, libm(b, name, phi)) for name in ("cos", "sin")],
        lambda: b.call_python(cmath.rect, [size, angle], t.COMPLEX, effects="").parts,
        likely=True,
    )
    return Val(t.COMPLEX, parts)


# ---- questions


def _register_question(function: Function, ask: Callable[[Builder, Value, Value], Value]) -> None:
    @lowers(function, is_number, result=t.BOOL, fold=True, samples=_ROWS)
    def lower(b: Builder, x: Val) -> Val:
        return b.bool_val(ask(b, *parts_of_number(b, x)))


_register_question(cmath.isnan, lambda b, real, imag: b.or_(is_nan(b, real), is_nan(b, imag)))
_register_question(cmath.isfinite, lambda b, real, imag: b.and_(is_finite(b, real), is_finite(b, imag)))
_register_question(
    cmath.isinf, lambda b, real, imag: b.not_(b.and_(is_finite_or_nan(b, real), is_finite_or_nan(b, imag)))
)

_TOLERANCES = {"rel_tol": is_real, "abs_tol": is_real}


@lowers(
    cmath.isclose,
    is_number,
    is_number,
    result=t.BOOL,
    effects="raises",
    fold=True,
    keywords=_TOLERANCES,
    samples=pairs(FEW_COMPLEXES, (*FEW_COMPLEXES, 1 + 2.0000000001j, 3)),
)
def _isclose(b: Builder, x: Val, y: Val, **keywords: Val) -> Val:
    return b.call_python(cmath.isclose, [x, y, *keywords.values()], t.BOOL, tuple(keywords), effects="")
