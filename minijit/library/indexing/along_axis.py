"""``take_along_axis`` and ``put_along_axis``: an index for each place, along one axis."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.arrays.copy_loops import for_each_element, overlaps
from minijit.library.arrays.dtypes import bind, known_value
from minijit.library.builder import NONE_VAL, Builder, Val
from minijit.library.casts import cast_parts
from minijit.library.indexing.index_arrays import all_within, from_start, index_word
from minijit.library.indexing.scatters import as_stored
from minijit.library.indexing.store_conversions import can_store
from minijit.library.memory import array_type, data_of, load_element, shape_of, store_element, strides_of
from minijit.library.objects.printing import can_be_handed_over
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers
from minijit.library.ufuncs.broadcasting import broadcast_shapes, is_turned, ordered_strides, walking_strides
from minijit.library.ways_out import WayOut

_TAKE: Final = ("arr", "indices", "axis")
_PUT: Final = ("arr", "indices", "values", "axis")


def _axis_of(array: t.Type, indices: t.Type, axis: Any) -> int | None:
    """The axis, where both have the same number of them and the indices are integers."""
    if not isinstance(array, t.Array) or not isinstance(indices, t.Array) or indices.dtype.kind not in "iu":
        return None
    number = -1 if axis is None else known_value(axis)
    if array.ndim != indices.ndim or type(number) is not int or not -array.ndim <= number < array.ndim:
        return None
    return number % array.ndim


class _Walk:
    """The places that indices along an axis select, all checked."""

    def __init__(self, b: Builder, array: Val, indices: Val, axis: int, way_out: WayOut) -> None:
        self.b, self.indices, self.axis = b, indices, axis
        lengths = shape_of(array)
        self.length = lengths[axis]
        own = shape_of(indices)
        shapes = [list(own), [own[axis] if k == axis else one for k, one in enumerate(lengths)]]
        self.shape, fits = broadcast_shapes(b, shapes)
        way_out.unless(fits)
        way_out.unless(all_within(b, indices, self.length))
        self.data = data_of(array)
        self.stride = strides_of(b, array)[axis]
        others = [b.i64(0) if k == axis else one for k, one in enumerate(walking_strides(b, array, len(own)))]
        self.array_walk = (self.data, others)
        self.index_walk = (data_of(indices), walking_strides(b, indices, len(own)))

    def run(
        self, others: Sequence[tuple[Value, Sequence[Value]]], body: Callable[[Value, Sequence[Value]], None]
    ) -> None:
        """Run `body` with the address of each element selected, and those in other arrays that belong to it."""
        b = self.b
        dtype = np.dtype(array_type(self.indices).dtype)

        def each(pointers: list[Value]) -> None:
            place, row, *rest = pointers
            word = from_start(b, index_word(b, dtype, place), self.length, dtype)
            body(b.ptr_add(row, b.binary("mul", word, self.stride, nsw=True)), rest)

        for_each_element(b, self.shape, [self.index_walk, self.array_walk, *others], each)


# ---- take_along_axis


def _take_plan(args: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[Any, Any, int] | None:
    bound = bind(_TAKE, args, keywords, 2)
    if bound is None:
        return None
    axis = _axis_of(bound["arr"].type, bound["indices"].type, bound.get("axis"))
    return None if axis is None else (bound["arr"], bound["indices"], axis)


def _type_of_take(*args: Arg, **keywords: Arg) -> t.Type | None:
    plan = _take_plan(args, keywords)
    if plan is None:
        return None
    array, indices, _ = plan
    in_order = indices.type.layout == "C" or indices.type.ndim == 1
    return t.Array(array.type.dtype, array.type.ndim, "C" if in_order else "A")


def _tables() -> Iterator[tuple[Any, Any]]:
    table = np.arange(12.0).reshape(3, 4)
    for array in (table, table.T, table[:, ::-1], table.astype(np.int8)):
        for places in (np.argsort(-array, axis=1), np.array([[0], [1]]), np.array([[1, -1, 0]]), np.array([[9]])):
            yield from ((array, places), (array, places.astype(np.uint8)))
    yield from ((table[0], np.array([1, 0, 1])), (table, np.zeros((0, 4), int)), (table, np.array([0])))


@lowers(
    np.take_along_axis,
    result=_type_of_take,
    rest=anything,
    keywords=dict.fromkeys(_TAKE, anything),
    effects="allocates reads raises",
    samples=lambda: list(_tables()),
)
def take_along_axis(b: Builder, *args: Val, **keywords: Val) -> Val:
    """A new array of what is selected."""
    plan = _take_plan(args, keywords)
    wanted = _type_of_take(
        *(Arg(one.type, one.const) for one in args), **{k: Arg(v.type, v.const) for k, v in keywords.items()}
    )
    assert plan is not None and isinstance(wanted, t.Array)
    array, indices, axis = plan
    given = [*args, *keywords.values()]
    way_out = WayOut(b, lambda: b.call_python(np.take_along_axis, given, t.NEVER, tuple(keywords), effects=""))
    dtype = np.dtype(array_type(array).dtype)
    walk = _Walk(b, array, indices, axis, way_out)
    strides: Sequence[Value] = ()
    if wanted.layout == "A":
        strides = ordered_strides(b, dtype, [indices], walk.shape)
    made = allocate(b, dtype, walk.shape, wanted.layout, strides=strides)

    def copy(source: Value, others: Sequence[Value]) -> None:
        store_element(b, dtype, others[0], load_element(b, dtype, source), local=True)

    walk.run([(data_of(made), strides_of(b, made))], copy)
    way_out.close()
    return made


# ---- put_along_axis


def _type_of_put(*args: Arg, **keywords: Arg) -> t.Type | None:
    bound = bind(_PUT, args, keywords, 3)
    if bound is None or not isinstance(bound["arr"].type, t.Array) or not bound["arr"].type.writable:
        return None
    if _axis_of(bound["arr"].type, bound["indices"].type, bound.get("axis")) is None:
        return None
    kind, value = bound["arr"].type, bound["values"]
    if not isinstance(value.type, t.Array):
        return t.NONE if can_store(kind.dtype, value) else None
    if value.type.dtype.kind == "c" and kind.dtype.kind != "c":
        return None
    return t.NONE if value.type.ndim <= kind.ndim else None


def _put_samples() -> Iterator[tuple[Any, ...]]:
    for array, places in _tables():
        for value in (3, 300, 2.5, np.arange(4), places * 2, np.array([[1.5], [2.5], [3.5]])):
            yield (array, places, value, -1)
            if array.ndim == 2:
                yield (array, places, value, 1)


@lowers(
    np.put_along_axis,
    result=_type_of_put,
    rest=anything,
    keywords=dict.fromkeys(_PUT, anything),
    effects="reads writes raises",
    samples=_put_samples,
)
def put_along_axis(b: Builder, *args: Val, **keywords: Val) -> Val:
    """Store a number, or the elements of an array, into what is selected."""
    bound = bind(_PUT, args, keywords, 3)
    assert bound is not None
    array, indices = bound["arr"], bound["indices"]
    axis = _axis_of(array.type, indices.type, bound.get("axis"))
    assert axis is not None
    given = [*args, *keywords.values()]
    way_out = WayOut(b, lambda: b.call_python(np.put_along_axis, given, t.NONE, tuple(keywords)))
    dtype = np.dtype(array_type(array).dtype)
    held = as_stored(b, bound["values"], dtype, way_out)
    for one in (indices, held):
        if isinstance(one, Val):
            way_out.unless(b.not_(overlaps(b, array, one)))
    walk = _Walk(b, array, indices, axis, way_out)
    if not isinstance(held, Val):
        walk.run([], lambda target, _others: store_element(b, dtype, target, held))
        way_out.close()
        return NONE_VAL
    strides = walking_strides(b, held, len(walk.shape))
    way_out.unless(_can_be_walked(b, walk, held, strides))
    source = np.dtype(array_type(held).dtype)

    def store(target: Value, others: Sequence[Value]) -> None:
        store_element(b, dtype, target, cast_parts(b, load_element(b, source, others[0]), source, dtype))

    walk.run([(data_of(held), strides)], store)
    way_out.close()
    return NONE_VAL


def _can_be_walked(b: Builder, walk: _Walk, value: Val, strides: Sequence[Value]) -> Value:
    """Whether a value fits what is selected, and NumPy stores its elements from first to last."""
    own = shape_of(value)
    fine: Value = b.i1(True)
    for length, wanted in zip(own, walk.shape[len(walk.shape) - len(own) :], strict=True):
        fine = b.and_(fine, b.or_(b.icmp("eq", length, b.i64(1)), b.icmp("eq", length, wanted)))
    for row in (strides, walk.index_walk[1]):
        for stride in row:
            fine = b.and_(fine, b.icmp("sge", stride, b.i64(0)))
    return b.and_(fine, b.not_(is_turned(b, [strides, walk.index_walk[1]], len(walk.shape))))


@lowers(
    np.put_along_axis,
    t.Array,
    result=lambda *args, **keywords: t.NONE,
    rest=can_be_handed_over,
    keywords=dict.fromkeys(_PUT, can_be_handed_over),
    effects="unknown raises",
)
def put_along_axis_by_python(b: Builder, *args: Val, **keywords: Val) -> Val:
    """What is rare, or an error."""
    return b.call_python(np.put_along_axis, [*args, *keywords.values()], t.NONE, tuple(keywords))
