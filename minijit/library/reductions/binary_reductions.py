"""The loops of reductions by a binary operation, and ``sum prod min max any all``, functions and methods.

A row of the table for each ufunc: what it begins with, and whether it needs elements. Result dtypes are asked of NumPy;
sums of floats are pairwise, in NumPy's own order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.builder import Builder, Val, tuple_val
from minijit.library.casts import cast_parts
from minijit.library.kernels.array_kernels import array_kernel_of
from minijit.library.memory import (
    array_type,
    data_of,
    load_element,
    owner_of,
    size_of,
    store_element,
)
from minijit.library.reductions.arguments import Plan, plan_of
from minijit.library.reductions.entries import register
from minijit.library.reductions.extremes import any_of_row, combine, extreme_of_row
from minijit.library.reductions.nests import Axis, Reduction
from minijit.library.reductions.orders import OrderedReduction, Rows, innermost_rows
from minijit.library.reductions.pairwise_sums import Parts
from minijit.library.reductions.rows import (
    BUFFER,
    Row,
    copy_rows,
    for_each_row,
    is_by_rows,
    sum_of_row,
    whole_rows,
)
from minijit.library.registry import method
from minijit.library.ufuncs.elementwise import kernel_of, python_int_as
from minijit.library.ufuncs.pending_results import refuse
from minijit.library.ufuncs.pending_rows import PendingRow, no_load
from minijit.numpy_types import Dtype, limits_of

Load = Callable[["list[Value]"], Parts]
"""``load(pointers)``: an element, from the addresses of the array's element and of what is walked along with it."""
Step = Callable[[Parts, Parts], Parts]


@dataclass(frozen=True, slots=True)
class Reducer:
    """How a ufunc reduces: what it begins with for a dtype, and whether that may stay where there are no elements."""

    first: Callable[[Dtype], Any]
    needs_elements: bool = False
    ordered: str = ""
    """The kinds of dtypes for which the order of the elements makes a difference."""


def _least(dtype: Dtype) -> Any:
    if dtype.kind == "b":
        return False
    return -np.inf if dtype.kind == "f" else limits_of(dtype)[0]


def _greatest(dtype: Dtype) -> Any:
    if dtype.kind == "b":
        return True
    return np.inf if dtype.kind == "f" else limits_of(dtype)[1]


def _constantly(value: Any) -> Callable[[Dtype], Any]:
    return lambda _dtype: value


REDUCERS: Final[dict[np.ufunc, Reducer]] = {
    np.add: Reducer(_constantly(np.add.reduce(np.full(1, -0.0))), ordered="fc"),
    np.multiply: Reducer(_constantly(1), ordered="fc"),
    np.minimum: Reducer(_greatest, needs_elements=True),
    np.maximum: Reducer(_least, needs_elements=True),
    np.fmin: Reducer(_greatest, needs_elements=True),
    np.fmax: Reducer(_least, needs_elements=True),
    np.logical_or: Reducer(_constantly(False)),
    np.logical_and: Reducer(_constantly(True)),
    np.logical_xor: Reducer(_constantly(False)),
    np.bitwise_or: Reducer(_constantly(0)),
    np.bitwise_and: Reducer(lambda dtype: np.invert(dtype.type(0))),
    np.bitwise_xor: Reducer(_constantly(0)),
}
_SUM: Final = ("a", "axis", "dtype", "out", "keepdims", "initial", "where")
_MIN: Final = ("a", "axis", "out", "keepdims", "initial", "where")
_ANY: Final = ("a", "axis", "out", "keepdims", "where")
_FUNCTIONS: Final[dict[str, tuple[np.ufunc, tuple[str, ...]]]] = {
    "sum": (np.add, _SUM),
    "prod": (np.multiply, _SUM),
    "min": (np.minimum, _MIN),
    "max": (np.maximum, _MIN),
    "any": (np.logical_or, _ANY),
    "all": (np.logical_and, _ANY),
}
_ALIASES: Final = {"min": [np.amin], "max": [np.amax]}


# ---- what is done natively


