"""``np.zeros``, ``ones``, ``empty``, ``full`` and their ``_like`` forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate, allocate_like, layout_like
from minijit.library.arrays.copy_loops import fill_array
from minijit.library.arrays.dtypes import bind, dtype_of_argument, text_of_argument
from minijit.library.builder import Builder, Val, item_of
from minijit.library.indexing.index_expressions import is_integer_index
from minijit.library.memory import array_type
from minijit.library.registry import Arg, lowers
from minijit.library.ufuncs.elementwise import python_int_as
from minijit.numpy_types import FLOAT64, UINT64, Dtype


class Plan(NamedTuple):
    """What a call makes: arrays of which type, and whether the order is that of the prototype."""

    kind: t.Array
    like: bool = False


_NAMES: Final[dict[Callable[..., Any], tuple[str, ...]]] = {
    np.zeros: ("shape", "dtype", "order"),
    np.empty: ("shape", "dtype", "order"),
    np.ones: ("shape", "dtype", "order"),
    np.full: ("shape", "fill_value", "dtype", "order"),
    np.zeros_like: ("a", "dtype", "order"),
    np.empty_like: ("prototype", "dtype", "order"),
    np.ones_like: ("a", "dtype", "order"),
    np.full_like: ("a", "fill_value", "dtype", "order"),
}
_VALUES: Final = {np.zeros: 0, np.ones: 1, np.zeros_like: 0, np.ones_like: 1}
_ANYTHING: Final = {name: (lambda one: True) for names in _NAMES.values() for name in names}


def shape_types(one: t.Type) -> tuple[t.Type, ...] | None:
    """The types of the lengths in a shape, an integer or a tuple of them."""
    items = one.items if isinstance(one, t.Tuple) else (one,)
    return items if all(map(is_integer_index, items)) else None


def shape_values(b: Builder, shape: Val) -> list[Value]:
    """The lengths in a shape."""
    count = len(shape.type.items) if isinstance(shape.type, t.Tuple) else -1
    items = [shape] if count < 0 else [item_of(shape, k) for k in range(count)]
    return [_length(b, item) for item in items]


def _length(b: Builder, value: Val) -> Value:
    word = b.index_of(value)
    if isinstance(value.type, t.NumpyScalar) and value.type.dtype == UINT64:
        b.check(b.icmp("sge", word, b.i64(0)), ValueError, "Maximum allowed dimension exceeded")
    return word


def _plan(function: Callable[..., Any], args: Sequence[Arg | Val], keywords: Mapping[str, Arg | Val]) -> Plan | None:
    names = _NAMES[function]
    bound = bind(names, args, keywords, 2 if "fill_value" in names else 1)
    if bound is None:
        return None
    first = bound[names[0]]
    is_like = names[0] != "shape"
    order = text_of_argument(bound.get("order"), "K" if is_like else "C")
    if is_like:
        return _plan_like(first, bound, order)
    lengths = shape_types(first.type)
    default: Dtype | None = FLOAT64
    if function is np.full:
        value = bound["fill_value"].type
        default = t.dtype_of(value) if isinstance(value, t.PythonScalar | t.NumpyScalar) else None
    dtype = dtype_of_argument(bound.get("dtype"), default)
    if lengths is None or dtype is None or order not in ("C", "F", "c", "f"):
        return None
    layout: t.Layout = "F" if order in "Ff" and len(lengths) > 1 else "C"
    return Plan(t.Array(dtype, len(lengths), layout))


def _plan_like(first: Arg | Val, bound: Mapping[str, Arg | Val], order: str | None) -> Plan | None:
    kind = first.type
    if not isinstance(kind, t.Array):
        return None
    dtype = dtype_of_argument(bound.get("dtype"), kind.dtype)
    if dtype is None:
        return None
    if order == "K":
        return Plan(t.Array(dtype, kind.ndim, layout_like(kind)), like=True)
    if order not in ("C", "F"):
        return None
    return Plan(t.Array(dtype, kind.ndim, order if kind.ndim > 1 else "C"))  # type: ignore[arg-type]


def _type_of(function: Callable[..., Any], args: Sequence[Arg], keywords: Mapping[str, Arg]) -> t.Type | None:
    plan = _plan(function, args, keywords)
    if plan is None:
        return None
    if "fill_value" in _NAMES[function]:
        bound = bind(_NAMES[function], args, keywords)
        assert bound is not None
        value = bound["fill_value"].type
        if not isinstance(value, t.PythonScalar | t.NumpyScalar):
            return None
        if t.dtype_of(value).kind == "c" and plan.kind.dtype.kind not in "cb":
            return None
    return plan.kind


def _lower(function: Callable[..., Any], b: Builder, args: Sequence[Val], keywords: Mapping[str, Val]) -> Val:
    plan = _plan(function, args, keywords)
    bound = bind(_NAMES[function], args, keywords)
    assert plan is not None and bound is not None
    first = bound[_NAMES[function][0]]
    dtype = plan.kind.dtype
    number = _VALUES.get(function)
    parts: Sequence[Value] = ()
    if "fill_value" in bound:
        value = bound["fill_value"]
        if value.type != t.INT:
            parts = b.number_as(value, dtype)
    zeroed = number == 0
    if plan.like:
        made = allocate_like(b, first, dtype, zeroed=zeroed)
    else:
        shape = array_shape(first) if isinstance(first.type, t.Array) else shape_values(b, first)
        made = allocate(b, dtype, shape, plan.kind.layout, zeroed=zeroed)
        for length in shape:
            # Checked where the array is made; what compares an index with the length can use it.
            if known(length) is None:
                b.emit("intrinsic", (b.icmp("sge", length, b.i64(0)),), name="assume")
    if "fill_value" in bound and not parts:
        parts = python_int_as(b, bound["fill_value"], dtype)
    if number == 1:
        parts = b.constant(t.NumpyScalar(dtype), dtype.type(1)).parts
    if parts:
        fill_array(b, made, parts, local=True)
    return made


def array_shape(array: Val) -> Sequence[Value]:
    """The lengths of an array's axes."""
    return array.parts[3 : 3 + array_type(array).ndim]


def _samples(function: Callable[..., Any]) -> Callable[[], Iterator[tuple[Any, ...]]]:
    def rows() -> Iterator[tuple[Any, ...]]:
        fill = (3,) if "fill_value" in _NAMES[function] else ()
        if _NAMES[function][0] == "shape":
            for shape in (4, (), (2, 3), np.int8(3), 0, (0, 2), -1, (2, -1)):
                yield (shape, *fill)
            for dtype in (np.int8, "complex64", float, bool, np.dtype("u4"), None):
                yield ((2, 3), *fill, dtype)
        else:
            table = np.arange(12.0).reshape(3, 4)
            for array in (
                table,
                table.T,
                table[:, ::2],
                table[::-1],
                table.reshape(2, 3, 2).swapaxes(0, 1),
                np.array(1),
            ):
                yield (array, *fill)
            yield (table, *fill, np.int16)

    return rows if function not in (np.empty, np.empty_like) else lambda: iter(())


def _register(function: Callable[..., Any]) -> None:
    @lowers(
        function,
        result=lambda *args, **keywords: _type_of(function, args, keywords),
        rest=lambda one: True,
        keywords=dict(_ANYTHING),
        effects="allocates raises",
        samples=_samples(function),
    )
    def lower(b: Builder, *args: Val, **keywords: Val) -> Val:
        return _lower(function, b, args, keywords)


for _function in _NAMES:
    _register(_function)
