"""Small whole powers of complex numbers, as NumPy multiplies them out."""

from __future__ import annotations

from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.kernels.complex_kernels import times
from minijit.library.kernels.float_kernels import float_const


def power_of_constant(b: Builder, base: tuple[Value, ...], exponent: int) -> tuple[Value, ...]:
    """``base ** exponent`` for an exponent of 1, 2 or 3; a power of zero is zero, without a sign."""
    power = base
    if exponent > 1:
        power = times(b, base, base)
    if exponent == 3:
        power = times(b, base, power)
    zero = float_const(b, base[0], 0.0)
    is_zero = b.and_(b.fcmp("oeq", base[0], zero), b.fcmp("oeq", base[1], zero))
    return tuple(b.select(is_zero, zero, part) for part in power)
