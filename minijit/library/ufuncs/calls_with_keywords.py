"""Calls of ufuncs with keywords: ``out=``, ``where=``, ``dtype=``, ``casting=``, ``order=``, and two outputs.

What native code can do becomes one loop: an array that says where to write is one more operand, and so is what the
output held before. The rest NumPy does, with the type that it gives for samples of the arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.copy_loops import overlaps
from minijit.library.arrays.dtypes import dtype_of_argument, is_none, known_value, text_of_argument
from minijit.library.builder import Builder, Val, item_of, tuple_val
from minijit.library.casts import cast_parts
from minijit.library.operands import anything
from minijit.library.registry import Arg, Fusion, lowers
from minijit.library.sampling import result_of
from minijit.library.ufuncs.array_calls import dtype_asked, elementwise_call, has_kernel, is_operand, new_results
from minijit.library.ufuncs.broadcasting import (
    broadcast_shapes,
    check_output,
    check_shapes,
    layout_of_result,
    shapes_of,
)
from minijit.library.ufuncs.element_trees import Elementwise, as_operand, elementwise
from minijit.library.ufuncs.elementwise import Loop
from minijit.library.ufuncs.elementwise_outputs import write_apart
from minijit.library.ufuncs.pending_results import call_python_on_arrays, refuse, release_temporaries
from minijit.library.ufuncs.scalar_calls import UFUNCS
from minijit.numpy_types import BOOL_DTYPE, Dtype, is_native

KEYWORDS: Final = ("out", "where", "dtype", "casting", "order", "subok")


@dataclass(frozen=True, slots=True)
class Call:
    """A call taken apart; `out` is the argument as it was given, `outputs` has one item for each result."""

    ufunc: np.ufunc
    operands: tuple[Any, ...]
    outputs: tuple[Any, ...]
    in_tuple: bool
    where: Any
    dtype: Dtype | None
    casting: str
    order: str

    @property
    def writes(self) -> bool:
        """Whether there is an array to write to."""
        return any(one is not None for one in self.outputs)


# ---- taking a call apart


def taken_apart(ufunc: np.ufunc, args: Sequence[Any], keywords: Mapping[str, Any]) -> Call | None:
    """The parts of a call; ``None`` where an argument is not known well enough, or Python refuses them."""
    nin, nout = ufunc.nin, ufunc.nout
    if not nin <= len(args) <= nin + nout or any(name not in KEYWORDS for name in keywords):
        return None
    given = list(args[nin:])
    in_tuple = nout > 1
    if given:
        if "out" in keywords:
            return None
    elif not is_none(keywords.get("out")):
        out = keywords["out"]
        in_tuple = in_tuple or isinstance(out.type, t.Tuple)
        if not isinstance(out.type, t.Tuple) and nout > 1:
            return None
        given = items_of(out) if isinstance(out.type, t.Tuple) else [out]
    outputs = [None if is_none(one) else one for one in given]
    outputs += [None] * (nout - len(outputs))
    if len(outputs) != nout or not all(one is None or isinstance(one.type, t.Array) for one in outputs):
        return None
    casting = text_of_argument(keywords.get("casting"), "same_kind")
    order = text_of_argument(keywords.get("order"), "K")
    dtype = dtype_of_argument(keywords.get("dtype"), None)
    if casting is None or order is None or (dtype is None and not is_none(keywords.get("dtype"))):
        return None
    where = keywords.get("where")
    if where is not None and known_value(where) is True:
        where = None
    return Call(ufunc, tuple(args[:nin]), tuple(outputs), in_tuple, where, dtype, casting, order)


def items_of(whole: Any) -> list[Any]:
    """The items of an argument that is a tuple."""
    if isinstance(whole, Val):
        return [item_of(whole, k) for k in range(len(whole.type.items))]  # type: ignore[union-attr]
    return [Arg(one, None if isinstance(one, t.NoneValue) else known_value(Arg(one))) for one in whole.type.items]


# ---- typing


@cache
def _loop(ufunc: np.ufunc, dtypes: tuple[Any, ...], dtype: Dtype | None, casting: str) -> Loop | None:
    """The loop that NumPy runs for these operands and outputs; ``None`` where it refuses, or where we can't."""
    signature: dict[str, Any] = {} if dtype is None else {"signature": (*[None] * ufunc.nin, *[dtype] * ufunc.nout)}
    try:
        found: tuple[Any, ...] = ufunc.resolve_dtypes(dtypes, casting=casting, **signature)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    if not all(isinstance(one, np.dtype) and is_native(np.dtype(one.str)) for one in found):
        return None
    return tuple(np.dtype(one.str) for one in found)


