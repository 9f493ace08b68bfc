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
from minijit.machine import Machine
from minijit.passes.affine import AffineForms
from minijit.passes.lane_regions import Nest
from minijit.passes.polynomials import Poly, constant_term, number_in, plus, split

_MOST_FAMILIES: Final = 8


class Family:
    """The accesses to elements at one place: of the same base, with offsets that differ in a constant.

    Attributes
    ----------
    base : Value
        Where the array begins.
    offset : Poly
        In bytes, without the constant.
    first, beyond : int
        Between which constants the accesses lie.
    written : bool
        Whether one of them is a store.
    late : bool
        Whether all accesses to the base stand in the last piece of the nest.
    factors : dict of Value to Poly
        By how many bytes the address changes with each counter.
    rest : Poly
        The offset where all counters are 0.
    """

    __slots__ = ("base", "beyond", "factors", "first", "late", "members", "offset", "rest", "written")

    def __init__(self, base: Value, offset: Poly, factors: dict[Value, Poly], rest: Poly) -> None:
        self.base = base
        self.offset = offset
        self.factors = factors
        self.rest = rest
        self.first: int = 0
        self.beyond: int = 0
        self.written = False
        self.late = False
        self.members: list[Instr] = []

    def add(self, instr: Instr, start: int) -> None:
        """Add an access that begins at a constant offset."""
        end = start + size_of(instr)
        self.first = min(self.first, start) if self.members else start
        self.beyond = max(self.beyond, end) if self.members else end
        self.written |= instr.op == "store"
        self.members.append(instr)


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
        place = self.address(instr.args[0])
        if place is None:
            return False
        base, poly = place
        number = constant_term(poly)
        offset = {monomial: factor for monomial, factor in poly.items() if monomial}
        key = (base, frozenset(offset.items()))
        family = found.get(key)
        if family is None:
            parts = self._by_counter(offset)
            if parts is None or len(found) >= _MOST_FAMILIES:
                return False
            family = found[key] = Family(base, offset, *parts)
        family.add(instr, number)
        self.family_of[instr] = family
        return True

    def address(self, pointer: Value) -> tuple[Value, Poly] | None:
        """The base of a pointer, and its distance from there."""
        total: Poly = {}
        while isinstance(pointer, Instr) and pointer.op == "ptr_add":
            pointer, offset = pointer.args
            poly = self.forms.poly(offset)
            if poly is None or self.forms.wrapping[offset] or not self.forms.is_affine(poly):
                return None
            total = plus(total, poly)
        return None if self.forms.inside(pointer) else (pointer, total)

    def _by_counter(self, offset: Poly) -> tuple[dict[Value, Poly], Poly] | None:
        factors: dict[Value, Poly] = {}
        rest = offset
        for counter in self.forms.counters:
            parts = split(rest, counter)
            if parts is None:
                return None
            factor, rest = parts
            if factor:
                if any(value in self.forms.counters for monomial in factor for value in monomial):
                    return None
                factors[counter] = factor
        return factors, rest

    def turns_of(self, counter: Value) -> Value:
        """The number of turns that a counter counts."""
        turns = self.forms.counters[counter].turns
        assert turns is not None
        return turns

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


def size_of(access: Instr) -> int:
    """How many bytes a load or store touches."""
    type = access.type if access.op == "load" else access.args[1].type
    assert isinstance(type, Machine)
    return size_of_type(type)


def size_of_type(type: Machine) -> int:
    """How many bytes a value takes in memory."""
    return max(1, type.bits // 8)
