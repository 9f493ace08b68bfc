"""``argmin``, ``argmax`` and ``count_nonzero``, functions and methods, over all elements or along one axis."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.array_allocation import allocate
from minijit.library.array_reductions import (
    Load,
    fill_result,
    finished,
    keeps_dims,
    reduce_into,
    reduced_axes,
    step_of,
)
from minijit.library.builder import Builder, Val
from minijit.library.casts import cast_parts
from minijit.library.dtypes import bind, is_none
from minijit.library.float_kernels import is_nan
from minijit.library.memory import (
    array_type,
    data_of,
    load_element,
    shape_of,
    size_of,
    strides_of,
)
from minijit.library.operands import anything
from minijit.library.pairwise_sums import Parts
from minijit.library.reduction_nests import Reduction, result_type
from minijit.library.registry import Arg, lowers, method
from minijit.machine import I1, I64
from minijit.numpy_types import BOOL_DTYPE, INT64, Dtype, type_of_value

_NOWHERE: Final = (1 << 63) - 1
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


def _is_best(b: Builder, dtype: Dtype, item: Value, best: Value) -> Value:
    """Whether an element is the best one: nan is, where there is one."""
    if dtype.kind == "f":
        return b.or_(b.fcmp("oeq", item, best), b.and_(is_nan(b, best), is_nan(b, item)))
    return b.icmp("eq", item, best)


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
        rest = [k for k in range(kind.ndim) if k not in reduced]
        row = [(shape[k], strides[k]) for k in sorted(reduced)]
        if kind.layout == "C" and not rest and row:
            row = [(size_of(b, array), b.i64(kind.dtype.itemsize))]
        one = b.i64(1)
        made_shape = [one if k in reduced else shape[k] for k in range(kind.ndim) if keepdims or k not in reduced]
        _require(b, function, array, [shape[k] for k in reduced], [shape[k] for k in rest], reduced)
        if not made_shape:
            return Val(wanted, (_search(b, kind.dtype, word, data_of(array), row),))
        made = allocate(b, INT64, made_shape)
        count = b.i64(0)

        def nest(axes: Sequence[int], pointer: Value, number: Value) -> None:
            if not axes:
                found = _search(b, kind.dtype, word, pointer, row)
                b.store(b.ptr_add(data_of(made), b.mul(number, b.i64(8))), found, local=True)
                return

            def turn(index: Value, _carried: Parts) -> Parts:
                moved = b.ptr_add(pointer, b.mul(index, strides[axes[0]]))
                nest(axes[1:], moved, b.add(b.mul(number, shape[axes[0]]), index))
                return ()

            b.loop(shape[axes[0]], turn)

        nest(rest, data_of(array), count)
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


def _search(b: Builder, dtype: Dtype, word: str, pointer: Value, row: Sequence[tuple[Value, Value]]) -> Value:
    """The number, in C order, of the first of the best elements along the axes of `row` (length and stride).

    One walk finds the best value, another where it is first; both take several elements at a time.
    """
    source = np.dtype(dtype)
    step = step_of(b, np.minimum if word == "min" else np.maximum, source)

    def walk(visit: Callable[[Parts, Value, Parts], Parts], start: Parts) -> Parts:
        def nest(depth: int, place: Value, number: Value, carried: Parts) -> Parts:
            if depth == len(row):
                return visit(load_element(b, source, place), number, carried)
            length, stride = row[depth]

            def turn(index: Value, so_far: Parts) -> Parts:
                moved = b.ptr_add(place, b.mul(index, stride))
                return nest(depth + 1, moved, b.add(b.mul(number, length), index), so_far)

            return b.loop(length, turn, carried)

        return nest(0, pointer, b.i64(0), start)

    (best,) = walk(lambda item, number, so_far: step(so_far, item), load_element(b, source, pointer))

    def earlier(item: Parts, number: Value, so_far: Parts) -> Parts:
        found = b.select(_is_best(b, source, item[0], best), number, b.i64(_NOWHERE))
        return (b.min_i64(so_far[0], found),)

    return walk(earlier, (b.i64(_NOWHERE),))[0]


def _require(
    b: Builder, function: object, array: Val, searched: Sequence[Value], kept: Sequence[Value], reduced: frozenset[int]
) -> None:
    """Without elements there is no position: NumPy's error."""
    some: Value = b.i1(True)
    for length in searched:
        some = b.and_(some, b.icmp("ne", length, b.i64(0)))
    for length in kept:
        some = b.or_(some, b.icmp("eq", length, b.i64(0)))
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


def _count_plan(args: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[Any, frozenset[int], bool, bool] | None:
    bound = bind(("a", "axis", "keepdims"), args, keywords)
    if bound is None or not isinstance(bound["a"].type, t.Array):
        return None
    reduced, keepdims = reduced_axes(bound["a"].type, bound.get("axis")), keeps_dims(bound.get("keepdims"))
    if reduced is None or keepdims is None:
        return None
    return bound["a"], reduced, keepdims, is_none(bound.get("axis")) and not keepdims


def _type_of_count(*args: Arg, **keywords: Arg) -> t.Type | None:
    plan = _count_plan(args, keywords)
    if plan is None:
        return None
    array, reduced, keepdims, is_plain = plan
    return _PLAIN if is_plain else result_type(array.type, reduced, keepdims, INT64)


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
    array, reduced, keepdims, is_plain = plan
    source = np.dtype(array_type(array).dtype)
    walk = Reduction(b, array, reduced, keepdims)
    made = walk.allocate(INT64)
    fill_result(b, made, (b.i64(0),))

    def load(pointers: list[Value]) -> Parts:
        (truth,) = cast_parts(b, load_element(b, source, pointers[0]), source, BOOL_DTYPE)
        assert truth.type is I1
        return (b.convert("zext", truth, I64),)

    counted: Load = load
    reduce_into(b, walk, [made], np.add, counted)
    wanted = result_type(array_type(array), reduced, keepdims, INT64)
    found = finished(b, made, wanted)
    return Val(_PLAIN, found.parts) if is_plain else found
