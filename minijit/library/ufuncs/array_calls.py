"""Operators and ufuncs on whole arrays, alone, with each other and with numbers: new arrays of the broadcast shape.

There is one mechanism for all of them: NumPy says which loop it would run, the kernel that serves numbers computes one
element, and :mod:`minijit.library.ufuncs.elementwise_loops` builds the loops around it. What has no kernel goes through
Python, with the type that the loop gives.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.builder import known
from minijit.library.builder import Builder, Val, tuple_val
from minijit.library.indexing.index_expressions import element_type
from minijit.library.kernels.array_kernels import array_kernel_of
from minijit.library.kernels.float_kernels import float_const
from minijit.library.numbers.numpy_arithmetic import BINARY, UNARY
from minijit.library.numbers.numpy_comparisons import COMPARISONS, NUMPY_BOOL, compare
from minijit.library.registry import Arg, Fusion, lowers
from minijit.library.ufuncs.broadcasting import (
    allocate_result,
    broadcast_shapes,
    check_shapes,
    layout_of_result,
    shapes_of,
)
from minijit.library.ufuncs.division_by_number import division_by_number
from minijit.library.ufuncs.element_trees import Compute, as_laid_out, as_operand, elementwise
from minijit.library.ufuncs.elementwise import Loop, Parts, is_numeric, kernel_of, to_loop
from minijit.library.ufuncs.elementwise_loops import write
from minijit.library.ufuncs.pending_results import (
    call_python_on_arrays,
    final_result,
    pending_result,
    refuse,
    release_temporaries,
)
from minijit.library.ufuncs.scalar_calls import UFUNCS
from minijit.library.vals import Pending
from minijit.machine import parts_of_dtype
from minijit.numpy_types import BOOL_DTYPE, Dtype, is_native, loop_of

Function = Callable[..., Any]
OPERATORS: Final[dict[Function, np.ufunc]] = {**BINARY, **UNARY, **COMPARISONS}
"""The ufunc that computes what an operator gives."""
_COMPARING: Final = frozenset(COMPARISONS.values())
_CHEAP: Final = frozenset(
    {
        *_COMPARING,
        *(np.add, np.subtract, np.multiply, np.true_divide, np.square, np.sqrt, np.reciprocal, np.negative),
        *(np.positive, np.absolute, np.fabs, np.sign, np.signbit, np.copysign, np.conjugate),
        *(np.maximum, np.minimum, np.fmax, np.fmin, np.floor, np.ceil, np.trunc, np.rint),
        *(np.logical_and, np.logical_or, np.logical_xor, np.logical_not, np.isnan, np.isfinite, np.isinf),
        *(np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert, np.left_shift, np.right_shift),
    }
)
"""Ufuncs of a few instructions: computing an element again is no dearer than loading it."""
_BY_NUMBER: Final = {2: np.square, -1: np.reciprocal}


def is_operand(one: t.Type) -> bool:
    """Whether `one` may be an operand: an array or a number."""
    return isinstance(one, t.Array) or is_numeric(one)


def element_arg(arg: Arg | Val) -> Arg:
    """An operand as one element of it."""
    return Arg(element_type(arg.type)) if isinstance(arg.type, t.Array) else Arg(arg.type, arg.const)


def array_types(args: Sequence[Arg | Val]) -> list[t.Array]:
    """The types of the operands that are arrays."""
    return [arg.type for arg in args if isinstance(arg.type, t.Array)]


# ---- typing


def loop_for(ufunc: np.ufunc, args: Sequence[Arg | Val]) -> Loop | None:
    """The dtypes of the loop that NumPy runs; ``None`` where it refuses the operands, or where we can't hold them."""
    return loop_of(ufunc, tuple(element_arg(arg).type for arg in args))


