"""Facts: what is known of a value while compiling."""

from __future__ import annotations

from typing import Final, NamedTuple

from minijit import types as t
from minijit.ir.nodes import UNKNOWN


class Fact(NamedTuple):
    """A type, and the value or ``UNKNOWN``."""

    type: t.Type
    const: object = UNKNOWN


NOTHING: Final = Fact(t.NEVER)
"""Of a value that has not been computed on any path so far."""


def fact_of_type(one: t.Type) -> Fact:
    """What a type alone tells: ``None`` and constants are known by their type, and tuples of them."""
    match one:
        case t.NoneValue():
            return Fact(one, None)
        case t.Const(value=value):
            return Fact(one, value)
        case t.Tuple(items, cls):
            values = [fact_of_type(item).const for item in items]
            if any(value is UNKNOWN for value in values):
                return Fact(one)
            return Fact(one, tuple(values) if cls in (tuple, list) else tuple.__new__(cls, values))
        case _:
            return Fact(one)
