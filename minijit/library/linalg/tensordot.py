"""``np.tensordot``: a product of matrices, whose rows and columns are several axes each.

The axes that are summed go to the end of the first operand and to the front of the second, where NumPy copies the
operand only if the others can't be taken together as they lie in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.arrays.copies import copied
from minijit.library.arrays.dtypes import bind, known_value
from minijit.library.builder import Builder, Val
from minijit.library.linalg.products import FRESH, Product, plan_of, shapes_of, unless, write_product
from minijit.library.memory import array_type, data_of, make_array, make_view, object_of, owner_of, shape_of, strides_of
from minijit.library.operands import anything
from minijit.library.registry import Arg, lowers
from minijit.library.samples import Known

_NAMES: Final = ("a", "b", "axes")


class Plan(NamedTuple):
    """Which axes of either operand stay and which are summed, and how the product of two matrices is computed."""

    bound: Mapping[str, Any]
    kept: tuple[tuple[int, ...], tuple[int, ...]]
    summed: tuple[tuple[int, ...], tuple[int, ...]]
    product: Product


def _axes_of(value: object, ndims: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The axes that are summed, of either operand."""
    if type(value) is int:
        pair: tuple[Any, ...] = (tuple(range(-value, 0)), tuple(range(value)))
    elif isinstance(value, tuple) and len(value) == 2:
        pair = tuple(one if isinstance(one, tuple) else (one,) for one in value)
    else:
        return None
    found = []
    for axes, ndim in zip(pair, ndims, strict=True):
        if not all(type(axis) is int and -ndim <= axis < ndim for axis in axes):
            return None
        found.append(tuple(axis % ndim for axis in axes))
        # Which axes NumPy takes for the same depends on how they are written.
        if len(set(found[-1])) != len(axes):
            return None
    return (found[0], found[1]) if len(found[0]) == len(found[1]) else None


def _plan(args: Sequence[Any], keywords: Mapping[str, Any]) -> Plan | None:
    bound = bind(_NAMES, args, keywords)
    if bound is None or not all(isinstance(bound[name].type, t.Array) for name in "ab"):
        return None
    kinds = [bound[name].type for name in "ab"]
    summed = _axes_of(known_value(bound["axes"]) if "axes" in bound else 2, [one.ndim for one in kinds])
    if summed is None or any(one.layout == "A" for one in kinds):
        return None
    first, second = (
        tuple(axis for axis in range(one.ndim) if axis not in axes) for one, axes in zip(kinds, summed, strict=True)
    )
    product = plan_of(*(t.Array(one.dtype, 2, "A") for one in kinds))
    return None if product is None else Plan(bound, (first, second), summed, product)


def _type_of_tensordot(*args: Arg, **keywords: Arg) -> t.Type | None:
    plan = _plan(args, keywords)
    return None if plan is None else t.Array(plan.product.dtype, sum(map(len, plan.kept)), "C")


def _samples() -> Iterator[tuple[Any, ...]]:
    table, block, row = np.arange(12.0).reshape(3, 4) / 7, np.arange(24.0).reshape(2, 3, 4) / 5, np.arange(4.0)
    for dtype in (float, np.float32, complex, np.int16, bool):
        x, y, z = table.astype(dtype), block.astype(dtype), row.astype(dtype)
        yield from ((x, x), (x, x.T, Known(1)), (y, z, Known(1)), (y, y, Known(3)), (x, z, Known(0)), (z, z, Known(1)))
        yield from ((y, x, Known(((1, 2), (0, 1)))), (y, x, Known(((2, 1), (1, 0)))), (y, y, Known((1, 1))))
        yield from ((y, y, Known(((0, 2), (0, 2)))), (np.asfortranarray(y), x, Known((-1, -1))))
    yield from ((table, block.astype(np.int8), Known((1, 2))), (table, table, Known(1)))
    yield (table, block[:0], Known((1, 2)))
    yield (table[:, :0], table[:0], Known(1))
    yield from ((np.ones((3, 1, 2)), np.ones((2, 5, 1)), Known(((0,), (0,)))), (table[:, ::2], table, Known((0, 0))))
    yield from ((np.ones((3, 1, 2)) / 3, np.ones((2, 5, 1)) / 7, Known(((2, 1), (0, 2)))), (table, row, Known((1, 0))))


