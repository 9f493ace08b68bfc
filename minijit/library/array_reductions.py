"""Reductions by a binary operation: ``sum prod min max any all``, functions and methods, over any axes.

A row of the table for each: the ufunc, what it begins with, and how one element goes into the total. Result dtypes are
asked of NumPy.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.nodes import Value
from minijit.library.array_attributes import arrays
from minijit.library.array_methods import copied
from minijit.library.builder import Builder, Val, tuple_val
from minijit.library.casts import cast_parts
from minijit.library.dtypes import bind, dtype_of_argument, is_none, known_value
from minijit.library.elementwise import kernel_of, python_int_as
from minijit.library.memory import (
    array_type,
    data_of,
    load_element,
    make_view,
    owner_of,
    size_of,
    store_element,
)
from minijit.library.operands import anything
from minijit.library.pairwise_sums import Parts, add_parts, pairwise_sum
from minijit.library.reduction_nests import Axis, Reduction, result_type
from minijit.library.registry import Arg, lowers, method
from minijit.machine import parts_of_dtype
from minijit.numpy_types import Dtype, is_native, limits_of

Load = Callable[["list[Value]"], Parts]
"""``load(pointers)``: an element, from the addresses of the array's element and of what is walked along with it."""
Step = Callable[[Parts, Parts], Parts]

BUFFER: Final = 8192
"""So many elements NumPy converts at a time; a sum of converted elements is the sum of the sums of such parts."""


@dataclass(frozen=True, slots=True)
class Row:
    """A reduction: the ufunc, the value it begins with for a dtype, and what its function's parameters are."""

    ufunc: np.ufunc
    first: Callable[[Dtype], Any]
    parameters: tuple[str, ...]
    needs_elements: bool = False


def _least(dtype: Dtype) -> Any:
    if dtype.kind == "b":
        return False
    return -np.inf if dtype.kind == "f" else limits_of(dtype)[0]


def _greatest(dtype: Dtype) -> Any:
    if dtype.kind == "b":
        return True
    return np.inf if dtype.kind == "f" else limits_of(dtype)[1]


_SUM: Final = ("a", "axis", "dtype", "out", "keepdims", "initial", "where")
_MIN: Final = ("a", "axis", "out", "keepdims", "initial", "where")
_ANY: Final = ("a", "axis", "out", "keepdims", "where")
ROWS: Final[dict[str, Row]] = {
    "sum": Row(np.add, lambda dtype: np.add.reduce(np.full(1, -0.0)), _SUM),
    "prod": Row(np.multiply, lambda dtype: 1, _SUM),
    "min": Row(np.minimum, _greatest, _MIN, needs_elements=True),
    "max": Row(np.maximum, _least, _MIN, needs_elements=True),
    "any": Row(np.logical_or, lambda dtype: False, _ANY),
    "all": Row(np.logical_and, lambda dtype: True, _ANY),
}


# ---- arguments


def reduced_axes(array: t.Array, axis: Arg | Val | None) -> frozenset[int] | None:
    """The axes that an argument names; ``None`` where it isn't known, or names none, or one that is not there."""
    if is_none(axis):
        return frozenset(range(array.ndim))
    value = known_value(axis)
    values = value if isinstance(value, tuple) else (value,)
    if not values or not all(type(one) is int and -array.ndim <= one < array.ndim for one in values):
        return None
    found = frozenset(one % array.ndim for one in values)
    return found if len(found) == len(values) else None


def keeps_dims(arg: Arg | Val | None) -> bool | None:
    """What ``keepdims`` says; ``None`` where it isn't known."""
    if arg is None:
        return False
    value = known_value(arg)
    return value if isinstance(value, bool) else None


