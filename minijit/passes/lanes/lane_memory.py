"""What the turns of a loop read and write, and whether they could as well run side by side.

The address of an access is a base pointer plus a polynomial of counters and fixed values. Turns of the loop do not
disturb each other if

* accesses to one base all go to the same element, one for each turn: what is written at ``c[i, j]`` is only read there,
  and elements of different turns do not overlap (which may depend on strides, and is then tested before the loop);
* what is written and what is reached through other bases lies apart, which is tested before the loop.

What happens in the last piece of the body only (`late`), as storing a finished sum, still happens in the old order.
"""

from __future__ import annotations

from typing import Final

from minijit.ir.nodes import Instr, Param, Value
from minijit.ir.ops import OPS
from minijit.passes.lanes.lane_regions import Nest
from minijit.passes.loops.access_families import Family, address_of, family_of
from minijit.passes.loops.affine import AffineForms
from minijit.passes.loops.polynomials import constant_term, number_in

_MOST_FAMILIES: Final = 8


class LaneMemory:
    """The families of accesses of a nest; `families` is None where one of them can't be described."""

    def __init__(self, nest: Nest, forms: AffineForms) -> None:
        self.nest = nest
        self.forms = forms
        self.family_of: dict[Instr, Family] = {}
        self.families: list[Family] | None = []
        found: dict[object, Family] = {}
        for piece in nest.pieces:
            if not all(self._add(access, found) for access in piece.accesses):
                self.families = None
                return
        self.families = list(found.values())
        early = {self.family_of[access].base for piece in nest.pieces[:-1] for access in piece.accesses}
        for family in self.families:
            family.late = family.base not in early

    def _add(self, instr: Instr, found: dict[object, Family]) -> bool:
        place = address_of(instr.args[0], self.forms)
        if place is None:
            return False
        base, poly = place
        offset = {monomial: factor for monomial, factor in poly.items() if monomial}
        key = (base, frozenset(offset.items()))
        family = found.get(key)
        if family is None:
            family = None if len(found) >= _MOST_FAMILIES else family_of(base, offset, self.forms)
            if family is None:
                return False
            found[key] = family
        family.add(instr, constant_term(poly))
        self.family_of[instr] = family
        return True

    def can_be_made_outside(self, value: Value, nest: Nest) -> bool:
        """Whether a value that is used in an inner nest could be computed before it."""
        if isinstance(value, Param):
            return value.block not in nest.loop.blocks
        if self.forms.homes.get(value) not in nest.loop.blocks:
            return True
        return not OPS[value.op].effects and all(self.can_be_made_outside(arg, nest) for arg in value.args)

    def stride(self, instr: Instr, counter: Value) -> int | None:
        """By how many bytes the address of an access changes with a counter, where that is a known number."""
        return number_in(self.family_of[instr].factors.get(counter, {}))

    def may_be_apart(self) -> bool:
        """Whether nothing speaks against running the turns of the nest's loop side by side, as far as is known now."""
        families = self.families
        if families is None:
            return False
        counter = self.nest.loop.counter
        for family in families:
            if not family.written or family.late:
                continue
            factor = family.factors.get(counter)
            number = None if factor is None else number_in(factor)
            if factor is None or (number is not None and abs(number) < family.beyond - family.first):
                return False
            if any(other is not family and other.base is family.base for other in families):
                return False
        return True