def reduction_plan(
    ufunc: np.ufunc,
    function: Callable[..., Any],
    parameters: Sequence[str],
    args: Sequence[Any],
    keywords: Mapping[str, Any],
) -> Plan | None:
    """The plan of a reduction by `ufunc`; ``None`` where NumPy has to do it."""
    row = REDUCERS.get(ufunc)
    found = plan_of(function, parameters, args, keywords, "axis dtype keepdims initial out where")
    if row is None or found is None:
        return None
    kind, source = found.dtype.kind, np.dtype(found.array.dtype)
    if ufunc in WORDS:
        if kind == "c" or (found.where is not None and "initial" not in found.bound):
            return None
    elif kernel_of(ufunc, (found.dtype,) * 3) is None:
        return None
    if (source.kind == "c" and kind not in "cb") or (found.where is not None and kind in row.ordered):
        return None
    initial = found.bound.get("initial")
    return found if initial is None or _is_start(initial, found.dtype) else None


def _is_start(initial: Any, dtype: Dtype) -> bool:
    """Whether a number may be what a reduction to `dtype` begins with: one that it holds."""
    if isinstance(initial.type, t.NumpyScalar):
        return bool(initial.type.dtype == dtype)
    if not isinstance(initial.type, t.PythonScalar):
        return False
    return np.can_cast(t.dtype_of(initial.type), dtype) or (initial.type == t.INT and dtype.kind in "iufc")


# ---- inner loops

WORDS: Final[dict[np.ufunc, str]] = {np.minimum: "min", np.maximum: "max", np.fmin: "min", np.fmax: "max"}
PASS_OVER_NAN: Final = (np.fmin, np.fmax)
"""What these make of nothing but nan is for the caller to see to: it comes out as what they begin with."""
SETTLES: Final[dict[np.ufunc, bool]] = {np.logical_or: True, np.logical_and: False}
"""The item behind which nothing makes a difference."""


def step_of(b: Builder, ufunc: np.ufunc, dtype: Dtype, *, over_rows: bool = False) -> Step:
    """How an element goes into the total; `over_rows`, where NumPy computes totals side by side."""
    word = WORDS.get(ufunc)
    if word is not None:
        passes = ufunc in PASS_OVER_NAN
        return lambda x, y: (combine(b, word, dtype, x[0], y[0], passes_nan=passes),)
    found = (array_kernel_of if over_rows else kernel_of)(ufunc, (dtype,) * 3)
    assert found is not None
    return lambda x, y: found(b, (dtype,) * 3, [x, y])


def reduce_into(
    b: Builder, walk: Reduction, results: Sequence[Val], ufunc: np.ufunc, load: Load, chunk: Value | None = None
) -> None:
    """Run the loops: each element that `load` gives goes into the last of `results`; the others are only read."""
    target = results[-1]
    dtype = array_type(target).dtype
    sizes = [array_type(result).dtype.itemsize for result in results]
    step = step_of(b, ufunc, dtype, over_rows=True)

    def row(axis: Axis, pointers: list[Value]) -> Parts:
        def at(index: Value) -> Parts:
            return load([b.ptr_add(pointers[0], b.mul(index, axis.stride)), *pointers[1:]])

        total = _row_total(b, ufunc, dtype, axis.length, at, load_element(b, dtype, pointers[-1]), chunk)
        store_element(b, dtype, pointers[-1], total, local=True)
        return ()

    def each(axis: Axis, pointers: list[Value]) -> Parts:
        def turn(index: Value, _carried: Parts) -> Parts:
            moved = [b.ptr_add(pointers[0], b.mul(index, axis.stride))]
            for pointer, size in zip(pointers[1:], sizes, strict=True):
                moved.append(b.ptr_add(pointer, b.mul(b.mul(index, axis.unit), b.i64(size))))
            total = step(load_element(b, dtype, moved[-1]), load(moved))
            store_element(b, dtype, moved[-1], total, local=True)
            return ()

        return b.loop(axis.length, turn)

    def inner(axis: Axis, pointers: list[Value]) -> None:
        if walk.is_in_order:
            (row if known(axis.unit) == 0 else each)(axis, pointers)
        else:
            is_row = b.icmp("eq", axis.unit, b.i64(0))
            b.if_else(is_row, lambda: row(axis, pointers), lambda: each(axis, pointers))

    walk.run(results, inner)


