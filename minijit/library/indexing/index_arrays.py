"""Index arrays at run time: their words, whether all of them are within an axis, and the true elements of masks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from minijit import types as t
from minijit.ir.builder import machine_type
from minijit.ir.nodes import Param, Value
from minijit.library.arrays.allocation import allocate
from minijit.library.builder import Builder, Val
from minijit.library.casts import cast_parts
from minijit.library.memory import array_type, data_of, load_element, make_view, shape_of, size_of, strides_of
from minijit.machine import I8, I64
from minijit.numpy_types import INT64, Dtype

Parts = tuple[Value, ...]
Visit = Callable[[Value, Parts], Sequence[Value]]

_LOW_BITS = 0x0101010101010101
_OTHER_BITS = 0x7F7F7F7F7F7F7F7F


# ---- indices


def index_word(b: Builder, dtype: Dtype, pointer: Value) -> Value:
    """The index at an address as an i64."""
    return cast_parts(b, load_element(b, dtype, pointer), dtype, INT64)[0]


def may_be_negative(dtype: Dtype) -> bool:
    """Whether indices of this dtype may count from the end (those of uint64 do, beyond 2**63)."""
    return dtype.kind == "i" or dtype.itemsize == 8


def from_start(b: Builder, word: Value, length: Value, dtype: Dtype) -> Value:
    """An index within an axis of some length, those that count from the end counted from the start."""
    if not may_be_negative(dtype):
        return word
    sign = b.binary("ashr", word, b.i64(63))
    return b.add(word, b.and_(sign, length))


def all_within(b: Builder, index: Val, length: Value) -> Value:
    """Whether all indices are within an axis of this length: looked at before the first is used."""
    dtype = np.dtype(array_type(index).dtype)
    last = b.sub(length, b.i64(1))

    def look(pointer: Value, so_far: Parts) -> Parts:
        word = index_word(b, dtype, pointer)
        # The sign is set if the index is too large, or if it is too small.
        beyond = b.sub(last, word)
        if may_be_negative(dtype):
            beyond = b.or_(beyond, b.add(word, length))
        return (b.or_(so_far[0], beyond),)

    (signs,) = walk(b, index, look, (b.i64(0),))
    return b.icmp("sge", signs, b.i64(0))


def walk(b: Builder, array: Val, visit: Callable[[Value, Parts], Parts], carried: Parts) -> Parts:
    """Visit the addresses of all elements; those of contiguous arrays in one loop."""
    kind = array_type(array)
    if kind.layout != "A" and kind.ndim:
        shape: Sequence[Value] = [size_of(b, array)]
        strides: Sequence[Value] = [b.i64(kind.dtype.itemsize)]
    else:
        shape, strides = shape_of(array), strides_of(b, array)

    def nest(axis: int, pointer: Value, so_far: Parts) -> Parts:
        if axis == len(shape):
            return visit(pointer, so_far)

        def turn(number: Value, inner: Parts) -> Parts:
            return nest(axis + 1, b.ptr_add(pointer, b.binary("mul", number, strides[axis], nsw=True)), inner)

        return b.loop(shape[axis], turn, so_far)

    return nest(0, data_of(array), carried)


# ---- masks


def _true_bytes(b: Builder, word: Value) -> Value:
    """Eight truth values at once: the lowest bit of each byte that is not 0."""
    low = b.and_(word, b.i64(_OTHER_BITS))
    high = b.or_(b.add(low, b.i64(_OTHER_BITS)), word)
    return b.and_(b.binary("lshr", high, b.i64(7)), b.i64(_LOW_BITS))


def count_true(b: Builder, mask: Val) -> Value:
    """How many elements of a mask are true."""
    if array_type(mask).layout == "A":

        def look(pointer: Value, so_far: Parts) -> Parts:
            return (b.add(so_far[0], b.convert("zext", load_element(b, np.dtype(bool), pointer)[0], I64)),)

        return walk(b, mask, look, (b.i64(0),))[0]
    size = size_of(b, mask)
    data = data_of(mask)
    words = b.binary("lshr", size, b.i64(3))

    def eight(number: Value, so_far: Parts) -> Parts:
        word = b.load(b.ptr_add(data, b.binary("shl", number, b.i64(3))), I64)
        return (b.add(so_far[0], b.intrinsic("ctpop", I64, _true_bytes(b, word))),)

    (count,) = b.loop(words, eight, (b.i64(0),))
    rest = b.ptr_add(data, b.binary("shl", words, b.i64(3)))
    return b.add(count, b.intrinsic("ctpop", I64, _rest_word(b, rest, b.and_(size, b.i64(7)))))


def _rest_word(b: Builder, pointer: Value, count: Value) -> Value:
    """The truth values of the last bytes, fewer than eight, as :func:`_true_bytes` has them."""

    def one(number: Value, so_far: Parts) -> Parts:
        assert isinstance(number, Param)
        number.block.attrs["scalar"] = True
        truth = b.icmp("ne", b.load(b.ptr_add(pointer, number), I8), b.const(I8, 0))
        place = b.binary("shl", number, b.i64(3))
        return (b.or_(so_far[0], b.binary("shl", b.convert("zext", truth, I64), place)),)

    return b.loop(count, one, (b.i64(0),))[0]


def each_true(b: Builder, pointer: Value, length: Value, visit: Visit, carried: Parts) -> Parts:
    """Visit the numbers of the true ones of truth values that lie side by side, in order.

    Eight are looked at together: runs of false ones cost little, and each true one is found without a branch for the
    false ones before it.
    """
    full = b.binary("lshr", length, b.i64(3))
    rest = _rest_word(b, b.ptr_add(pointer, b.binary("shl", full, b.i64(3))), b.and_(length, b.i64(7)))
    count = b.binary("lshr", b.add(length, b.i64(7)), b.i64(3))

    def group(number: Value, so_far: Parts) -> Parts:
        base = b.binary("shl", number, b.i64(3))
        (word,) = b.if_else(
            b.icmp("slt", number, full),
            lambda: (_true_bytes(b, b.load(b.ptr_add(pointer, base), I64)),),
            lambda: (rest,),
            likely=True,
        )
        header = b.new_block("trues", [I64, *map(machine_type, so_far)])
        inside, done = b.new_block("true"), b.new_block("trues.end")
        b.jump(header, [word, *so_far])
        b.move_to(header)
        left, *held = header.params
        b.branch(b.icmp("ne", left, b.i64(0)), inside, done)
        b.move_to(inside)
        place = b.binary("lshr", b.intrinsic("cttz", I64, left), b.i64(3))
        results = visit(b.add(base, place), tuple(held))
        b.jump(header, [b.and_(left, b.sub(left, b.i64(1))), *results])
        b.move_to(done)
        return tuple(held)

    return b.loop(count, group, carried)


def put_true(b: Builder, pointer: Value, length: Value, total: Value, put: Callable[[Value, Value], None]) -> None:
    """Run `put` with the number of each true one and how many were before it; `total` are true.

    Where many are true, `put` is run for the false ones, too: what it writes there, the next one writes over. So
    nothing depends on a branch that can't be foreseen.
    """
    one = b.i64(1)

    def each() -> Parts:
        def visit(number: Value, so_far: Parts) -> Parts:
            put(number, so_far[0])
            return (b.add(so_far[0], one),)

        each_true(b, pointer, length, visit, (b.i64(0),))
        return ()

    def all_of_them() -> Parts:
        header = b.new_block("all", [I64, I64])
        inside, done = b.new_block("all.body"), b.new_block("all.end")
        b.jump(header, [b.i64(0), b.i64(0)])
        b.move_to(header)
        number, place = header.params
        b.branch(b.icmp("slt", place, total), inside, done)
        b.move_to(inside)
        put(number, place)
        truth = b.icmp("ne", b.load(b.ptr_add(pointer, number), I8), b.const(I8, 0))
        b.jump(header, [b.add(number, one), b.add(place, b.convert("zext", truth, I64))])
        b.move_to(done)
        return ()

    b.if_else(b.icmp("slt", b.binary("shl", total, b.i64(3)), length), each, all_of_them)


def each_true_of_row(
    b: Builder, pointer: Value, stride: Value | None, length: Value, visit: Visit, held: Parts
) -> Parts:
    """:func:`each_true` for a row with a stride; ``None`` where its elements lie side by side."""
    if stride is None:
        return each_true(b, pointer, length, visit, held)

    def turn(number: Value, so_far: Parts) -> Parts:
        place = b.ptr_add(pointer, b.binary("mul", number, stride, nsw=True))
        truth = b.icmp("ne", b.load(place, I8), b.const(I8, 0))
        return b.if_else(truth, lambda: visit(number, so_far), lambda: so_far)

    return b.loop(length, turn, held)


def positions_of(b: Builder, mask: Val, count: Value, *, side_by_side: bool = False) -> list[Val]:
    """The places of the true elements of a mask, `count` in number: for each axis a new row of indices.

    All rows are in one block, that of the first one: one row after the other, or the places of each element
    `side_by_side`, as NumPy has them.
    """
    kind = array_type(mask)
    room = allocate(b, INT64, [b.i64(kind.ndim), count] if kind.ndim > 1 else [count])
    side_by_side = side_by_side and kind.ndim > 1
    step = b.i64(8 * kind.ndim if side_by_side else 8)
    size = b.i64(8) if side_by_side else b.mul(count, step)
    rows = [b.ptr_add(data_of(room), b.mul(size, b.i64(axis))) for axis in range(kind.ndim)]
    if kind.ndim == 1 and kind.layout == "C":

        def put_one(number: Value, place: Value) -> None:
            b.store(b.ptr_add(rows[0], b.binary("mul", place, step, nsw=True)), number, local=True)

        put_true(b, data_of(mask), shape_of(mask)[0], count, put_one)
        return [make_view(b, room, t.Array(INT64, 1, "C"), rows[0], [count], ())]
    shape, strides = shape_of(mask), strides_of(b, mask)
    inner = None if kind.layout == "C" else strides[-1]

    def nest(axis: int, pointer: Value, places: list[Value], held: Parts) -> Parts:
        if axis < kind.ndim - 1:

            def turn(number: Value, so_far: Parts) -> Parts:
                moved = b.ptr_add(pointer, b.binary("mul", number, strides[axis], nsw=True))
                return nest(axis + 1, moved, [*places, number], so_far)

            return b.loop(shape[axis], turn, held)

        def put(number: Value, so_far: Parts) -> Parts:
            for row, place in zip(rows, [*places, number], strict=True):
                b.store(b.ptr_add(row, b.binary("mul", so_far[0], step, nsw=True)), place, local=True)
            return (b.add(so_far[0], b.i64(1)),)

        return each_true_of_row(b, pointer, inner, shape[axis], put, held)

    nest(0, data_of(mask), [], (b.i64(0),))
    row = t.Array(INT64, 1, "A" if side_by_side else "C")
    return [make_view(b, room, row, data, [count], [step]) for data in rows]
