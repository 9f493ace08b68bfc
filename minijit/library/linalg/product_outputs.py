"""Products written into arrays that are there: ``out=`` of ``np.matmul`` and ``np.dot``, and ``@=``.

An array that shares memory with an operand gets its product by way of new memory. What is to be cast or broadcast into
the output, or has another shape, is NumPy's business: it may raise.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.arrays.copy_loops import copy_elements, overlaps
from minijit.library.builder import Builder, Val
from minijit.library.linalg.dot_products import are_plain, dot_plan
from minijit.library.linalg.products import Product, Shapes, plan_of, products, shapes_of, write_product
from minijit.library.memory import owner_of, shape_of, size_of
from minijit.library.rare_code import if_else_rarely
from minijit.library.registry import Arg, lowers, method

_WRITING = "reads writes raises"


def product_into(b: Builder, plan: Product, function: Any, args: Sequence[Val], plain: Value, *, named: bool) -> Val:
    """The product of the first two of `args`, written into the third.

    ``function(*args)`` does it all where the shapes do not fit or BLAS may not take the operands as they are (`plain`).
    `named` says that the function takes the output by name.
    """
    x, y, out = args
    shapes = shapes_of(b, x, y)
    fits = b.and_(shapes.fits, plain)
    for length, wanted in zip(shape_of(out), shapes.result, strict=True):
        fits = b.and_(fits, b.icmp("eq", length, wanted))

    def natively() -> tuple[Value, ...]:
        _write_apart(b, plan, shapes, x, y, out)
        return ()

    def by_numpy() -> tuple[Value, ...]:
        b.call_python(function, args, t.OBJECT, ("out",) if named else (), effects="writes")
        return ()

    if_else_rarely(b, fits, natively, by_numpy)
    return out


def _write_apart(b: Builder, plan: Product, shapes: Shapes, x: Val, y: Val, out: Val) -> None:
    def directly() -> tuple[Value, ...]:
        write_product(b, plan, shapes, x, y, out, "writes")
        return ()

    def by_new_memory() -> tuple[Value, ...]:
        made = allocate(b, plan.dtype, shapes.result)
        write_product(b, plan, shapes, x, y, made, "allocates")
        copy_elements(b, out, made)
        b.emit("decref", (owner_of(made),))
        return ()

    if any(one is out for one in (x, y)):
        by_new_memory()
        return
    # Extents mean nothing for arrays without elements.
    empty = b.icmp("eq", b.mul(b.mul(size_of(b, x), size_of(b, y)), size_of(b, out)), b.i64(0))
    apart = b.not_(b.or_(overlaps(b, x, out), overlaps(b, y, out)))
    b.if_else(b.or_(empty, apart), directly, by_new_memory, likely=True)


def _takes(plan: Product | None, out: t.Type) -> bool:
    same = plan is not None and isinstance(plan.result, t.Array) and isinstance(out, t.Array) and out.writable
    return same and (out.dtype, out.ndim) == (plan.dtype, plan.result.ndim)  # type: ignore[union-attr]  # arrays


# ---- matmul


def _type_of_matmul(x: Arg, y: Arg, out: Arg) -> t.Type | None:
    return out.type if _takes(plan_of(x.type, y.type), out.type) else None


def _outputs() -> Iterator[tuple[Any, ...]]:
    for x, y in list(products())[::3]:
        try:
            found = np.matmul(x, y)
        except ValueError:
            continue
        if found.ndim:
            yield (x, y, np.zeros_like(found))
            yield (x, y, np.zeros_like(found, order="F"))
            yield (x, y, np.zeros((*found.shape, 2), found.dtype)[..., 1])
    table = np.arange(9.0).reshape(3, 3)
    yield from ((table, table[::-1], table), (table, table, table.T), (table[:2], table, table[1:]))
    yield from ((table, table, np.zeros(shape)) for shape in ((3, 4), (1, 3, 3), (3,)))
    yield (table, table, np.zeros((3, 3), int))


@lowers(np.matmul, t.Array, t.Array, t.Array, result=_type_of_matmul, effects=_WRITING, samples=_outputs)
def _matmul_into(b: Builder, x: Val, y: Val, out: Val) -> Val:
    plan = plan_of(x.type, y.type)
    assert plan is not None
    return product_into(b, plan, np.matmul, (x, y, out), b.i1(True), named=False)


@lowers(
    np.matmul,
    t.Array,
    t.Array,
    result=lambda x, y, out=None: None if out is None else _type_of_matmul(x, y, out),
    keywords={"out": t.Array},
    effects=_WRITING,
)
def _matmul_out(b: Builder, x: Val, y: Val, out: Val) -> Val:
    plan = plan_of(x.type, y.type)
    assert plan is not None
    return product_into(b, plan, np.matmul, (x, y, out), b.i1(True), named=True)


def _type_of_imatmul(x: Arg, y: Arg) -> t.Type | None:
    return x.type if _takes(plan_of(x.type, y.type), x.type) and y.type.ndim > 1 else None  # type: ignore[union-attr]


@lowers(operator.imatmul, t.Array, t.Array, result=_type_of_imatmul, effects=_WRITING, samples=products)
def imatmul(b: Builder, x: Val, y: Val) -> Val:
    """A product written over its first factor."""
    plan = plan_of(x.type, y.type)
    assert plan is not None
    shapes = shapes_of(b, x, y)
    fits = shapes.fits
    for length, wanted in zip(shape_of(x), shapes.result, strict=True):
        fits = b.and_(fits, b.icmp("eq", length, wanted))

    def natively() -> tuple[Value, ...]:
        _write_apart(b, plan, shapes, x, y, x)
        return ()

    def by_numpy() -> tuple[Value, ...]:
        b.call_python(operator.imatmul, (x, y), t.OBJECT, effects="writes")
        return ()

    if_else_rarely(b, fits, natively, by_numpy)
    return x


# ---- dot


def _type_of_dot(x: Arg, y: Arg, out: Arg) -> t.Type | None:
    # Of outputs, dot takes only those in C order.
    kind = out.type
    fits = isinstance(kind, t.Array) and kind.layout == "C" and _takes(dot_plan(x.type, y.type), kind)
    return kind if fits else None


def _dot_into(b: Builder, function: Any, args: Sequence[Val], *, named: bool) -> Val:
    x, y, _ = args
    plan = dot_plan(x.type, y.type)
    assert plan is not None
    return product_into(b, plan, function, args, are_plain(b, x, y), named=named)


def _register_dot(key: object, function: Callable[..., Any]) -> None:
    @lowers(key, t.Array, t.Array, t.Array, result=_type_of_dot, effects=_WRITING, samples=_outputs)
    def by_place(b: Builder, x: Val, y: Val, out: Val) -> Val:
        return _dot_into(b, function, (x, y, out), named=False)

    @lowers(
        key,
        t.Array,
        t.Array,
        result=lambda x, y, out=None: None if out is None else _type_of_dot(x, y, out),
        keywords={"out": t.Array},
        effects=_WRITING,
    )
    def by_name(b: Builder, x: Val, y: Val, out: Val) -> Val:
        return _dot_into(b, function, (x, y, out), named=True)


_register_dot(np.dot, np.dot)
_register_dot(method("dot"), np.ndarray.dot)
