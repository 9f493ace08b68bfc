"""Broadcasting: the common shape of several arrays, and the order in which NumPy would lay out a new one of it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.nodes import Instr, Value
from minijit.library.arrays.allocation import allocate
from minijit.library.arrays.copy_loops import MOST_MESSAGE_WORDS, shape_format
from minijit.library.builder import Builder, Val
from minijit.library.memory import array_type, contiguous_strides, shape_of, strides_of
from minijit.library.ufuncs.axis_order import axes_in_order, strides_in
from minijit.machine import I64
from minijit.numpy_types import Dtype

Shape = Sequence[Value]


def shapes_of(args: Sequence[Val]) -> list[Shape]:
    """The shapes of operands; that of a number is empty."""
    return [shape_of(arg) if isinstance(arg.type, t.Array) else () for arg in args]


def broadcast_shapes(b: Builder, shapes: Sequence[Shape]) -> tuple[list[Value], Value]:
    """The shape that all of `shapes` are broadcast to, and whether they can be.

    What is built with the shape must stand behind a test that they can be: lengths that have been broadcast to another
    one already are not looked at again.
    """
    ndim = max(map(len, shapes), default=0)
    one = b.i64(1)
    result: list[Value] = []
    fits: Value = b.i1(True)
    for axis in range(ndim):
        lengths = [shape[axis - ndim + len(shape)] for shape in shapes if axis - ndim + len(shape) >= 0]
        whole = lengths[0]
        for length in lengths[1:]:
            if length is whole or length in b.broadcast.get(whole, ()):
                continue
            if whole in b.broadcast.get(length, ()):
                whole = length
                continue
            both = b.select(b.icmp("eq", whole, one), length, whole)
            fits = b.and_(fits, b.or_(b.icmp("eq", both, length), b.icmp("eq", length, one)))
            if both is not whole and both is not length:
                b.broadcast[both] = {whole, length, *b.broadcast.get(whole, ()), *b.broadcast.get(length, ())}
            whole = both
        result.append(whole)
    return result, fits


def check_shapes(b: Builder, fits: Value, shapes: Sequence[Shape], by_python: Callable[[], object]) -> None:
    """Raise the ValueError with which NumPy refuses to broadcast operands of these shapes.

    `by_python` builds a call that raises it, for shapes with more numbers than a message of our own can tell.
    """
    texts, first = [], 0
    for shape in shapes:
        texts.append(shape_format(first, len(shape)))
        first += len(shape)
    message = f"operands could not be broadcast together with shapes {' '.join(texts)} "
    _check(b, fits, message, [length for shape in shapes for length in shape], by_python)


def check_output(b: Builder, output: Shape, shape: Shape, by_python: Callable[[], object]) -> None:
    """Raise NumPy's ValueError unless an array to be written has the shape of the result, of as many axes."""
    fits: Value = b.i1(True)
    for one, other in zip(output, shape, strict=True):
        if one is not other:
            fits = b.and_(fits, b.icmp("eq", one, other))
    message = (
        f"non-broadcastable output operand with shape {shape_format(0, len(output))} "
        f"doesn't match the broadcast shape {shape_format(len(output), len(shape))}"
    )
    _check(b, fits, message, [*output, *shape], by_python)


def _check(b: Builder, fits: Value, message: str, lengths: Shape, by_python: Callable[[], object]) -> None:
    if len(lengths) <= MOST_MESSAGE_WORDS:
        b.check(fits, ValueError, message, *lengths, op="check_shape")
        return

    def refuse() -> tuple[Value, ...]:
        by_python()
        return ()

    b.if_else(fits, lambda: (), refuse, likely=True)


def walking_strides(b: Builder, array: Val, ndim: int) -> list[Value]:
    """The strides with which an array is walked along `ndim` axes: 0 where its one item is repeated."""
    zero, one = b.i64(0), b.i64(1)
    own = [
        b.select(b.icmp("eq", length, one), zero, stride)
        for length, stride in zip(shape_of(array), strides_of(b, array), strict=True)
    ]
    return [zero] * (ndim - len(own)) + own