def sum_into(b: Builder, walk: Reduction, result: Val) -> None:
    """Add all elements to what `result` holds, each converted to its dtype, by way of buffers where NumPy does so."""
    source, dtype = np.dtype(walk.kind.dtype), np.dtype(array_type(result).dtype)

    def directly() -> Parts:
        chunk = None if source == dtype else b.i64(BUFFER)
        reduce_into(b, walk, [result], np.add, load_as(b, source, dtype), chunk)
        return ()

    def by_copies() -> Parts:
        assert isinstance(walk, OrderedReduction)
        _sum_copied_rows(b, walk, result, rows)
        return ()

    if isinstance(walk, OrderedReduction) and dtype.kind in "fc":
        rows = innermost_rows(b, walk)
        b.if_else(rows.is_one, directly, by_copies)
    else:
        directly()


def _sum_copied_rows(b: Builder, walk: OrderedReduction, result: Val, rows: Rows) -> None:
    """Add up rows of several axes that are no row in memory: each is copied together first."""
    dtype = np.dtype(array_type(result).dtype)
    size = rows.inner[0]
    for length in rows.inner[1:]:
        size = b.mul(size, length)
    buffer = allocate(b, dtype, [size])
    inner = [axis._replace(length=length) for axis, length in zip(walk.axes, rows.inner, strict=True)]
    outer = [axis._replace(length=length) for axis, length in zip(walk.axes, rows.outer, strict=True)]
    chunk = whole_rows(b, rows.inner)

    def at(index: Value) -> Parts:
        return load_element(b, dtype, b.ptr_add(data_of(buffer), b.mul(index, b.i64(dtype.itemsize))))

    def each(axis: Axis, pointers: list[Value]) -> None:
        copy_rows(b, buffer, pointers[0], inner)
        total = sum_of_row(b, load_element(b, dtype, pointers[1]), size, dtype, at, chunk)
        store_element(b, dtype, pointers[1], total, local=True)

    walk.run([result], each, outer)
    b.emit("decref", (owner_of(buffer),))


def load_as(b: Builder, source: Dtype, dtype: Dtype) -> Load:
    """Loads an element, converted."""
    return lambda pointers: cast_parts(b, load_element(b, source, pointers[0]), source, dtype)


def fill_result(b: Builder, result: Val, parts: Sequence[Value]) -> None:
    """Put what a reduction begins with into its result (which is contiguous in some order)."""
    dtype = array_type(result).dtype
    data = data_of(result)

    def turn(index: Value, _carried: Parts) -> Parts:
        store_element(b, dtype, b.ptr_add(data, b.mul(index, b.i64(dtype.itemsize))), parts, local=True)
        return ()

    b.loop(size_of(b, result), turn, scalar=True)


def finished(b: Builder, result: Val, wanted: t.Type) -> Val:
    """The result as the call gives it: the number itself where no axis is left."""
    if isinstance(wanted, t.Array):
        return result
    return Val(wanted, load_element(b, array_type(result).dtype, data_of(result)))


def require_elements(b: Builder, function: object, walk: Reduction, args: Sequence[Val]) -> None:
    """Where there are no elements to reduce (nor may there be results), `function` is called for NumPy's error."""
    some: Value = b.i1(True)
    for axis in sorted(walk.reduced):
        some = b.and_(some, b.icmp("ne", walk.lengths[axis], b.i64(0)))

    def by_numpy() -> tuple[Value, ...]:
        refuse(b, function, args)
        return ()

    b.if_else(some, lambda: (), by_numpy, likely=True)


# ---- entries


def walk_of(b: Builder, plan: Plan) -> Reduction:
    """The walk over the array of a plan, along with new results."""
    if plan.in_order:
        return Reduction(b, plan.given, plan.reduced, plan.keepdims)
    return OrderedReduction(b, plan.given, plan.reduced, plan.keepdims, plan.beside, plan.out)


def in_any_order(plan: Plan) -> bool:
    """Whether :func:`reduced` has loops for axes in any order: not if elements are converted on their way into sums.

    NumPy converts some thousands at a time, of several rows.
    """
    return plan.dtype.kind not in "fc" or plan.dtype == plan.array.dtype


