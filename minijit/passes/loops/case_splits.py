"""Proofs by cases: what holds on every way to a join holds behind it.

::

    k = i + 1 if i + 1 < n else 0
    ... a[k]

On one way k is below n because of the comparison, on the other it is 0. The ways to a join lie in the same turn of all
loops as the join, so counters mean the same on both sides; values that are carried from turn to turn are not taken
apart here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from minijit.ir.nodes import Block, Instr, Param, Value
from minijit.passes.loops.polynomials import Poly, plus, split, times

if TYPE_CHECKING:
    from minijit.passes.loops.nest_bounds import Conditions, NestBounds

_DEEPEST: Final = 2
"""How many joins are taken apart within each other."""
_MOST_WAYS: Final = 4


class CaseSplits:
    """Proofs for the nest of `bounds`."""

    def __init__(self, bounds: NestBounds) -> None:
        self.bounds = bounds
        self._depth = 0

    def prove(self, poly: Poly, block: Block) -> Conditions | None:
        """The conditions under which `poly` is never negative in `block`, whichever way has been taken."""
        if self._depth >= _DEEPEST:
            return None
        self._depth += 1
        try:
            for monomial in poly:
                ways = self._ways(monomial[0], block) if len(monomial) == 1 else []
                found = self._on_all(ways, poly, monomial[0]) if ways else None
                if found is not None:
                    return found
            return None
        finally:
            self._depth -= 1

    def _on_all(self, ways: list[tuple[Block, list[Poly], Value]], poly: Poly, value: Value) -> Conditions | None:
        forms = self.bounds.forms
        parts = split(poly, value)
        if parts is None:
            return None
        conditions: Conditions = []
        for block, told, source in ways:
            given = forms.poly(source)
            if given is None or forms.wrapping[source]:
                return None
            more = self.bounds.at_least_zero(plus(times(parts[0], given), parts[1]), block, told)
            if more is None:
                return None
            conditions += more
        return conditions

    def _ways(self, value: Value, block: Block) -> list[tuple[Block, list[Poly], Value]]:
        """The values of which it is one, each with the block that it comes from, and what is known on the way."""
        guards = self.bounds.guards
        if isinstance(value, Instr):
            if value.op != "select":
                return []
            condition, yes, no = value.args
            return [(block, guards.told_by(condition, True), yes), (block, guards.told_by(condition, False), no)]
        home = value.block
        if not isinstance(value, Param) or home in self.bounds.forms.headers or home not in self.bounds.loop_of:
            return []
        edges = guards.before[home]
        if len(edges) > _MOST_WAYS or any(source not in self.bounds.loop_of for source, _ in edges):
            return []
        place = home.params.index(value)
        return [(source, guards.on_the_way(source, home), edge.args[place]) for source, edge in edges]
