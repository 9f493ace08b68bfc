"""``searchsorted`` of one number, and ``array_equal``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.dtypes import bind, text_of_argument
from minijit.library.builder import Builder, Val
from minijit.library.casts import cast_parts
from minijit.library.kernels.float_kernels import is_nan
from minijit.library.memory import array_type, data_of, load_element, shape_of, strides_of
from minijit.library.operands import anything
from minijit.library.reductions.pairwise_sums import Parts
from minijit.library.registry import Arg, lowers, method
from minijit.library.ufuncs.elementwise import is_numeric
from minijit.machine import I64
from minijit.numpy_types import Dtype, is_native, type_of_value


def _is_row(one: t.Type) -> bool:
    return isinstance(one, t.Array) and one.ndim == 1


# ---- searchsorted


def _search_plan(args: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[Dtype, str] | None:
    """The dtype in which numbers are compared, and the side."""
    bound = bind(("a", "v", "side"), args, keywords, 2)
    if bound is None or not _is_row(bound["a"].type) or not is_numeric(bound["v"].type):
        return None
    side = text_of_argument(bound.get("side"), "left")
    dtype = np.promote_types(bound["a"].type.dtype, t.dtype_of(bound["v"].type))
    if side not in ("left", "right") or dtype.kind not in "iuf" or not is_native(dtype):
        return None
    return np.dtype(dtype.str), side


def _search_type(*args: Arg, **keywords: Arg) -> t.Type | None:
    if _search_plan(args, keywords) is None:
        return None
    return type_of_value(np.searchsorted(np.ones(1), 1.0))


def _search_samples() -> Iterator[tuple[Any, ...]]:
    flat = np.array([-1.0, 0.5, 0.5, 2.0, np.nan])
    for value in (0.5, -3, 5, np.nan, np.float32(2.0), True):
        for array in (flat, flat[:0], flat[::2], np.array([1, 1, 3], np.int8)):
            yield (array, value)
            yield (array, value, "right")


@lowers(
    np.searchsorted,
    result=_search_type,
    rest=anything,
    keywords={"side": anything, "v": anything},
    effects="reads",
    samples=_search_samples,
)
@lowers(
    method("searchsorted"),
    result=_search_type,
    rest=anything,
    keywords={"side": anything, "v": anything},
    effects="reads",
    samples=_search_samples,
)
def searchsorted(b: Builder, *args: Val, **keywords: Val) -> Val:
    """Halving, in NumPy's order, which also says what comes out for an array that is not sorted."""
    plan = _search_plan(args, keywords)
    wanted = _search_type(*(Arg(one.type, one.const) for one in args), **_as_args(keywords))
    assert plan is not None and wanted is not None
    dtype, side = plan
    array, value = args[0], args[1] if len(args) > 1 else keywords["v"]
    source = np.dtype(array_type(array).dtype)
    (length,), (stride,) = shape_of(array), strides_of(b, array)
    (key,) = b.number_as(value, dtype)

    header = b.new_block("search", [I64, I64])
    inside, done = b.new_block("search.halve"), b.new_block("search.end")
    b.jump(header, [b.i64(0), length])
    b.move_to(header)
    low, high = header.params
    b.branch(b.icmp("slt", low, high), inside, done)
    b.move_to(inside)
    middle = b.add(low, b.binary("lshr", b.sub(high, low), b.i64(1)))
    parts = load_element(b, source, b.ptr_add(data_of(array), b.mul(middle, stride)))
    (item,) = cast_parts(b, parts, source, dtype)
    # Left of the key are smaller numbers, on the right side also equal ones: those that the key is not smaller than.
    before = _less(b, dtype, item, key) if side == "left" else b.not_(_less(b, dtype, key, item))
    b.jump(header, [b.select(before, b.add(middle, b.i64(1)), low), b.select(before, high, middle)])
    b.move_to(done)
    return Val(wanted, (low,))


def _as_args(keywords: Mapping[str, Val]) -> dict[str, Arg]:
    return {name: Arg(one.type, one.const) for name, one in keywords.items()}


def _less(b: Builder, dtype: Dtype, x: Value, y: Value) -> Value:
    """The order of sorting: nan comes after all numbers."""
    if dtype.kind == "f":
        return b.or_(b.fcmp("olt", x, y), b.and_(is_nan(b, y), b.not_(is_nan(b, x))))
    return b.icmp("slt" if dtype.kind == "i" else "ult", x, y)


# ---- array_equal


def _are_comparable(x: Arg, y: Arg) -> t.Type | None:
    one, other = x.type, y.type
    assert isinstance(one, t.Array) and isinstance(other, t.Array)
    if one.ndim != other.ndim or one.dtype != other.dtype:
        return None
    return type_of_value(np.array_equal(np.ones(1), np.ones(1)))


def _pairs() -> Iterator[tuple[Any, ...]]:
    table = np.arange(6.0).reshape(2, 3)
    for one in (table, table.T, table[:, ::-1], table[0], table.astype(np.int8), table[:0], table * 1j):
        yield (one, one)
        yield (one, one + one)
        yield (one, one[:1])
    yield (np.array([np.nan]), np.array([np.nan]))
    yield (np.array(2), np.array(2))


@lowers(np.array_equal, t.Array, t.Array, result=_are_comparable, effects="reads", samples=_pairs)
def array_equal(b: Builder, x: Val, y: Val) -> Val:
    """Whether shapes and all elements are the same."""
    wanted = _are_comparable(Arg(x.type), Arg(y.type))
    assert wanted is not None
    dtype = np.dtype(array_type(x).dtype)
    same: Value = b.i1(True)
    for one, other in zip(shape_of(x), shape_of(y), strict=True):
        same = b.and_(same, b.icmp("eq", one, other))
    shape, rows = shape_of(x), (strides_of(b, x), strides_of(b, y))

    def nest(axis: int, pointers: Sequence[Value], so_far: Parts) -> Parts:
        if axis == len(shape):
            pair = [load_element(b, dtype, pointer) for pointer in pointers]
            equal = so_far[0]
            for one, other in zip(*pair, strict=True):
                equal = b.and_(equal, b.fcmp("oeq", one, other) if dtype.kind in "fc" else b.icmp("eq", one, other))
            return (equal,)

        def turn(index: Value, carried: Parts) -> Parts:
            moved = [b.ptr_add(p, b.mul(index, row[axis])) for p, row in zip(pointers, rows, strict=True)]
            return nest(axis + 1, moved, carried)

        return b.loop(shape[axis], turn, so_far)

    (equal,) = b.if_else(same, lambda: nest(0, [data_of(x), data_of(y)], (b.i1(True),)), lambda: (b.i1(False),))
    return Val(wanted, (equal,))
