"""Drop the checks of indices: what ``boundscheck=False`` asks for.

Before::

    %3: i64 = check_index %i, %a.3   site=1, signed=True

After::

    %1: i64 = add %i, %a.3
    %2: i1 = icmp slt %i, 0
    %3: i64 = select %2, %1, %i

Negative indices still count from the end. An index outside of the array reads or writes whatever is there: the user has
asked for it.
"""

from __future__ import annotations

from minijit.ir.nodes import Block, Function, Instr
from minijit.machine import I1, I64


def drop_bounds_checks(function: Function) -> None:
    """Replace every ``check_index`` by the wraparound of negative indices alone, in place (stage "loops")."""
    for block in function.blocks:
        if any(instr.op == "check_index" for instr in block.instrs):
            _drop_in_block(block)


def _drop_in_block(block: Block) -> None:
    instrs: list[Instr] = []
    for instr in block.instrs:
        if instr.op == "check_index":
            index, length = instr.args
            zero = Instr("const", [], {"value": 0}, I64, instr.span)
            instrs.append(zero)
            if instr.attrs.get("signed"):
                wrapped = Instr("add", [index, length], {}, I64, instr.span)
                negative = Instr("icmp", [index, zero], {"predicate": "slt"}, I1, instr.span)
                instrs += [wrapped, negative]
                instr.op, instr.args, instr.attrs = "select", [negative, wrapped, index], {}
            else:
                instr.op, instr.args, instr.attrs = "add", [index, zero], {}
        instrs.append(instr)
    block.instrs = instrs
