"""Registering reductions: what their calls have in common, ``out=`` and ``where=`` among it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate_like
from minijit.library.arrays.attributes import arrays
from minijit.library.arrays.copy_loops import copy_elements
from minijit.library.builder import Builder, Val
from minijit.library.memory import array_type, data_of, owner_of, shape_of, store_element
from minijit.library.operands import anything
from minijit.library.rare_code import if_else_rarely
from minijit.library.reductions.arguments import Plan
from minijit.library.reductions.orders import in_memory_order, is_in_order
from minijit.library.registry import Arg, Fusion, lowers, method
from minijit.library.ufuncs.element_trees import elementwise
from minijit.library.ufuncs.elementwise_loops import write
from minijit.library.ufuncs.pending_results import release_temporaries, settled
from minijit.library.ufuncs.pending_rows import is_one_row
from minijit.library.vals import Pending

Build = Callable[[Builder, Plan], Val]
"""``build(b, plan)`` gives a new result, as if there were neither ``out`` nor ``where``."""
Orders = Callable[[Plan], bool]
"""Whether loops for axes in any order are there for a plan."""


def run_fused(
    b: Builder,
    plan: Plan,
    function: Callable[..., Any],
    args: Sequence[Val],
    keywords: Mapping[str, Val],
    build: Build,
    fill: Any = None,
    in_any_order: Orders = lambda _plan: False,
) -> Val:
    """Like :func:`run`, for an array that may be pending: where all of it is reduced, it need not be stored."""
    array = plan.given
    if not isinstance(array, Pending):
        return run(b, plan, function, args, keywords, build, fill, in_any_order)
    is_total = len(plan.reduced) == plan.array.ndim and plan.out is None and plan.where is None

    def directly() -> tuple[Value, ...]:
        made = build(b, plan).parts
        release_temporaries(b, array)
        return made

    def by_an_array() -> tuple[Value, ...]:
        made = settled(b, array)
        given = [made, *args[1:]]
        result = run(b, replace(plan, given=made), function, given, keywords, build, fill, in_any_order)
        b.emit("decref", (owner_of(made),))
        return result.parts

    parts = if_else_rarely(b, is_one_row(b, array), directly, by_an_array) if is_total else by_an_array()
    return plan.out if plan.out is not None else Val(plan.result, parts)


def run(
    b: Builder,
    plan: Plan,
    function: Callable[..., Any],
    args: Sequence[Val],
    keywords: Mapping[str, Val],
    build: Build,
    fill: Any = None,
    in_any_order: Orders = lambda _plan: False,
) -> Val:
    """What a call gives; arguments whose shapes do not fit are left to `function` itself.

    Parameters
    ----------
    fill : scalar
        What is put in the place of an element that does not count.
    in_any_order : callable
        Whether `build` takes a plan of an array whose axes lie in another order than its layout tells. `function` does
        so else.
    """
    in_order: Value = b.i1(True)
    if plan.where is None and plan.array.layout == "A" and 1 < plan.array.ndim == len(plan.reduced):
        plan = replace(plan, given=in_memory_order(b, plan.given))
    elif len(plan.reduced) < plan.array.ndim:
        in_order = is_in_order(b, plan.given, plan.reduced, plan.out)

    def by_numpy() -> tuple[Value, ...]:
        given, names = [*args, *keywords.values()], tuple(keywords)
        if plan.out is None:
            return b.call_python(function, given, plan.result, names, effects="").parts
        b.call_python(function, given, t.OBJECT, names)
        return ()

    def otherwise() -> tuple[Value, ...]:
        return natively(b, replace(plan, in_order=False), build, fill) if in_any_order(plan) else by_numpy()

    def fitting() -> tuple[Value, ...]:
        return if_else_rarely(b, in_order, lambda: natively(b, plan, build, fill), otherwise)

    parts = b.if_else(_fits(b, plan), fitting, by_numpy, likely=True)
    return plan.out if plan.out is not None else Val(plan.result, parts)


def natively(b: Builder, plan: Plan, build: Build, fill: Any) -> tuple[Value, ...]:
    """The parts of the new result, or none if there is an array to write to."""
    chosen = plan
    if plan.where is not None:
        masked = _masked(b, plan.given, plan.where, fill)
        beside = (plan.given, plan.where)
        chosen = replace(plan, given=masked, array=array_type(masked), where=None, beside=beside)
    made = build(b, chosen)
    if plan.where is not None:
        b.emit("decref", (owner_of(chosen.given),))
    if plan.out is None:
        return made.parts
    _put(b, plan.out, made)
    return ()


def _fits(b: Builder, plan: Plan) -> Value:
    """Whether the mask can be broadcast, and the output has the right shape."""
    fits: Value = b.i1(True)
    shape = shape_of(plan.given)
    if plan.where is not None:
        own = shape_of(plan.where)
        for length, wanted in zip(own, shape[len(shape) - len(own) :], strict=True):
            fits = b.and_(fits, b.or_(b.icmp("eq", length, wanted), b.icmp("eq", length, b.i64(1))))
    if plan.out is not None:
        shown = [k for k in range(plan.array.ndim) if plan.keepdims or k not in plan.reduced]
        for length, axis in zip(shape_of(plan.out), shown, strict=True):
            fits = b.and_(fits, b.icmp("eq", length, b.i64(1) if axis in plan.reduced else shape[axis]))
    return fits


def _masked(b: Builder, array: Val, mask: Val, fill: Any) -> Val:
    """A copy of an array, with `fill` for the elements that do not count."""
    dtype = np.dtype(array_type(array).dtype)
    filler = b.constant(t.NumpyScalar(dtype), fill).parts

    def compute(row: Sequence[Val]) -> Sequence[Val]:
        parts = [b.select(row[1].part, one, other) for one, other in zip(row[0].parts, filler, strict=True)]
        return [Val(t.NumpyScalar(dtype), parts)]

    made = allocate_like(b, array, dtype)
    write(b, elementwise([array, mask], [dtype], compute), [made], shape_of(array), local=True)
    return made


def _put(b: Builder, out: Val, made: Val) -> None:
    if isinstance(made.type, t.Array):
        copy_elements(b, out, made)
        b.emit("decref", (owner_of(made),))
    else:
        store_element(b, array_type(out).dtype, data_of(out), made.parts)


# ---- entries

Planner = Callable[[Sequence[Any], Mapping[str, Any]], "Plan | None"]


def register(
    name: str,
    keys: Sequence[object],
    parameters: Sequence[str],
    plan: Planner,
    build: Build,
    fill: Callable[[Plan], Any] = lambda _plan: None,
    *,
    fuses: bool = False,
    in_any_order: Orders = lambda _plan: False,
) -> None:
    """Register functions and methods of arrays; `plan` says what a call asks for, `build` does it.

    `fuses` says that `build` can reduce pending arrays as a whole, `in_any_order` for which plans it has loops for axes
    in any order.
    """
    for key in keys:
        function = getattr(np.ndarray, name) if isinstance(key, method) else key
        for writes in (False, True):
            _register(key, function, parameters, plan, build, fill, in_any_order, writes=writes, fuses=fuses)


def _register(
    key: object,
    function: Any,
    parameters: Sequence[str],
    plan: Planner,
    build: Build,
    fill: Callable[[Plan], Any],
    in_any_order: Orders,
    *,
    writes: bool,
    fuses: bool,
) -> None:
    def result(*args: Arg, **keywords: Arg) -> t.Type | None:
        found = plan(args, keywords)
        if found is None or (found.out is not None) != writes:
            return None
        kind: t.Type = found.out.type if writes else found.result
        return kind

    @lowers(
        key,
        t.Array,
        result=result,
        rest=anything,
        keywords={one: anything for one in parameters if one != parameters[0]},
        effects=effects_of(writes=writes),
        samples=arrays if not writes else (),
        fusion=Fusion(takes=(0,)) if fuses else None,
    )
    def lower(b: Builder, *args: Val, **keywords: Val) -> Val:
        found = plan(args, keywords)
        assert found is not None
        return run_fused(b, found, function, args, keywords, build, fill(found), in_any_order)


def effects_of(*, writes: bool) -> str:
    """The effects of a reduction that writes into ``out``, or makes a new result."""
    return "raises reads writes" if writes else "allocates raises reads"
