"""Lowering of objects of the program: what global names and closure cells are bound to, and default values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from minijit import types as t
from minijit.ir.context import BLOCK_OBJECT, BLOCK_SIZE
from minijit.ir.nodes import Value
from minijit.library.memory import make_array
from minijit.library.references import holds_references
from minijit.library.vals import Val, tuple_val
from minijit.machine import I64, PTR

if TYPE_CHECKING:
    from minijit.passes.lowering.lower import Lowering

_HEAD: Final = object.__basicsize__
_ARRAY_DATA: Final = _HEAD
_ARRAY_SHAPE: Final = _HEAD + 16
_ARRAY_STRIDES: Final = _HEAD + 24
_VOID_DATA: Final = _HEAD + 8
"""Offsets in a PyArrayObject and a numpy.void; runtime/numpy_api.py verifies them."""

_BORROWED: Final = 1 << 40
"""The count of a block that stands for memory that is not ours: it never reaches zero."""


def lower_object(lowering: Lowering, one: t.Type, value: object) -> Val:
    """An object of the program: what a name is bound to, or a default value."""
    if isinstance(one, t.Array | t.RecordArray):
        return _global_array(lowering, one, value)
    if isinstance(one, t.Record):
        return _global_record(lowering, one, value)
    if isinstance(one, t.Tuple):
        assert isinstance(value, tuple)
        whole = tuple_val([lower_object(lowering, item, each) for item, each in zip(one.items, value, strict=True)])
        return Val(one, whole.parts, whole.const)
    if isinstance(one, t.Object | t.PythonList):
        b = lowering.builder
        if isinstance(one, t.PythonList):
            b.unit.lists[b.unit.add_constant(value)] = one
        return Val(one, (b.known_object(value),))
    return lowering.builder.constant(one, value)


def _held(lowering: Lowering, value: object) -> tuple[Value, Value]:
    """An object from the table of constants that has memory of its own, and the block that stands for it."""
    b = lowering.builder
    held = b.known_object(value)
    if holds_references(lowering.instance.result.type):
        # The result may be a view of the array, so the block has to outlive this activation.
        owner = b.load(b.ptr_add(b.listed_object(b.unit.add_block_for(value)), _ARRAY_DATA), PTR, local=True)
    else:
        owner = b.slots(BLOCK_SIZE // 8)
    b.store(owner, b.i64(_BORROWED), local=True)
    b.store(b.ptr_add(owner, BLOCK_OBJECT), held, local=True)
    return held, owner


def _global_record(lowering: Lowering, kind: t.Record, value: object) -> Val:
    held, owner = _held(lowering, value)
    b = lowering.builder
    return Val(kind, (held, owner, b.load(b.ptr_add(held, _VOID_DATA), PTR, local=True)))


def _global_array(lowering: Lowering, kind: t.Array | t.RecordArray, value: object) -> Val:
    """An array that a global name is bound to: its address comes from the table of constants, its contents are live."""
    held, owner = _held(lowering, value)
    b = lowering.builder
    data = b.load(b.ptr_add(held, _ARRAY_DATA), PTR, local=True)
    shape = b.load(b.ptr_add(held, _ARRAY_SHAPE), PTR, local=True)
    strides = b.load(b.ptr_add(held, _ARRAY_STRIDES), PTR, local=True)
    lengths = [b.load(b.ptr_add(shape, 8 * axis), I64, local=True) for axis in range(kind.ndim)]
    steps = [b.load(b.ptr_add(strides, 8 * axis), I64, local=True) for axis in range(kind.ndim)]
    return make_array(kind, held, owner, data, lengths, steps)

