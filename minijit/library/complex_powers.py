"""Small whole powers of complex numbers, as NumPy multiplies them out."""

from __future__ import annotations

from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.complex_kernels import times


def power_of_constant(b: Builder, base: tuple[Value, ...], exponent: int) -> tuple[Value, ...]:
    """``base ** exponent`` for an exponent of 2 or 3."""
    square = times(b, base, base)
    return square if exponent == 2 else times(b, base, square)
