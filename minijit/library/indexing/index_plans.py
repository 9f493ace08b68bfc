"""Indices with arrays in them: what each item of an index does, worked out from types alone.

Besides integers, slices, ``None`` and an ellipsis (:mod:`minijit.library.indexing.index_expressions`), an index may
have integer arrays, boolean arrays (masks) and single truth values. Arrays are broadcast together; their axes come
first in the result, or in the place of the arrays where these stand side by side. An integer beside an array counts as
one of them for that rule.

Items are *settled* first: an array without axes is the number in it, and a tuple inside an index tuple is an array.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Literal, NamedTuple

import numpy as np

from minijit import types as t
from minijit.library.builder import Builder, Val, item_of
from minijit.library.indexing.index_expressions import index_types, index_values, is_bound, is_full, is_integer_index
from minijit.library.memory import array_type, data_of, load_element, make_array, store_element
from minijit.numpy_types import BOOL_DTYPE, INT64, Dtype, sample_of

Kind = Literal["integer", "slice", "full", "new", "array", "mask", "flag"]


class IndexStep(NamedTuple):
    """What happens to an axis, as in :class:`minijit.library.indexing.index_expressions.Step`, or to several of them.

    ``array`` takes an axis, ``mask`` as many axes as it has itself, ``flag`` (a truth value) none.
    """

    kind: Kind
    position: int = -1
    axes: int = 1


class Plan(NamedTuple):
    """How an index with arrays is carried out.

    Attributes
    ----------
    steps : tuple of IndexStep
        What happens to the axes of the array, in order.
    broadcast : int
        The number of axes that the index arrays have when they are broadcast together, -1 where there are none (only
        arrays without axes, which make the result a copy).
    place : int
        Where in the result those axes are.
    """

    steps: tuple[IndexStep, ...]
    broadcast: int
    place: int

    @property
    def is_mask(self) -> bool:
        """Whether the index is one mask over all axes."""
        return len(self.steps) == 1 and self.steps[0].kind == "mask"

    @property
    def result_ndim(self) -> int:
        """The number of axes of what is selected."""
        return max(self.broadcast, 0) + sum(step.kind in ("slice", "full", "new") for step in self.steps)


# ---- settling


def settled_type(one: t.Type) -> t.Type | None:
    """The type of an index item after :func:`settle`; ``None`` for sequences that are no array of indices."""
    if isinstance(one, t.Array) and one.ndim == 0 and one.dtype.kind in "biu":
        return t.NumpyScalar(one.dtype)
    if isinstance(one, t.Tuple):
        shape = shape_of_display(one)
        dtype = None if shape is None else display_dtype(tuple(leaves_of(one)))
        return None if shape is None or dtype is None else t.Array(dtype, len(shape), "C")
    return one


def settle(b: Builder, value: Val) -> Val:
    """An index item with arrays without axes and tuples taken for what they mean."""
    wanted = settled_type(value.type)
    if wanted == value.type:
        return value
    if isinstance(value.type, t.Array):
        assert isinstance(wanted, t.NumpyScalar)
        return Val(wanted, load_element(b, wanted.dtype, data_of(value)))
    assert isinstance(wanted, t.Array) and isinstance(value.type, t.Tuple)
    return array_of_display(b, value, wanted.dtype)


def array_of_display(b: Builder, value: Val, dtype: Dtype) -> Val:
    """The numbers in a tuple (or a tuple of tuples ...) as an array on the stack, which no one may keep."""
    assert isinstance(value.type, t.Tuple)
    shape = shape_of_display(value.type)
    assert shape is not None
    items = _leaf_values(value)
    data = b.slots(-(-len(items) * dtype.itemsize // 8))
    for k, item in enumerate(items):
        store_element(b, dtype, b.ptr_add(data, k * dtype.itemsize), b.number_as(item, dtype), local=True)
    lengths = [b.i64(length) for length in shape]
    return make_array(t.Array(dtype, len(shape), "C"), b.null(), b.null(), data, lengths, ())


def shape_of_display(one: t.Type) -> tuple[int, ...] | None:
    """The lengths of nested tuples; ``None`` if they are not all alike."""
    if not isinstance(one, t.Tuple):
        return ()
    inner = [shape_of_display(item) for item in one.items]
    if not inner:
        return (0,)
    first = inner[0]
    return None if first is None or any(shape != first for shape in inner) else (len(inner), *first)


def leaves_of(one: t.Type) -> list[t.Type]:
    """The types of the numbers in nested tuples."""
    if not isinstance(one, t.Tuple):
        return [one]
    return [leaf for item in one.items for leaf in leaves_of(item)]


def _leaf_values(value: Val) -> list[Val]:
    if not isinstance(value.type, t.Tuple):
        return [value]
    return [leaf for k in range(len(value.type.items)) for leaf in _leaf_values(item_of(value, k))]


@cache
def display_dtype(leaves: tuple[t.Type, ...]) -> Dtype | None:
    """In which dtype a sequence of numbers is an index: int64 or bool; ``None`` for those that are none."""
    samples = []
    for leaf in leaves:
        if not isinstance(leaf, t.PythonScalar | t.NumpyScalar):
            return None
        samples.append(sample_of(leaf))
    kind = np.array(samples).dtype.kind if samples else "i"
    return BOOL_DTYPE if kind == "b" else INT64 if kind in "iu" else None


# ---- the plan


def kind_of_item(one: t.Type) -> Kind | Literal["ellipsis"] | None:
    """What a settled index item is; ``None`` for what native code doesn't take."""
    if is_integer_index(one):
        return "integer"
    if isinstance(one, t.NoneValue):
        return "new"
    if one == t.BOOL or (isinstance(one, t.NumpyScalar) and one.dtype.kind == "b"):
        return "flag"
    if isinstance(one, t.Slice):
        if not all(is_bound(bound) for bound in (one.start, one.stop, one.step)):
            return None
        return "full" if is_full(one) else "slice"
    if isinstance(one, t.Const) and one.value is Ellipsis:
        return "ellipsis"
    if isinstance(one, t.Array) and one.ndim:
        return "mask" if one.dtype.kind == "b" else "array" if one.dtype.kind in "iu" else None
    return None


