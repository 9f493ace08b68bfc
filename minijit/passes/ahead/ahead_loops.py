"""The loops of which it pays to check turns ahead: those in which the checks alone keep LLVM from vectorising."""

from __future__ import annotations

from typing import Final

from minijit.ir.builder import known
from minijit.ir.dominance import Dominators
from minijit.ir.nodes import Block, Function, Instr, Param, Value
from minijit.ir.ops import OPS
from minijit.machine import F32, F64
from minijit.passes.ahead.ahead_memory import AheadMemory
from minijit.passes.ahead.ahead_slices import AheadSlice, is_check
from minijit.passes.ahead.carried_sums import is_carried_sum
from minijit.passes.loops.affine import AffineForms
from minijit.passes.loops.loop_nests import Loop
from minijit.passes.loops.loops_in_blocks import can_go_by_blocks

_FEWEST_TURNS: Final = 16
_MOST_INSTRUCTIONS: Final = 150
_SCALAR: Final = frozenset(
    ("sdiv", "udiv", "srem", "urem", "floor_div", "floor_mod", "check_div", "check_shl", "wide_mod", "slots", "frem")
)
"""What LLVM does one by one, unless it is by a constant."""
_DEAR: Final = frozenset(("fdiv", "sqrt"))
"""What vectors gain much for, even where a sum has to be added up in order."""


class AheadLoop:
    """An innermost loop, with what is needed to check its turns ahead.

    Attributes
    ----------
    blocks : list of Block
        In reverse post-order.
    latch : Block
        The end of a turn.
    slice : AheadSlice
        What the checks look at.
    memory : AheadMemory
        Whether that can be read ahead.
    """

    latch: Block
    slice: AheadSlice
    memory: AheadMemory

    def __init__(self, function: Function, loop: Loop, dominators: Dominators, forms: AffineForms) -> None:
        self.function = function
        self.loop = loop
        self.forms = forms
        self.blocks = [block for block in dominators.order if block in loop.blocks]
        self._dominators = dominators

    def pays(self) -> bool:
        """Whether it can be done and is worth it; finds everything."""
        if not self._is_simple() or not self._can_be_vectorised():
            return False
        self.latch = next(block for block in self.blocks if self.loop.back[0] in block.edges)
        self.slice = AheadSlice(self.loop, self.blocks, self.latch, self._dominators)
        self.memory = AheadMemory(self.loop, self.forms, self._dominators, self.latch)
        return self.slice.find() and self.memory.allows(self.slice.loads)

    def blocks_of_slice(self) -> list[Block]:
        """The blocks in which something is computed for the checks, in reverse post-order."""
        if self.slice.by_branches:
            return self.blocks
        return [block for block in self.blocks if self._dominators.dominates(block, self.latch)]

    def _is_simple(self) -> bool:
        loop = self.loop
        if loop.turns is None or not can_go_by_blocks(loop) or not self._is_outside(loop.turns):
            return False
        number = known(loop.turns)
        if number is not None and number < _FEWEST_TURNS:
            return False
        if any(block.attrs.get("slow") or block.attrs.get("rare") for block in self.blocks):
            return False
        return sum(len(block.instrs) for block in self.blocks) <= _MOST_INSTRUCTIONS

    def _is_outside(self, value: Value) -> bool:
        return known(value) is not None or not self.forms.inside(value)

    def _can_be_vectorised(self) -> bool:
        instrs = [instr for block in self.blocks for instr in block.instrs]
        if not all(map(self._has_vectors, instrs)) or any(map(is_check, self.loop.header.instrs)):
            return False
        is_dear = any(instr.op in _DEAR or instr.attrs.get("name") in _DEAR for instr in instrs)
        return all(self._is_harmless(place, param, is_dear) for place, param in enumerate(self.loop.header.params))

    def _has_vectors(self, instr: Instr) -> bool:
        if is_check(instr):
            return True
        if instr.op in _SCALAR:
            return instr.op.startswith("floor") and bool(known(instr.args[1]) or instr.attrs.get("once"))
        if instr.op == "call_c":
            return bool(instr.attrs.get("vector"))
        return instr.op == "store" or OPS[instr.op].effects <= {"reads"}

    def _is_harmless(self, place: int, param: Param, is_dear: bool) -> bool:
        """Whether what goes from turn to turn is a counter or a sum."""
        if param is self.loop.counter:
            return True
        (value,) = (edge.args[place] for edge in self.loop.back)
        if value is param:
            return True
        return (is_dear or param.type not in (F32, F64)) and is_carried_sum(value, param, self.loop)
