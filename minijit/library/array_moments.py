"""``mean``, ``var`` and ``std``, functions and methods, over any axes: sums, divided as NumPy divides them.

The squares of the deviations are computed on the way into their sum; no array of them is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.array_reductions import (
    Load,
    Plan,
    fill_result,
    finished,
    flat_copy,
    plan_of,
    reduce_into,
    register,
    sum_into,
)
from minijit.library.builder import Builder, Val
from minijit.library.casts import cast_parts
from minijit.library.elementwise import kernel_of
from minijit.library.memory import (
    array_type,
    data_of,
    load_element,
    owner_of,
    size_of,
    store_element,
)
from minijit.library.operands import is_real
from minijit.library.pairwise_sums import Parts
from minijit.library.reduction_nests import Reduction
from minijit.library.registry import method
from minijit.machine import F64, float_dtype_of
from minijit.numpy_types import COMPLEX128, FLOAT64, Dtype

_PARAMETERS: Final[dict[str, tuple[str, ...]]] = {
    "mean": ("a", "axis", "dtype", "out", "keepdims", "where"),
    "var": ("a", "axis", "dtype", "out", "ddof", "keepdims", "where"),
    "std": ("a", "axis", "dtype", "out", "ddof", "keepdims", "where"),
}


def _plan(name: str, args: Sequence[Any], keywords: Mapping[str, Any]) -> Plan | None:
    found = plan_of(name, _PARAMETERS[name], args, keywords, "axis dtype keepdims ddof")
    if found is None or found.dtype.kind not in "fc":
        return None
    source = np.dtype(found.array.dtype)
    if name == "mean":
        return found if source.kind != "c" or found.dtype.kind == "c" else None
    ddof = found.bound.get("ddof")
    if ddof is not None and not is_real(ddof.type):
        return None
    # With another dtype the deviations are of one, their sum is of the other.
    return found if found.dtype == _dtype_of_mean(source) or _real(source) == found.dtype else None


def _dtype_of_mean(source: Dtype) -> Dtype:
    return FLOAT64 if source.kind in "biu" else source


def _real(dtype: Dtype) -> Dtype:
    return float_dtype_of(dtype) if dtype.kind == "c" else dtype


def _count(b: Builder, walk: Reduction) -> Value:
    """How many elements come together in a number of the result, as a float."""
    count: Value = b.i64(1)
    for axis in sorted(walk.reduced):
        count = b.mul(count, walk.lengths[axis])
    return b.convert("sitofp", count, F64)


def _for_each(b: Builder, result: Val, change: Any) -> None:
    """Replace each number of a result (contiguous in some order) by what `change` makes of its parts."""
    dtype = array_type(result).dtype

    def turn(index: Value, _carried: Parts) -> Parts:
        pointer = b.ptr_add(data_of(result), b.mul(index, b.i64(dtype.itemsize)))
        store_element(b, dtype, pointer, change(load_element(b, dtype, pointer)), local=True)
        return ()

    b.loop(size_of(b, result), turn)


def _divide(b: Builder, result: Val, divisor: Value) -> None:
    """Divide in double precision, whatever the dtype: the number of elements is an integer of NumPy's."""
    dtype = array_type(result).dtype
    wide = COMPLEX128 if dtype.kind == "c" else FLOAT64
    kernel = kernel_of(np.true_divide, (wide,) * 3)
    assert kernel is not None

    def change(parts: Parts) -> Parts:
        by = (divisor, b.f64(0.0)) if wide is COMPLEX128 else (divisor,)
        quotient = kernel(b, (wide,) * 3, [cast_parts(b, parts, dtype, wide), by])
        return cast_parts(b, quotient, wide, dtype)

    _for_each(b, result, change)


def _zeros(b: Builder, walk: Reduction, dtype: Dtype) -> Val:
    made = walk.allocate(dtype)
    zero = np.add.reduce(np.full(1, -0.0))
    fill_result(b, made, b.constant(t.NumpyScalar(dtype), dtype.type(zero)).parts)
    return made


def _mean_of(b: Builder, walk: Reduction, dtype: Dtype) -> Val:
    """The means, in the shape of the result."""
    made = _zeros(b, walk, dtype)
    sum_into(b, walk, made)
    _divide(b, made, _count(b, walk))
    return made


def _lower_mean(name: str, b: Builder, args: Sequence[Val], keywords: Mapping[str, Val]) -> Val:
    plan = _plan(name, args, keywords)
    assert plan is not None
    walk = Reduction(b, plan.bound["a"], plan.reduced, plan.keepdims)
    return finished(b, _mean_of(b, walk, plan.dtype), plan.result)


def _deviations(b: Builder, source: Dtype, wide: Dtype) -> Load:
    """Loads the square of an element's distance from the mean."""

    def load(pointers: list[Value]) -> Parts:
        value = cast_parts(b, load_element(b, source, pointers[0]), source, wide)
        mean = load_element(b, wide, pointers[1])
        squares = []
        for one, other in zip(value, mean, strict=True):
            distance = b.binary("fsub", one, other)
            squares.append(b.binary("fmul", distance, distance))
        return (squares[0] if len(squares) == 1 else b.binary("fadd", *squares),)

    return load


def _lower_var(name: str, b: Builder, args: Sequence[Val], keywords: Mapping[str, Val]) -> Val:
    plan = _plan(name, args, keywords)
    assert plan is not None
    array: Val = plan.bound["a"]
    source = np.dtype(plan.array.dtype)
    wide = _dtype_of_mean(source)
    walk = Reduction(b, array, plan.reduced, plan.keepdims)
    mean = _mean_of(b, walk, wide)
    result = _zeros(b, walk, _real(wide))
    load = _deviations(b, source, wide)

    def directly(over: Reduction) -> tuple[Value, ...]:
        reduce_into(b, over, [mean, result], np.add, load)
        return ()

    def by_a_copy() -> tuple[Value, ...]:
        # NumPy's array of deviations is contiguous where the array is not.
        flat = flat_copy(b, array)
        directly(Reduction(b, flat, frozenset({0}), False))
        b.emit("decref", (owner_of(flat),))
        return ()

    if plan.array.layout == "A" and walk.is_total:
        b.if_else(walk.is_one_row(), lambda: directly(walk), by_a_copy, likely=True)
    else:
        directly(walk)
    if walk.shape:
        b.emit("decref", (owner_of(mean),))
    _divide(b, result, _degrees(b, _count(b, walk), plan.bound.get("ddof")))
    if name == "std":
        part = array_type(result).dtype
        _for_each(b, result, lambda parts: (b.intrinsic("sqrt", parts[0].type, parts[0]),))
        assert part.kind == "f"
    return finished(b, result, plan.result)


def _degrees(b: Builder, count: Value, ddof: Val | None) -> Value:
    """The number to divide by: never negative."""
    if ddof is None:
        return count
    less = b.binary("fsub", count, b.as_f64(ddof))
    return b.select(b.fcmp("olt", less, b.f64(0.0)), b.f64(0.0), less)


for _name, _lower in (("mean", _lower_mean), ("var", _lower_var), ("std", _lower_var)):
    register(_name, [method(_name), getattr(np, _name)], _PARAMETERS[_name], _plan, _lower)
