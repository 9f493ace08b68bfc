"""Kernels that call elementary functions, and those that combine such calls as NumPy does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from minijit.ir.builder import machine_type
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.kernels.float_kernels import copysign, fabs, float_const, is_infinite
from minijit.library.ufuncs.elementwise import Loop, Parts, kernel, part_type
from minijit.machine import F32, F64, I32, I64

_OWN: Final = (
    np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10, np.log1p, np.sin, np.cos, np.tan, np.sinh, np.cosh, np.tanh,
    np.cbrt, np.hypot,
)  # fmt: skip
FUNCTIONS: Final[dict[np.ufunc, str]] = {
    **{ufunc: f"mj_{ufunc.__name__}" for ufunc in _OWN},
    np.arcsin: "mj_asin",
    np.arccos: "mj_acos",
    np.arctan: "mj_atan",
    np.arcsinh: "mj_asinh",
    np.arccosh: "mj_acosh",
    np.arctanh: "mj_atanh",
    np.arctan2: "mj_atan2",
}
"""The name of the function for doubles; for floats there is an ``f`` behind it.

What begins with ``mj_`` is of our own (:mod:`minijit.runtime.elementary`) and vectorises, the others are C's.
"""


def call_libm(b: Builder, name: str, *args: Value) -> Value:
    """Call an elementary function in the precision of its arguments."""
    machine = machine_type(args[0])
    return b.call_c(name + "f" if machine is F32 else name, machine, *args)


def _register(ufunc: np.ufunc, name: str) -> None:
    @kernel(ufunc, kinds="f")
    def of_libm(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
        return (call_libm(b, name, *(operand[0] for operand in operands)),)


for _ufunc, _name in FUNCTIONS.items():
    _register(_ufunc, _name)


def _register_scaling(ufuncs: tuple[np.ufunc, ...], over: float, under: float) -> None:
    @kernel(*ufuncs, kinds="f")
    def scaled(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
        single = loop[0].itemsize == 4
        factor = float(np.float32(over) / np.float32(under)) if single else over / under
        return (b.binary("fmul", operands[0][0], float_const(b, operands[0][0], factor)),)


_register_scaling((np.deg2rad, np.radians), math.pi, 180.0)
_register_scaling((np.rad2deg, np.degrees), 180.0, math.pi)


def _next_after(b: Builder, x: Value, y: Value) -> Value:
    """The neighbour of `x` in the direction of `y`: the bits, which are ordered like the sizes, plus or minus 1."""
    integer = I32 if machine_type(x) is F32 else I64
    bits = b.convert("bitcast", x, integer)
    rising, positive = b.fcmp("ogt", y, x), b.icmp("sgt", bits, b.const(integer, 0))
    away = b.binary("xor", b.binary("xor", rising, positive), b.i1(True))
    step = b.select(away, b.const(integer, 1), b.const(integer, -1))
    neighbour = b.convert("bitcast", b.add(bits, step), machine_type(x))
    least = b.convert("bitcast", b.const(integer, 1), machine_type(x))
    neighbour = b.select(b.fcmp("oeq", x, float_const(b, x, 0.0)), copysign(b, least, y), neighbour)
    neighbour = b.select(b.fcmp("oeq", x, y), y, neighbour)
    return b.select(b.fcmp("uno", x, y), b.binary("fadd", x, y), neighbour)


@kernel(np.nextafter, kinds="f")
def nextafter(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """The neighbour of the first operand in the direction of the second."""
    return (_next_after(b, operands[0][0], operands[1][0]),)


@kernel(np.spacing, kinds="f")
def spacing(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """The distance to the next number away from zero; nan for infinities."""
    (x,) = operands[0]
    away = copysign(b, float_const(b, x, math.inf), x)
    distance = b.binary("fsub", _next_after(b, x, away), x)
    # That of -0.0 is positive.
    distance = b.select(b.fcmp("oeq", x, float_const(b, x, 0.0)), fabs(b, distance), distance)
    return (b.select(is_infinite(b, x), float_const(b, x, math.nan), distance),)


def _register_logaddexp(ufunc: np.ufunc, log: str, exp: str, of_two: float) -> None:
    @kernel(ufunc, kinds="f")
    def logaddexp(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
        (x,), (y,) = operands
        difference = b.binary("fsub", x, y)
        larger = b.select(b.fcmp("ogt", difference, float_const(b, x, 0.0)), x, y)
        ratio = call_libm(b, exp, b.fneg(b.intrinsic("fabs", machine_type(x), difference)))
        if log == "mj_log2":
            unit = float_const(b, x, float(loop[0].type(math.log2(math.e))))
            more = b.binary("fmul", unit, call_libm(b, "mj_log1p", ratio))
        else:
            more = call_libm(b, log, ratio)
        apart = b.select(b.fcmp("uno", difference, difference), difference, b.binary("fadd", larger, more))
        same = b.binary("fadd", x, float_const(b, x, float(loop[0].type(of_two))))
        return (b.select(b.fcmp("oeq", x, y), same, apart),)


_register_logaddexp(np.logaddexp, "mj_log1p", "mj_exp", math.log(2))
_register_logaddexp(np.logaddexp2, "mj_log2", "mj_exp2", 1.0)


@kernel(np.frexp, kinds="f")
def frexp(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """Mantissa and exponent; the exponent of what is not finite is 0 (as glibc has it; NumPy says unspecified)."""
    (x,) = operands[0]
    slot = b.slots(1)
    b.store(slot, b.const(I32, 0), local=True)
    name, machine = ("frexpf", F32) if machine_type(x) is F32 else ("frexp", F64)
    mantissa = b.call_c(name, machine, x, slot, effects="reads writes")
    return mantissa, b.load(slot, I32, local=True)


@kernel(np.ldexp, kinds="f")
def ldexp(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """x * 2**n; an exponent that does not fit into C's int is as good as the nearest that does."""
    (x,), (n,) = operands
    if loop[1].itemsize == 8:
        limits = np.iinfo(np.int32)
        n = b.max_i64(b.min_i64(n, b.i64(int(limits.max))), b.i64(int(limits.min)))
        n = b.convert("trunc", n, I32)
    name, machine = ("ldexpf", F32) if machine_type(x) is F32 else ("ldexp", F64)
    return (b.call_c(name, machine, x, n),)


@kernel(np.modf, kinds="f")
def modf(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """Fraction and whole part, both with the sign of the number."""
    (x,) = operands[0]
    whole = b.intrinsic("trunc", part_type(loop[0]), x)
    fraction = b.select(is_infinite(b, x), float_const(b, x, 0.0), b.binary("fsub", x, whole))
    return copysign(b, fraction, x), whole
