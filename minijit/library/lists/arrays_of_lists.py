"""``np.array`` and ``np.asarray`` of native lists of numbers, and of lists of such lists or of tuples of numbers.

NumPy takes the dtype from what the items are at run time: a list without items gives floats, one of which all items
are still ints gives ints. Where that would be another dtype than the types tell, the interpreter goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.arrays.conversion import store_number
from minijit.library.arrays.dtypes import bind, dtype_of_argument
from minijit.library.builder import Builder, Val
from minijit.library.indexing.store_conversions import can_store
from minijit.library.lists.memory import data_of as items_at
from minijit.library.lists.memory import item_type, length_of, load_item, place_in
from minijit.library.memory import data_of
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers
from minijit.library.vals import item_of
from minijit.machine import stride_of
from minijit.numpy_types import FLOAT64, Dtype, is_native, sample_of

_NAMES = ("object", "dtype")


class Plan(NamedTuple):
    """What becomes of a list: the dtype, the type of each number, and whether the dtype follows from the numbers.

    `mixes` says that ints among the numbers change nothing, as long as not all are ints.
    """

    dtype: Dtype
    number: t.PythonScalar | t.NumpyScalar
    follows: bool
    mixes: bool
    ndim: int


def _number_of(one: t.Type) -> t.PythonScalar | t.NumpyScalar | None:
    if isinstance(one, t.MaybeInt):
        return one.other
    return one if isinstance(one, t.PythonScalar | t.NumpyScalar) else None


def _plan(args: Sequence[Arg | Val], keywords: Mapping[str, Arg | Val]) -> Plan | None:
    bound = bind(_NAMES, args, keywords)
    if bound is None or not isinstance(bound["object"].type, t.List):
        return None
    item = bound["object"].type.item
    ndim = 1
    if isinstance(item, t.List):
        item, ndim = item.item, 2
    elif isinstance(item, t.Tuple) and item.items and len(set(item.items)) == 1:
        item, ndim = item.items[0], 2
        if isinstance(item, t.MaybeInt):
            return None
    number = _number_of(item)
    if number is None:
        return None
    natural: Dtype = np.array(sample_of(number)).dtype
    dtype = dtype_of_argument(bound.get("dtype"), natural)
    if dtype is None or not is_native(dtype) or not can_store(dtype, Arg(number)):
        return None
    mixes = np.array([0, sample_of(number)]).dtype == natural
    return Plan(dtype, number, "dtype" not in bound, mixes, ndim)


def _type_of(*args: Arg, **keywords: Arg) -> t.Type | None:
    plan = _plan(args, keywords)
    return None if plan is None else t.Array(plan.dtype, plan.ndim, "C")


def _register(function: Callable[..., Any]) -> None:
    @lowers(function, t.List, result=_type_of, rest=anything, keywords={"dtype": anything}, effects="allocates raises")
    def lower(b: Builder, *args: Val, **keywords: Val) -> Val:
        plan = _plan(args, keywords)
        assert plan is not None
        return _one_axis(b, args[0], plan) if plan.ndim == 1 else _two_axes(b, args[0], plan)


for _function in (np.array, np.asarray):
    _register(_function)


def _one_axis(b: Builder, one: Val, plan: Plan) -> Val:
    count = length_of(b, one)
    _require_numbers(b, plan, count)
    made = allocate(b, plan.dtype, [count])
    ints = _store_row(b, plan, one, count, data_of(made))
    if ints is not None:
        b.bail_unless(b.not_(ints), _DTYPE, TypeError)
    return made


_DTYPE = "the dtype of an array made of a list is another one than expected"


def _require_numbers(b: Builder, plan: Plan, count: Value) -> None:
    """A list without items gives an array of floats."""
    if plan.follows and plan.dtype != FLOAT64:
        b.bail_unless(b.icmp("ne", count, b.i64(0)), _DTYPE, TypeError)


def _store_row(b: Builder, plan: Plan, one: Val, count: Value, target: Value) -> Value | None:
    """Store the items of a list from `target` on; gives whether there are more ints than the dtype allows."""
    item = item_type(one)
    source, size = items_at(b, one), plan.dtype.itemsize
    if t.dtype_of(plan.number) == plan.dtype and item == plan.number and stride_of(item) == size:
        b.emit("copy", (target, source, b.binary("mul", count, b.i64(size), nsw=True)), local=True)
        return None
    watches = isinstance(item, t.MaybeInt) and plan.follows

    def turn(index: Value, so_far: tuple[Value, ...]) -> tuple[Value, ...]:
        value = load_item(b, item, place_in(b, source, index, item))
        join = b.and_ if plan.mixes else b.or_
        ints = (join(so_far[0], value.parts[0]),) if watches else ()
        if isinstance(item, t.MaybeInt):
            value = Val(item.other, value.parts[1:])
        store_number(b, plan.dtype, b.ptr_add(target, b.mul(index, b.i64(size))), value)
        return ints

    found = b.loop(count, turn, (b.i1(plan.mixes),) if watches else ())
    return found[0] if watches else None


def _two_axes(b: Builder, one: Val, plan: Plan) -> Val:
    """Rows of one length; where they differ, NumPy says what is wrong."""
    count, data, item = length_of(b, one), items_at(b, one), item_type(one)
    zero = b.i64(0)
    # Without rows there is one axis only.
    b.bail_unless(b.icmp("ne", count, zero), "a list without rows gives an array of one axis", TypeError)
    size = b.i64(plan.dtype.itemsize)
    if isinstance(item, t.Tuple):
        width: Value = b.i64(len(item.items))
        made = allocate(b, plan.dtype, [count, width])

        def store(index: Value, _so_far: tuple[Value, ...]) -> tuple[()]:
            row = load_item(b, item, place_in(b, data, index, item))
            at = b.ptr_add(data_of(made), b.mul(b.mul(index, width), size))
            for k in range(len(item.items)):
                store_number(b, plan.dtype, b.ptr_add(at, k * plan.dtype.itemsize), item_of(row, k))
            return ()

        b.loop(count, store)
        return made
    width = length_of(b, load_item(b, item, place_in(b, data, zero, item)))

    def compare(index: Value, so_far: tuple[Value, ...]) -> tuple[Value, ...]:
        row = load_item(b, item, place_in(b, data, index, item))
        return (b.and_(so_far[0], b.icmp("eq", length_of(b, row), width)),)

    def ragged() -> tuple[()]:
        b.call_python(np.array, (one,), t.NEVER, effects="")
        return ()

    b.if_else(b.loop(count, compare, (b.i1(True),))[0], lambda: (), ragged, likely=True)
    _require_numbers(b, plan, width)
    made = allocate(b, plan.dtype, [count, width])

    def turn(index: Value, so_far: tuple[Value, ...]) -> tuple[Value, ...]:
        row = load_item(b, item, place_in(b, data, index, item))
        ints = _store_row(b, plan, row, width, b.ptr_add(data_of(made), b.mul(b.mul(index, width), size)))
        return () if ints is None else (b.and_(so_far[0], ints) if plan.mixes else b.or_(so_far[0], ints),)

    assert isinstance(item, t.List)
    watches = isinstance(item.item, t.MaybeInt) and plan.follows
    found = b.loop(count, turn, (b.i1(plan.mixes),) if watches else ())
    if watches:
        b.bail_unless(b.not_(found[0]), _DTYPE, TypeError)
    return made
