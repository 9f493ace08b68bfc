"""Least and greatest values over a loop nest, by eliminating the counters from the inside out.

A question is a polynomial and a block: is the polynomial at least 0 whenever that block runs? The counter of the
innermost loop goes first: where its coefficient is positive, the least value is at counter 0; where it is negative, at
the last counter, which is itself a polynomial of what lies outside of that loop. So triangular nests need nothing more.
What is left contains only fixed values: either it is at least 0 for all that they can be, or it becomes a condition
that can be tested before the nest. A loop without any turn makes its conditions needlessly strict, never wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

from minijit.ir.nodes import Block, Instr, Param, Value
from minijit.machine import Machine
from minijit.passes.loops.affine import AffineForms, Turns, turns_of
from minijit.passes.loops.carried_values import sources_of
from minijit.passes.loops.case_splits import CaseSplits
from minijit.passes.loops.guarding_conditions import Guards
from minijit.passes.loops.loop_nests import Loop
from minijit.passes.loops.polynomials import (
    GREATEST,
    LEAST,
    Poly,
    constant,
    number_in,
    plus,
    scaled,
    split,
    times,
    variable,
)
from minijit.passes.loops.value_facts import ValueFacts
from minijit.passes.ranges.remainders import divisor_of_remainder, greatest_remainder

Conditions = list[Poly]
"""Polynomials of fixed values that must be at least 0; an empty list is proven."""


class NestBounds:
    """Answers for the nest of `forms`."""

    def __init__(self, forms: AffineForms, guards: Guards) -> None:
        self.forms = forms
        self.guards = guards
        self.loop_of: dict[Block, Loop] = {}
        self._turns: dict[Loop, Turns | None] = {}
        self._fits: dict[Instr, Conditions | None] = {}
        self.facts = ValueFacts(self)
        self.cases = CaseSplits(self)
        self._place(forms.root)

    def _place(self, loop: Loop) -> None:
        for block in loop.blocks:
            self.loop_of[block] = loop
        self._turns[loop] = turns_of(self.forms, loop) or self._turns_while(loop)
        for child in loop.children:
            self._place(child)

    def _turns_while(self, loop: Loop) -> Turns | None:
        """What the condition in the header says of the number of turns: ``last - scale * counter`` is at least 0."""
        end = loop.header.terminator
        if loop.turns is not None or end is None or end.op != "branch":
            return None
        stays = [edge.block in loop.blocks for edge in end.edges]
        if stays[0] == stays[1]:
            return None
        for told in self.guards.told_by(end.args[0], stays[0]):
            parts = split(told, loop.counter)
            scale = None if parts is None else number_in(parts[0])
            if parts is not None and scale is not None and scale < 0 and self._is_outside(parts[1], loop):
                return Turns(parts[1], -scale, frozenset())
        return None

    def _is_outside(self, poly: Poly, loop: Loop) -> bool:
        """Whether all values of the polynomial are the same in all turns of the loop."""
        for value in {value for monomial in poly for value in monomial}:
            around = self.forms.counters.get(value)
            home = value.block if isinstance(value, Param) else self.forms.homes.get(value)
            inside = home in loop.blocks if around is None else around.header in loop.blocks
            if inside and not self.forms.fixed(value):
                return False
        return True

    def ends(self, loop: Loop) -> bool:
        """Whether the greatest counter of a loop is known."""
        return self._turns[loop] is not None

    def around(self, block: Block) -> list[Loop]:
        """The loops around a block, innermost first."""
        loops: list[Loop] = []
        loop: Loop | None = self.loop_of[block]
        while loop is not None:
            loops.append(loop)
            loop = None if loop is self.forms.root else loop.parent
        return loops

    def extent(self, poly: Poly) -> tuple[int, int]:
        """Between which numbers a polynomial lies, whatever its values are."""
        low = high = 0
        for monomial, coefficient in poly.items():
            least = greatest = coefficient
            for value in monomial:
                ends = self._extent_of(value)
                corners = [least * ends[0], least * ends[1], greatest * ends[0], greatest * ends[1]]
                least, greatest = min(corners), max(corners)
            low += least
            high += greatest
        return low, high

    def _extent_of(self, value: Value) -> tuple[int, int]:
        if value in self.forms.counters or value in self.forms.not_negative:
            return 0, GREATEST
        if isinstance(value, Instr):
            if value.op == "convert":
                return _extent_of_converted(value)
            if value.op == "check_index" or _is_clamped(value):
                return 0, GREATEST
            greatest = greatest_remainder(value)
            if greatest is not None:
                return 0, greatest
        return LEAST, GREATEST

    def largest(self, magnitude: Poly) -> int:
        """The greatest number that a magnitude can be."""
        total = 0
        for monomial, coefficient in magnitude.items():
            for value in monomial:
                low, high = self._extent_of(value)
                coefficient *= max(-low, high)
            total += coefficient
        return total

    def at_least_zero(self, poly: Poly, block: Block, told: Sequence[Poly] = ()) -> Conditions | None:
        """The conditions under which `poly` is never negative in `block`; None where there are none that may hold.

        `told` are polynomials that are known not to be negative, beside the guards of the block.
        """
        plain = self.least(poly, block)
        if plain == []:
            return plain
        best = plain
        for guard in (*told, *self.guards.of(block)):
            # The guard is not negative, so what exceeds it isn't either.
            rest = plus(poly, guard, -1)
            conditions = self.least(rest, block)
            if conditions == []:
                return conditions
            # Where somebody took care to compare with something else, the plain condition is not likely to hold.
            if conditions is not None and best is plain and self._counters(rest) < self._counters(poly):
                best = conditions
        for fact, needed in self._remainders(poly, block):
            conditions = self.least(plus(poly, fact, -1), block)
            if conditions is not None and best is plain:
                best = needed + conditions
        if best is None:
            best = self._for_all_sources(poly)
        for guard in self._turning(block):
            conditions = self.least(plus(poly, guard, -1), block)
            if conditions == [] or (conditions is not None and best is None):
                return conditions
        if best is None:
            best = self.facts.prove(poly, block)
        return self.cases.prove(poly, block) if best is None else best

    def _remainders(self, poly: Poly, block: Block) -> list[tuple[Poly, Conditions]]:
        """What is at least 0 because a variable is a remainder, and the conditions for that."""
        found: list[tuple[Poly, Conditions]] = []
        for value in {value for monomial in poly for value in monomial} - self.forms.counters.keys():
            divisor = divisor_of_remainder(value)
            size = None if divisor is None else self.forms.poly(divisor)
            if divisor is None or size is None or self.forms.wrapping[divisor]:
                continue
            last = plus(size, constant(1), -1)
            needed = self.least(last, block)
            if needed is not None:
                found += [(variable(value), needed), (plus(last, variable(value), -1), needed)]
        return found

    def _for_all_sources(self, poly: Poly) -> Conditions | None:
        """The answer for a poly with one carried value: it has to hold for all that may be carried."""
        loose = [value for monomial in poly for value in monomial if not self.forms.fixed(value)]
        if len(loose) != 1 or not isinstance(loose[0], Param) or loose[0] in self.forms.counters:
            return None
        parts = split(poly, loose[0])
        sources = sources_of(loose[0], self.forms, self.guards.before)
        if parts is None or sources is None:
            return None
        conditions: Conditions = []
        for block, value in sources:
            carried = self.forms.poly(value)
            if carried is None or self.forms.wrapping[value] or not self.forms.is_affine(carried):
                return None
            one = plus(times(parts[0], carried), parts[1])
            more = self.least(one, block) if block in self.loop_of else self._decide(one, [])
            if more is None:
                return None
            conditions += more
        return conditions

    def _counters(self, poly: Poly) -> set[Value]:
        return {value for monomial in poly for value in monomial if value in self.forms.counters}

    def _turning(self, block: Block) -> list[Poly]:
        """What is at least 0 because each loop around a block has a turn."""
        found: list[Poly] = []
        for loop in self.around(block)[:-1]:
            turns = self._turns[loop]
            if turns is not None and not turns.needs and block is not loop.header:
                found.append(turns.last)
        return found

    def least(self, poly: Poly, block: Block) -> Conditions | None:
        """The conditions for a polynomial of counters and fixed values, as it stands."""
        conditions: Conditions = []
        needs: set[Instr] = set()
        around = self.around(block)
        for loop in (*self._left(poly, around), *around):
            counter = loop.counter
            parts = split(poly, counter)
            if not any(counter in monomial for monomial in poly):
                continue
            if parts is None:
                return None
            factor, rest = parts
            sign = self._sign(factor, conditions)
            if sign == 0:
                return None
            poly = rest
            if sign < 0:
                turns = self._turns[loop]
                if turns is None:
                    return None
                last = turns.last
                if loop not in around or block is loop.header:
                    # The header is reached once more than the body, if the body has run at all.
                    at_first = self.least(rest, block)
                    if at_first is None:
                        return None
                    conditions += at_first
                    last = plus(last, constant(turns.scale))
                poly = plus(rest, times(_shared(factor, turns.scale), last))
                needs |= turns.needs
        for need in needs:
            more = self.fits(need)
            if more is None:
                return None
            conditions += more
        return self._decide(poly, conditions)

    def _left(self, poly: Poly, around: list[Loop]) -> list[Loop]:
        """The loops that have been left before, whose counters stand in a polynomial; the innermost first."""
        counters = self._counters(poly)
        left = [self.forms.counters[counter] for counter in counters]
        return sorted((loop for loop in left if loop not in around), key=lambda loop: len(loop.blocks))

    def _sign(self, factor: Poly, conditions: Conditions) -> int:
        """The sign of a coefficient; one that depends on fixed values may become a condition. 0: not known."""
        low, high = self.extent(factor)
        if low >= 0:
            return 1
        if high <= 0:
            return -1
        if not all(self.forms.fixed(value) for monomial in factor for value in monomial):
            return 0
        if all(coefficient > 0 for coefficient in factor.values()):
            conditions.append(factor)
            return 1
        if all(coefficient < 0 for coefficient in factor.values()):
            conditions.append(scaled(factor, -1))
            return -1
        return 0

    def _decide(self, poly: Poly, conditions: Conditions) -> Conditions | None:
        """With the condition that is left, unless it never holds, or only where arrays are empty."""
        poly = self._without_loose_values(poly)
        low, high = self.extent(poly)
        if high < 0 or (high == 0 > low) or not all(self.forms.fixed(value) for monomial in poly for value in monomial):
            return None
        if low < 0:
            conditions.append(poly)
        return conditions

    def _without_loose_values(self, poly: Poly) -> Poly:
        """Put the worst that it can be in the place of each value that is not fixed, where that is known."""
        for monomial, coefficient in list(poly.items()):
            if len(monomial) == 1 and not self.forms.fixed(monomial[0]):
                low, high = self._extent_of(monomial[0])
                worst = low if coefficient > 0 else high
                if LEAST < worst < GREATEST:
                    poly = plus(plus(poly, {monomial: coefficient}, -1), constant(coefficient * worst))
        return poly

    def fits(self, instr: Instr) -> Conditions | None:
        """The conditions under which the exact result of an operation fits in 64 bits."""
        if instr not in self._fits:
            self._fits[instr] = None
            poly = self.forms.poly(instr)
            block = self.forms.homes[instr]
            if poly is not None:
                self._fits[instr] = self.within(poly, LEAST, GREATEST, block)
        return self._fits[instr]

    def within(self, poly: Poly, least: int, greatest: int, block: Block) -> Conditions | None:
        """The conditions under which ``least <= poly <= greatest`` in `block`."""
        below = self.at_least_zero(plus(poly, constant(least), -1), block)
        above = None if below is None else self.at_least_zero(plus(constant(greatest), poly, -1), block)
        return None if below is None or above is None else below + above

    def wrapping_fits(self, value: Value) -> Conditions | None:
        """The conditions under which the polynomial of `value` is what `value` holds."""
        conditions: Conditions = []
        for need in self.forms.wrapping[value]:
            more = self.fits(need)
            if more is None:
                return None
            conditions += more
        return conditions


def _shared(factor: Poly, scale: int) -> Poly:
    """The factor of ``scale * counter``; the factor of the counter itself is as good, only less exact."""
    if scale > 1 and all(coefficient % scale == 0 for coefficient in factor.values()):
        return {monomial: coefficient // scale for monomial, coefficient in factor.items()}
    return factor


def _extent_of_converted(value: Instr) -> tuple[int, int]:
    source = value.args[0].type
    if isinstance(source, Machine) and source.bits < 64:
        if value.attrs["how"] == "zext":
            return 0, (1 << source.bits) - 1
        if value.attrs["how"] == "sext":
            return -1 << (source.bits - 1), (1 << (source.bits - 1)) - 1
    return LEAST, GREATEST


def _is_clamped(value: Instr) -> bool:
    if value.op != "intrinsic" or value.attrs["name"] != "smax":
        return False
    limit = value.args[1]
    return isinstance(limit, Instr) and limit.op == "const" and limit.attrs["value"] == 0
