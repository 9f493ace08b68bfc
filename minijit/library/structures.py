"""Fields of structured arrays and records: what they are, from types alone, and how they are read and stored into.

Entries for fields that are attributes are made when a dtype is met that has them.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import numpy as np

from minijit import types as t
from minijit.library.builder import NONE_VAL, Builder, Val
from minijit.library.memory import array_type, data_of, load_element, make_array, shape_of, strides_of
from minijit.library.registry import Arg, attribute, find, lowers, stored_attribute
from minijit.numpy_types import is_native
from minijit.record_types import Structure, is_structure

Structured: TypeAlias = t.RecordArray | t.Record
STRUCTURED: Final = (t.RecordArray, t.Record)


def name_of(kind: t.Type, index: Arg | Val) -> str | None:
    """The name of the field that an index means: a name, or for records a number; ``None`` for any other index."""
    if not isinstance(kind, t.RecordArray | t.Record):
        return None
    names = kind.structure.dtype.names or ()
    key = index.type.value if isinstance(index.type, t.Const) else index.const
    if isinstance(kind, t.Record) and type(key) is int and -len(names) <= key < len(names):
        return names[key]
    return key if isinstance(key, str) and key in names else None


def field_type(kind: Structured, name: str) -> t.Array | t.RecordArray | t.Record | None:
    """The type of the memory of a field, as an array or a record; ``None`` where native code doesn't hold its elements.

    A number in a record is an array without axes.
    """
    base, shape = _base_and_shape(kind.structure.dtype[name])
    ndim = len(shape) + (kind.ndim if isinstance(kind, t.RecordArray) else 0)
    if base.names is None:
        # What lies one after the other in a record is contiguous.
        layout: t.Layout = "A" if ndim and isinstance(kind, t.RecordArray) else "C"
        return t.Array(np.dtype(base.str), ndim, layout, kind.writable) if is_native(base) else None
    if not is_structure(base):
        return None
    if isinstance(kind, t.Record):
        inner: Any = np.dtype((np.record, base)) if kind.cls is np.record and base.type is np.void else base
        return None if shape else t.Record(Structure(inner), kind.writable)
    inner = np.dtype((np.record, base)) if kind.cls is np.recarray and base.type is np.void else base
    return t.RecordArray(Structure(inner), ndim, "A" if ndim else "C", kind.writable, kind.cls)


def value_type(kind: Structured, name: str) -> t.Type | None:
    """The type of a field's value: a number in a record is a NumPy scalar."""
    one = field_type(kind, name)
    if isinstance(kind, t.Record) and isinstance(one, t.Array) and not one.ndim:
        return t.NumpyScalar(one.dtype)
    return one


def field_view(b: Builder, value: Val, name: str) -> Val:
    """The memory of a field, of type :func:`field_type`."""
    kind = value.type
    assert isinstance(kind, t.RecordArray | t.Record)
    one = field_type(kind, name)
    assert one is not None
    # Nothing says that a number in a record lies where numbers of its size do.
    b.unit.unaligned = True
    data = b.ptr_add(value.parts[2], kind.structure.dtype.fields[name][1])  # type: ignore[index]
    if isinstance(one, t.Record):
        return Val(one, (b.null(), value.parts[1], data))
    base, shape = _base_and_shape(kind.structure.dtype[name])
    steps = [base.itemsize * int(np.prod(shape[axis + 1 :])) for axis in range(len(shape))]
    lengths, strides = [b.i64(length) for length in shape], [b.i64(step) for step in steps]
    if isinstance(kind, t.RecordArray):
        lengths, strides = [*shape_of(value), *lengths], [*strides_of(b, value), *strides]  # type: ignore[list-item]
    return make_array(one, b.null(), value.parts[1], data, lengths, strides)


def _base_and_shape(dtype: np.dtype[Any]) -> tuple[np.dtype[Any], tuple[int, ...]]:
    return dtype.subdtype or (dtype, ())


def as_array(value: Val) -> Val:
    """A structured array as an array of elements of its dtype: its parts are the same."""
    return Val(array_type(value), value.parts)


def as_records(kind: t.RecordArray, array: Val) -> Val:
    """The opposite of :func:`as_array`: an array of elements of the dtype of `kind`, and of its class."""
    one = array.type
    assert isinstance(one, t.Array)
    return Val(t.RecordArray(kind.structure, one.ndim, one.layout, one.writable, kind.cls), array.parts)


def bytes_of(dtype: np.dtype[Any]) -> list[tuple[int, int]]:
    """The stretches of bytes that hold something, from start to end: what is copied with a record, without padding."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(_stretches(dtype, 0)):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _stretches(dtype: np.dtype[Any], start: int) -> Iterator[tuple[int, int]]:
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        for place in range(int(np.prod(shape))):
            yield from _stretches(base, start + place * base.itemsize)
    elif dtype.names is None:
        yield start, start + dtype.itemsize
    else:
        for name in dtype.names:
            yield from _stretches(dtype[name], start + dtype.fields[name][1])  # type: ignore[index]


# ---- reading and storing


def load_field(b: Builder, value: Val, name: str) -> Val:
    """A field: a view, or the number that it is in a record."""
    kind = value.type
    assert isinstance(kind, t.RecordArray | t.Record)
    view, one = field_view(b, value, name), value_type(kind, name)
    if isinstance(one, t.NumpyScalar):
        return Val(one, load_element(b, one.dtype, data_of(view)))
    return view


def stored_by(kind: Structured, name: str, value: t.Type) -> t.Type | None:
    """The index that stands for all of a field's memory in a store of `value`; ``None`` where Python stores."""
    view = field_type(kind, name)
    if view is None:
        return None
    is_number = isinstance(view, t.Array) and not view.ndim
    if is_number and isinstance(value, t.Array):
        return None
    index: t.Type = t.EMPTY_TUPLE if is_number else t.Const(...)
    const = () if is_number else ...
    return index if find(operator.setitem, (Arg(view), Arg(index, const), Arg(value)), {}) is not None else None


def store_field(b: Builder, target: Val, name: str, value: Val) -> Val:
    """Store into all of a field's memory."""
    place = stored_by(target.type, name, value.type)  # type: ignore[arg-type]
    assert place is not None
    view = field_view(b, target, name)
    return b.apply(operator.setitem, view, Val(place, (), () if place == t.EMPTY_TUPLE else ...), value)


# ---- attributes of records and recarrays

_REGISTERED: Final[set[str]] = set()


def register_fields(kind: Structured) -> None:
    """Entries for the fields of a recarray or ``numpy.record`` as attributes."""
    for name in kind.structure.dtype.names or ():
        if name not in _REGISTERED:
            _REGISTERED.add(name)
            _register(name)


def _register(name: str) -> None:
    def has_field(one: t.Type) -> bool:
        is_open = isinstance(one, t.RecordArray | t.Record) and one.cls in (np.recarray, np.record)
        # What the class has comes first.
        return is_open and name in (one.structure.dtype.names or ()) and not hasattr(one.cls, name)  # type: ignore[union-attr]

    @lowers(attribute(name), has_field, result=lambda one: value_type(one.type, name), effects="reads")
    def read(b: Builder, one: Val) -> Val:
        return load_field(b, one, name)

    def stored(one: Arg, value: Arg) -> t.Type | None:
        return None if stored_by(one.type, name, value.type) is None else t.NONE  # type: ignore[arg-type]

    @lowers(stored_attribute(name), has_field, object, result=stored, effects="writes raises")
    def write(b: Builder, one: Val, value: Val) -> Val:
        store_field(b, one, name, value)
        return NONE_VAL
