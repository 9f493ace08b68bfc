"""Pairwise summation, in NumPy's own order of additions, so that sums of floats are NumPy's bit for bit.

A row of up to 128 numbers is added with eight accumulators; a longer one is halved (at a multiple of eight) and the
sums of the halves are added. NumPy recurs; here the pending right halves lie on a small stack. Complex numbers count
as two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.machine import I64, Machine

Parts: TypeAlias = tuple[Value, ...]
LoadAt: TypeAlias = Callable[[Value], Parts]
"""``load(index)``: the parts of a number of the row."""
LoadBlock: TypeAlias = Callable[[Value, Value], LoadAt]
"""``block(start, length)``: makes some numbers, and gives how to load them."""

_ACCUMULATORS: Final = 8
BLOCK: Final = 128
"""The most floats that are added without halving the row."""
_DEPTH: Final = 58
"""No row in memory is halved more often."""


def add_parts(b: Builder, x: Sequence[Value], y: Sequence[Value]) -> Parts:
    """The sum of two floats or complex numbers."""
    return tuple(b.binary("fadd", one, other) for one, other in zip(x, y, strict=True))


def pairwise_sum(
    b: Builder, machine: Sequence[Machine], count: Value, load: LoadAt, block: LoadBlock | None = None
) -> Parts:
    """The sum of `count` numbers, each held in parts of the types `machine` (one float, or two).

    With `block` the numbers of each row that is added without halving it are made by ``block(start, length)``, which
    gives how to load them by their number in the row.
    """
    width = len(machine)
    stack = b.slots(_DEPTH * (1 + width))
    types = list(machine)

    descend = b.new_block("sum.descend", [I64, I64, I64])
    push, leaf = b.new_block("sum.push"), b.new_block("sum.leaf")
    climb = b.new_block("sum.climb", [I64, I64, *types])
    look, join, right = b.new_block("sum.look"), b.new_block("sum.join"), b.new_block("sum.right")
    done = b.new_block("sum.done")

    # A frame is the count of the right half (-1 once that is being summed) and the sum of the left one.
    def frame(depth: Value) -> Value:
        return b.ptr_add(stack, b.mul(depth, b.i64(8 * (1 + width))))

    b.jump(descend, [b.i64(0), count, b.i64(0)])
    b.move_to(descend)
    start, length, depth = descend.params
    b.branch(b.icmp("sgt", length, b.i64(BLOCK // width)), push, leaf)

    b.move_to(push)
    left = _left_half(b, length, width)
    b.store(frame(depth), b.sub(length, left), local=True)
    b.jump(descend, [start, left, b.add(depth, b.i64(1))])

    b.move_to(leaf)
    if block is None:
        total = _row_sum(b, types, start, length, load)
    else:
        total = _row_sum(b, types, b.i64(0), length, block(start, length))
    b.jump(climb, [b.add(start, length), depth, *total])

    b.move_to(climb)
    position, level, *partial = climb.params
    b.branch(b.icmp("eq", level, b.i64(0)), done, look)

    b.move_to(look)
    above = b.sub(level, b.i64(1))
    place = frame(above)
    pending = b.load(place, I64, local=True)
    b.branch(b.icmp("slt", pending, b.i64(0)), join, right)

    b.move_to(join)
    saved = [b.load(b.ptr_add(place, 8 * (1 + k)), one, local=True) for k, one in enumerate(types)]
    b.jump(climb, [position, above, *add_parts(b, saved, partial)])

    b.move_to(right)
    b.store(place, b.i64(-1), local=True)
    for k, one in enumerate(partial):
        b.store(b.ptr_add(place, 8 * (1 + k)), one, local=True)
    b.jump(descend, [position, pending, level])

    b.move_to(done)
    return tuple(partial)


def _left_half(b: Builder, length: Value, width: int) -> Value:
    """The count of the left half: of so many floats a multiple of eight."""
    if width == 2:
        return b.binary("lshr", b.binary("and", length, b.i64(-_ACCUMULATORS)), b.i64(1))
    return b.binary("and", b.binary("lshr", length, b.i64(1)), b.i64(-_ACCUMULATORS))


def _row_sum(b: Builder, machine: Sequence[Machine], start: Value, length: Value, load: LoadAt) -> Parts:
    """The sum of a row of at most 128 floats."""
    step = _ACCUMULATORS // len(machine)

    def short() -> Parts:
        return (b.i64(0), *(b.const(one, -0.0) for one in machine))

    def long() -> Parts:
        first = [part for k in range(step) for part in load(b.add(start, b.i64(k)))]
        whole = b.emit("sdiv", (length, b.i64(step)), I64)

        def turn(index: Value, sums: Parts) -> Parts:
            at = b.add(start, b.mul(b.add(index, b.i64(1)), b.i64(step)))
            items = [part for k in range(step) for part in load(b.add(at, b.i64(k)))]
            return add_parts(b, sums, items)

        sums = b.loop(b.sub(whole, b.i64(1)), turn, first, scalar=True)
        return (b.mul(whole, b.i64(step)), *_tree(b, sums, len(machine)))

    done, *total = b.if_else(b.icmp("slt", length, b.i64(step)), short, long)
    rest = b.add(start, done)

    def add_one(index: Value, so_far: Parts) -> Parts:
        return add_parts(b, so_far, load(b.add(rest, index)))

    return b.loop(b.sub(length, done), add_one, total, scalar=True)


def _tree(b: Builder, sums: Sequence[Value], width: int) -> Parts:
    """The accumulators added in pairs."""
    row = [tuple(sums[k : k + width]) for k in range(0, len(sums), width)]
    while len(row) > 1:
        row = [add_parts(b, row[k], row[k + 1]) for k in range(0, len(row), 2)]
    return row[0]
