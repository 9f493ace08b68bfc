"""Whole records: stored into arrays, from other records and from tuples; new structured arrays, and copies."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.arrays.allocation import allocate
from minijit.library.arrays.creation import shape_types, shape_values
from minijit.library.arrays.dtypes import bind, known_value
from minijit.library.builder import NONE_VAL, Builder, Val, item_of
from minijit.library.indexing.items import element_address
from minijit.library.indexing.store_conversions import can_store, convert_for_store
from minijit.library.memory import data_of, store_element
from minijit.library.operands import anything
from minijit.library.records.items import record_at, record_type, records, selection
from minijit.library.registry import Arg, lowers, method
from minijit.library.structures import as_array, bytes_of, field_type, field_view
from minijit.record_types import Structure, is_structure


def _holds(kind: t.Record, value: Arg) -> bool:
    """Whether native code stores a value into a record of this type: a record of the same fields, or numbers."""
    one = value.type
    if isinstance(one, t.Record):
        return one.structure.dtype == kind.structure.dtype
    if not isinstance(one, t.Tuple) or one.cls is not tuple:
        return False
    names = kind.structure.dtype.names or ()
    fields = [field_type(kind, name) for name in names]
    if len(names) != len(one.items):
        return False
    return all(
        isinstance(field, t.Array) and not field.ndim and can_store(field.dtype, Arg(item))
        for field, item in zip(fields, one.items, strict=True)
    )


def _type_of_store(array: Arg, index: Arg, value: Arg) -> t.Type | None:
    kind = array.type
    assert isinstance(kind, t.RecordArray)
    chosen = selection(kind, index)
    is_element = chosen is not None and (chosen.is_element or not kind.ndim)
    return t.NONE if is_element and kind.writable and _holds(record_type(kind), value) else None


@lowers(
    operator.setitem,
    t.RecordArray,
    anything,
    anything,
    result=_type_of_store,
    effects="writes raises",
    samples=lambda: [
        (one, 1, value) for one in records()[1:] if one.ndim == 1 for value in (one[0], (7, 2.5), (300, 1.0), (1,))
    ],
)
def setitem(b: Builder, array: Val, index: Val, value: Val) -> Val:
    """Store a record or a tuple, field by field: padding stays as it is."""
    chosen = selection(array.type, index)  # type: ignore[arg-type]
    assert chosen is not None
    pointer = element_address(b, as_array(array), index) if chosen.is_element else array.parts[2]
    target = record_at(b, array, pointer)
    if isinstance(value.type, t.Record):
        copy_record(b, target, value)
        return NONE_VAL

    def by_python() -> None:
        b.call_python(operator.setitem, (array, index, value), t.NONE)

    kind = target.type
    assert isinstance(kind, t.Record)
    for place, name in enumerate(kind.structure.dtype.names or ()):
        view = field_view(b, target, name)
        assert isinstance(view.type, t.Array)
        _store(b, view, item_of(value, place), by_python)
    return NONE_VAL


def _store(b: Builder, view: Val, value: Val, by_python: Callable[[], None]) -> None:
    assert isinstance(view.type, t.Array)
    dtype = view.type.dtype

    def store(parts: Sequence[Value]) -> None:
        store_element(b, dtype, data_of(view), parts)

    convert_for_store(b, value, dtype, store, by_python)


def copy_record(b: Builder, target: Val, source: Val) -> None:
    """Copy what the fields hold."""
    assert isinstance(target.type, t.Record)
    for start, end in bytes_of(target.type.structure.dtype):
        places = [b.ptr_add(one.parts[2], start) for one in (target, source)]
        b.emit("copy", (*places, b.i64(end - start)))


# ---- new arrays


def _structure(arg: Arg | Val | None) -> Structure | None:
    dtype = known_value(arg)
    return Structure(dtype) if isinstance(dtype, np.dtype) and is_structure(dtype) else None


def _made(args: Sequence[Arg | Val], keywords: Mapping[str, Arg | Val]) -> t.RecordArray | None:
    bound = bind(("shape", "dtype"), args, keywords, 2)
    if bound is None:
        return None
    structure, lengths = _structure(bound["dtype"]), shape_types(bound["shape"].type)
    return None if structure is None or lengths is None else t.RecordArray(structure, len(lengths), "C")


def _register_maker(function: Callable[..., Any], *, zeroed: bool) -> None:
    @lowers(
        function,
        anything,
        result=lambda *args, **keywords: _made(args, keywords),
        rest=anything,
        keywords={"shape": anything, "dtype": anything},
        effects="allocates raises",
        samples=[(shape, np.dtype([("a", "i1"), ("b", "f8")])) for shape in (3, (2, 3), -1)] if zeroed else (),
    )
    def make(b: Builder, *args: Val, **keywords: Val) -> Val:
        kind, bound = _made(args, keywords), bind(("shape", "dtype"), args, keywords, 2)
        assert kind is not None and bound is not None
        return Val(kind, allocate(b, kind.structure.dtype, shape_values(b, bound["shape"]), zeroed=zeroed).parts)


_register_maker(np.zeros, zeroed=True)
_register_maker(np.empty, zeroed=False)


def _copied(array: Arg) -> t.Type:
    kind = array.type
    assert isinstance(kind, t.RecordArray)
    return t.RecordArray(kind.structure, kind.ndim, "C", cls=kind.cls)


@lowers(
    method("copy"),
    t.RecordArray,
    result=_copied,
    effects="allocates raises",
    samples=lambda: [(one,) for one in records()],
)
def _copy(b: Builder, array: Val) -> Val:
    return b.call_python(np.ndarray.copy, (array,), _copied(Arg(array.type)), effects="")
