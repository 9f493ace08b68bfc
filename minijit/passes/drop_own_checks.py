"""Drop the checks of indices and of sums that the library's own bodies need not make.

Before::

    %3: i64 = check_index %i, %a.3   site=1, signed=True
    %4: i64 = check_add %i, 1   site=2

After::

    %3: i64 = add %i, 0
    %4: i64 = add %i, 1   nsw=True

The bodies of :func:`minijit.library.registry.implements` count places in arrays, and only use indices that are there,
counted from the start. What they compute from the numbers of the program is not in Python's ints. Their loops are
marked as loops that do not vectorise: what would, they say with operations on whole arrays.
"""

from __future__ import annotations

from typing import Final

from minijit.ir.nodes import Block, Function, Instr
from minijit.machine import I64

_PLAIN: Final = {"check_add": "add", "check_sub": "sub", "check_mul": "mul"}


def drop_own_checks(function: Function) -> None:
    """Replace every ``check_index`` by the index, and checked arithmetic by plain, in place (stage "loops")."""
    for block in function.blocks:
        if "loop" in block.attrs:
            block.attrs["scalar"] = True
        if any(instr.op == "check_index" or instr.op in _PLAIN for instr in block.instrs):
            _drop_in_block(function, block)


def _drop_in_block(function: Function, block: Block) -> None:
    instrs: list[Instr] = []
    for instr in block.instrs:
        if instr.op == "check_index":
            zero = Instr("const", [], {"value": 0}, I64, instr.span)
            instrs.append(zero)
            instr.op, instr.args, instr.attrs = "add", [instr.args[0], zero], {}
        elif instr.op in _PLAIN:
            instr.op, instr.attrs = _PLAIN[instr.op], {"nsw": True}
        instrs.append(instr)
    block.instrs = instrs
