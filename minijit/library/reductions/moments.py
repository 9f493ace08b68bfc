"""``mean``, ``var`` and ``std``, functions and methods, over any axes: sums, divided as NumPy divides them.

The squares of the deviations are computed on the way into their sum; no array of them is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.builder import machine_type
from minijit.ir.nodes import Value
from minijit.library.arrays.dtypes import is_none
from minijit.library.builder import Builder, Val
from minijit.library.casts import cast_parts
from minijit.library.memory import (
    array_type,
    data_of,
    load_element,
    owner_of,
    size_of,
    store_element,
)
from minijit.library.operands import is_real
from minijit.library.reductions.arguments import Plan, plan_of
from minijit.library.reductions.binary_reductions import (
    fill_result,
    finished,
    in_any_order,
    of_row,
    reduce_into,
    sum_into,
    walk_of,
)
from minijit.library.reductions.entries import register
from minijit.library.reductions.nests import Reduction
from minijit.library.reductions.pairwise_sums import Parts
from minijit.library.reductions.rows import Row, for_each_row, is_by_rows, sum_of_row
from minijit.library.registry import method
from minijit.library.ufuncs.elementwise import kernel_of
from minijit.library.ufuncs.pending_rows import PendingRow
from minijit.machine import F64, float_dtype_of
from minijit.numpy_types import COMPLEX128, FLOAT64, Dtype

_PARAMETERS: Final[dict[str, tuple[str, ...]]] = {
    "mean": ("a", "axis", "dtype", "out", "keepdims", "where"),
    "var": ("a", "axis", "dtype", "out", "ddof", "keepdims", "where", "correction"),
    "std": ("a", "axis", "dtype", "out", "ddof", "keepdims", "where", "correction"),
}


def _plan(name: str, args: Sequence[Any], keywords: Mapping[str, Any]) -> Plan | None:
    parameters = _PARAMETERS[name]
    found = plan_of(getattr(np, name), parameters, args, keywords, "axis dtype keepdims ddof correction out")
    if found is None or found.dtype.kind not in "fc" or len(args) > len(_PARAMETERS["mean"]) + (name != "mean"):
        return None
    source = np.dtype(found.array.dtype)
    if name == "mean":
        return found if source.kind != "c" or found.dtype.kind == "c" else None
    if found.array.layout == "A" and 1 < len(found.reduced) < found.array.ndim:
        # NumPy's array of deviations has no gaps, so it is reduced in another order than the array itself.
        return None
    if source.kind == "c" and not is_none(found.bound.get("dtype")):
        # The variance is then a complex number, too.
        return None
    if "ddof" in found.bound and "correction" in found.bound:
        return None
    ddof = _ddof(found)
    if ddof is not None and not is_real(ddof.type):
        return None
    # With another dtype the deviations are of one, their sum is of the other.
    return found if found.dtype == _dtype_of_mean(source) or _real(source) == found.dtype else None


def _ddof(plan: Plan) -> Any:
    return plan.bound.get("correction", plan.bound.get("ddof"))


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


Change = Callable[[Parts], Parts]


def _for_each(b: Builder, result: Val, change: Change) -> None:
    """Replace each number of a result (contiguous in some order) by what `change` makes of its parts."""
    dtype = array_type(result).dtype

    def turn(index: Value, _carried: Parts) -> Parts:
        pointer = b.ptr_add(data_of(result), b.mul(index, b.i64(dtype.itemsize)))
        store_element(b, dtype, pointer, change(load_element(b, dtype, pointer)), local=True)
        return ()

    b.loop(size_of(b, result), turn, scalar=True)


def quotient(b: Builder, dtype: Dtype, divisor: Value) -> Change:
    """Divides in double precision, whatever the dtype: the number of elements is an integer of NumPy's."""
    wide = COMPLEX128 if dtype.kind == "c" else FLOAT64
    kernel = kernel_of(np.true_divide, (wide,) * 3)
    assert kernel is not None

    def change(parts: Parts) -> Parts:
        by = (divisor, b.f64(0.0)) if wide is COMPLEX128 else (divisor,)
        quotient = kernel(b, (wide,) * 3, [cast_parts(b, parts, dtype, wide), by])
        return cast_parts(b, quotient, wide, dtype)

    return change