@cache
def dtype_of_result(name: str, dtype: Dtype, wanted: Dtype | None) -> Dtype | None:
    """The dtype that NumPy gives a reduction's result."""
    keywords = {} if wanted is None else {"dtype": wanted}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = getattr(np, name)(np.ones((1, 1), dtype), axis=0, **keywords).dtype
        except (TypeError, ValueError, Warning):
            return None
    return np.dtype(found.str) if is_native(found) else None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a call asks for."""

    bound: Mapping[str, Any]
    array: t.Array
    reduced: frozenset[int]
    keepdims: bool
    dtype: Dtype

    @property
    def result(self) -> t.Type:
        """The type of the result."""
        return result_type(self.array, self.reduced, self.keepdims, self.dtype)


def plan_of(
    name: str, parameters: Sequence[str], args: Sequence[Any], keywords: Mapping[str, Any], allowed: str
) -> Plan | None:
    """The plan of a call of the reduction `name`; ``None`` where NumPy has to do it. `allowed` are keywords taken."""
    bound = bind(parameters, args, keywords)
    if bound is None or not isinstance(bound["a"].type, t.Array):
        return None
    if not all(one in allowed.split() or is_none(arg) for one, arg in bound.items() if one != "a"):
        return None
    kind = bound["a"].type
    reduced = reduced_axes(kind, bound.get("axis"))
    keepdims = keeps_dims(bound.get("keepdims"))
    wanted = None
    if not is_none(bound.get("dtype")):
        wanted = dtype_of_argument(bound["dtype"], None)
        if wanted is None:
            return None
    dtype = dtype_of_result(name, np.dtype(kind.dtype), wanted)
    if reduced is None or keepdims is None or dtype is None:
        return None
    return Plan(bound, kind, reduced, keepdims, dtype)


def _plan(name: str, args: Sequence[Any], keywords: Mapping[str, Any]) -> Plan | None:
    found = plan_of(name, ROWS[name].parameters, args, keywords, "axis dtype keepdims initial")
    if found is None or (name in ("min", "max") and found.dtype.kind == "c"):
        return None
    source = found.array.dtype
    if source.kind == "c" and found.dtype.kind not in "cb":
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


def step_of(b: Builder, ufunc: np.ufunc, dtype: Dtype) -> Step:
    """How an element goes into the total."""
    part = parts_of_dtype(dtype)[0]
    if ufunc in (np.minimum, np.maximum):
        word = "min" if ufunc is np.minimum else "max"
        if dtype.kind == "b":
            return lambda x, y: ((b.and_ if word == "min" else b.or_)(x[0], y[0]),)
        name = word + "imum" if dtype.kind == "f" else ("s" if dtype.kind == "i" else "u") + word
        return lambda x, y: (b.intrinsic(name, part, x[0], y[0]),)
    found = kernel_of(ufunc, (dtype,) * 3)
    assert found is not None
    return lambda x, y: found(b, (dtype,) * 3, [x, y])


def reduce_into(
    b: Builder, walk: Reduction, results: Sequence[Val], ufunc: np.ufunc, load: Load, chunk: Value | None = None
) -> None:
    """Run the loops: each element that `load` gives goes into the last of `results`; the others are only read."""
    target = results[-1]
    dtype = array_type(target).dtype
    sizes = [array_type(result).dtype.itemsize for result in results]
    step = step_of(b, ufunc, dtype)
    is_sum = ufunc is np.add and dtype.kind in "fc"

    def row(axis: Axis, pointers: list[Value]) -> Parts:
        def at(index: Value) -> Parts:
            return load([b.ptr_add(pointers[0], b.mul(index, axis.stride)), *pointers[1:]])

        total = load_element(b, dtype, pointers[-1])
        if is_sum:
            total = _sum_of_row(b, total, axis.length, dtype, at, chunk)
        else:
            total = b.loop(axis.length, lambda index, so_far: step(so_far, at(index)), total)
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
        unit = known(axis.unit)
        if unit is not None:
            (each if unit else row)(axis, pointers)
            return
        # An axis of length 1 may have been joined with one of the other sort.
        b.if_else(b.icmp("eq", axis.unit, b.i64(0)), lambda: row(axis, pointers), lambda: each(axis, pointers))

    walk.run(results, inner)


def sum_into(b: Builder, walk: Reduction, result: Val) -> None:
    """Add all elements to `result`, each converted to its dtype, by way of buffers wherever NumPy does so."""
    source, dtype = np.dtype(walk.kind.dtype), array_type(result).dtype

    def directly(over: Reduction, chunk: Value | None) -> tuple[Value, ...]:
        load: Load = lambda pointers: cast_parts(b, load_element(b, source, pointers[0]), source, dtype)  # noqa: E731
        reduce_into(b, over, [result], np.add, load, chunk)
        return ()

    def buffered() -> tuple[Value, ...]:
        flat = flat_copy(b, walk.array)
        directly(Reduction(b, flat, frozenset({0}), False), _whole_rows(b, walk))
        b.emit("decref", (owner_of(flat),))
        return ()

    chunk = None if source == dtype else b.i64(BUFFER)
    if walk.kind.layout != "A" or not walk.is_total or dtype.kind not in "fc":
        directly(walk, chunk)
        return
    b.if_else(walk.is_one_row(), lambda: directly(walk, chunk), buffered, likely=True)


def _whole_rows(b: Builder, walk: Reduction) -> Value:
    """How many elements NumPy takes into its buffer at a time: as many whole rows (of rows) as there is room for."""
    size, one = b.i64(BUFFER), b.i64(1)
    core = b.max_i64(walk.axes[0].length, one)
    fits: Value = b.i1(True)
    for axis in walk.axes[1:]:
        larger = b.mul(core, axis.length)
        fits = b.and_(fits, b.icmp("sle", larger, size))
        core = b.select(fits, b.max_i64(larger, one), core)
    return b.mul(b.max_i64(b.binary("udiv", size, core), one), core)


def flat_copy(b: Builder, array: Val) -> Val:
    """The elements in the order in which they lie in memory, as a new array with one axis."""
    made = copied(b, array, np.dtype(array_type(array).dtype), "K")
    return make_view(b, made, t.Array(array_type(array).dtype, 1, "C"), data_of(made), [size_of(b, made)], [])


def _sum_of_row(
    b: Builder, total: Parts, length: Value, dtype: Dtype, at: Callable[[Value], Parts], chunk: Value | None
) -> Parts:
    machine = parts_of_dtype(dtype)
    if chunk is None:
        return add_parts(b, total, pairwise_sum(b, machine, length, at))
    size = chunk
    count = b.binary("udiv", b.add(length, b.sub(size, b.i64(1))), size)

    def turn(index: Value, so_far: Parts) -> Parts:
        start = b.mul(index, size)
        part = pairwise_sum(b, machine, b.min_i64(b.sub(length, start), size), lambda k: at(b.add(start, k)))
        return add_parts(b, so_far, part)

    return b.loop(count, turn, total)


def fill_result(b: Builder, result: Val, parts: Sequence[Value]) -> None:
    """Put what a reduction begins with into its result (which is contiguous in some order)."""
    dtype = array_type(result).dtype
    data = data_of(result)

    def turn(index: Value, _carried: Parts) -> Parts:
        store_element(b, dtype, b.ptr_add(data, b.mul(index, b.i64(dtype.itemsize))), parts, local=True)
        return ()

    b.loop(size_of(b, result), turn)


def finished(b: Builder, result: Val, wanted: t.Type) -> Val:
    """The result as the call gives it: the number itself where no axis is left."""
    if isinstance(wanted, t.Array):
        return Val(wanted, result.parts)
    return Val(wanted, load_element(b, array_type(result).dtype, data_of(result)))


def require_elements(b: Builder, function: object, array: Val, walk: Reduction, args: Sequence[Val]) -> None:
    """Where a number of the result has no elements to come from, `function` is called for NumPy's error."""
    some = b.icmp("ne", size_of(b, array), b.i64(0))
    for length in walk.shape:
        some = b.or_(some, b.icmp("eq", length, b.i64(0)))

    def by_numpy() -> tuple[Value, ...]:
        b.call_python(function, args, t.NEVER)
        return ()

    b.if_else(some, lambda: (), by_numpy, likely=True)


