"""Views with other axes: ``transpose``, ``swapaxes``, ``moveaxis``, ``expand_dims``, ``squeeze``, ``flip``, ``rot90``.

A view is described by a row of steps, one for each of its axes: an axis of the array, forwards or backwards, or a new
one of length 1. The steps follow from arguments that are known while compiling.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from minijit import types as t
from minijit.ir.nodes import UNKNOWN, Value
from minijit.library.arrays.attributes import arrays
from minijit.library.arrays.dtypes import bind, known_value
from minijit.library.builder import Builder, Val
from minijit.library.memory import array_type, contiguous_strides, data_of, make_view, shape_of, strides_of
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers, method


class Step(NamedTuple):
    """Where an axis of a view comes from: an axis of the array (-1: a new one), and whether it runs backwards."""

    axis: int
    backwards: bool = False


class View(NamedTuple):
    """The axes of a view, and the axes of the array that are left out because their length is 1."""

    steps: tuple[Step, ...]
    dropped: tuple[int, ...] = ()


Rule = Callable[[int, Sequence[Any]], "View | None"]
"""``rule(ndim, arguments)``: the view that known arguments ask for; ``None`` for wrong ones."""


def _axes(value: Any, ndim: int) -> tuple[int, ...] | None:
    values = value if isinstance(value, tuple) else (value,)
    if not all(type(one) is int and -ndim <= one < ndim for one in values):
        return None
    found = tuple(one % ndim for one in values)
    return found if len(set(found)) == len(found) else None


def _swapped(ndim: int, arguments: Sequence[Any]) -> View | None:
    pairs = [_axes(one, ndim) for one in arguments]
    if len(pairs) != 2 or None in pairs or isinstance(arguments[0], tuple) or isinstance(arguments[1], tuple):
        return None
    (one,), (other,) = pairs  # type: ignore[misc]
    order = list(range(ndim))
    order[one], order[other] = other, one
    return View(tuple(map(Step, order)))


def _moved(ndim: int, arguments: Sequence[Any]) -> View | None:
    if len(arguments) != 2:
        return None
    source, target = _axes(arguments[0], ndim), _axes(arguments[1], ndim)
    if source is None or target is None or len(source) != len(target):
        return None
    order = [axis for axis in range(ndim) if axis not in source]
    for place, axis in sorted(zip(target, source, strict=True)):
        order.insert(place, axis)
    return View(tuple(map(Step, order)))


def _expanded(ndim: int, arguments: Sequence[Any]) -> View | None:
    if len(arguments) != 1:
        return None
    count = len(arguments[0]) if isinstance(arguments[0], tuple) else 1
    places = _axes(arguments[0], ndim + count)
    if places is None:
        return None
    rest = iter(range(ndim))
    return View(tuple(Step(-1) if k in places else Step(next(rest)) for k in range(ndim + count)))


def _squeezed(ndim: int, arguments: Sequence[Any]) -> View | None:
    axes = _axes(arguments[0], ndim) if len(arguments) == 1 and arguments[0] is not None else None
    if not axes:
        return None
    return View(tuple(Step(k) for k in range(ndim) if k not in axes), axes)


def _flipped(ndim: int, arguments: Sequence[Any]) -> View | None:
    everything = not arguments or arguments[0] is None
    axes = tuple(range(ndim)) if everything else _axes(arguments[0], ndim)
    return None if axes is None or not ndim else View(tuple(Step(k, k in axes) for k in range(ndim)))


def _flipped_axis(axis: int) -> Rule:
    def rule(ndim: int, _arguments: Sequence[Any]) -> View | None:
        return View(tuple(Step(k, k == axis) for k in range(ndim))) if axis < ndim else None

    return rule


def _rotated(ndim: int, arguments: Sequence[Any]) -> View | None:
    count = arguments[0] if arguments else 1
    axes = arguments[1] if len(arguments) > 1 else (0, 1)
    if type(count) is not int or not isinstance(axes, tuple) or len(axes) != 2:
        return None
    found = _axes(axes, ndim)
    if found is None:
        return None
    steps = [Step(k) for k in range(ndim)]
    first, second = found
    if count % 2:
        steps[first], steps[second] = Step(second, count % 4 == 1), Step(first, count % 4 == 3)
    elif count % 4:
        steps[first], steps[second] = Step(first, True), Step(second, True)
    return View(tuple(steps))


def _permuted(ndim: int, arguments: Sequence[Any]) -> View | None:
    if not arguments or arguments[0] is None:
        return View(tuple(map(Step, reversed(range(ndim)))))
    order = _axes(arguments[0], ndim) if isinstance(arguments[0], tuple) else None
    return View(tuple(map(Step, order))) if order is not None and len(order) == ndim else None


def _rolled(ndim: int, arguments: Sequence[Any]) -> View | None:
    axis, start = (*arguments, 0)[:2]
    axes = _axes(axis, ndim) if type(axis) is int else None
    if axes is None or type(start) is not int or not -ndim <= start <= ndim:
        return None
    start += ndim if start < 0 else 0
    order = [k for k in range(ndim) if k != axes[0]]
    order.insert(start - (axes[0] < start), axes[0])
    return View(tuple(map(Step, order)))


_RULES: Final[dict[Callable[..., Any], tuple[Rule, tuple[str, ...]]]] = {
    np.swapaxes: (_swapped, ("a", "axis1", "axis2")),
    np.moveaxis: (_moved, ("a", "source", "destination")),
    np.expand_dims: (_expanded, ("a", "axis")),
    np.squeeze: (_squeezed, ("a", "axis")),
    np.flip: (_flipped, ("m", "axis")),
    np.flipud: (_flipped_axis(0), ("m",)),
    np.fliplr: (_flipped_axis(1), ("m",)),
    np.rot90: (_rotated, ("m", "k", "axes")),
    np.transpose: (_permuted, ("a", "axes")),
    np.rollaxis: (_rolled, ("a", "axis", "start")),
}


def _layout(array: t.Array, steps: Sequence[Step]) -> t.Layout | None:
    """The strictest layout that always holds; ``None`` where NumPy's strides are not those of our view."""
    order = [step.axis for step in steps if step.axis >= 0]
    if len(order) < len(steps):
        return "C" if array.layout == "C" else "A"
    if any(step.backwards for step in steps):
        return "A"
    if not order:
        return "C"
    if order == sorted(order):
        return "C" if array.layout == "F" and len(order) < 2 else array.layout
    if order == sorted(order, reverse=True) and array.layout != "A":
        return "F" if array.layout == "C" else "C"
    return "A"


