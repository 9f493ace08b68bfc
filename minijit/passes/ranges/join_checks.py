"""Check the operand of a chain of operations with constants once, in place of every result.

Before::

    %1: i64 = check_mul %n, 3   site=1
    %2: i64 = check_add %1, 1   site=2

After::

    %3: i64 = sub %n, -3074457345618258602
    %4: i1 = icmp ule %3, 6148914691236517204
    check %4, site=1
    %1: i64 = mul %n, 3, nsw
    %2: i64 = add %1, 1, nsw

All results fit exactly if the first operand lies in an interval. The comparison is off the way from one result to the
next, and what is multiplied without a check may be shifted and added.
"""

from __future__ import annotations

from typing import Final

from minijit.ir.builder import known, wrap
from minijit.ir.nodes import Block, Function, Instr, Value
from minijit.ir.ops import OPS
from minijit.machine import I1, I64
from minijit.passes.ranges.intervals import Interval, of_bits

_OPS: Final = {"check_add": "add", "check_sub": "sub", "check_mul": "mul"}
_ALL: Final = of_bits(64)


def join_checks(function: Function) -> None:
    """Join the checks of operations with constants, in place (stage "loops")."""
    for block in function.blocks:
        if not block.attrs.get("slow") and any(_constant_of(instr) is not None for instr in block.instrs):
            _visit(block)


def _visit(block: Block) -> None:
    chains: list[list[Instr]] = []
    ends: dict[Value, list[Instr]] = {}
    for instr in block.instrs:
        if _constant_of(instr) is not None:
            first = _operand_of(instr)
            chain = ends.pop(first, None)
            if chain is None:
                chain = []
                chains.append(chain)
            chain.append(instr)
            ends[instr] = chain
        elif OPS[instr.op].effects - {"reads"}:
            # A check must not be made before something that others can see, or before another exception.
            ends.clear()
    before: dict[Instr, list[Instr]] = {}
    for chain in chains:
        if any(instr.op == "check_mul" for instr in chain):
            tested = _test(chain)
            if tested is not None:
                before[chain[0]] = tested
                for instr in chain:
                    instr.op, instr.attrs = _OPS[instr.op], {"nsw": True}
    if before:
        block.instrs = [each for instr in block.instrs for each in (*before.get(instr, ()), instr)]


def _constant_of(instr: Instr) -> int | None:
    """The constant that a checked operation adds, subtracts or multiplies by; None if there is none."""
    if instr.op not in _OPS or instr.attrs.get("unsigned"):
        return None
    number = known(instr.args[1])
    if number is None:
        number = known(instr.args[0])
    if number is None or (instr.op == "check_mul" and number == 0) or known(_operand_of(instr)) is not None:
        return None
    return wrap(int(number), 64)


def _operand_of(instr: Instr) -> Value:
    return instr.args[0] if known(instr.args[1]) is not None else instr.args[1]


def _test(chain: list[Instr]) -> list[Instr] | None:
    """The instructions that leave unless all results of a chain fit."""
    interval = _ALL
    for instr in reversed(chain):
        number = _constant_of(instr)
        assert number is not None
        op = "subtracted" if instr.op == "check_sub" and known(instr.args[0]) is not None else instr.op
        interval = _before(op, number, (max(interval[0], _ALL[0]), min(interval[1], _ALL[1])))
        if interval[0] > interval[1]:
            return None
    least, greatest = max(interval[0], _ALL[0]), min(interval[1], _ALL[1])
    if (least, greatest) == _ALL:
        return None
    head = chain[0]
    offset = Instr("const", [], {"value": least}, I64, head.span)
    width = Instr("const", [], {"value": wrap(greatest - least, 64)}, I64, head.span)
    shifted = Instr("sub", [_operand_of(head), offset], {}, I64, head.span)
    fits = Instr("icmp", [shifted, width], {"predicate": "ule"}, I1, head.span)
    return [offset, width, shifted, fits, Instr("check", [fits], {"site": head.attrs["site"]}, span=head.span)]


def _before(op: str, number: int, result: Interval) -> Interval:
    """Where an operand has to lie for the result to lie in an interval."""
    least, greatest = result
    if op == "check_add":
        return least - number, greatest - number
    if op == "check_sub":
        return least + number, greatest + number
    if op == "subtracted":
        return number - greatest, number - least
    if number < 0:
        least, greatest = greatest, least
    return -(-least // number), greatest // number
