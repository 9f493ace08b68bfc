"""The test before turns run side by side: enough of them, and nothing written where something else is reached."""

from __future__ import annotations

from minijit.ir.builder import MachineBuilder, known
from minijit.ir.nodes import Block, Edge, Terminator, Value
from minijit.passes.lanes.lane_memory import LaneMemory
from minijit.passes.loops.access_families import Family
from minijit.passes.loops.byte_ranges import ByteRanges
from minijit.passes.loops.polynomials import number_in


class LaneTest:
    """Writes the test at the end of the builder's block."""

    def __init__(self, b: MachineBuilder, memory: LaneMemory, least_turns: int) -> None:
        self.b = b
        self.memory = memory
        self.least_turns = least_turns
        self.ranges = ByteRanges(b, memory.forms)

    def write(self, then: Block, otherwise: Block) -> None:
        """Go on at `then` where it holds, else at `otherwise`; both get the parameters of the block."""
        start = self.b.block
        nest = self.memory.nest
        enough = self.b.icmp("sge", self.ranges.before(nest.turns()), self.b.i64(self.least_turns))
        for inner in nest.nests[1:]:
            if known(inner.turns()) is None or int(known(inner.turns()) or 0) < 2:
                enough = self.b.and_(enough, self.b.icmp("sge", self.ranges.before(inner.turns()), self.b.i64(2)))
        apart = self.b.new_block(f"{start.label}.memory")
        self._branch(start, enough, Edge(apart), Edge(otherwise, list(start.params)))
        self.b.move_to(apart)
        truth: Value = self.b.i1(True)
        families = self.memory.families or []
        for place, family in enumerate(families):
            if family.written and not family.late:
                truth = self.b.and_(truth, self._has_own_elements(family))
            for other in families[:place]:
                together = family.base is other.base or (family.late and other.late)
                if (family.written or other.written) and not together:
                    truth = self.b.and_(truth, self.ranges.lie_apart(family, other))
        self._branch(self.b.block, truth, Edge(then, list(start.params)), Edge(otherwise, list(start.params)))

    def _branch(self, block: Block, condition: Value, yes: Edge, no: Edge) -> None:
        block.terminator = Terminator("branch", [condition], [yes, no], self.b.span, {"likely": True})

    def _has_own_elements(self, family: Family) -> Value:
        """Whether no two turns reach the same element: steps of the inner loops go beyond all turns."""
        nest = self.memory.nest
        counter = nest.loop.counter
        size = family.beyond - family.first
        own = self.ranges.size(family.factors[counter])
        result: Value = self.b.i1(True)
        number = number_in(family.factors[counter])
        if number is None:
            result = self.b.icmp("sge", own, self.b.i64(size))
        others = [factor for other, factor in family.factors.items() if other is not counter]
        if others:
            reach = self.b.mul(own, self.ranges.before(nest.turns()))
            for factor in others:
                result = self.b.and_(result, self.b.icmp("sge", self.ranges.size(factor), reach))
        return result