def _plan(
    function: Callable[..., Any], args: Sequence[Any], keywords: Mapping[str, Any]
) -> tuple[t.Array, View] | None:
    rule, names = _RULES[function]
    bound = bind(names, args, keywords)
    if bound is None or not isinstance(bound[names[0]].type, t.Array):
        return None
    kind: t.Array = bound[names[0]].type
    rest = [bound[name] for name in names[1:] if name in bound]
    given = [None if isinstance(one.type, t.NoneValue) else known_value(one) for one in rest]
    view = None if any(value is UNKNOWN for value in given) else rule(kind.ndim, given)
    layout = None if view is None else _layout(kind, view.steps)
    if view is None or layout is None:
        return None
    return t.Array(kind.dtype, len(view.steps), layout, kind.writable), view


def _register(key: object, function: Callable[..., Any]) -> None:
    names = _RULES[function][1]

    def result(*args: Arg, **keywords: Arg) -> t.Type | None:
        plan = _plan(function, args, keywords)
        return None if plan is None else plan[0]

    @lowers(
        key,
        t.Array,
        result=result,
        rest=anything,
        keywords=dict.fromkeys(names[1:], anything),
        effects="raises",
        samples=arrays if function is np.flip else (),
    )
    def lower(b: Builder, *args: Val, **keywords: Val) -> Val:
        plan = _plan(function, args, keywords)
        assert plan is not None
        kind, view = plan

        def by_numpy() -> tuple[Value, ...]:
            b.call_python(function, [*args, *keywords.values()], t.NEVER, tuple(keywords))
            return ()

        single: Value = b.i1(True)
        for axis in view.dropped:
            single = b.and_(single, b.icmp("eq", shape_of(args[0])[axis], b.i64(1)))
        b.if_else(single, lambda: (), by_numpy, likely=True)
        return _view(b, args[0], kind, view)


def _view(b: Builder, array: Val, kind: t.Array, view: View) -> Val:
    lengths, strides = shape_of(array), strides_of(b, array)
    data, one = data_of(array), b.i64(1)
    shape: list[Value] = []
    steps: list[Value] = []
    for axis, backwards in view.steps:
        shape.append(one if axis < 0 else lengths[axis])
        stride = b.i64(0) if axis < 0 else strides[axis]
        if backwards:
            reach = b.mul(b.sub(lengths[axis], one), stride)
            some = b.icmp("sgt", lengths[axis], b.i64(0))
            # An axis without items is left as it is.
            data = b.ptr_add(data, b.select(some, reach, b.i64(0)))
            stride = b.select(some, b.sub(b.i64(0), stride), stride)
        steps.append(stride)
    if any(step.axis < 0 for step in view.steps):
        steps = _strides_of_units(b, shape, steps, array_type(array).dtype.itemsize)
    if kind.layout != "A":
        steps = list(contiguous_strides(b, shape, array_type(array).dtype.itemsize, kind.layout))
    return make_view(b, array, kind, data, shape, steps)


def _strides_of_units(b: Builder, shape: Sequence[Value], steps: Sequence[Value], itemsize: int) -> list[Value]:
    """The strides that reshape gives to axes of length 1: as if the array were contiguous there.

    That is what the following axis spans, behind the last longer axis its stride.
    """
    one = b.i64(1)
    last: Value = b.i64(itemsize)
    for length, step in zip(shape, steps, strict=True):
        last = b.select(b.icmp("eq", length, one), last, step)
    found: list[Value] = []
    for length, step in zip(reversed(shape), reversed(steps), strict=True):
        stride = b.select(b.icmp("eq", length, one), last, step)
        found.append(stride)
        last = b.mul(stride, length)
    return found[::-1]


for _function in _RULES:
    _register(_function, _function)
if hasattr(np, "permute_dims"):
    _register(np.permute_dims, np.transpose)
for _name in ("swapaxes", "squeeze"):
    _register(method(_name), getattr(np, _name))

