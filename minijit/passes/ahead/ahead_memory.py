"""Whether what a loop reads can be read some turns ahead: nothing that it stores before may change it.

An element that is read and then overwritten in the same turn (``a[i] = 1 / a[i]``) is no obstacle. Whatever else is
stored has to lie apart from what is read ahead, which is tested before the loop.
"""

from __future__ import annotations

from typing import Final

from minijit.ir.builder import MachineBuilder
from minijit.ir.dominance import Dominators
from minijit.ir.nodes import Block, Instr, Value
from minijit.passes.loops.access_families import Family, address_of, family_of
from minijit.passes.loops.affine import AffineForms
from minijit.passes.loops.byte_ranges import ByteRanges
from minijit.passes.loops.loop_nests import Loop
from minijit.passes.loops.polynomials import constant_term, number_in

_MOST_PAIRS: Final = 12
_MOST_TURNS: Final = 1 << 31
_LARGEST_STEP: Final = 1 << 20
"""In bytes, for accesses that are not made in each turn: so far from each other that addresses do not wrap around."""


class AheadMemory:
    """The accesses of a loop, of which `ahead` are to be read ahead.

    Parameters
    ----------
    forms : AffineForms
        Of the loop.
    latch : Block
        The end of each turn.
    """

    def __init__(self, loop: Loop, forms: AffineForms, dominators: Dominators, latch: Block) -> None:
        self.loop = loop
        self.forms = forms
        self._dominators = dominators
        self._latch = latch
        self._families: dict[object, Family] = {}
        self._pairs: dict[tuple[Family, Family], None] = {}

    def allows(self, ahead: list[Instr]) -> bool:
        """Whether nothing speaks against it; notes what has to be tested."""
        stores = [instr for block in self.loop.blocks for instr in block.instrs if instr.op == "store"]
        if not stores:
            return all(self._family(load) is not None for load in ahead)
        for load in ahead:
            read = self._family(load)
            if read is None:
                return False
            for store in stores:
                written = self._family(store)
                if written is None:
                    return False
                if written is not read and not self._alternate(read, written):
                    self._pairs[read, written] = None
                elif written is read and not self._is_replaced(load, store, read):
                    return False
        return len(self._pairs) <= _MOST_PAIRS

    def test(self, b: MachineBuilder) -> Value:
        """Whether what is stored lies apart from what is read ahead; before the loop."""
        ranges = ByteRanges(b, self.forms)
        truth: Value = b.i1(True)
        if self._pairs:
            assert self.loop.turns is not None
            truth = b.icmp("slt", ranges.before(self.loop.turns), b.i64(_MOST_TURNS))
        for read, written in self._pairs:
            truth = b.and_(truth, ranges.lie_apart(read, written))
        return truth

    def _family(self, access: Instr) -> Family | None:
        """The family of an access, those of different constants apart."""
        place = address_of(access.args[0], self.forms)
        if place is None:
            return None
        base, poly = place
        # Sizes differ in accesses to parts of an element.
        key = (base, frozenset(poly.items()), (access.op == "load" and access.type) or access.args[-1].type)
        family = self._families.get(key)
        if family is None:
            family = family_of(base, {monomial: factor for monomial, factor in poly.items() if monomial}, self.forms)
            if family is None:
                return None
            self._families[key] = family
        if not self._runs_always(access):
            steps = map(number_in, family.factors.values())
            if any(step is None or abs(step) > _LARGEST_STEP for step in steps):
                return None
        family.add(access, constant_term(poly))
        return family

    def _home(self, instr: Instr) -> Block:
        return self.forms.homes[instr]

    def _runs_always(self, access: Instr) -> bool:
        return self._dominators.dominates(self._home(access), self._latch)

    def _alternate(self, read: Family, written: Family) -> bool:
        """Whether accesses lie between each other, as those to both parts of complex numbers do."""
        step = number_in(read.factors.get(self.loop.counter, {}))
        if read.base is not written.base or read.offset != written.offset or not step:
            return False
        distance = (written.first - read.first) % abs(step)
        return distance >= read.beyond - read.first and abs(step) - distance >= written.beyond - written.first

    def _is_replaced(self, load: Instr, store: Instr, family: Family) -> bool:
        """Whether the element is read before it is stored, and each turn has its own."""
        step = number_in(family.factors.get(self.loop.counter, {}))
        if step is None or abs(step) < family.beyond - family.first:
            return False
        read, written = self._home(load), self._home(store)
        if read is written:
            return read.instrs.index(load) < read.instrs.index(store)
        return self._dominators.dominates(read, written)
