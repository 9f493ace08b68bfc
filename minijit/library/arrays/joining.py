"""``concatenate``, ``stack``, ``vstack``, ``hstack``, ``dstack``, ``column_stack`` and ``append``.

All are one: each array, with axes of length 1 put in, is copied to its place along one axis of a new array.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.arrays.copy_loops import copy_bytes, copy_strided
from minijit.library.arrays.dtypes import bind, dtype_of_argument, is_none, known_value, text_of_argument
from minijit.library.builder import Builder, Val, item_of
from minijit.library.memory import (
    array_type,
    contiguous_strides,
    data_of,
    make_array,
    owner_of,
    shape_of,
    size_of,
    strides_of,
)
from minijit.library.operands import anything
from minijit.library.registry import Arg, find, lowers
from minijit.numpy_types import Dtype, is_native

NEW: Final = -1
"""An axis of length 1 that an array does not have."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How arrays are joined: along which axis (none: flattened), and what each axis of the result is in each array."""

    kind: t.Array
    axis: int | None
    sources: tuple[tuple[int, ...], ...]


Arrangement = Callable[[int, int], "tuple[int, ...]"]
"""``arrange(ndim, axis)``: the axes of an array with so many axes, ``NEW`` for those put in."""


def _as_it_is(ndim: int, _axis: int) -> tuple[int, ...]:
    return tuple(range(ndim))


def _with_new(ndim: int, axis: int) -> tuple[int, ...]:
    row = list(range(ndim))
    row.insert(axis, NEW)
    return tuple(row)


def _at_least_one(ndim: int, _axis: int) -> tuple[int, ...]:
    return tuple(range(ndim)) or (NEW,)


def _rows(ndim: int, _axis: int) -> tuple[int, ...]:
    return {0: (NEW, NEW), 1: (NEW, 0)}.get(ndim, tuple(range(ndim)))


def _columns(ndim: int, _axis: int) -> tuple[int, ...]:
    return {0: (NEW, NEW), 1: (0, NEW)}.get(ndim, tuple(range(ndim)))


def _depths(ndim: int, _axis: int) -> tuple[int, ...]:
    return {0: (NEW, NEW, NEW), 1: (NEW, 0, NEW), 2: (0, 1, NEW)}.get(ndim, tuple(range(ndim)))


class Form(NamedTuple):
    """The parameters of a function, how it arranges the axes, and along which axis it joins if it says."""

    names: tuple[str, ...]
    arrange: Arrangement
    axis: int | None = None


_FUNCTIONS: Final[dict[Callable[..., Any], Form]] = {
    np.concatenate: Form(("arrays", "axis", "dtype", "casting"), _as_it_is),
    np.stack: Form(("arrays", "axis", "dtype", "casting"), _with_new),
    np.vstack: Form(("tup", "dtype", "casting"), _rows, 0),
    np.hstack: Form(("tup", "dtype", "casting"), _at_least_one, 1),
    np.dstack: Form(("tup",), _depths, 2),
    np.column_stack: Form(("tup",), _columns, 1),
}
_BY_KEYWORD: Final = ("dtype", "casting")


def array_like(one: t.Type) -> t.Array | None:
    """The type of ``np.asarray`` of a value."""
    if isinstance(one, t.Array):
        return one
    found = find(np.asarray, (Arg(one),), {})
    return found[1] if found is not None and isinstance(found[1], t.Array) else None


def _dtype_of(types: Sequence[t.Array]) -> Dtype | None:
    dtype = np.concatenate([np.empty(0, one.dtype) for one in types]).dtype
    return np.dtype(dtype.str) if is_native(dtype) else None


def _joined_dtype(types: Sequence[t.Array], bound: Mapping[str, Arg | Val]) -> Dtype | None:
    dtype = dtype_of_argument(bound.get("dtype"), _dtype_of(types))
    casting: Any = text_of_argument(bound.get("casting"), "same_kind")
    if dtype is None or casting not in ("no", "equiv", "safe", "same_kind", "unsafe"):
        return None
    fits = all(np.can_cast(one.dtype, dtype, casting) for one in types)
    is_warned = any(one.dtype.kind == "c" for one in types) and dtype.kind != "c"
    return dtype if fits and not is_warned else None


def _plan(function: Callable[..., Any], args: Sequence[Arg | Val], keywords: Mapping[str, Arg | Val]) -> Plan | None:
    form = _FUNCTIONS[function]
    positional = [name for name in form.names if name not in _BY_KEYWORD]
    bound = bind(form.names, args, keywords)
    whole = None if bound is None or len(args) > len(positional) else bound[form.names[0]].type
    if bound is None or not isinstance(whole, t.Tuple):
        return None
    types = [array_like(one) for one in whole.items]
    if not types or None in types:
        return None
    found: list[t.Array] = types  # type: ignore[assignment]
    dtype = _joined_dtype(found, bound)
    if dtype is None:
        return None
    if "axis" in bound and is_none(bound["axis"]):
        flat = t.Array(dtype, 1, "C")
        return Plan(flat, None, ()) if function is np.concatenate else None
    return _plan_along(function, form, found, bound.get("axis"), dtype)


