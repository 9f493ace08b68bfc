"""Kernels of floating-point loops: arithmetic, remainders, and what the processor or a few selects compute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from minijit.ir.builder import machine_type
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.ufuncs.elementwise import Loop, Parts, kernel, part_type
from minijit.machine import F32, I32, I64

_ARITHMETIC: Final[dict[np.ufunc, str]] = {
    np.add: "fadd",
    np.subtract: "fsub",
    np.multiply: "fmul",
    np.true_divide: "fdiv",
}
_INTRINSICS: Final[dict[np.ufunc, str]] = {
    np.sqrt: "sqrt",
    np.floor: "floor",
    np.ceil: "ceil",
    np.trunc: "trunc",
    np.rint: "rint",
    np.absolute: "fabs",
    np.fabs: "fabs",
    np.copysign: "copysign",
}


def _register_op(ufunc: np.ufunc, op: str) -> None:
    @kernel(ufunc, kinds="f")
    def simple(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
        return (b.binary(op, operands[0][0], operands[1][0]),)


def _register_intrinsic(ufunc: np.ufunc, name: str) -> None:
    @kernel(ufunc, kinds="f")
    def intrinsic(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
        return (b.intrinsic(name, part_type(loop[0]), *(operand[0] for operand in operands)),)


for _ufunc, _name in _ARITHMETIC.items():
    _register_op(_ufunc, _name)
for _ufunc, _name in _INTRINSICS.items():
    _register_intrinsic(_ufunc, _name)


def float_const(b: Builder, like: Value, value: float) -> Value:
    """A constant of the same machine type as `like`."""
    return b.const(machine_type(like), value)


def fabs(b: Builder, x: Value) -> Value:
    """|x|."""
    return b.intrinsic("fabs", machine_type(x), x)


def copysign(b: Builder, x: Value, y: Value) -> Value:
    """`x` with the sign of `y`."""
    return b.intrinsic("copysign", machine_type(x), x, y)


def fmod(b: Builder, x: Value, y: Value) -> Value:
    """The remainder of a division that rounds towards zero; it has the sign of `x`."""
    machine = machine_type(x)
    return b.call_c("mj_fmodf" if machine is F32 else "mj_fmod", machine, x, y)


@kernel(np.negative, kinds="f")
def negative(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """The sign changed, of zero and nan too."""
    return (b.fneg(operands[0][0]),)


def float_divmod(b: Builder, x: Value, y: Value) -> tuple[Value, Value]:
    """Quotient rounded down and remainder with the divisor's sign, rounded the way ``npy_divmod`` does.

    A divisor of zero gives x / 0 and nan.
    """
    zero, one, half = (float_const(b, x, k) for k in (0.0, 1.0, 0.5))
    raw = fmod(b, x, y)
    exact = b.binary("fdiv", b.binary("fsub", x, raw), y)
    has_rest = b.fcmp("une", raw, zero)
    other_sign = b.binary("xor", b.fcmp("olt", y, zero), b.fcmp("olt", raw, zero))
    off = b.and_(has_rest, other_sign)
    modulus = b.select(off, b.binary("fadd", raw, y), raw)
    quotient = b.select(off, b.binary("fsub", exact, one), exact)
    modulus = b.select(has_rest, modulus, copysign(b, zero, y))
    floor = b.intrinsic("floor", machine_type(x), quotient)
    above = b.fcmp("ogt", b.binary("fsub", quotient, floor), half)
    floor = b.select(above, b.binary("fadd", floor, one), floor)
    plain = b.binary("fdiv", x, y)
    floor = b.select(b.fcmp("une", quotient, zero), floor, copysign(b, zero, plain))
    by_zero = b.fcmp("oeq", y, zero)
    return b.select(by_zero, plain, floor), b.select(by_zero, raw, modulus)


@kernel(np.fmod, kinds="f")
def _fmod(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """The remainder with the dividend's sign."""
    return (fmod(b, operands[0][0], operands[1][0]),)


