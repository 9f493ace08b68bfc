"""Variables of loops that change in the same way in every turn, such as ``i`` in ``while i < n: ...; i += 1``.

The parameter of a header is one if all ways back to the header add the same to it: numbers, and values that do not
change within the loop. What it holds is then known exactly: ``start + step * counter``, where the counter tells how
often the header has been reached from within before.
"""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

from minijit.ir.builder import known
from minijit.ir.nodes import Block, Edge, Param, Value
from minijit.passes.loops.loop_nests import Loop

Terms: TypeAlias = dict[Value | None, int]
"""Values that are added, and how often; numbers are added up at None."""

_SIGNS: Final = {"add": 1, "check_add": 1, "sub": -1, "check_sub": -1}
_MOST_STEPS: Final = 32
"""How far additions are followed back."""


class Induction(NamedTuple):
    """A variable that holds `start` and to which `step` is added in each turn."""

    start: Value
    step: Terms


class Inductions:
    """Finds the inductions of a nest; `homes` tells where instructions stand."""

    def __init__(self, root: Loop, homes: dict[Value, Block]) -> None:
        self.homes = homes
        self._ways: dict[Block, list[Edge]] = {}
        for block in root.blocks:
            for edge in block.edges:
                self._ways.setdefault(edge.block, []).append(edge)

    def of(self, param: Param, loop: Loop) -> Induction | None:
        """What a parameter of the loop's header is, if it is one."""
        place = param.block.params.index(param)
        starts = {edge.args[place] for edge in loop.entering}
        step = self._agreed([edge.args[place] for edge in loop.back], param, loop, _MOST_STEPS)
        return None if len(starts) != 1 or step is None else Induction(starts.pop(), step)

    def _agreed(self, values: list[Value], origin: Param, loop: Loop, fuel: int) -> Terms | None:
        """What has been added to `origin` to get any of the values, if it is the same for all of them."""
        agreed: Terms | None = None
        for value in dict.fromkeys(values):
            terms = self._added(value, origin, loop, fuel // len(values))
            if terms is None or (agreed is not None and terms != agreed):
                return None
            agreed = terms
        return agreed

    def _added(self, value: Value, origin: Param, loop: Loop, fuel: int) -> Terms | None:
        terms: Terms = {}
        while value is not origin:
            fuel -= 1
            if fuel <= 0:
                return None
            if isinstance(value, Param):
                if value.block not in loop.blocks or value.block is loop.header:
                    return None
                place = value.block.params.index(value)
                joined = [edge.args[place] for edge in self._ways[value.block] if edge.args[place] is not value]
                before = self._agreed(joined, origin, loop, fuel)
                return None if before is None else _sum(before, terms)
            sign = _SIGNS.get(value.op)
            if sign is None or not (value.op.startswith("check") or value.attrs.get("nsw")):
                return None
            left, right = value.args
            if sign > 0 and self._is_constant(left, loop):
                left, right = right, left
            if not self._is_constant(right, loop):
                return None
            number = known(right)
            terms = _sum(terms, {right: sign} if number is None else {None: sign * int(number)})
            value = left
        return terms

    def _is_constant(self, value: Value, loop: Loop) -> bool:
        home = value.block if isinstance(value, Param) else self.homes.get(value)
        return known(value) is not None or home not in loop.blocks


def _sum(one: Terms, other: Terms) -> Terms:
    return {value: one.get(value, 0) + other.get(value, 0) for value in {**one, **other}}
