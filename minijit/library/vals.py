"""Whole values while lowering: a type and the machine values that hold it, in the order of ``machine.parts_of``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from minijit import types as t
from minijit.ir.nodes import UNKNOWN, Value
from minijit.machine import parts_of, union_layout


class Val:
    """A value of some type, held in machine values; `const` is the Python value where that is known."""

    __slots__ = ("const", "parts", "type")

    def __init__(self, type: t.Type, parts: Sequence[Value] = (), const: object = UNKNOWN) -> None:
        self.type = type
        self.parts = tuple(parts)
        self.const = const

    @property
    def part(self) -> Value:
        """The machine value of a type that has exactly one."""
        (only,) = self.parts
        return only

    def __repr__(self) -> str:
        return f"Val({self.type}, {len(self.parts)} parts)"


class Pending(Val):
    """A new array that is not stored: its elements are computed where they are used.

    Its data is null; whoever takes part in fusion computes the elements in a loop of its own.

    Attributes
    ----------
    operands : tuple of Val
        What an element depends on: arrays, broadcast to the shape of this one, other pending arrays, and numbers.
    compute : callable
        ``compute(row)`` builds an element (in a sequence of one) from one element of each operand.
    layout : callable
        ``layout(builder)`` builds the strides that the array would have, where its type does not imply them.
    dear, costly : bool
        Whether the operation takes more than a few instructions; whether it or one that it depends on does, so that no
        element should be computed twice.
    temporaries : tuple of Value
        The owners of arrays that have to be released when the elements have been computed.
    strides, stored : optional
        What `layout` has built, and the array with all elements, once somebody needed them.
    """

    __slots__ = ("compute", "costly", "dear", "layout", "operands", "stored", "strides", "temporaries")

    def __init__(
        self,
        type: t.Array,
        parts: Sequence[Value],
        operands: Sequence[Val],
        compute: Callable[[Sequence[Val]], Sequence[Val]],
        layout: Callable[[Any], Sequence[Value]],
        *,
        dear: bool = False,
        temporaries: Sequence[Value] = (),
    ) -> None:
        super().__init__(type, parts)
        self.operands = tuple(operands)
        self.compute = compute
        self.layout = layout
        self.dear = dear
        self.costly: bool = dear or any(isinstance(one, Pending) and one.costly for one in operands)
        self.temporaries = tuple(temporaries)
        self.strides: tuple[Value, ...] | None = None
        self.stored: Val | None = None


class PendingMethod(Val):
    """A method of a pending array."""

    __slots__ = ("receiver",)

    def __init__(self, type: t.Type, receiver: Pending) -> None:
        super().__init__(type)
        self.receiver = receiver


def item_of(value: Val, index: int) -> Val:
    """An item of a tuple, a field of a slice or a source of an iterator, by a number known while compiling."""
    one = value.type
    match one:
        case t.Tuple(items):
            fields = items
        case t.Slice():
            fields = (one.start, one.stop, one.step)
        case t.Iterator():
            fields = one.sources
        case _:
            raise AssertionError(one)
    start = sum(len(parts_of(field)) for field in fields[:index])
    parts = value.parts[start : start + len(parts_of(fields[index]))]
    const = value.const[index] if isinstance(value.const, tuple) else UNKNOWN
    if const is UNKNOWN and isinstance(fields[index], t.Const | t.NoneValue):
        const = fields[index].value if isinstance(fields[index], t.Const) else None  # type: ignore[union-attr]
    return Val(fields[index], parts, const)


def member_of(value: Val, index: int) -> Val:
    """A union's value taken as its member number `index`; only meaningful where the tag says so."""
    assert isinstance(value.type, t.Union)
    members = value.type.members
    start = union_layout(members)[1][index]
    member = members[index]
    const: object = UNKNOWN
    if isinstance(member, t.Const):
        const = member.value
    elif isinstance(member, t.NoneValue):
        const = None
    return Val(member, value.parts[start : start + len(parts_of(member))], const)


def tuple_val(items: Sequence[Val]) -> Val:
    """A tuple made of `items`."""
    parts = [part for item in items for part in item.parts]
    const: object = UNKNOWN
    if all(item.const is not UNKNOWN for item in items):
        const = tuple(item.const for item in items)
    return Val(t.Tuple(tuple(item.type for item in items)), parts, const)


NONE_VAL = Val(t.NONE, (), None)
"""The value ``None``."""
