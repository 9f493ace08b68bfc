"""``nanmean nanvar nanstd``: sums of what is not nan, divided by how many numbers that are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.dtypes import bind, is_none
from minijit.library.builder import Builder, Val
from minijit.library.kernels.float_kernels import is_nan
from minijit.library.memory import array_type, data_of, load_element, size_of, store_element
from minijit.library.operands import is_real
from minijit.library.reductions.arguments import keeps_dims, reduced_axes
from minijit.library.reductions.moments import quotient
from minijit.library.reductions.nan_reductions import (
    are_numbers,
    call_numpy,
    copy_type,
    has_nan,
    mapped,
    plain_entry,
    register,
    release,
    replaced,
)
from minijit.library.reductions.pairwise_sums import Parts
from minijit.machine import F64


def _register_moment(name: str, names: Sequence[str]) -> None:
    def plan(args: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
        """The bound arguments and the type of the result; the entry of the plain function where there is no nan."""
        bound = bind(names, args, keywords)
        if bound is None or not isinstance(bound["a"].type, t.Array):
            return None
        kind = bound["a"].type
        if not has_nan(kind):
            return plain_entry(getattr(np, name[3:]), kind, args, keywords)
        axes, keepdims = reduced_axes(kind, bound.get("axis")), keeps_dims(bound.get("keepdims"))
        ddof = bound.get("ddof")
        if kind.dtype.kind == "c" or axes is None or keepdims is None or not (ddof is None or is_real(ddof.type)):
            return None
        if not all(one in ("a", "axis", "keepdims", "ddof") or is_none(arg) for one, arg in bound.items()):
            return None
        taken = {one: arg for one, arg in bound.items() if one in ("axis", "keepdims")}
        found = plain_entry(np.sum, copy_type(kind), [bound["a"]], taken)
        return None if found is None else (bound, found[1])

    def build(
        b: Builder, function: Any, found: Any, array: Val, args: Sequence[Val], keywords: Mapping[str, Val]
    ) -> Val:
        bound, wanted = found
        made, is_fine = (_mean if name == "nanmean" else _variance)(b, array, bound, root=name == "nanstd")

        def by_numpy() -> Parts:
            release(b, made)
            return call_numpy(b, function, array, args, keywords, wanted).parts

        return Val(wanted, b.if_else(is_fine, lambda: made.parts, by_numpy, likely=True))

    register(name, names, plan, build)


def _sum(b: Builder, array: Val, bound: Mapping[str, Val], keepdims: bool | None = None) -> Val:
    """The sum over the axes that the call names."""
    named = {"axis": bound["axis"]} if "axis" in bound else {}
    if keepdims is not None:
        named["keepdims"] = b.constant(t.BOOL, keepdims)
    elif "keepdims" in bound:
        named["keepdims"] = bound["keepdims"]
    return b.apply(np.sum, array, **named)


def _divided(b: Builder, total: Val, count: Val, less: Value | None = None, *, root: bool = False) -> tuple[Val, Value]:
    """The numbers of `total` by those of `count` (without `less`), in place; and whether all of these are positive."""
    kind = total.type
    dtype = np.dtype(kind.dtype) if isinstance(kind, t.Array) else t.dtype_of(kind)  # type: ignore[arg-type]

    def one(parts: Parts, number: Value) -> tuple[Parts, Value]:
        by = b.convert("sitofp", number, F64)
        if less is not None:
            by = b.binary("fsub", by, less)
        (part,) = quotient(b, dtype, by)(parts)
        made = b.intrinsic("sqrt", part.type, part) if root else part  # type: ignore[arg-type]
        return (made,), b.fcmp("ogt", by, b.f64(0.0))

    if not isinstance(total.type, t.Array):
        parts, is_fine = one(total.parts, count.part)
        return Val(total.type, parts), is_fine

    def turn(index: Value, so_far: Parts) -> Parts:
        place = b.ptr_add(data_of(total), b.mul(index, b.i64(dtype.itemsize)))
        number = load_element(b, np.dtype(np.int64), b.ptr_add(data_of(count), b.mul(index, b.i64(8))))[0]
        made, is_fine = one(load_element(b, dtype, place), number)
        store_element(b, dtype, place, made, local=True)
        return (b.and_(so_far[0], is_fine),)

    return total, b.loop(size_of(b, total), turn, (b.i1(True),), scalar=True)[0]


def _mean(b: Builder, array: Val, bound: Mapping[str, Val], *, root: bool) -> tuple[Val, Value]:
    assert not root
    copy, mask = replaced(b, array, 0), are_numbers(b, array)
    total, count = _sum(b, copy, bound), _sum(b, mask, bound)
    found = _divided(b, total, count)
    release(b, copy, mask, count)
    return found


def _variance(b: Builder, array: Val, bound: Mapping[str, Val], *, root: bool) -> tuple[Val, Value]:
    dtype = np.dtype(array_type(array).dtype)
    copy, mask = replaced(b, array, 0), are_numbers(b, array)
    mean, count = _sum(b, copy, bound, True), _sum(b, mask, bound)
    if array_type(array).ndim:
        whole = _sum(b, mask, bound, True)
        mean, _ = _divided(b, mean, whole)
        release(b, whole)
    else:
        mean, _ = _divided(b, mean, count)

    def square(parts: Parts, middle: Parts) -> Parts:
        distance = b.binary("fsub", parts[0], middle[0])
        zero = b.const(distance.type, 0.0)  # type: ignore[arg-type]
        return (b.select(is_nan(b, parts[0]), zero, b.binary("fmul", distance, distance)),)

    squares = mapped(b, array, dtype, [mean], square)
    less = b.as_f64(bound["ddof"]) if "ddof" in bound else b.f64(0.0)
    found = _divided(b, _sum(b, squares, bound), count, less, root=root)
    release(b, copy, mask, mean, squares, count)
    return found


_register_moment("nanmean", ("a", "axis", "dtype", "out", "keepdims", "where"))
for _name in ("nanvar", "nanstd"):
    _register_moment(_name, ("a", "axis", "dtype", "out", "ddof", "keepdims", "where"))
