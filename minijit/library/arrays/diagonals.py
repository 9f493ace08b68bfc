"""``diagonal``, ``diag``, ``tril``, ``triu`` and ``tri``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.arrays.attributes import arrays
from minijit.library.arrays.copy_loops import for_each_element
from minijit.library.arrays.dtypes import bind, dtype_of_argument, is_none, known_value
from minijit.library.builder import Builder, Val
from minijit.library.indexing.index_expressions import is_integer_index
from minijit.library.memory import (
    array_type,
    data_of,
    element_pointer,
    load_element,
    make_view,
    shape_of,
    store_element,
    strides_of,
)
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers, method
from minijit.machine import parts_of_dtype
from minijit.numpy_types import FLOAT64

# ---- diagonal


def _diagonal_plan(args: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[t.Array, int, int] | None:
    """The type of the view, and the axes."""
    bound = bind(("a", "offset", "axis1", "axis2"), args, keywords)
    if bound is None or not isinstance(bound["a"].type, t.Array) or bound["a"].type.ndim < 2:
        return None
    kind: t.Array = bound["a"].type
    if "offset" in bound and not is_integer_index(bound["offset"].type):
        return None
    pair = [known_value(bound[name]) if name in bound else k for k, name in enumerate(("axis1", "axis2"))]
    if not all(type(axis) is int and -kind.ndim <= axis < kind.ndim for axis in pair):
        return None
    first, second = (axis % kind.ndim for axis in pair)  # type: ignore[operator]
    # NumPy does not let diagonals be written to.
    return (t.Array(kind.dtype, kind.ndim - 1, "A", False), first, second) if first != second else None


def _type_of_diagonal(*args: Arg, **keywords: Arg) -> t.Type | None:
    plan = _diagonal_plan(args, keywords)
    return None if plan is None else plan[0]


def _tables() -> list[tuple[Any, ...]]:
    rows = [row for row in arrays() if row[0].ndim >= 2]
    return [*rows, *((*row, k) for row in rows for k in (1, -1, 5, -5))]


@lowers(
    method("diagonal"),
    result=_type_of_diagonal,
    rest=anything,
    keywords=dict.fromkeys(("offset", "axis1", "axis2"), anything),
    samples=_tables,
)
@lowers(
    np.diagonal,
    result=_type_of_diagonal,
    rest=anything,
    keywords=dict.fromkeys(("offset", "axis1", "axis2"), anything),
    samples=_tables,
)
def diagonal(b: Builder, *args: Val, **keywords: Val) -> Val:
    """A view of the elements whose indices along two axes differ by the offset."""
    plan = _diagonal_plan(args, keywords)
    bound = bind(("a", "offset", "axis1", "axis2"), args, keywords)
    assert plan is not None and bound is not None
    kind, first, second = plan
    offset = b.index_of(bound["offset"]) if "offset" in bound else b.i64(0)
    return _diagonal(b, bound["a"], kind, offset, first, second)


def _diagonal(b: Builder, array: Val, kind: t.Array, offset: Value, first: int, second: int) -> Val:
    shape, strides, zero = shape_of(array), strides_of(b, array), b.i64(0)
    # Cut first, so that nothing overflows.
    offset = b.min_i64(b.max_i64(offset, b.sub(zero, shape[first])), shape[second])
    down, right = b.max_i64(b.sub(zero, offset), zero), b.max_i64(offset, zero)
    length = b.min_i64(b.sub(shape[first], down), b.sub(shape[second], right))
    reach = b.add(b.mul(down, strides[first]), b.mul(right, strides[second]))
    data = b.ptr_add(data_of(array), b.select(b.icmp("sgt", length, zero), reach, zero))
    rest = [k for k in range(len(shape)) if k not in (first, second)]
    lengths = [*(shape[k] for k in rest), length]
    steps = [*(strides[k] for k in rest), b.add(strides[first], strides[second])]
    return make_view(b, array, kind, data, lengths, steps)


# ---- diag


def _diag_bound(args: Sequence[Any], keywords: Mapping[str, Any], ndim: int) -> dict[str, Any] | None:
    bound = bind(("v", "k"), args, keywords)
    if bound is None or not isinstance(bound["v"].type, t.Array) or bound["v"].type.ndim != ndim:
        return None
    return bound if "k" not in bound or is_integer_index(bound["k"].type) else None


def _type_of_diag(*args: Arg, **keywords: Arg) -> t.Type | None:
    bound = _diag_bound(args, keywords, 1)
    return None if bound is None else t.Array(bound["v"].type.dtype, 2, "C")


def _type_of_taken(*args: Arg, **keywords: Arg) -> t.Type | None:
    bound = _diag_bound(args, keywords, 2)
    return None if bound is None else t.Array(bound["v"].type.dtype, 1, "A", False)


@lowers(np.diag, result=_type_of_taken, rest=anything, keywords={"k": anything}, samples=_tables)
def taken(b: Builder, *args: Val, **keywords: Val) -> Val:
    """A diagonal of a matrix."""
    bound = _diag_bound(args, keywords, 2)
    kind = _type_of_taken(*(Arg(one.type) for one in args), **{name: Arg(one.type) for name, one in keywords.items()})
    assert bound is not None and isinstance(kind, t.Array)
    return _diagonal(b, bound["v"], kind, b.index_of(bound["k"]) if "k" in bound else b.i64(0), 0, 1)


@lowers(
    np.diag,
    result=_type_of_diag,
    rest=anything,
    keywords={"k": anything},
    effects="allocates raises reads",
    samples=[(np.arange(3),), (np.arange(3.0)[::-1], 1), (np.arange(3, dtype=np.int8), -2), (np.arange(0.0), 1)],
)
def diag(b: Builder, *args: Val, **keywords: Val) -> Val:
    """A matrix of zeros with a row of numbers on a diagonal."""
    bound = _diag_bound(args, keywords, 1)
    assert bound is not None
    row, zero = bound["v"], b.i64(0)
    dtype = array_type(row).dtype
    shift = b.index_of(bound["k"]) if "k" in bound else zero
    down, right = b.max_i64(b.sub(zero, shift), zero), b.max_i64(shift, zero)
    (length,), (stride,) = shape_of(row), strides_of(b, row)
    size = b.add(length, b.add(down, right))
    made = allocate(b, dtype, [size, size], zeroed=True)

    def turn(index: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
        parts = load_element(b, dtype, b.ptr_add(data_of(row), b.mul(index, stride)))
        pointer = element_pointer(b, made, [b.add(index, down), b.add(index, right)])
        store_element(b, dtype, pointer, parts, local=True)
        return ()

    b.loop(length, turn)
    return made


# ---- triangles


def _triangle(args: Sequence[Any], keywords: Mapping[str, Any]) -> dict[str, Any] | None:
    bound = bind(("m", "k"), args, keywords)
    # Of an array in another order, NumPy makes one in that order or not, as the mask and the array agree.
    if bound is None or not isinstance(bound["m"].type, t.Array) or bound["m"].type.layout != "C":
        return None
    fits = bound["m"].type.ndim >= 2 and ("k" not in bound or is_integer_index(bound["k"].type))
    return bound if fits else None


def _type_of_triangle(*args: Arg, **keywords: Arg) -> t.Type | None:
    bound = _triangle(args, keywords)
    return None if bound is None else t.Array(bound["m"].type.dtype, bound["m"].type.ndim, "C")


def _register_triangle(function: Callable[..., Any], *, is_lower: bool) -> None:
    @lowers(
        function,
        result=_type_of_triangle,
        rest=anything,
        keywords={"k": anything},
        effects="allocates raises reads",
        samples=_tables,
    )
    def lower(b: Builder, *args: Val, **keywords: Val) -> Val:
        bound = _triangle(args, keywords)
        assert bound is not None
        array, shape = bound["m"], shape_of(bound["m"])
        dtype = array_type(array).dtype
        shift = _cut(b, b.index_of(bound["k"]) if "k" in bound else b.i64(0), shape[-2], shape[-1])
        made = allocate(b, dtype, shape)
        zeros = [b.const(machine, 0 if machine.name[0] == "i" else 0.0) for machine in parts_of_dtype(dtype)]
        rows = [(data_of(made), strides_of(b, made)[:-1]), (data_of(array), strides_of(b, array)[:-1])]

        def row(pointers: list[Value], number: Value) -> None:
            limit = b.add(number, shift)

            def turn(index: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
                at = b.mul(index, b.i64(dtype.itemsize))
                kept = b.icmp("sle" if is_lower else "sge", index, limit)
                parts = load_element(b, dtype, b.ptr_add(pointers[1], at))
                chosen = [b.select(kept, part, zero) for part, zero in zip(parts, zeros, strict=True)]
                store_element(b, dtype, b.ptr_add(pointers[0], at), chosen, local=True)
                return ()

            b.loop(shape[-1], turn)

        def matrix(pointers: list[Value]) -> None:
            def turn(index: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
                steps = [b.mul(index, strides[-1]) for _, strides in rows]
                row([b.ptr_add(pointer, step) for pointer, step in zip(pointers, steps, strict=True)], index)
                return ()

            b.loop(shape[-2], turn)

        for_each_element(b, shape[:-2], [(data, strides[:-1]) for data, strides in rows], matrix)
        return made


_register_triangle(np.tril, is_lower=True)
_register_triangle(np.triu, is_lower=False)


def _cut(b: Builder, shift: Value, rows: Value, columns: Value) -> Value:
    """A shift cut to the size of the matrix, so that nothing overflows."""
    return b.min_i64(b.max_i64(shift, b.sub(b.i64(-1), rows)), b.add(columns, b.i64(1)))


_TRI: Final = ("N", "M", "k", "dtype")


def _type_of_tri(*args: Arg, **keywords: Arg) -> t.Type | None:
    bound = bind(_TRI, args, keywords)
    if bound is None:
        return None
    sizes = {name: one for name, one in bound.items() if name != "dtype"}
    if not all(is_integer_index(one.type) or (name == "M" and is_none(one)) for name, one in sizes.items()):
        return None
    dtype = dtype_of_argument(bound.get("dtype"), FLOAT64)
    return None if dtype is None else t.Array(dtype, 2, "C")


@lowers(
    np.tri,
    result=_type_of_tri,
    rest=anything,
    keywords=dict.fromkeys(_TRI, anything),
    effects="allocates raises",
    samples=[(3,), (2, 4), (4, 2, 1), (3, None, -1, np.int8), (3, 3, 9), (0,), (2, 2, -9, "c8")],
)
def tri(b: Builder, *args: Val, **keywords: Val) -> Val:
    """Ones at and below a diagonal."""
    bound = bind(_TRI, args, keywords)
    assert bound is not None
    dtype = dtype_of_argument(bound.get("dtype"), FLOAT64)
    assert dtype is not None
    rows = b.index_of(bound["N"])
    columns = rows if is_none(bound.get("M")) else b.index_of(bound["M"])
    made = allocate(b, dtype, [rows, columns])
    shift = _cut(b, b.index_of(bound["k"]) if "k" in bound else b.i64(0), rows, columns)
    one, zero = (b.constant(t.NumpyScalar(dtype), dtype.type(number)).parts for number in (1, 0))

    def turn(index: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
        limit = b.add(index, shift)

        def column(place: Value, _inner: tuple[Value, ...]) -> Sequence[Value]:
            kept = b.icmp("sle", place, limit)
            parts = [b.select(kept, x, y) for x, y in zip(one, zero, strict=True)]
            store_element(b, dtype, element_pointer(b, made, [index, place]), parts, local=True)
            return ()

        b.loop(columns, column)
        return ()

    b.loop(rows, turn)
    return made
