"""Element-wise functions: one kernel computes one element, in the dtypes of the ufunc's loop.

A kernel is found by ufunc and by the kind of the loop's first dtype. Operators and calls of ufuncs use the same kernel;
which loop it is, NumPy decides (:func:`minijit.numpy_types.loop_of`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Final, TypeAlias

import numpy as np

from minijit import types as t
from minijit.errors import InternalError
from minijit.ir.builder import known
from minijit.ir.nodes import Value
from minijit.library.builder import Builder, Val, known_integer
from minijit.library.casts import rounded_to_half
from minijit.library.registry import Arg
from minijit.machine import F64, Machine, parts_of_dtype
from minijit.numpy_types import FLOAT16, FLOAT32, FLOAT64, INT64, Dtype, holds_int, limits_of, loop_of

Parts: TypeAlias = tuple[Value, ...]
Loop: TypeAlias = tuple[Dtype, ...]
Kernel: TypeAlias = Callable[[Builder, Loop, Sequence[Parts]], Parts]
"""``kernel(builder, loop, operands) -> parts of the result`` (of all results, one after the other)."""

_STEPS: Final = (np.nextafter, np.spacing)
"""Functions of the distance between neighbours, which is another one in single precision."""
_KERNELS: Final[dict[tuple[int, str], Kernel]] = {}


def kernel(*ufuncs: np.ufunc, kinds: str) -> Callable[[Kernel], Kernel]:
    """Register a kernel for the loops of `ufuncs` whose first dtype is of one of `kinds` (``dtype.kind``)."""

    def register(function: Kernel) -> Kernel:
        for ufunc in ufuncs:
            for kind in kinds:
                _KERNELS[id(ufunc), kind] = function
        return function

    return register


def kernel_of(ufunc: np.ufunc, loop: Loop) -> Kernel | None:
    """The kernel for a loop, or ``None`` where there is none."""
    found = _KERNELS.get((id(ufunc), loop[0].kind))
    if found is None or FLOAT16 not in loop:
        return found
    return None if ufunc in _STEPS else _in_singles(found)


@cache
def _in_singles(single: Kernel) -> Kernel:
    """A kernel that computes in single precision, as NumPy does for float16, and rounds the results."""

    def rounded(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
        wide = tuple(FLOAT32 if dtype == FLOAT16 else dtype for dtype in loop)
        parts = single(b, wide, operands)
        dtypes = loop[len(operands) :]
        if len(parts) != len(dtypes):
            raise InternalError(f"{len(parts)} parts for results of {[dtype.name for dtype in dtypes]}")
        return tuple(
            rounded_to_half(b, part) if dtype == FLOAT16 else part for part, dtype in zip(parts, dtypes, strict=True)
        )

    return rounded


def is_numeric(one: t.Type) -> bool:
    """Whether `one` is a number of Python's or NumPy's."""
    return isinstance(one, t.PythonScalar | t.NumpyScalar)


def plan_of(ufunc: np.ufunc, args: Sequence[Arg]) -> tuple[Loop, Kernel] | None:
    """The loop and the kernel for scalar arguments; ``None`` where NumPy refuses them or there is no kernel."""
    types = tuple(arg.type for arg in args)
    if not all(isinstance(one, t.PythonScalar | t.NumpyScalar) for one in types):
        return None
    loop = loop_of(ufunc, types)
    if loop is None:
        return None
    function = kernel_of(ufunc, loop)
    return None if function is None else (loop, function)


def run(b: Builder, ufunc: np.ufunc, args: Sequence[Val]) -> tuple[Loop, Parts]:
    """Compute `ufunc` on scalars; the parts of the results in the dtypes that the loop gives."""
    plan = plan_of(ufunc, [Arg(arg.type, arg.const) for arg in args])
    if plan is None:
        raise InternalError(f"no kernel of {ufunc} for {[str(arg.type) for arg in args]}")
    loop, function = plan
    return loop, function(b, loop, [to_loop(b, arg, dtype) for arg, dtype in zip(args, loop, strict=False)])


def to_loop(b: Builder, value: Val, dtype: Dtype) -> Parts:
    """A scalar as an operand of a loop; a Python int that does not fit raises NumPy's OverflowError."""
    if value.type == t.INT:
        return python_int_as(b, value, dtype)
    return b.number_as(value, dtype)


def python_int_as(b: Builder, value: Val, dtype: Dtype) -> Parts:
    """A Python int converted to `dtype` as NumPy converts it: out-of-range raises OverflowError."""
    if dtype.kind in "iu" and dtype != INT64:
        least, largest = limits_of(dtype)
        number = known_integer(value)
        if number is None or not holds_int(dtype, number):
            word = value.part
            inside = b.icmp("sge", word, b.i64(least))
            if dtype.itemsize < 8:
                inside = b.and_(inside, b.icmp("sle", word, b.i64(largest)))
            message = f"Python integer {{0}} out of bounds for {dtype.name}"
            b.check(inside, OverflowError, message, word)
    if dtype.kind in "fc" and dtype.itemsize in (2, 4, 8) and parts_of_dtype(dtype)[0] is not F64:
        # By way of the double, as NumPy: that rounds twice.
        return b.number_as(Val(t.FLOAT, b.number_as(value, FLOAT64)), dtype)
    return b.number_as(value, dtype)


def part_type(dtype: Dtype) -> Machine:
    """The machine type of the (real) part of a dtype."""
    return parts_of_dtype(dtype)[0]


def known_operand(value: Value) -> int | None:
    """The integer that an operand of a kernel is, where it is a constant."""
    number = known(value)
    return number if isinstance(number, int) else None


def type_of_results(loop: Loop, operands: int) -> t.Type:
    """The type of the results of a loop."""
    results = tuple(t.NumpyScalar(dtype) for dtype in loop[operands:])
    return results[0] if len(results) == 1 else t.Tuple(results)
