"""``int(x)``, ``float(x)`` and ``complex(x, y)`` of Python's numbers and of strings known while compiling."""

from __future__ import annotations

import math

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.operands import INTEGER, LEAST, NUMBER, REAL, complex_parts, int_part, raised_by
from minijit.library.registry import Arg, lowers
from minijit.library.samples import BOOLS, COMPLEXES, FEW_COMPLEXES, FEW_FLOATS, FLOATS, INTS, each, pairs
from minijit.library.vals import Val
from minijit.machine import F64, I64

_OF_NAN = raised_by(int, math.nan)
_OF_INFINITY = raised_by(int, math.inf)
_TOO_LARGE = "a float is too large for an int of 64 bits"


def int_of_float(b: Builder, number: Value) -> Val:
    """A float cut off towards zero; nan and infinities are errors, what 64 bits do not hold bails out."""
    # What does not fit gives the least number, like -2**63 itself, which is rare enough for the cold side.
    converted = b.convert("fptosi or least", number, I64)
    fits = b.icmp("ne", converted, b.i64(LEAST))

    def leave() -> list[Value]:
        b.check(b.fcmp("ord", number, number), *_OF_NAN)
        b.check(b.fcmp("one", b.intrinsic("fabs", F64, number), b.f64(math.inf)), *_OF_INFINITY)
        b.bail_unless(b.fcmp("oeq", number, b.f64(-(2.0**63))), _TOO_LARGE)
        return [b.i64(LEAST)]

    return b.int_val(b.if_else(fits, lambda: [converted], leave, likely=True)[0])


@lowers(int, INTEGER, result=t.INT, fold=True, samples=each(INTS, BOOLS))
def _int_of_integer(b: Builder, x: Val) -> Val:
    return b.int_val(int_part(b, x))


@lowers(int, t.FLOAT, result=t.INT, effects="raises", fold=True, samples=each(FLOATS))
def _int_of_float(b: Builder, x: Val) -> Val:
    return int_of_float(b, x.part)


@lowers(float, REAL, result=t.FLOAT, fold=True, samples=each(FLOATS, INTS, BOOLS))
def _float(b: Builder, x: Val) -> Val:
    return b.float_val(b.as_f64(x))


def _parsed(function: type, one: t.Type) -> object:
    """The number that a string constant is, or None."""
    if not isinstance(one, t.Const) or not isinstance(one.value, str):
        return None
    try:
        number: object = function(one.value)
    except ValueError:
        return None
    return number if not isinstance(number, int) or -(2**63) <= number < 2**63 else None


def _register_string(function: type, one: t.Type, words: tuple[str, ...]) -> None:
    def type_of_parsed(x: Arg) -> t.Type | None:
        return None if _parsed(function, x.type) is None else one

    @lowers(function, t.Const, result=type_of_parsed, fold=True, samples=[(word,) for word in words])
    def lower(b: Builder, x: Val) -> Val:
        return b.constant(one, _parsed(function, x.type))


_register_string(int, t.INT, ("12", " -7 ", "1_000"))
_register_string(float, t.FLOAT, ("inf", "-inf", "nan", "1e3", "-0.0"))
_register_string(complex, t.COMPLEX, ("1+2j", "infj"))

lowers(int, result=t.INT, fold=True)(lambda b: b.constant(t.INT, 0))
lowers(float, result=t.FLOAT, fold=True)(lambda b: b.constant(t.FLOAT, 0.0))
lowers(complex, result=t.COMPLEX, fold=True)(lambda b: b.constant(t.COMPLEX, 0j))


# ---- complex

_PART = {"imag": NUMBER}


@lowers(complex, NUMBER, result=t.COMPLEX, fold=True, keywords=_PART, samples=each(COMPLEXES, FLOATS, INTS))
def _complex(b: Builder, real: Val, imag: Val | None = None) -> Val:
    if imag is None:
        return Val(t.COMPLEX, complex_parts(b, real))
    first, second = real.parts[0] if real.type == t.COMPLEX else b.as_f64(real), complex_parts(b, imag)
    other = second[0]
    # complex(x, y) is x + y * 1j, without the terms that are not there: they could change the sign of a zero.
    if imag.type == t.COMPLEX:
        first = b.binary("fsub", first, second[1])
    if real.type == t.COMPLEX:
        other = b.binary("fadd", other, real.parts[1])
    return Val(t.COMPLEX, (first, other))


@lowers(
    complex,
    NUMBER,
    NUMBER,
    result=t.COMPLEX,
    fold=True,
    samples=pairs((*FEW_COMPLEXES, *FEW_FLOATS, 3, True), (*FEW_COMPLEXES, *FEW_FLOATS, 3, False)),
)
def _complex_of_two(b: Builder, real: Val, imag: Val) -> Val:
    return _complex(b, real, imag)


@lowers(complex, result=t.COMPLEX, fold=True, keywords={"real": NUMBER, "imag": NUMBER})
def _complex_by_name(b: Builder, real: Val | None = None, imag: Val | None = None) -> Val:
    return _complex(b, b.constant(t.INT, 0) if real is None else real, imag)
