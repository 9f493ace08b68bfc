"""What the branches around a block say about integers: in ``if i > 0: ... a[i - 1]`` the index is not negative.

A guard is a polynomial that is at least 0 whenever the block runs.
"""

from __future__ import annotations

from typing import Final

from minijit.ir.builder import known
from minijit.ir.dominance import Dominators
from minijit.ir.nodes import Block, Edge, Instr, Value
from minijit.machine import I64
from minijit.passes.loops.affine import AffineForms
from minijit.passes.loops.polynomials import Poly, constant, plus

_OPPOSITE: Final = {"slt": "sge", "sge": "slt", "sgt": "sle", "sle": "sgt", "eq": "ne", "ne": "eq"}


class Guards:
    """The guards of the blocks of one nest."""

    def __init__(
        self, forms: AffineForms, dominators: Dominators, before: dict[Block, list[tuple[Block, Edge]]]
    ) -> None:
        self.forms = forms
        self.dominators = dominators
        self.before = before
        self._known: dict[Block, list[Poly]] = {}
        # What the header of a counted loop compares is known in a better form: as the number of turns.
        self._counted = {loop.header for loop in forms.counters.values() if loop.turns is not None}

    def of(self, block: Block) -> list[Poly]:
        """All guards of a block, the nearest first."""
        found = self._known.get(block)
        if found is None:
            above = self.dominators.immediate[block]
            found = self._own(block)
            if block is not self.forms.root.header and above in self.forms.root.blocks:
                found = found + self.of(above)
            self._known[block] = found
        return found

    def _own(self, block: Block) -> list[Poly]:
        """What is known because the only way in is one side of a branch."""
        ways = self.before[block]
        if len(ways) != 1 or ways[0][0] not in self.forms.root.blocks or ways[0][0] in self._counted:
            return []
        return self.on_the_way(ways[0][0], block)

    def on_the_way(self, source: Block, block: Block) -> list[Poly]:
        """What a branch at the end of `source` says where it leads to `block`."""
        end = source.terminator
        if end is None or end.op != "branch" or end.edges[0].block is end.edges[1].block:
            return []
        return self.told_by(end.args[0], end.edges[0].block is block)

    def told_by(self, condition: Value, truth: bool) -> list[Poly]:
        """What is at least 0 where the condition is true, or where it is not."""
        if not isinstance(condition, Instr):
            return []
        if condition.op == ("and" if truth else "or"):
            return [poly for arg in condition.args for poly in self.told_by(arg, truth)]
        if condition.op == "xor" and known(condition.args[1]) == 1:
            return self.told_by(condition.args[0], not truth)
        if condition.op != "icmp" or condition.args[0].type is not I64:
            return []
        predicate: str = condition.attrs["predicate"]
        return self._compared(predicate if truth else _OPPOSITE.get(predicate, ""), *condition.args)

    def _compared(self, predicate: str, one: Value, other: Value) -> list[Poly]:
        left, right = self.forms.poly(one), self.forms.poly(other)
        if left is None or right is None or self.forms.wrapping[one] or self.forms.wrapping[other]:
            return []
        more, less = plus(left, right, -1), plus(right, left, -1)
        match predicate:
            case "slt":
                return [plus(less, constant(1), -1)]
            case "sle":
                return [less]
            case "sgt":
                return [plus(more, constant(1), -1)]
            case "sge":
                return [more]
            case "eq":
                return [more, less]
        return []
