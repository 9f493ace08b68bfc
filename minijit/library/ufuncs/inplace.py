"""Results that are written into an array that is there already: ``a += b`` and its like."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.library.builder import Builder, Val
from minijit.library.numbers.numpy_arithmetic import BINARY
from minijit.library.operands import anything
from minijit.library.registry import Arg, Fusion, lowers
from minijit.library.ufuncs.array_calls import (
    Function,
    array_types,
    as_computed,
    dtype_asked,
    elementwise_call,
    has_kernel,
    is_operand,
    loop_for,
    sample_arrays,
)
from minijit.library.ufuncs.broadcasting import broadcast_shapes, check_output, check_shapes, shapes_of
from minijit.library.ufuncs.element_trees import elementwise
from minijit.library.ufuncs.elementwise import Loop
from minijit.library.ufuncs.elementwise_outputs import write_apart
from minijit.library.ufuncs.pending_results import call_python_on_arrays, refuse, release_temporaries
from minijit.numpy_types import Dtype

_INPLACE: Final[dict[Function, Function]] = {
    operator.iadd: operator.add,
    operator.isub: operator.sub,
    operator.imul: operator.mul,
    operator.itruediv: operator.truediv,
    operator.ifloordiv: operator.floordiv,
    operator.imod: operator.mod,
    operator.ipow: operator.pow,
    operator.ilshift: operator.lshift,
    operator.irshift: operator.rshift,
    operator.iand: operator.and_,
    operator.ior: operator.or_,
    operator.ixor: operator.xor,
}


# ---- whether native code can do it


@cache
def _can_write(ufunc: np.ufunc, dtypes: tuple[Any, ...], output: Dtype) -> bool:
    """Whether NumPy writes what `ufunc` gives for operands of these dtypes into an array of dtype `output`."""
    try:
        ufunc.resolve_dtypes((*dtypes, output))
    except TypeError:
        return False
    return True


def native_loop(ufunc: np.ufunc, args: Sequence[Arg | Val], output: t.Array) -> Loop | None:
    """The loop whose result native code writes into `output`; ``None`` where Python has to do it, or to refuse."""
    if ufunc.nout != 1 or not output.writable or not all(is_operand(arg.type) for arg in args):
        return None
    loop = loop_for(ufunc, args)
    if loop is None or not has_kernel(ufunc, loop):
        return None
    if max((array.ndim for array in array_types(args)), default=0) > output.ndim:
        return None
    return loop if _can_write(ufunc, tuple(map(dtype_asked, args)), output.dtype) else None


# ---- writing


def write_into(b: Builder, function: Function, ufunc: np.ufunc, args: Sequence[Val], output: Val) -> None:
    """Compute `ufunc` on `args` into `output`; ``function(*args)`` raises for shapes that do not fit."""
    assert isinstance(output.type, t.Array)
    loop = native_loop(ufunc, args, output.type)
    assert loop is not None
    row, compute = elementwise_call(b, ufunc, loop, args)
    shapes = shapes_of([*args, output])
    shape, fits = broadcast_shapes(b, shapes)

    def by_python() -> None:
        refuse(b, function, [*args, output] if function is ufunc else args)

    check_shapes(b, fits, shapes, by_python)
    check_output(b, shapes[-1], shape, by_python)
    write_apart(b, elementwise(row, loop[len(args) :], compute), [output], shapes[-1])
    release_temporaries(b, *row)


# ---- a += b


def _register_inplace(function: Function, plain: Function) -> None:
    ufunc = BINARY[plain]

    def chosen(args: Sequence[Arg | Val]) -> tuple[np.ufunc, Sequence[Any]]:
        one = as_computed(function, ufunc, args)
        return one, args[: one.nin]

    @lowers(
        function,
        t.Array,
        anything,
        result=lambda array, other: array.type,
        effects="reads writes raises",
        samples=_inplace_samples,
        fusion=Fusion(takes=(1,)),
    )
    def lower(b: Builder, array: Val, other: Val) -> Val:
        assert isinstance(array.type, t.Array)
        one, operands = chosen((array, other))
        if native_loop(one, operands, array.type) is not None:
            write_into(b, function if one is ufunc else one, one, operands, array)
        else:
            call_python_on_arrays(b, function, (array, other), t.OBJECT, "unknown")
        return array


def _inplace_samples() -> Iterator[tuple[Any, ...]]:
    for array in sample_arrays():
        for other in (2, 1.5, np.int8(2), np.arange(4, dtype=np.int8), np.ones((3, 1), np.float32), array):
            yield (array, other)
    line = np.arange(10.0)
    yield (line[1:], line[:-1])
    yield (line[:-1], line[1:])
    yield (line[::-1], line)
    yield (np.arange(3), np.arange(4))
    yield (np.arange(4), (1, 2, 3, 4))


for _function, _plain in _INPLACE.items():
    _register_inplace(_function, _plain)
