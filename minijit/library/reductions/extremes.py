"""The least or greatest element of a row, and where it is: one pass over the elements, several of them at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from minijit.ir.builder import machine_type
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.kernels.float_kernels import is_nan
from minijit.library.memory import load_element
from minijit.machine import I1, I32, I64, parts_of_dtype
from minijit.numpy_types import Dtype, limits_of

_NOWHERE: Final = (1 << 31) - 1
_BLOCK: Final = 256
"""So many elements are looked through again for the best one of them."""
_SEARCHED: Final = 1024
"""After so many elements a search for a truth value looks whether it is done."""

At = Callable[[Value], Value]
"""``at(index)``: an element of a row."""


def combine(b: Builder, word: str, dtype: Dtype, x: Value, y: Value, *, passes_nan: bool = False) -> Value:
    """The smaller (`word` is ``"min"``) or greater (``"max"``) of two real numbers; nan if one is, or if both are."""
    if dtype.kind == "b":
        return (b.and_ if word == "min" else b.or_)(x, y)
    if passes_nan and dtype.kind == "f":
        return b.emit("intrinsic", (x, y), machine_type(x), name=f"{word}num", flags="nsz")
    name = word + "imum" if dtype.kind == "f" else ("s" if dtype.kind == "i" else "u") + word
    return b.intrinsic(name, machine_type(x), x, y)


def extreme_of_row(
    b: Builder, word: str, dtype: Dtype, length: Value, at: At, first: Value, *, passes_nan: bool = False
) -> Value:
    """The least or greatest of `first` and a row; nan if one of them is, or if all are.

    That there is a nan is noted apart: the machine's own minimum and maximum do not care for it. Which zero comes out
    where both are there is open, as it is in NumPy.
    """
    if dtype.kind != "f" or passes_nan:

        def step(index: Value, so_far: Sequence[Value]) -> Sequence[Value]:
            return (combine(b, word, dtype, so_far[0], at(index), passes_nan=passes_nan),)

        return b.loop(length, step, (first,))[0]
    machine = machine_type(first)

    def turn(index: Value, so_far: Sequence[Value]) -> Sequence[Value]:
        best, has_nan = so_far
        item = at(index)
        better = b.emit("intrinsic", (best, item), machine, name=f"{word}num", flags="nnan nsz")
        return better, b.or_(has_nan, is_nan(b, item))

    best, has_nan = b.loop(length, turn, (first, is_nan(b, first)))
    return b.select(has_nan, b.const(machine, np.nan), best)


def worst(b: Builder, word: str, dtype: Dtype) -> Value:
    """What every number is at least as good as."""
    machine = parts_of_dtype(dtype)[0]
    if dtype.kind == "f":
        return b.const(machine, np.inf if word == "min" else -np.inf)
    if dtype.kind == "b":
        return b.const(machine, int(word == "min"))
    number = limits_of(dtype)[word == "min"]
    return b.const(machine, number - (1 << machine.bits) if number >> (machine.bits - 1) > 0 else number)


def is_better(b: Builder, word: str, dtype: Dtype, x: Value, y: Value) -> Value:
    """Whether `x` is better than `y`; nan is the best of all."""
    if dtype.kind == "f":
        beyond = b.fcmp("olt" if word == "min" else "ogt", x, y)
        return b.or_(beyond, b.and_(is_nan(b, x), b.not_(is_nan(b, y))))
    if dtype.kind == "b":
        return b.and_(x, b.not_(y)) if word == "max" else b.and_(y, b.not_(x))
    return b.icmp(("s" if dtype.kind == "i" else "u") + ("lt" if word == "min" else "gt"), x, y)


# ---- positions

Axes = Sequence[tuple[Value, Value]]
"""Length and stride of each axis, the last one inside."""


def position_of_extreme(b: Builder, word: str, dtype: Dtype, data: Value, axes: Axes) -> Value:
    """The number, in C order, of the first of the best elements; there is one at least.

    The elements are taken in blocks. What is kept is the block with the best one, which is then looked for in it.
    """
    if not axes:
        return b.i64(0)
    if dtype.kind == "b" and len(axes) == 1:
        return _first_that_is(b, data, axes[0], wanted=word == "max")
    size = b.i64(_BLOCK)
    length, stride = axes[-1]

    def blocks(pointer: Value, number: Value, state: Sequence[Value]) -> Sequence[Value]:
        count = b.binary("udiv", b.add(length, b.i64(_BLOCK - 1)), size)

        def turn(index: Value, so_far: Sequence[Value]) -> Sequence[Value]:
            start = b.mul(index, size)
            place = b.ptr_add(pointer, b.mul(start, stride))
            here = b.min_i64(b.sub(length, start), size)
            best = extreme_of_row(b, word, dtype, here, _loader(b, dtype, place, stride), worst(b, word, dtype))
            better = is_better(b, word, dtype, best, so_far[0])
            found = (best, place, b.add(number, start), here)
            return [b.select(better, one, other) for one, other in zip(found, so_far, strict=True)]

        return b.loop(count, turn, state)

    def nest(depth: int, pointer: Value, number: Value, state: Sequence[Value]) -> Sequence[Value]:
        if depth == len(axes) - 1:
            return blocks(pointer, b.mul(number, length), state)
        own_length, own_stride = axes[depth]

        def turn(index: Value, so_far: Sequence[Value]) -> Sequence[Value]:
            moved = b.ptr_add(pointer, b.mul(index, own_stride))
            return nest(depth + 1, moved, b.add(b.mul(number, own_length), index), so_far)

        return b.loop(own_length, turn, state)

    start = (worst(b, word, dtype), data, b.i64(0), b.min_i64(length, size))
    best, place, number, count = nest(0, data, b.i64(0), start)
    at = _loader(b, dtype, place, stride)
    return b.add(number, _first_equal(b, dtype, count, at, best))


def _loader(b: Builder, dtype: Dtype, data: Value, stride: Value) -> At:
    return lambda index: load_element(b, dtype, b.ptr_add(data, b.mul(index, stride)))[0]


def _first_equal(b: Builder, dtype: Dtype, count: Value, at: At, wanted: Value) -> Value:
    # In 32 bits, which is enough within a block, twice as many are compared at a time.
    nowhere = b.const(I32, _NOWHERE)

    def turn(index: Value, so_far: Sequence[Value]) -> Sequence[Value]:
        item = at(index)
        if dtype.kind == "f":
            is_it = b.or_(b.fcmp("oeq", item, wanted), b.and_(is_nan(b, wanted), is_nan(b, item)))
        else:
            is_it = b.icmp("eq", item, wanted)
        number = b.select(is_it, b.convert("trunc", index, I32), nowhere)
        return (b.intrinsic("smin", I32, so_far[0], number),)

    return b.convert("sext", b.loop(count, turn, (nowhere,))[0], I64)


def _first_that_is(b: Builder, data: Value, axis: tuple[Value, Value], *, wanted: bool) -> Value:
    """The number of the first element that is true (or false), 0 if there is none; nothing behind it is looked at."""
    length, stride = axis
    at = _loader(b, np.dtype(np.bool_), data, stride)
    first = at(b.i64(0))

    def search() -> tuple[Value, ...]:
        start, found = search_blocks(b, length, at, wanted=wanted)

        def look() -> tuple[Value, ...]:
            count = b.min_i64(b.sub(length, start), b.i64(_SEARCHED))
            own = _first_equal(b, np.dtype(np.bool_), count, lambda k: at(b.add(start, k)), b.const(I1, int(wanted)))
            return (b.add(start, own),)

        return b.if_else(found, look, lambda: (b.i64(0),))

    return b.if_else(first if wanted else b.not_(first), lambda: (b.i64(0),), search)[0]


def search_blocks(b: Builder, length: Value, at: At, *, wanted: bool) -> tuple[Value, Value]:
    """Where the first block begins that has a true (or false) item, and whether there is such a block.

    ``at(index)`` gives truth values.
    """
    header = b.new_block("search.header", [I64])
    look, more = b.new_block("search.look"), b.new_block("search.more")
    done = b.new_block("search.done", [I64, I1])
    b.jump(header, [b.i64(0)])
    b.move_to(header)
    (start,) = header.params
    missing = b.new_block("search.missing")
    b.branch(b.icmp("slt", start, length), look, missing)
    b.move_to(missing)
    b.jump(done, [start, b.i1(False)])
    b.move_to(look)
    count = b.min_i64(b.sub(length, start), b.i64(_SEARCHED))
    word = "max" if wanted else "min"

    def turn(index: Value, so_far: Sequence[Value]) -> Sequence[Value]:
        return (combine(b, word, np.dtype(np.bool_), so_far[0], at(b.add(start, index))),)

    (extreme,) = b.loop(count, turn, (b.const(I1, int(not wanted)),))
    found = b.new_block("search.found")
    b.branch(extreme if wanted else b.not_(extreme), found, more)
    b.move_to(found)
    b.jump(done, [start, b.i1(True)])
    b.move_to(more)
    b.jump(header, [b.emit("add", (start, b.i64(_SEARCHED)), I64, nsw=True)])
    b.move_to(done)
    return done.params[0], done.params[1]


def any_of_row(b: Builder, length: Value, at: At, first: Value, *, wanted: bool) -> Value:
    """`first`, or `wanted` if an item of the row is; nothing is looked at that makes no difference any more."""
    settled = first if wanted else b.not_(first)
    turns = b.select(settled, b.i64(0), length)
    _, found = search_blocks(b, turns, at, wanted=wanted)
    found = b.or_(settled, found)
    return found if wanted else b.not_(found)
