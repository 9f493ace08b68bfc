"""Reductions that pass over nan: ``nansum nanprod nanmin nanmax nanargmin nanargmax nancumsum nancumprod``.

They are made of the plain ones as NumPy makes them: of a copy in which nan has become a number that makes no
difference. Numbers without nan (integers) need no copy. Where NumPy warns or raises, for a slice of nothing but nan, it
is called to do so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate_like, layout_like
from minijit.library.builder import Builder, Val
from minijit.library.kernels.float_kernels import is_nan
from minijit.library.memory import array_type, data_of, load_element, owner_of, shape_of, size_of
from minijit.library.operands import anything
from minijit.library.reductions.binary_reductions import filler, reduced, reduction_plan
from minijit.library.reductions.entries import run
from minijit.library.reductions.pairwise_sums import Parts
from minijit.library.registry import Arg, Entry, find, lowers
from minijit.library.ufuncs.element_trees import elementwise
from minijit.library.ufuncs.elementwise_loops import write
from minijit.numpy_types import BOOL_DTYPE, Dtype

Plan: TypeAlias = Callable[[Sequence[Any], Mapping[str, Any]], Any]
Build: TypeAlias = Callable[[Builder, Any, Any, Val, Sequence[Val], Mapping[str, Val]], Val]

_SUM: Final = ("a", "axis", "dtype", "out", "keepdims", "initial", "where")
_MIN: Final = ("a", "axis", "out", "keepdims", "initial", "where")
_BY_NUMPY: Final = ("arrays.through_numpy", "arrays.through_numpy_out")


def samples() -> Iterator[tuple[Any, ...]]:
    """Arrays with nan here and there, and without."""
    table = np.array([[3.0, np.nan, 2.5], [np.nan, 5.0, -1.5]])
    for one in (table, table.T, table[:, ::-1], table.astype(np.float32)[0], np.arange(4), table + 1j):
        yield (one,)


def plain_entry(plain: object, first: t.Type, args: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """The native entry of the plain function for a first argument of type `first`, and the type of its result."""
    given = [Arg(one.type, one.const) for one in args[1:]]
    named = {name: Arg(one.type, one.const) for name, one in keywords.items()}
    found = find(plain, (Arg(first), *given), named)
    if found is None or found[0].home in _BY_NUMPY or "writes" in found[0].effects:
        return None
    return found


def copy_type(kind: t.Array) -> t.Array:
    """The type of a copy in the same order."""
    return t.Array(kind.dtype, kind.ndim, layout_like(kind))


def has_nan(kind: t.Type) -> bool:
    """Whether elements may be nan."""
    return isinstance(kind, t.Array) and kind.dtype.kind in "fc"


def _is_nan(b: Builder, parts: Sequence[Value]) -> Value:
    found = is_nan(b, parts[0])
    return found if len(parts) == 1 else b.or_(found, is_nan(b, parts[1]))


def mapped(b: Builder, array: Val, dtype: Dtype, others: Sequence[Val], change: Any) -> Val:
    """A new array of what `change` makes of the elements' parts, in the order of `array`."""

    def compute(row: Sequence[Val]) -> Sequence[Val]:
        return [Val(t.NumpyScalar(dtype), change(*(one.parts for one in row)))]

    made = allocate_like(b, array, dtype)
    write(b, elementwise([array, *others], [dtype], compute), [made], shape_of(array), local=True)
    return made


def replaced(b: Builder, array: Val, value: Any) -> Val:
    """A copy with `value` for nan."""
    dtype = np.dtype(array_type(array).dtype)
    filler = b.constant(t.NumpyScalar(dtype), dtype.type(value)).parts

    def change(parts: Parts) -> Parts:
        nan = _is_nan(b, parts)
        return tuple(b.select(nan, one, other) for one, other in zip(filler, parts, strict=True))

    return mapped(b, array, dtype, [], change)


def are_numbers(b: Builder, array: Val) -> Val:
    """Where an array is not nan."""
    return mapped(b, array, BOOL_DTYPE, [], lambda parts: (b.not_(_is_nan(b, parts)),))


def release(b: Builder, *arrays: Val) -> None:
    """Drop arrays that were made on the way."""
    for one in arrays:
        if isinstance(one.type, t.Array):
            b.emit("decref", (owner_of(one),))


# ---- registration


def register(name: str, names: Sequence[str], plan: Plan, build: Build) -> None:
    """Register a function that passes over nan.

    Parameters
    ----------
    name : str
        Its name in NumPy.
    names : sequence of str
        Its parameters.
    plan : callable
        Given the arguments and keyword arguments, says what is to be built, and the type of the result; ``None`` where
        there is no native form.
    build : callable
        Builds it: given the function, what `plan` says, the array, the other arguments and the keyword arguments.
    """
    function = getattr(np, name)

    def result(*args: Arg, **keywords: Arg) -> t.Type | None:
        found = plan(args, keywords)
        return None if found is None else found[1]

    @lowers(
        function,
        t.Array,
        result=result,
        rest=anything,
        keywords=dict.fromkeys(names[1:], anything),
        effects="allocates raises reads",
        samples=samples,
    )
    def lower(b: Builder, array: Val, *args: Val, **keywords: Val) -> Val:
        found = plan([array, *args], keywords)
        assert found is not None
        if not has_nan(array.type) and isinstance(found[0], Entry):
            return call_entry(b, found[0], array, args, keywords)
        return build(b, function, found, array, args, keywords)


