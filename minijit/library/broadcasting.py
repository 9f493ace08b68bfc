"""Broadcasting: the common shape of several arrays, and the order in which NumPy would lay out a new one of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.array_allocation import allocate, is_contiguous
from minijit.library.array_copying import shape_format
from minijit.library.array_stores import MOST_MESSAGE_WORDS
from minijit.library.builder import Builder, Val
from minijit.library.memory import array_type, shape_of, strides_of
from minijit.machine import I64
from minijit.numpy_types import Dtype

Shape = Sequence[Value]


def shapes_of(args: Sequence[Val]) -> list[Shape]:
    """The shapes of operands; that of a number is empty."""
    return [shape_of(arg) if isinstance(arg.type, t.Array) else () for arg in args]


def broadcast_shapes(b: Builder, shapes: Sequence[Shape]) -> tuple[list[Value], Value]:
    """The shape that all of `shapes` are broadcast to, and whether they can be."""
    ndim = max(map(len, shapes), default=0)
    one = b.i64(1)
    result: list[Value] = []
    fits: Value = b.i1(True)
    for axis in range(ndim):
        lengths = [shape[axis - ndim + len(shape)] for shape in shapes if axis - ndim + len(shape) >= 0]
        whole = lengths[0]
        for length in lengths[1:]:
            if length is whole:
                continue
            whole_is_one = b.icmp("eq", whole, one)
            same = b.icmp("eq", whole, length)
            fits = b.and_(fits, b.or_(same, b.or_(whole_is_one, b.icmp("eq", length, one))))
            whole = b.select(whole_is_one, length, whole)
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
    return arrays[0].layout if len(arrays) == 1 else "A"


def allocate_result(b: Builder, dtype: Dtype, arrays: Sequence[Val], shape: Shape, *, by_iterator: bool = True) -> Val:
    """A new array for the result of an operation on `arrays`, with its axes in the order that NumPy chooses.

    `by_iterator` says that NumPy surely uses its iterator. A ufunc with one result and nothing to cast does without it
    where all arrays are contiguous in the same order.
    """
    layout = layout_of_result([array_type(array) for array in arrays], len(shape))
    strides: Sequence[Value] = ()
    if layout == "A":
        strides = ordered_strides(b, dtype, arrays, shape)
        if not by_iterator and len(shape) > 2:
            strides = _fortran_instead(b, dtype, arrays, shape, strides)
    return allocate(b, dtype, shape, layout, strides=strides)


def ordered_strides(b: Builder, dtype: Dtype, arrays: Sequence[Val], shape: Shape) -> list[Value]:
    """The strides of a new array, with the axes in the order that NumPy's iterator finds for the operands.

    The iterator starts from C order and inserts one axis after the other, from the last to the first, before faster
    ones that have larger strides in the operands. Where operands disagree, C order wins; axes along which no operand
    has two strides to compare stay where they are.
    """
    ndim = len(shape)
    arrays = [array for array in arrays if array_type(array).ndim]
    sizes = []
    for array in arrays:
        strides = walking_strides(b, array, ndim)
        sizes.append([b.intrinsic("abs", I64, stride) for stride in strides])
    # The place of each axis that is inserted already, 0 for the fastest.
    places: dict[int, Value] = {ndim - 1: b.i64(0)}
    for axis in range(ndim - 2, -1, -1):
        faster = {other: _relation(b, axis, other, sizes) for other in places}
        count = len(places)
        target: Value = b.i64(count)
        stopped: Value = b.i1(False)
        for place in range(count - 1, -1, -1):
            known, swaps = _at_place(b, faster, places, place)
            moves = b.and_(b.and_(known, swaps), b.not_(stopped))
            target = b.select(moves, b.i64(place), target)
            stopped = b.or_(stopped, b.and_(known, b.not_(swaps)))
        for other, place_of_other in places.items():
            behind = b.icmp("sge", place_of_other, target)
            places[other] = b.add(place_of_other, b.select(behind, b.i64(1), b.i64(0)))
        places[axis] = target
    return _strides_by_place(b, dtype, places, shape)


def _relation(b: Builder, axis: int, other: int, sizes: Sequence[Sequence[Value]]) -> tuple[Value, Value]:
    """Whether the operands say how two axes are to be ordered, and whether `axis` is the faster one then."""
    zero = b.i64(0)
    known: Value = b.i1(False)
    swaps: Value = b.i1(True)
    for row in sizes:
        both = b.and_(b.icmp("ne", row[axis], zero), b.icmp("ne", row[other], zero))
        known = b.or_(known, both)
        swaps = b.and_(swaps, b.or_(b.not_(both), b.icmp("sgt", row[other], row[axis])))
    return known, swaps


def _at_place(
    b: Builder, relations: dict[int, tuple[Value, Value]], places: dict[int, Value], place: int
) -> tuple[Value, Value]:
    """The relation to the axis that stands at `place`."""
    known: Value = b.i1(False)
    swaps: Value = b.i1(False)
    for other, (its_known, its_swaps) in relations.items():
        here = b.icmp("eq", places[other], b.i64(place))
        known = b.or_(known, b.and_(here, its_known))
        swaps = b.or_(swaps, b.and_(here, its_swaps))
    return known, swaps


def _strides_by_place(b: Builder, dtype: Dtype, places: dict[int, Value], shape: Shape) -> list[Value]:
    found: list[Value] = []
    for axis in range(len(shape)):
        stride: Value = b.i64(dtype.itemsize)
        for other in range(len(shape)):
            if other != axis:
                is_faster = b.icmp("slt", places[other], places[axis])
                stride = b.mul(stride, b.select(is_faster, shape[other], b.i64(1)))
        found.append(stride)
    return found


def _fortran_instead(
    b: Builder, dtype: Dtype, arrays: Sequence[Val], shape: Shape, strides: Sequence[Value]
) -> list[Value]:
    """Arrays of one shape that are all in Fortran order give such an array, axes of length 1 included."""
    is_c: Value = b.i1(True)
    is_f: Value = b.i1(True)
    for array in arrays:
        same = has_shape(b, array, shape)
        is_c = b.and_(is_c, b.and_(same, is_contiguous(b, array, "C")))
        is_f = b.and_(is_f, b.and_(same, is_contiguous(b, array, "F")))
    fortran = b.and_(is_f, b.not_(is_c))
    stride: Value = b.i64(dtype.itemsize)
    found: list[Value] = []
    for length, other in zip(shape, strides, strict=True):
        found.append(b.select(fortran, stride, other))
        stride = b.mul(stride, length)
    return found
