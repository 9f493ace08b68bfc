"""The test before turns run side by side: enough of them, and nothing written where something else is reached.

All elements that an array access can touch lie between the address for the least counters and the one for the greatest.
Both are accessed if all loops have a turn, so their addresses do not overflow.
"""

from __future__ import annotations

from minijit.ir.builder import MachineBuilder, known
from minijit.ir.nodes import Block, Edge, Instr, Terminator, Value
from minijit.machine import I64
from minijit.passes.clone_blocks import copy_instr
from minijit.passes.lane_memory import Family, LaneMemory
from minijit.passes.polynomials import Poly, number_in


class LaneTest:
    """Writes the test at the end of the builder's block."""

    def __init__(self, b: MachineBuilder, memory: LaneMemory, least_turns: int) -> None:
        self.b = b
        self.memory = memory
        self.least_turns = least_turns
        self._here: dict[Value, Value] = {}
        self._ends: dict[Family, tuple[Value, Value]] = {}

    def write(self, then: Block, otherwise: Block) -> None:
        """Go on at `then` where it holds, else at `otherwise`; both get the parameters of the block."""
        start = self.b.block
        nest = self.memory.nest
        enough = self.b.icmp("sge", self._before(nest.turns()), self.b.i64(self.least_turns))
        for inner in nest.nests[1:]:
            if known(inner.turns()) is None or int(known(inner.turns()) or 0) < 2:
                enough = self.b.and_(enough, self.b.icmp("sge", self._before(inner.turns()), self.b.i64(2)))
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
                    truth = self.b.and_(truth, self._lie_apart(family, other))
        self._branch(self.b.block, truth, Edge(then, list(start.params)), Edge(otherwise, list(start.params)))

    def _branch(self, block: Block, condition: Value, yes: Edge, no: Edge) -> None:
        block.terminator = Terminator("branch", [condition], [yes, no], self.b.span, {"likely": True})

    def _has_own_elements(self, family: Family) -> Value:
        """Whether no two turns reach the same element: steps of the inner loops go beyond all turns."""
        nest = self.memory.nest
        counter = nest.loop.counter
        size = family.beyond - family.first
        own = self._size(family.factors[counter])
        result: Value = self.b.i1(True)
        number = number_in(family.factors[counter])
        if number is None:
            result = self.b.icmp("sge", own, self.b.i64(size))
        others = [factor for other, factor in family.factors.items() if other is not counter]
        if others:
            reach = self.b.mul(own, self._before(nest.turns()))
            for factor in others:
                result = self.b.and_(result, self.b.icmp("sge", self._size(factor), reach))
        return result

    def _size(self, poly: Poly) -> Value:
        number = number_in(poly)
        return self.b.i64(abs(number)) if number is not None else self.b.intrinsic("abs", I64, self._value(poly))

    def _lie_apart(self, one: Family, other: Family) -> Value:
        low, high = self._range(one)
        other_low, other_high = self._range(other)
        return self.b.or_(self.b.icmp("ule", high, other_low), self.b.icmp("ule", other_high, low))

    def _range(self, family: Family) -> tuple[Value, Value]:
        """The first byte that is touched, and the one behind the last."""
        if family not in self._ends:
            b = self.b
            low = high = self._value(family.rest)
            for counter, factor in family.factors.items():
                turns = self._before(self.memory.turns_of(counter))
                last = b.mul(self._value(factor), b.sub(turns, b.i64(1)))
                number = number_in(factor)
                if number is None or number < 0:
                    low = b.add(low, b.intrinsic("smin", I64, last, b.i64(0)))
                if number is None or number > 0:
                    high = b.add(high, b.intrinsic("smax", I64, last, b.i64(0)))
            base = family.base
            self._ends[family] = (
                b.ptr_add(base, b.add(low, b.i64(family.first))),
                b.ptr_add(base, b.add(high, b.i64(family.beyond))),
            )
        return self._ends[family]

    def _value(self, poly: Poly) -> Value:
        total: Value = self.b.i64(0)
        numbers = self.memory.forms.numbers
        for monomial, coefficient in poly.items():
            product: Value = self.b.i64(coefficient)
            for value in sorted(monomial, key=numbers.__getitem__):
                product = self.b.mul(self._before(value), product)
            total = self.b.add(total, product)
        return total

    def _before(self, value: Value) -> Value:
        """A value before the nest, computed there if need be."""
        if not self.memory.forms.inside(value):
            return value
        made = self._here.get(value)
        if made is None:
            assert isinstance(value, Instr)
            made = copy_instr(value, [self._before(arg) for arg in value.args])
            made.attrs.pop("nsw", None)
            self.b.block.instrs.append(made)
            self._here[value] = made
        return made
