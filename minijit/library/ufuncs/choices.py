"""Functions computed element by element that are no ufuncs: ``where``, ``clip``, ``round``, ``conj``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.library.arrays.dtypes import bind, is_none
from minijit.library.builder import Builder, Val
from minijit.library.kernels.float_kernels import is_nan
from minijit.library.memory import array_type
from minijit.library.numbers.numpy_functions import round_
from minijit.library.operands import anything
from minijit.library.registry import Arg, Fusion, lowers, method
from minijit.library.ufuncs.array_calls import (
    apply_to_arrays,
    array_types,
    element_arg,
    fusion_of,
    is_operand,
    loop_for,
    pending_call,
    sample_arrays,
    type_of_array_call,
    type_of_results,
)
from minijit.library.ufuncs.broadcasting import layout_of_result
from minijit.library.ufuncs.element_trees import Compute, as_operand
from minijit.library.ufuncs.elementwise import part_type, to_loop
from minijit.library.ufuncs.pending_results import array_or_number, call_python_on_arrays, final_result, pending_result
from minijit.library.vals import Pending
from minijit.numpy_types import BOOL_DTYPE, Dtype, is_native, limits_of, sample_of

Function = Callable[..., Any]

# ---- where


@cache
def _where_dtype(x: t.Type, y: t.Type) -> Dtype | None:
    """The dtype of what ``np.where`` chooses from; ``None`` where Python's ints would not simply be cut to it."""
    assert isinstance(x, t.PythonScalar | t.NumpyScalar) and isinstance(y, t.PythonScalar | t.NumpyScalar)
    ones = [(1 << 40) + 1 if one == t.INT else sample_of(one) for one in (x, y)]
    try:
        chosen: Any = np.where(True, *ones)
    except OverflowError:
        return None
    return chosen.dtype if is_native(chosen.dtype) else None


def _where_type(condition: Arg, x: Arg, y: Arg) -> t.Type | None:
    arrays = array_types((condition, x, y))
    dtype = _where_dtype(element_arg(x).type, element_arg(y).type) if arrays else None
    if dtype is None:
        return None
    ndim = max(array.ndim for array in arrays)
    return t.Array(dtype, ndim, layout_of_result(arrays, ndim))


def _where_samples() -> Iterator[tuple[Any, ...]]:
    for array in sample_arrays():
        for other in (array, 2, 2.5, np.int8(1)):
            yield (array, array, other)
            yield (array, other, array)
        yield (True, array, 0)
    yield (np.zeros(2), np.zeros(3), 1)


def _pending_where(b: Builder, *args: Val) -> Pending:
    dtype = _where_dtype(*(element_arg(arg).type for arg in args[1:]))
    assert dtype is not None

    def compute(row: Sequence[Val]) -> Sequence[Val]:
        (chosen,) = b.number_as(row[0], BOOL_DTYPE)
        sides = zip(b.number_as(row[1], dtype), b.number_as(row[2], dtype), strict=True)
        return [b.numpy_val(dtype, *(b.select(chosen, one, other) for one, other in sides))]

    return pending_result(b, np.where, args, [as_operand(b, arg) for arg in args], dtype, compute)


@lowers(
    np.where,
    is_operand,
    is_operand,
    is_operand,
    result=_where_type,
    effects="allocates reads raises",
    samples=_where_samples,
    fusion=Fusion(
        takes=(0, 1, 2),
        waits=lambda *args: any(array.ndim for array in array_types(args)),
        build=_pending_where,
    ),
)
def where(b: Builder, condition: Val, x: Val, y: Val) -> Val:
    """The elements of the one array where the condition is true, else those of the other."""
    return final_result(b, _pending_where(b, condition, x, y))


# ---- clip

_CLIP: Final[np.ufunc] = np._core.umath.clip  # type: ignore[attr-defined]


