"""``np.pad`` with constants, and by edges, reflections and repetitions of the array.

A constant fills slabs at the sides. In the other modes each element of the result comes from an element of the array:
which one is worked out axis by axis, and along the last axis only outside of the array.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate, is_contiguous
from minijit.library.arrays.copy_loops import for_each_element
from minijit.library.arrays.dtypes import bind, text_of_argument
from minijit.library.arrays.repeats import copy_box
from minijit.library.builder import Builder, Val, item_of
from minijit.library.casts import cast_parts
from minijit.library.indexing.index_expressions import is_integer_index
from minijit.library.indexing.store_conversions import can_store, convert_for_store
from minijit.library.memory import array_type, data_of, load_element, shape_of, store_element, strides_of
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers
from minijit.machine import I64

Where = Callable[[Builder, Value, Value], Value]
"""``where(builder, index, length)``: the element that stands at an index outside of an axis."""


class Widths(NamedTuple):
    """How wide an axis is padded, and how long it is then."""

    before: Value
    length: Value
    after: Value
    whole: Value


def _is_pair(one: t.Type) -> bool:
    return isinstance(one, t.Tuple) and len(one.items) in (1, 2) and all(map(is_integer_index, one.items))


def _is_width(one: t.Type, ndim: int) -> bool:
    """Whether an argument says how much to pad: a number, a pair, or one or `ndim` pairs."""
    if is_integer_index(one) or _is_pair(one):
        return True
    return isinstance(one, t.Tuple) and len(one.items) in (1, ndim) and len(set(map(_count, one.items))) == 1 and all(
        map(_is_pair, one.items)
    )  # fmt: skip


def _count(one: t.Type) -> int:
    return len(one.items) if isinstance(one, t.Tuple) else 0


def _pair(b: Builder, widths: Val, axis: int) -> tuple[Value, Value]:
    if is_integer_index(widths.type):
        width = b.index_of(widths)
        return width, width
    if not _is_pair(widths.type):
        return _pair(b, item_of(widths, axis if _count(widths.type) > 1 else 0), axis)
    return b.index_of(item_of(widths, 0)), b.index_of(item_of(widths, _count(widths.type) - 1))


def _periodic(b: Builder, index: Value, period: Value) -> Value:
    rest: Value = b.emit("srem", (index, period), I64)
    return b.add(rest, b.select(b.icmp("slt", rest, b.i64(0)), period, b.i64(0)))


def _edge(b: Builder, index: Value, length: Value) -> Value:
    return b.max_i64(b.min_i64(index, b.sub(length, b.i64(1))), b.i64(0))


def _wrapped(b: Builder, index: Value, length: Value) -> Value:
    return _periodic(b, index, length)


def _mirrored(b: Builder, index: Value, length: Value, last: int) -> Value:
    """Back and forth; `last` is 1 where the elements at the ends are repeated, else 2."""
    period = b.max_i64(b.sub(b.mul(length, b.i64(2)), b.i64(2 * (last - 1))), b.i64(1))
    place = _periodic(b, index, period)
    return b.select(b.icmp("slt", place, length), place, b.sub(b.sub(period, b.i64(2 - last)), place))


def _symmetric(b: Builder, index: Value, length: Value) -> Value:
    return _mirrored(b, index, length, 1)


def _reflected(b: Builder, index: Value, length: Value) -> Value:
    return _mirrored(b, index, length, 2)


_MODES: Final[dict[str, Where | None]] = {
    "constant": None,
    "edge": _edge,
    "wrap": _wrapped,
    "symmetric": _symmetric,
    "reflect": _reflected,
}
_NAMES: Final = ("array", "pad_width", "mode", "constant_values")


def _plan(args: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[t.Array, dict[str, Any]] | None:
    bound = bind(_NAMES, args, keywords, 2)
    if bound is None or len(args) > 3 or not isinstance(bound["array"].type, t.Array):
        return None
    kind: t.Array = bound["array"].type
    mode = text_of_argument(bound.get("mode"), "constant")
    if mode not in _MODES or not kind.ndim or not _is_width(bound["pad_width"].type, kind.ndim):
        return None
    value = bound.get("constant_values")
    if value is not None and (mode != "constant" or not can_store(kind.dtype, Arg(value.type, value.const))):
        return None
    if value is not None and t.dtype_of(value.type).kind == "c" != kind.dtype.kind:
        return None
    return t.Array(kind.dtype, kind.ndim, "F" if kind.layout == "F" else "C"), bound


def _type_of_pad(*args: Arg, **keywords: Arg) -> t.Type | None:
    plan = _plan(args, keywords)
    return None if plan is None else plan[0]


def _samples() -> list[tuple[Any, ...]]:
    table, row = np.arange(6.0).reshape(2, 3), np.arange(4, dtype=np.int16)
    widths = (1, (2, 0), ((1, 2), (0, 3)), ((5, 7),), -1, ((1,), (2,)))
    tables = (table, table.T, table[:, ::-1], table[:0])
    rows: list[tuple[Any, ...]] = [(one, width) for one in tables for width in widths]
    for mode in ("edge", "wrap", "symmetric", "reflect"):
        rows += [(one, width, mode) for one in (table, row, row[:1], table.T, table[:0]) for width in (1, (2, 9))]
    return rows


@lowers(
    np.pad,
    result=_type_of_pad,
    rest=anything,
    keywords=dict.fromkeys(_NAMES[1:], anything),
    effects="allocates raises reads",
    samples=_samples,
)
def pad(b: Builder, *args: Val, **keywords: Val) -> Val:
    """An array with more on its sides."""
    plan = _plan(args, keywords)
    assert plan is not None
    kind, bound = plan
    array, zero = bound["array"], b.i64(0)
    where = _MODES[text_of_argument(bound.get("mode"), "constant") or ""]
    fits: Value = b.i1(True)
    widths: list[Widths] = []
    for axis, length in enumerate(shape_of(array)):
        before, after = _pair(b, bound["pad_width"], axis)
        widths.append(Widths(before, length, after, b.add(before, b.add(length, after))))
        fits = b.and_(fits, b.and_(b.icmp("sge", before, zero), b.icmp("sge", after, zero)))
        if where is not None:
            fits = b.and_(fits, b.icmp("sgt", length, zero))
    if array_type(array).layout == "A" and kind.ndim > 1:
        # NumPy asks whether the array is in Fortran order.
        fits = b.and_(fits, b.not_(is_contiguous(b, array, "F")))

    def by_numpy(wanted: t.Type) -> tuple[Value, ...]:
        return b.call_python(np.pad, [*args, *keywords.values()], wanted, tuple(keywords), effects="").parts

    def refuse() -> None:
        by_numpy(t.NEVER)

    def build() -> tuple[Value, ...]:
        made = allocate(b, kind.dtype, [each.whole for each in widths], kind.layout)
        if where is None:
            _with_constant(b, made, array, widths, bound.get("constant_values"), refuse)
        else:
            _by_elements(b, made, array, widths, where)
        return made.parts

    return Val(kind, b.if_else(fits, build, lambda: by_numpy(kind), likely=True))


def _with_constant(
    b: Builder, made: Val, array: Val, widths: Sequence[Widths], value: Val | None, refuse: Callable[[], None]
) -> None:
    dtype, steps = array_type(made).dtype, strides_of(b, made)
    center = data_of(made)
    for each, step in zip(widths, steps, strict=True):
        center = b.ptr_add(center, b.mul(each.before, step))
    lengths = [each.length for each in widths]
    copy_box(b, made, (center, steps), array, (data_of(array), strides_of(b, array)), lengths)

    def fill(parts: Sequence[Value]) -> None:
        start = data_of(made)
        for axis, each in enumerate(widths):
            # Earlier axes are filled already outside of the array, so only its own part of them is left.
            rest = [*lengths[:axis], b.i64(0), *(later.whole for later in widths[axis + 1 :])]
            behind = b.ptr_add(start, b.mul(b.add(each.before, each.length), steps[axis]))
            for place, width in ((start, each.before), (behind, each.after)):
                shape = [width if k == axis else length for k, length in enumerate(rest)]
                for_each_element(
                    b, shape, [(place, steps)], lambda at: store_element(b, dtype, at[0], parts, local=True)
                )
            start = b.ptr_add(start, b.mul(each.before, steps[axis]))

    number = b.constant(t.INT, 0) if value is None else value
    convert_for_store(b, number, dtype, fill, refuse)


def _by_elements(b: Builder, made: Val, array: Val, widths: Sequence[Widths], where: Where) -> None:
    dtype = array_type(array).dtype
    order = range(len(widths)) if array_type(made).layout == "C" else range(len(widths) - 1, -1, -1)
    axes = list(zip(widths, strides_of(b, made), strides_of(b, array), strict=True))

    def nest(depth: int, place: Value, source: Value) -> None:
        if depth == len(axes):
            parts = load_element(b, dtype, source)
            store_element(b, dtype, place, cast_parts(b, parts, dtype, dtype), local=True)
            return
        each, step, stride = axes[order[depth]]

        def along(start: Value, count: Value, *, is_inside: bool) -> None:
            def turn(index: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
                at = b.add(start, index)
                own = index if is_inside else where(b, b.sub(at, each.before), each.length)
                nest(depth + 1, b.ptr_add(place, b.mul(at, step)), b.ptr_add(source, b.mul(own, stride)))
                return ()

            b.loop(count, turn)

        if depth < len(axes) - 1:
            along(b.i64(0), each.whole, is_inside=False)
            return
        along(b.i64(0), each.before, is_inside=False)
        along(each.before, each.length, is_inside=True)
        along(b.add(each.before, each.length), each.after, is_inside=False)

    nest(0, data_of(made), data_of(array))
