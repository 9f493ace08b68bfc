"""Arithmetic on constants while machine IR is built."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from minijit.ir.nodes import Instr, Value
from minijit.machine import Machine

FOLD_INTEGERS: Final[dict[str, Callable[[int, int], int]]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
}
FOLD_COMPARISONS: Final[dict[str, Callable[[int, int], bool]]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "slt": lambda a, b: a < b,
    "sle": lambda a, b: a <= b,
    "sgt": lambda a, b: a > b,
    "sge": lambda a, b: a >= b,
}


EXACT_IN_SINGLES: Final = frozenset({*map(float, range(-16, 65)), 0.5, 1.5, 2.5, 0.25})
"""Constants, exponents above all, that stay known in single precision."""


def known(value: Value) -> int | float | None:
    """The number that `value` is, where it is a constant."""
    if isinstance(value, Instr) and value.op == "const":
        number = value.attrs["value"]
        return number if isinstance(number, int | float) else None
    return None


def machine_type(value: Value) -> Machine:
    """The type of a machine value."""
    assert isinstance(value.type, Machine), value.type
    return value.type


def wrap(number: int, bits: int) -> int:
    """`number` as a signed integer of `bits` bits, the way machine arithmetic wraps."""
    if bits == 1:
        return number & 1
    number &= (1 << bits) - 1
    return number - (1 << bits) if number >> (bits - 1) else number
