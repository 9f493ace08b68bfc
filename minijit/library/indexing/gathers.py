"""``a[i]`` with arrays as indices: what they select is copied into a new array.

First everything is checked, the whole of each index array in a loop of its own; then elements are copied without
checks. What is wrong is left to NumPy, which raises.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate, layout_like
from minijit.library.arrays.copies import copied
from minijit.library.arrays.shapes import ravel
from minijit.library.builder import Builder, Val, tuple_val
from minijit.library.indexing.index_arrays import all_within
from minijit.library.indexing.index_expressions import (
    Selection,
    Step,
    element_type,
    index_types,
    selection_of,
    view_type,
)
from minijit.library.indexing.index_plans import Plan, array_layouts, plan_of, settled_type, settled_values
from minijit.library.indexing.index_selections import Selected, copier, for_each_selected, select
from minijit.library.indexing.items import element_address, select_view
from minijit.library.indexing.mask_loads import check_mask_shape, load_by_mask
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
from minijit.library.registry import Arg, lowers
from minijit.library.ufuncs.broadcasting import ordered_strides
from minijit.library.ways_out import WayOut
from minijit.machine import I64
from minijit.numpy_types import Dtype

# ---- the type of the result


def _basic_steps(plan: Plan) -> tuple[Step, ...]:
    return tuple(
        Step(step.kind, step.position)
        for step in plan.steps
        if step.kind in ("integer", "slice", "full", "new")
    )


def _rest_is_in_order(array: t.Array, index: t.Type, plan: Plan) -> bool:
    """Whether the axes that no index array takes are surely in C order."""
    steps = _basic_steps(plan)
    if sum(step.kind != "integer" for step in steps) < 2:
        return True
    rest = t.Array(array.dtype, sum(step.kind != "new" for step in steps), array.layout)
    return view_type(rest, index, Selection(steps, False)).layout == "C"


def _arrays_are_in_order(index: t.Type, plan: Plan) -> bool:
    """Whether the axes of the index arrays come in C order."""
    return plan.broadcast < 2 or all(one.layout == "C" for one in array_layouts(index) if one.ndim > 1)


def type_of_gather(array: t.Array, index: t.Type, plan: Plan) -> t.Type:
    """The type of what an index with arrays gives."""
    if plan.broadcast < 0:
        settled = t.Tuple(tuple(settled_type(one) or one for one in index_types(index)))
        selection = selection_of(array, settled)
        assert selection is not None
        if selection.is_element:
            return element_type(array)
        view = view_type(array, settled, selection)
        return t.Array(array.dtype, view.ndim, layout_like(view))
    ndim = plan.result_ndim
    in_order = _arrays_are_in_order(index, plan) and _rest_is_in_order(array, index, plan)
    if ndim < 2 or (in_order and plan.place == 0):
        return t.Array(array.dtype, ndim, "C")
    # The axis of the index array is the slower one.
    return t.Array(array.dtype, ndim, "F" if in_order and ndim == 2 else "A")


def _type_of_getitem(array: Arg, index: Arg) -> t.Type | None:
    assert isinstance(array.type, t.Array)
    plan = plan_of(array.type, index.type)
    return None if plan is None else type_of_gather(array.type, index.type, plan)


# ---- the strides of the result


def _strides_of_result(
    b: Builder, dtype: Dtype, index: t.Type, plan: Plan, selected: Selected
) -> tuple[list[Value], list[Value]]:
    """The strides of the result along the axes of the index arrays, and along the rest.

    The rest lies inside, in the order of its strides; the axes of the index arrays lie outside in C order, but where
    one element is selected at a time in the order of the arrays.
    """
    rest = _strides_by_size(b, dtype, selected)
    whole: Value = b.i64(1)
    for length in selected.rest:
        whole = b.mul(whole, length)
    plain = contiguous_strides(b, selected.shape, 1, "C")
    outside = [b.mul(stride, b.mul(whole, b.i64(dtype.itemsize))) for stride in plain]
    if _arrays_are_in_order(index, plan):
        return outside, rest
    arrays = [one.values for one in selected.arrays]
    found = b.if_else(
        b.icmp("eq", whole, b.i64(1)),
        lambda: ordered_strides(b, dtype, arrays, selected.shape),
        lambda: outside,
    )
    return list(found), rest


def _strides_by_size(b: Builder, dtype: Dtype, selected: Selected) -> list[Value]:
    sizes = [b.intrinsic("abs", I64, stride) for stride in selected.rest_strides]
    strides: list[Value] = []
    for axis in range(len(sizes)):
        stride: Value = b.i64(dtype.itemsize)
        for other, size in enumerate(sizes):
            if other != axis:
                faster = b.icmp("slt" if other < axis else "sle", size, sizes[axis])
                stride = b.mul(stride, b.select(faster, selected.rest[other], b.i64(1)))
        strides.append(stride)
    return strides


# ---- the entry


def _samples() -> Iterator[tuple[Any, ...]]:
    line = np.arange(7, dtype=np.int32)
    table = np.arange(24, dtype=np.float64).reshape(4, 6)
    places = np.array([[0, -1], [2, 1]])
    for one in ([0, 2, -7], [7], [-8], [], [[1, 2], [3, 4]]):
        index = np.array(one, np.intp)
        yield from ((line, index), (line[::-1], index), (line, (index,)), (line, index.astype(np.int8)))
    for some in (line > 3, line < 0, True, np.False_, np.array(3), np.array(True), np.ones(3, bool)):
        yield (line, some)
    for grid in (table, np.asfortranarray(table), table[::-1, ::2], table.T, table[:, :0]):
        for two in (places, (places, places), (slice(None), places[0]), (places.T, 0), (0, places), (places, 1, None)):
            yield (grid, two)
        yield from ((grid, grid > 5), (grid, np.arange(4) > 1), (grid, (slice(1, 3), grid[0] > 5)), (grid, np.array(1)))
    cube = np.arange(24).reshape(2, 3, 4)
    for three in (([0, 1], slice(None), [1, 2]), (slice(None), [2, 0]), (..., [0, 3]), (0, slice(None), [1, 2])):
        yield (cube, tuple(tuple(one) if isinstance(one, list) else one for one in three))
        yield (cube.T[:, ::-1], tuple(np.array(one) if isinstance(one, list) else one for one in three))


@lowers(
    operator.getitem,
    t.Array,
    lambda one: True,
    result=_type_of_getitem,
    effects="allocates reads raises",
    samples=_samples,
)
def getitem(b: Builder, array: Val, index: Val) -> Val:
    """What an index with arrays selects, in a new array."""
    kind = array_type(array)
    plan = plan_of(kind, index.type)
    assert plan is not None
    if plan.broadcast < 0:
        return _copy_of_view(b, array, index)
    way_out = WayOut(b, lambda: b.call_python(operator.getitem, (array, index), t.NEVER, effects=""))
    if plan.is_mask:
        mask = settled_values(b, index)[plan.steps[0].position]
        check_mask_shape(b, array, mask, way_out)
        made = load_by_mask(b, array, mask)
    else:
        made = gather(b, array, index, plan, way_out)
    way_out.close()
    return made


def _copy_of_view(b: Builder, array: Val, index: Val) -> Val:
    """What an index selects that has arrays without axes in it, and no others."""
    kind = array_type(array)
    settled = tuple_val(settled_values(b, index))
    selection = selection_of(kind, settled.type)
    assert selection is not None
    if selection.is_element:
        return Val(element_type(kind), load_element(b, kind.dtype, element_address(b, array, settled)))
    return copied(b, select_view(b, array, settled, selection), np.dtype(kind.dtype), "K")


def gather(b: Builder, array: Val, index: Val, plan: Plan, way_out: WayOut) -> Val:
    """Copy what an index with arrays selects."""
    kind = array_type(array)
    dtype = np.dtype(kind.dtype)
    wanted = type_of_gather(kind, index.type, plan)
    assert isinstance(wanted, t.Array)
    in_blocks = _is_one_row(index.type, plan)
    selected = select(b, array, index, plan, way_out, check_arrays=not in_blocks)
    outside, rest = _strides_of_result(b, dtype, index.type, plan, selected)
    strides = [*rest[: plan.place], *outside, *rest[plan.place :]]
    made = allocate(b, dtype, selected.result_shape(plan.place), wanted.layout, strides=strides)
    rows = _are_rows(kind, plan)
    copy = copier(b, dtype, selected.rest if rows else None)
    if in_blocks:
        selected = _as_row(b, selected)
        strides = [outside[-1], *rest]

        def copy_block(block: Selected, first: Value) -> None:
            way_out.unless(all_within(b, block.arrays[0].values, block.arrays[0].length))
            target = b.ptr_add(data_of(made), b.mul(first, outside[-1]))
            for_each_selected(b, block, [(target, strides)], copy, rows=rows)

        _for_each_block(b, selected, copy_block)
    else:
        for_each_selected(b, selected, [(data_of(made), [*outside, *rest])], copy, rows=rows)
    selected.release(b)
    return made


_BLOCK: Final = 4096
"""So many indices are checked, and then used while they are still near the processor."""


def _for_each_block(b: Builder, selected: Selected, body: Callable[[Selected, Value], None]) -> None:
    """Run `body` for parts of a selection by one row of indices, with the number of the first one."""
    (one,) = selected.arrays
    (length,), (stride,) = shape_of(one.values), strides_of(b, one.values)
    count = b.binary("lshr", b.add(length, b.i64(_BLOCK - 1)), b.i64(_BLOCK.bit_length() - 1))

    def turn(number: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
        first = b.mul(number, b.i64(_BLOCK))
        size = b.min_i64(b.sub(length, first), b.i64(_BLOCK))
        data = b.ptr_add(data_of(one.values), b.mul(first, stride))
        part = make_array(array_type(one.values), b.null(), owner_of(one.values), data, [size], [stride])
        body(selected._replace(arrays=[one._replace(values=part)], shape=[size]), first)
        return ()

    b.loop(count, turn)


def _are_rows(kind: t.Array, plan: Plan) -> bool:
    """Whether what belongs to one set of indices lies side by side, here and in the result."""
    if kind.layout != "C" or plan.place or plan.steps[-1].kind != "full":
        return False
    kinds = [step.kind for step in plan.steps]
    first = kinds.index("full")
    return all(one == "full" for one in kinds[first:]) and not {"slice", "new"} & set(kinds)


def _is_one_row(index: t.Type, plan: Plan) -> bool:
    """Whether there is one index array, which can be walked as a row."""
    kinds = [step.kind for step in plan.steps if step.kind in ("array", "mask", "flag")]
    return kinds == ["array"] and _arrays_are_in_order(index, plan)


def _as_row(b: Builder, selected: Selected) -> Selected:
    """One index array in C order is walked as a row."""
    (one,) = selected.arrays
    if array_type(one.values).ndim == 1:
        return selected
    row = ravel(b, one.values)
    return selected._replace(arrays=[one._replace(values=row)], shape=list(shape_of(row)))
