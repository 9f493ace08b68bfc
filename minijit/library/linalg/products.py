"""``@`` and ``np.matmul``: NumPy's own inner loops, called without Python.

A gufunc's inner loop is a C function of addresses, lengths and strides. That of ``np.matmul`` calls the BLAS that NumPy
came with, so the bits are NumPy's, and integer products wrap as NumPy's do. Native code makes the result, casts
operands to the dtype of the loop and fills in the arguments, which is most of what a small product costs in Python.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.arrays.copies import copied
from minijit.library.builder import Builder, Val
from minijit.library.indexing.index_expressions import element_type
from minijit.library.linalg.loops import steps_of_stack, walk_stack
from minijit.library.memory import array_type, data_of, load_element, owner_of, shape_of, strides_of
from minijit.library.registry import Arg, lowers
from minijit.library.ufuncs.broadcasting import broadcast_shapes
from minijit.numpy_types import Dtype, is_native
from minijit.ufunc_loops import product_symbol

FRESH: Final = "allocates raises reads"


class Product(NamedTuple):
    """Which loop computes a product, and what it gives."""

    dtype: Dtype
    symbol: str
    result: t.Type


def _loop(x: t.Array, y: t.Array) -> tuple[Dtype, str] | None:
    try:
        dtypes = np.matmul.resolve_dtypes((x.dtype, y.dtype, None))
    except TypeError:
        return None
    dtype: Dtype = np.dtype(dtypes[0].str)
    symbol = product_symbol(dtypes)
    if symbol is None or not is_native(dtype) or any(one != dtype for one in dtypes):
        return None
    return dtype, symbol


def plan_of(x: t.Type, y: t.Type) -> Product | None:
    """How ``x @ y`` is computed; ``None`` where it is NumPy's business."""
    if not (isinstance(x, t.Array) and isinstance(y, t.Array) and x.ndim and y.ndim):
        return None
    loop = _loop(x, y)
    # Of stacks in another order, NumPy lays out the result in that order; one axis has only one order.
    if loop is None or any(one.ndim > 3 and one.layout != "C" for one in (x, y)):
        return None
    stack = max(x.ndim - 2, y.ndim - 2, 0)
    ndim = stack + (x.ndim > 1) + (y.ndim > 1)
    kind = t.Array(loop[0], ndim, "C")
    return Product(*loop, kind if ndim else element_type(kind))


def cast_operand(b: Builder, array: Val, dtype: Dtype) -> Val:
    """An operand in the dtype of the loop."""
    return array if array_type(array).dtype == dtype else copied(b, array, dtype, "K")


def unless(b: Builder, fits: Value, function: Any, args: Sequence[Val]) -> None:
    """Where the shapes do not fit, NumPy raises."""

    def refuse() -> tuple[Value, ...]:
        b.call_python(function, args, t.NEVER)
        return ()

    b.if_else(fits, lambda: (), refuse, likely=True)


def let_go(b: Builder, casts: Sequence[Val], originals: Sequence[Val]) -> None:
    """Drop the operands that had to be cast."""
    for one, original in zip(casts, originals, strict=True):
        if one is not original:
            b.emit("decref", (owner_of(one),))


class Shapes(NamedTuple):
    """The lengths that a product of two arrays goes over.

    Attributes
    ----------
    stack : list of Value
        The axes of the stack, to which those of both operands are broadcast.
    sizes : tuple of Value
        Rows, terms of each sum, and columns; 1 row or column where an operand has one axis only.
    result : list of Value
        The shape of the result.
    fits : Value
        Whether the shapes go together.
    """

    stack: list[Value]
    sizes: tuple[Value, Value, Value]
    result: list[Value]
    fits: Value


def shapes_of(b: Builder, x: Val, y: Val) -> Shapes:
    """What the shapes of two operands of ``@`` say."""
    one = b.i64(1)
    (*stack_x, rows, inner), (*stack_y, inner_y, columns) = (
        [one, *shape_of(x)] if array_type(x).ndim == 1 else shape_of(x),
        [*shape_of(y), one] if array_type(y).ndim == 1 else shape_of(y),
    )
    stack, fits = broadcast_shapes(b, [stack_x, stack_y])
    core = [length for length, array in ((rows, x), (columns, y)) if array_type(array).ndim > 1]
    return Shapes(list(stack), (rows, inner, columns), [*stack, *core], b.and_(fits, b.icmp("eq", inner, inner_y)))


