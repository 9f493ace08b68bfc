"""Running totals: ``cumsum``, ``cumprod`` and ``accumulate`` of ufuncs, of all elements in a row or along one axis."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate, layout_like
from minijit.library.arrays.attributes import arrays
from minijit.library.arrays.dtypes import is_none
from minijit.library.builder import Builder, Val
from minijit.library.casts import cast_parts
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
from minijit.library.reductions.arguments import plan_of
from minijit.library.reductions.binary_reductions import Step, step_of
from minijit.library.reductions.pairwise_sums import Parts
from minijit.library.registry import Arg, lowers, method
from minijit.library.ufuncs.broadcasting import ordered_strides
from minijit.library.ufuncs.elementwise import kernel_of
from minijit.library.ufuncs.methods import PARAMETERS, bound, is_ufunc, ufunc_of
from minijit.numpy_types import Dtype

_PARAMETERS: Final = ("a", "axis", "dtype", "out")
_UFUNCS: Final = {"cumsum": np.add, "cumprod": np.multiply}


_PLAIN: Final = frozenset(
    {
        *(np.add, np.subtract, np.multiply, np.divide, np.minimum, np.maximum, np.fmin, np.fmax),
        *(np.logical_and, np.logical_or, np.logical_xor, np.bitwise_and, np.bitwise_or, np.bitwise_xor),
    }
)
"""Ufuncs whose kernels give NumPy's own bits and never leave the function."""


def _plan(
    ufunc: np.ufunc,
    function: Callable[..., Any],
    names: Sequence[str],
    args: Sequence[Any],
    keywords: Mapping[str, Any],
) -> tuple[t.Array, int | None] | None:
    """The type of the result, and the axis; ``None`` for what is left to NumPy."""
    found = plan_of(function, names, args, keywords, "axis dtype")
    if found is None or ufunc not in _PLAIN:
        return None
    kind, dtype, axis = found.array, found.dtype, found.bound.get("axis")
    if kernel_of(ufunc, (dtype,) * 3) is None or (kind.dtype.kind == "c" and dtype.kind not in "cb"):
        return None
    if dtype.kind == "c" and ufunc not in (np.add, np.subtract, np.multiply, np.divide):
        return None
    if axis is None or is_none(axis):
        return t.Array(dtype, 1, "C"), None
    if isinstance(axis.type, t.Tuple):
        return None
    return t.Array(dtype, kind.ndim, layout_like(kind)), min(found.reduced)


def _scanned(b: Builder, ufunc: np.ufunc, array: Val, kind: t.Array, axis: int | None) -> Val:
    dtype = np.dtype(kind.dtype)
    if axis is None:
        made = allocate(b, dtype, [size_of(b, array)])
        _scan_all(b, array, made, ufunc)
    else:
        shape = shape_of(array)
        strides = ordered_strides(b, dtype, [array], shape) if kind.layout == "A" else ()
        made = allocate(b, dtype, shape, kind.layout, strides=strides)
        _scan_axis(b, array, made, ufunc, axis)
    return Val(kind, made.parts)


def _register(name: str) -> None:
    ufunc, function = _UFUNCS[name], getattr(np, name)

    def result(*args: Arg, **keywords: Arg) -> t.Type | None:
        plan = _plan(ufunc, function, _PARAMETERS, args, keywords)
        return None if plan is None else plan[0]

    def lower(b: Builder, *args: Val, **keywords: Val) -> Val:
        plan = _plan(ufunc, function, _PARAMETERS, args, keywords)
        assert plan is not None
        return _scanned(b, ufunc, args[0], *plan)

    for key in (method(name), function):
        lowers(
            key,
            t.Array,
            result=result,
            rest=anything,
            keywords=dict.fromkeys(_PARAMETERS[1:], anything),
            effects="allocates raises reads",
            samples=arrays,
        )(lower)


def _accumulate_plan(
    receiver: Any, args: Sequence[Any], keywords: Mapping[str, Any]
) -> tuple[t.Array, int | None] | None:
    named = dict(keywords)
    if len(args) < 2:
        named.setdefault("axis", Arg(t.INT, 0))
    if isinstance(args[0].type, t.Array) and args[0].type.ndim == 0:
        return None
    plan = _plan(ufunc_of(receiver), bound(receiver, "accumulate"), PARAMETERS["accumulate"], args, named)
    return None if plan is None or plan[1] is None else plan