def native_loop(call: Call) -> Loop | None:
    """The loop, where native code can do the whole call."""
    ufunc = call.ufunc
    if not all(is_operand(one.type) for one in call.operands) or call.order not in "KC":
        return None
    asked = tuple(map(dtype_asked, call.operands))
    loop = _loop(ufunc, (*asked, *[None] * ufunc.nout), call.dtype, call.casting)
    if loop is None or not has_kernel(ufunc, loop) or _drops_imaginary(asked, loop):
        return None
    arrays = [one.type for one in call.operands if isinstance(one.type, t.Array)]
    if call.where is not None:
        if not (call.writes and _is_mask(call.where.type)) or (ufunc is np.power and loop[0].kind in "iu"):
            return None
        arrays += [call.where.type] if isinstance(call.where.type, t.Array) else []
    if not call.writes:
        return loop if call.order == "K" or all(one.layout == "C" for one in arrays) else None
    if any(one is None or not one.type.writable for one in call.outputs):
        return None
    wanted = tuple(np.dtype(one.type.dtype) for one in call.outputs)
    if _loop(ufunc, (*asked, *wanted), call.dtype, call.casting) is None or _drops_imaginary(loop[ufunc.nin :], wanted):
        return None
    ndim = call.outputs[0].type.ndim
    if any(one.type.ndim != ndim for one in call.outputs) or any(one.ndim > ndim for one in arrays):
        return None
    return loop


def _is_mask(one: t.Type) -> bool:
    if isinstance(one, t.Array):
        return bool(one.dtype == BOOL_DTYPE)
    return one == t.BOOL or one == t.NumpyScalar(BOOL_DTYPE)


def _drops_imaginary(sources: Sequence[Any], targets: Sequence[Dtype]) -> bool:
    """Whether a conversion drops imaginary parts: NumPy warns of that."""
    pairs = zip(sources, targets, strict=False)
    kinds = ((one.kind if isinstance(one, np.dtype) else "c" if one is complex else "f", to.kind) for one, to in pairs)
    return any(one == "c" and to not in "cb" for one, to in kinds)


def type_of_call(call: Call, args: Sequence[Any], keywords: Mapping[str, Any]) -> t.Type | None:
    """The type of what the call gives: the outputs themselves where there are some."""
    if call.writes and all(one is not None for one in call.outputs):
        kinds: list[t.Type] = [one.type for one in call.outputs]
    else:
        loop = None if call.writes else native_loop(call)
        if loop is None:
            return result_of(call.ufunc, args, keywords)
        arrays = [one.type for one in call.operands if isinstance(one.type, t.Array)]
        ndim = max((one.ndim for one in arrays), default=0)
        layout = layout_of_result(arrays, ndim) if ndim else "C"
        results = loop[call.ufunc.nin :]
        kinds = [t.Array(dtype, ndim, layout) if ndim else t.NumpyScalar(dtype) for dtype in results]
    return kinds[0] if len(kinds) == 1 else t.Tuple(tuple(kinds))


# ---- lowering


def _lower_new(b: Builder, call: Call, loop: Loop, by_python: Callable[[t.Type], Val]) -> Val:
    """New results."""
    return new_results(b, call.ufunc, loop, call.operands, lambda: by_python(t.NEVER))