def type_of_results(dtypes: Sequence[Dtype], args: Sequence[Arg | Val]) -> t.Type:
    """The type of new results of these dtypes: arrays, or NumPy scalars where no operand has an axis."""
    arrays = array_types(args)
    ndim = max(array.ndim for array in arrays)
    layout = layout_of_result(arrays, ndim)
    found: list[t.Type] = [t.Array(dtype, ndim, layout) if ndim else t.NumpyScalar(dtype) for dtype in dtypes]
    return found[0] if len(found) == 1 else t.Tuple(tuple(found))


def type_of_array_call(ufunc: np.ufunc, args: Sequence[Arg | Val]) -> t.Type | None:
    """The type of what `ufunc` gives for operands of which one is an array.

    What native code can't hold (a result of dtype longdouble) is an object.
    """
    if not array_types(args):
        return None
    dtypes = result_dtypes(ufunc, tuple(map(dtype_asked, args)))
    if dtypes is None:
        return None
    return type_of_results(dtypes, args) if all(map(is_native, dtypes)) else t.OBJECT


def dtype_asked(arg: Arg | Val) -> Any:
    """What ``ufunc.resolve_dtypes`` is given for an operand: a dtype, or the class of a Python number (it is weak)."""
    one = element_arg(arg).type
    if isinstance(one, t.PythonScalar):
        return BOOL_DTYPE if one == t.BOOL else {"int": int, "float": float, "complex": complex}[one.name]
    assert isinstance(one, t.NumpyScalar)
    return one.dtype


@cache
def result_dtypes(ufunc: np.ufunc, operands: tuple[Any, ...]) -> tuple[Dtype, ...] | None:
    """The dtypes of the results; ``None`` where NumPy refuses the operands."""
    try:
        loop: tuple[Any, ...] = ufunc.resolve_dtypes((*operands, *[None] * ufunc.nout))
    except TypeError:
        return None
    return tuple(np.dtype(dtype.str) for dtype in loop[ufunc.nin :])


def as_computed(function: Function, ufunc: np.ufunc, args: Sequence[Arg | Val]) -> np.ufunc:
    """The ufunc that runs: for ``a ** 2`` and ``a ** -1`` NumPy takes one that is faster."""
    if function not in (operator.pow, operator.ipow) or not isinstance(args[0].type, t.Array):
        return ufunc
    exponent = args[1].const
    kind = args[0].type.dtype.kind
    if type(exponent) is int and (kind in "fc" or (kind == "b" and exponent == 2)):
        return _BY_NUMBER.get(exponent, ufunc)
    return ufunc


def type_of_call(function: Function, ufunc: np.ufunc, args: Sequence[Arg | Val]) -> t.Type | None:
    """The type of what an operator or ufunc gives for operands of which one is an array."""
    chosen = as_computed(function, ufunc, args)
    if _may_be_squared(function, args):
        return None
    return type_of_array_call(chosen, args[: chosen.nin])


def _may_be_squared(function: Function, args: Sequence[Arg | Val]) -> bool:
    """Whether the dtype of a power of bools depends on the exponent: with 2 it is that of a product."""
    base = args[0].type
    is_power = function in (operator.pow, operator.ipow) and isinstance(base, t.Array) and base.dtype.kind == "b"
    return is_power and args[1].type == t.INT and type(args[1].const) is not int


def operands_for(function: Function, ufunc: np.ufunc, args: Sequence[Val]) -> tuple[np.ufunc, Sequence[Val]]:
    """The ufunc that runs, and its operands."""
    chosen = as_computed(function, ufunc, args)
    return chosen, args[: chosen.nin]


# ---- one element


def has_kernel(ufunc: np.ufunc, loop: Loop) -> bool:
    """Whether elements can be computed natively."""
    return kernel_of(ufunc, loop) is not None


