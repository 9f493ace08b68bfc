"""``concatenate``, ``stack``, ``vstack``, ``hstack``, ``dstack`` and ``column_stack`` of tuples of arrays.

All are one: each array, with axes of length 1 put in, is copied to its place along one axis of a new array.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.array_allocation import allocate
from minijit.library.array_copying import copy_bytes, copy_strided
from minijit.library.builder import Builder, Val, item_of
from minijit.library.dtypes import bind, is_none, known_value
from minijit.library.memory import array_type, data_of, make_array, shape_of, strides_of
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers
from minijit.numpy_types import Dtype, is_native

NEW: Final = -1
"""An axis of length 1 that an array does not have."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How arrays are joined: along which axis, and where each axis of the result comes from in each array."""

    kind: t.Array
    axis: int
    sources: tuple[tuple[int, ...], ...]


Arrangement = Callable[[int, int], "tuple[int, ...]"]
"""``arrange(ndim, axis)``: the axes of an array with so many axes, ``NEW`` for those put in."""


def _as_it_is(ndim: int, _axis: int) -> tuple[int, ...]:
    return tuple(range(ndim))


def _with_new(ndim: int, axis: int) -> tuple[int, ...]:
    row = list(range(ndim))
    row.insert(axis, NEW)
    return tuple(row)


def _rows(ndim: int, _axis: int) -> tuple[int, ...]:
    return (NEW, 0) if ndim == 1 else tuple(range(ndim))


def _columns(ndim: int, _axis: int) -> tuple[int, ...]:
    return (0, NEW) if ndim == 1 else tuple(range(ndim))


def _depths(ndim: int, _axis: int) -> tuple[int, ...]:
    return {1: (NEW, 0, NEW), 2: (0, 1, NEW)}.get(ndim, tuple(range(ndim)))


_FUNCTIONS: Final[dict[Callable[..., Any], tuple[Arrangement, int | None]]] = {
    np.concatenate: (_as_it_is, None),
    np.stack: (_with_new, None),
    np.vstack: (_rows, 0),
    np.hstack: (_as_it_is, 1),
    np.dstack: (_depths, 2),
    np.column_stack: (_columns, 1),
}


def _dtype_of(types: Sequence[t.Array]) -> Dtype | None:
    dtype = np.concatenate([np.empty(0, one.dtype) for one in types]).dtype
    return np.dtype(dtype.str) if is_native(dtype) else None


def _plan(function: Callable[..., Any], args: Sequence[Arg | Val], keywords: Mapping[str, Arg | Val]) -> Plan | None:
    arrange, fixed = _FUNCTIONS[function]
    bound = bind(("arrays", "axis") if fixed is None else ("arrays",), args, keywords)
    if bound is None or not isinstance(bound["arrays"].type, t.Tuple):
        return None
    types = bound["arrays"].type.items
    if not types or not all(isinstance(one, t.Array) and one.ndim for one in types):
        return None
    found: list[t.Array] = list(types)  # type: ignore[arg-type]
    if fixed is None:
        axis = 0 if "axis" not in bound else known_value(bound["axis"])
        if type(axis) is not int or is_none(bound.get("axis", bound["arrays"])):
            return None
    else:
        axis = 0 if function is np.hstack and found[0].ndim == 1 else fixed
    ndim = len(arrange(found[0].ndim, 0))
    if not -ndim <= axis < ndim:
        return None
    axis %= ndim
    sources = tuple(arrange(one.ndim, axis) for one in found)
    dtype, layout = _dtype_of(found), _layout_of(found, sources)
    if dtype is None or layout is None or any(len(source) != ndim for source in sources):
        return None
    return Plan(t.Array(dtype, ndim, layout if ndim > 1 else "C"), axis, sources)


