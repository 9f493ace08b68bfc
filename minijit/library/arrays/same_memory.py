"""Arrays that have the same elements at the same places in memory."""

from __future__ import annotations

from minijit.ir.nodes import Value
from minijit.library.arrays.copy_loops import assign_array
from minijit.library.builder import Builder, Val
from minijit.library.memory import array_type, data_of, shape_of, strides_of


def is_same_memory(b: Builder, one: Val, other: Val) -> Value:
    """Whether two arrays have the same elements at the same places."""
    first, second = array_type(one), array_type(other)
    if first.dtype.itemsize != second.dtype.itemsize or first.ndim != second.ndim:
        return b.i1(False)
    pairs = [(data_of(one), data_of(other)), *zip(shape_of(one), shape_of(other), strict=True)]
    if not first.layout == second.layout != "A":
        pairs += zip(strides_of(b, one), strides_of(b, other), strict=True)
    same: Value = b.i1(True)
    for value, wanted in pairs:
        if value is not wanted:
            same = b.and_(same, b.icmp("eq", value, wanted))
    return same


def assign_unless_same(b: Builder, target: Val, source: Val) -> None:
    """``target[...] = source``, where nothing is to be done for a view that is stored onto itself.

    ``a[1:3] += x`` ends with such a store.
    """
    if array_type(target).dtype != array_type(source).dtype or array_type(target).ndim != array_type(source).ndim:
        assign_array(b, target, source)
        return

    def assign() -> tuple[Value, ...]:
        assign_array(b, target, source)
        return ()

    b.if_else(is_same_memory(b, target, source), lambda: (), assign)
