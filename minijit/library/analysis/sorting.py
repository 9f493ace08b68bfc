"""``np.sort``, ``np.argsort`` and the methods of these names: by the C functions that NumPy's dtypes hold.

So the order of what is equal, of nan and of zeros is NumPy's for each algorithm. Rows that do not lie one number after
the other are sorted in a row of their own, and copied back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from minijit import types as t
from minijit.dtype_functions import symbol_of
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate, layout_like
from minijit.library.arrays.copies import copied
from minijit.library.arrays.dtypes import bind, is_none, known_value
from minijit.library.arrays.shapes import ravel
from minijit.library.builder import NONE_VAL, Builder, Val
from minijit.library.memory import (
    array_type,
    data_of,
    load_element,
    owner_of,
    shape_of,
    store_element,
    strides_of,
)
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers, method
from minijit.library.samples import Known
from minijit.machine import I32
from minijit.numpy_types import INT64

_NAMES: Final = ("a", "axis", "kind", "order", "stable")
_ALGORITHMS: Final = {None: "quicksort", "quicksort": "quicksort", "mergesort": "mergesort", "stable": "mergesort"}
"""Which function an algorithm is; what heapsort is depends on the version of NumPy."""


class Sorting(NamedTuple):
    """What is sorted along which axis (``None``: all as one row), and by which C function."""

    array: Any
    axis: int | None
    symbol: str


def _plan(name: str, args: Sequence[Any], keywords: Mapping[str, Any]) -> Sorting | None:
    bound = bind(_NAMES, args, keywords) if len(args) < len(_NAMES) else None
    if bound is None or not isinstance(bound["a"].type, t.Array) or not is_none(bound.get("order")):
        return None
    kind: t.Array = bound["a"].type
    axis = -1 if "axis" not in bound else None if is_none(bound["axis"]) else known_value(bound["axis"])
    if kind.ndim == 0 or not (axis is None or (type(axis) is int and -kind.ndim <= axis < kind.ndim)):
        return None
    wanted = None if is_none(bound.get("kind")) else known_value(bound["kind"])
    if not is_none(bound.get("stable")):
        if wanted is not None or not isinstance(known_value(bound["stable"]), bool):
            return None
        wanted = "stable" if known_value(bound["stable"]) else None
    if wanted not in _ALGORITHMS:
        return None
    symbol = symbol_of(f"{name}_{_ALGORITHMS[wanted]}", np.dtype(kind.dtype))
    return None if symbol is None else Sorting(bound["a"], None if axis is None else axis % kind.ndim, symbol)


def _samples() -> Iterator[tuple[Any, ...]]:
    row = np.array([0.5, np.nan, -1.0, 2.0, -0.0, 0.0, -np.inf, 0.5])
    table = (np.arange(24.0) * 7 % 11).reshape(2, 3, 4)
    for one in (row, row[::-2], row[:0], row.astype(np.float32), table[0] * (1 - 1j), table[0], table):
        yield from ((one,), (one, None), (one, Known(0)), (one, Known(-1), "stable"))
        yield from ((one, Known(0), "heapsort"), (one, Known(5)))
    turned = (table[0].T, table[:, ::-1].astype(np.int16), table.transpose(2, 0, 1))
    for one in (*turned, table > 5, table[1].astype(np.uint8)):
        yield from ((one,), (one, Known(1)), (one, None), (one, Known(0), "mergesort"))
    yield (np.array([], np.int8).reshape(2, 0), Known(0))


def _lies_together(kind: t.Array, axis: int) -> bool:
    """Whether the numbers along an axis lie one after the other."""
    return (kind.layout == "C" and axis == kind.ndim - 1) or (kind.layout == "F" and axis == 0)


def _for_each_row(b: Builder, array: Val, axis: int, others: Sequence[Val], turn: Callable[..., None]) -> None:
    """Run `turn` with the address of each row along an axis, of `array` and of arrays of its shape."""
    rows = [(data_of(one), strides_of(b, one)) for one in (array, *others)]
    shape = shape_of(array)

    def nest(number: int, pointers: list[Value]) -> None:
        if number == len(shape):
            turn(*pointers)
        elif number == axis:
            nest(number + 1, pointers)
        else:

            def step(index: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
                nest(number + 1, [
                    b.ptr_add(pointer, b.mul(index, steps[number]))
                    for pointer, (_, steps) in zip(pointers, rows, strict=True)
                ])
                return ()

            b.loop(shape[number], step, scalar=True)

    nest(0, [pointer for pointer, _ in rows])


def _copy_row(b: Builder, dtype: Any, length: Value, source: Any, target: Any, *, local: bool) -> None:
    """Copy numbers; source and target are each an address and a stride."""

    def step(index: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
        parts = load_element(b, dtype, b.ptr_add(source[0], b.mul(index, source[1])))
        store_element(b, dtype, b.ptr_add(target[0], b.mul(index, target[1])), parts, local=local)
        return ()

    b.loop(length, step, scalar=True)


def _call(b: Builder, symbol: str, *args: Value, effects: str) -> None:
    status = b.call_c(symbol, I32, *args, b.null(), effects=effects)
    b.check(b.icmp("sge", status, b.const(I32, 0)), MemoryError, "")


def _sort(b: Builder, array: Val, axis: int, symbol: str, *, local: bool) -> None:
    """Sort along an axis, in place; `local`: nobody else can see the array."""
    kind = array_type(array)
    dtype, length = np.dtype(kind.dtype), shape_of(array)[axis]
    effects = "allocates" if local else "writes"
    if _lies_together(kind, axis):
        _for_each_row(b, array, axis, (), lambda row: _call(b, symbol, row, length, effects=effects))
        return
    spare = allocate(b, dtype, [length])
    ordered, own = (data_of(spare), b.i64(dtype.itemsize)), strides_of(b, array)[axis]

    def turn(row: Value) -> None:
        _copy_row(b, dtype, length, (row, own), ordered, local=True)
        _call(b, symbol, data_of(spare), length, effects="allocates")
        _copy_row(b, dtype, length, ordered, (row, own), local=local)

    _for_each_row(b, array, axis, (), turn)
    b.emit("decref", (owner_of(spare),))


# ---- sort


def _type_of_sort(*args: Arg, **keywords: Arg) -> t.Type | None:
    plan = _plan("sort", args, keywords)
    if plan is None:
        return None
    kind = plan.array.type
    return t.Array(kind.dtype, 1, "C") if plan.axis is None else t.Array(kind.dtype, kind.ndim, layout_like(kind))


@lowers(
    np.sort,
    t.Array,
    result=_type_of_sort,
    rest=anything,
    keywords=dict.fromkeys(_NAMES[1:], anything),
    effects="allocates raises reads",
    samples=_samples,
)
def sort(b: Builder, *args: Val, **keywords: Val) -> Val:
    """A sorted copy."""
    plan = _plan("sort", args, keywords)
    assert plan is not None
    made = copied(b, plan.array, np.dtype(array_type(plan.array).dtype), "K" if plan.axis is not None else "C")
    if plan.axis is None:
        made = ravel(b, made)
    _sort(b, made, plan.axis or 0, plan.symbol, local=True)
    return made


def _type_of_sort_in_place(*args: Arg, **keywords: Arg) -> t.Type | None:
    plan = _plan("sort", args, keywords)
    return t.NONE if plan is not None and plan.axis is not None and plan.array.type.writable else None


@lowers(
    method("sort"),
    t.Array,
    result=_type_of_sort_in_place,
    rest=anything,
    keywords=dict.fromkeys(_NAMES[1:], anything),
    effects="reads writes raises",
    samples=lambda: (row for row in _samples() if row[1:2] != (None,)),
)
def sort_in_place(b: Builder, *args: Val, **keywords: Val) -> Val:
    """The array itself, sorted."""
    plan = _plan("sort", args, keywords)
    assert plan is not None and plan.axis is not None
    _sort(b, plan.array, plan.axis, plan.symbol, local=False)
    return NONE_VAL


# ---- argsort


def _type_of_argsort(*args: Arg, **keywords: Arg) -> t.Type | None:
    plan = _plan("argsort", args, keywords)
    return None if plan is None else t.Array(INT64, 1 if plan.axis is None else plan.array.type.ndim, "C")


def _lower_argsort(b: Builder, *args: Val, **keywords: Val) -> Val:
    plan = _plan("argsort", args, keywords)
    assert plan is not None
    array, axis = plan.array, plan.axis or 0
    if plan.axis is None and array_type(array).ndim > 1:
        array = ravel(b, copied(b, array, np.dtype(array_type(array).dtype), "C"))
    made = _argsort(b, array, axis, plan.symbol)
    if array is not plan.array:
        b.emit("decref", (owner_of(array),))
    return made


def _argsort(b: Builder, array: Val, axis: int, symbol: str) -> Val:
    kind, length = array_type(array), shape_of(array)[axis]
    dtype = np.dtype(kind.dtype)
    made = allocate(b, INT64, shape_of(array))
    own, found = strides_of(b, array)[axis], strides_of(b, made)[axis]
    in_order, in_place = _lies_together(kind, axis), _lies_together(array_type(made), axis)
    numbers = array if in_order else allocate(b, dtype, [length])
    places = made if in_place else allocate(b, INT64, [length])

    def turn(row: Value, target: Value) -> None:
        if not in_order:
            _copy_row(b, dtype, length, (row, own), (data_of(numbers), b.i64(dtype.itemsize)), local=True)
        start = target if in_place else data_of(places)

        def count(index: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
            b.store(b.ptr_add(start, b.mul(index, b.i64(8))), index, local=True)
            return ()

        b.loop(length, count, scalar=True)
        _call(b, symbol, row if in_order else data_of(numbers), start, length, effects="allocates reads")
        if not in_place:
            _copy_row(b, INT64, length, (start, b.i64(8)), (target, found), local=True)

    _for_each_row(b, array, axis, (made,), turn)
    for spare in [one for one in (numbers, places) if one not in (array, made)]:
        b.emit("decref", (owner_of(spare),))
    return made


for _key in (np.argsort, method("argsort")):
    lowers(
        _key,
        t.Array,
        result=_type_of_argsort,
        rest=anything,
        keywords=dict.fromkeys(_NAMES[1:], anything),
        effects="allocates raises reads",
        samples=_samples,
    )(_lower_argsort)