def _plan_along(
    function: Callable[..., Any], form: Form, found: Sequence[t.Array], given: Arg | Val | None, dtype: Dtype
) -> Plan | None:
    axis = form.axis if form.axis is not None else 0 if given is None else known_value(given)
    if type(axis) is not int:
        return None
    axis = 0 if function is np.hstack and found[0].ndim < 2 else axis
    ndim = len(form.arrange(found[0].ndim, 0))
    if not -ndim <= axis < ndim:
        return None
    axis %= ndim
    sources = tuple(form.arrange(one.ndim, axis) for one in found)
    layout = _layout_of(found, sources)
    if layout is None or any(len(source) != ndim for source in sources):
        return None
    return Plan(t.Array(dtype, ndim, layout if ndim > 1 else "C"), axis, sources)


def _layout_of(types: Sequence[t.Array], sources: Sequence[tuple[int, ...]]) -> t.Layout | None:
    """The layout of the result, C order where an array in C order is hardly outvoted; ``None`` where it isn't known."""
    if all(one.layout == "A" and one.ndim > 1 for one in types):
        return "A"
    if all(one.layout != "F" or one.ndim < 2 for one in types):
        return "C"
    return "F" if all(one.layout == "F" and NEW not in row for one, row in zip(types, sources, strict=True)) else None


def _samples(function: Callable[..., Any]) -> Callable[[], Iterator[tuple[Any, ...]]]:
    def rows() -> Iterator[tuple[Any, ...]]:
        flat, table = np.arange(3.0), np.arange(12).reshape(3, 4)
        block = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
        yield ((flat, flat),)
        yield ((flat[::-1], flat[::2].astype(np.int8)),)
        yield ((flat[:0], flat),)
        yield ((table, table.astype(np.float32), table),)
        yield ((table.T, table.T),)
        yield ((table, table[:2]),)
        yield ((table, table[:, :3].copy()),)
        yield ((block, block[:1]),)
        yield ((block.transpose(1, 2, 0), block.transpose(1, 2, 0)),)
        yield ((table[:, 1:], table[:, :2]),) if _FUNCTIONS[function].axis != 0 else ((table[:, 1:], table[:, 1:]),)
        yield ((block,),)
        yield ((1.5, flat[0], 2),) if function is not np.concatenate else ((flat, (1, 2)),)
        if _FUNCTIONS[function].axis is None:
            for axis in (0, 1, -1):
                yield ((block, block), axis)
                yield ((table, table), axis)
                yield ((table, table[:2]), axis)

    return rows


def _register(function: Callable[..., Any]) -> None:
    names = _FUNCTIONS[function].names

    def result(*args: Arg, **keywords: Arg) -> t.Type | None:
        plan = _plan(function, args, keywords)
        return None if plan is None else plan.kind

    @lowers(
        function,
        result=result,
        rest=anything,
        keywords=dict.fromkeys(names, anything),
        effects="allocates raises reads",
        samples=_samples(function),
    )
    def lower(b: Builder, *args: Val, **keywords: Val) -> Val:
        plan = _plan(function, args, keywords)
        bound = bind(names, args, keywords)
        assert plan is not None and bound is not None

        def by_numpy(kind: t.Type) -> Val:
            return b.call_python(function, [*args, *keywords.values()], kind, tuple(keywords), effects="")

        return join(b, plan, items_of(bound[names[0]]), by_numpy)


def items_of(whole: Val) -> list[Val]:
    """The items of a tuple."""
    assert isinstance(whole.type, t.Tuple)
    return [item_of(whole, k) for k in range(len(whole.type.items))]


def join(b: Builder, plan: Plan, items: Sequence[Val], by_numpy: Callable[[t.Type], Val]) -> Val:
    """Join arrays, and what becomes arrays; `by_numpy` does it in rare cases, and raises."""
    arrays = [one if isinstance(one.type, t.Array) else b.apply(np.asarray, one) for one in items]
    axis = plan.axis
    made = _join_flat(b, plan.kind, arrays) if axis is None else _join_along(b, plan, axis, arrays, by_numpy)
    for array, one in zip(arrays, items, strict=True):
        if array is not one:
            b.emit("decref", (owner_of(array),))
    return made


def _join_flat(b: Builder, kind: t.Array, arrays: Sequence[Val]) -> Val:
    """All elements of one array after the other, each array in C order."""
    sizes = [size_of(b, array) for array in arrays]
    total = sizes[0]
    for size in sizes[1:]:
        total = b.add(total, size)
    made = allocate(b, kind.dtype, [total])
    place = data_of(made)
    for array, size in zip(arrays, sizes, strict=True):
        given = array_type(array)
        part = t.Array(kind.dtype, given.ndim, "C")
        whole = make_array(part, b.null(), b.null(), place, shape_of(array), ())
        if given.dtype == kind.dtype and given.layout == "C":
            copy_bytes(b, whole, array, local=True)
        else:
            copy_strided(b, whole, (data_of(array), strides_of(b, array)), given.dtype, shape_of(array), local=True)
        place = b.ptr_add(place, b.mul(size, b.i64(kind.dtype.itemsize)))
    return made


