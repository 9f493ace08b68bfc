"""What makes indices of others: ``ix_``, ``unravel_index``, ``ravel_multi_index``, ``s_`` and ``index_exp``."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.arrays.copy_loops import for_each_element
from minijit.library.arrays.dtypes import bind, text_of_argument
from minijit.library.builder import Builder, Val, item_of, tuple_val
from minijit.library.indexing.index_arrays import count_true, index_word, positions_of, walk
from minijit.library.indexing.index_expressions import is_integer_index
from minijit.library.indexing.index_plans import array_of_display, settle, settled_type
from minijit.library.memory import (
    array_type,
    contiguous_strides,
    data_of,
    make_array,
    make_view,
    owner_of,
    shape_of,
    strides_of,
)
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers
from minijit.library.ufuncs.broadcasting import broadcast_shapes, shapes_of, walking_strides
from minijit.library.ways_out import WayOut
from minijit.machine import F64, I64
from minijit.numpy_types import INT64

Parts = tuple[Value, ...]

# ---- s_ and index_exp


def _type_of_expression(maker: Arg, index: Arg) -> t.Type | None:
    value = maker.type.value if isinstance(maker.type, t.Const) else None
    if value is not np.s_ and value is not np.index_exp:
        return None
    return index.type if value is np.s_ or isinstance(index.type, t.Tuple) else t.Tuple((index.type,))


@lowers(operator.getitem, t.Const, anything, result=_type_of_expression)
def index_expression(_b: Builder, maker: Val, index: Val) -> Val:
    """The index itself; ``index_exp`` always gives a tuple."""
    wanted = _type_of_expression(Arg(maker.type), Arg(index.type))
    assert wanted is not None
    if wanted == index.type:
        return index
    return tuple_val([index])


# ---- ix_


def _is_row(one: t.Type, kinds: str) -> bool:
    return isinstance(one, t.Array) and one.ndim == 1 and one.dtype.kind in kinds


def _type_of_views(*args: Arg) -> t.Type | None:
    if not args or not all(_is_row(arg.type, "iu") for arg in args):
        return None
    kinds = [arg.type for arg in args if isinstance(arg.type, t.Array)]
    return t.Tuple(tuple(t.Array(one.dtype, len(args), one.layout, one.writable) for one in kinds))


def _open_grid(b: Builder, row: Val, axis: int, ndim: int) -> tuple[list[Value], list[Value]]:
    """The shape and the strides of a row that is put along one axis of several."""
    (length,), (stride,) = shape_of(row), strides_of(b, row)
    one, before = b.i64(1), b.mul(stride, length)
    return (
        [length if k == axis else one for k in range(ndim)],
        [before if k < axis else stride for k in range(ndim)],
    )


def _ix_samples() -> Iterator[tuple[Any, ...]]:
    row = np.array([2, 0, 1])
    for one in (row, row[::-1], row[:1], row.astype(np.int8), row[:0], row[:0].astype(np.int8), row > 0):
        yield from ((one,), (one, one), (one, row), (one, one, one))
    yield from (((0, 1), (2,)), ((True, False), (1,)), (row, row.reshape(3, 1)), ((), (1,)))


@lowers(np.ix_, result=_type_of_views, rest=t.Array, effects="raises", samples=_ix_samples)
def ix_of_views(b: Builder, *args: Val) -> Val:
    """Views of the rows, each along an axis of its own."""
    found = []
    for axis, row in enumerate(args):
        kind = array_type(row)
        if kind.dtype != INT64:
            b.bail_unless(b.icmp("ne", shape_of(row)[0], b.i64(0)), "np.ix_ of an empty array gives another dtype")
        shape, strides = _open_grid(b, row, axis, len(args))
        view = t.Array(kind.dtype, len(args), kind.layout, kind.writable)
        found.append(make_view(b, row, view, data_of(row), shape, strides))
    return tuple_val(found)


def _type_of_rows(*args: Arg) -> t.Type | None:
    for arg in args:
        settled = settled_type(arg.type)
        if settled is None or not (_is_row(settled, "b") or (isinstance(arg.type, t.Tuple) and _is_row(settled, "i"))):
            return None
    return t.Tuple((t.Array(INT64, len(args), "C"),) * len(args)) if args else None


@lowers(np.ix_, result=_type_of_rows, rest=anything, effects="allocates reads raises")
def ix_of_rows(b: Builder, *args: Val) -> Val:
    """New rows: the places of the true ones of masks, and the numbers of tuples and lists."""
    found = []
    for axis, arg in enumerate(args):
        settled = settle(b, arg)
        if array_type(settled).dtype.kind == "b":
            (row,) = positions_of(b, settled, count_true(b, settled))
        else:
            row = allocate(b, INT64, shape_of(settled))
            source = array_of_display(b, arg, INT64)
            size = b.mul(shape_of(row)[0], b.i64(8))
            b.emit("copy", (data_of(row), data_of(source), size), local=True)
        shape, _ = _open_grid(b, row, axis, len(args))
        kind = t.Array(INT64, len(args), "C")
        found.append(make_array(kind, b.null(), owner_of(row), data_of(row), shape, ()))
    return tuple_val(found)


# ---- what both others ask


def _lengths(one: t.Type) -> tuple[t.Type, ...] | None:
    types = one.items if isinstance(one, t.Tuple) else (one,)
    return types if types and all(map(is_integer_index, types)) else None


def _length_values(b: Builder, shape: Val) -> list[Value]:
    if isinstance(shape.type, t.Tuple):
        return [b.index_of(item_of(shape, k)) for k in range(len(shape.type.items))]
    return [b.index_of(shape)]


def _check_lengths(b: Builder, lengths: Sequence[Value], way_out: WayOut) -> Value:
    """The number of elements of an array of this shape, which must have some, and not too many."""
    size: Value = b.i64(1)
    estimate: Value = b.f64(1.0)
    fine: Value = b.i1(True)
    for length in lengths:
        fine = b.and_(fine, b.icmp("sgt", length, b.i64(0)))
        size = b.mul(size, length)
        estimate = b.binary("fmul", estimate, b.convert("sitofp", length, F64))
    way_out.unless(b.and_(fine, b.fcmp("olt", estimate, b.f64(float(1 << 62)))))
    return size


def all_below(b: Builder, index: Val, length: Value) -> Value:
    """Whether all numbers are from 0 to less than a length."""
    dtype = np.dtype(array_type(index).dtype)
    last = b.sub(length, b.i64(1))

    def look(pointer: Value, so_far: Parts) -> Parts:
        word = index_word(b, dtype, pointer)
        return (b.or_(so_far[0], b.or_(word, b.sub(last, word))),)

    return b.icmp("sge", walk(b, index, look, (b.i64(0),))[0], b.i64(0))


def _is_walked_in_order(one: t.Type) -> bool:
    """Whether NumPy's iterator surely takes such an index array in C order."""
    if not isinstance(one, t.Array) or one.dtype.kind not in "iu" or one.ndim == 0:
        return False
    return one.ndim == 1 or one.layout == "C"


