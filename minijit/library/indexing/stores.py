"""Stores into arrays: ``a[i] = x``, ``a[1:3] = 0``, ``a[i] = b``."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.copy_loops import MOST_MESSAGE_WORDS, assign_array, check_broadcast, fill_array
from minijit.library.arrays.same_memory import assign_unless_same
from minijit.library.builder import NONE_VAL, Builder, Val
from minijit.library.indexing.index_expressions import arg_selection, selection_of
from minijit.library.indexing.items import element_address, select_view
from minijit.library.indexing.store_conversions import can_store, convert_for_store
from minijit.library.memory import array_type, owner_of, shape_of, store_element
from minijit.library.registry import Arg, Fusion, lowers
from minijit.library.ufuncs.element_trees import elementwise
from minijit.library.ufuncs.elementwise_outputs import write_apart
from minijit.library.ufuncs.pending_results import once_for_each_element, release_temporaries, settled
from minijit.library.vals import Pending


def _type_of_store(array: Arg, index: Arg, value: Arg) -> t.Type | None:
    kind = array.type
    assert isinstance(kind, t.Array)
    selection = arg_selection(array, index)
    if selection is None or not kind.writable:
        return None
    if isinstance(value.type, t.Array):
        if selection.is_element:
            # Deprecated for all but 0-d arrays, which Python may as well store.
            return None
        ndim = sum(step.kind != "integer" for step in selection.steps)
        if value.type.dtype.kind == "c" and kind.dtype.kind != "c":
            # A ComplexWarning is due.
            return None
        return t.NONE if ndim + value.type.ndim <= MOST_MESSAGE_WORDS else None
    return t.NONE if can_store(kind.dtype, value) else None


def _samples() -> Iterator[tuple[Any, ...]]:
    for name in ("bool", "int8", "uint8", "int64", "uint64", "float32", "complex128"):
        line = np.zeros(5, name)
        table = np.zeros((3, 4), name)
        for value in (
            True,
            7,
            -1,
            300,
            2.75,
            1e10,
            float("nan"),
            np.int16(300),
            np.float64(-3.5),
            np.uint64(2**63 + 1),
        ):
            yield (line, 2, value)
            yield (line, slice(1, 4), value)
            yield (table[:, ::2], (-1, 1), value)
        yield (line, 9, 1)
        yield (table, (slice(None), 1), np.arange(3.0))
        yield (table, slice(1, None), np.arange(4))
        yield (table, ..., np.arange(3))


@lowers(
    operator.setitem,
    t.Array,
    lambda one: True,
    lambda one: True,
    result=_type_of_store,
    effects="writes raises",
    samples=_samples,
    fusion=Fusion(takes=(2,)),
)
def setitem(b: Builder, array: Val, index: Val, value: Val) -> Val:
    """Store a scalar into an element, or fill or copy into a view."""
    kind = array_type(array)
    selection = selection_of(kind, index.type, index.const)
    assert selection is not None

    def by_python() -> None:
        b.call_python(operator.setitem, (array, index, value), t.NONE)

    if selection.is_element:
        pointer = element_address(b, array, index)

        def store(parts: Sequence[Value]) -> None:
            store_element(b, kind.dtype, pointer, parts)

        convert_for_store(b, value, kind.dtype, store, by_python)
        return NONE_VAL
    view = select_view(b, array, index, selection)
    if isinstance(value, Pending):
        _compute_into(b, view, value)
    elif isinstance(value.type, t.Array):
        assign_unless_same(b, view, value)
    else:
        convert_for_store(b, value, kind.dtype, lambda parts: fill_array(b, view, parts), by_python)
    return NONE_VAL


def _compute_into(b: Builder, view: Val, value: Pending) -> None:
    """Store a pending array, computed on the way into the memory of the view."""
    check_broadcast(b, view, value)
    shape = shape_of(view)
    given = once_for_each_element(b, value, shape) if len(shape_of(value)) <= len(shape) else settled(b, value)
    if isinstance(given, Pending):
        dtype = array_type(given).dtype
        write_apart(b, elementwise([given], [dtype], lambda row: row), [view], shape)
        release_temporaries(b, given)
    else:
        assign_array(b, view, given)
        b.emit("decref", (owner_of(given),))
