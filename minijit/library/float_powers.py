"""Powers of floats.

Exponents that are known and common give the bits of the C library's ``pow``, which NumPy's scalars call; others are
computed by a formula of our own that vectorises.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from minijit.ir.builder import known, machine_type
from minijit.library.builder import Builder
from minijit.library.elementwise import Loop, Parts, kernel
from minijit.library.float_kernels import float_const
from minijit.machine import F32

KNOWN_POWERS: Final = {2.0: "mj_pow2", 3.0: "mj_pow3", 4.0: "mj_pow4", 0.5: "mj_powroot", -1.0: "mj_powinverse"}
"""Functions of :mod:`minijit.runtime.elementary.known_powers` by exponent."""


@kernel(np.power, np.float_power, kinds="f")
def power(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """x ** y."""
    (x,), (y,) = operands
    exponent = known(y)
    if exponent == 1.0:
        return (x,)
    if exponent == 0.0:
        return (float_const(b, x, 1.0),)
    if b.unit.fastmath and exponent in (2.0, 3.0):
        square = b.binary("fmul", x, x)
        return (square if exponent == 2.0 else b.binary("fmul", square, x),)
    machine = machine_type(x)
    suffix = "f" if machine is F32 else ""
    if exponent in KNOWN_POWERS:
        return (b.call_c(KNOWN_POWERS[exponent] + suffix, machine, x),)
    return (b.call_c("mj_pow" + suffix, machine, x, y),)
