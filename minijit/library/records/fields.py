"""Fields: ``records["x"]``, ``record["x"]``, ``records.x``, and stores into them."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.builder import Builder, Val
from minijit.library.operands import anything
from minijit.library.operations import item_at, length_of, unpack_exactly
from minijit.library.registry import Arg, lowers
from minijit.library.structures import STRUCTURED, load_field, name_of, store_field, stored_by, value_type
from minijit.library.vals import tuple_val


def _samples() -> list[tuple[Any, ...]]:
    dtype = np.dtype([("a", np.int8), ("b", np.float64), ("c", np.int16, (2,))])
    records = np.zeros(4, dtype)
    records["a"], records["b"] = [1, 2, 3, 4], [0.5, 1.5, 2.5, 3.5]
    return [(one, name) for one in (records, records[::-2], records[1], records[:0]) for name in dtype.names or ()]


def _type_of_field(value: Arg, index: Arg) -> t.Type | None:
    name = name_of(value.type, index)
    return None if name is None else value_type(value.type, name)  # type: ignore[arg-type]


@lowers(operator.getitem, STRUCTURED, anything, result=_type_of_field, effects="reads", samples=_samples)
def getitem(b: Builder, value: Val, index: Val) -> Val:
    """The field of a name that is known while compiling."""
    name = name_of(value.type, index)
    assert name is not None
    return load_field(b, value, name)


# ---- stores


def _type_of_store(target: Arg, index: Arg, value: Arg) -> t.Type | None:
    name = name_of(target.type, index)
    if name is None or stored_by(target.type, name, value.type) is None:  # type: ignore[arg-type]
        return None
    return t.NONE


@lowers(
    operator.setitem,
    STRUCTURED,
    anything,
    anything,
    result=_type_of_store,
    effects="writes raises",
    samples=lambda: [(*row, value) for row in _samples() for value in (7, 2.5, np.int16(300))],
)
def setitem(b: Builder, target: Val, index: Val, value: Val) -> Val:
    """Store into a field."""
    name = name_of(target.type, index)
    assert name is not None
    return store_field(b, target, name, value)


# ---- a record as a sequence of its fields


def _names(kind: t.Type) -> tuple[str, ...]:
    assert isinstance(kind, t.Record)
    return kind.structure.dtype.names or ()


def _types(kind: t.Type) -> list[t.Type | None]:
    assert isinstance(kind, t.Record)
    return [value_type(kind, name) for name in _names(kind)]


def fields_of(b: Builder, record: Val) -> list[Val]:
    """The values of all fields."""
    return [load_field(b, record, name) for name in _names(record.type)]


@lowers(len, t.Record, result=t.INT, fold=lambda record: len(_names(record.type)))
def _len(b: Builder, record: Val) -> Val:
    return b.constant(t.INT, len(_names(record.type)))


def _type_of_unpacked(record: Arg, count: Arg) -> t.Type | None:
    types = _types(record.type)
    return t.Tuple(tuple(types)) if len(types) == count.const and None not in types else None  # type: ignore[arg-type]


@lowers(unpack_exactly, t.Record, t.INT, result=_type_of_unpacked, effects="reads")
def _unpack(b: Builder, record: Val, _count: Val) -> Val:
    return tuple_val(fields_of(b, record))


def _is_even(kind: t.Type) -> bool:
    types = _types(kind)
    return None not in types and len(set(types)) == 1


@lowers(length_of, t.Record, result=lambda record: t.INDEX if _is_even(record.type) else None)
def _length(b: Builder, record: Val) -> Val:
    return Val(t.INDEX, (b.i64(len(_names(record.type))),))


@lowers(
    item_at,
    t.Record,
    t.INDEX,
    result=lambda record, index: _types(record.type)[0] if _is_even(record.type) else None,
    effects="reads",
)
def _item(b: Builder, record: Val, index: Val) -> Val:
    return b.apply(item_at, tuple_val(fields_of(b, record)), index)
