"""Results that are known to be those of an accurate function without calling it: rounded correctly, and clearly so.

A function with an error of at most 0.52 units in the last place, say, gives the correctly rounded result wherever the
exact value is not within 0.02 units of the middle between two floats. Where native code knows the correctly rounded
result and what rounding has cut off, it needs the function itself only near the middle.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.machine import F64, I64

LARGEST: Final = 2.0**200
"""Results are only judged by their neighbourhood if they are not larger, nor smaller than about the inverse."""


def unit_share(b: Builder, near: Value, share: float) -> Value:
    """`share` units in the last place of `near`, below zero where `near` is small.

    At a power of two the smaller unit counts, that of the floats below it.
    """
    below = b.sub(b.convert("bitcast", near, I64), b.i64(1))
    exponent = b.binary("and", below, b.i64(0x7FF0_0000_0000_0000))
    return b.intrinsic("fma", F64, b.convert("bitcast", exponent, F64), b.f64(share * 2.0**-52), b.f64(-(2.0**-255)))


def if_clear(
    b: Builder,
    near: Value,
    error: Value,
    general: Callable[[], Sequence[Value]],
    *,
    share: float,
    scale: Value | None = None,
    also: Value | None = None,
) -> Value:
    """`near` where the part that rounding cut off is clearly below half a unit, else what `general` gives.

    With ``fastmath=True``, any finite `near` will do.

    Parameters
    ----------
    near : Value
        The correctly rounded result; may be anything where `error` is nan.
    error : Value
        The exact result minus `near`, times `scale`.
    general : callable
        Builds the call of the accurate function.
    share : float
        How many units count as clear: 0.5 minus what the function's error may exceed 0.5 by.
    scale, also : Value, optional
        A factor of `error`; a further condition.
    """
    size = b.intrinsic("fabs", F64, near)
    if b.unit.fastmath:
        clear = b.fcmp("olt", size, b.f64(math.inf))
    else:
        limit = unit_share(b, near, share)
        if scale is not None:
            limit = b.binary("fmul", limit, b.intrinsic("fabs", F64, scale))
        close = b.fcmp("olt", b.intrinsic("fabs", F64, error), limit)
        clear = b.and_(close, b.fcmp("olt", size, b.f64(LARGEST)))
    if also is not None:
        clear = b.and_(also, clear)
    return b.if_else(clear, lambda: [near], general, likely=True)[0]


def exact_product(b: Builder, x: Value, y: Value) -> tuple[Value, Value]:
    """x * y rounded, and what rounding has cut off."""
    product = b.binary("fmul", x, y)
    return product, b.intrinsic("fma", F64, x, y, b.fneg(product))


def exact_sum(b: Builder, x: Value, y: Value) -> tuple[Value, Value]:
    """x + y rounded, and what rounding has cut off."""
    total = b.binary("fadd", x, y)
    other = b.binary("fsub", total, x)
    first = b.binary("fsub", x, b.binary("fsub", total, other))
    return total, b.binary("fadd", first, b.binary("fsub", y, other))


def renormalised(b: Builder, high: Value, low: Value) -> tuple[Value, Value]:
    """high + low rounded, and what rounding has cut off; `high` is the larger by far."""
    near = b.binary("fadd", high, low)
    return near, b.binary("fsub", low, b.binary("fsub", near, high))
