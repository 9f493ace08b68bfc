"""Results of operations on whole arrays that may be left pending, to be computed in the loop of whoever reads them.

A pending result is checked: shapes that don't fit have been refused, numbers converted. Only its elements are missing.
:func:`settled` computes them after all, into a new array.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.builder import Builder, Val, tuple_val
from minijit.library.memory import array_type, owner_of, shape_of, strides_of
from minijit.library.ufuncs.broadcasting import (
    broadcast_shapes,
    check_shapes,
    has_shape,
    layout_of_result,
    ordered_strides,
    shapes_of,
)
from minijit.library.ufuncs.element_trees import Compute, as_laid_out, elementwise
from minijit.library.ufuncs.elementwise_loops import write
from minijit.library.vals import Pending
from minijit.numpy_types import Dtype


def pending_result(
    b: Builder,
    function: object,
    args: Sequence[Val],
    operands: Sequence[Val],
    dtype: Dtype,
    compute: Compute,
    *,
    dear: bool = False,
) -> Pending:
    """The result of an operation computed element by element: an array of the broadcast shape of `args`.

    Parameters
    ----------
    function, args
        What is called: ``function(*args)`` raises where shapes do not fit.
    operands : sequence of Val
        What `compute` gets one element of each of: arrays, some of them pending, and numbers.
    dtype : Dtype
        That of the result.
    dear : bool
        Whether an element takes more than a few instructions.
    """
    shapes = shapes_of(args)
    shape, fits = broadcast_shapes(b, shapes)
    check_shapes(b, fits, shapes, lambda: refuse(b, function, args))
    row = [once_for_each_element(b, one, shape) for one in operands]
    arrays = [one for one in row if isinstance(one.type, t.Array)]
    kind = t.Array(dtype, len(shape), layout_of_result([array_type(one) for one in arrays], len(shape)))

    def layout(b: Builder) -> Sequence[Value]:
        return ordered_strides(b, dtype, [as_laid_out(b, one) for one in arrays], shape)

    pending = [one for one in row if isinstance(one, Pending)]
    # What was stored to be computed once is released with the rest.
    stored = [owner_of(one) for one, given in zip(row, operands, strict=True) if one is not given]
    null = b.null()
    return Pending(
        kind,
        (null, null, null, *shape),
        row,
        compute,
        layout,
        dear=dear,
        temporaries=[*stored, *(owner for one in pending for owner in one.temporaries)],
    )


def once_for_each_element(b: Builder, operand: Val, shape: Sequence[Value]) -> Val:
    """An operand; stored where computing it again for every repetition of its elements is surely dear."""
    if not isinstance(operand, Pending) or not operand.costly:
        return operand
    own = shape_of(operand)
    pairs = zip(own, shape[len(shape) - len(own) :], strict=True)
    if len(own) == len(shape) and not any(known(one) == 1 and known(whole) != 1 for one, whole in pairs):
        return operand
    if operand.stored is None:
        operand.stored = settled(b, operand)
    return operand.stored


def settled(b: Builder, value: Val) -> Val:
    """An array itself; a pending one is computed and stored."""
    return _stored(b, value, is_result=False) if isinstance(value, Pending) else value


def array_or_number(b: Builder, value: Pending) -> Val:
    """What NumPy gives for a result: an array, or a number where it has no axes."""
    return final_result(b, value) if array_type(value).ndim else value.compute(value.operands)[0]


def final_result(b: Builder, value: Pending) -> Val:
    """Like :func:`settled`, as the last that an operation does: the result may take the memory of one that dies."""
    return _stored(b, value, is_result=True)


def _stored(b: Builder, value: Pending, *, is_result: bool) -> Val:
    kind, shape = array_type(value), shape_of(value)
    strides = strides_of(b, as_laid_out(b, value)) if kind.layout == "A" else ()
    whole = elementwise(value.operands, [kind.dtype], value.compute)
    over = replaceable(b, whole.arrays, kind, shape, strides) if is_result else ()
    made = allocate(b, kind.dtype, shape, kind.layout, strides=strides, over=over)
    write(b, whole, [made], shape, local=True)
    release_temporaries(b, value)
    return made


def replaceable(
    b: Builder, arrays: Sequence[Val], kind: t.Array, shape: Sequence[Value], strides: Sequence[Value]
) -> list[Value]:
    """The owners of arrays that die, and whose elements are read only to compute the same element of a new array.

    They are null where the new array has another shape, or other strides.
    """
    owners: list[Value] = []
    for array in arrays:
        own = array_type(array)
        alike = (own.ndim, own.layout, own.dtype.itemsize) == (kind.ndim, kind.layout, kind.dtype.itemsize)
        if not alike or owner_of(array) not in b.dying:
            continue
        same = has_shape(b, array, shape)
        if kind.layout == "A":
            for one, other in zip(strides_of(b, array), strides, strict=True):
                same = b.and_(same, b.icmp("eq", one, other))
        owners.append(b.select(same, owner_of(array), b.null()))
    return owners[:2]


def call_python_on_arrays(
    b: Builder,
    function: object,
    args: Sequence[Val],
    wanted: t.Type,
    effects: str,
    keywords: tuple[str, ...] = (),
) -> Val:
    """:meth:`Builder.call_python`, with pending arguments stored for the time of the call."""
    given = [settled(b, arg) for arg in args]
    result = b.call_python(function, given, wanted, keywords, effects)
    for arg, stored in zip(args, given, strict=True):
        if stored is not arg:
            b.emit("decref", (owner_of(stored),))
    return result


def release_temporaries(b: Builder, *values: Val) -> None:
    """Let go of what was stored for the elements of pending arrays, which have been computed."""
    owners = [owner for value in values if isinstance(value, Pending) for owner in value.temporaries]
    for owner in dict.fromkeys(owners):
        b.emit("decref", (owner,))


# ---- errors


def refuse(b: Builder, function: object, args: Sequence[Val], keywords: tuple[str, ...] = ()) -> None:
    """Call ``function(*args)``, which raises because of the shapes; `keywords` name the last of `args`."""
    if not any(isinstance(arg, Pending) for arg in args):
        b.call_python(function, args, t.NEVER, keywords, effects="")
        return
    given = []
    for arg in args:
        if isinstance(arg, Pending):
            dtype = array_type(arg).dtype
            lengths = [b.int_val(length) for length in shape_of(arg)]
            arg = tuple_val([b.constant(t.Const(dtype), dtype), *lengths])
        given.append(arg)
    target = b.constant(t.Const(function), function)
    b.call_python(call_on_shapes, [target, *given], t.NEVER, keywords, effects="")


def call_on_shapes(function: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
    """Call `function`; an array that is not there is given as a tuple of its dtype and shape."""
    return function(*map(_of_shape, args), **keywords)


def _of_shape(arg: Any) -> Any:
    if isinstance(arg, tuple) and arg and isinstance(arg[0], np.dtype):
        return np.broadcast_to(np.zeros((), arg[0]), arg[1:])
    return arg
