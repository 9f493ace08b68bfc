"""``broadcast_to``, ``meshgrid`` and ``indices``: arrays that repeat others along new axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.arrays.copy_loops import for_each_element
from minijit.library.arrays.dtypes import bind, dtype_of_argument, known_value, text_of_argument
from minijit.library.arrays.repeats import are_integers, copy_box, length_values
from minijit.library.builder import Builder, Val, tuple_val
from minijit.library.casts import cast_parts
from minijit.library.memory import (
    array_type,
    contiguous_strides,
    data_of,
    make_view,
    shape_of,
    store_element,
    strides_of,
)
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers
from minijit.numpy_types import INT64, Dtype

_FRESH: Final = "allocates raises reads"

# ---- broadcast_to


def _type_of_broadcast(array: Arg | Val, shape: Arg | Val) -> t.Type | None:
    kind = array.type
    if not isinstance(kind, t.Array) or not are_integers(shape.type):
        return None
    ndim = len(shape.type.items) if isinstance(shape.type, t.Tuple) else 1
    # What it gives can't be written to: elements would change together.
    return t.Array(kind.dtype, ndim, "A" if ndim else "C", False) if ndim >= kind.ndim else None


_ROW: Final = np.arange(3.0)


@lowers(
    np.broadcast_to,
    t.Array,
    anything,
    result=_type_of_broadcast,
    effects="raises",
    samples=[*((_ROW, shape) for shape in ((2, 3), 3, (2, 4), (-1, 3))), (_ROW[::-1, None], (2, 3, 1))],
)
@lowers(np.broadcast_to, t.Array, result=_type_of_broadcast, keywords={"shape": anything}, effects="raises")
def broadcast_to(b: Builder, array: Val, shape: Val) -> Val:
    """A view of a shape in which axes of length 1 are repeated."""
    kind = _type_of_broadcast(array, shape)
    assert isinstance(kind, t.Array)
    one, zero = b.i64(1), b.i64(0)
    lengths = [b.index_of(value) for value in length_values(shape)]
    missing = kind.ndim - array_type(array).ndim
    fits: Value = b.i1(True)
    for length in lengths:
        fits = b.and_(fits, b.icmp("sge", length, zero))
    steps: list[Value] = [zero] * missing
    for length, own, stride in zip(lengths[missing:], shape_of(array), strides_of(b, array), strict=True):
        is_one = b.icmp("eq", own, one)
        fits = b.and_(fits, b.or_(is_one, b.icmp("eq", own, length)))
        steps.append(b.select(is_one, zero, stride))

    def refuse() -> tuple[Value, ...]:
        b.call_python(np.broadcast_to, (array, shape), t.NEVER)
        return ()

    b.if_else(fits, lambda: (), refuse, likely=True)
    return make_view(b, array, kind, data_of(array), lengths, steps)


# ---- meshgrid


class Grid(NamedTuple):
    """How arrays are laid out on a grid: the axis of each, and whether the others have length 1."""

    kinds: tuple[t.Array, ...]
    axes: tuple[int, ...]
    is_sparse: bool


def _grid(args: Sequence[Arg | Val], keywords: Mapping[str, Arg | Val]) -> Grid | None:
    if not args or not all(isinstance(one.type, t.Array) and one.type.ndim == 1 for one in args):
        return None
    indexing = text_of_argument(keywords.get("indexing"), "xy")
    sparse = known_value(keywords["sparse"]) if "sparse" in keywords else False
    copy = known_value(keywords["copy"]) if "copy" in keywords else True
    if indexing not in ("xy", "ij") or not isinstance(sparse, bool) or copy is not True:
        return None
    axes = list(range(len(args)))
    if indexing == "xy" and len(args) > 1:
        axes[:2] = [1, 0]
    kinds = tuple(t.Array(one.type.dtype, len(args), "C") for one in args if isinstance(one.type, t.Array))
    return Grid(kinds, tuple(axes), sparse)


def _type_of_grid(*args: Arg, **keywords: Arg) -> t.Type | None:
    grid = _grid(args, keywords)
    return None if grid is None else t.Tuple(grid.kinds)


@lowers(
    np.meshgrid,
    result=_type_of_grid,
    rest=anything,
    keywords=dict.fromkeys(("indexing", "sparse", "copy"), anything),
    effects=_FRESH,
    samples=[(_ROW, _ROW[:2]), (_ROW,), (_ROW[::-1], np.arange(2), _ROW[:0])],
)
def meshgrid(b: Builder, *args: Val, **keywords: Val) -> Val:
    """The coordinates of all points of a grid, an array for each axis."""
    grid = _grid(args, keywords)
    assert grid is not None
    one, zero = b.i64(1), b.i64(0)
    whole: list[Value] = [one] * len(args)
    for array, axis in zip(args, grid.axes, strict=True):
        whole[axis] = shape_of(array)[0]
    made = []
    for array, axis, kind in zip(args, grid.axes, grid.kinds, strict=True):
        lengths = [length if k == axis or not grid.is_sparse else one for k, length in enumerate(whole)]
        steps = [strides_of(b, array)[0] if k == axis else zero for k in range(len(args))]
        target = allocate(b, kind.dtype, lengths)
        copy_box(b, target, (data_of(target), strides_of(b, target)), array, (data_of(array), steps), lengths)
        made.append(target)
    return tuple_val(made)


# ---- indices


def _indices_dtype(args: Sequence[Arg | Val], keywords: Mapping[str, Arg | Val]) -> tuple[Any, Dtype] | None:
    """The dimensions, and the dtype of the result."""
    bound = bind(("dimensions", "dtype", "sparse"), args, keywords)
    if bound is None or not isinstance(bound["dimensions"].type, t.Tuple) or not are_integers(bound["dimensions"].type):
        return None
    if "sparse" in bound and known_value(bound["sparse"]) is not False:
        return None
    dtype = dtype_of_argument(bound.get("dtype"), INT64)
    has_axes = bool(bound["dimensions"].type.items)
    return (bound["dimensions"], dtype) if has_axes and dtype is not None and dtype.kind in "iuf" else None


def _type_of_indices(*args: Arg, **keywords: Arg) -> t.Type | None:
    found = _indices_dtype(args, keywords)
    return None if found is None else t.Array(found[1], len(found[0].type.items) + 1, "C")


@lowers(
    np.indices,
    result=_type_of_indices,
    rest=anything,
    keywords=dict.fromkeys(("dimensions", "dtype", "sparse"), anything),
    effects="allocates raises",
    samples=[((2, 3),), ((4,), np.float32), ((2, 0, 3),), ((2, 3, 2), np.uint8), ((2, -1),)],
)
def indices(b: Builder, *args: Val, **keywords: Val) -> Val:
    """The indices of all elements of an array of some shape, an array for each axis."""
    found = _indices_dtype(args, keywords)
    assert found is not None
    shape, dtype = found
    lengths = [b.index_of(value) for value in length_values(shape)]
    made = allocate(b, dtype, [b.i64(len(lengths)), *lengths])
    steps = contiguous_strides(b, lengths, dtype.itemsize)
    place = data_of(made)
    for axis in range(len(lengths)):
        _number_along(b, dtype, place, lengths, steps, axis)
        place = b.ptr_add(place, b.mul(steps[0], lengths[0]))
    return made


def _number_along(
    b: Builder, dtype: Dtype, place: Value, lengths: Sequence[Value], steps: Sequence[Value], axis: int
) -> None:
    """Fill a contiguous array with the index along one axis."""

    def outer(pointers: list[Value]) -> None:
        def turn(index: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
            parts = cast_parts(b, (index,), INT64, dtype)
            start = b.ptr_add(pointers[0], b.mul(index, steps[axis]))
            for_each_element(
                b,
                lengths[axis + 1 :],
                [(start, steps[axis + 1 :])],
                lambda inner: store_element(b, dtype, inner[0], parts, local=True),
            )
            return ()

        b.loop(lengths[axis], turn)

    for_each_element(b, lengths[:axis], [(place, steps[:axis])], outer)
