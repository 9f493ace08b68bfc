"""Powers of floats with the C library's ``pow``, as NumPy's scalars have them.

Squares are the common case: they are multiplied wherever that must give the same as ``pow``, which is accurate to much
better than 0.54 units in the last place but does not always round correctly.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from minijit.ir.builder import known, machine_type
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.elementwise import Loop, Parts, kernel
from minijit.machine import F32, F64, I64

_SURELY = 0.46
"""A product whose rounding cut off less than this part of a unit is what ``pow`` gives, too."""


@kernel(np.power, np.float_power, kinds="f")
def power(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """x ** y."""
    (x,), (y,) = operands
    exponent = known(y)
    if exponent == 1.0:
        return (x,)
    if exponent == 2.0:
        near, certain = _square32(b, x) if machine_type(x) is F32 else _square64(b, x)
        return b.if_else(certain, lambda: (near,), lambda: (_pow(b, x, y),), likely=True)
    return (_pow(b, x, y),)


def _pow(b: Builder, x: Value, y: Value) -> Value:
    machine = machine_type(x)
    return b.call_c("powf" if machine is F32 else "pow", machine, x, y)


def _square64(b: Builder, x: Value) -> tuple[Value, Value]:
    square = b.binary("fmul", x, x)
    error = b.intrinsic("fma", F64, x, x, b.fneg(square))
    return square, _is_small(b, error, square, 2.0**-52)


def _square32(b: Builder, x: Value) -> tuple[Value, Value]:
    wide = b.convert("fpext", x, F64)
    exact = b.binary("fmul", wide, wide)
    square = b.convert("fptrunc", exact, F32)
    rounded = b.convert("fpext", square, F64)
    return square, _is_small(b, b.binary("fsub", exact, rounded), rounded, 2.0**-23)


def _is_small(b: Builder, error: Value, square: Value, unit: float) -> Value:
    """Whether an error is well below half a unit in the last place; false for what is tiny, infinite or nan."""
    bits = b.binary("and", b.convert("bitcast", square, I64), b.i64(0x7FF0_0000_0000_0000))
    scaled = b.binary("fmul", b.convert("bitcast", bits, F64), b.f64(_SURELY * unit))
    bound = b.binary("fsub", scaled, b.f64(2.0**-960))
    return b.fcmp("olt", b.intrinsic("fabs", F64, error), bound)
