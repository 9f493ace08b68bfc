"""``a.view(dtype)``, and ``np.atleast_1d`` and its relatives: the same memory under another type or with more axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.attributes import arrays
from minijit.library.arrays.dtypes import bind, dtype_of_argument, is_none
from minijit.library.builder import Builder, Val
from minijit.library.memory import array_type, data_of, make_view, shape_of, strides_of
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers, method
from minijit.machine import I64

# ---- view


def _viewed(args: Sequence[Arg | Val], keywords: Mapping[str, Arg | Val]) -> t.Array | None:
    bound = bind(("self", "dtype"), args, keywords)
    if bound is None or not isinstance(bound["self"].type, t.Array):
        return None
    kind = bound["self"].type
    if is_none(bound.get("dtype")):
        # Without an argument there is another array of the same type; None as a dtype means float64.
        return kind if "dtype" not in bound else None
    dtype = dtype_of_argument(bound["dtype"], None)
    if dtype is None or (dtype.kind == "b" != kind.dtype.kind):
        # A byte that is neither 0 nor 1 is no bool to native code.
        return None
    if dtype.itemsize != kind.dtype.itemsize and (kind.layout != "C" or not kind.ndim):
        return None
    return t.Array(dtype, kind.ndim, kind.layout, kind.writable)


def _samples() -> list[tuple[Any, ...]]:
    table, row = np.arange(6.0).reshape(2, 3), np.arange(4, dtype=np.int16)
    tables = (table, table.T, table[:, ::2])
    rows: list[tuple[Any, ...]] = [(one, dtype) for one in tables for dtype in (np.int64, "f8")]
    return [*rows, (table, np.int32), (row, np.int64), (row[:3], np.int32), (row, "u2"), (table, complex)]


@lowers(
    method("view"),
    t.Array,
    result=lambda *args, **keywords: _viewed(args, keywords),
    rest=anything,
    keywords={"dtype": anything},
    effects="raises",
    samples=_samples,
)
def view(b: Builder, *args: Val, **keywords: Val) -> Val:
    """The same bytes as elements of another dtype; elements of another size change the length of the last axis."""
    kind = _viewed(args, keywords)
    assert kind is not None
    array = args[0]
    lengths, steps = list(shape_of(array)), strides_of(b, array)
    own, other = array_type(array).dtype.itemsize, kind.dtype.itemsize
    if own > other:
        lengths[-1] = b.mul(lengths[-1], b.i64(own // other))
    elif own < other:
        ratio = b.i64(other // own)

        def refuse() -> tuple[Value, ...]:
            b.call_python(np.ndarray.view, [*args, *keywords.values()], t.NEVER, tuple(keywords))
            return ()

        rest = b.emit("srem", (lengths[-1], ratio), I64)
        b.if_else(b.icmp("eq", rest, b.i64(0)), lambda: (), refuse, likely=True)
        lengths[-1] = b.emit("sdiv", (lengths[-1], ratio), I64)
    return make_view(b, array, kind, data_of(array), lengths, steps)


# ---- atleast_1d ...

_NEW: dict[Callable[..., Any], dict[int, tuple[int, ...]]] = {
    np.atleast_1d: {0: (-1,)},
    np.atleast_2d: {0: (-1, -1), 1: (-1, 0)},
    np.atleast_3d: {0: (-1, -1, -1), 1: (-1, 0, -1), 2: (0, 1, -1)},
}
"""The axes of the result by the number of axes of the array: those of the array, -1 for new ones."""


def _axes(function: Callable[..., Any], kind: t.Array) -> tuple[int, ...]:
    return _NEW[function].get(kind.ndim, tuple(range(kind.ndim)))


def _type_of_more(function: Callable[..., Any], array: Arg | Val) -> t.Type | None:
    kind = array.type
    if not isinstance(kind, t.Array):
        return None
    axes = _axes(function, kind)
    if len(axes) == kind.ndim:
        return kind
    # The strides of new axes are 0, but a number is reshaped.
    return t.Array(kind.dtype, len(axes), "A" if kind.ndim else "C", kind.writable)


def _register(function: Callable[..., Any]) -> None:
    @lowers(function, t.Array, result=lambda array: _type_of_more(function, array), samples=arrays)
    def lower(b: Builder, array: Val) -> Val:
        kind = _type_of_more(function, array)
        assert isinstance(kind, t.Array)
        axes = _axes(function, array_type(array))
        if len(axes) == array_type(array).ndim:
            return array
        one, zero = b.i64(1), b.i64(0)
        shape, strides = shape_of(array), strides_of(b, array)
        lengths = [one if axis < 0 else shape[axis] for axis in axes]
        steps = [zero if axis < 0 else strides[axis] for axis in axes]
        return make_view(b, array, kind, data_of(array), lengths, steps)


for _function in _NEW:
    _register(_function)