# ---- entries


def _lower(name: str, b: Builder, args: Sequence[Val], keywords: Mapping[str, Val]) -> Val:
    plan = _plan(name, args, keywords)
    assert plan is not None
    row = ROWS[name]
    array: Val = plan.bound["a"]
    dtype, source = plan.dtype, np.dtype(plan.array.dtype)
    walk = Reduction(b, array, plan.reduced, plan.keepdims)
    initial = plan.bound.get("initial")
    if row.needs_elements and initial is None:
        axes = tuple(sorted(plan.reduced))
        given = tuple_val([b.constant(t.INT, axis) for axis in axes])
        require_elements(b, getattr(np, name), array, walk, [array, given])
    result = walk.allocate(dtype)
    fill_result(b, result, _first(b, row, dtype, initial))
    if row.ufunc is np.add:
        sum_into(b, walk, result)
    else:
        load: Load = lambda pointers: cast_parts(b, load_element(b, source, pointers[0]), source, dtype)  # noqa: E731
        reduce_into(b, walk, [result], row.ufunc, load)
    return finished(b, result, plan.result)


def _first(b: Builder, row: Row, dtype: Dtype, initial: Val | None) -> Parts:
    if initial is None:
        return b.constant(t.NumpyScalar(dtype), row.first(dtype)).parts
    return python_int_as(b, initial, dtype) if initial.type == t.INT else b.number_as(initial, dtype)


def register(name: str, keys: Sequence[object], parameters: Sequence[str], plan: Any, lower_rule: Any) -> None:
    """Register the function and the method `name`; `plan` gives a :class:`Plan`, `lower_rule` builds the call."""

    def result(*args: Arg, **keywords: Arg) -> t.Type | None:
        found = plan(name, args, keywords)
        return None if found is None else found.result

    for key in keys:

        @lowers(
            key,
            t.Array,
            result=result,
            rest=anything,
            keywords={one: anything for one in parameters if one != "a"},
            effects="allocates raises reads",
            samples=arrays,
        )
        def lower(b: Builder, *args: Val, **keywords: Val) -> Val:
            made: Val = lower_rule(name, b, args, keywords)
            return made


_ALIASES: Final = {"min": [np.amin], "max": [np.amax]}

for _name, _row in ROWS.items():
    _keys = [method(_name), *{id(one): one for one in (getattr(np, _name), *_ALIASES.get(_name, []))}.values()]
    register(_name, _keys, _row.parameters, _plan, _lower)
