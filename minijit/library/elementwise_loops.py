"""Element-wise results as functions of the elements of arrays, and the loops that write such results into arrays.

An :class:`Elementwise` says which arrays are read and how one element of each becomes an element of the result.
Whatever is computed element by element is one, so one may be an operand of another: the loop over the whole reads the
arrays and writes the last result, and nothing in between is ever stored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.nodes import Param, Value
from minijit.library.array_allocation import is_contiguous
from minijit.library.array_copying import overlaps
from minijit.library.array_indexing import element_type
from minijit.library.array_methods import copied
from minijit.library.broadcasting import has_shape, walking_strides
from minijit.library.builder import Builder, Val
from minijit.library.casts import cast_parts
from minijit.library.elementwise import Parts
from minijit.library.memory import (
    array_type,
    data_of,
    load_element,
    owner_of,
    shape_of,
    size_of,
    store_element,
    strides_of,
)
from minijit.library.same_memory import is_same_memory
from minijit.numpy_types import Dtype

Compute: TypeAlias = Callable[[Sequence[Val]], Sequence[Val]]
"""From one element of each array that is read to one element of each result."""


class Elementwise(NamedTuple):
    """Results that depend, element by element, on the corresponding elements of arrays, broadcast to one shape.

    Attributes
    ----------
    arrays : tuple of Val
        The arrays that are read, at least one axis each.
    results : tuple of Dtype
        The dtypes of the results.
    compute : callable
        Builds the elements of the results from those of `arrays`.
    """

    arrays: tuple[Val, ...]
    results: tuple[Dtype, ...]
    compute: Compute


def elementwise(operands: Sequence[Val], results: Sequence[Dtype], compute: Compute) -> Elementwise:
    """The results of `compute` for each row of elements of `operands`, which are arrays and numbers."""
    places = [k for k, operand in enumerate(operands) if isinstance(operand.type, t.Array)]

    def of_arrays(elements: Sequence[Val]) -> Sequence[Val]:
        row = list(operands)
        for place, element in zip(places, elements, strict=True):
            row[place] = element
        return compute(row)

    return Elementwise(tuple(operands[place] for place in places), tuple(results), of_arrays)


def as_operand(b: Builder, value: Val) -> Val:
    """An operand as it enters a loop: an array without axes is read once, before the loop."""
    if not isinstance(value.type, t.Array) or value.type.ndim:
        return value
    return Val(element_type(value.type), load_element(b, value.type.dtype, data_of(value)))


# ---- the loops


class _Walked(NamedTuple):
    """An array in a loop: its element type, first address, and the strides along the axes of the loop."""

    dtype: Dtype
    data: Value
    strides: Sequence[Value]


def write(b: Builder, whole: Elementwise, outputs: Sequence[Val], shape: Sequence[Value], *, local: bool) -> None:
    """Store the results into `outputs`, arrays of this shape whose memory overlaps no other array of the loop.

    An output may be one of the arrays that are read itself. `local` says that nobody else can see the outputs.
    """
    ndim = len(shape)
    arrays = [*whole.arrays, *outputs]
    walked = [_Walked(array_type(one).dtype, data_of(one), walking_strides(b, one, ndim)) for one in whole.arrays]
    walked += [_Walked(array_type(one).dtype, data_of(one), strides_of(b, one)) for one in outputs]

    def element(pointers: Sequence[Value]) -> None:
        count = len(whole.arrays)
        elements = []
        for array, pointer in zip(whole.arrays, pointers, strict=False):
            kind = array_type(array)
            elements.append(Val(t.NumpyScalar(kind.dtype), load_element(b, kind.dtype, pointer)))
        results = whole.compute(elements)
        for result, output, pointer in zip(results, outputs, pointers[count:], strict=True):
            kind = array_type(output)
            store_element(b, kind.dtype, pointer, _cast(b, result, kind.dtype), local)

    if ndim == 0:
        element([one.data for one in walked])
        return
    flat = _is_flat(b, [*whole.arrays, *outputs[1:]], outputs[0], is_new=local)
    lengths = list(shape)
    if ndim > 1:
        # Arrays without gaps between the rows are one long row.
        lengths = [b.select(flat, b.i64(1), length) for length in shape[:-1]]
        lengths.append(b.select(flat, size_of(b, outputs[0]), shape[-1]))
        if known(flat) == 1:
            lengths, walked = lengths[-1:], [one._replace(strides=one.strides[-1:]) for one in walked]

    def along_rows(constant: int | None) -> None:
        """All arrays without gaps along the last axis; only number `constant` has one element for each row."""
        rows = []
        for k, one in enumerate(walked):
            inner = b.i64(0 if k == constant else one.dtype.itemsize)
            rows.append(one._replace(strides=[*one.strides[:-1], inner]))
        _nest(b, lengths, rows, element, vectorise=True)

    def with_gaps() -> None:
        axes = _in_order_of_memory(b, shape, walked, len(walked) - 1)
        _nest(b, axes[0], axes[1], element, vectorise=False)

    if known(flat) == 1:
        along_rows(None)
        return
    kinds = [array_type(one) for one in arrays]
    columns = [k for k, kind in enumerate(kinds[:2]) if len(whole.arrays) == 2 and kind.ndim == ndim > 1]
    ways = [(b.or_(flat, _are_dense(b, walked, None)), lambda: along_rows(None))]
    ways += [(_are_dense(b, walked, k), lambda k=k: along_rows(k)) for k in columns]  # type: ignore[misc]
    _first_way(b, ways, with_gaps)


def _are_dense(b: Builder, walked: Sequence[_Walked], constant: int | None) -> Value:
    """Whether the arrays have no gaps along the last axis, except number `constant`, which is to stand still."""
    dense: Value = b.i1(True)
    for k, one in enumerate(walked):
        dense = b.and_(dense, b.icmp("eq", one.strides[-1], b.i64(0 if k == constant else one.dtype.itemsize)))
    return dense


def _first_way(b: Builder, ways: Sequence[tuple[Value, Callable[[], None]]], otherwise: Callable[[], None]) -> None:
    """Build the first of several ways whose condition holds."""
    if not ways:
        otherwise()
        return

    def go() -> tuple[Value, ...]:
        ways[0][1]()
        return ()

    def go_on() -> tuple[Value, ...]:
        _first_way(b, ways[1:], otherwise)
        return ()

    b.if_else(ways[0][0], go, go_on, likely=True)


def _cast(b: Builder, value: Val, dtype: Dtype) -> Parts:
    assert isinstance(value.type, t.NumpyScalar)
    return cast_parts(b, value.parts, value.type.dtype, dtype)


def _is_flat(b: Builder, arrays: Sequence[Val], output: Val, *, is_new: bool) -> Value:
    """Whether all arrays have the shape of `output` and lie in memory as it does, without gaps."""
    wanted = array_type(output)
    shape, strides = shape_of(output), strides_of(b, output)
    kinds = [array_type(array) for array in arrays]
    if any(kind.ndim < wanted.ndim for kind in kinds):
        return b.i1(False)
    if wanted.ndim > 1 and {"C", "F"} <= {kind.layout for kind in (wanted, *kinds)}:
        return b.i1(False)
    flat: Value = b.i1(True)
    if not is_new:
        orders: tuple[t.Layout, ...] = ("C", "F") if wanted.layout == "A" and wanted.ndim > 1 else (wanted.layout,)
        orders = ("C",) if wanted.ndim == 1 else orders
        found = [is_contiguous(b, output, order) for order in orders]
        flat = found[0] if len(found) == 1 else b.or_(*found)
    for array, kind in zip(arrays, kinds, strict=True):
        flat = b.and_(flat, has_shape(b, array, shape))
        if kind.layout == wanted.layout != "A":
            continue
        for length, own, other in zip(shape, strides_of(b, array), strides, strict=True):
            if own is not other:
                scaled = b.mul(own, b.i64(wanted.dtype.itemsize)), b.mul(other, b.i64(kind.dtype.itemsize))
                flat = b.and_(flat, b.or_(b.icmp("eq", *scaled), b.icmp("eq", length, b.i64(1))))
    return flat


def _in_order_of_memory(
    b: Builder, shape: Sequence[Value], walked: Sequence[_Walked], leading: int
) -> tuple[list[Value], list[_Walked]]:
    """The axes reversed where the first is the fastest one of the array number `leading`."""
    if len(shape) < 2:
        return list(shape), list(walked)
    first, last = (walked[leading].strides[k] for k in (0, -1))
    turned = b.icmp("slt", *(b.intrinsic("abs", one.type, one) for one in (first, last)))  # type: ignore[arg-type]

    def either(values: Sequence[Value]) -> list[Value]:
        return [b.select(turned, other, one) for one, other in zip(values, reversed(values), strict=True)]

    return either(shape), [one._replace(strides=either(one.strides)) for one in walked]


def _nest(
    b: Builder,
    lengths: Sequence[Value],
    walked: Sequence[_Walked],
    element: Callable[[Sequence[Value]], None],
    *,
    vectorise: bool,
) -> None:
    """Loops over all axes, the last one inside; `element` gets the addresses of corresponding elements."""

    def nest(axis: int, pointers: Sequence[Value]) -> None:
        if axis == len(lengths):
            element(pointers)
            return

        def turn(index: Value, _carried: tuple[Value, ...]) -> Sequence[Value]:
            if axis == len(lengths) - 1 and not vectorise:
                assert isinstance(index, Param)
                index.block.attrs["scalar"] = True
            moved = [
                b.ptr_add(pointer, b.binary("mul", index, one.strides[axis], nsw=True))
                for pointer, one in zip(pointers, walked, strict=True)
            ]
            nest(axis + 1, moved)
            return ()

        b.loop(lengths[axis], turn)

    nest(0, [one.data for one in walked])


# ---- memory in common


def write_apart(b: Builder, whole: Elementwise, outputs: Sequence[Val], shape: Sequence[Value]) -> None:
    """Like :func:`write`, for outputs that may overlap arrays that are read: those are copied before, as in NumPy.

    An array that is exactly an output (the same elements at the same places) is not copied: each of its elements is
    read before it is written.
    """
    apart = [_separated(b, array, outputs) for array in whole.arrays]
    write(b, whole._replace(arrays=tuple(array for array, _ in apart)), outputs, shape, local=False)
    for _, copy in apart:
        if copy is not None:
            b.emit("decref", (copy,))


def _separated(b: Builder, array: Val, outputs: Sequence[Val]) -> tuple[Val, Value | None]:
    """An array, or a copy of it if it overlaps an output; and the owner of the copy, which may be null."""
    kind = array_type(array)
    fine: Value = b.i1(True)
    for output in outputs:
        fine = b.and_(fine, b.or_(is_same_memory(b, array, output), b.not_(overlaps(b, array, output))))
    if known(fine) == 1:
        return array, None

    def itself() -> tuple[Value, ...]:
        return (b.null(), *array.parts[2:])

    def its_copy() -> tuple[Value, ...]:
        made = b.coerce(copied(b, array, kind.dtype, "F" if kind.layout == "F" else "C"), kind)
        return (owner_of(made), *made.parts[2:])

    owner, *rest = b.if_else(fine, itself, its_copy, likely=True)
    return Val(kind, (b.null(), owner, *rest)), owner
