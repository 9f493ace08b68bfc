"""``np.dot``, ``np.inner`` and ``np.vdot``, by the loops of :mod:`minijit.library.linalg.products`.

``np.dot`` calls the same routines of BLAS in the same way for arrays that are contiguous; what it does to others (it
copies some of them first) is left to NumPy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.attributes import layout_transposed
from minijit.library.arrays.shapes import ravel
from minijit.library.builder import Builder, Val
from minijit.library.linalg.products import FRESH, Product, matmul, plan_of, products, unless
from minijit.library.memory import array_type, data_of, make_view, shape_of, size_of, strides_of
from minijit.library.registry import Arg, lowers, method
from minijit.machine import I64


def dot_plan(x: t.Type, y: t.Type) -> Product | None:
    """How ``np.dot(x, y)`` is computed; ``None`` where it is NumPy's business."""
    plan = plan_of(x, y)
    if plan is None or max(x.ndim, y.ndim) > 2:  # type: ignore[union-attr]
        return None
    # NumPy takes a vector times a matrix with gaps in another way than matmul does.
    return None if x.ndim == 1 and _has_gaps(y) and plan.dtype.kind not in "biu" else plan  # type: ignore[union-attr]


def _has_gaps(one: t.Type) -> bool:
    return isinstance(one, t.Array) and one.ndim == 2 and one.layout == "A"


def are_plain(b: Builder, x: Val, y: Val) -> Value:
    """Whether ``np.dot`` does with these operands what matmul does."""
    plain = b.and_(is_plain(b, x), is_plain(b, y))
    if not array_type(x).ndim == 2 == array_type(y).ndim:
        return plain
    # What has one row or column is a vector for NumPy.
    counted = []
    if _has_gaps(x.type) or _has_gaps(y.type):
        counted = [shape_of(x)[0], shape_of(y)[1], shape_of(x)[1]]
    elif "c" in (array_type(x).dtype.kind, array_type(y).dtype.kind):
        counted = [shape_of(x)[1]]
    for length in counted:
        plain = b.and_(plain, b.icmp("ne", length, b.i64(1)))
    return plain


def is_plain(b: Builder, array: Val) -> Value:
    """Whether BLAS may walk an array as it is, and NumPy does not take it for a number.

    NumPy's dot copies rows with other strides first, and multiplies by single elements in another way.
    """
    kind = array_type(array)
    if kind.dtype.kind in "biu":
        return b.i1(True)
    plain = b.icmp("ne", size_of(b, array), b.i64(1))
    if kind.layout != "A":
        return plain
    *steps, last = strides_of(b, array)
    size = b.i64(kind.dtype.itemsize)
    stride = steps[0] if steps else last
    least: Value = b.i64(1)
    if steps:
        # Rows that lie in memory one behind the other, with gaps between them at most.
        plain = b.and_(plain, b.icmp("eq", last, size))
        least = b.mul(shape_of(array)[1], size)
    whole = b.icmp("eq", b.emit("srem", (stride, size), I64), b.i64(0))
    return b.and_(plain, b.and_(b.icmp("sge", stride, least), whole))


def dot(b: Builder, function: Any, args: Sequence[Val], x: Val, y: Val) -> Val:
    """``np.dot(x, y)`` of one or two axes each; where `x` or `y` would be copied, ``function(*args)`` does it all."""
    plan = dot_plan(x.type, y.type)
    assert plan is not None

    def plainly() -> tuple[Value, ...]:
        return matmul_or_raise().parts

    def matmul_or_raise() -> Val:
        inner, inner_y = shape_of(x)[-1], shape_of(y)[0]
        unless(b, b.icmp("eq", inner, inner_y), function, args)
        return matmul(b, function, x, y)

    def by_numpy() -> tuple[Value, ...]:
        found = b.call_python(function, args, plan.result, effects="")
        return found.parts

    return Val(plan.result, b.if_else(are_plain(b, x, y), plainly, by_numpy, likely=True))


def _type_of_dot(x: Arg, y: Arg) -> t.Type | None:
    plan = dot_plan(x.type, y.type)
    return None if plan is None else plan.result


@lowers(method("dot"), t.Array, t.Array, result=_type_of_dot, effects=FRESH, samples=products)
@lowers(np.dot, t.Array, t.Array, result=_type_of_dot, effects=FRESH, samples=products)
def _dot(b: Builder, x: Val, y: Val) -> Val:
    return dot(b, np.dot, (x, y), x, y)


# ---- inner and vdot


def _transposed(one: t.Array) -> t.Array:
    return t.Array(one.dtype, one.ndim, layout_transposed(one.layout, one.ndim), one.writable)


def _type_of_inner(x: Arg, y: Arg) -> t.Type | None:
    assert isinstance(y.type, t.Array)
    plan = dot_plan(x.type, _transposed(y.type))
    return None if plan is None or (x.type.ndim == 1 and y.type.ndim == 2) else plan.result  # type: ignore[union-attr]


@lowers(np.inner, t.Array, t.Array, result=_type_of_inner, effects=FRESH, samples=products)
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


@lowers(np.vdot, t.Array, t.Array, result=_type_of_vdot, effects=FRESH, samples=products)
def _vdot(b: Builder, x: Val, y: Val) -> Val:
    """The product of all elements, one after the other; of real ones, nothing is conjugated."""
    return dot(b, np.vdot, (x, y), ravel(b, x), ravel(b, y))
