"""What an index expression asks of an array: worked out from types alone, before anything is built.

An index is a tuple of integers, slices, ``None`` and at most one ellipsis (or one of these without a tuple). It becomes
a row of steps, one for each axis that it takes from the array or adds to the result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from minijit import types as t
from minijit.ir.nodes import UNKNOWN
from minijit.library.builder import Val, item_of
from minijit.library.registry import Arg


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to one axis: an integer takes an item of it, a slice part of it; ``full`` all, ``new`` adds one.

    `position` is the index's place in the tuple, -1 for the axes that nothing is said about.
    """

    kind: Literal["integer", "slice", "full", "new"]
    position: int = -1


@dataclass(frozen=True, slots=True)
class Selection:
    """What an index selects: the steps in order, and whether the result is an element (a scalar) or a view."""

    steps: tuple[Step, ...]
    is_element: bool


def is_integer_index(one: t.Type) -> bool:
    """Whether a value of type `one` selects an item of an axis."""
    return one == t.INT or isinstance(one, t.Index) or (isinstance(one, t.NumpyScalar) and one.dtype.kind in "iu")


def index_types(index: t.Type) -> tuple[t.Type, ...]:
    """The types of an index tuple's items; an index that is no tuple stands for a tuple of one, and so does a list."""
    return index.items if isinstance(index, t.Tuple) and index.cls is not list else (index,)


def index_values(index: Val) -> list[Val]:
    """The items of an index tuple."""
    if isinstance(index.type, t.Tuple) and index.type.cls is not list:
        return [item_of(index, k) for k in range(len(index.type.items))]
    return [index]


def is_bound(one: t.Type) -> bool:
    """Whether native code takes a value of type `one` as a bound of a slice."""
    if isinstance(one, t.Array):
        return one.ndim == 0 and one.dtype.kind in "iu"
    return isinstance(one, t.NoneValue) or one == t.BOOL or is_integer_index(one)


def selection_of(array: t.Array, index: t.Type, const: object = UNKNOWN) -> Selection | None:
    """What `index` selects; ``None`` for an index that native code doesn't take, or with too many items."""
    items = index_types(index)
    consts = const if isinstance(const, tuple) and isinstance(index, t.Tuple) else (const,)
    taken = 0
    ellipses = 0
    kinds: list[str] = []
    for position, one in enumerate(items):
        if is_integer_index(one):
            kinds.append("integer")
        elif isinstance(one, t.Slice):
            if not all(is_bound(bound) for bound in (one.start, one.stop, one.step)):
                return None
            kinds.append("full" if is_full(one) else "slice")
        elif isinstance(one, t.NoneValue):
            kinds.append("new")
        elif isinstance(one, t.Const) and one.value is Ellipsis:
            kinds.append("ellipsis")
            ellipses += 1
        else:
            return None
        taken += kinds[-1] in ("integer", "slice", "full")
        assert len(consts) == len(items) or position >= 0
    if taken > array.ndim or ellipses > 1:
        return None
    steps: list[Step] = []
    for position, kind in enumerate(kinds):
        if kind == "ellipsis":
            steps += [Step("full")] * (array.ndim - taken)
        else:
            steps.append(Step(kind, position))  # type: ignore[arg-type]
    if not ellipses:
        steps += [Step("full")] * (array.ndim - taken)
    return Selection(tuple(steps), not ellipses and all(step.kind == "integer" for step in steps))


def is_full(one: t.Slice) -> bool:
    """Whether a slice is ``:``."""
    return all(isinstance(bound, t.NoneValue) for bound in (one.start, one.stop, one.step))


def view_type(array: t.Array, index: t.Type, selection: Selection) -> t.Array:
    """The type of the view that an index gives, with the strictest layout that always holds."""
    steps = selection.steps
    ndim = sum(step.kind != "integer" for step in steps)
    return t.Array(array.dtype, ndim, _layout_of(array, index, steps, ndim), array.writable)


def _layout_of(array: t.Array, index: t.Type, steps: tuple[Step, ...], ndim: int) -> t.Layout:
    if ndim == 0:
        return "C"
    if array.layout == "A" or any(step.kind == "new" for step in steps):
        return "A"
    order = steps if array.layout == "C" else steps[::-1]
    # Slowest axis first: integers, then one unit slice, then whole axes.
    rank = {"integer": 0, "slice": 1, "full": 2}
    ranks = [rank[step.kind] for step in order]
    if ranks != sorted(ranks) or ranks.count(1) > 1:
        return "A"
    items = index_types(index)
    for step in order:
        if step.kind == "slice":
            one = items[step.position]
            assert isinstance(one, t.Slice)
            if not isinstance(one.step, t.NoneValue):
                return "A"
    return "C" if ndim == 1 else array.layout


def arg_selection(array: Arg, index: Arg) -> Selection | None:
    """:func:`selection_of` for arguments of an entry."""
    return selection_of(array.type, index.type, index.const) if isinstance(array.type, t.Array) else None


def element_type(array: t.Array) -> t.NumpyScalar:
    """The type of an element."""
    return t.NumpyScalar(np.dtype(array.dtype))
