"""What a call of a reduction asks for: over which axes, in which dtype, of which elements, and into which array."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.arrays.dtypes import bind, dtype_of_argument, is_none, known_value
from minijit.library.builder import Val
from minijit.library.reductions.nests import result_type
from minijit.library.registry import Arg
from minijit.numpy_types import BOOL_DTYPE, Dtype, is_native


def reduced_axes(array: t.Array, axis: Arg | Val | None) -> frozenset[int] | None:
    """The axes that an argument names; ``None`` where it isn't known, or names none, or one that is not there."""
    if is_none(axis):
        return frozenset(range(array.ndim))
    value = known_value(axis)
    values = value if isinstance(value, tuple) else (value,)
    if not values or not all(type(one) is int and -array.ndim <= one < array.ndim for one in values):
        return None
    found = frozenset(one % array.ndim for one in values)
    return found if len(found) == len(values) else None


def keeps_dims(arg: Arg | Val | None) -> bool | None:
    """What ``keepdims`` says; ``None`` where it isn't known."""
    if arg is None:
        return False
    value = known_value(arg)
    return value if isinstance(value, bool) else None


@cache
def dtype_of_result(function: Callable[..., Any], dtype: Dtype, wanted: Dtype | None) -> Dtype | None:
    """The dtype of what a reduction gives, or a running total."""
    keywords = {} if wanted is None else {"dtype": wanted}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = function(np.ones((1, 1), dtype), axis=0, **keywords).dtype
        except (TypeError, ValueError, Warning):
            return None
    return np.dtype(found.str) if is_native(found) else None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a call asks for.

    Attributes
    ----------
    bound : mapping of str to Arg or Val
        The arguments by parameter.
    given : Arg or Val
        What is reduced.
    array : Array
        Its type.
    reduced : frozenset of int
        The axes that go.
    keepdims : bool
        Whether they stay with length 1.
    dtype : dtype
        That of the result.
    out : Arg or Val or None
        The array to write to.
    where : Arg or Val or None
        The mask of the elements that count, if not all do.
    in_order : bool
        Whether the axes lie in memory as the layout of the array tells.
    beside : tuple of Val
        The arrays whose strides tell the order of axes else, if not the array's.
    """

    bound: Mapping[str, Any]
    given: Any
    array: t.Array
    reduced: frozenset[int]
    keepdims: bool
    dtype: Dtype
    out: Any = None
    where: Any = None
    in_order: bool = True
    beside: tuple[Val, ...] = ()

    @property
    def result(self) -> t.Type:
        """The type of the result, if it is a new one."""
        return result_type(self.array, self.reduced, self.keepdims, self.dtype)


def plan_of(
    function: Callable[..., Any],
    parameters: Sequence[str],
    args: Sequence[Any],
    keywords: Mapping[str, Any],
    allowed: str,
) -> Plan | None:
    """The plan of a call; ``None`` where NumPy has to do it. `allowed` are the parameters besides the array."""
    bound = bind(parameters, args, keywords)
    first = parameters[0]
    if bound is None or not isinstance(bound[first].type, t.Array):
        return None
    where = bound.get("where")
    if where is not None and known_value(where) is True:
        where = None
        del bound["where"]
    if not all(one in allowed.split() or is_none(arg) for one, arg in bound.items() if one != first):
        return None
    kind = bound[first].type
    reduced = reduced_axes(kind, bound.get("axis"))
    keepdims = keeps_dims(bound.get("keepdims"))
    wanted = None
    if not is_none(bound.get("dtype")):
        wanted = dtype_of_argument(bound["dtype"], None)
        if wanted is None:
            return None
    dtype = dtype_of_result(function, np.dtype(kind.dtype), wanted)
    if reduced is None or keepdims is None or dtype is None:
        return None
    out = None if is_none(bound.get("out")) else bound["out"]
    plan = Plan(bound, bound[first], kind, reduced, keepdims, dtype, out, where)
    return plan if _takes_out(plan) and _takes_mask(plan) else None


def _takes_out(plan: Plan) -> bool:
    if plan.out is None:
        return True
    kind, result = plan.out.type, plan.result
    if not isinstance(kind, t.Array) or not kind.writable or kind.dtype != plan.dtype:
        return False
    return kind.ndim == (result.ndim if isinstance(result, t.Array) else 0)


def _takes_mask(plan: Plan) -> bool:
    if plan.where is None:
        return True
    kind = plan.where.type
    if not isinstance(kind, t.Array) or kind.dtype != BOOL_DTYPE or not 0 < kind.ndim <= plan.array.ndim:
        return False
    # A mask has a say in the order of the result's axes.
    result = plan.result
    return plan.array.layout != "F" or kind.layout == "F" or not isinstance(result, t.Array) or result.ndim < 2
