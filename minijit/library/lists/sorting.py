"""``list.sort`` and ``sorted``: numbers by the C functions of NumPy's dtypes, everything else by merging.

Both are stable, as Python's sort is, so that the order of what compares as equal is the same. Where nan is among the
items, the outcome depends on the steps of the algorithm: the interpreter takes them.
"""

from __future__ import annotations

import operator
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.dtype_functions import symbol_of
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.lists.lists import items_of
from minijit.library.lists.memory import data_of, item_type, length_of, load_item, place_in
from minijit.library.objects import iteration
from minijit.library.objects.tuple_comparisons import has_condition
from minijit.library.objects.tuples import values_of
from minijit.library.operands import INTEGER
from minijit.library.registry import Arg, implements, lowers, method
from minijit.library.vals import NONE_VAL, Val
from minijit.machine import I32

_REVERSE: Final = {"reverse": INTEGER}


def _dtype_of(item: t.Type) -> Any:
    """The dtype whose sort puts such items in order; ``None`` where there is none."""
    if not isinstance(item, t.PythonScalar | t.NumpyScalar):
        return None
    dtype = np.dtype(t.dtype_of(item))
    return dtype if dtype.kind in "biuf" and symbol_of("sort_mergesort", dtype) is not None else None


def _is_native(one: Arg, reverse: Arg | None = None) -> t.Type | None:
    return t.NONE if _dtype_of(items_of(one)) is not None or isinstance(items_of(one), t.Never) else None


@lowers(method("sort"), t.List, result=_is_native, keywords=_REVERSE, effects="raises")
def _sort(b: Builder, one: Val, reverse: Val | None = None) -> Val:
    item = item_type(one)
    if isinstance(item, t.Never):
        return NONE_VAL
    dtype = _dtype_of(item)
    length, data = length_of(b, one), data_of(b, one)
    if dtype.kind == "f":
        _require_no_nan(b, item, length, data)
    turned = None if reverse is None else b.apply(operator.truth, reverse).part

    def turn() -> None:
        if turned is not None:
            # Turned around before and after, equal items stay in their order.
            b.if_else(turned, lambda: _reverse(b, one), lambda: ())

    turn()
    symbol = symbol_of("sort_mergesort" if dtype.kind == "f" else "sort_quicksort", dtype)
    assert symbol is not None

    def call() -> tuple[()]:
        status = b.call_c(symbol, I32, data, length, b.null(), effects="allocates")
        b.check(b.icmp("sge", status, b.const(I32, 0)), MemoryError, "")
        return ()

    b.if_else(b.icmp("sgt", length, b.i64(1)), call, lambda: ())
    turn()
    return NONE_VAL


def _reverse(b: Builder, one: Val) -> tuple[()]:
    b.apply(method("reverse"), one)
    return ()


def _require_no_nan(b: Builder, item: t.Type, length: Value, data: Value) -> None:
    def turn(index: Value, so_far: tuple[Value, ...]) -> tuple[Value, ...]:
        value = load_item(b, item, place_in(b, data, index, item)).part
        return (b.or_(so_far[0], b.fcmp("uno", value, value)),)

    found = b.loop(length, turn, (b.i1(False),))[0]
    b.bail_unless(b.not_(found), _NAN, ValueError)


_NAN: Final = "a list with nan in it can't be sorted"


# ---- by merging


def _is_mergeable(self: Arg, key: Arg, reverse: Arg) -> bool:
    if not isinstance(self.type, t.List) or reverse.type not in INTEGER:
        return False
    item = self.type.item
    if isinstance(key.type, t.NoneValue):
        return _dtype_of(item) is None and _is_ordered(item)
    return isinstance(key.type, t.Closure | t.Const) and not isinstance(item, t.Never)


def _is_ordered(one: t.Type) -> bool:
    return all(has_condition(operator.lt, x, y) for x in t.alternatives_of(one) for y in t.alternatives_of(one))


def require_order(key: object) -> None:
    """What is compared has an order: no nan is in it. Nothing happens in Python."""


def _has_order(key: Arg) -> t.Type | None:
    return t.NONE if _is_ordered(key.type) else None


@lowers(require_order, object, result=_has_order, effects="raises")
def _require_order(b: Builder, key: Val) -> Val:
    b.bail_unless(b.not_(_is_nan(b, key)), _NAN, ValueError)
    return NONE_VAL


def _is_nan(b: Builder, value: Val) -> Value:
    """Whether a number is nan, or one in a tuple is."""
    one = value.type
    if isinstance(one, t.Union | t.MaybeInt):
        return b.for_each_type(value, lambda each: b.bool_val(_is_nan(b, each)), t.BOOL).part
    found: Value = b.i1(False)
    if isinstance(one, t.Tuple):
        for each in values_of(Val(t.Tuple(one.items), value.parts)):
            found = b.or_(found, _is_nan(b, each))
    elif one == t.FLOAT or (isinstance(one, t.NumpyScalar) and one.dtype.kind == "f"):
        found = b.fcmp("uno", value.part, value.part)
    return found


@implements(method("sort"), when=_is_mergeable)
def sort(self: Any, *, key: Any = None, reverse: Any = False) -> Any:
    """Sorts the indices by the keys, then puts the items in their order."""
    keys = self if key is None else [key(item) for item in self]
    count = len(self)
    order = merged_order(keys, reverse)
    before = self[:]
    for i in range(count):
        self[i] = before[order[i]]


def merged_order(keys: Any, reverse: Any) -> Any:
    """The indices of the keys, the least one first; of equal ones the first one first, also where it is turned."""
    count = len(keys)
    for i in range(count):
        require_order(keys[i])
    order = [count - 1 - i for i in range(count)] if reverse else list(range(count))
    spare = [0] * count
    width = 1
    while width < count:
        start = 0
        while start < count:
            middle = min(start + width, count)
            end = min(start + 2 * width, count)
            i, j = start, middle
            for k in range(start, end):
                if i < middle and (j >= end or not keys[order[j]] < keys[order[i]]):
                    spare[k] = order[i]
                    i += 1
                else:
                    spare[k] = order[j]
                    j += 1
            start = end
        order, spare = spare, order
        width *= 2
    if reverse:
        order.reverse()
    return order


def _can_list(iterable: Arg, key: Arg, reverse: Arg) -> bool:
    item = iteration.type_of_item(iterable.type)
    if item is None or reverse.type not in INTEGER:
        return False
    if isinstance(key.type, t.NoneValue):
        return _is_ordered(item)
    return isinstance(key.type, t.Closure | t.Const)


@implements(sorted, when=_can_list)
def sorted_list(iterable: Any, /, *, key: Any = None, reverse: Any = False) -> Any:
    """A list of the items, sorted in place."""
    items = list(iterable)
    if key is None:
        items.sort(reverse=reverse)
    else:
        items.sort(key=key, reverse=reverse)
    return items

