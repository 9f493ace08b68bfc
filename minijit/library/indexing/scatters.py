"""``a[i] = x`` with arrays as indices.

All indices, shapes and values are checked before the first element is written, as in NumPy, so NumPy can be left to
refuse what is wrong. It also does the stores in which it first copies, because the arrays share memory, and those whose
elements it writes in another order than from first to last, which shows where an index is there twice.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.copy_loops import broadcast_strides, overlaps
from minijit.library.builder import NONE_VAL, Builder, Val, tuple_val
from minijit.library.casts import cast_parts
from minijit.library.indexing.index_expressions import index_types
from minijit.library.indexing.index_plans import Plan, plan_of, settled_type, settled_values
from minijit.library.indexing.index_selections import Selected, for_each_selected, select
from minijit.library.indexing.mask_stores import store_by_mask
from minijit.library.indexing.store_conversions import can_store, fits_in
from minijit.library.memory import array_type, data_of, load_element, make_array, shape_of, store_element
from minijit.library.registry import Arg, find, lowers
from minijit.library.ufuncs.broadcasting import is_turned, walking_strides
from minijit.library.ufuncs.elementwise import Parts, python_int_as
from minijit.library.ways_out import WayOut
from minijit.numpy_types import Dtype


def _type_of_setitem(array: Arg, index: Arg, value: Arg) -> t.Type | None:
    kind = array.type
    assert isinstance(kind, t.Array)
    plan = plan_of(kind, index.type)
    if plan is None or not kind.writable:
        return None
    if plan.broadcast < 0:
        found = find(operator.setitem, (array, Arg(_settled(index.type)), value), {})
        return None if found is None else found[1]
    if not isinstance(value.type, t.Array):
        return t.NONE if can_store(kind.dtype, value) else None
    if value.type.dtype.kind == "c" and kind.dtype.kind != "c":
        # A ComplexWarning is due.
        return None
    ndim = 1 if plan.is_mask else plan.result_ndim
    return t.NONE if value.type.ndim <= ndim else None


def _settled(index: t.Type) -> t.Type:
    return t.Tuple(tuple(settled_type(one) or one for one in index_types(index)))


def _samples() -> Iterator[tuple[Any, ...]]:
    places = np.array([[0, -1], [2, 1]])
    for name in ("bool", "int8", "uint64", "float32", "complex128"):
        line, table = np.zeros(5, name), np.zeros((3, 4), name)
        some = np.array([True, False, True, True, False])
        for value in (True, 7, -1, 300, 2.75, 1e10, float("nan"), np.int16(300), np.float64(-3.5), np.uint64(1 << 63)):
            yield from ((line, places, value), (line[::-1], some, value), (table[:, ::2], (places, 0), value))
        for array in (np.arange(3.0), np.arange(2), np.array(7), np.arange(1, 2), np.arange(4, dtype=np.int8)):
            yield from ((line, some, array), (line, places[0], array), (table.T, places[1], array))
            yield from ((table, (slice(None), places), array), (table, (some[:3], 1), array), (table, table > 1, array))
    line = np.arange(5)
    yield from ((line, np.array([1, 5]), 3), (line, np.array([1, 1, 1]), line[:3]), (line, np.array(2), line[:1]))
    yield from ((line, line, line), (line, True, 7), (line, np.array([0, 1]), 1j), (line, places, np.ones((1, 2, 2))))


@lowers(
    operator.setitem,
    t.Array,
    lambda one: True,
    lambda one: True,
    result=_type_of_setitem,
    effects="reads writes raises",
    samples=_samples,
)
def setitem(b: Builder, array: Val, index: Val, value: Val) -> Val:
    """Store a number, or the elements of another array, into what an index selects."""
    kind = array_type(array)
    plan = plan_of(kind, index.type)
    assert plan is not None
    if plan.broadcast < 0:
        return b.apply(operator.setitem, array, tuple_val(settled_values(b, index)), value)
    way_out = WayOut(b, lambda: b.call_python(operator.setitem, (array, index, value), t.NONE))
    held = as_stored(b, value, np.dtype(kind.dtype), way_out)
    values = settled_values(b, index)
    for one in (*values, held):
        if isinstance(one, Val) and isinstance(one.type, t.Array):
            way_out.unless(b.not_(overlaps(b, array, one)))
    if plan.is_mask:
        store_by_mask(b, array, values[plan.steps[0].position], held, way_out)
    else:
        scatter(b, array, index, held, plan, way_out)
    way_out.close()
    return NONE_VAL


def as_stored(b: Builder, value: Val, dtype: Dtype, way_out: WayOut) -> Val | Parts:
    """A number converted to the dtype of the array that it is stored into; an array as it is."""
    if isinstance(value.type, t.Array):
        return value
    fits = fits_in(b, value, dtype)
    if fits is not None:
        way_out.unless(fits)
    if value.type == t.INT and dtype.kind not in "iu":
        return python_int_as(b, value, dtype)
    return b.number_as(value, dtype)


def scatter(b: Builder, array: Val, index: Val, value: Val | Parts, plan: Plan, way_out: WayOut) -> None:
    """Store into what an index with arrays selects."""
    dtype = np.dtype(array_type(array).dtype)
    selected = select(b, array, index, plan, way_out)
    if not isinstance(value, Val):
        for_each_selected(b, selected, [], lambda pointers: store_element(b, dtype, pointers[0], value))
        selected.release(b)
        return
    strides = _strides_of_value(b, value, selected, plan, way_out)
    source = np.dtype(array_type(value).dtype)

    def store(pointers: list[Value]) -> None:
        parts = load_element(b, source, pointers[1])
        store_element(b, dtype, pointers[0], cast_parts(b, parts, source, dtype))

    for_each_selected(b, selected, [(data_of(value), strides)], store)
    selected.release(b)


def _strides_of_value(b: Builder, value: Val, selected: Selected, plan: Plan, way_out: WayOut) -> list[Value]:
    """The strides with which an array is walked along the axes of the index arrays, then along the rest."""
    shape = selected.result_shape(plan.place)
    own = shape_of(value)
    fits: Value = b.i1(True)
    for length, wanted in zip(own, shape[len(shape) - len(own) :], strict=True):
        fits = b.and_(fits, b.or_(b.icmp("eq", length, b.i64(1)), b.icmp("eq", length, wanted)))
    whole = make_array(t.Array(array_type(value).dtype, len(shape), "A"), b.null(), b.null(), b.null(), shape, shape)
    strides = broadcast_strides(b, whole, value)
    count = len(selected.shape)
    outside = strides[plan.place : plan.place + count]
    way_out.unless(b.and_(fits, _from_first_to_last(b, selected, outside)))
    return [*outside, *strides[: plan.place], *strides[plan.place + count :]]


def _from_first_to_last(b: Builder, selected: Selected, strides: Sequence[Value]) -> Value:
    """Whether NumPy's iterator goes through the index arrays and the value in C order."""
    ndim = len(selected.shape)
    walked = [walking_strides(b, one.values, ndim) for one in selected.arrays]
    walked.append(list(strides))
    straight: Value = b.i1(True)
    for axis, length in enumerate(selected.shape):
        forward = b.icmp("sle", length, b.i64(1))
        for row in walked:
            forward = b.or_(forward, b.icmp("sgt", row[axis], b.i64(0)))
        straight = b.and_(straight, forward)
    return b.and_(straight, b.not_(is_turned(b, walked, ndim)))

