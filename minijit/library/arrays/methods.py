"""``fill`` and ``transpose`` of arrays."""

from __future__ import annotations

import numpy as np

from minijit import types as t
from minijit.library.arrays.attributes import arrays
from minijit.library.arrays.copy_loops import fill_array
from minijit.library.arrays.dtypes import known_value
from minijit.library.builder import NONE_VAL, Builder, Val
from minijit.library.indexing.store_conversions import can_store, convert_for_store
from minijit.library.memory import array_type, data_of, make_view, shape_of, strides_of
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers, method


@lowers(
    method("fill"),
    t.Array,
    (t.PythonScalar, t.NumpyScalar),
    result=lambda array, value: t.NONE if array.type.writable and can_store(array.type.dtype, value) else None,
    effects="writes raises",
    samples=[(np.zeros(3), 2), (np.zeros((2, 3), np.int8), 300), (np.zeros(3, np.int32)[::2], 2.75)],
)
def fill(b: Builder, array: Val, value: Val) -> Val:
    """Put a number into every element."""

    def by_python() -> None:
        b.call_python(np.ndarray.fill, (array, value), t.NONE)

    convert_for_store(b, value, array_type(array).dtype, lambda parts: fill_array(b, array, parts), by_python)
    return NONE_VAL


def _reversed_axes(array: Arg, *axes: Arg) -> tuple[int, ...] | None:
    kind = array.type
    assert isinstance(kind, t.Array)
    if not axes or (len(axes) == 1 and isinstance(axes[0].type, t.NoneValue)):
        return tuple(range(kind.ndim))[::-1]
    values = known_value(axes[0]) if len(axes) == 1 and kind.ndim != 1 else tuple(known_value(one) for one in axes)
    if not isinstance(values, tuple) or not all(type(one) is int for one in values):
        return None
    order = tuple(one + kind.ndim if one < 0 else one for one in values)
    return order if sorted(order) == list(range(kind.ndim)) else None


def _transposed_type(array: Arg, *axes: Arg) -> t.Array | None:
    order = _reversed_axes(array, *axes)
    if order is None:
        return None
    kind = array.type
    assert isinstance(kind, t.Array)
    layout: t.Layout = "A"
    if order == tuple(range(kind.ndim)):
        layout = kind.layout
    elif order == tuple(range(kind.ndim))[::-1]:
        layout = {"C": "F", "F": "C", "A": "A"}[kind.layout]  # type: ignore[assignment]
    return t.Array(kind.dtype, kind.ndim, layout, kind.writable)


@lowers(method("transpose"), t.Array, result=_transposed_type, rest=anything, samples=arrays)
def transpose(b: Builder, array: Val, *axes: Val) -> Val:
    """A view with the axes in another order."""
    given = [Arg(one.type, one.const) for one in axes]
    order = _reversed_axes(Arg(array.type), *given)
    kind = _transposed_type(Arg(array.type), *given)
    assert order is not None and kind is not None
    shape, strides = shape_of(array), strides_of(b, array)
    return make_view(b, array, kind, data_of(array), [shape[k] for k in order], [strides[k] for k in order])

