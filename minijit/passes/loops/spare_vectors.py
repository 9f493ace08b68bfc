"""Have LLVM not vectorise sums of floats whose terms cost next to nothing.

Before::

    for(%i, %s):                                ; loop: for

After::

    for(%i, %s):                                ; loop: for, sum: True

The terms of a sum in the written order can be computed in vectors, but they are still added one after the other. That
pays where a term takes longer than an addition: a quotient, a root, a call. A product or a distance is there long
before the sum is, so that vectors gain nothing, and take LLVM twice as long.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from minijit.ir.dominance import Dominators
from minijit.ir.nodes import Block, Edge, Function, Instr, Param, Value, predecessors
from minijit.machine import F32, F64
from minijit.passes.loops.loop_nests import Loop, handed_on, outermost_loops, with_inner_loops
from minijit.passes.loops.repeat_bodies import DECIDED

Ways: TypeAlias = dict[Block, list[tuple[Block, Edge]]]

_CHEAP: Final = frozenset(("fadd", "fsub", "fmul", "fneg", "fcmp", "select", "convert", "load", "const"))
_MOST: Final = 5
"""A processor that adds in two cycles computes so much in the meantime."""


def spare_vectors(function: Function) -> None:
    """Note on the headers of loops that they are cheap sums, in place (stage "loops")."""
    if not any(param.type in (F32, F64) for block in function.blocks for param in block.params):
        return
    before = predecessors(function)
    for outer in outermost_loops(function, Dominators(function)):
        for loop in with_inner_loops(outer):
            if not loop.children and not loop.header.attrs.keys() & DECIDED and _is_cheap_sum(loop, before):
                loop.header.attrs["sum"] = True


def _is_cheap_sum(loop: Loop, before: Ways) -> bool:
    sums = [(place, param) for place, param in enumerate(loop.header.params) if param.type in (F32, F64)]
    ends = [(param, handed_on(edge.args[place], before)) for place, param in sums for edge in loop.back]
    if not ends or not all(_adds_to(param, end) for param, end in ends):
        return False
    work = 0
    for block in loop.blocks:
        for instr in block.instrs:
            if instr.op == "intrinsic" or instr.op.startswith("call"):
                if instr.attrs.get("name") != "fabs":
                    return False
            elif instr.type in (F32, F64) and instr.op not in _CHEAP:
                return False
            work += instr.type in (F32, F64) and instr.op not in ("load", "const")
    return work <= _MOST


def _adds_to(param: Param, value: Value) -> bool:
    if not isinstance(value, Instr):
        return False
    return (value.op == "fadd" and param in value.args) or (value.op == "fsub" and value.args[0] is param)