def _zero(b: Builder, dtype: Dtype) -> Parts:
    """What NumPy's sums begin with."""
    return b.constant(t.NumpyScalar(dtype), dtype.type(np.add.reduce(np.full(1, -0.0)))).parts


def _zeros(b: Builder, walk: Reduction, dtype: Dtype) -> Val:
    made = walk.allocate(dtype)
    fill_result(b, made, _zero(b, dtype))
    return made


def _mean(b: Builder, plan: Plan) -> Val:
    walk = walk_of(b, plan)
    source, dtype = np.dtype(plan.array.dtype), plan.dtype
    divided = quotient(b, dtype, _count(b, walk))
    if is_by_rows(walk):
        made = walk.allocate(dtype)

        def mean_of(row: Row | PendingRow) -> Parts:
            return divided(of_row(b, np.add, row, source, dtype, _zero(b, dtype)))

        for_each_row(b, walk, made, mean_of, converts=source != dtype)
    else:
        made = _zeros(b, walk, dtype)
        sum_into(b, walk, made)
        _for_each(b, made, divided)
    return finished(b, made, plan.result)


def _square(b: Builder, value: Parts, mean: Parts) -> Parts:
    """The square of the distance of two numbers."""
    squares = []
    for one, other in zip(value, mean, strict=True):
        distance = b.binary("fsub", one, other)
        squares.append(b.binary("fmul", distance, distance))
    return (squares[0] if len(squares) == 1 else b.binary("fadd", *squares),)


def _var(b: Builder, plan: Plan, *, root: bool = False) -> Val:
    source = np.dtype(plan.array.dtype)
    wide = _dtype_of_mean(source)
    real = _real(wide)
    walk = walk_of(b, plan)
    count = _count(b, walk)
    mean_from, var_from = quotient(b, wide, count), quotient(b, real, _degrees(b, count, _ddof(plan)))

    def finish(parts: Parts) -> Parts:
        (part,) = var_from(parts)
        return (b.intrinsic("sqrt", machine_type(part), part),) if root else (part,)

    def load(pointer: Value, mean: Parts) -> Parts:
        return _square(b, cast_parts(b, load_element(b, source, pointer), source, wide), mean)

    result = walk.allocate(real)
    if is_by_rows(walk):

        def var_of(row: Row | PendingRow) -> Parts:
            assert isinstance(row, Row)
            mean = mean_from(of_row(b, np.add, row, source, wide, _zero(b, wide)))
            # NumPy makes an array of the deviations: they are not converted on their way into the sum.
            return finish(
                sum_of_row(b, _zero(b, real), row.length, real, lambda k: load(row.at(b, k), mean), None)
            )

        for_each_row(b, walk, result, var_of, converts=source != wide)
        return finished(b, result, plan.result)
    means = _zeros(b, walk, wide)
    sum_into(b, walk, means)
    _for_each(b, means, mean_from)
    fill_result(b, result, _zero(b, real))
    reduce_into(b, walk, [means, result], np.add, lambda places: load(places[0], load_element(b, wide, places[1])))
    if walk.shape:
        b.emit("decref", (owner_of(means),))
    _for_each(b, result, finish)
    return finished(b, result, plan.result)


def _degrees(b: Builder, count: Value, ddof: Val | None) -> Value:
    """The number to divide by: never negative."""
    if ddof is None:
        return count
    less = b.binary("fsub", count, b.as_f64(ddof))
    return b.select(b.fcmp("olt", less, b.f64(0.0)), b.f64(0.0), less)


def _register(name: str, build: Any) -> None:
    keys = [method(name), getattr(np, name)]
    planner = lambda args, keywords: _plan(name, args, keywords)  # noqa: E731
    register(name, keys, _PARAMETERS[name], planner, build, fuses=name == "mean", in_any_order=in_any_order)


_register("mean", _mean)
_register("var", _var)
_register("std", lambda b, plan: _var(b, plan, root=True))
