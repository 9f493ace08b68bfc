"""``argmin``, ``argmax`` and ``count_nonzero``, functions and methods, over all elements or along one axis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.arrays.copies import copied
from minijit.library.arrays.dtypes import bind, is_none
from minijit.library.builder import Builder, Val
from minijit.library.casts import cast_parts
from minijit.library.memory import (
    array_type,
    data_of,
    load_element,
    owner_of,
    shape_of,
    size_of,
    store_element,
    strides_of,
)
from minijit.library.operands import anything
from minijit.library.reductions.arguments import Plan, keeps_dims, reduced_axes
from minijit.library.reductions.binary_reductions import (
    fill_result,
    finished,
    reduce_into,
    walk_of,
)
from minijit.library.reductions.entries import run
from minijit.library.reductions.extremes import is_better, position_of_extreme
from minijit.library.reductions.pairwise_sums import Parts
from minijit.library.registry import Arg, lowers, method
from minijit.machine import I1, I64
from minijit.numpy_types import BOOL_DTYPE, INT64, type_of_value

_PARAMETERS: Final = ("a", "axis", "out", "keepdims")


def _samples() -> Iterator[tuple[Any, ...]]:
    table = np.array([[3.0, 1.0, np.nan], [1.0, 5.0, 5.0]])
    for array in (table, table.T, table[:, ::-1], table[:1], np.zeros(0)):
        yield (array,)
    yield (np.array([2, 7, 7, -1], np.int8),)
    yield (np.array([False, True]),)


# ---- the position of the least or greatest


def _plan(args: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[t.Array, frozenset[int], bool] | None:
    bound = bind(_PARAMETERS, args, keywords)
    if bound is None or not is_none(bound.get("out")):
        return None
    kind = bound["a"].type
    if not isinstance(kind, t.Array) or kind.dtype.kind == "c":
        return None
    reduced, keepdims = reduced_axes(kind, bound.get("axis")), keeps_dims(bound.get("keepdims"))
    axis = bound.get("axis")
    if reduced is None or keepdims is None or (axis is not None and isinstance(axis.type, t.Tuple)):
        return None
    return kind, reduced, keepdims


def _register_position(name: str) -> None:
    word = name[3:]
    function = getattr(np, name)

    def result(*args: Arg, **keywords: Arg) -> t.Type | None:
        plan = _plan(args, keywords)
        if plan is None:
            return None
        kind, reduced, keepdims = plan
        ndim = kind.ndim if keepdims else kind.ndim - len(reduced)
        return t.Array(INT64, ndim, "C") if ndim else t.NumpyScalar(INT64)

    def lower(b: Builder, *args: Val, **keywords: Val) -> Val:
        plan = _plan(args, keywords)
        wanted = result(*(Arg(one.type, one.const) for one in args), **_as_args(keywords))
        assert plan is not None and wanted is not None
        kind, reduced, keepdims = plan
        array = args[0] if args else keywords["a"]
        shape, strides = shape_of(array), strides_of(b, array)
        source = np.dtype(kind.dtype)
        rest = [k for k in range(kind.ndim) if k not in reduced]
        row = [(shape[k], strides[k]) for k in sorted(reduced)]
        if kind.layout == "C" and not rest and row:
            row = [(size_of(b, array), b.i64(kind.dtype.itemsize))]
        one = b.i64(1)
        made_shape = [one if k in reduced else shape[k] for k in range(kind.ndim) if keepdims or k not in reduced]
        _require(b, function, array, [shape[k] for k in reduced], reduced)
        if not made_shape:
            return Val(wanted, (position_of_extreme(b, word, source, data_of(array), row),))
        made = allocate(b, INT64, made_shape)
        if kind.layout == "C" and kind.ndim - 1 not in reduced:
            (axis,) = reduced
            _search_side_by_side(b, word, array, made, axis)
            return Val(wanted, made.parts)

        def nest(axes: Sequence[int], pointer: Value, number: Value) -> None:
            if not axes:
                found = position_of_extreme(b, word, source, pointer, row)
                b.store(b.ptr_add(data_of(made), b.mul(number, b.i64(8))), found, local=True)
                return

            def turn(index: Value, _carried: Parts) -> Parts:
                moved = b.ptr_add(pointer, b.mul(index, strides[axes[0]]))
                nest(axes[1:], moved, b.add(b.mul(number, shape[axes[0]]), index))
                return ()

            b.loop(shape[axes[0]], turn)

        nest(rest, data_of(array), b.i64(0))
        return Val(wanted, made.parts)

    for key in (method(name), function):
        lowers(
            key,
            t.Array,
            result=result,
            rest=anything,
            keywords=dict.fromkeys(_PARAMETERS[1:], anything),
            effects="allocates raises reads",
            samples=_samples,
        )(lower)


def _as_args(keywords: Mapping[str, Val]) -> dict[str, Arg]:
    return {name: Arg(one.type, one.const) for name, one in keywords.items()}


def _search_side_by_side(b: Builder, word: str, array: Val, made: Val, axis: int) -> None:
    """Along an axis of a C array that is not the last: slab by slab, with the best so far in an array of its own."""
    source, shape = np.dtype(array_type(array).dtype), shape_of(array)
    outer, inner = b.i64(1), b.i64(1)
    for k, length in enumerate(shape):
        if k < axis:
            outer = b.mul(outer, length)  # type: ignore[assignment]
        elif k > axis:
            inner = b.mul(inner, length)  # type: ignore[assignment]
    best = allocate(b, source, [inner])
    item = b.i64(source.itemsize)

    def place(data: Value, number: Value, size: Value) -> Value:
        return b.ptr_add(data, b.mul(number, size))

    def slab(number: Value, target: Value, index: Value | None) -> None:
        """One step along the axis: the slab `number`, whose positions so far are at `target`."""
        data = place(data_of(array), b.mul(number, inner), item)

        def turn(k: Value, _carried: Parts) -> Parts:
            (one,) = load_element(b, source, place(data, k, item))
            kept, position = place(data_of(best), k, item), place(target, k, b.i64(8))
            if index is None:
                store_element(b, source, kept, (one,), local=True)
                b.store(position, b.i64(0), local=True)
                return ()
            (before,) = load_element(b, source, kept)
            better = is_better(b, word, source, one, before)
            store_element(b, source, kept, (b.select(better, one, before),), local=True)
            b.store(position, b.select(better, index, b.load(position, I64)), local=True)
            return ()

        b.loop(inner, turn)

    def group(number: Value, _carried: Parts) -> Parts:
        first, target = b.mul(number, shape[axis]), place(data_of(made), b.mul(number, inner), b.i64(8))
        slab(first, target, None)

        def step(k: Value, _carried: Parts) -> Parts:
            index = b.add(k, b.i64(1))
            slab(b.add(first, index), target, index)
            return ()

        return b.loop(b.sub(shape[axis], b.i64(1)), step)

    b.loop(outer, group)
    b.emit("decref", (owner_of(best),))


def _require(
    b: Builder, function: object, array: Val, searched: Sequence[Value], reduced: frozenset[int]
) -> None:
    """Without elements there is no position: NumPy's error."""
    some: Value = b.i1(True)
    for length in searched:
        some = b.and_(some, b.icmp("ne", length, b.i64(0)))
    everything = len(reduced) == array_type(array).ndim
    args = [array] if everything else [array, b.constant(t.INT, min(reduced))]

    def by_numpy() -> tuple[Value, ...]:
        b.call_python(function, args, t.NEVER)
        return ()

    b.if_else(some, lambda: (), by_numpy, likely=True)


