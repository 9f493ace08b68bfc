"""Recognising remainders, whose size is known: ``x % y`` lies between 0 and y - 1 where y is positive."""

from __future__ import annotations

from minijit.ir.builder import known
from minijit.ir.nodes import Instr, Value


def divisor_of_remainder(value: Value) -> Value | None:
    """The divisor of which `value` is the remainder, if it is one."""
    return value.args[1] if isinstance(value, Instr) and value.op == "floor_mod" else None


def greatest_remainder(value: Instr) -> int | None:
    """The greatest number that `value` can be, where it is a remainder by a positive constant; the least is 0."""
    if value.op not in ("and", "floor_mod"):
        return None
    number = known(value.args[1])
    if number is None or number < (value.op == "floor_mod"):
        return None
    return int(number) - (value.op == "floor_mod")
