"""Counting references to the memory blocks that a value refers to."""

from __future__ import annotations

from minijit import types as t
from minijit.library.builder import Builder
from minijit.library.memory import owner_of
from minijit.library.vals import NONE_VAL, Val, item_of
from minijit.passes.ownership import may_hold_array


def take_reference(b: Builder, value: Val) -> None:
    """One more reference to every array that `value` is or contains."""
    _count(b, value, "incref")


def drop_reference(b: Builder, value: Val) -> None:
    """One reference less to every array that `value` is or contains."""
    _count(b, value, "decref")


def _count(b: Builder, value: Val, op: str) -> None:
    one = value.type
    if not may_hold_array(one):
        return
    match one:
        case t.Array():
            b.emit(op, (owner_of(value),))
        case t.Tuple(items):
            for index in range(len(items)):
                _count(b, item_of(value, index), op)
        case t.Iterator():
            for index in range(len(one.sources)):
                _count(b, item_of(value, index), op)
        case t.Closure(captured=captured):
            _count(b, Val(t.Tuple(captured), value.parts), op)
        case t.BoundMethod():
            _count(b, Val(one.receiver, value.parts), op)
        case t.Union():

            def member(each: Val) -> Val:
                _count(b, each, op)
                return NONE_VAL

            b.for_each_type(value, member, t.NONE)
