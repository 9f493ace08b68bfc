"""Counting references to the memory blocks that a value refers to: those of arrays and lists."""

from __future__ import annotations

from functools import reduce
from operator import or_

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.memory import owner_of
from minijit.library.vals import NONE_VAL, Val, item_of
from minijit.machine import I8, parts_of, union_layout


def holds_references(one: object) -> bool:
    """Whether a value of this type may refer to counted memory."""
    match one:
        case t.Array() | t.RecordArray() | t.Record() | t.List() | t.Dict():
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
        case t.Array() | t.RecordArray() | t.Record():
            return 2
        case t.List():
            return 1
        case t.Dict():
            return 3
        case t.Tuple(items):
            words, shift = 0, 0
            for each in items:
                words |= owner_words(each) << shift
                shift += len(parts_of(each))
            return words
        case t.Union(members):
            return reduce(or_, _owners_of_members(members))
        case _:
            return 0


def _owners_of_members(members: tuple[t.Type, ...]) -> list[int]:
    """For each member of a union, which words of the union are owners if it is the one."""
    starts = union_layout(members)[1]
    return [owner_words(each) << start for each, start in zip(members, starts, strict=True)]


def owners_are_apart(one: t.Union) -> bool:
    """Whether no word of a union is an owner for one member and something else for another."""
    found = _owners_of_members(one.members)
    whole = reduce(or_, found)
    starts = union_layout(one.members)[1]
    for own, member, start in zip(found, one.members, starts, strict=True):
        covered = ((1 << len(parts_of(member))) - 1) << start
        if covered & whole != own:
            return False
    return True


def with_clear_owners(b: Builder, value: Val) -> Val:
    """A union with nothing in the words that are owners for other members than the one that it is."""
    if not isinstance(value.type, t.Union) or not owner_words(value.type):
        return value
    parts = list(value.parts)
    members = _owners_of_members(value.type.members)
    for word in range(len(parts)):
        holders = [k for k, owners in enumerate(members) if owners >> word & 1]
        if holders:
            is_one: Value = b.i1(False)
            for k in holders:
                is_one = b.or_(is_one, b.icmp("eq", parts[0], b.const(I8, k)))
            parts[word] = b.select(is_one, parts[word], b.null())
    return Val(value.type, parts)


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
        case t.Array() | t.RecordArray() | t.Record():
            b.emit(op, (owner_of(value),))
        case t.List():
            b.emit(op, (value.part,))
        case t.Dict():
            for part in value.parts:
                b.emit(op, (part,))
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
