"""``repeat``, ``tile`` and ``roll``: each copies an array, box by box, to where it is to stand."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate, allocate_like, layout_like
from minijit.library.arrays.copy_loops import copy_strided
from minijit.library.arrays.dtypes import bind, is_none, known_value
from minijit.library.builder import Builder, Val, item_of
from minijit.library.indexing.index_expressions import is_integer_index
from minijit.library.memory import array_type, contiguous_strides, data_of, make_array, shape_of, strides_of
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers, method
from minijit.machine import I64

_FRESH: Final = "allocates raises reads"


def copy_box(
    b: Builder, made: Val, place: tuple[Value, Sequence[Value]], array: Val, source: tuple[Value, Sequence[Value]],
    shape: Sequence[Value],
) -> None:  # fmt: skip
    """Copy a box of elements of `array` to a box of `made`, both given by data and strides."""
    kind = t.Array(array_type(made).dtype, len(shape), "A" if shape else "C")
    target = make_array(kind, b.null(), b.null(), place[0], shape, place[1])
    copy_strided(b, target, source, array_type(array).dtype, shape, local=True)


def length_values(shape: Val) -> list[Val]:
    """The numbers in an argument that is a number or a tuple of numbers."""
    if isinstance(shape.type, t.Tuple):
        return [item_of(shape, k) for k in range(len(shape.type.items))]
    return [shape]


def are_integers(one: t.Type) -> bool:
    """Whether an argument is an integer or a tuple of integers."""
    items = one.items if isinstance(one, t.Tuple) else (one,)
    return all(map(is_integer_index, items))


def unless(b: Builder, rare: Value, kind: t.Type, build: Callable[[], Val], by_numpy: Callable[[], Val]) -> Val:
    """`build`, but by NumPy in rare cases."""
    if known(rare) == 0:
        return build()
    fine = b.not_(rare)
    return Val(kind, b.if_else(fine, lambda: build().parts, lambda: by_numpy().parts, likely=True))


# ---- repeat


def _repeat_plan(args: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[t.Array, int | None] | None:
    """The type of the result, and the axis."""
    bound = bind(("a", "repeats", "axis"), args, keywords, 2)
    if bound is None or not isinstance(bound["a"].type, t.Array) or not is_integer_index(bound["repeats"].type):
        return None
    kind: t.Array = bound["a"].type
    if is_none(bound.get("axis")):
        return t.Array(kind.dtype, 1, "C"), None
    axis = known_value(bound["axis"])
    if type(axis) is not int or not -kind.ndim <= axis < kind.ndim:
        return None
    return t.Array(kind.dtype, kind.ndim, "C"), axis % kind.ndim


def _type_of_repeat(*args: Arg, **keywords: Arg) -> t.Type | None:
    plan = _repeat_plan(args, keywords)
    return None if plan is None else plan[0]


_TABLE: Final = np.arange(12.0).reshape(3, 4)


@lowers(
    np.repeat,
    result=_type_of_repeat,
    rest=anything,
    keywords=dict.fromkeys(("repeats", "axis"), anything),
    effects=_FRESH,
    samples=[(_TABLE, 2), (_TABLE[::-1, ::2], 3), (_TABLE.astype(np.int8).T, 0), (_TABLE, -1), (np.array(2.5), 2)],
)
@lowers(
    method("repeat"),
    result=_type_of_repeat,
    rest=anything,
    keywords=dict.fromkeys(("repeats", "axis"), anything),
    effects=_FRESH,
)
def repeat(b: Builder, *args: Val, **keywords: Val) -> Val:
    """Each element, or each part along an axis, several times."""
    plan = _repeat_plan(args, keywords)
    bound = bind(("a", "repeats", "axis"), args, keywords, 2)
    assert plan is not None and bound is not None
    kind, axis = plan
    array, count = bound["a"], b.index_of(bound["repeats"])
    shape, strides = list(shape_of(array)), list(strides_of(b, array))
    place = len(shape) if axis is None else axis + 1

    def by_numpy() -> Val:
        return b.call_python(np.repeat, [*args, *keywords.values()], kind, tuple(keywords), effects="")

    def build() -> Val:
        walked = [*shape[:place], count, *shape[place:]]
        if axis is None:
            total = count
            for length in shape:
                total = b.mul(total, length)
            lengths = [total]
        else:
            lengths = [*shape[:axis], b.mul(shape[axis], count), *shape[axis + 1 :]]
        made = allocate(b, kind.dtype, lengths)
        steps = contiguous_strides(b, walked, kind.dtype.itemsize)
        source = [*strides[:place], b.i64(0), *strides[place:]]
        copy_box(b, made, (data_of(made), steps), array, (data_of(array), source), walked)
        return made

    return unless(b, b.icmp("slt", count, b.i64(0)), kind, build, by_numpy)


# ---- tile


def _type_of_tile(*args: Arg, **keywords: Arg) -> t.Type | None:
    bound = bind(("A", "reps"), args, keywords, 2)
    if bound is None or not isinstance(bound["A"].type, t.Array) or not are_integers(bound["reps"].type):
        return None
    kind = bound["A"].type
    known_reps = known_value(bound["reps"])
    if kind.layout != "C" and known_reps in (1, *((1,) * k for k in range(1, 9))):
        # A copy in the order that the array has.
        return None
    count = len(bound["reps"].type.items) if isinstance(bound["reps"].type, t.Tuple) else 1
    return t.Array(kind.dtype, max(kind.ndim, count), "C")


@lowers(
    np.tile,
    result=_type_of_tile,
    rest=anything,
    keywords=dict.fromkeys(("A", "reps"), anything),
    effects=_FRESH,
    samples=[(_TABLE, 2), (_TABLE, (2, 1)), (_TABLE[0], (2, 2)), (_TABLE.T, (1, 2, 1)), (_TABLE, 1), (_TABLE[0], 0)],
)
def tile(b: Builder, *args: Val, **keywords: Val) -> Val:
    """An array several times, along each axis."""
    bound = bind(("A", "reps"), args, keywords, 2)
    named = {name: Arg(one.type, one.const) for name, one in keywords.items()}
    kind = _type_of_tile(*(Arg(one.type, one.const) for one in args), **named)
    assert bound is not None and isinstance(kind, t.Array)
    array, one, zero = bound["A"], b.i64(1), b.i64(0)
    counts: list[Value] = [b.index_of(value) for value in length_values(bound["reps"])]
    counts = [*[one] * (kind.ndim - len(counts)), *counts]
    missing = kind.ndim - array_type(array).ndim
    shape, strides = [*[one] * missing, *shape_of(array)], [*[zero] * missing, *strides_of(b, array)]
    # An array that is not repeated at all is copied in its own order, and NumPy gives a view of one without elements;
    # negative numbers raise.
    rare: Value = b.i1(True)
    for count in counts:
        rare = b.and_(rare, b.icmp("eq", count, one))
    for count in counts:
        rare = b.or_(rare, b.icmp("slt", count, zero))
    for length in shape:
        rare = b.or_(rare, b.icmp("eq", length, zero))

    def by_numpy() -> Val:
        return b.call_python(np.tile, [*args, *keywords.values()], kind, tuple(keywords), effects="")

    def build() -> Val:
        lengths = [b.mul(length, count) for length, count in zip(shape, counts, strict=True)]
        made = allocate(b, kind.dtype, lengths)
        walked, source, steps = [], [], []
        for length, count, stride, step in zip(shape, counts, strides, strides_of(b, made), strict=True):
            walked += [count, length]
            source += [zero, stride]
            steps += [b.mul(step, length), step]
        copy_box(b, made, (data_of(made), steps), array, (data_of(array), source), walked)
        return made

    return unless(b, rare, kind, build, by_numpy)


# ---- roll


def _roll_plan(args: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[t.Array, list[int]] | None:
    """The type of the result, and the axis of each shift; none for the flattened array."""
    bound = bind(("a", "shift", "axis"), args, keywords, 2)
    if bound is None or not isinstance(bound["a"].type, t.Array) or not are_integers(bound["shift"].type):
        return None
    kind: t.Array = bound["a"].type
    made = t.Array(kind.dtype, kind.ndim, layout_like(kind))
    count = len(bound["shift"].type.items) if isinstance(bound["shift"].type, t.Tuple) else 1
    if is_none(bound.get("axis")):
        if bound["shift"].type != t.INT:
            return None
        return (made, [0]) if kind.ndim == 1 else (made, []) if kind.layout == "C" else None
    value = known_value(bound["axis"])
    axes = value if isinstance(value, tuple) else (value,)
    if not all(type(axis) is int and -kind.ndim <= axis < kind.ndim for axis in axes):
        return None
    if not axes or not count or (len(axes) != count and 1 not in (len(axes), count)) or max(len(axes), count) > 3:
        return None
    return made, [axis % kind.ndim for axis in axes] * (count if len(axes) == 1 else 1)


def _type_of_roll(*args: Arg, **keywords: Arg) -> t.Type | None:
    plan = _roll_plan(args, keywords)
    return None if plan is None else plan[0]


@lowers(
    np.roll,
    result=_type_of_roll,
    rest=anything,
    keywords=dict.fromkeys(("shift", "axis"), anything),
    effects=_FRESH,
    samples=[(_TABLE, 1), (_TABLE[0], -2), (_TABLE[:0], 3), (_TABLE[0][::2], 5), (_TABLE.astype(np.int16), 30)],
)
def roll(b: Builder, *args: Val, **keywords: Val) -> Val:
    """An array with what goes out on one side coming in on the other."""
    plan = _roll_plan(args, keywords)
    bound = bind(("a", "shift", "axis"), args, keywords, 2)
    assert plan is not None and bound is not None
    array = bound["a"]
    shifts: list[Value] = [b.index_of(value) for value in length_values(bound["shift"])]
    made = allocate_like(b, array, array_type(array).dtype)
    shape, strides, steps = list(shape_of(array)), list(strides_of(b, array)), list(strides_of(b, made))
    axes = plan[1]
    if not axes:
        total: Value = b.i64(1)
        for length in shape:
            total = b.mul(total, length)
        size = [b.i64(array_type(array).dtype.itemsize)]
        shape, strides, steps, axes = [total], list(size), list(size), [0]
    shifts = shifts * len(axes) if len(shifts) == 1 else shifts
    offsets: dict[int, Value] = {}
    for axis, shift in zip(axes, shifts, strict=True):
        length = b.max_i64(shape[axis], b.i64(1))
        rest: Value = b.emit("srem", (shift, length), I64)
        rest = b.add(rest, b.select(b.icmp("slt", rest, b.i64(0)), length, b.i64(0)))
        if axis in offsets:
            rest = b.emit("srem", (b.add(offsets[axis], rest), length), I64)
        offsets[axis] = b.select(b.icmp("eq", shape[axis], b.i64(0)), b.i64(0), rest)
    for goes_round in itertools.product((False, True), repeat=len(offsets)):
        place, source, lengths = data_of(made), data_of(array), list(shape)
        for (axis, offset), wrapped in zip(offsets.items(), goes_round, strict=True):
            kept = b.sub(shape[axis], offset)
            lengths[axis] = offset if wrapped else kept
            if wrapped:
                source = b.ptr_add(source, b.mul(kept, strides[axis]))
            else:
                place = b.ptr_add(place, b.mul(offset, steps[axis]))
        copy_box(b, made, (place, steps), array, (source, strides), lengths)
    return made
