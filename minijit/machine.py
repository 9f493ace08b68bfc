"""Machine types, and how a value of a minijit type is held in machine values (its *parts*).

From the stage "loops" on, the IR has only machine values. A whole value becomes a fixed row of them, in the order that
:func:`parts_of` gives; function arguments, block parameters, results and boxing all use this one order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, TypeAlias

import numpy as np

from minijit import types as t


@dataclass(frozen=True, slots=True)
class Machine:
    """A type of LLVM: an integer of some bits, a float, or a pointer. Signedness belongs to the ops."""

    name: Literal["i1", "i8", "i16", "i32", "i64", "i128", "f32", "f64", "ptr"]
    bits: int

    def __str__(self) -> str:
        return self.name


I1: Final = Machine("i1", 1)
I8: Final = Machine("i8", 8)
I16: Final = Machine("i16", 16)
I32: Final = Machine("i32", 32)
I64: Final = Machine("i64", 64)
I128: Final = Machine("i128", 128)
F32: Final = Machine("f32", 32)
F64: Final = Machine("f64", 64)
PTR: Final = Machine("ptr", 64)

AnyType: TypeAlias = t.Type | Machine

_BY_KIND_AND_SIZE: Final = {
    ("b", 1): (I1,),
    ("f", 2): (F32,),
    ("f", 4): (F32,),
    ("f", 8): (F64,),
    ("c", 8): (F32, F32),
    ("c", 16): (F64, F64),
}
_INTEGERS: Final = {1: I8, 2: I16, 4: I32, 8: I64}


@cache
def parts_of_dtype(dtype: np.dtype[np.generic]) -> tuple[Machine, ...]:
    """The machine types of one element in registers: one, or two (real, imaginary) for complex dtypes.

    A float16 is held as the float32 of equal value; what is computed with it is rounded each time.
    """
    if dtype.kind in "iu":
        return (_INTEGERS[dtype.itemsize],)
    return _BY_KIND_AND_SIZE[dtype.kind, dtype.itemsize]


@cache
def parts_of(one: t.Type) -> tuple[Machine, ...]:
    """The machine types that together hold a value of type `one`.

    ======================  ====================================================================
    bool                    i1
    int, float, complex     i64; f64; f64 f64
    NumPy scalar            one of its width (numpy.bool is i1, float16 is f32), two for complex
    Array                   object, owner, data (ptr each), shape (i64 x ndim), then strides in
                            bytes (i64 x ndim) where the layout is "A"
    RecordArray, Record     as an Array; as an Array without axes
    Instance                ptr (a PyObject), then the parts of its fields
    Tuple                   the parts of its items, one after the other
    Union                   i8 tag, then the parts of its members (:func:`union_layout`)
    MaybeInt                i1 "is the int", then the parts of the other type
    Range                   i64 start, stop, step, length
    Slice, Iterator         the parts of their fields; enumerate: the iterable, then the start
    BoundMethod             the parts of the receiver
    Closure                 the parts of what it has captured
    Index, Object           i64; ptr (a PyObject)
    PythonList              ptr (a PyObject)
    List                    ptr (a block, ``ir/context.py``)
    None, Unbound, Const    nothing
    ======================  ====================================================================

    An array's *object* is the PyObject that it is, null for one made by native code; its *owner* is the block that
    keeps its memory alive (``runtime/memory.py``), null for an argument and its views.
    """
    match one:
        case t.PythonScalar() | t.NumpyScalar():
            return parts_of_dtype(t.dtype_of(one))
        case t.Array() | t.RecordArray():
            words = one.ndim * (2 if one.layout == "A" else 1)
            return (PTR, PTR, PTR) + (I64,) * words
        case t.Record():
            return (PTR, PTR, PTR)
        case t.Instance(fields=fields):
            return (PTR, *(part for field in fields for part in parts_of_field(field)))
        case t.Tuple(items):
            return _concat(items)
        case t.Union(members):
            return union_layout(members)[0]
        case t.MaybeInt(other):
            return (I1, *parts_of(other))
        case t.Range():
            return (I64, I64, I64, I64)
        case t.Slice(start, stop, step):
            return _concat((start, stop, step))
        case t.Iterator():
            return _concat(one.sources)
        case t.BoundMethod():
            return parts_of(one.receiver)
        case t.Closure(captured=captured):
            return _concat(captured)
        case t.Index():
            return (I64,)
        case t.Object() | t.PythonList() | t.List():
            return (PTR,)
        case t.Dict():
            return (PTR, PTR)
        case _:
            return ()


def parts_of_field(field: t.Field) -> tuple[Machine, ...]:
    """The machine types that hold an attribute of an instance: a value, or the address of its cell."""
    if field.mode == "value":
        return parts_of(field.type)
    return (PTR,) if field.mode == "cell" else ()


@cache
def union_layout(members: tuple[t.Type, ...]) -> tuple[tuple[Machine, ...], tuple[int, ...]]:
    """The parts of a union of `members`, the tag first, and where the parts of each member start.

    Members that are held alike share their parts: only one of them is there at a time, and what is done to a float and
    to a ``numpy.float64`` then often is the same code.
    """
    parts: list[Machine] = [I8]
    starts: list[int] = []
    known: dict[tuple[Machine, ...], int] = {}
    for member in members:
        own = parts_of(member)
        if own not in known:
            known[own] = len(parts)
            parts += own
        starts.append(known[own])
    return tuple(parts), tuple(starts)


def stride_of(item: t.Type) -> int:
    """The bytes from one item of a list to the next: a single part is packed, several take 8 bytes each."""
    parts = parts_of(item)
    return max(parts[0].bits // 8, 1) if len(parts) == 1 else max(8 * len(parts), 1)


def _concat(several: tuple[t.Type, ...]) -> tuple[Machine, ...]:
    return tuple(part for one in several for part in parts_of(one))


def float_dtype_of(dtype: np.dtype[np.generic]) -> np.dtype[np.generic]:
    """The dtype of the real and imaginary parts of a complex dtype."""
    return np.dtype(f"f{dtype.itemsize // 2}")
