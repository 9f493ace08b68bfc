"""``a.item(...)``: an element as a Python number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.builder import Builder, Val, tuple_val
from minijit.library.indexing.index_expressions import element_type, is_integer_index
from minijit.library.indexing.items import element_address
from minijit.library.memory import array_type, load_element, size_of
from minijit.library.numbers.numpy_scalars import item_type, python_item
from minijit.library.objects.flat_iteration import place_in_row, pointer_at
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers, method
from minijit.library.ways_out import WayOut


def _type_of_item(array: Arg, *index: Arg) -> t.Type | None:
    kind = array.type
    assert isinstance(kind, t.Array)
    if len(index) == 1 and isinstance(index[0].type, t.Tuple) and index[0].type.cls is tuple:
        types: Sequence[t.Type] = index[0].type.items
        if len(types) != kind.ndim:
            return None
    else:
        types = [one.type for one in index]
        if len(types) not in (0, 1, kind.ndim):
            return None
    return item_type(kind.dtype) if all(map(is_integer_index, types)) else None


def _samples() -> Iterator[tuple[Any, ...]]:
    table = np.arange(6.0).reshape(2, 3)
    for array in (table, table.T, table[:1, :1], table[:, ::-1] > 2, table[:0], np.array([[2**64 - 1]], np.uint64)):
        yield from ((array,), (array, 3), (array, -1), (array, 9), (array, (1, 1)), (array, (1, 7)), (array, 0, 0))
        yield from ((array, 1, -3), (array, 1, 7))
    for row in (np.arange(3), np.arange(3.0)[::-1], np.zeros(0, bool), np.array(2.5)):
        yield from ((row,), (row, 1), (row, -1), (row, 5), (row, ()), (row, (2,)))


@lowers(method("item"), t.Array, result=_type_of_item, rest=anything, effects="reads raises", samples=_samples)
def item(b: Builder, array: Val, *index: Val) -> Val:
    """The only element, that of a whole index, or that at a place in the array read row by row."""
    kind = array_type(array)
    if len(index) == 1 and isinstance(index[0].type, t.Tuple):
        pointer = element_address(b, array, index[0])
    elif index and len(index) == kind.ndim:
        pointer = element_address(b, array, tuple_val(index))
    else:
        return _item_at_place(b, array, index)
    return python_item(b, Val(element_type(kind), load_element(b, kind.dtype, pointer)))


def _item_at_place(b: Builder, array: Val, index: Sequence[Val]) -> Val:
    kind = array_type(array)
    way_out = WayOut(b, lambda: b.call_python(np.ndarray.item, (array, *index), t.NEVER, effects=""))
    if index:
        number = place_in_row(b, array, index[0], way_out)
    else:
        way_out.unless(b.icmp("eq", size_of(b, array), b.i64(1)))
        number = b.i64(0)
    found = python_item(b, Val(element_type(kind), load_element(b, kind.dtype, pointer_at(b, array, number))))
    way_out.close()
    return found