for _name in ("argmin", "argmax"):
    _register_position(_name)


# ---- how many are not zero


_PLAIN: Final[t.Type] = type_of_value(np.count_nonzero(np.ones(1))) or t.INT


def _count_plan(args: Sequence[Any], keywords: Mapping[str, Any]) -> Plan | None:
    bound = bind(("a", "axis", "keepdims"), args, keywords)
    if bound is None or not isinstance(bound["a"].type, t.Array):
        return None
    reduced, keepdims = reduced_axes(bound["a"].type, bound.get("axis")), keeps_dims(bound.get("keepdims"))
    if reduced is None or keepdims is None:
        return None
    return Plan(bound, bound["a"], bound["a"].type, reduced, keepdims, INT64)


def _is_plain(plan: Plan) -> bool:
    return is_none(plan.bound.get("axis")) and not plan.keepdims


def _type_of_count(*args: Arg, **keywords: Arg) -> t.Type | None:
    plan = _count_plan(args, keywords)
    if plan is None:
        return None
    return _PLAIN if _is_plain(plan) else plan.result


@lowers(
    np.count_nonzero,
    t.Array,
    result=_type_of_count,
    rest=anything,
    keywords={"axis": anything, "keepdims": anything},
    effects="allocates raises reads",
    samples=_samples,
)
def count_nonzero(b: Builder, *args: Val, **keywords: Val) -> Val:
    """A number for all elements, Python's or NumPy's as the version has it; else an array of counts."""
    plan = _count_plan(args, keywords)
    assert plan is not None
    if _is_plain(plan):
        # The order makes no difference, and the number is of a type of its own.
        return Val(_PLAIN, _counted(b, plan).parts)
    return run(b, plan, np.count_nonzero, args, keywords, _counted, in_any_order=lambda _plan: True)


def _counted(b: Builder, plan: Plan) -> Val:
    source = np.dtype(plan.array.dtype)
    if not plan.in_order and source != BOOL_DTYPE:
        # NumPy makes an array of truths, in which no axis stands still.
        truths = copied(b, plan.given, BOOL_DTYPE, "K")
        made = _counted(b, replace(plan, given=truths, array=array_type(truths)))
        b.emit("decref", (owner_of(truths),))
        return made
    walk = walk_of(b, plan)
    made = walk.allocate(INT64)
    fill_result(b, made, (b.i64(0),))

    def load(pointers: list[Value]) -> Parts:
        (truth,) = cast_parts(b, load_element(b, source, pointers[0]), source, BOOL_DTYPE)
        assert truth.type is I1
        return (b.convert("zext", truth, I64),)

    reduce_into(b, walk, [made], np.add, load)
    return finished(b, made, plan.result)
