"""``math.hypot`` and ``math.dist``, and the sums of :mod:`math`, which are more accurate than adding up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.numbers.correct_rounding import exact_product, exact_sum, if_clear, renormalised
from minijit.library.numbers.math_libm import fabs
from minijit.library.objects.printing import can_be_handed_over
from minijit.library.objects.tuples import items_of, values_of
from minijit.library.operands import is_real
from minijit.library.registry import Arg, lowers
from minijit.library.samples import FLOATS, later, pairs
from minijit.library.vals import Val
from minijit.machine import F64

_SHARE: Final = 0.49
"""CPython's algorithm is wrong by hardly more than half a unit."""
_LOWEST, _HIGHEST = 2.0**-200, 2.0**200

_HYPOT = later(
    lambda: [
        *pairs((*FLOATS, 3, True), (*FLOATS, 4))(),
        (),
        (-2.5,),
        (math.nan,),
        (3,),
        *((x, y, 2.5) for x in FLOATS for y in (0.0, 1.1, 1e300)),
        (1.0, 2.0, 3.0, 4.5),
        (math.nan, math.inf),
    ]
)


def _norm(b: Builder, numbers: Sequence[Value], by_python: Sequence[Val], function: object) -> Value:
    """The root of the sum of squares, in twice the precision; all that is not ordinary goes through Python."""
    if not numbers:
        return b.f64(0.0)
    if len(numbers) == 1:
        return fabs(b, numbers[0])
    largest = fabs(b, numbers[0])
    total, rest = exact_product(b, numbers[0], numbers[0])
    for number in numbers[1:]:
        largest = b.intrinsic("maximum", F64, largest, fabs(b, number))
        square, cut = exact_product(b, number, number)
        total, error = exact_sum(b, total, square)
        rest = b.binary("fadd", rest, b.binary("fadd", error, cut))
    root = b.intrinsic("sqrt", F64, total)
    cut_off = b.binary("fadd", b.intrinsic("fma", F64, b.fneg(root), root, total), rest)
    near, error = renormalised(b, root, b.binary("fdiv", cut_off, b.binary("fadd", root, root)))
    ordinary = b.and_(b.fcmp("oge", largest, b.f64(_LOWEST)), b.fcmp("ole", largest, b.f64(_HIGHEST)))

    def general() -> Sequence[Value]:
        zero = b.fcmp("oeq", largest, b.f64(0.0))
        return b.if_else(zero, lambda: [largest], lambda: b.call_python(function, by_python, t.FLOAT, effects="").parts)

    return if_clear(b, near, error, general, share=_SHARE, also=ordinary)


@lowers(math.hypot, result=t.FLOAT, rest=is_real, effects="raises", fold=True, samples=_HYPOT)
def _hypot(b: Builder, *args: Val) -> Val:
    return b.float_val(_norm(b, [b.as_f64(arg) for arg in args], args, math.hypot))


def _type_of_distance(p: Arg, q: Arg) -> t.Type | None:
    fits = len(items_of(p)) == len(items_of(q)) and all(map(is_real, (*items_of(p), *items_of(q))))
    return t.FLOAT if fits else None


_POINTS = later(
    lambda: [
        ((), ()),
        ((1,), (-2.5,)),
        *(((x, 2.5), (1.25, y)) for x in FLOATS for y in FLOATS),
        ((1, 2, 3), (3.5, 2, True)),
    ]
)


@lowers(math.dist, t.Tuple, t.Tuple, result=_type_of_distance, effects="raises", fold=True, samples=_POINTS)
def _dist(b: Builder, p: Val, q: Val) -> Val:
    pairs_of_items = zip(values_of(p), values_of(q), strict=True)
    differences = [b.binary("fsub", b.as_f64(one), b.as_f64(other)) for one, other in pairs_of_items]
    return b.float_val(_norm(b, differences, [p, q], math.dist))


# ---- sums


def _is_iterable(one: t.Type) -> bool:
    if isinstance(one, t.Tuple):
        return all(map(is_real, one.items))
    return one == t.RANGE or (isinstance(one, t.Array) and one.ndim == 1 and one.dtype.kind in "biuf")


_SUMS = later(
    lambda: [
        ((),),
        ((0.1,) * 10,),
        ((1e100, 1.0, -1e100),),
        ((1, 2.5, True),),
        (range(5),),
        ((math.inf, -math.inf),),
    ]
)


@lowers(math.fsum, _is_iterable, result=t.FLOAT, effects="raises reads", samples=_SUMS)
def _fsum(b: Builder, one: Val) -> Val:
    return b.call_python(math.fsum, [one], t.FLOAT, effects="")


def _type_of_sumprod(p: Arg, q: Arg) -> t.Type | None:
    """An int as long as there are only ints."""
    types: list[t.Type] = []
    for arg in (p, q):
        if isinstance(arg.type, t.Tuple):
            types += arg.type.items
        elif arg.type == t.RANGE:
            types.append(t.INT)
        else:
            return None
    if not all(one in (t.INT, t.BOOL, t.FLOAT) for one in types):
        return None
    return t.FLOAT if t.FLOAT in types else t.INT


_SUMPROD: Final = getattr(math, "sumprod", None)
"""From Python 3.12 on."""

if _SUMPROD is not None:
    _PRODUCTS = later(
        lambda: [
            ((), ()),
            ((1, 2), (3, 4)),
            ((0.1, 2), (3, 4.5)),
            ((1, 2), (1,)),
            ((2**62, 2**62), (1, 1)),
        ]
    )

    @lowers(
        _SUMPROD,
        can_be_handed_over,
        can_be_handed_over,
        result=_type_of_sumprod,
        effects="raises",
        samples=_PRODUCTS,
    )
    def _sumprod(b: Builder, p: Val, q: Val) -> Val:
        result = _type_of_sumprod(Arg(p.type), Arg(q.type))
        assert result is not None
        return b.call_python(_SUMPROD, [p, q], result, effects="")