@lowers(
    np.tensordot,
    result=_type_of_tensordot,
    rest=anything,
    keywords=dict.fromkeys(_NAMES, anything),
    effects=FRESH,
    samples=_samples,
)
def tensordot(b: Builder, *args: Val, **keywords: Val) -> Val:
    """The sums of products over some axes."""
    plan = _plan(args, keywords)
    assert plan is not None
    x, y = plan.bound["a"], plan.bound["b"]
    fits: Value = b.i1(True)
    for first, second in zip(*plan.summed, strict=True):
        fits = b.and_(fits, b.icmp("eq", shape_of(x)[first], shape_of(y)[second]))
    unless(b, fits, np.tensordot, _in_order(plan.bound))
    left = _as_matrix(b, x, plan.kept[0], plan.summed[0])
    right = _as_matrix(b, y, plan.summed[1], plan.kept[1])
    lengths = [shape_of(one)[axis] for one, axes in zip((x, y), plan.kept, strict=True) for axis in axes]
    made = allocate(b, plan.product.dtype, lengths)
    shapes = shapes_of(b, left, right)
    kind = t.Array(plan.product.dtype, 2, "C")
    target = make_array(kind, object_of(made), owner_of(made), data_of(made), shapes.result, ())
    write_product(b, plan.product, shapes, left, right, target, "allocates")
    for one in (left, right):
        b.emit("decref", (owner_of(one),))
    return made


def _in_order(bound: Mapping[str, Any]) -> list[Val]:
    return [bound[name] for name in _NAMES if name in bound]


def _as_matrix(b: Builder, array: Val, rows: Sequence[int], columns: Sequence[int]) -> Val:
    """A matrix of some axes by the others, with a reference of its own: a view, or a copy where there can be none."""
    kind, shape, strides = array_type(array), shape_of(array), strides_of(b, array)
    sizes = [_product_of(b, [shape[axis] for axis in axes]) for axes in (rows, columns)]
    order = [*rows, *columns]
    flat = t.Array(kind.dtype, 2, "A")
    is_sorted = kind.layout == "C" and order == sorted(order)
    together = [
        _taken_together(b, [shape[axis] for axis in axes], [strides[axis] for axis in axes], kind.dtype.itemsize)
        for axes in (rows, columns)
    ]
    in_place = b.i1(True) if is_sorted else b.and_(together[0][0], together[1][0])
    as_copied = [b.mul(sizes[1], b.i64(kind.dtype.itemsize)), b.i64(kind.dtype.itemsize)]

    def view() -> tuple[Value, ...]:
        b.emit("incref", (owner_of(array),))
        steps = as_copied if is_sorted else [step for _, step in together]
        return make_view(b, array, flat, data_of(array), sizes, steps).parts

    def copy() -> tuple[Value, ...]:
        turned = t.Array(kind.dtype, kind.ndim, "A")
        lengths = [shape[axis] for axis in order]
        steps = [strides[axis] for axis in order]
        made = copied(b, make_view(b, array, turned, data_of(array), lengths, steps), kind.dtype, "C")
        return make_view(b, made, flat, data_of(made), sizes, as_copied).parts

    return Val(flat, b.if_else(in_place, view, copy))


def _product_of(b: Builder, lengths: Sequence[Value]) -> Value:
    size: Value = b.i64(1)
    for length in lengths:
        size = b.mul(size, length)
    return size


def _taken_together(b: Builder, lengths: Sequence[Value], steps: Sequence[Value], itemsize: int) -> tuple[Value, Value]:
    """Whether axes lie in memory like a single one, and its stride; those of length 1 do not count."""
    fine: Value = b.i1(True)
    step: Value = b.i64(itemsize)
    seen: Value = b.i1(False)
    expected: Value = b.i64(0)
    for length, own in zip(reversed(lengths), reversed(steps), strict=True):
        counts = b.icmp("ne", length, b.i64(1))
        fits = b.or_(b.not_(seen), b.icmp("eq", own, expected))
        fine = b.and_(fine, b.or_(b.not_(counts), fits))
        step = b.select(b.and_(counts, b.not_(seen)), own, step)
        expected = b.select(counts, b.mul(own, length), expected)
        seen = b.or_(seen, counts)
    return fine, step
