"""Dominators, after Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm" (2001)."""

from __future__ import annotations

from minijit.ir.nodes import Block, Function, predecessors, reverse_postorder


class Dominators:
    """Which blocks lie on every way to a block. Made once for a function, no longer right after it has changed.

    Attributes
    ----------
    order : list of Block
        The reachable blocks in reverse post-order.
    immediate : dict of Block to Block
        The closest block that dominates each; the entry is its own.
    """

    def __init__(self, function: Function) -> None:
        entry = function.blocks[0]
        self.order = reverse_postorder(entry)
        self._number = {block: number for number, block in enumerate(self.order)}
        self.immediate: dict[Block, Block] = {entry: entry}
        before = predecessors(function)
        changed = True
        while changed:
            changed = False
            for block in self.order[1:]:
                known = [source for source, _ in before[block] if source in self.immediate]
                closest = known[0]
                for source in known[1:]:
                    closest = self._meet(closest, source)
                if self.immediate.get(block) is not closest:
                    self.immediate[block] = closest
                    changed = True

    def _meet(self, one: Block, other: Block) -> Block:
        number = self._number
        while one is not other:
            while number[one] > number[other]:
                one = self.immediate[one]
            while number[other] > number[one]:
                other = self.immediate[other]
        return one

    def position(self, block: Block) -> int:
        """Where a reachable block stands in the order."""
        return self._number[block]

    def reaches(self, block: Block) -> bool:
        """Whether any way leads from the entry to `block`."""
        return block in self._number

    def dominates(self, above: Block, block: Block) -> bool:
        """Whether `above` lies on every way to `block`: itself too, and all blocks those never reached."""
        number = self._number
        if block not in number:
            return True
        if above not in number:
            return False
        while number[block] > number[above]:
            block = self.immediate[block]
        return block is above
