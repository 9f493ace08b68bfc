"""The order in which NumPy's iterator takes the axes of its operands: the layout of results of three axes and more."""

from __future__ import annotations

import itertools
from collections.abc import Sequence


def strides_in_order(
    itemsize: int, sizes: tuple[int, ...] | None, shape: tuple[int, ...], *operands: tuple[int, ...]
) -> tuple[int, ...]:
    """The strides of a new array of this shape for the result of an operation.

    Parameters
    ----------
    itemsize : int
        The size of its elements.
    sizes : tuple of int or None
        The sizes of the operands' elements; ``None`` where NumPy surely uses its iterator. Without it, operands that
        are all contiguous in Fortran order give such an array.
    shape : tuple of int
        The shape that the operands are broadcast to.
    *operands : tuple of int
        The strides of each operand along these axes, 0 where one element is repeated.
    """
    axes = range(len(shape))
    if sizes is not None and _are_fortran(sizes, shape, operands):
        return _strides(itemsize, shape, list(axes))
    order: list[int] = []
    # From the last axis to the first: each goes before faster ones that have larger strides.
    for axis in reversed(axes):
        position = len(order)
        for place in range(len(order) - 1, -1, -1):
            is_faster = _is_faster(axis, order[place], operands)
            if is_faster is False:
                break
            if is_faster:
                position = place
        order.insert(position, axis)
    return _strides(itemsize, shape, order)


def _is_faster(axis: int, other: int, operands: Sequence[tuple[int, ...]]) -> bool | None:
    """Whether `axis` shall be faster than `other`: not where operands disagree; ``None`` if none of them says."""
    sizes = [(abs(strides[axis]), abs(strides[other])) for strides in operands]
    told = [one < another for one, another in sizes if one and another]
    return all(told) if told else None


def _strides(itemsize: int, shape: tuple[int, ...], order: Sequence[int]) -> tuple[int, ...]:
    """The strides of a contiguous array whose axes are in this order, the fastest first."""
    products = itertools.accumulate((shape[axis] for axis in order), lambda one, other: one * other, initial=itemsize)
    found = dict(zip(order, products, strict=False))
    return tuple(found[axis] for axis in range(len(shape)))


def _are_fortran(sizes: Sequence[int], shape: tuple[int, ...], operands: Sequence[tuple[int, ...]]) -> bool:
    """Whether all operands, of the shape of the result, are contiguous in Fortran order."""
    for size, strides in zip(sizes, operands, strict=True):
        expected = size
        for length, stride in zip(shape, strides, strict=True):
            if length != 1:
                if stride != expected:
                    return False
                expected *= length
    return True
