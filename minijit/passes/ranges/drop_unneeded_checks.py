"""Drop overflow checks of results of which only the low bits are asked for.

Before::

    %1: i64 = check_mul %state, 1103515245   site=1
    %2: i64 = check_add %1, 12345   site=2
    %3: i64 = and %2, 0x7fffffff

After::

    %1: i64 = mul %state, 1103515245
    %2: i64 = add %1, 12345
    %3: i64 = and %2, 0x7fffffff

The low bits of a sum, a difference, a product or a shift to the left depend on nothing but the low bits of the
operands, so arithmetic that wraps gives the same as exact arithmetic. What is asked for is found backwards from the
uses, around loops too. A result that nobody uses at all needs no check either.
"""

from __future__ import annotations

from typing import Final

from minijit.ir.builder import known
from minijit.ir.nodes import Function, Instr, Value
from minijit.machine import I64, Machine

_EXACT: Final = 65
"""The demand for a number as it is; up to 64 it is for as many low bits."""
_WRAPPING: Final = {"check_add": "add", "check_sub": "sub", "check_mul": "mul", "check_shl": "shl"}
_SUMS: Final = frozenset(("check_add", "check_sub", "check_mul", "add", "sub", "mul", "or", "xor"))
_SHIFTS_LEFT: Final = frozenset(("check_shl", "shl"))
_DIVISIONS: Final = frozenset(("floor_div", "check_div", "floor_mod"))


def drop_unneeded_checks(function: Function) -> None:
    """Make checked arithmetic wrap where that gives the bits that are asked for, in place (stage "loops")."""
    checked = [instr for block in function.blocks for instr in block.instrs if instr.op in _WRAPPING]
    if not checked:
        return
    demands = _Demands(function)
    dropped = False
    for instr in checked:
        if demands.of.get(instr, 0) < _EXACT and (instr.op != "check_shl" or _count(instr) is not None):
            instr.op, instr.attrs, dropped = _WRAPPING[instr.op], {}, True
    if dropped:
        _forget_promises(function, demands.of)


def _forget_promises(function: Function, demands: dict[Value, int]) -> None:
    """What promised not to overflow may have done so because its operands were exact."""
    for block in function.blocks:
        for instr in block.instrs:
            if "nsw" in instr.attrs and instr.type is I64 and demands.get(instr, 0) < _EXACT:
                del instr.attrs["nsw"]


class _Demands:
    """How many low bits are asked for of each i64; what is missing is not asked for at all."""

    def __init__(self, function: Function) -> None:
        self.of: dict[Value, int] = {}
        self._changed = True
        blocks = function.blocks[::-1]
        while self._changed:
            self._changed = False
            for block in blocks:
                if block.terminator is not None:
                    for arg in block.terminator.args:
                        self._ask(arg, _EXACT)
                for edge in block.edges:
                    for param, arg in zip(edge.block.params, edge.args, strict=True):
                        self._ask(arg, self.of.get(param, 0) if param.type is I64 else _EXACT)
                for instr in reversed(block.instrs):
                    if instr.args:
                        self._visit(instr)

    def _ask(self, value: Value, demand: int) -> None:
        if value.type is I64 and demand > self.of.get(value, 0):
            self.of[value] = demand
            self._changed = True

    def _visit(self, instr: Instr) -> None:
        """Pass on what is asked of a result to its operands."""
        op, args = instr.op, instr.args
        if instr.type is I64 and op in _PASSED_ON:
            demand = self.of.get(instr, 0)
            if op in _SUMS:
                self._ask(args[0], demand)
                self._ask(args[1], demand)
                return
            if op == "and":
                self._visit_and(args, demand)
                return
            if op == "select":
                self._ask(args[1], demand)
                self._ask(args[2], demand)
                return
            first = _demand_of_first(instr, demand)
            if first is not None:
                self._ask(args[0], first)
                self._ask(args[1], _EXACT)
                return
        elif op == "convert" and instr.attrs["how"] == "trunc":
            assert isinstance(instr.type, Machine)
            self._ask(args[0], instr.type.bits)
            return
        for arg in args:
            self._ask(arg, _EXACT)

    def _visit_and(self, args: list[Value], demand: int) -> None:
        """A mask that is not negative leaves only its own bits, also those of a number of any size."""
        for place in (1, 0):
            bits = _bits_of_mask(args[place])
            if bits is not None:
                self._ask(args[1 - place], min(demand, bits))
                self._ask(args[place], _EXACT)
                return
        self._ask(args[0], demand)
        self._ask(args[1], demand)


_PASSED_ON: Final = frozenset((*_SUMS, *_SHIFTS_LEFT, *_DIVISIONS, "and", "select", "ashr", "lshr"))


def _demand_of_first(instr: Instr, demand: int) -> int | None:
    """What a shift, or a division by a power of two, asks of its first operand; None: all of it."""
    if instr.op in _SHIFTS_LEFT:
        count = _count(instr)
        if count is None or demand == _EXACT:
            return None
        return max(demand - count, 0)
    if instr.op == "floor_mod":
        bits = _power_of_two(instr.args[1])
        return None if bits is None else min(demand, bits)
    bits = _power_of_two(instr.args[1]) if instr.op in _DIVISIONS else _count(instr)
    return None if bits is None or demand + bits > 64 else demand + bits


def _count(shift: Instr) -> int | None:
    count = known(shift.args[1])
    return int(count) if count is not None and 0 <= count < 64 else None


def _power_of_two(value: Value) -> int | None:
    number = known(value)
    if number is None or number <= 0 or int(number) & (int(number) - 1):
        return None
    return int(number).bit_length() - 1


def _bits_of_mask(value: Value) -> int | None:
    """The number of bits of a value that is plainly not negative."""
    number = known(value)
    if number is not None:
        return int(number).bit_length() if number >= 0 else None
    if isinstance(value, Instr):
        if value.op == "convert" and value.attrs["how"] == "zext":
            source = value.args[0].type
            assert isinstance(source, Machine)
            return source.bits
        if value.op == "and":
            found = [bits for bits in map(_bits_of_mask, value.args) if bits is not None]
            return min(found, default=None)
        if value.op == "floor_mod":
            divisor = known(value.args[1])
            return (int(divisor) - 1).bit_length() if divisor is not None and divisor > 0 else None
    return None
