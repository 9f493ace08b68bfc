"""Have LLVM write the bodies of short loops down several times, where that pays.

Before::

    for(%i, %state):                            ; loop: for

After::

    for(%i, %state):                            ; loop: for, repeat: 8

A turn costs at least the test for the end and the jump back, and what one turn hands to the next one goes through
memory or a register; with several turns in a row, multiplications by constants join, and what was stored need not be
loaded again. Loops that LLVM vectorises are left as they are: the note says that as well. So are loops that divide or
call, and outermost loops that carry floats only: they take as long as additions do. Within another loop that is not so,
since a processor computes the sums of several of its turns side by side, as far as it looks ahead.

Few turns whose number is known are written out altogether.
"""

from __future__ import annotations

import math
from typing import Final

from minijit.ir.builder import known
from minijit.ir.dominance import Dominators
from minijit.ir.nodes import Block, Edge, Function, Instr, predecessors
from minijit.machine import F32, F64, I64
from minijit.passes.loops.loop_nests import Loop, is_tiny, outermost_loops, with_inner_loops

DECIDED: Final = frozenset(("slow", "scalar", "unroll", "parallel", "lanes"))
"""Notes on loops of which it is known already what becomes of them."""
_FEW: Final = 10
_MOST_INSTRUCTIONS: Final = 40
_DIVISIONS: Final = frozenset(("floor_div", "floor_mod", "check_div", "sdiv", "udiv", "srem", "urem", "fdiv", "frem"))
_CALLS: Final = frozenset(("call_c", "call_python", "invoke", "incref", "decref", "copy", "fill"))


def repeat_bodies(function: Function) -> None:
    """Note on the headers of loops how often their bodies are to be written down, in place (stage "loops")."""
    before = predecessors(function)
    for outer in outermost_loops(function, Dominators(function)):
        for loop in with_inner_loops(outer):
            back = [source for source, _ in before[loop.header] if source in loop.blocks]
            if loop.header.attrs.keys() & DECIDED or len(back) > 1:
                # Of several ways back LLVM may make a loop in a loop, and then warn that it couldn't do as it was told.
                continue
            if is_tiny(loop):
                loop.header.attrs["unroll"] = True
            elif not loop.children:
                size = _size_of_simple(loop, before)
                if 0 < size <= _MOST_INSTRUCTIONS:
                    loop.header.attrs["repeat"] = 8 if size <= _FEW else 4


def _size_of_simple(loop: Loop, before: dict[Block, list[tuple[Block, Edge]]]) -> int:
    """The number of instructions, 0 for a loop that is not to be touched."""
    if loop.parent is None and _waits_for_floats(loop):
        return 0
    joins = any(len(before[block]) > 1 for block in loop.blocks - {loop.header})
    if loop.turns is None and joins:
        # Which way it takes is seldom foreseen, and how many turns there are isn't either.
        return 0
    size = 0
    for block in loop.blocks:
        for instr in block.instrs:
            if instr.op in _CALLS or (instr.op in _DIVISIONS and not _is_quick(instr)):
                return 0
            size += instr.op != "const"
    return size


def _waits_for_floats(loop: Loop) -> bool:
    """Whether floats are all that a turn hands to the next one, beside the counter."""
    carried = {param.type for param in loop.header.params if param is not loop.counter}
    return I64 not in carried and not carried.isdisjoint((F32, F64))


def _is_quick(division: Instr) -> bool:
    divisor = known(division.args[1])
    if divisor is None or division.op != "fdiv":
        return divisor is not None
    # LLVM multiplies by the inverse of a power of two.
    return math.frexp(divisor)[0] in (0.5, -0.5)