@kernel(np.floor_divide, kinds="f")
def floor_divide(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """The quotient rounded down."""
    return (float_divmod(b, operands[0][0], operands[1][0])[0],)


@kernel(np.remainder, kinds="f")
def remainder(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """The remainder with the divisor's sign."""
    return (float_divmod(b, operands[0][0], operands[1][0])[1],)


@kernel(np.divmod, kinds="f")
def divmod_(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """Both."""
    return float_divmod(b, operands[0][0], operands[1][0])


def is_nan(b: Builder, x: Value) -> Value:
    """Whether `x` is nan."""
    return b.fcmp("uno", x, x)


def is_finite(b: Builder, x: Value) -> Value:
    """Whether `x` is neither nan nor infinite."""
    return b.fcmp("olt", fabs(b, x), float_const(b, x, float("inf")))


def is_infinite(b: Builder, x: Value) -> Value:
    """Whether `x` is infinite."""
    return b.fcmp("oeq", fabs(b, x), float_const(b, x, float("inf")))


@kernel(np.isnan, kinds="f")
def isnan(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """Whether it is nan."""
    return (is_nan(b, operands[0][0]),)


@kernel(np.isinf, kinds="f")
def isinf(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """Whether it is infinite."""
    return (is_infinite(b, operands[0][0]),)


@kernel(np.isfinite, kinds="f")
def isfinite(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """Whether it is finite."""
    return (is_finite(b, operands[0][0]),)


@kernel(np.isnan, np.isinf, kinds="biu")
def _never(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """Integers are neither nan nor infinite."""
    return (b.i1(False),)


@kernel(np.isfinite, kinds="biu")
def _always(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """Integers are finite."""
    return (b.i1(True),)


@kernel(np.signbit, kinds="f")
def signbit(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """The sign bit, of nan and zero too."""
    (x,) = operands[0]
    machine = I32 if machine_type(x) is F32 else I64
    return (b.icmp("slt", b.convert("bitcast", x, machine), b.const(machine, 0)),)


@kernel(np.square, kinds="f")
def square(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """x * x."""
    (x,) = operands[0]
    return (b.binary("fmul", x, x),)


@kernel(np.reciprocal, kinds="f")
def reciprocal(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """1 / x."""
    (x,) = operands[0]
    return (b.binary("fdiv", float_const(b, x, 1.0), x),)


@kernel(np.sign, kinds="f")
def sign(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """-1, 0, 1 or nan; the sign of a zero is dropped."""
    (x,) = operands[0]
    zero, one, minus = (float_const(b, x, k) for k in (0.0, 1.0, -1.0))
    of_zero = b.select(b.fcmp("oeq", x, zero), zero, x)
    return (b.select(b.fcmp("ogt", x, zero), one, b.select(b.fcmp("olt", x, zero), minus, of_zero)),)


def _register_extreme(ufunc: np.ufunc, strict: str, *, keeps_nan: bool) -> None:
    @kernel(ufunc, kinds="f")
    def extreme(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
        (x,), (y,) = operands
        with np.errstate(all="ignore"):
            takes_second = bool(np.signbit(ufunc(loop[0].type(0.0), loop[0].type(-0.0))))
        # Which of two zeros it is depends on the processor's instructions that NumPy chose.
        predicate = strict if takes_second else strict.replace("t", "e")
        return (b.select(b.or_(b.fcmp(predicate, x, y), is_nan(b, x if keeps_nan else y)), x, y),)


_register_extreme(np.maximum, "ogt", keeps_nan=True)
_register_extreme(np.minimum, "olt", keeps_nan=True)
_register_extreme(np.fmax, "ogt", keeps_nan=False)
_register_extreme(np.fmin, "olt", keeps_nan=False)


@kernel(np.heaviside, kinds="f")
def heaviside(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """0 for negative, 1 for positive numbers, the second operand for zero, nan for nan."""
    (x,), (at_zero,) = operands
    zero, one = float_const(b, x, 0.0), float_const(b, x, 1.0)
    rest = b.select(b.fcmp("oeq", x, zero), at_zero, b.select(b.fcmp("olt", x, zero), zero, one))
    return (b.select(is_nan(b, x), x, rest),)
