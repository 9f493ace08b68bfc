"""Operators on Python's ``complex``, and on mixtures of complex with real numbers, in CPython's formulas."""

from __future__ import annotations

import math
import operator
from typing import TypeAlias

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.numbers.python_pow import is_finite
from minijit.library.operands import NUMBER, complex_parts, known_int, raised_by
from minijit.library.registry import lowers
from minijit.library.samples import BOOLS, COMPLEXES, FEW_COMPLEXES, FEW_FLOATS, FEW_INTS, each, later, mixed
from minijit.library.vals import Val
from minijit.machine import F64

Pair: TypeAlias = tuple[Value, Value]

_ROWS = mixed(COMPLEXES, (*FEW_COMPLEXES, *FEW_FLOATS, *FEW_INTS, *BOOLS))
_BY_ZERO = raised_by(operator.truediv, 1j, 0j)


def add(b: Builder, x: Pair, y: Pair) -> Pair:
    """x + y"""
    return b.binary("fadd", x[0], y[0]), b.binary("fadd", x[1], y[1])


def sub(b: Builder, x: Pair, y: Pair) -> Pair:
    """x - y"""
    return b.binary("fsub", x[0], y[0]), b.binary("fsub", x[1], y[1])


def mul(b: Builder, x: Pair, y: Pair) -> Pair:
    """x * y, in the schoolbook's formula."""
    real = b.binary("fsub", b.binary("fmul", x[0], y[0]), b.binary("fmul", x[1], y[1]))
    return real, b.binary("fadd", b.binary("fmul", x[0], y[1]), b.binary("fmul", x[1], y[0]))


def div(b: Builder, x: Pair, y: Pair) -> Pair:
    """x / y in Smith's way: above and below divided by the greater part of y."""
    real_size, imag_size = (b.intrinsic("fabs", F64, part) for part in y)
    return _pair(
        b.if_else(
            b.fcmp("oge", real_size, imag_size),
            lambda: _div_by_real(b, x, y),
            lambda: b.if_else(
                b.fcmp("oge", imag_size, real_size),
                lambda: _div_by_imag(b, x, y),
                lambda: [b.f64(math.nan), b.f64(math.nan)],
                likely=True,
            ),
        )
    )


def _pair(parts: tuple[Value, ...]) -> Pair:
    return parts[0], parts[1]


def _div_by_real(b: Builder, x: Pair, y: Pair) -> Pair:
    b.check(b.fcmp("une", y[0], b.f64(0.0)), *_BY_ZERO, op="check_divisor")
    ratio = b.binary("fdiv", y[1], y[0])
    denominator = b.binary("fadd", y[0], b.binary("fmul", y[1], ratio))
    real = b.binary("fadd", x[0], b.binary("fmul", x[1], ratio))
    imag = b.binary("fsub", x[1], b.binary("fmul", x[0], ratio))
    return b.binary("fdiv", real, denominator), b.binary("fdiv", imag, denominator)


def _div_by_imag(b: Builder, x: Pair, y: Pair) -> Pair:
    ratio = b.binary("fdiv", y[0], y[1])
    denominator = b.binary("fadd", b.binary("fmul", y[0], ratio), y[1])
    real = b.binary("fadd", b.binary("fmul", x[0], ratio), x[1])
    imag = b.binary("fsub", b.binary("fmul", x[1], ratio), x[0])
    return b.binary("fdiv", real, denominator), b.binary("fdiv", imag, denominator)


def _operator(function: object, build: object, effects: str = "") -> None:
    def lower(b: Builder, x: Val, y: Val) -> Val:
        parts: Pair = build(b, complex_parts(b, x), complex_parts(b, y))  # type: ignore[operator]
        return Val(t.COMPLEX, parts)

    lowers(function, t.COMPLEX, NUMBER, result=t.COMPLEX, effects=effects, fold=True, samples=_ROWS)(lower)
    lowers(function, NUMBER, t.COMPLEX, result=t.COMPLEX, effects=effects, fold=True)(lower)


_operator(operator.add, add)
_operator(operator.sub, sub)
_operator(operator.mul, mul)
_operator(operator.truediv, div, "raises")


@lowers(operator.neg, t.COMPLEX, result=t.COMPLEX, fold=True, samples=each(COMPLEXES))
def _neg(b: Builder, x: Val) -> Val:
    return Val(t.COMPLEX, [b.fneg(part) for part in x.parts])


@lowers(operator.pos, t.COMPLEX, result=t.COMPLEX, fold=True, samples=each(COMPLEXES))
def _pos(_b: Builder, x: Val) -> Val:
    return Val(t.COMPLEX, x.parts)


@lowers(abs, t.COMPLEX, result=t.FLOAT, effects="raises", fold=True, samples=each(COMPLEXES))
def _abs(b: Builder, x: Val) -> Val:
    size = b.call_c("hypot", F64, *x.parts)
    return b.float_val(
        b.if_else(
            is_finite(b, size),
            lambda: [size],
            lambda: b.call_python(abs, [x], t.FLOAT, effects="").parts,
            likely=True,
        )[0]
    )


# ---- powers


_POWER_ROWS = later(
    lambda: [
        *mixed(FEW_COMPLEXES, (*FEW_COMPLEXES, *FEW_FLOATS, 2, 3, -1, True))(),
        *((z, n) for z in COMPLEXES for n in (0, 1, 2, 3, 7)),
    ]
)


def _power(b: Builder, x: Val, y: Val) -> Val:
    exponent = known_int(y)
    if x.type != t.COMPLEX or exponent is None or not 0 < exponent <= 100:
        return b.call_python(operator.pow, [x, y], t.COMPLEX, effects="")
    parts = _integer_power(b, complex_parts(b, x), exponent)
    finite = b.and_(is_finite(b, parts[0]), is_finite(b, parts[1]))
    return Val(
        t.COMPLEX,
        b.if_else(
            finite,
            lambda: parts,
            lambda: b.call_python(operator.pow, [x, y], t.COMPLEX, effects="").parts,
            likely=True,
        ),
    )


def _integer_power(b: Builder, base: Pair, exponent: int) -> Pair:
    """Products in the order of CPython's ``c_powu``, the first of them by 1."""
    result: Pair = b.f64(1.0), b.f64(0.0)
    while exponent:
        if exponent & 1:
            result = mul(b, result, base)
        exponent >>= 1
        if exponent:
            base = mul(b, base, base)
    return result


lowers(operator.pow, t.COMPLEX, NUMBER, result=t.COMPLEX, effects="raises", fold=True, samples=_POWER_ROWS)(_power)
lowers(operator.pow, NUMBER, t.COMPLEX, result=t.COMPLEX, effects="raises", fold=True)(_power)