def _clip_bounds(args: Sequence[Any], keywords: Mapping[str, Any], names: Sequence[str]) -> list[Any] | None:
    """The array and its bounds, an absent one as ``None``; ``None`` for other forms of the call."""
    given = {{"min": names[1], "max": names[2]}.get(name, name): value for name, value in keywords.items()}
    bound = bind(names, args, given)
    if bound is None or len(given) != len(keywords) or not is_none(bound.pop("out", None)):
        return None
    row = [bound[names[0]], *(None if is_none(bound.get(name)) else bound[name] for name in names[1:3])]
    return row if all(one is None or is_operand(one.type) for one in row) else None


def _clip_call(row: Sequence[Any]) -> tuple[np.ufunc, list[Any]]:
    """The ufunc that does it, with its operands."""
    array, low, high = row
    if low is None and high is None:
        return np.positive, [array]
    if low is None:
        return np.minimum, [array, high]
    return (np.maximum, [array, low]) if high is None else (_CLIP, [array, low, high])


def _clip_type(args: Sequence[Arg], keywords: Mapping[str, Arg], names: Sequence[str]) -> t.Type | None:
    row = _clip_bounds(args, keywords, names)
    if row is None or not isinstance(row[0].type, t.Array):
        return None
    ufunc, operands = _clip_call(row)
    loop = loop_for(ufunc, operands)
    if loop is None or loop[0].kind not in "iuf" or row[0].type.dtype.kind == "b":
        return None
    return type_of_results(loop[len(operands) :], operands)


def _loosened(b: Builder, bound: Val, dtype: Dtype, loop_dtype: Dtype, *, is_low: bool) -> Val:
    """A bound that is a Python int: none at all where no element of integers of `dtype` can be beyond it."""
    if bound.type != t.INT or dtype.kind not in "iu":
        return bound
    side = 0 if is_low else 1
    edge = limits_of(dtype)[side]
    if edge >= 1 << 63:
        return bound
    harmless = b.icmp("sle" if is_low else "sge", bound.part, b.i64(edge))
    (part,) = to_loop(b, b.int_val(b.select(harmless, b.i64(0), bound.part)), loop_dtype)
    unlimited = (-np.inf, np.inf)[side] if loop_dtype.kind == "f" else limits_of(loop_dtype)[side]
    one = t.NumpyScalar(loop_dtype)
    return Val(one, (b.select(harmless, b.constant(one, unlimited).part, part),))


@cache
def _clip_predicates(dtype: Dtype) -> tuple[str, str]:
    """When a number stays as it is at the lower and at the upper bound; on which side a tie of two zeros falls.

    That depends on the instructions that NumPy was compiled to.
    """
    zeros = np.zeros(8, dtype)
    takes_low = bool(np.signbit(np.clip(zeros, dtype.type(-0.0), dtype.type(1.0)))[0])
    takes_high = bool(np.signbit(np.clip(zeros, dtype.type(-1.0), dtype.type(-0.0)))[0])
    return "ogt" if takes_low else "oge", "olt" if takes_high else "ole"


def _clip_compute(b: Builder, dtype: Dtype) -> Compute:
    def compute(elements: Sequence[Val]) -> Sequence[Val]:
        value, low, high = (b.number_as(element, dtype)[0] for element in elements)
        if dtype.kind == "f":
            above, below = _clip_predicates(dtype)
            raised = b.select(b.or_(b.fcmp(above, value, low), is_nan(b, value)), value, low)
            return [b.numpy_val(dtype, b.select(b.or_(b.fcmp(below, raised, high), is_nan(b, raised)), raised, high))]
        letter, machine = "s" if dtype.kind == "i" else "u", part_type(dtype)
        raised = b.intrinsic(letter + "max", machine, value, low)
        return [b.numpy_val(dtype, b.intrinsic(letter + "min", machine, raised, high))]

    return compute