def plan_of_copy(plain: Any) -> Plan:
    """A plan for a function that does what the function `plain` does to a copy without nan."""

    def plan(args: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
        kind = args[0].type
        return plain_entry(plain, copy_type(kind) if has_nan(kind) else kind, args, keywords)

    return plan


def call_entry(b: Builder, entry: Entry, array: Val, args: Sequence[Val], keywords: Mapping[str, Val]) -> Val:
    """Build a call of an entry."""
    assert entry.lower is not None
    made: Val = entry.lower(b, array, *args, **keywords)
    return made


def call_numpy(
    b: Builder, function: Any, array: Val, args: Sequence[Val], keywords: Mapping[str, Val], wanted: t.Type
) -> Val:
    """Have NumPy do it all."""
    return b.call_python(function, [array, *args, *keywords.values()], wanted, tuple(keywords), effects="")


# ---- a plain function of a copy


def _register_plain(name: str, plain: Any, value: Any, names: Sequence[str]) -> None:
    def build(
        b: Builder, _function: Any, found: Any, array: Val, args: Sequence[Val], keywords: Mapping[str, Val]
    ) -> Val:
        copy = replaced(b, array, value)
        made = call_entry(b, found[0], copy, args, keywords)
        release(b, copy)
        return made

    register(name, names, plan_of_copy(plain), build)


_register_plain("nansum", np.sum, 0, _SUM)
_register_plain("nanprod", np.prod, 1, _SUM)
_register_plain("nancumsum", np.cumsum, 0, ("a", "axis", "dtype"))
_register_plain("nancumprod", np.cumprod, 1, ("a", "axis", "dtype"))


# ---- the least and the greatest


def _register_extreme(name: str, ufunc: np.ufunc, value: float) -> None:
    def plan(args: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
        found = reduction_plan(ufunc, getattr(np, name), _MIN, args, keywords)
        return None if found is None or found.out is not None else (found, found.result)

    def build(
        b: Builder, function: Any, planned: Any, array: Val, args: Sequence[Val], keywords: Mapping[str, Val]
    ) -> Val:
        found, wanted = planned
        fill = filler(ufunc, found)
        made = run(b, found, function, [array, *args], keywords, lambda b, one: reduced(b, ufunc, one), fill)
        if not has_nan(array.type):
            return made

        def again() -> Parts:
            release(b, made)
            return call_numpy(b, function, array, args, keywords, wanted).parts

        # What has met no number may be nan: NumPy sees to that, and warns.
        return Val(wanted, b.if_else(_holds(b, made, value), again, lambda: made.parts, likely=False))

    register(name, _MIN, plan, build)


def _holds(b: Builder, made: Val, value: float) -> Value:
    """Whether a float `value` is among the numbers of a result."""

    def is_it(part: Value) -> Value:
        return b.fcmp("oeq", part, b.const(part.type, value))  # type: ignore[arg-type]

    if not isinstance(made.type, t.Array):
        return is_it(made.part)
    dtype = np.dtype(made.type.dtype)

    def turn(index: Value, so_far: Parts) -> Parts:
        (part,) = load_element(b, dtype, b.ptr_add(data_of(made), b.mul(index, b.i64(dtype.itemsize))))
        return (b.or_(so_far[0], is_it(part)),)

    return b.loop(size_of(b, made), turn, (b.i1(False),))[0]


_register_extreme("nanmin", np.fmin, np.inf)
_register_extreme("nanmax", np.fmax, -np.inf)


# ---- positions


def _register_position(name: str, plain: Any, value: float) -> None:
    def build(
        b: Builder, function: Any, found: Any, array: Val, args: Sequence[Val], keywords: Mapping[str, Val]
    ) -> Val:
        entry, wanted = found
        mask = are_numbers(b, array)
        axis = args[0] if args else keywords.get("axis")
        some = b.apply(np.any, mask, *([] if axis is None else [axis]))
        everywhere = b.apply(np.all, some).part if isinstance(some.type, t.Array) else some.part
        release(b, mask, some)

        def natively() -> Parts:
            copy = replaced(b, array, value)
            made = call_entry(b, entry, copy, args, keywords)
            release(b, copy)
            return made.parts

        def by_numpy() -> Parts:
            return call_numpy(b, function, array, args, keywords, wanted).parts

        return Val(wanted, b.if_else(everywhere, natively, by_numpy, likely=True))

    register(name, ("a", "axis", "keepdims"), plan_of_copy(plain), build)


_register_position("nanargmin", np.argmin, np.inf)
_register_position("nanargmax", np.argmax, -np.inf)
