"""Results computed element by element, as functions of the elements of arrays: trees of operations, stored nowhere.

An :class:`Elementwise` says which arrays are read and how one element of each becomes an element of the result. An
operand may be such a tree itself, a :class:`minijit.library.vals.Pending` array: the loop over the whole then reads the
arrays at the leaves and writes the last result, and nothing in between is ever stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from minijit import types as t
from minijit.library.builder import Builder, Val
from minijit.library.indexing.index_expressions import element_type
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
    dear : tuple of Pending
        What is dear to compute among the operations in between, from the outermost on.
    storing : callable, optional
        ``storing(stored)`` is the same with arrays in the place of some of `dear`.
    """

    arrays: tuple[Val, ...]
    results: tuple[Dtype, ...]
    compute: Compute
    dear: tuple[Pending, ...] = ()
    storing: Callable[[Mapping[Pending, Val]], Elementwise] | None = None


_NOTHING: Final[Mapping[Pending, Val]] = {}


def elementwise(
    operands: Sequence[Val],
    results: Sequence[Dtype],
    compute: Compute,
    stored: Mapping[Pending, Val] = _NOTHING,
) -> Elementwise:
    """The results of `compute` for each row of elements of `operands`: arrays, pending or not, and numbers.

    Pending arrays that are among `stored` are read from there.
    """
    nodes: dict[Val, None] = {}
    _collect(operands, stored, nodes)
    found = [stored.get(one, one) if isinstance(one, Pending) else one for one in nodes if _is_leaf(one, stored)]
    # Views of the same elements are read once.
    places = {(one.type, *one.parts[1:]): one for one in found}
    leaves = tuple(places.values())

    def of_leaves(elements: Sequence[Val]) -> Sequence[Val]:
        read = dict(zip(places, elements, strict=True))
        known = {one: read[one.type, *one.parts[1:]] for one in found}
        known |= {one: known[array] for one, array in stored.items() if array in known}
        return compute([_element(operand, known) for operand in operands])

    return Elementwise(
        leaves,
        tuple(results),
        of_leaves,
        tuple(one for one in nodes if isinstance(one, Pending) and one.dear and one not in stored),
        lambda arrays: elementwise(operands, results, compute, {**stored, **arrays}),
    )


def _is_leaf(value: Val, stored: Mapping[Pending, Val]) -> bool:
    return not isinstance(value, Pending) or value in stored


def _collect(operands: Sequence[Val], stored: Mapping[Pending, Val], nodes: dict[Val, None]) -> None:
    """The arrays, pending or not, that operands depend on, each before what it depends on itself."""
    for operand in operands:
        if operand not in nodes and isinstance(operand.type, t.Array):
            nodes[operand] = None
            if isinstance(operand, Pending) and operand not in stored:
                _collect(operand.operands, stored, nodes)


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
