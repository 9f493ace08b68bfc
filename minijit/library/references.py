"""Counting references to the memory blocks that a value refers to: those of arrays and lists."""

from __future__ import annotations

from minijit import types as t
from minijit.library.builder import Builder
from minijit.library.memory import owner_of
from minijit.library.vals import NONE_VAL, Val, item_of
from minijit.machine import parts_of


def holds_references(one: object) -> bool:
    """Whether a value of this type may refer to counted memory."""
    match one:
        case t.Array() | t.List():
            return True
        case t.Tuple(items) | t.Union(items):
            return any(map(holds_references, items))
        case t.Iterator():
            return any(map(holds_references, one.sources))
        case t.BoundMethod():
            return holds_references(one.receiver)
        case t.Closure(captured=captured):
            return any(map(holds_references, captured))
        case _:
            return False


def owner_words(item: t.Type) -> int:
    """Which words of an item of a list are owners, one bit for each."""
    match item:
        case t.Array():
            return 2
        case t.List():
            return 1
        case t.Tuple(items):
            words, shift = 0, 0
            for each in items:
                words |= owner_words(each) << shift
                shift += len(parts_of(each))
            return words
        case _:
            return 0


def take_reference(b: Builder, value: Val) -> None:
    """One more reference to every array and list that `value` is or contains."""
    _count(b, value, "incref")


def drop_reference(b: Builder, value: Val) -> None:
    """One reference less to every array and list that `value` is or contains."""
    _count(b, value, "decref")


def _count(b: Builder, value: Val, op: str) -> None:
    one = value.type
    if not holds_references(one):
        return
    match one:
        case t.Array():
            b.emit(op, (owner_of(value),))
        case t.List():
            b.emit(op, (value.part,))
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