def has_shape(b: Builder, array: Val, shape: Shape) -> Value:
    """Whether an array has this shape, so that nothing of it is repeated."""
    own = shape_of(array)
    same: Value = b.i1(len(own) == len(shape))
    if len(own) == len(shape):
        for length, wanted in zip(own, shape, strict=True):
            if length is not wanted:
                same = b.and_(same, b.icmp("eq", length, wanted))
    return same


# ---- the layout of results


def layout_of_result(arrays: Sequence[t.Array], ndim: int) -> t.Layout:
    """What is known of the layout of a new array for the result of an operation on `arrays` (``order="K"``)."""
    arrays = [array for array in arrays if array.ndim]
    if ndim < 2 or all(array.layout == "C" for array in arrays):
        return "C"
    # Of three axes, one may have length 1: where NumPy puts that depends on more than the layout.
    return arrays[0].layout if len(arrays) == 1 and ndim == 2 else "A"


def allocate_result(b: Builder, dtype: Dtype, arrays: Sequence[Val], shape: Shape) -> Val:
    """A new array for the result of an operation on `arrays`, with its axes in the order that NumPy chooses."""
    layout = layout_of_result([array_type(array) for array in arrays], len(shape))
    strides = ordered_strides(b, dtype, arrays, shape) if layout == "A" else ()
    return allocate(b, dtype, shape, layout, strides=strides)


def ordered_strides(b: Builder, dtype: Dtype, arrays: Sequence[Val], shape: Shape) -> tuple[Value, ...]:
    """The strides of a new array, with the axes in the order that NumPy's iterator finds for the operands.

    That is C order unless an operand has a larger stride along a later axis; of two axes that then change places, of
    more :func:`minijit.library.ufuncs.axis_order.axes_in_order` finds out.
    """
    arrays = [array for array in arrays if array_type(array).ndim]
    walked = [walking_strides(b, array, len(shape)) for array in arrays]
    turned = is_turned(b, walked, len(shape))
    plain = contiguous_strides(b, shape, dtype.itemsize, "C")

    def in_other_order() -> tuple[Value, ...]:
        if len(shape) == 2:
            return contiguous_strides(b, shape, dtype.itemsize, "F")
        return tuple(strides_in(b, axes_in_order(b, walked), shape, dtype.itemsize))

    return b.if_else(turned, in_other_order, lambda: plain, likely=False)


def is_turned(b: Builder, walked: Sequence[Shape], ndim: int) -> Value:
    """Whether NumPy's iterator takes operands with these strides in another order than C's."""
    if all(map(are_falling, walked)):
        return b.i1(False)
    table = b.slots(len(walked) * ndim)
    for number, stride in enumerate(stride for strides in walked for stride in strides):
        b.store(b.ptr_add(table, 8 * number), stride, local=True)
    turned = b.call_c("mj_turned", I64, table, b.i64(len(walked)), b.i64(ndim), effects="reads")
    return b.icmp("ne", turned, b.i64(0))


def are_falling(strides: Shape) -> bool:
    """Whether each stride is known to be a multiple of the next one, as in a C-contiguous array and most slices of it.

    Those that are 0 where an axis is repeated count as what they are else.
    """
    moving = [stride for stride in map(_if_not_repeated, strides) if known(stride) != 0]
    return all(_is_multiple(outer, inner) for outer, inner in itertools.pairwise(moving))


def _if_not_repeated(stride: Value) -> Value:
    if isinstance(stride, Instr) and stride.op == "select" and known(stride.args[1]) == 0:
        return stride.args[2]
    return stride


def _is_multiple(outer: Value, inner: Value) -> bool:
    """Whether `outer` is `inner` times integers that are 0 for empty arrays at most."""
    one, other = known(outer), known(inner)
    if other == 1:
        return True
    if isinstance(one, int) and isinstance(other, int) and other:
        return one % other == 0
    if outer is inner:
        return True
    return isinstance(outer, Instr) and outer.op == "mul" and any(_is_multiple(arg, inner) for arg in outer.args)