def _pending_clip(
    b: Builder, target: Function, names: Sequence[str], args: Sequence[Val], keywords: Mapping[str, Val]
) -> Pending:
    row = _clip_bounds(args, keywords, names)
    assert row is not None
    loop = loop_for(*_clip_call(row))
    assert loop is not None
    dtype = loop[0]
    bounds = [
        None if one is None else _loosened(b, one, row[0].type.dtype, dtype, is_low=is_low)
        for one, is_low in ((row[1], True), (row[2], False))
    ]
    ufunc, operands = _clip_call([row[0], *bounds])
    if ufunc is not _CLIP:
        return pending_call(b, ufunc, ufunc, operands)
    entering = []
    for operand in operands:
        value = as_operand(b, operand)
        entering.append(value if isinstance(value.type, t.Array) else b.numpy_val(dtype, *to_loop(b, value, dtype)))
    return pending_result(b, target, operands, entering, dtype, _clip_compute(b, dtype))


def _register_clip(function: object, target: Function, names: tuple[str, ...]) -> None:
    def samples() -> Iterator[tuple[Any, ...]]:
        for array in sample_arrays():
            for low, high in ((2, 5), (3, 2), (-1000, 1000), (1.5, 6), (np.int8(1), np.float32(3))):
                yield (array, low, high)

    def build(b: Builder, *args: Val, **keywords: Val) -> Pending:
        return _pending_clip(b, target, names, args, keywords)

    def waits(*args: Arg, **keywords: Arg) -> bool:
        return isinstance(_clip_type(args, keywords, names), t.Array)

    @lowers(
        function,
        t.Array,
        result=lambda *args, **keywords: _clip_type(args, keywords, names),
        rest=anything,
        keywords=dict.fromkeys((*names[1:], "min", "max"), anything),
        effects="allocates reads raises",
        samples=samples,
        fusion=Fusion(takes=(0, 1, 2), waits=waits, build=build),
    )
    def clip(b: Builder, *args: Val, **keywords: Val) -> Val:
        return array_or_number(b, build(b, *args, **keywords))


_register_clip(np.clip, np.clip, ("a", "a_min", "a_max", "out"))
_register_clip(method("clip"), np.ndarray.clip, ("self", "min", "max", "out"))


# ---- round


@cache
def _round_dtype(dtype: Dtype) -> Dtype:
    found: Dtype = np.round(np.ones((), dtype)).dtype
    return found


def _round_bounds(args: Sequence[Any], keywords: Mapping[str, Any]) -> tuple[Any, Any] | None:
    """The array and the number of decimals, if there is any; ``None`` for other forms of the call."""
    bound = bind(("a", "decimals", "out"), args, keywords)
    if bound is None or not is_none(bound.get("out")):
        return None
    decimals = bound.get("decimals")
    if decimals is not None and decimals.type not in (t.INT, t.BOOL):
        return None
    return bound["a"], decimals


def _round_type(args: Sequence[Arg], keywords: Mapping[str, Arg]) -> t.Type | None:
    found = _round_bounds(args, keywords)
    if found is None or not isinstance(found[0].type, t.Array):
        return None
    dtype = _round_dtype(found[0].type.dtype)
    if _gives_itself(found[0].type.dtype) and not _has_fewer_places(found[1]):
        return None
    if _is_multiplied(found[0].type, found[1]):
        return t.Array(dtype, found[0].type.ndim, "C")
    return type_of_results([dtype], [found[0]]) if is_native(dtype) else t.OBJECT


@cache
def _gives_itself(dtype: Dtype) -> bool:
    """Whether an array whose numbers need no rounding is its own result, as integers were before NumPy 2.4."""
    array: Any = np.ones(1, dtype)
    return np.round(array) is array


def _has_fewer_places(decimals: Arg | Val | None) -> bool:
    """Whether integers are rounded, too: to tens, hundreds and so on."""
    return decimals is not None and isinstance(decimals.const, int) and decimals.const < 0


def _type_of_itself(args: Sequence[Arg], keywords: Mapping[str, Arg]) -> t.Type | None:
    found = _round_bounds(args, keywords)
    if found is None or not isinstance(found[0].type, t.Array) or not found[0].type.ndim:
        return None
    places = 0 if found[1] is None else found[1].const
    itself = isinstance(places, int) and places >= 0 and _gives_itself(found[0].type.dtype)
    return found[0].type if itself else None


