"""Other shapes for the same elements: ``reshape``, ``ravel`` and ``flatten``.

Views of contiguous arrays; an array that is not contiguous is copied where NumPy copies it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.array_attributes import arrays
from minijit.library.array_indexing import is_integer_index
from minijit.library.array_methods import copied
from minijit.library.builder import Builder, Val, item_of, tuple_val
from minijit.library.memory import array_type, data_of, make_view, size_of
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers, method
from minijit.machine import I64


def _flat_type(array: t.Array) -> t.Array:
    return t.Array(array.dtype, 1, "C", array.writable)


def _ravel_type(array: Arg) -> t.Type | None:
    """Only of arrays that are contiguous in C order: others may be copied or not."""
    kind = array.type
    assert isinstance(kind, t.Array)
    return _flat_type(kind) if kind.layout == "C" else None


@lowers(method("ravel"), t.Array, result=_ravel_type, samples=arrays)
@lowers(np.ravel, t.Array, result=_ravel_type, samples=arrays)
def ravel(b: Builder, array: Val) -> Val:
    """A view with one axis."""
    return make_view(b, array, _flat_type(array_type(array)), data_of(array), [size_of(b, array)], [])


def _flatten_type(array: Arg) -> t.Type:
    kind = array.type
    assert isinstance(kind, t.Array)
    return t.Array(kind.dtype, 1, "C")


@lowers(method("flatten"), t.Array, result=_flatten_type, effects="allocates raises", samples=arrays)
def flatten(b: Builder, array: Val) -> Val:
    """A copy with one axis."""
    made = copied(b, array, array_type(array).dtype, "C")
    kind = _flatten_type(Arg(array.type))
    assert isinstance(kind, t.Array)
    return make_view(b, made, kind, data_of(made), [size_of(b, made)], [])


# ---- reshape


def _lengths(shape: Sequence[Any]) -> list[t.Type] | None:
    """The types of the lengths of a new shape, given as integers or as one tuple."""
    if len(shape) == 1 and isinstance(shape[0].type, t.Tuple):
        items = list(shape[0].type.items)
    else:
        items = [one.type for one in shape]
    return items if all(map(is_integer_index, items)) else None


def _reshape_type(array: Arg, *shape: Arg) -> t.Type | None:
    kind = array.type
    assert isinstance(kind, t.Array)
    items = _lengths(shape)
    if not shape or items is None or kind.layout != "C":
        return None
    return t.Array(kind.dtype, len(items), "C", kind.writable)


def _samples() -> Iterator[tuple[Any, ...]]:
    table = np.arange(12.0).reshape(3, 4)
    for shape in ((4, 3), (12,), (-1,), (2, -1), (2, 3, 2), (5, 2), (-1, -1), (-1, 5), (12, 1, -1), (0, -1), (-2, 6)):
        yield (table, shape)
        yield (table, *shape)
    yield (table[:0], (-1, 4))
    yield (table[:0], (0, -1))
    yield (np.array(3), ())


@lowers(method("reshape"), t.Array, result=_reshape_type, rest=anything, effects="raises", samples=_samples)
def reshape(b: Builder, array: Val, *shape: Val) -> Val:
    """A view with other axes; one length may be -1, which stands for what is left."""
    kind = _reshape_type(Arg(array.type), *(Arg(one.type) for one in shape))
    assert isinstance(kind, t.Array)
    if len(shape) == 1 and isinstance(shape[0].type, t.Tuple):
        values = [item_of(shape[0], k) for k in range(kind.ndim)]
    else:
        values = list(shape)
    size = size_of(b, array)
    words = [b.index_of(value) for value in values]
    found, fits = _resolved(b, words, size)

    def plainly() -> tuple[Value, ...]:
        return make_view(b, array, kind, data_of(array), found, []).parts

    def by_numpy() -> tuple[Value, ...]:
        # Lengths that don't fit, which raise, and what is rare: arrays without elements, other negative lengths.
        return b.call_python(np.ndarray.reshape, (array, tuple_val(values)), kind, effects="").parts

    return Val(kind, b.if_else(fits, plainly, by_numpy, likely=True))


def _resolved(b: Builder, words: Sequence[Value], size: Value) -> tuple[list[Value], Value]:
    """The lengths with -1 replaced, and whether they make up as many elements as there are."""
    one, zero, minus = b.i64(1), b.i64(0), b.i64(-1)
    known: Value = one
    unknown: Value = zero
    fits: Value = b.i1(True)
    limit = b.max_i64(size, one)
    for word in words:
        is_unknown = b.icmp("eq", word, minus)
        unknown = b.add(unknown, b.select(is_unknown, one, zero))
        # A product beyond the number of elements can't be right, and might overflow.
        most = b.emit("sdiv", (limit, b.max_i64(known, one)), I64)
        small = b.and_(b.icmp("sge", word, zero), b.icmp("sle", word, most))
        fits = b.and_(fits, b.or_(is_unknown, small))
        known = b.select(b.or_(is_unknown, b.not_(small)), known, b.mul(known, word))
    divisor = b.select(b.icmp("eq", known, zero), one, known)
    rest = b.emit("sdiv", (size, divisor), I64)
    has_unknown = b.icmp("ne", unknown, zero)
    whole = b.select(has_unknown, b.mul(rest, known), known)
    fits = b.and_(fits, b.and_(b.icmp("sle", unknown, one), b.icmp("eq", whole, size)))
    # With a length of 0 beside it, -1 could stand for anything.
    fits = b.and_(fits, b.or_(b.not_(has_unknown), b.icmp("ne", known, zero)))
    return [b.select(b.icmp("eq", word, minus), rest, word) for word in words], fits
