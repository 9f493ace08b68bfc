"""Functions that are another way to write an operator: those of :mod:`operator` and the class ``slice``."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from minijit import types as t
from minijit.ir.nodes import UNKNOWN
from minijit.library.builder import Builder
from minijit.library.numbers.truth import truth_of_type
from minijit.library.operands import INTEGER, int_part, is_integer
from minijit.library.registry import Arg, find, lowers
from minijit.library.samples import BOOLS, COMPLEXES, FLOATS, INTS, each
from minijit.library.vals import NONE_VAL, Val, tuple_val

_ROWS = each(INTS, FLOATS, BOOLS, COMPLEXES)


def _register_same(function: Callable[[Any], Any], original: object) -> None:
    def rule(x: Arg) -> t.Type | None:
        found = find(original, (x,), {})
        return None if found is None else found[1]

    @lowers(function, object, result=rule, effects="raises", fold=True, samples=_ROWS)
    def lower(b: Builder, x: Val) -> Val:
        return b.apply(original, x)


_register_same(operator.abs, abs)


def _not_rule(x: Arg) -> t.Type | None:
    return None if find(operator.truth, (x,), {}) is None else t.BOOL


def _not_fold(x: Arg) -> object:
    known = truth_of_type(x.type)
    return UNKNOWN if known is None else not known


@lowers(operator.not_, object, result=_not_rule, effects="raises", fold=_not_fold, samples=_ROWS)
def _not(b: Builder, x: Val) -> Val:
    return b.bool_val(b.not_(b.apply(operator.truth, x).part))


@lowers(operator.index, INTEGER, result=t.INT, fold=True, samples=each(INTS))
def _index(b: Builder, x: Val) -> Val:
    return b.int_val(int_part(b, x))


# ---- slices


def _is_bound(one: t.Type) -> bool:
    return is_integer(one) or isinstance(one, t.NoneValue)


def _type_of_slice(*bounds: Arg) -> t.Type:
    stop_only = (Arg(t.NONE, None), bounds[0], Arg(t.NONE, None))
    start, stop, step = stop_only if len(bounds) == 1 else (*bounds, Arg(t.NONE, None))[:3]
    return t.Slice(start.type, stop.type, step.type)


def _lower_slice(_b: Builder, *bounds: Val) -> Val:
    fields = (NONE_VAL, bounds[0], NONE_VAL) if len(bounds) == 1 else (*bounds, NONE_VAL)[:3]
    result = _type_of_slice(*(Arg(one.type) for one in bounds))
    return Val(result, tuple_val(fields).parts, tuple(one.const for one in fields))


for _count in (1, 2, 3):
    lowers(slice, *(_is_bound,) * _count, result=_type_of_slice)(_lower_slice)