def _in_c_order(b: Builder, array: Val) -> Value:
    """Whether no axis of an array is slower than the one before it, so that the result is in C order."""
    kind = array_type(array)
    fine: Value = b.i1(True)
    if kind.layout == "A":
        sizes = [b.intrinsic("abs", stride.type, stride) for stride in strides_of(b, array)]  # type: ignore[arg-type]
        for slower, faster in itertools.pairwise(sizes):
            fine = b.and_(fine, b.icmp("sge", slower, faster))
    return fine


def _join_along(
    b: Builder, plan: Plan, axis: int, arrays: Sequence[Val], by_numpy: Callable[[t.Type], Val]
) -> Val:
    one, zero = b.i64(1), b.i64(0)
    shapes, strides = [], []
    fits: Value = b.i1(True)
    for array, source in zip(arrays, plan.sources, strict=True):
        own_shape, own_strides = shape_of(array), strides_of(b, array)
        shapes.append([one if k == NEW else own_shape[k] for k in source])
        strides.append([zero if k == NEW else own_strides[k] for k in source])
        fits = b.and_(fits, _in_c_order(b, array))
    total = shapes[0][axis]
    for shape in shapes[1:]:
        for k, length in enumerate(shape):
            if k != axis:
                fits = b.and_(fits, b.icmp("eq", length, shapes[0][k]))
        total = b.add(total, shape[axis])
    lengths = [total if k == axis else length for k, length in enumerate(shapes[0])]

    def plainly() -> tuple[Value, ...]:
        steps = contiguous_strides(b, lengths, plan.kind.dtype.itemsize, "C") if plan.kind.layout == "A" else ()
        made = allocate(b, plan.kind.dtype, lengths, plan.kind.layout, strides=steps)
        _fill(b, plan.kind, axis, made, list(zip(arrays, shapes, strides, strict=True)))
        return made.parts

    # Lengths that differ raise; of axes in another order NumPy makes another array.
    return Val(plan.kind, b.if_else(fits, plainly, lambda: by_numpy(plan.kind).parts, likely=True))


def _fill(
    b: Builder, kind: t.Array, axis: int, made: Val, rows: Sequence[tuple[Val, Sequence[Value], Sequence[Value]]]
) -> None:
    steps = strides_of(b, made)
    # Along the slowest axis each array fills a contiguous part.
    slowest = kind.ndim - 1 if kind.layout == "F" else 0
    place = data_of(made)
    for array, shape, row in rows:
        given = array_type(array)
        same_order = given.layout == kind.layout or given.ndim < 2
        if axis == slowest and given.dtype == kind.dtype and given.layout != "A" and same_order:
            part = make_array(given, b.null(), b.null(), place, shape_of(array), ())
            copy_bytes(b, part, array, local=True)
        else:
            open_kind = t.Array(kind.dtype, kind.ndim, "A")
            part = make_array(open_kind, b.null(), b.null(), place, shape, steps)
            copy_strided(b, part, (data_of(array), row), given.dtype, shape, local=True)
        place = b.ptr_add(place, b.mul(shape[axis], steps[axis]))


for _function in _FUNCTIONS:
    _register(_function)


# ---- append


def _appended(args: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[Plan, list[Any]] | None:
    bound = bind(("arr", "values", "axis"), args, keywords, 2)
    if bound is None:
        return None
    items = [bound["arr"], bound["values"]]
    types = [array_like(one.type) for one in items]
    if None in types:
        return None
    found: list[t.Array] = types  # type: ignore[assignment]
    dtype = _joined_dtype(found, {})
    if dtype is None:
        return None
    if is_none(bound.get("axis")):
        return Plan(t.Array(dtype, 1, "C"), None, ()), items
    plan = _plan_along(np.concatenate, _FUNCTIONS[np.concatenate], found, bound["axis"], dtype)
    return None if plan is None or 0 in (found[0].ndim, found[1].ndim) else (plan, items)


def _type_of_append(*args: Arg, **keywords: Arg) -> t.Type | None:
    found = _appended(args, keywords)
    return None if found is None else found[0].kind


@lowers(
    np.append,
    result=_type_of_append,
    rest=anything,
    keywords=dict.fromkeys(("arr", "values", "axis"), anything),
    effects="allocates raises reads",
    samples=[(np.arange(3), 1), (np.arange(6.0).reshape(2, 3), np.arange(3)), (np.arange(3), (1.5, 2))],
)
def append(b: Builder, *args: Val, **keywords: Val) -> Val:
    """An array and then another, flattened unless there is an axis."""
    found = _appended(args, keywords)
    assert found is not None

    def by_numpy(kind: t.Type) -> Val:
        return b.call_python(np.append, [*args, *keywords.values()], kind, tuple(keywords), effects="")

    return join(b, found[0], found[1], by_numpy)
