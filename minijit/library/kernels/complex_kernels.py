"""Kernels of complex loops, with the formulas of NumPy's scalars bit for bit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from minijit.ir.builder import machine_type
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.kernels.float_kernels import fabs, float_const, is_finite, is_infinite, is_nan
from minijit.library.ufuncs.elementwise import Loop, Parts, kernel
from minijit.machine import F32


@kernel(np.add, kinds="c")
def add(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """Part by part."""
    return tuple(b.binary("fadd", x, y) for x, y in zip(*operands, strict=True))


@kernel(np.subtract, kinds="c")
def subtract(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """Part by part."""
    return tuple(b.binary("fsub", x, y) for x, y in zip(*operands, strict=True))


def times(b: Builder, x: Parts, y: Parts) -> Parts:
    """The product, without a special rule for infinities."""
    real = b.binary("fsub", b.binary("fmul", x[0], y[0]), b.binary("fmul", x[1], y[1]))
    imag = b.binary("fadd", b.binary("fmul", x[0], y[1]), b.binary("fmul", x[1], y[0]))
    return real, imag


@kernel(np.multiply, kinds="c")
def multiply(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """The product."""
    return times(b, operands[0], operands[1])


@kernel(np.square, kinds="c")
def square(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """The product with itself."""
    return times(b, operands[0], operands[0])


def over(b: Builder, x: Parts, y: Parts) -> Parts:
    """The quotient by Smith's method; division by zero gives what dividing each part by 0 gives."""
    abs_real, abs_imag = fabs(b, y[0]), fabs(b, y[1])
    zero = float_const(b, x[0], 0.0)

    def by_real() -> Parts:
        both_zero = b.and_(b.fcmp("oeq", abs_real, zero), b.fcmp("oeq", abs_imag, zero))
        return b.if_else(
            both_zero,
            lambda: (b.binary("fdiv", x[0], abs_real), b.binary("fdiv", x[1], abs_real)),
            lambda: _smith(b, x, y),
            likely=False,
        )

    def by_imag() -> Parts:
        # x / y is (x / i) / (y / i).
        return _smith(b, (x[1], b.fneg(x[0])), (y[1], b.fneg(y[0])))

    return b.if_else(b.fcmp("oge", abs_real, abs_imag), by_real, by_imag)


def _smith(b: Builder, x: Parts, y: Parts) -> Parts:
    ratio = b.binary("fdiv", y[1], y[0])
    scale = b.binary("fdiv", float_const(b, ratio, 1.0), b.binary("fadd", y[0], b.binary("fmul", y[1], ratio)))
    real = b.binary("fadd", x[0], b.binary("fmul", x[1], ratio))
    imag = b.binary("fsub", x[1], b.binary("fmul", x[0], ratio))
    return b.binary("fmul", real, scale), b.binary("fmul", imag, scale)


@kernel(np.true_divide, kinds="c")
def divide(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """The quotient."""
    return over(b, operands[0], operands[1])


@kernel(np.negative, kinds="c")
def negative(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """Part by part."""
    return tuple(b.fneg(part) for part in operands[0])


@kernel(np.conjugate, kinds="c")
def conjugate(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """The imaginary part with its sign changed."""
    return operands[0][0], b.fneg(operands[0][1])


def hypot(b: Builder, x: Value, y: Value, prefix: str = "") -> Value:
    """The length of a vector, by the C library, or with the prefix ``mj_`` by a function of ours that vectorises."""
    machine = machine_type(x)
    return b.call_c(prefix + ("hypotf" if machine is F32 else "hypot"), machine, x, y)


@kernel(np.absolute, kinds="c")
def absolute(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """The distance from 0."""
    real, imag = operands[0]
    return (hypot(b, real, imag, "mj_"),)


@kernel(np.isnan, kinds="c")
def isnan(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """Whether a part is nan."""
    return (b.or_(*(is_nan(b, part) for part in operands[0])),)


@kernel(np.isinf, kinds="c")
def isinf(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """Whether a part is infinite."""
    return (b.or_(*(is_infinite(b, part) for part in operands[0])),)


@kernel(np.isfinite, kinds="c")
def isfinite(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """Whether both parts are finite."""
    return (b.and_(*(is_finite(b, part) for part in operands[0])),)