def compute_of(b: Builder, ufunc: np.ufunc, loop: Loop) -> Compute:
    """How the elements of the results are computed from those of the operands."""
    if ufunc in _COMPARING:
        return lambda row: [Val(NUMPY_BOOL, (compare(b, ufunc, row[0], row[1]),))]
    kernel = array_kernel_of(ufunc, loop)
    assert kernel is not None

    def compute(row: Sequence[Val]) -> Sequence[Val]:
        assert kernel is not None
        parts = kernel(b, loop, [b.number_as(value, dtype) for value, dtype in zip(row, loop, strict=False)])
        results = []
        for dtype in loop[len(row) :]:
            count = len(parts_of_dtype(dtype))
            results.append(Val(t.NumpyScalar(dtype), parts[:count]))
            parts = parts[count:]
        return results

    return compute


def elementwise_call(
    b: Builder, ufunc: np.ufunc, loop: Loop, args: Sequence[Val]
) -> tuple[Sequence[Val], Compute]:
    """The operands of `ufunc` on arrays and numbers, and what computes an element of the results from theirs.

    Numbers (and arrays without axes) are converted here, before any loop.
    """
    row = []
    for arg, dtype in zip(args, loop, strict=False):
        value = as_operand(b, arg)
        if not isinstance(value.type, t.Array) and ufunc not in _COMPARING:
            value = Val(t.NumpyScalar(dtype), to_loop(b, value, dtype))
        row.append(value)
    compute = compute_of(b, ufunc, loop)
    if ufunc is np.power and loop[0].kind == "f" and not isinstance(row[1].type, t.Array):
        compute = _power_by_number(b, loop, compute)
    if len(row) == 2 and not isinstance(row[1].type, t.Array):
        compute = division_by_number(b, ufunc, loop, row[1]) or compute
    return row, compute


def _power_by_number(b: Builder, loop: Loop, general: Compute) -> Compute:
    """Powers with one exponent for all elements: 2, 0.5 and -1 are computed in the faster and more exact way."""
    simple = {2.0: np.square, 0.5: np.sqrt, -1.0: np.reciprocal}
    result = t.NumpyScalar(loop[2])

    def special(number: float, x: Parts) -> Parts:
        kernel = kernel_of(simple[number], loop)
        assert kernel is not None
        return kernel(b, (loop[0], loop[2]), [x])

    def compute(row: Sequence[Val]) -> Sequence[Val]:
        x = b.number_as(row[0], loop[0])
        exponent = row[1].part
        number = known(exponent)
        if number is not None:
            return [Val(result, special(float(number), x))] if number in simple else general(row)

        def simply() -> Parts:
            chosen = special(2.0, x)[0]
            for one in (0.5, -1.0):
                equal = b.fcmp("oeq", exponent, float_const(b, exponent, one))
                chosen = b.select(equal, special(one, x)[0], chosen)
            return (chosen,)

        is_simple = b.i1(False)
        for one in simple:
            is_simple = b.or_(is_simple, b.fcmp("oeq", exponent, float_const(b, exponent, one)))  # type: ignore[assignment]
        return [Val(result, b.if_else(is_simple, simply, lambda: general(row)[0].parts))]

    return compute


# ---- whole arrays


def pending_call(b: Builder, function: Function, ufunc: np.ufunc, args: Sequence[Val]) -> Pending:
    """What :func:`can_wait` says may be left pending."""
    chosen, operands = operands_for(function, ufunc, args)
    loop = loop_for(chosen, operands)
    assert loop is not None
    row, compute = elementwise_call(b, chosen, loop, operands)
    return pending_result(
        b,
        function,
        args,
        row,
        loop[-1],
        compute,
        dear=chosen not in _CHEAP and not _is_simple_power(chosen, operands),
    )


def can_wait(function: Function, ufunc: np.ufunc, args: Sequence[Arg | Val]) -> bool:
    """Whether the result is one array whose elements may be computed later: natively, and without raising anything."""
    chosen = as_computed(function, ufunc, args)
    operands = args[: chosen.nin]
    if chosen.nout != 1 or not any(array.ndim for array in array_types(operands)):
        return False
    loop = loop_for(chosen, operands)
    return loop is not None and has_kernel(chosen, loop) and not (chosen is np.power and loop[0].kind in "iu")


