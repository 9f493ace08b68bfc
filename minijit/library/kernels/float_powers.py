"""Powers of floats: ``**`` of NumPy's numbers gives the bits of the C library's ``pow``, ``np.power`` a close number.

NumPy computes them in different ways, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from minijit.ir.builder import known, machine_type
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.kernels.float_kernels import float_const
from minijit.library.ufuncs.elementwise import Loop, Parts, kernel
from minijit.machine import F32

KNOWN_POWERS: Final = {2.0: "mj_pow2", 3.0: "mj_pow3", 4.0: "mj_pow4", 0.5: "mj_powroot", -1.0: "mj_powinverse"}
"""Functions of :mod:`minijit.runtime.elementary.known_powers` by exponent."""


def exact_power(b: Builder, x: Value, y: Value) -> Value:
    """The bits of ``pow``, for exponents that are known and common mostly without calling it."""
    return _easy_power(b, x, y) or _named(b, KNOWN_POWERS.get(known(y) or 0.0, "pow"), x, y)


def _easy_power(b: Builder, x: Value, y: Value) -> Value | None:
    match known(y):
        case 1.0:
            return x
        case 0.0:
            return float_const(b, x, 1.0)
        case 2.0 | 3.0 as exponent if b.unit.fastmath:
            return _product(b, x, exponent)
    return None


def _product(b: Builder, x: Value, exponent: float) -> Value:
    square = b.binary("fmul", x, x)
    return square if exponent == 2.0 else b.binary("fmul", square, x if exponent == 3.0 else square)


def _named(b: Builder, name: str, x: Value, y: Value) -> Value:
    """Call a function; those of :data:`KNOWN_POWERS` have one operand."""
    machine = machine_type(x)
    operands = (x,) if name in KNOWN_POWERS.values() else (x, y)
    return b.call_c(name + "f" if machine is F32 else name, machine, *operands)


@kernel(np.power, np.float_power, kinds="f")
def power(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """x ** y, by a formula of our own that vectorises, or a product."""
    (x,), (y,) = operands
    exponent = known(y)
    if exponent in (2.0, 3.0, 4.0):
        return (_product(b, x, exponent),)
    return (_easy_power(b, x, y) or _named(b, KNOWN_POWERS.get(exponent or 0.0, "mj_pow"), x, y),)
