"""``reduce`` and ``outer`` of ufuncs, natively: the loops of ``sum`` and its like, and those of the ufunc itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from minijit import types as t
from minijit.library.builder import Builder, Val
from minijit.library.memory import array_type, data_of, make_view, shape_of, strides_of
from minijit.library.operands import anything
from minijit.library.reductions.arguments import Plan
from minijit.library.reductions.binary_reductions import (
    PASS_OVER_NAN,
    filler,
    in_any_order,
    reduced,
    reduction_plan,
)
from minijit.library.reductions.entries import effects_of, run
from minijit.library.registry import Arg, lowers, method
from minijit.library.ufuncs.array_calls import apply_to_arrays, has_kernel, is_operand, loop_for, type_of_array_call
from minijit.library.ufuncs.methods import PARAMETERS, bound, is_ufunc, ufunc_of

_FIRST = Arg(t.INT, 0)


def _reduce_plan(receiver: Any, args: Sequence[Any], keywords: Mapping[str, Any]) -> Plan | None:
    if not args or not isinstance(args[0].type, t.Array) or ufunc_of(receiver) in PASS_OVER_NAN:
        return None
    named = dict(keywords)
    if len(args) < 2:
        named.setdefault("axis", _FIRST)
        if args[0].type.ndim == 0 and named["axis"].const in (0, -1):
            # An array without axes counts as one that has one.
            named["axis"] = Arg(t.NONE)
    return reduction_plan(ufunc_of(receiver), bound(receiver, "reduce"), PARAMETERS["reduce"], args, named)


def _register_reduce(*, writes: bool) -> None:
    def result(receiver: Arg, *args: Arg, **keywords: Arg) -> t.Type | None:
        plan = _reduce_plan(receiver, args, keywords)
        if plan is None or (plan.out is not None) != writes:
            return None
        kind: t.Type = plan.out.type if writes else plan.result
        return kind

    @lowers(
        method("reduce"),
        is_ufunc,
        t.Array,
        result=result,
        rest=anything,
        keywords=dict.fromkeys(PARAMETERS["reduce"][1:], anything),
        effects=effects_of(writes=writes),
    )
    def lower(b: Builder, receiver: Val, *args: Val, **keywords: Val) -> Val:
        plan = _reduce_plan(receiver, args, keywords)
        assert plan is not None
        ufunc = ufunc_of(receiver)

        def build(b: Builder, plan: Plan) -> Val:
            return reduced(b, ufunc, plan)

        return run(b, plan, bound(receiver, "reduce"), args, keywords, build, filler(ufunc, plan), in_any_order)


for _writes in (False, True):
    _register_reduce(writes=_writes)


# ---- outer


def _with_more_axes(one: t.Type, count: int) -> t.Type:
    """An operand with `count` more axes, of length 1, behind its own."""
    if not isinstance(one, t.Array) or not count:
        return one
    return t.Array(one.dtype, one.ndim + count, one.layout if one.layout == "C" else "A", one.writable)


def _operands(first: Arg, second: Arg) -> list[Arg]:
    axes = second.type.ndim if isinstance(second.type, t.Array) else 0
    return [Arg(_with_more_axes(first.type, axes), first.const), second]


def _type_of_outer(receiver: Arg, first: Arg, second: Arg) -> t.Type | None:
    ufunc = ufunc_of(receiver)
    if ufunc.nin != 2 or not all(is_operand(one.type) for one in (first, second)):
        return None
    if any(isinstance(one.type, t.PythonScalar) for one in (first, second)):
        # They become arrays of their own dtype here, and are not weak.
        return None
    operands = _operands(first, second)
    loop = loop_for(ufunc, operands)
    if loop is None or not has_kernel(ufunc, loop):
        return None
    return type_of_array_call(ufunc, operands)


@lowers(
    method("outer"), is_ufunc, anything, anything, result=_type_of_outer, effects="allocates reads raises"
)
def outer(b: Builder, receiver: Val, first: Val, second: Val) -> Val:
    """Every element of the first operand with every one of the second."""
    ufunc = ufunc_of(receiver)
    given = [Arg(one.type, one.const) for one in (first, second)]
    wanted = _operands(*given)[0].type
    if isinstance(wanted, t.Array) and wanted != first.type:
        more = wanted.ndim - array_type(first).ndim
        shape = [*shape_of(first), *[b.i64(1)] * more]
        strides = [*strides_of(b, first), *[b.i64(0)] * more]
        first = make_view(b, first, wanted, data_of(first), shape, strides)
    return apply_to_arrays(b, ufunc, ufunc, [first, second])