def _is_multiplied(array: t.Array, decimals: Arg | Val | None) -> bool:
    """Whether NumPy makes an array in C order before it rounds, whichever order the axes have."""
    places = 0 if decimals is None else decimals.const
    return array.layout == "A" and array.ndim > 1 and array.dtype.kind == "f" and places not in (0, False)


def _is_native_round(dtype: Dtype, decimals: Arg | Val | None) -> bool:
    places = 0 if decimals is None else decimals.const
    if not isinstance(places, int) or places < 0:
        return False
    return dtype.kind in "iu" or (dtype.kind == "f" and places <= _MOST_PLACES)


_MOST_PLACES: Final = 22
"""Up to here powers of ten are exact."""


def _pending_round(b: Builder, array: Val, decimals: Val | None) -> Pending:
    def compute(row: Sequence[Val]) -> Sequence[Val]:
        return [round_(b, row[0], decimals)]

    pending = pending_result(b, np.round, [array], [as_operand(b, array)], array_type(array).dtype, compute, dear=True)
    if _is_multiplied(array_type(array), decimals):
        pending.type = t.Array(array_type(array).dtype, array_type(array).ndim, "C")
    return pending


def _register_round(function: object, target: Function) -> None:
    def waits(*args: Arg, **keywords: Arg) -> bool:
        found = _round_bounds(args, keywords)
        if found is None or not found[0].type.ndim or _gives_itself(found[0].type.dtype):
            return False
        return _is_native_round(found[0].type.dtype, found[1])

    def build(b: Builder, *args: Val, **keywords: Val) -> Pending:
        found = _round_bounds(args, keywords)
        assert found is not None
        return _pending_round(b, *found)

    @lowers(
        function,
        t.Array,
        result=lambda *args, **keywords: _round_type(args, keywords),
        rest=anything,
        keywords={"decimals": anything, "out": anything},
        effects="allocates reads raises",
        samples=lambda: ((array, *row) for array in sample_arrays() for row in ((), (0,), (1,), (-1,))),
        fusion=Fusion(takes=(0,), waits=waits, build=build),
    )
    def lower(b: Builder, *args: Val, **keywords: Val) -> Val:
        found = _round_bounds(args, keywords)
        named = {name: Arg(arg.type, arg.const) for name, arg in keywords.items()}
        wanted = _round_type([Arg(arg.type, arg.const) for arg in args], named)
        assert found is not None and wanted is not None
        array, decimals = found
        dtype = array.type.dtype
        if not _is_native_round(dtype, decimals):
            given = [array] if decimals is None else [array, decimals]
            return call_python_on_arrays(b, target, given, wanted, "")

        return array_or_number(b, _pending_round(b, array, decimals))

    @lowers(
        function,
        t.Array,
        result=lambda *args, **keywords: _type_of_itself(args, keywords),
        rest=anything,
        keywords={"decimals": anything, "out": anything},
    )
    def lower_itself(b: Builder, *args: Val, **keywords: Val) -> Val:
        found = _round_bounds(args, keywords)
        assert found is not None
        itself: Val = found[0]
        return itself


_register_round(np.round, np.round)
_register_round(np.around, np.round)
_register_round(method("round"), np.ndarray.round)


# ---- conj


def _register_conjugate(name: str) -> None:
    @lowers(
        method(name),
        lambda one: isinstance(one, t.Array) and one.dtype.kind == "c",
        result=lambda array: type_of_array_call(np.conjugate, [array]),
        effects="allocates reads raises",
        samples=[(np.arange(3) + 1j,), (np.ones((2, 3), np.complex64).T,)],
        fusion=fusion_of(np.conjugate, np.conjugate),
    )
    def conjugate(b: Builder, array: Val) -> Val:
        return apply_to_arrays(b, np.conjugate, np.conjugate, [array])

    @lowers(
        method(name),
        lambda one: isinstance(one, t.Array) and one.dtype.kind in "iuf",
        result=lambda array: array.type,
        samples=[(np.arange(3),)],
    )
    def same(b: Builder, array: Val) -> Val:
        return array


_register_conjugate("conj")
_register_conjugate("conjugate")