def _is_simple_power(ufunc: np.ufunc, operands: Sequence[Val]) -> bool:
    return ufunc is np.power and operands[1].const in (2.0, 0.5, -1.0)


def new_results(
    b: Builder,
    ufunc: np.ufunc,
    loop: Loop,
    args: Sequence[Val],
    by_python: Callable[[], object],
) -> Val:
    """New arrays for the results of `ufunc`, or NumPy scalars where no operand has an axis.

    `by_python` raises for shapes that do not fit.
    """
    row, compute = elementwise_call(b, ufunc, loop, args)
    whole = elementwise(row, loop[len(args) :], compute)
    if not whole.arrays:
        return _one_or_tuple(list(whole.compute([])))
    shapes = shapes_of(args)
    shape, fits = broadcast_shapes(b, shapes)
    check_shapes(b, fits, shapes, by_python)
    laid_out = [as_laid_out(b, one) for one in row if isinstance(one.type, t.Array)]
    made = [allocate_result(b, dtype, laid_out, shape) for dtype in whole.results]
    write(b, whole, made, shape, local=True)
    release_temporaries(b, *row)
    return _one_or_tuple(made)


def _one_or_tuple(values: Sequence[Val]) -> Val:
    return values[0] if len(values) == 1 else tuple_val(values)


def apply_to_arrays(b: Builder, function: Function, ufunc: np.ufunc, args: Sequence[Val]) -> Val:
    """What an operator or ufunc gives for operands of which one is an array."""
    chosen, operands = operands_for(function, ufunc, args)
    wanted = type_of_array_call(chosen, operands)
    assert wanted is not None
    loop = loop_for(chosen, operands)
    if loop is None or not has_kernel(chosen, loop):
        return call_python_on_arrays(b, function, args, wanted, "")
    if chosen.nout > 1 or not isinstance(wanted, t.Array):
        return new_results(b, chosen, loop, operands, lambda: refuse(b, function, args))
    return final_result(b, pending_call(b, function, ufunc, args))


# ---- entries


def sample_arrays() -> list[np.ndarray[Any, Any]]:
    """Arrays of several dtypes and layouts whose shapes can be broadcast."""
    table = np.arange(1, 13).reshape(3, 4)
    return [
        table.astype(np.float64),
        np.asfortranarray(table.astype(np.float32)),
        table.astype(np.int64)[::-1],
        table.astype(np.int8)[:, :1],
        np.arange(4, dtype=np.uint8)[::-1],
        np.array(3, np.int16),
        table[0] > 2,
        np.arange(4) + 0.5j,
    ]


def _samples(count: int) -> Iterator[tuple[Any, ...]]:
    arrays = sample_arrays()
    for first in arrays:
        if count == 1:
            yield (first,)
            continue
        for second in (arrays[0], arrays[4], arrays[5], 2, 1.5, np.float32(2)):
            yield (first, second)
        yield (2, first)
    if count == 2:
        yield (np.zeros(3), np.zeros(4))
        yield (np.zeros((0, 3)), np.zeros((1, 3)))


def fusion_of(function: Function, ufunc: np.ufunc) -> Fusion:
    """How an operator or ufunc takes part in fusion."""
    return Fusion(
        takes=tuple(range(ufunc.nin)),
        waits=lambda *args: can_wait(function, ufunc, args),
        build=lambda b, *args: pending_call(b, function, ufunc, args),
    )


def _register(function: Function, ufunc: np.ufunc) -> None:
    @lowers(
        function,
        *[is_operand] * ufunc.nin,
        result=lambda *args: type_of_call(function, ufunc, args),
        effects="allocates reads raises",
        samples=lambda: _samples(ufunc.nin),
        fusion=fusion_of(function, ufunc),
    )
    def lower(b: Builder, *args: Val) -> Val:
        return apply_to_arrays(b, function, ufunc, args)


for _function, _ufunc in OPERATORS.items():
    _register(_function, _ufunc)
for _ufunc in UFUNCS:
    _register(_ufunc, _ufunc)
