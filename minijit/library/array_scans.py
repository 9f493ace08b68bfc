"""Running totals: ``cumsum`` and ``cumprod``, functions and methods, of all elements in a row or along one axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.array_allocation import allocate, allocate_like, layout_like
from minijit.library.array_attributes import arrays
from minijit.library.array_reductions import dtype_of_result, reduced_axes, step_of
from minijit.library.builder import Builder, Val
from minijit.library.casts import cast_parts
from minijit.library.dtypes import bind, dtype_of_argument, is_none
from minijit.library.memory import (
    array_type,
    data_of,
    load_element,
    shape_of,
    size_of,
    store_element,
    strides_of,
)
from minijit.library.operands import anything
from minijit.library.pairwise_sums import Parts
from minijit.library.registry import Arg, lowers, method
from minijit.numpy_types import Dtype

_PARAMETERS: Final = ("a", "axis", "dtype", "out")
_UFUNCS: Final = {"cumsum": np.add, "cumprod": np.multiply}


def _plan(name: str, args: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[t.Array, int | None] | None:
    """The type of the result, and the axis; ``None`` for what is left to NumPy."""
    bound = bind(_PARAMETERS, args, keywords)
    if bound is None or not is_none(bound.get("out")):
        return None
    kind = bound["a"].type
    if not isinstance(kind, t.Array):
        return None
    wanted = None
    if not is_none(bound.get("dtype")):
        wanted = dtype_of_argument(bound["dtype"], None)
        if wanted is None:
            return None
    dtype = dtype_of_result(name, np.dtype(kind.dtype), wanted)
    axes = reduced_axes(kind, bound.get("axis"))
    if dtype is None or axes is None or (kind.dtype.kind == "c" and dtype.kind != "c"):
        return None
    if is_none(bound.get("axis")):
        return t.Array(dtype, 1, "C"), None
    if isinstance(bound["axis"].type, t.Tuple):
        return None
    return t.Array(dtype, kind.ndim, layout_like(kind)), min(axes)


def _register(name: str) -> None:
    ufunc = _UFUNCS[name]

    def result(*args: Arg, **keywords: Arg) -> t.Type | None:
        plan = _plan(name, args, keywords)
        return None if plan is None else plan[0]

    def lower(b: Builder, *args: Val, **keywords: Val) -> Val:
        plan = _plan(name, args, keywords)
        assert plan is not None
        kind, axis = plan
        array = args[0]
        dtype = np.dtype(kind.dtype)
        if axis is None:
            made = allocate(b, dtype, [size_of(b, array)])
            _scan_all(b, array, made, ufunc)
        else:
            made = allocate_like(b, array, dtype)
            _scan_axis(b, array, made, ufunc, axis)
        return Val(kind, made.parts)

    for key in (method(name), getattr(np, name)):
        lowers(
            key,
            t.Array,
            result=result,
            rest=anything,
            keywords=dict.fromkeys(_PARAMETERS[1:], anything),
            effects="allocates raises reads",
            samples=arrays,
        )(lower)


def _item(b: Builder, source: Dtype, dtype: Dtype, pointer: Value) -> Parts:
    return cast_parts(b, load_element(b, source, pointer), source, dtype)


def _scan_all(b: Builder, array: Val, made: Val, ufunc: np.ufunc) -> None:
    """All elements in C order; the total goes along from row to row."""
    source, dtype = np.dtype(array_type(array).dtype), np.dtype(array_type(made).dtype)
    step = step_of(b, ufunc, dtype)
    shape: Sequence[Value] = shape_of(array)
    strides: Sequence[Value] = strides_of(b, array)
    if array_type(array).layout == "C":
        shape, strides = [size_of(b, array)], [b.i64(source.itemsize)]
    zero = b.constant(t.NumpyScalar(dtype), dtype.type(0)).parts
    target = data_of(made)

    def nest(depth: int, pointer: Value, number: Value, total: Parts) -> Parts:
        if depth == len(shape):
            item = _item(b, source, dtype, pointer)
            is_first = b.icmp("eq", number, b.i64(0))
            after = step(total, item)
            # The first element is taken as it is: 0 and -0.0 would give 0.
            after = tuple(b.select(is_first, own, new) for own, new in zip(item, after, strict=True))
            store_element(b, dtype, b.ptr_add(target, b.mul(number, b.i64(dtype.itemsize))), after, local=True)
            return after

        def turn(index: Value, so_far: Parts) -> Parts:
            moved = b.ptr_add(pointer, b.mul(index, strides[depth]))
            return nest(depth + 1, moved, b.add(b.mul(number, shape[depth]), index), so_far)

        return b.loop(shape[depth], turn, total)

    nest(0, data_of(array), b.i64(0), zero)


def _scan_axis(b: Builder, array: Val, made: Val, ufunc: np.ufunc, axis: int) -> None:
    """Each element along the axis is the one before it in the result and the array's own; other axes go inside."""
    source, dtype = np.dtype(array_type(array).dtype), np.dtype(array_type(made).dtype)
    step = step_of(b, ufunc, dtype)
    shape, strides, steps = shape_of(array), strides_of(b, array), strides_of(b, made)
    others = [k for k in range(len(shape)) if k != axis]
    if array_type(array).layout == "F":
        others.reverse()
    back = b.sub(b.i64(0), steps[axis])

    def slab(depth: int, pointer: Value, target: Value, is_first: bool) -> None:
        if depth == len(others):
            item = _item(b, source, dtype, pointer)
            if not is_first:
                item = step(load_element(b, dtype, b.ptr_add(target, back)), item)
            store_element(b, dtype, target, item, local=True)
            return
        k = others[depth]

        def turn(index: Value, _carried: Parts) -> Parts:
            place = b.ptr_add(target, b.mul(index, steps[k]))
            slab(depth + 1, b.ptr_add(pointer, b.mul(index, strides[k])), place, is_first)
            return ()

        b.loop(shape[k], turn)

    def rest(index: Value, _carried: Parts) -> Parts:
        number = b.add(index, b.i64(1))
        pointer = b.ptr_add(data_of(array), b.mul(number, strides[axis]))
        slab(0, pointer, b.ptr_add(data_of(made), b.mul(number, steps[axis])), False)
        return ()

    def some() -> Parts:
        slab(0, data_of(array), data_of(made), True)
        b.loop(b.sub(shape[axis], b.i64(1)), rest)
        return ()

    b.if_else(b.icmp("sgt", shape[axis], b.i64(0)), some, lambda: ())


for _name in _UFUNCS:
    _register(_name)