def reduced(b: Builder, ufunc: np.ufunc, plan: Plan) -> Val:
    """A new result of a reduction by `ufunc`."""
    row = REDUCERS[ufunc]
    array: Val = plan.given
    dtype, source = plan.dtype, np.dtype(plan.array.dtype)
    walk = walk_of(b, plan)
    initial = plan.bound.get("initial")
    if row.needs_elements and initial is None:
        axes = tuple(sorted(plan.reduced))
        given = tuple_val([b.constant(t.INT, axis) for axis in axes])
        require_elements(b, ufunc.reduce, walk, [array, given])
    result = walk.allocate(dtype)
    first = _first(b, row, dtype, initial)
    is_sum = ufunc is np.add and dtype.kind in "fc"
    if is_by_rows(walk) and (is_sum or not walk.is_irregular):
        for_each_row(b, walk, result, lambda one: of_row(b, ufunc, one, source, dtype, first), converts=source != dtype)
        return finished(b, result, plan.result)
    fill_result(b, result, first)
    if ufunc is np.add:
        sum_into(b, walk, result)
    else:
        reduce_into(b, walk, [result], ufunc, load_as(b, source, dtype))
    return finished(b, result, plan.result)


def of_row(b: Builder, ufunc: np.ufunc, row: Row | PendingRow, source: Dtype, dtype: Dtype, first: Parts) -> Parts:
    """What `ufunc` makes of a row of elements, beginning with `first`."""
    if isinstance(row, PendingRow):
        if ufunc is np.add and dtype.kind in "fc":
            return sum_of_row(b, first, row.length, dtype, no_load, row.chunk, row.pairwise_blocks(b, dtype))
        return row.fold(b, dtype, lambda n, at, so_far: _row_total(b, ufunc, dtype, n, at, so_far, None), first)

    def at(index: Value) -> Parts:
        return cast_parts(b, load_element(b, source, row.at(b, index)), source, dtype)

    return _row_total(b, ufunc, dtype, row.length, at, first, row.chunk)


def _row_total(
    b: Builder,
    ufunc: np.ufunc,
    dtype: Dtype,
    length: Value,
    at: Callable[[Value], Parts],
    first: Parts,
    chunk: Value | None,
) -> Parts:
    if ufunc is np.add and dtype.kind in "fc":
        return sum_of_row(b, first, length, dtype, at, chunk)
    word = WORDS.get(ufunc)
    settles = SETTLES.get(ufunc) if word is None or dtype.kind != "b" else word == "max"
    if settles is not None:
        return (any_of_row(b, length, lambda k: at(k)[0], first[0], wanted=settles),)
    if word is not None:
        passes = ufunc in PASS_OVER_NAN
        return (extreme_of_row(b, word, dtype, length, lambda k: at(k)[0], first[0], passes_nan=passes),)
    step = step_of(b, ufunc, dtype)
    return b.loop(length, lambda index, so_far: step(so_far, at(index)), first)


def _first(b: Builder, row: Reducer, dtype: Dtype, initial: Val | None) -> Parts:
    if initial is None:
        return b.constant(t.NumpyScalar(dtype), row.first(dtype)).parts
    return python_int_as(b, initial, dtype) if initial.type == t.INT else b.number_as(initial, dtype)


def filler(ufunc: np.ufunc, plan: Plan) -> Any:
    """What makes no difference to a reduction of elements of the array's dtype."""
    return REDUCERS[ufunc].first(np.dtype(plan.array.dtype)) if plan.where is not None else None


def _register(name: str) -> None:
    ufunc, parameters = _FUNCTIONS[name]
    functions = {id(one): one for one in (getattr(np, name), *_ALIASES.get(name, []))}

    def plan(args: Sequence[Any], keywords: Mapping[str, Any]) -> Plan | None:
        return reduction_plan(ufunc, getattr(np, name), parameters, args, keywords)

    register(
        name,
        [method(name), *functions.values()],
        parameters,
        plan,
        lambda b, found: reduced(b, ufunc, found),
        lambda found: filler(ufunc, found),
        fuses=True,
        in_any_order=in_any_order,
    )


for _name in _FUNCTIONS:
    _register(_name)