def _lower_into(b: Builder, call: Call, loop: Loop, by_python: Callable[[t.Type], Val]) -> Val:
    """Results in arrays that are there."""
    outputs = list(call.outputs)
    row, compute = elementwise_call(b, call.ufunc, loop, call.operands)
    whole = elementwise(row, loop[len(call.operands) :], compute)
    masks = [] if call.where is None else [call.where]
    shapes = shapes_of([*call.operands, *masks, *outputs])
    shape, fits = broadcast_shapes(b, shapes)

    def refuse() -> object:
        return by_python(t.NEVER)

    if masks or len(outputs) > 1:
        # How NumPy words it depends on more than the shapes.
        for output in shapes[-len(outputs) :]:
            for one, wanted in zip(output, shape, strict=True):
                fits = b.and_(fits, b.icmp("eq", one, wanted))
        b.if_else(fits, lambda: (), lambda: _nothing(refuse), likely=True)
    else:
        check_shapes(b, fits, shapes, refuse)
        check_output(b, shapes[-1], shape, refuse)
    if masks:
        whole = _masked(b, whole, masks[0], outputs)

    def natively() -> tuple[Value, ...]:
        write_apart(b, whole, outputs, shapes[-1])
        return ()

    apart: Value = b.i1(True)
    if len(outputs) == 2:
        apart = b.not_(overlaps(b, *outputs))
    b.if_else(apart, natively, lambda: _nothing(lambda: by_python(t.OBJECT)), likely=True)
    release_temporaries(b, *row)
    return outputs[0] if len(outputs) == 1 else tuple_val(outputs)


def _nothing(build: Callable[[], object]) -> tuple[Value, ...]:
    build()
    return ()


def _masked(b: Builder, whole: Elementwise, mask: Val, outputs: Sequence[Val]) -> Elementwise:
    """The results where the mask is true, elsewhere what the outputs hold: these are read, too."""
    count = len(whole.arrays)
    mask = as_operand(b, mask)
    is_array = isinstance(mask.type, t.Array)
    dtypes = [np.dtype(one.type.dtype) for one in outputs]  # type: ignore[union-attr]

    def compute(row: Sequence[Val]) -> Sequence[Val]:
        chosen = row[count].part if is_array else mask.part
        found = []
        for result, old, dtype in zip(whole.compute(row[:count]), row[-len(outputs) :], dtypes, strict=True):
            assert isinstance(result.type, t.NumpyScalar)
            new = cast_parts(b, result.parts, result.type.dtype, dtype)
            parts = [b.select(chosen, one, other) for one, other in zip(new, old.parts, strict=True)]
            found.append(Val(t.NumpyScalar(dtype), parts))
        return found

    before = [as_operand(b, one) for one in outputs]
    if isinstance(before[0].type, t.Array):
        return Elementwise((*whole.arrays, *([mask] if is_array else []), *before), tuple(dtypes), compute)
    return Elementwise(whole.arrays, tuple(dtypes), lambda row: compute([*row, *before]))


# ---- entries


def _register(ufunc: np.ufunc, *, writes: bool) -> None:
    def result(*args: Arg, **keywords: Arg) -> t.Type | None:
        call = taken_apart(ufunc, args, keywords)
        if call is None or call.writes != writes:
            return None
        return type_of_call(call, args, keywords)

    @lowers(
        ufunc,
        *[anything] * ufunc.nin,
        result=result,
        rest=anything,
        keywords=dict.fromkeys(KEYWORDS, anything),
        effects="reads writes raises" if writes else "allocates reads raises",
        fusion=Fusion(takes=tuple(range(ufunc.nin))),
    )
    def lower(b: Builder, *args: Val, **keywords: Val) -> Val:
        call = taken_apart(ufunc, args, keywords)
        wanted = result(*(Arg(one.type, one.const) for one in args), **as_args(keywords))
        assert call is not None and wanted is not None

        def by_python(kind: t.Type) -> Val:
            given = [*args, *keywords.values()]
            if kind == t.NEVER:
                refuse(b, ufunc, given, tuple(keywords))
                return Val(t.NEVER)
            return call_python_on_arrays(b, ufunc, given, kind, "unknown" if writes else "", tuple(keywords))

        loop = native_loop(call)
        if loop is not None:
            return (_lower_into if writes else _lower_new)(b, call, loop, by_python)
        if any(one is None for one in call.outputs):
            return by_python(wanted)
        by_python(t.OBJECT)
        return call.outputs[0] if len(call.outputs) == 1 else tuple_val(call.outputs)


def as_args(keywords: Mapping[str, Val]) -> dict[str, Arg]:
    """Keyword arguments as typing sees them."""
    return {name: Arg(one.type, one.const) for name, one in keywords.items()}


for _ufunc in UFUNCS:
    _register(_ufunc, writes=False)
    _register(_ufunc, writes=True)

