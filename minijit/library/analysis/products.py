"""``@``, ``np.matmul``, ``np.dot``, ``np.inner`` and ``np.vdot``: NumPy's own inner loops, called without Python.

A gufunc's inner loop is a C function of addresses, lengths and strides. That of ``np.matmul`` calls the BLAS that NumPy
came with, so the bits are NumPy's, and integer products wrap as NumPy's do. Native code makes the result, casts
operands to the dtype of the loop and fills in the arguments, which is most of what a small product costs in Python.

``np.dot`` calls the same routines of BLAS in the same way for arrays that are contiguous; what it does to others (it
copies some of them first) is left to NumPy.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.arrays.attributes import layout_transposed
from minijit.library.arrays.copies import copied
from minijit.library.arrays.shapes import ravel
from minijit.library.builder import Builder, Val
from minijit.library.indexing.index_expressions import element_type
from minijit.library.memory import array_type, data_of, load_element, make_view, owner_of, shape_of, strides_of
from minijit.library.registry import Arg, lowers, method
from minijit.library.ufuncs.broadcasting import broadcast_shapes
from minijit.numpy_types import Dtype, is_native
from minijit.ufunc_loops import loop_symbol

_FRESH: Final = "allocates raises reads"


class Product(NamedTuple):
    """Which loop computes a product, and what it gives."""

    dtype: Dtype
    symbol: str
    result: t.Type


def _loop(ufunc: np.ufunc, x: t.Array, y: t.Array) -> tuple[Dtype, str] | None:
    try:
        dtypes = ufunc.resolve_dtypes((x.dtype, y.dtype, None))
    except TypeError:
        return None
    dtype: Dtype = np.dtype(dtypes[0].str)
    symbol = loop_symbol(ufunc, dtypes)
    if symbol is None or not is_native(dtype) or any(one != dtype for one in dtypes):
        return None
    return dtype, symbol


def _matmul_plan(x: t.Type, y: t.Type) -> Product | None:
    if not (isinstance(x, t.Array) and isinstance(y, t.Array) and x.ndim and y.ndim):
        return None
    loop = _loop(np.matmul, x, y)
    # Of stacks in another order, NumPy lays out the result in that order; one axis has only one order.
    if loop is None or any(one.ndim > 3 and one.layout != "C" for one in (x, y)):
        return None
    stack = max(x.ndim - 2, y.ndim - 2, 0)
    ndim = stack + (x.ndim > 1) + (y.ndim > 1)
    kind = t.Array(loop[0], ndim, "C")
    return Product(*loop, kind if ndim else element_type(kind))


def _cast(b: Builder, array: Val, dtype: Dtype) -> Val:
    return array if array_type(array).dtype == dtype else copied(b, array, dtype, "K")


def _words(b: Builder, values: Sequence[Value]) -> Value:
    place = b.slots(len(values))
    for position, value in enumerate(values):
        b.store(b.ptr_add(place, 8 * position), value, local=True)
    return place


def _run(b: Builder, symbol: str, data: Sequence[Value], lengths: Sequence[Value], strides: Sequence[Value]) -> None:
    # What it writes to is new, so it has no effect that others see.
    row = (_words(b, data), _words(b, lengths), _words(b, strides), b.null())
    b.call_c(symbol, None, *row, effects="allocates")


def _unless(b: Builder, fits: Value, function: Any, args: Sequence[Val]) -> None:
    """Where the shapes do not fit, NumPy raises."""

    def refuse() -> tuple[Value, ...]:
        b.call_python(function, args, t.NEVER)
        return ()

    b.if_else(fits, lambda: (), refuse, likely=True)


def _let_go(b: Builder, casts: Sequence[Val], originals: Sequence[Val]) -> None:
    for one, original in zip(casts, originals, strict=True):
        if one is not original:
            b.emit("decref", (owner_of(one),))


def matmul(b: Builder, function: Any, x: Val, y: Val) -> Val:
    """``x @ y``; `function` raises NumPy's error where the shapes do not fit."""
    plan = _matmul_plan(x.type, y.type)
    assert plan is not None
    one, zero = b.i64(1), b.i64(0)
    (*stack_x, rows, inner), (*stack_y, inner_y, columns) = (
        [one, *shape_of(x)] if array_type(x).ndim == 1 else shape_of(x),
        [*shape_of(y), one] if array_type(y).ndim == 1 else shape_of(y),
    )
    stack, fits = broadcast_shapes(b, [stack_x, stack_y])
    _unless(b, b.and_(fits, b.icmp("eq", inner, inner_y)), function, (x, y))
    cast_x, cast_y = _cast(b, x, plan.dtype), _cast(b, y, plan.dtype)
    steps_x, steps_y = list(strides_of(b, cast_x)), list(strides_of(b, cast_y))
    core_x = [zero, *steps_x] if len(steps_x) == 1 else steps_x[-2:]
    core_y = [*steps_y, zero] if len(steps_y) == 1 else steps_y[-2:]
    core = [length for length, array in ((rows, x), (columns, y)) if array_type(array).ndim > 1]
    if isinstance(plan.result, t.Array):
        made = allocate(b, plan.dtype, [*stack, *core])
        target, steps = data_of(made), list(strides_of(b, made))
    else:
        target, steps = b.slots(2), []
    core_r = [
        steps[len(stack)] if array_type(x).ndim > 1 else zero,
        steps[-1] if array_type(y).ndim > 1 else zero,
    ]
    outer: list[list[Value]] = [
        [b.select(b.icmp("eq", length, one), zero, step) for length, step in zip(lengths, all_steps, strict=False)]
        for lengths, all_steps in ((stack_x, steps_x), (stack_y, steps_y))
    ]
    missing: list[Value] = [zero] * len(stack)
    outer = [*(missing[len(row) :] + row for row in outer), steps[: len(stack)]]

    def nest(axis: int, data: list[Value]) -> None:
        if axis + 1 < len(stack):

            def turn(index: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
                nest(axis + 1, [b.ptr_add(one, b.mul(index, row[axis])) for one, row in zip(data, outer, strict=True)])
                return ()

            b.loop(stack[axis], turn)
            return
        count = stack[axis] if stack else one
        between = [row[axis] if stack else zero for row in outer]
        _run(b, plan.symbol, data, [count, rows, inner, columns], [*between, *core_x, *core_y, *core_r])

    nest(0, [data_of(cast_x), data_of(cast_y), target])
    _let_go(b, (cast_x, cast_y), (x, y))
    if isinstance(plan.result, t.Array):
        return made
    return Val(plan.result, load_element(b, plan.dtype, target))


def _products() -> Iterator[tuple[Any, ...]]:
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
    plan = _matmul_plan(x.type, y.type)
    return None if plan is None else plan.result


def _register_matmul(function: Callable[..., Any]) -> None:
    operand = (t.Array, t.PythonScalar, t.NumpyScalar)

    @lowers(function, operand, operand, result=_type_of_matmul, effects=_FRESH, samples=_products)
    def lower(b: Builder, x: Val, y: Val) -> Val:
        if isinstance(x.type, t.Array) and isinstance(y.type, t.Array):
            return matmul(b, function, x, y)
        return b.call_python(function, (x, y), t.NEVER)


for _function in (operator.matmul, np.matmul, np.linalg.matmul):
    _register_matmul(_function)


# ---- dot


def _dot_plan(x: t.Type, y: t.Type) -> Product | None:
    plan = _matmul_plan(x, y)
    if plan is None or max(x.ndim, y.ndim) > 2:  # type: ignore[union-attr]
        return None
    is_exact = plan.dtype.kind in "biu"
    contiguous = all(isinstance(one, t.Array) and (one.layout != "A" or one.ndim == 1) for one in (x, y))
    return plan if is_exact or contiguous else None


def _is_plain(b: Builder, array: Val) -> Value:
    """Whether BLAS may walk an array of one axis as it is: NumPy's dot copies others first."""
    kind = array_type(array)
    if kind.layout != "A" or kind.dtype.kind in "biu":
        return b.i1(True)
    (stride,) = strides_of(b, array)
    size = b.i64(kind.dtype.itemsize)
    return b.and_(b.icmp("sgt", stride, b.i64(0)), b.icmp("eq", b.emit("srem", (stride, size), stride.type), b.i64(0)))  # type: ignore[arg-type]


def dot(b: Builder, function: Any, args: Sequence[Val], x: Val, y: Val) -> Val:
    """``np.dot(x, y)`` of one or two axes each; where `x` or `y` would be copied, ``function(*args)`` does it all."""
    plan = _dot_plan(x.type, y.type)
    assert plan is not None

    def plainly() -> tuple[Value, ...]:
        return matmul_or_raise().parts

    def matmul_or_raise() -> Val:
        inner, inner_y = shape_of(x)[-1], shape_of(y)[0]
        _unless(b, b.icmp("eq", inner, inner_y), function, args)
        return matmul(b, function, x, y)

    def by_numpy() -> tuple[Value, ...]:
        found = b.call_python(function, args, plan.result, effects="")
        return found.parts

    plain = b.and_(_is_plain(b, x), _is_plain(b, y))
    return Val(plan.result, b.if_else(plain, plainly, by_numpy, likely=True))


def _type_of_dot(x: Arg, y: Arg) -> t.Type | None:
    plan = _dot_plan(x.type, y.type)
    return None if plan is None else plan.result


@lowers(method("dot"), t.Array, t.Array, result=_type_of_dot, effects=_FRESH, samples=_products)
@lowers(np.dot, t.Array, t.Array, result=_type_of_dot, effects=_FRESH, samples=_products)
def _dot(b: Builder, x: Val, y: Val) -> Val:
    return dot(b, np.dot, (x, y), x, y)


# ---- inner and vdot


def _transposed(one: t.Array) -> t.Array:
    return t.Array(one.dtype, one.ndim, layout_transposed(one.layout, one.ndim), one.writable)


def _type_of_inner(x: Arg, y: Arg) -> t.Type | None:
    assert isinstance(y.type, t.Array)
    plan = _dot_plan(x.type, _transposed(y.type))
    return None if plan is None or (x.type.ndim == 1 and y.type.ndim == 2) else plan.result  # type: ignore[union-attr]


@lowers(np.inner, t.Array, t.Array, result=_type_of_inner, effects=_FRESH, samples=_products)
def _inner(b: Builder, x: Val, y: Val) -> Val:
    """The product with the transpose."""
    kind = _transposed(array_type(y))
    turned = make_view(b, y, kind, data_of(y), shape_of(y)[::-1], strides_of(b, y)[::-1])
    return dot(b, np.inner, (x, y), x, turned)


def _type_of_vdot(x: Arg, y: Arg) -> t.Type | None:
    flat = [
        t.Array(one.type.dtype, 1, "C") if isinstance(one.type, t.Array) and one.type.layout == "C" else None
        for one in (x, y)
    ]
    if None in flat or any(one.dtype.kind == "c" for one in flat):  # type: ignore[union-attr]
        return None
    return _type_of_dot(*(Arg(one) for one in flat))  # type: ignore[arg-type]


@lowers(np.vdot, t.Array, t.Array, result=_type_of_vdot, effects=_FRESH, samples=_products)
def _vdot(b: Builder, x: Val, y: Val) -> Val:
    """The product of all elements, one after the other; of real ones, nothing is conjugated."""
    return dot(b, np.vdot, (x, y), ravel(b, x), ravel(b, y))