def _layout_of(types: Sequence[t.Array], sources: Sequence[tuple[int, ...]]) -> t.Layout | None:
    """The layout of the result; ``None`` where it depends on strides that are known at run time only."""
    if all(one.layout == "C" or one.ndim == 1 for one in types):
        return "C"
    return "F" if all(one.layout == "F" and NEW not in row for one, row in zip(types, sources, strict=True)) else None


def _samples(function: Callable[..., Any]) -> Callable[[], Iterator[tuple[Any, ...]]]:
    def rows() -> Iterator[tuple[Any, ...]]:
        flat, table = np.arange(3.0), np.arange(12).reshape(3, 4)
        block = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
        yield ((flat, flat),)
        yield ((flat[::-1], flat[::2].astype(np.int8)),)
        yield ((flat[:0], flat),)
        yield ((table, table.astype(np.float32), table),)
        yield ((table.T, table.T),)
        yield ((table, table[:2]),)
        yield ((table, table[:, :3].copy()),)
        yield ((block, block[:1]),)
        yield ((block,),)
        if _FUNCTIONS[function][1] is None:
            for axis in (0, 1, -1):
                yield ((block, block), axis)
                yield ((table, table), axis)
                yield ((table, table[:2]), axis)

    return rows


def _register(function: Callable[..., Any]) -> None:
    def result(*args: Arg, **keywords: Arg) -> t.Type | None:
        plan = _plan(function, args, keywords)
        return None if plan is None else plan.kind

    @lowers(
        function,
        result=result,
        rest=anything,
        keywords={"axis": anything},
        effects="allocates raises reads",
        samples=_samples(function),
    )
    def lower(b: Builder, *args: Val, **keywords: Val) -> Val:
        plan = _plan(function, args, keywords)
        assert plan is not None
        whole = args[0]

        def by_numpy() -> tuple[Value, ...]:
            b.call_python(function, [*args, *keywords.values()], t.NEVER, tuple(keywords))
            return ()

        return _join(b, plan, [item_of(whole, k) for k in range(len(plan.sources))], by_numpy)


def _join(b: Builder, plan: Plan, arrays: Sequence[Val], by_numpy: Callable[[], tuple[Value, ...]]) -> Val:
    one, zero = b.i64(1), b.i64(0)
    shapes, strides = [], []
    for array, source in zip(arrays, plan.sources, strict=True):
        own_shape, own_strides = shape_of(array), strides_of(b, array)
        shapes.append([one if k == NEW else own_shape[k] for k in source])
        strides.append([zero if k == NEW else own_strides[k] for k in source])
    fits: Value = b.i1(True)
    total = shapes[0][plan.axis]
    for shape in shapes[1:]:
        for k, length in enumerate(shape):
            if k != plan.axis:
                fits = b.and_(fits, b.icmp("eq", length, shapes[0][k]))
        total = b.add(total, shape[plan.axis])
    b.if_else(fits, lambda: (), by_numpy, likely=True)
    lengths = [total if k == plan.axis else length for k, length in enumerate(shapes[0])]
    made = allocate(b, plan.kind.dtype, lengths, plan.kind.layout)
    steps = strides_of(b, made)
    # Along the slowest axis each array fills a contiguous part.
    slowest = plan.kind.ndim - 1 if plan.kind.layout == "F" else 0
    place = data_of(made)
    for array, shape, row in zip(arrays, shapes, strides, strict=True):
        given = array_type(array)
        if plan.axis == slowest and given.dtype == plan.kind.dtype and given.layout == plan.kind.layout:
            part = make_array(given, b.null(), b.null(), place, shape_of(array), ())
            copy_bytes(b, part, array, local=True)
        else:
            kind = t.Array(plan.kind.dtype, plan.kind.ndim, "A")
            part = make_array(kind, b.null(), b.null(), place, shape, steps)
            copy_strided(b, part, (data_of(array), row), np.dtype(given.dtype), shape, local=True)
        place = b.ptr_add(place, b.mul(shape[plan.axis], steps[plan.axis]))
    return made


for _function in _FUNCTIONS:
    _register(_function)