_TAKES: dict[str, int] = {"integer": 1, "slice": 1, "full": 1, "array": 1, "new": 0, "flag": 0, "ellipsis": 0}
_BROADCAST = ("array", "mask", "flag")


def plan_of(array: t.Array, index: t.Type) -> Plan | None:
    """The plan for an index; ``None`` if it has no arrays in it, is wrong, or is nothing for native code."""
    items = index_types(index)
    settled = [settled_type(one) for one in items]
    kinds = [None if one is None else kind_of_item(one) for one in settled]
    ndims = [one.ndim if isinstance(one, t.Array) else 0 for one in settled]
    if None in kinds or kinds.count("ellipsis") > 1:
        return None
    if list(items) == settled and not any(kind in _BROADCAST for kind in kinds):
        return None
    taken = sum(ndim if kind == "mask" else _TAKES[str(kind)] for kind, ndim in zip(kinds, ndims, strict=True))
    if taken > array.ndim:
        return None
    steps: list[IndexStep] = []
    for position, (kind, ndim) in enumerate(zip(kinds, ndims, strict=True)):
        if kind == "ellipsis":
            steps += [IndexStep("full")] * (array.ndim - taken)
        else:
            assert kind is not None
            steps.append(IndexStep(kind, position, ndim if kind == "mask" else _TAKES.get(kind, 1)))
    if "ellipsis" not in kinds:
        steps += [IndexStep("full")] * (array.ndim - taken)
    broadcast = max(
        (ndim if kind == "array" else 1 for kind, ndim in zip(kinds, ndims, strict=True) if kind in _BROADCAST),
        default=-1,
    )
    return Plan(tuple(steps), broadcast, _place(kinds, array.ndim - taken) if broadcast >= 0 else 0)


def is_refused(index: t.Type) -> bool:
    """Whether an index for which there is no plan is an error: all of its items are known, and some may be wrong."""
    settled = [settled_type(one) for one in index_types(index)]
    return all(one is not None and (_is_wrong(one) or kind_of_item(one) is not None) for one in settled)


def _is_wrong(one: t.Type) -> bool:
    """Whether a value of this type is never an index."""
    return one in (t.FLOAT, t.COMPLEX) or (isinstance(one, t.NumpyScalar | t.Array) and one.dtype.kind in "fc")


def _place(kinds: Sequence[str | None], rest: int) -> int:
    """Where the axes of the index arrays go: to the first of them if nothing stands between them, else to the front."""
    place, behind, met, left = 0, 0, False, False
    for kind in kinds:
        if kind in _BROADCAST or kind == "integer":
            if left:
                return 0
            if not met:
                met, place = True, behind
        else:
            left = met
            behind += rest if kind == "ellipsis" else 1
    return place


def settled_values(b: Builder, index: Val) -> list[Val]:
    """The settled items of an index."""
    return [settle(b, value) for value in index_values(index)]


def array_layouts(index: t.Type) -> list[t.Array]:
    """The types of the index arrays of an index; those of masks and flags are rows."""
    found = []
    for one in map(settled_type, index_types(index)):
        if isinstance(one, t.Array):
            found.append(t.Array(INT64, 1, "C") if one.dtype.kind == "b" else one)
    return found


def array_of(value: Val) -> t.Array:
    """The type of an index array."""
    return array_type(value)
