"""What a loop hands from turn to turn, as far as vectors of turns are concerned: sums, or what each turn waits for."""

from __future__ import annotations

from typing import Final

from minijit.ir.nodes import Param, Value
from minijit.passes.loops.loop_nests import Loop

_FLOAT_SUMS: Final = frozenset(("fadd", "fsub", "fmul"))
_INTEGER_SUMS: Final = frozenset(("add", "sub", "mul", "and", "or", "xor", "intrinsic", "select"))


def is_float_sum(value: Value, param: Param, loop: Loop) -> bool:
    """Whether floats are added or multiplied to what the header has for `param`, to get its next value."""
    return _reaches(value, param, loop, _FLOAT_SUMS)


def is_carried_sum(value: Value, param: Param, loop: Loop) -> bool:
    """The same for floats, for integers, and for the greatest or least of them."""
    return is_float_sum(value, param, loop) or _reaches(value, param, loop, _INTEGER_SUMS)


def _reaches(value: Value, param: Param, loop: Loop, ops: frozenset[str]) -> bool:
    """Whether a value is made of what the loop's header has for `param`, with operations of these kinds."""
    arriving: dict[Param, list[Value]] = {}
    for block in loop.blocks:
        for edge in block.edges:
            for target, arg in zip(edge.block.params, edge.args, strict=True):
                arriving.setdefault(target, []).append(arg)
    waiting, seen = [value], set[Value]()
    while waiting:
        one = waiting.pop()
        if one is param:
            return True
        if one in seen:
            continue
        seen.add(one)
        if isinstance(one, Param):
            waiting += arriving.get(one, [])
        elif one.op in ops:
            waiting += one.args
    return False
