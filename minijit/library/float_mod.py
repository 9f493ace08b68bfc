"""C's ``fmod`` of doubles, exactly and without the C library where the quotient is not huge.

The processor's quotient of the sizes, cut off, is right or too large by one: rounding never takes it below an
integer. The fused ``x - q * y`` is then exact, as is adding ``y`` once where it has come out negative.
"""

from __future__ import annotations

import math

from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.machine import F64


def fmod(b: Builder, x: Value, y: Value) -> Value:
    """The remainder of a division that rounds towards zero; it has the sign of `x`."""
    dividend, divisor = b.intrinsic("fabs", F64, x), b.intrinsic("fabs", F64, y)
    quotient = b.binary("fdiv", dividend, divisor)

    def quick() -> tuple[Value, ...]:
        whole = b.intrinsic("trunc", F64, quotient)
        rest = b.intrinsic("fma", F64, b.fneg(whole), divisor, dividend)
        rest = b.select(b.fcmp("olt", rest, b.f64(0.0)), b.binary("fadd", rest, divisor), rest)
        if b.unit.fastmath:
            # There the quotient may be a product with the inverse, and too small.
            rest = b.select(b.fcmp("oge", rest, divisor), b.binary("fsub", rest, divisor), rest)
        return (b.intrinsic("copysign", F64, rest, x),)

    small = b.and_(b.fcmp("olt", quotient, b.f64(2.0**53)), b.fcmp("olt", divisor, b.f64(math.inf)))
    return b.if_else(small, quick, lambda: (b.binary("frem", x, y),), likely=True)[0]