# ---- unravel_index

_UNRAVEL: Final = ("indices", "shape", "order")


def _unravel_plan(args: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[Any, Any, int] | None:
    bound = bind(_UNRAVEL, args, keywords, 2)
    if bound is None or text_of_argument(bound.get("order"), "C") != "C":
        return None
    lengths, one = _lengths(bound["shape"].type), bound["indices"].type
    if lengths is None or not (is_integer_index(one) or _is_walked_in_order(one)):
        return None
    return bound["indices"], bound["shape"], len(lengths)


def _type_of_unravel(*args: Arg, **keywords: Arg) -> t.Type | None:
    plan = _unravel_plan(args, keywords)
    if plan is None:
        return None
    one = plan[0].type
    if not isinstance(one, t.Array):
        return t.Tuple((t.NumpyScalar(INT64),) * plan[2])
    return t.Tuple((t.Array(INT64, one.ndim, "C" if plan[2] == 1 else "A"),) * plan[2])


def _unravel_samples() -> Iterator[tuple[Any, ...]]:
    for shape in ((3, 4), (12,), (2, 3, 2), 12, (0, 3), (-1, 2), (2**40, 2**40)):
        for index in (7, np.int8(7), -1, 12, np.array([0, 11, 5]), np.array([[1], [2]], np.uint8), np.array([], int)):
            yield (index, shape)
        yield (np.array([3, 12]), shape)


def _digits(b: Builder, number: Value, lengths: Sequence[Value]) -> list[Value]:
    found = []
    for length in reversed(lengths[1:]):
        found.append(b.emit("urem", (number, length), I64))
        number = b.emit("udiv", (number, length), I64)
    return [number, *reversed(found)]


@lowers(
    np.unravel_index,
    result=_type_of_unravel,
    rest=anything,
    keywords=dict.fromkeys(_UNRAVEL, anything),
    effects="allocates reads raises",
    samples=_unravel_samples,
)
def unravel_index(b: Builder, *args: Val, **keywords: Val) -> Val:
    """From places in the array as one row to an index for each axis."""
    plan, wanted = _unravel_plan(args, keywords), _type_of_unravel(*_as_args(args), **_as_named(keywords))
    assert plan is not None and wanted is not None
    indices, shape, ndim = plan
    way_out = _to_numpy(b, np.unravel_index, args, keywords)
    lengths = _length_values(b, shape)
    size = _check_lengths(b, lengths, way_out)
    if not isinstance(indices.type, t.Array):
        word = b.index_of(indices)
        way_out.unless(b.icmp("ult", word, size))
        digits = _digits(b, word, lengths)
        way_out.close()
        return Val(wanted, digits)
    way_out.unless(all_below(b, indices, size))
    own = shape_of(indices)
    room = allocate(b, INT64, [*own, b.i64(ndim)])
    dtype = np.dtype(array_type(indices).dtype)
    steps = [b.mul(stride, b.i64(ndim)) for stride in contiguous_strides(b, own, 8, "C")]

    def turn(pointers: list[Value]) -> None:
        for k, digit in enumerate(_digits(b, index_word(b, dtype, pointers[0]), lengths)):
            b.store(b.ptr_add(pointers[1], 8 * k), digit, local=True)

    for_each_element(b, own, [(data_of(indices), strides_of(b, indices)), (data_of(room), steps)], turn)
    rows = []
    for k in range(ndim):
        kind = t.Array(INT64, len(own), "C" if ndim == 1 else "A")
        rows.append(make_view(b, room, kind, b.ptr_add(data_of(room), 8 * k), own, steps))
        if k:
            b.emit("incref", (owner_of(room),))
    way_out.close()
    return tuple_val(rows)


def _to_numpy(b: Builder, function: Callable[..., Any], args: Sequence[Val], keywords: Mapping[str, Val]) -> WayOut:
    given = [*args, *keywords.values()]
    return WayOut(b, lambda: b.call_python(function, given, t.NEVER, tuple(keywords), effects=""))


def _as_args(args: Sequence[Val]) -> list[Arg]:
    return [Arg(one.type, one.const) for one in args]


def _as_named(keywords: Mapping[str, Val]) -> dict[str, Arg]:
    return {name: Arg(one.type, one.const) for name, one in keywords.items()}


# ---- ravel_multi_index

_RAVEL: Final = ("multi_index", "dims", "mode", "order")


def _ravel_plan(args: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[Any, Any] | None:
    bound = bind(_RAVEL, args, keywords, 2)
    if bound is None or text_of_argument(bound.get("order"), "C") != "C":
        return None
    if text_of_argument(bound.get("mode"), "raise") != "raise":
        return None
    lengths, index = _lengths(bound["dims"].type), bound["multi_index"].type
    if lengths is None or not isinstance(index, t.Tuple) or len(index.items) != len(lengths):
        return None
    if not all(is_integer_index(one) or _is_walked_in_order(one) for one in index.items):
        return None
    return bound["multi_index"], bound["dims"]


def _type_of_ravel(*args: Arg, **keywords: Arg) -> t.Type | None:
    plan = _ravel_plan(args, keywords)
    if plan is None:
        return None
    ndim = max(one.ndim if isinstance(one, t.Array) else 0 for one in plan[0].type.items)
    return t.Array(INT64, ndim, "C") if ndim else t.NumpyScalar(INT64)


def _ravel_samples() -> Iterator[tuple[Any, ...]]:
    row, table = np.array([0, 2, 1]), np.array([[0, 1], [2, 1]])
    for index in ((1, 2), (row, row), (row, 1), (row[::-1], row.astype(np.int8)), (table, table), (table, row[:2])):
        yield from ((index, (3, 4)), (index, (3, 2)), (index, (2**40, 2**40)))
    yield from (((1, 2, 1), (3, 4, 2)), ((row, row[:2]), (3, 4)), ((-1, 0), (3, 4)), ((row,), (9,)), ((row,), 9))


@lowers(
    np.ravel_multi_index,
    result=_type_of_ravel,
    rest=anything,
    keywords=dict.fromkeys(_RAVEL, anything),
    effects="allocates reads raises",
    samples=_ravel_samples,
)
def ravel_multi_index(b: Builder, *args: Val, **keywords: Val) -> Val:
    """From an index for each axis to places in the array as one row."""
    plan = _ravel_plan(args, keywords)
    assert plan is not None
    way_out = _to_numpy(b, np.ravel_multi_index, args, keywords)
    lengths = _length_values(b, plan[1])
    _check_lengths(b, lengths, way_out)
    items = [item_of(plan[0], k) for k in range(len(lengths))]
    shape, fine = broadcast_shapes(b, shapes_of(items))
    for item, length in zip(items, lengths, strict=True):
        if isinstance(item.type, t.Array):
            way_out.unless(fine)
            fine = all_below(b, item, length)
        else:
            fine = b.and_(fine, b.icmp("ult", b.index_of(item), length))
    way_out.unless(fine)
    arrays = [item for item in items if isinstance(item.type, t.Array)]

    def combined(pointers: Sequence[Value]) -> Value:
        rest = list(pointers)
        number: Value = b.i64(0)
        for item, length in zip(items, lengths, strict=True):
            is_array = isinstance(item.type, t.Array)
            word = index_word(b, np.dtype(array_type(item).dtype), rest.pop(0)) if is_array else b.index_of(item)
            number = b.add(b.mul(number, length), word)
        return number

    if not arrays:
        found = Val(t.NumpyScalar(INT64), (combined(()),))
        way_out.close()
        return found
    made = allocate(b, INT64, shape)
    walked = [(data_of(one), walking_strides(b, one, len(shape))) for one in arrays]
    target = (data_of(made), strides_of(b, made))

    def turn(pointers: list[Value]) -> None:
        b.store(pointers[-1], combined(pointers[:-1]), local=True)

    for_each_element(b, shape, [*walked, target], turn)
    way_out.close()
    return made
