"""Functions made of others: ``diff`` and ``ptp`` of operators and reductions on views."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.attributes import arrays
from minijit.library.arrays.dtypes import bind, known_value
from minijit.library.builder import Builder, Val
from minijit.library.memory import data_of, make_view, owner_of, shape_of, strides_of
from minijit.library.operands import anything
from minijit.library.registry import Arg, find, lowers, method


def _type_of(function: object, *args: t.Type, **keywords: Arg) -> t.Type | None:
    found = find(function, tuple(Arg(one) for one in args), keywords)
    return None if found is None else found[1]


# ---- diff


def _diff_plan(args: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[t.Array, int, object] | None:
    """The type of the two views that are subtracted, the axis and the operation."""
    bound = bind(("a", "n", "axis"), args, keywords)
    if bound is None or not isinstance(bound["a"].type, t.Array):
        return None
    kind: t.Array = bound["a"].type
    axis = known_value(bound["axis"]) if "axis" in bound else -1
    if "n" in bound and known_value(bound["n"]) != 1:
        return None
    if type(axis) is not int or not -kind.ndim <= axis < kind.ndim:
        return None
    axis %= kind.ndim
    # Part of the slowest axis leaves the array contiguous.
    slowest = {"C": 0, "F": kind.ndim - 1, "A": -1}[kind.layout]
    layout: t.Layout = kind.layout if axis == slowest else "A"
    part = t.Array(kind.dtype, kind.ndim, layout, kind.writable)
    return part, axis, operator.ne if kind.dtype.kind == "b" else operator.sub


def _type_of_diff(*args: Arg, **keywords: Arg) -> t.Type | None:
    plan = _diff_plan(args, keywords)
    if plan is None:
        return None
    part, _, operation = plan
    found = _type_of(operation, part, part)
    return found if isinstance(found, t.Array) else None


@lowers(
    np.diff,
    t.Array,
    result=_type_of_diff,
    rest=anything,
    keywords={"n": anything, "axis": anything},
    effects="allocates raises reads",
    samples=lambda: [row for row in arrays() if row[0].ndim],
)
def diff(b: Builder, *args: Val, **keywords: Val) -> Val:
    """Each element less the one before it along an axis."""
    plan = _diff_plan(args, keywords)
    assert plan is not None
    part, axis, operation = plan
    array = args[0]
    shape, strides = list(shape_of(array)), strides_of(b, array)
    shape[axis] = b.max_i64(b.sub(shape[axis], b.i64(1)), b.i64(0))
    before = make_view(b, array, part, data_of(array), shape, strides)
    after = make_view(b, array, part, b.ptr_add(data_of(array), strides[axis]), shape, strides)
    return b.apply(operation, after, before)


# ---- ptp

_PTP: Final = ("a", "axis", "keepdims")


def _ptp_types(args: Sequence[Arg], keywords: Mapping[str, Arg]) -> tuple[t.Type, t.Type] | None:
    """The types of the extremes, and of the result."""
    bound = bind(_PTP, args, keywords)
    if bound is None or not isinstance(bound["a"].type, t.Array):
        return None
    named = {name: arg for name, arg in bound.items() if name != "a"}
    extreme = _type_of(method("max"), bound["a"].type, **named)
    if not isinstance(extreme, t.Array | t.NumpyScalar) or extreme.dtype.kind == "b":
        return None
    found = _type_of(operator.sub, extreme, extreme)
    return None if found != extreme else (extreme, found)


def _type_of_ptp(*args: Arg, **keywords: Arg) -> t.Type | None:
    types = _ptp_types(args, keywords)
    return None if types is None else types[1]


@lowers(
    np.ptp,
    t.Array,
    result=_type_of_ptp,
    rest=anything,
    keywords=dict.fromkeys(_PTP[1:], anything),
    effects="allocates raises reads",
    samples=arrays,
)
def ptp(b: Builder, *args: Val, **keywords: Val) -> Val:
    """The greatest less the least."""
    bound = bind(_PTP, args, keywords)
    assert bound is not None
    array = bound.pop("a")
    high = b.apply(method("max"), array, **bound)
    low = b.apply(method("min"), array, **bound)
    return _combined(b, lambda: b.apply(operator.sub, high, low), high, low)


def _combined(b: Builder, build: Callable[[], Val], *used: Val) -> Val:
    """What `build` makes; arrays that it used up are let go."""
    made = build()
    owners: list[Value] = [owner_of(one) for one in used if isinstance(one.type, t.Array)]
    for owner in owners:
        b.emit("decref", (owner,))
    return made