def write_product(b: Builder, plan: Product, shapes: Shapes, x: Val, y: Val, target: Val | Value, effects: str) -> None:
    """Compute ``x @ y`` into an array, or to an address where the result is a number."""
    zero = b.i64(0)
    cast_x, cast_y = cast_operand(b, x, plan.dtype), cast_operand(b, y, plan.dtype)
    steps_x, steps_y = list(strides_of(b, cast_x)), list(strides_of(b, cast_y))
    core_x = [zero, *steps_x] if len(steps_x) == 1 else steps_x[-2:]
    core_y = [*steps_y, zero] if len(steps_y) == 1 else steps_y[-2:]
    data, steps = (data_of(target), list(strides_of(b, target))) if isinstance(target, Val) else (target, [])
    depth = len(shapes.stack)
    core = [
        steps[depth] if array_type(x).ndim > 1 else zero,
        steps[-1] if array_type(y).ndim > 1 else zero,
    ]
    outer = [*(steps_of_stack(b, one, max(array_type(one).ndim - 2, 0), depth) for one in (cast_x, cast_y))]
    places = [data_of(cast_x), data_of(cast_y), data]
    inner = [*core_x, *core_y, *core]
    walk_stack(b, plan.symbol, shapes.stack, places, [*outer, steps[:depth]], shapes.sizes, inner, effects)
    let_go(b, (cast_x, cast_y), (x, y))


def matmul(b: Builder, function: Any, x: Val, y: Val) -> Val:
    """``x @ y``; `function` raises NumPy's error where the shapes do not fit."""
    plan = plan_of(x.type, y.type)
    assert plan is not None
    shapes = shapes_of(b, x, y)
    unless(b, shapes.fits, function, (x, y))
    # What it writes to is new, so it has no effect that others see.
    if isinstance(plan.result, t.Array):
        made = allocate(b, plan.dtype, shapes.result)
        write_product(b, plan, shapes, x, y, made, "allocates")
        return made
    place = b.slots(2)
    write_product(b, plan, shapes, x, y, place, "allocates")
    return Val(plan.result, load_element(b, plan.dtype, place))


def products() -> Iterator[tuple[Any, ...]]:
    """Samples: operands of all ranks."""
    table, block = np.arange(12.0).reshape(3, 4), np.arange(24).reshape(2, 3, 4)
    for x, y in ((table, table.T), (table, table[0]), (table[:, 0], table), (table[0], table[1]), (table, table)):
        for dtype in (bool, np.int8, np.int64, np.float32, float, complex):
            yield x.astype(dtype), y.astype(dtype)
            yield x.astype(dtype, order="F"), y[::-1, ::-1][::-1, ::-1].astype(dtype) if y.ndim > 1 else y.astype(dtype)
        yield x, y.astype(np.int8)
        yield x[..., ::-1], y[::-1]
        yield x[:0] if x.ndim > 1 else x, y
    yield block, block.swapaxes(1, 2).copy()
    yield block, block[:1].swapaxes(1, 2).copy()
    yield block, table.T
    yield block, table[0]
    yield table[:, 0], block
    yield table[:, :0], table[:0]
    yield table[:2, ::2], table[::2, 1:3]
    yield table.T, table


def _type_of_matmul(x: Arg, y: Arg) -> t.Type | None:
    if any(t.is_number(one.type) for one in (x, y)) and any(isinstance(one.type, t.Array) for one in (x, y)):
        # matmul takes no numbers.
        return t.NEVER
    plan = plan_of(x.type, y.type)
    return None if plan is None else plan.result


def _register_matmul(function: Callable[..., Any]) -> None:
    operand = (t.Array, t.PythonScalar, t.NumpyScalar)

    @lowers(function, operand, operand, result=_type_of_matmul, effects=FRESH, samples=products)
    def lower(b: Builder, x: Val, y: Val) -> Val:
        if isinstance(x.type, t.Array) and isinstance(y.type, t.Array):
            return matmul(b, function, x, y)
        return b.call_python(function, (x, y), t.NEVER)


for _function in (operator.matmul, np.matmul, np.linalg.matmul):
    _register_matmul(_function)


