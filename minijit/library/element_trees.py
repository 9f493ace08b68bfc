"""Results computed element by element, as functions of the elements of arrays: trees of operations, stored nowhere.

An :class:`Elementwise` says which arrays are read and how one element of each becomes an element of the result. An
operand may be such a tree itself, a :class:`minijit.library.vals.Pending` array: the loop over the whole then reads the
arrays at the leaves and writes the last result, and nothing in between is ever stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from minijit import types as t
from minijit.library.array_indexing import element_type
from minijit.library.builder import Builder, Val
from minijit.library.memory import array_type, data_of, load_element, shape_of
from minijit.library.vals import Pending
from minijit.numpy_types import Dtype

Compute: TypeAlias = Callable[[Sequence[Val]], Sequence[Val]]
"""From one element of each operand to one element of each result."""


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
    """The results of `compute` for each row of elements of `operands`: arrays, pending or not, and numbers."""
    leaves = tuple(dict.fromkeys(_leaves(operands)))

    def of_leaves(elements: Sequence[Val]) -> Sequence[Val]:
        known = dict(zip(leaves, elements, strict=True))
        return compute([_element(operand, known) for operand in operands])

    return Elementwise(leaves, tuple(results), of_leaves)


def _leaves(operands: Sequence[Val]) -> Iterable[Val]:
    for operand in operands:
        if isinstance(operand, Pending):
            yield from _leaves(operand.operands)
        elif isinstance(operand.type, t.Array):
            yield operand


def _element(value: Val, known: dict[Val, Val]) -> Val:
    """An element of an operand, from those that are known; each is computed once, however often it is used."""
    if not isinstance(value.type, t.Array):
        return value
    found = known.get(value)
    if found is None:
        assert isinstance(value, Pending)
        (found,) = value.compute([_element(operand, known) for operand in value.operands])
        known[value] = found
    return found


def as_operand(b: Builder, value: Val) -> Val:
    """An operand as it enters a loop: an array without axes is read once, before the loop."""
    if not isinstance(value.type, t.Array) or value.type.ndim:
        return value
    return Val(element_type(value.type), load_element(b, value.type.dtype, data_of(value)))


def as_laid_out(b: Builder, array: Val) -> Val:
    """An array with the shape and the strides that a pending one would have if it were stored; without data."""
    if not isinstance(array, Pending):
        return array
    if array.strides is None:
        array.strides = tuple(array.layout(b)) if array_type(array).layout == "A" else ()
    return Val(array.type, (*array.parts[:3], *shape_of(array), *array.strides))