@lowers(
    method("accumulate"),
    is_ufunc,
    t.Array,
    result=lambda receiver, *args, **keywords: (_accumulate_plan(receiver, args, keywords) or [None])[0],
    rest=anything,
    keywords=dict.fromkeys(_PARAMETERS[1:], anything),
    effects="allocates raises reads",
)
def accumulate(b: Builder, receiver: Val, *args: Val, **keywords: Val) -> Val:
    """Running results of a ufunc along one axis."""
    plan = _accumulate_plan(receiver, args, keywords)
    assert plan is not None
    return _scanned(b, ufunc_of(receiver), args[0], *plan)


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
    # What leaves every number as it is: of zeros the negative one, and 1; but complex products may lose an infinity.
    number = (-0.0 if dtype.kind in "fc" else 0) if ufunc is np.add else 1
    start = b.constant(t.NumpyScalar(dtype), complex(number, number) if dtype.kind == "c" else number).parts
    is_exact = ufunc is np.add or dtype.kind != "c"
    target = data_of(made)

    def nest(depth: int, pointer: Value, number: Value, total: Parts) -> Parts:
        if depth == len(shape):
            item = _item(b, source, dtype, pointer)
            after = step(total, item)
            if not is_exact:
                is_first = b.icmp("eq", number, b.i64(0))
                after = tuple(b.select(is_first, own, new) for own, new in zip(item, after, strict=True))
            store_element(b, dtype, b.ptr_add(target, b.mul(number, b.i64(dtype.itemsize))), after, local=True)
            return after

        def turn(index: Value, so_far: Parts) -> Parts:
            moved = b.ptr_add(pointer, b.mul(index, strides[depth]))
            return nest(depth + 1, moved, b.add(b.mul(number, shape[depth]), index), so_far)

        return b.loop(shape[depth], turn, total)

    nest(0, data_of(array), b.i64(0), start)


def _scan_axis(b: Builder, array: Val, made: Val, ufunc: np.ufunc, axis: int) -> None:
    """Each element along the axis is the one before it in the result and the array's own; other axes go inside."""
    source, dtype = np.dtype(array_type(array).dtype), np.dtype(array_type(made).dtype)
    step = step_of(b, ufunc, dtype)
    shape, strides, steps = shape_of(array), strides_of(b, array), strides_of(b, made)
    others = [k for k in range(len(shape)) if k != axis]
    if array_type(array).layout == "F":
        others.reverse()
    if axis == (0 if array_type(array).layout == "F" else len(shape) - 1):
        _scan_rows(b, array, made, step, axis, others[::-1] if array_type(array).layout == "F" else others)
        return
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


def _scan_rows(b: Builder, array: Val, made: Val, step: Step, axis: int, others: Sequence[int]) -> None:
    """Row by row along the axis, with the total in registers."""
    source, dtype = np.dtype(array_type(array).dtype), np.dtype(array_type(made).dtype)
    shape, strides, steps = shape_of(array), strides_of(b, array), strides_of(b, made)

    def rows(depth: int, pointer: Value, target: Value) -> None:
        if depth == len(others):
            total = _item(b, source, dtype, pointer)
            store_element(b, dtype, target, total, local=True)

            def turn(index: Value, so_far: Parts) -> Parts:
                number = b.add(index, b.i64(1))
                after = step(so_far, _item(b, source, dtype, b.ptr_add(pointer, b.mul(number, strides[axis]))))
                store_element(b, dtype, b.ptr_add(target, b.mul(number, steps[axis])), after, local=True)
                return after

            b.loop(b.sub(shape[axis], b.i64(1)), turn, total)
            return
        k = others[depth]

        def each(index: Value, _carried: Parts) -> Parts:
            rows(depth + 1, b.ptr_add(pointer, b.mul(index, strides[k])), b.ptr_add(target, b.mul(index, steps[k])))
            return ()

        b.loop(shape[k], each)

    def some() -> Parts:
        rows(0, data_of(array), data_of(made))
        return ()

    b.if_else(b.icmp("sgt", shape[axis], b.i64(0)), some, lambda: ())


for _name in _UFUNCS:
    _register(_name)
