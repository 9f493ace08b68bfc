"""``split``, ``array_split``, ``hsplit``, ``vsplit`` and ``dsplit``: lists of views, of a length that is known.

The parts are slices along an axis. Where they begin may be known at run time only, for a tuple of places has a known
length. A number of parts that is not known is left to NumPy.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.dtypes import bind, known_value
from minijit.library.builder import Builder, Val, item_of, tuple_val
from minijit.library.indexing.index_expressions import is_integer_index
from minijit.library.memory import shape_of
from minijit.library.operands import anything
from minijit.library.registry import Arg, find, lowers
from minijit.machine import I64

_MOST_PARTS: Final = 16
"""More parts are left to NumPy: each is a value of its own."""
_FULL: Final = t.Slice(t.NONE, t.NONE, t.NONE)

_AXES: Final[dict[Callable[..., Any], Callable[[int], int]]] = {
    np.split: lambda ndim: 0,
    np.array_split: lambda ndim: 0,
    np.hsplit: lambda ndim: 1 if ndim > 1 else 0,
    np.vsplit: lambda ndim: 0 if ndim > 1 else -1,
    np.dsplit: lambda ndim: 2,
}
"""The axis by default; one that an array does not have is an error, which NumPy raises."""


class Plan:
    """What is split along which axis; `count` is the number of parts, `places` where they begin, if that is given."""

    def __init__(self, function: Callable[..., Any], array: Any, axis: int, parts: Any) -> None:
        self.function = function
        self.array = array
        self.axis = axis
        self.places = parts if isinstance(parts.type, t.Tuple) else None
        self.count: Any = len(parts.type.items) + 1 if self.places is not None else known_value(parts)

    def type_of_part(self) -> t.Type | None:
        """The type of a slice along the axis."""
        part = t.Slice(t.INT, t.INT, t.NONE)
        index = t.Tuple((_FULL,) * self.axis + (part,))
        found = find(operator.getitem, (Arg(self.array.type), Arg(index)), {})
        return None if found is None else found[1]


def _plan(function: Callable[..., Any], args: Sequence[Any], keywords: Mapping[str, Any]) -> Plan | None:
    names = ("ary", "indices_or_sections", "axis")[: 3 if function in (np.split, np.array_split) else 2]
    bound = bind(names, args, keywords, 2)
    if bound is None or not isinstance(bound["ary"].type, t.Array):
        return None
    ndim = bound["ary"].type.ndim
    axis: Any = known_value(bound["axis"]) if "axis" in bound else _AXES[function](ndim)
    parts = bound["indices_or_sections"]
    if type(axis) is not int or not -ndim <= axis < ndim or (axis < 0 and "axis" not in bound):
        return None
    plan = Plan(function, bound["ary"], axis % ndim, parts)
    places = parts.type.items if plan.places is not None else ()
    fits = all(map(is_integer_index, places)) and (plan.places is not None or parts.type == t.INT)
    return plan if fits and type(plan.count) is int and 0 < plan.count <= _MOST_PARTS else None


def _type_of(function: Callable[..., Any], args: Sequence[Any], keywords: Mapping[str, Any]) -> t.Type | None:
    plan = _plan(function, args, keywords)
    part = None if plan is None else plan.type_of_part()
    return None if plan is None or part is None else t.Tuple((part,) * plan.count, list)


def _register(function: Callable[..., Any]) -> None:
    @lowers(
        function,
        t.Array,
        result=lambda *args, **keywords: _type_of(function, args, keywords),
        rest=anything,
        keywords={"indices_or_sections": anything, "axis": anything},
        effects="raises",
        samples=[(np.arange(6), (1, 4)), (np.arange(24.0).reshape(2, 3, 4), (1,)), (np.arange(6), (4, -1, 9))],
    )
    def lower(b: Builder, *args: Val, **keywords: Val) -> Val:
        plan = _plan(function, args, keywords)
        assert plan is not None
        length = shape_of(args[0])[plan.axis]
        if plan.places is None:
            bounds = _equal_parts(b, plan, length, [*args, *keywords.values()], tuple(keywords))
        else:
            places = [item_of(plan.places, k) for k in range(plan.count - 1)]
            words = [b.i64(0), *(b.index_of(place) for place in places), length]
            bounds = list(itertools.pairwise(words))
        made = [_part(b, args[0], plan.axis, *pair) for pair in bounds]
        return Val(t.Tuple(tuple(one.type for one in made), list), tuple_val(made).parts)


def _equal_parts(
    b: Builder, plan: Plan, length: Value, args: Sequence[Val], keywords: tuple[str, ...]
) -> list[tuple[Value, Value]]:
    """Parts of equal length, the first ones longer by one where that does not come out even."""
    count = b.i64(plan.count)
    size, rest = b.emit("sdiv", (length, count), I64), b.emit("srem", (length, count), I64)
    if plan.function is not np.array_split:

        def refuse() -> tuple[Value, ...]:
            b.call_python(plan.function, args, t.NEVER, keywords)
            return ()

        b.if_else(b.icmp("eq", rest, b.i64(0)), lambda: (), refuse, likely=True)
    starts: list[Value] = []
    for number in range(plan.count + 1):
        longer = b.min_i64(b.i64(number), rest) if plan.function is np.array_split else b.i64(0)
        starts.append(b.add(b.mul(size, b.i64(number)), longer))
    return list(itertools.pairwise(starts))


def _part(b: Builder, array: Val, axis: int, start: Value, stop: Value) -> Val:
    full = Val(_FULL, (), (None, None, None))
    bounds = Val(t.Slice(t.INT, t.INT, t.NONE), (start, stop))
    index = tuple_val([*[full] * axis, bounds])
    return b.apply(operator.getitem, array, index)


for _function in _AXES:
    _register(_function)
