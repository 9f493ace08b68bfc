"""Powers with the exponents that are mostly written: the bits of the C library's ``pow``, hardly ever calling it.

The GNU C library states for ``pow`` an error of 0.511 units in the last place, and up to 0.03 more for results that are
far from 1, in proportion to their logarithms. So where the exact power is clearly not in the middle between two floats,
the correctly rounded one is what ``pow`` gives. Here that is computed together with what rounding has cut off; it is
not clear for one number in forty. ``x * x`` alone would differ from ``pow(x, 2.0)`` once in a thousand times.
"""

from __future__ import annotations

from typing import Final

from minijit.runtime.elementary.expressions import F32, Num, copysign, fabs, fma, sqrt, unless
from minijit.runtime.elementary.far_arguments import call_far

_SHARE: Final = 0.487
_STRETCH: Final = 0.5 / _SHARE
_RANGE: Final = 2.0**64
"""Results between its inverse and this; the error of ``pow`` is within 0.513 units there."""
_SINGLE_SHARE: Final = 2.7e-9
_SINGLE_RANGE: Final = 2.0**16
"""The same for ``powf``: a relative error of 1.27 * 2**-29 before the last rounding, and a little more."""
_EXPONENT: Final = 0x7FF << 52


def _is_moderate(near: Num, bound: float) -> Num:
    size = fabs(near)
    return (size > 1.0 / bound).both(size < bound)


def _if_clear(name: str, x: Num, near: Num, error: Num) -> Num:
    """`near`, unless stretching what was cut off would round otherwise (Ziv's test)."""
    clear = fma(error, _STRETCH, near).equals(near).both(_is_moderate(near, _RANGE)).either(x.equals(0.0))
    return unless(~clear, near, lambda: call_far(name, x))


def pow2(x: Num) -> Num:
    """x**2."""
    if x.type == F32:
        return _narrowed("pow2", x, x.wide() * x.wide())
    near = x * x
    return _if_clear("pow2", x, near, fma(x, x, -near))


def pow3(x: Num) -> Num:
    """x**3, in twice the precision."""
    if x.type == F32:
        return _narrowed("pow3", x, x.wide() * x.wide() * x.wide())
    square = x * x
    return _product("pow3", x, square, fma(x, x, -square), x, x)


def pow4(x: Num) -> Num:
    """x**4, in twice the precision."""
    if x.type == F32:
        wide = x.wide() * x.wide()
        return _narrowed("pow4", x, wide * wide)
    square = x * x
    return _product("pow4", x, square, fma(x, x, -square), square, square + square)


def _product(name: str, x: Num, square: Num, cut: Num, other: Num, factor: Num) -> Num:
    product = square * other
    rest = fma(cut, factor, fma(square, other, -product))
    near = product + rest
    # The sum with a zero takes the sign off -0.0.
    near = copysign(near, product)
    return _if_clear(name, x, near, (product - near) + rest)


def powroot(x: Num) -> Num:
    """x**0.5; adding a zero makes that of -0.0 positive, as ``pow`` has it."""
    if x.type == F32:
        return _narrowed("powroot", x, sqrt(x.wide()) + 0.0)
    root = sqrt(x)
    clear = fabs(fma(root, -root, x)) < _share_of_unit(root, 2 * _SHARE) * root
    return unless(~clear.both(_is_moderate(root, _RANGE)), root, lambda: call_far("powroot", x))


def powinverse(x: Num) -> Num:
    """x**-1."""
    if x.type == F32:
        return _narrowed("powinverse", x, 1.0 / x.wide())
    inverse = 1.0 / x
    clear = fabs(fma(inverse, -x, 1.0)) < _share_of_unit(inverse, _SHARE) * fabs(x)
    return unless(~clear.both(_is_moderate(inverse, _RANGE)), inverse, lambda: call_far("powinverse", x))


def _share_of_unit(near: Num, share: float) -> Num:
    """A part of a unit in the last place; at a power of two that of the floats below."""
    return ((near.bits() - 1) & _EXPONENT).as_float() * (share * 2.0**-52)


def _narrowed(name: str, x: Num, wide: Num) -> Num:
    """A power of a single rounded from double precision, unless numbers next to it are rounded otherwise."""
    near = (wide * (1.0 + _SINGLE_SHARE)).narrow()
    clear = near.equals((wide * (1.0 - _SINGLE_SHARE)).narrow())
    clear = clear.both(_is_moderate(near, _SINGLE_RANGE)).either(x.equals(0.0).both(near.equals(0.0)))
    return unless(~clear, near, lambda: call_far(name + "f", x))
