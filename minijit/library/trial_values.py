"""Values of given types, to try a function on, and the types of the values that it gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.ir.nodes import UNKNOWN
from minijit.library.named_tuples import register_class
from minijit.numpy_types import is_native, sample_of, type_of_value
from minijit.record_types import CLASSES, Structure, is_structure

TURNING: Final = 5
"""The length of the arrays whose values are of another kind; numbers beside them are negative."""

_MOST_ITEMS: Final = 32
"""Longer tuples and lists are not taken apart."""


def value_of(one: t.Type, lengths: Sequence[int], *, harmless: bool = False) -> Any:
    """A value of a type, with axes of these lengths; ``UNKNOWN`` where none can be made.

    Parameters
    ----------
    one : Type
        What the value shall be of.
    lengths : sequence of int
        The lengths of the axes of arrays.
    harmless : bool
        Whether arrays and lists of ints are to hold zeros, which are the place of something in all that is not empty:
        functions that don't look at indices before they use them would read or write elsewhere.
    """

    def made(item: t.Type) -> Any:
        return value_of(item, lengths, harmless=harmless)

    match one:
        case t.PythonScalar("int"):
            # Different ones, too: the layout of a result may depend on it.
            return 1 + lengths[-1] % 3
        case t.Array(dtype, ndim, layout, writable):
            array = _array(np.dtype(dtype), tuple(lengths[:ndim]), layout)
            if harmless and array.dtype.kind in "iu":
                array[...] = 0
            array.flags.writeable = writable
            return array
        case t.RecordArray(structure, ndim, layout, writable, cls):
            records = _array(structure.dtype, tuple(lengths[:ndim]), layout).view(cls)
            records.flags.writeable = writable
            return records
        case t.PythonScalar() | t.NumpyScalar():
            number = sample_of(one)
            is_signed = one == t.FLOAT or (isinstance(one, t.NumpyScalar) and one.dtype.kind in "if")
            return -number if is_signed and lengths[0] == TURNING else number
        case t.Tuple(items, cls):
            found = list(map(made, items))
            if any(item is UNKNOWN for item in found):
                return UNKNOWN
            return cls(found) if cls in (tuple, list) else cls._make(found)  # type: ignore[attr-defined]
        case t.PythonList(item):
            found = list(map(made, t.members_of(item) * 2 or (item,)))
            if harmless and item == t.INT:
                return [0] * len(found)
            return UNKNOWN if any(one is UNKNOWN for one in found) else found
        case t.Const(value=value):
            return value
        case t.Range():
            return range(lengths[0])
        case t.Slice():
            bounds = list(map(made, (one.start, one.stop, one.step)))
            return UNKNOWN if any(each is UNKNOWN for each in bounds) else slice(*bounds)
        case t.NoneValue():
            return None
        case _:
            return UNKNOWN


def forms_of(one: t.Type) -> list[t.Type]:
    """The types to try for values of a type: a list with items of several types may have items of some of them only.

    There are none where these are too many to be tried.
    """
    if not isinstance(one, t.PythonList) or not isinstance(one.item, t.Union):
        return [one]
    members = t.members_of(one.item)
    if len(members) > _MOST_MEMBERS:
        return []
    sizes = range(len(members), 0, -1)
    return [t.PythonList(t.union_of(some)) for size in sizes for some in combinations(members, size)]


_MOST_MEMBERS: Final = 3


def _array(dtype: Any, shape: tuple[int, ...], layout: str) -> Any:
    """Different positive numbers (a regular matrix, symmetric only by chance) in the layout wanted.

    Arrays of length `TURNING` have signs, and a square matrix turns space: its eigenvalues are complex, as are roots of
    negative numbers. Only there complex numbers have imaginary parts.
    """
    size = int(np.prod(shape))
    numbers = np.arange(1, size + 1).reshape(shape)
    if len(shape) == 2 and shape[0] == shape[1]:
        one = np.eye(shape[0], dtype=np.int64)
        numbers = np.roll(one, 1, axis=1) - 2 * one if shape[0] == TURNING else numbers % 3 + 9 * one
    elif shape[:1] == (TURNING,):
        numbers = numbers * (1 - 2 * (numbers % 2))
    array = numbers.astype(dtype, order="F" if layout == "F" else "C")
    if dtype.kind == "c" and shape[:1] == (TURNING,):
        array *= 1 + 1j
    if layout == "A" and shape:
        # Axes in either order, since the layout of a result may follow from it.
        order: Any = "F" if len(shape) > 1 and shape[0] > shape[1] else "C"
        wide = np.zeros((*shape[:-1], 2 * shape[-1]), dtype, order)
        wide[..., ::2] = array
        array = wide[..., ::2]
    return array


def type_of_object(value: Any) -> t.Type | None:
    """The type of ``None``, a number, an array, or a tuple or list of such, as a caller sees it.

    A tuple may hold anything else besides, as an object.
    """
    if isinstance(value, np.ndarray) and type(value) in CLASSES and is_structure(value.dtype):
        order: t.Layout = "C" if value.flags.c_contiguous else "F" if value.flags.f_contiguous else "A"
        return t.RecordArray(Structure(value.dtype), value.ndim, order, bool(value.flags.writeable), type(value))
    if type(value) is np.ndarray:
        flags, dtype = value.flags, value.dtype
        if not is_native(dtype) or not flags.aligned:
            return None
        layout: t.Layout = "C" if flags.c_contiguous else "F" if flags.f_contiguous else "A"
        return t.Array(np.dtype(dtype.str), value.ndim, layout, bool(flags.writeable))
    if isinstance(value, tuple | list):
        cls = type(value)
        items = [type_of_object(item) for item in value]
        if cls is tuple and any(items):
            items = [item or t.OBJECT for item in items]
        if None in items or len(items) > _MOST_ITEMS or not (cls in (tuple, list) or t.is_named_tuple(cls)):
            return None
        if cls not in (tuple, list):
            register_class(cls)
        return t.Tuple(tuple(items), cls)  # type: ignore[arg-type]
    return t.NONE if value is None else type_of_value(value)


def common_type(seen: Sequence[t.Type], is_open: bool) -> t.Type | None:
    """One type for all that was seen: layouts that depend on the lengths are left to run time.

    `is_open` says that the length of a list may differ from those seen.
    """
    if all(isinstance(one, t.Tuple) and one.cls is list for one in seen):
        rows: list[tuple[t.Type, ...]] = [one.items for one in seen]  # type: ignore[union-attr]
        if is_open or len({len(row) for row in rows}) > 1:
            item = common_type([one for row in rows for one in row], is_open)
            return None if item is None or isinstance(item, t.Union) else t.PythonList(item)
    merged: list[t.Type] = []
    for one in dict.fromkeys(seen):
        place = next((k for k, other in enumerate(merged) if _merged(one, other) is not None), None)
        if place is None:
            merged.append(one)
        else:
            merged[place] = _merged(one, merged[place])  # type: ignore[assignment]
    if not merged or len(merged) > _MOST_TYPES:
        return None
    if len(merged) > 1 and not all(isinstance(one, t.Array | t.RecordArray | t.Tuple) for one in merged):
        return None
    return t.union_of(tuple(merged))


_MOST_TYPES: Final = 4


def _merged(one: t.Type, other: t.Type) -> t.Type | None:
    """A type for both, where they differ in the layout of arrays only."""
    if one == other:
        return one
    if isinstance(one, t.Array) and isinstance(other, t.Array):
        same = (one.dtype, one.ndim, one.writable) == (other.dtype, other.ndim, other.writable)
        return t.Array(one.dtype, one.ndim, "A", one.writable) if same else None
    if isinstance(one, t.RecordArray) and isinstance(other, t.RecordArray):
        return replace(one, layout="A") if replace(one, layout=other.layout) == other else None
    if isinstance(one, t.Tuple) and isinstance(other, t.Tuple):
        if one.cls is not other.cls or len(one.items) != len(other.items):
            return None
        items = [_merged(x, y) for x, y in zip(one.items, other.items, strict=True)]
        return None if None in items else t.Tuple(tuple(items), one.cls)  # type: ignore[arg-type]
    if isinstance(one, t.PythonList) and isinstance(other, t.PythonList):
        item = _merged(one.item, other.item)
        return None if item is None else t.PythonList(item)
    return None
