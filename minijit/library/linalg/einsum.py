"""``np.einsum`` with subscripts that stand in the program: a nest of loops, or a view.

The loops are in the order of NumPy's iterator, by which it also lays out the result. Along the innermost one, NumPy
adds up several terms side by side; so do we, but not the same ones.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.arrays.dtypes import known_value
from minijit.library.builder import Builder, Val
from minijit.library.indexing.index_expressions import element_type
from minijit.library.linalg.einsum_plans import Subscripts, order_of_loops, parsed
from minijit.library.memory import array_type, data_of, load_element, make_view, shape_of, store_element, strides_of
from minijit.library.operands import anything
from minijit.library.rare_code import if_else_rarely
from minijit.library.registry import Arg, lowers
from minijit.machine import parts_of_dtype
from minijit.numpy_types import Dtype, is_native

_LANES: Final = 16
"""So many sums of floats are added up side by side in an innermost loop."""


class Plan(NamedTuple):
    """The subscripts, the labels from the outermost loop to the innermost, and the dtype of the result."""

    subscripts: Subscripts
    order: str
    dtype: Dtype


def _subscripts_of(args: Sequence[Arg | Val], keywords: Mapping[str, Any]) -> Subscripts | None:
    text = known_value(args[0])
    if not isinstance(text, str) or (keywords and known_value(keywords.get("optimize")) is not False):
        return None
    kinds = [one.type for one in args[1:]]
    if not kinds or not all(isinstance(one, t.Array) and one.dtype.kind in "biufc" for one in kinds):
        return None
    return parsed(text, [one.ndim for one in kinds if isinstance(one, t.Array)])


# ---- views


def _is_view(subscripts: Subscripts) -> bool:
    return len(subscripts.operands) == 1 and not subscripts.summed


def _type_of_view(*args: Arg, **keywords: Arg) -> t.Type | None:
    subscripts = _subscripts_of(args, keywords) if args else None
    if subscripts is None or not _is_view(subscripts) or not subscripts.result:
        return None
    kind = args[1].type
    assert isinstance(kind, t.Array)
    return t.Array(kind.dtype, len(subscripts.result), "A", kind.writable)


def _views() -> Iterator[tuple[Any, ...]]:
    table, block = np.arange(9.0).reshape(3, 3), np.arange(24).reshape(2, 3, 4)
    yield from (("ij->ji", table), ("ii->i", table), ("ba", table), ("i->i", table[0]), ("...ij->...ji", block))
    yield from (("kij->jik", block), ("i...->...i", block), ("ii->i", table[:, :2]), ("iij->ij", block[:, :2]))


@lowers(
    np.einsum,
    result=_type_of_view,
    rest=anything,
    keywords={"optimize": anything},
    effects="raises",
    samples=_views,
)
def view(b: Builder, *args: Val, **keywords: Val) -> Val:
    """The same elements, with other axes."""
    kind, subscripts = _type_of_view(*(Arg(one.type, one.const) for one in args)), _subscripts_of(args, keywords)
    assert subscripts is not None and isinstance(kind, t.Array)
    array, labels = args[1], subscripts.operands[0]
    lengths, alike = _lengths(b, subscripts, [array])
    _refuse_unless(b, alike, args, keywords)
    steps = []
    for label in subscripts.result:
        own = [step for each, step in zip(labels, strides_of(b, array), strict=True) if each == label]
        step = own[0]
        for other in own[1:]:
            step = b.add(step, other)
        steps.append(step)
    return make_view(b, array, kind, data_of(array), [lengths[label] for label in subscripts.result], steps)


def _refuse_unless(b: Builder, fine: Value, args: Sequence[Val], keywords: Mapping[str, Val]) -> None:
    def refuse() -> tuple[Value, ...]:
        b.call_python(np.einsum, [*args, *keywords.values()], t.NEVER, tuple(keywords))
        return ()

    b.if_else(fine, lambda: (), refuse, likely=True)


def _lengths(b: Builder, subscripts: Subscripts, arrays: Sequence[Val]) -> tuple[dict[str, Value], Value]:
    """The length of each label, and whether all axes with that label have it."""
    lengths: dict[str, Value] = {}
    alike: Value = b.i1(True)
    for labels, array in zip(subscripts.operands, arrays, strict=True):
        for label, length in zip(labels, shape_of(array), strict=True):
            alike = b.and_(alike, b.icmp("eq", lengths.setdefault(label, length), length))
    return lengths, alike


# ---- sums of products


def _plan(args: Sequence[Arg | Val], keywords: Mapping[str, Any]) -> Plan | None:
    subscripts = _subscripts_of(args, keywords) if args else None
    if subscripts is None or _is_view(subscripts):
        return None
    kinds = [one.type for one in args[1:] if isinstance(one.type, t.Array)]
    order = order_of_loops(subscripts, kinds)
    dtype = np.result_type(*(one.dtype for one in kinds))
    if order is None or not is_native(dtype) or dtype == np.float16:
        return None
    return Plan(subscripts, order, np.dtype(dtype.str))


def _type_of_sum(*args: Arg, **keywords: Arg) -> t.Type | None:
    plan = _plan(args, keywords)
    if plan is None:
        return None
    kind = t.Array(plan.dtype, len(plan.subscripts.result), "C")
    return kind if kind.ndim else element_type(kind)


def _sums() -> Iterator[tuple[Any, ...]]:
    # Sums of small integers are exact in any order.
    table, block, row = np.arange(12.0).reshape(3, 4), np.arange(24.0).reshape(2, 3, 4), np.arange(4.0)
    for dtype in (float, np.float32, complex, np.int8, np.uint64, bool):
        x, y, z = table.astype(dtype), block.astype(dtype), row.astype(dtype)
        yield from (("ij,jk->ik", x, x.T.copy()), ("ij,j->i", x, z), ("ij,j", x, z), ("i,i", z, z), ("ij->", x))
        yield from (("ij->j", x), ("ij,ij->ij", x, x), ("i,j->ij", z, x[0]), ("ii", x[:, :3].copy()))
        yield from (("bij,bkj->bik", y, y), ("...ij,...j->...i", y, z), ("ijk,jk,k->i", y, x, z))
        yield ("i,j,k->ijk", z, z, z)
        yield from (("ij,ij->", np.asfortranarray(x), np.asfortranarray(x)), ("i,i->i", z[::-1], z), ("bij->b", y))
    yield from (("ij,jk->ik", table, table), ("ij,j->i", table, row.astype(np.int8)), ("i,i->", row, row[:1]))
    yield from (("ij,jk->ik", table[:, :0], table[:0]), ("ij,kj->ik", table, table[:1]), ("i,i", table[0, :0], row[:0]))
    yield ("bij,bjk->bik", block, block[:1].swapaxes(1, 2).copy())
    yield from (("ij,jk->ki", table, table.T.copy()), ("ij,jk->ik", table[:, ::2], table.T))
    yield from (("ijj->i", block[:, :, :3].copy()), ("i,i->", np.arange(77.0), np.arange(77.0)))


@lowers(
    np.einsum,
    result=_type_of_sum,
    rest=anything,
    keywords={"optimize": anything},
    effects="allocates raises reads",
    samples=_sums,
)
def sums(b: Builder, *args: Val, **keywords: Val) -> Val:
    """The sums of products over the labels that the result has not."""
    plan = _plan(args, keywords)
    wanted = _type_of_sum(*(Arg(one.type, one.const) for one in args))
    assert plan is not None and wanted is not None
    arrays = args[1:]
    lengths, alike = _lengths(b, plan.subscripts, arrays)

    def natively() -> tuple[Value, ...]:
        if not isinstance(wanted, t.Array):
            return _nest(b, plan, arrays, lengths, None)
        made = allocate(b, plan.dtype, [lengths[label] for label in plan.subscripts.result], zeroed=True)
        _nest(b, plan, arrays, lengths, made)
        return made.parts

    def by_numpy() -> tuple[Value, ...]:
        # Axes of length 1 are repeated; all else is an error.
        return b.call_python(np.einsum, [*args, *keywords.values()], wanted, tuple(keywords), effects="").parts

    return Val(wanted, if_else_rarely(b, alike, natively, by_numpy))


def _nest(
    b: Builder, plan: Plan, arrays: Sequence[Val], lengths: Mapping[str, Value], made: Val | None
) -> tuple[Value, ...]:
    """The loops around one product; gives the sum where that is a number."""
    result, dtype = plan.subscripts.result, plan.dtype
    pairs = zip(plan.subscripts.operands, arrays, strict=True)
    steps = [_steps(b, labels, strides_of(b, one)) for labels, one in pairs]
    dtypes = [array_type(one).dtype for one in arrays]
    starts = [data_of(one) for one in arrays]
    if made is not None:
        steps.append(_steps(b, result, strides_of(b, made)))
        starts.append(data_of(made))
    inner = len(plan.order)
    while inner and plan.order[inner - 1] not in result:
        inner -= 1
    zero = b.constant(t.NumpyScalar(dtype), dtype.type(0)).parts

    def term(places: Sequence[Value]) -> Val:
        found: Val | None = None
        for place, each in zip(places, dtypes, strict=False):
            own = Val(t.NumpyScalar(each), load_element(b, each, place))
            factor = Val(t.NumpyScalar(dtype), b.number_as(own, dtype))
            found = factor if found is None else b.apply(operator.mul, found, factor)
        assert found is not None
        return found

    def summed(axis: int, places: Sequence[Value], total: Sequence[Value]) -> tuple[Value, ...]:
        if axis == len(plan.order):
            return _plus(b, dtype, total, term(places).parts)
        label = plan.order[axis]

        def turn(index: Value, carried: tuple[Value, ...]) -> Sequence[Value]:
            return summed(axis + 1, _moved(b, places, steps, label, index), carried)

        if axis + 1 == len(plan.order) and dtype.kind == "f":

            def at(index: Value) -> Value:
                return term(_moved(b, places, steps, label, index)).parts[0]

            return _side_by_side(b, dtype, lengths[label], total, at)
        return b.loop(lengths[label], turn, total)

    def outer(axis: int, places: list[Value]) -> None:
        if axis == inner:
            before = load_element(b, dtype, places[-1])
            found = summed(axis, places, zero) if inner < len(plan.order) else term(places).parts
            store_element(b, dtype, places[-1], _plus(b, dtype, before, found), local=True)
            return
        label = plan.order[axis]

        def turn(index: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
            outer(axis + 1, _moved(b, places, steps, label, index))
            return ()

        b.loop(lengths[label], turn)

    if made is None:
        return summed(0, starts, zero)
    outer(0, starts)
    return ()


def _steps(b: Builder, labels: str, strides: Sequence[Value]) -> dict[str, Value]:
    """The stride along each label; that of one that is there twice is the sum."""
    steps: dict[str, Value] = {}
    for label, step in zip(labels, strides, strict=True):
        steps[label] = b.add(steps[label], step) if label in steps else step
    return steps


def _moved(
    b: Builder, places: Sequence[Value], steps: Sequence[Mapping[str, Value]], label: str, index: Value
) -> list[Value]:
    return [
        b.ptr_add(place, b.binary("mul", index, row[label], nsw=True)) if label in row else place
        for place, row in zip(places, steps, strict=True)
    ]


def _side_by_side(
    b: Builder, dtype: Dtype, length: Value, total: Sequence[Value], term: Callable[[Value], Value]
) -> tuple[Value, ...]:
    """Add up floats with several sums in memory: LLVM makes vectors of them, which it may not do of one sum."""
    machine, size = parts_of_dtype(dtype)[0], dtype.itemsize
    blocks = b.binary("lshr", length, b.i64(_LANES.bit_length() - 1))

    def long() -> tuple[Value, ...]:
        room = b.slots(_LANES)
        for lane in range(_LANES):
            b.store(b.ptr_add(room, lane * size), b.const(machine, 0.0), local=True)

        def block(number: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
            start = b.mul(number, b.i64(_LANES))

            def add(lane: Value, _inner: tuple[Value, ...]) -> Sequence[Value]:
                place = b.ptr_add(room, b.mul(lane, b.i64(size)))
                found = b.binary("fadd", b.load(place, machine, local=True), term(b.add(start, lane)))
                b.store(place, found, local=True)
                return ()

            b.loop(b.i64(_LANES), add)
            return ()

        b.loop(blocks, block)
        row = [b.load(b.ptr_add(room, lane * size), machine, local=True) for lane in range(_LANES)]
        while len(row) > 1:
            row = [b.binary("fadd", x, y) for x, y in zip(row[::2], row[1::2], strict=True)]
        return (b.binary("fadd", total[0], row[0]),)

    (so_far,) = b.if_else(b.icmp("sgt", blocks, b.i64(0)), long, lambda: (total[0],))
    done = b.mul(blocks, b.i64(_LANES))

    def rest(index: Value, carried: tuple[Value, ...]) -> Sequence[Value]:
        return (b.binary("fadd", carried[0], term(b.add(done, index))),)

    return b.loop(b.sub(length, done), rest, (so_far,), scalar=True)


def _plus(b: Builder, dtype: Dtype, x: Sequence[Value], y: Sequence[Value]) -> tuple[Value, ...]:
    """A sum of two numbers."""
    if dtype.kind == "b":
        return tuple(b.or_(one, other) for one, other in zip(x, y, strict=True))
    if dtype.kind not in "fc":
        return tuple(b.add(one, other) for one, other in zip(x, y, strict=True))
    return tuple(b.binary("fadd", one, other) for one, other in zip(x, y, strict=True))
