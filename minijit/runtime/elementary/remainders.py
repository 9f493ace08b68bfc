"""C's fmod, exactly.

The processor's quotient of the sizes, cut off, is right or too large by one: rounding never takes it below an
integer. The fused ``x - q * y`` is then exact, as is adding ``y`` once where it has come out negative.
"""

from __future__ import annotations

import math

from minijit.runtime.elementary.expressions import F32, Num, copysign, fabs, fma, trunc, unless, where
from minijit.runtime.elementary.far_arguments import call_far

_FAR = 2.0**53
"""A quotient from here on has more bits than the number that it is rounded to."""


def fmod(x: Num, y: Num) -> Num:
    """The remainder of a division that rounds towards zero; it has the sign of `x`."""
    single = x.type == F32
    # Remainders need no more bits than the operands have.
    dividend, divisor = (fabs(one.wide() if single else one) for one in (x, y))
    quotient = dividend / divisor
    rest = fma(-trunc(quotient), divisor, dividend)
    rest = where(rest < 0.0, rest + divisor, rest)
    near = copysign(rest.narrow() if single else rest, x)
    is_near = (quotient < _FAR).both(divisor < math.inf)
    return unless(~is_near, near, lambda: call_far("fmodf" if single else "fmod", x, y))
