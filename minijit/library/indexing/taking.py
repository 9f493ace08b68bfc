"""``take``, ``compress`` and ``extract``: items along one axis, or of the array as one row, copied in C order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from minijit import types as t
from minijit.ir.nodes import UNKNOWN, Value
from minijit.library.arrays.allocation import allocate
from minijit.library.arrays.copies import copied
from minijit.library.arrays.dtypes import bind, is_none, known_value, text_of_argument
from minijit.library.arrays.numpy_answers import takes
from minijit.library.arrays.shapes import ravel
from minijit.library.builder import Builder, Val
from minijit.library.indexing.index_arrays import all_within, count_true, from_start, positions_of
from minijit.library.indexing.index_expressions import element_type, is_integer_index
from minijit.library.indexing.index_plans import settle, settled_type
from minijit.library.indexing.index_selections import IndexArray, Selected, copier, for_each_selected
from minijit.library.indexing.mask_loads import load_by_mask
from minijit.library.memory import (
    array_type,
    contiguous_strides,
    data_of,
    load_element,
    make_array,
    owner_of,
    shape_of,
    strides_of,
)
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers, method
from minijit.library.ways_out import WayOut
from minijit.machine import I64
from minijit.numpy_types import BOOL_DTYPE, INT64

# ---- arguments in the form that is needed


def as_row(b: Builder, array: Val, owners: list[Value]) -> Val:
    """The elements of an array as one row, in C order; a copy goes to `owners`."""
    kind = array_type(array)
    if kind.ndim == 1:
        return array
    if kind.layout != "C":
        array = copied(b, array, np.dtype(kind.dtype), "C")
        owners.append(owner_of(array))
    return ravel(b, array)


def as_mask(b: Builder, array: Val, owners: list[Value]) -> Val:
    """Which elements of an array are true, as a mask; a copy goes to `owners`."""
    kind = array_type(array)
    if kind.dtype == BOOL_DTYPE:
        return array
    made = copied(b, array, BOOL_DTYPE, "F" if kind.layout == "F" else "C")
    owners.append(owner_of(made))
    return made


def release(b: Builder, owners: Sequence[Value]) -> None:
    """Let go of what was only needed meanwhile."""
    for owner in owners:
        b.emit("decref", (owner,))


# ---- along an axis


def _locator(mode: str) -> Callable[[Builder, Value, IndexArray], Value] | None:
    """How an index becomes one within the axis."""
    if mode == "raise":
        return None

    def clipped(b: Builder, word: Value, one: IndexArray) -> Value:
        return b.min_i64(b.max_i64(word, b.i64(0)), b.sub(one.length, b.i64(1)))

    def wrapped(b: Builder, word: Value, one: IndexArray) -> Value:
        rest = b.emit("srem", (word, b.max_i64(one.length, b.i64(1))), I64)
        return from_start(b, rest, one.length, INT64)

    return clipped if mode == "clip" else wrapped


def _is_empty(b: Builder, shape: Sequence[Value]) -> Value:
    """Whether an array of this shape has no elements."""
    found: Value = b.i1(False)
    for length in shape:
        found = b.or_(found, b.icmp("eq", length, b.i64(0)))
    return found


def take_along(
    b: Builder, array: Val, axis: int, index: Val, way_out: WayOut, *, mode: str = "raise"
) -> Val:
    """Items of one axis, in a new array in C order; `index` replaces the axis."""
    dtype = np.dtype(array_type(array).dtype)
    shape, strides = shape_of(array), strides_of(b, array)
    length = shape[axis]
    wanted = [*shape[:axis], *shape_of(index), *shape[axis + 1 :]]
    # NumPy looks at the indices once for each row in front of the axis, and asks for items only where it copies some.
    if mode == "raise":
        way_out.unless(b.or_(all_within(b, index, length), _is_empty(b, shape[:axis])))
    else:
        way_out.unless(b.or_(b.icmp("ne", length, b.i64(0)), _is_empty(b, wanted)))
    made = allocate(b, dtype, wanted)
    steps = contiguous_strides(b, wanted, dtype.itemsize, "C")
    inner = steps[axis:]
    flat_index = index
    if array_type(index).ndim > 1 and array_type(index).layout == "C":
        flat_index = as_row(b, index, [])
        inner = steps[axis + array_type(index).ndim - 1 :]

    def nest(depth: int, source: Value, target: Value) -> None:
        if depth == axis:
            one = IndexArray(flat_index, length, strides[axis])
            rest, rest_strides = list(shape[axis + 1 :]), list(strides[axis + 1 :])
            selected = Selected(source, [one], list(shape_of(flat_index)), rest, rest_strides, [])
            for_each_selected(b, selected, [(target, inner)], copy, rows=rows, locate=_locator(mode))
            return

        def turn(number: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
            there = b.ptr_add(source, b.mul(number, strides[depth])), b.ptr_add(target, b.mul(number, steps[depth]))
            nest(depth + 1, *there)
            return ()

        b.loop(shape[depth], turn)

    rows = array_type(array).layout == "C" and axis < array_type(array).ndim - 1
    copy = copier(b, dtype, shape[axis + 1 :] if rows else None)
    nest(0, data_of(array), data_of(made))
    return made


# ---- take

_TAKE: Final = ("a", "indices", "axis", "out", "mode")
_MODES: Final = ("raise", "wrap", "clip")


class _Take(NamedTuple):
    array: Any
    indices: Any
    axis: int | str | None
    mode: str


def _axis_of(kind: t.Array, arg: Any) -> int | str | None:
    """The axis, counted from 0, or ``None`` for the array as one row.

    "by numpy" where it is known at run time only: that says as much about the type of the result. Else "unknown".
    """
    if is_none(arg):
        return None
    axis = known_value(arg)
    if axis is UNKNOWN and arg.type == t.INT:
        return "by numpy"
    if type(axis) is not int or not -kind.ndim <= axis < kind.ndim:
        return "unknown"
    return axis % kind.ndim


def _index_type(one: t.Type) -> t.Type | None:
    """The type of the indices: an integer, or an array of them."""
    settled = settled_type(one)
    if settled is None or is_integer_index(settled):
        return settled
    return settled if isinstance(settled, t.Array) and settled.ndim else None


def _take_plan(args: Sequence[Any], keywords: Mapping[str, Any]) -> _Take | None:
    bound = bind(_TAKE, args, keywords, 2)
    if bound is None or not is_none(bound.get("out")) or not isinstance(bound["a"].type, t.Array):
        return None
    kind, mode = bound["a"].type, text_of_argument(bound.get("mode"), "raise")
    axis, index = _axis_of(kind, bound.get("axis")), _index_type(bound["indices"].type)
    if mode not in _MODES or axis == "unknown" or index is None or kind.ndim == 0:
        return None
    return _Take(bound["a"], bound["indices"], axis, mode) if takes(np.take, (kind, index)) else None


def _type_of_take(*args: Arg, **keywords: Arg) -> t.Type | None:
    plan = _take_plan(args, keywords)
    return None if plan is None else _type_of_plan(plan)


def _type_of_plan(plan: _Take) -> t.Type:
    index = _index_type(plan.indices.type)
    own = index.ndim if isinstance(index, t.Array) else 0
    ndim = own if plan.axis is None else plan.array.type.ndim - 1 + own
    return t.Array(plan.array.type.dtype, ndim, "C") if ndim else element_type(plan.array.type)


def _take_samples() -> Iterator[tuple[Any, ...]]:
    table = np.arange(12.0).reshape(3, 4)
    for array in (table, table.T, table[:, ::-1], table[0], np.arange(24, dtype=np.int8).reshape(2, 3, 4)):
        for index in (1, -1, np.array([0, -2, 1]), np.array([[1], [0]], np.int8), np.array(1), np.array([], int), 99):
            yield from ((array, index), (array, index, 0), (array, index, -1))
    yield from ((table, (1, 2)), (table, np.array([True])), (table, 1.0), (table, np.array([-7, 99]), 1))


def _lower_take(target: Callable[..., Any]) -> Callable[..., Val]:
    def lower(b: Builder, *args: Val, **keywords: Val) -> Val:
        plan = _take_plan(args, keywords)
        assert plan is not None
        given = [*args, *keywords.values()]
        if isinstance(plan.axis, str):
            wanted = _type_of_plan(plan)
            return b.call_python(target, given, wanted, tuple(keywords), effects="")
        way_out = WayOut(b, lambda: b.call_python(target, given, t.NEVER, tuple(keywords), effects=""))
        index = settle(b, plan.indices)
        owners: list[Value] = []
        array = plan.array if plan.axis is not None else as_row(b, plan.array, owners)
        is_single = not isinstance(index.type, t.Array)
        if is_single:
            word = b.slots(1)
            b.store(word, b.index_of(index), local=True)
            index = make_array(t.Array(INT64, 0, "C"), b.null(), b.null(), word, (), ())
        if is_single and array_type(array).ndim == 1:
            made = _one_item(b, array, index, plan.mode, way_out)
        else:
            made = take_along(b, array, plan.axis or 0, index, way_out, mode=plan.mode)
        release(b, owners)
        way_out.close()
        return made

    return lower


def _one_item(b: Builder, row: Val, index: Val, mode: str, way_out: WayOut) -> Val:
    """A single item of a row, as a scalar."""
    kind = array_type(row)
    (length,), (stride,) = shape_of(row), strides_of(b, row)
    way_out.unless(all_within(b, index, length) if mode == "raise" else b.icmp("ne", length, b.i64(0)))
    word = b.load(data_of(index), I64, local=True)
    locate = _locator(mode)
    one = IndexArray(index, length, stride)
    place = from_start(b, word, length, INT64) if locate is None else locate(b, word, one)
    pointer = b.ptr_add(data_of(row), b.mul(place, stride))
    return Val(element_type(kind), load_element(b, kind.dtype, pointer))


_EFFECTS: Final = "allocates raises reads"
lowers(
    np.take,
    result=_type_of_take,
    rest=anything,
    keywords=dict.fromkeys(_TAKE, anything),
    effects=_EFFECTS,
    samples=_take_samples,
)(_lower_take(np.take))
lowers(
    method("take"),
    t.Array,
    result=_type_of_take,
    rest=anything,
    keywords=dict.fromkeys(_TAKE[1:], anything),
    effects=_EFFECTS,
    samples=_take_samples,
)(_lower_take(np.ndarray.take))


# ---- compress


def _compress_plan(names: Sequence[str], args: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    bound = bind(names, args, keywords, 2)
    if bound is None or not is_none(bound.get("out")):
        return None
    array, condition = bound["a"], bound["condition"]
    if not isinstance(array.type, t.Array) or not isinstance(condition.type, t.Array) or condition.type.ndim != 1:
        return None
    axis = _axis_of(array.type, bound.get("axis"))
    return None if axis == "unknown" or not array.type.ndim else (array, condition, axis)


def _register_compress(key: object, target: Callable[..., Any], names: tuple[str, ...]) -> None:
    def result(*args: Arg, **keywords: Arg) -> t.Type | None:
        plan = _compress_plan(names, args, keywords)
        if plan is None:
            return None
        array, _, axis = plan
        return t.Array(array.type.dtype, 1 if axis is None else array.type.ndim, "C")

    def samples() -> Iterator[tuple[Any, ...]]:
        table = np.arange(12.0).reshape(3, 4)
        for array in (table, table.T, table[:, ::-1], table[0]):
            for condition in (np.array([True, False, True]), np.array([0.0, 2.0]), np.arange(9) > 7):
                row = (array, condition) if names[0] == "a" else (condition, array)
                yield from (row, (*row, 0), (*row, -1))

    @lowers(
        key,
        result=result,
        rest=anything,
        keywords=dict.fromkeys(names, anything),
        effects=_EFFECTS,
        samples=samples,
    )
    def compress(b: Builder, *args: Val, **keywords: Val) -> Val:
        array, condition, axis = _compress_plan(names, args, keywords)
        given = [*args, *keywords.values()]
        if isinstance(axis, str):
            wanted = t.Array(array_type(array).dtype, array_type(array).ndim, "C")
            return b.call_python(target, given, wanted, tuple(keywords), effects="")
        way_out = WayOut(b, lambda: b.call_python(target, given, t.NEVER, tuple(keywords), effects=""))
        owners: list[Value] = []
        mask = as_mask(b, condition, owners)
        source = array if axis is not None else as_row(b, array, owners)
        (row,) = positions_of(b, mask, count_true(b, mask))
        owners.append(owner_of(row))
        made = take_along(b, source, axis or 0, row, way_out)
        release(b, owners)
        way_out.close()
        return made


_register_compress(np.compress, np.compress, ("condition", "a", "axis", "out"))
_register_compress(method("compress"), np.ndarray.compress, ("a", "condition", "axis", "out"))


# ---- extract


def _type_of_extract(condition: Arg, arr: Arg) -> t.Type | None:
    one, other = condition.type, arr.type
    assert isinstance(one, t.Array) and isinstance(other, t.Array)
    return t.Array(other.dtype, 1, "C") if one.ndim == other.ndim > 0 else None


def _extract_samples() -> Iterator[tuple[Any, ...]]:
    table = np.arange(12.0).reshape(3, 4)
    for array in (table, table.T, table[:, ::-1], table[0]):
        yield from ((array > 3, array), (array, array), (array[:1] < 3, array), (array > 3, array[:1]))


@lowers(
    np.extract, t.Array, t.Array, result=_type_of_extract, effects="allocates raises reads", samples=_extract_samples
)
def extract(b: Builder, condition: Val, arr: Val) -> Val:
    """The elements where the condition holds; shapes that differ are for NumPy."""
    wanted = _type_of_extract(Arg(condition.type), Arg(arr.type))
    assert wanted is not None
    owners: list[Value] = []
    fine: Value = b.i1(True)
    for one, other in zip(shape_of(condition), shape_of(arr), strict=True):
        fine = b.and_(fine, b.icmp("eq", one, other))

    def natively() -> tuple[Value, ...]:
        mask = as_mask(b, condition, owners)
        made = load_by_mask(b, arr, mask)
        release(b, owners)
        return made.parts

    def by_numpy() -> tuple[Value, ...]:
        return b.call_python(np.extract, (condition, arr), wanted, effects="").parts

    return Val(wanted, b.if_else(fine, natively, by_numpy, likely=True))
