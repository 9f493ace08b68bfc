"""What is known of values that are neither fixed nor counters, and proofs that put several such facts together.

A fact is a polynomial that is at least 0. There are facts about

* variables that only grow or only shrink in a loop: ``k`` in ``if ...: k += 1`` is at least what it was at first, and
  at most that plus the number of turns;
* two variables of which one or the other moves in each turn, as in merging: together they count the turns;
* halves: with ``low <= high``, ``(low + high) // 2`` lies between them;
* what branches say (:mod:`minijit.passes.loops.guarding_conditions`).

So ``table[middle]`` in a binary search needs no check: the middle is below `high`, and `high` never grows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from minijit.ir.builder import known
from minijit.ir.nodes import Block, Instr, Param, Value
from minijit.machine import I64
from minijit.passes.loops.loop_nests import Loop
from minijit.passes.loops.polynomials import Poly, constant, number_in, plus, scaled, split, variable

if TYPE_CHECKING:
    from minijit.passes.loops.nest_bounds import Conditions, NestBounds

_STEPS: Final = 5
"""How many facts a proof puts together."""
_MOST_PATHS: Final = 16
_MOST_VARIABLES: Final = 6


class ValueFacts:
    """The facts for one nest."""

    def __init__(self, bounds: NestBounds) -> None:
        self.bounds = bounds
        self.forms = bounds.forms
        self.before = bounds.guards.before
        self._known: dict[Value, list[Poly]] = {}
        self._busy: set[Value] = set()
        self._met_busy = False

    def prove(self, poly: Poly, block: Block, steps: int = _STEPS) -> Conditions | None:
        """The conditions under which `poly` is never negative in `block`."""
        value = self._next_to_replace(poly, block)
        if value is None:
            return self.bounds.least(poly, block)
        if steps == 0:
            return None
        best: Conditions | None = None
        factor = poly[(value,)]
        for fact in self._about(value, block):
            own = fact.get((value,), 0)
            if own == 0 or factor % own or factor // own < 0 or split(fact, value) is None:
                continue
            found = self.prove(plus(poly, fact, -(factor // own)), block, steps - 1)
            if found == []:
                return found
            best = found if best is None else best
        return best

    def _next_to_replace(self, poly: Poly, block: Block) -> Value | None:
        """What is made of others comes before these; counters of which no end is known come last."""
        loose: list[tuple[int, Value]] = []
        for monomial, factor in poly.items():
            if len(monomial) != 1:
                continue
            value = monomial[0]
            loop = self.forms.counters.get(value)
            if loop is not None:
                if factor < 0 and not self.bounds.ends(loop):
                    loose.append((3, value))
            elif not self.forms.fixed(value):
                kind = 0 if isinstance(value, Instr) else 2 if value.block in self.forms.headers else 1
                loose.append((kind, value))
        return min(loose, key=lambda each: each[0])[1] if loose else None

    def _about(self, value: Value, block: Block) -> list[Poly]:
        guards = [guard for guard in self.bounds.guards.of(block) if (value,) in guard]
        return guards + self._own(value)

    def _own(self, value: Value) -> list[Poly]:
        if value in self._known:
            return self._known[value]
        if value in self._busy:
            self._met_busy = True
            return []
        before, self._met_busy = self._met_busy, False
        self._busy.add(value)
        loop = self.forms.counters.get(value)
        if loop is not None:
            found = self._sums_of(loop)
        elif isinstance(value, Instr):
            found = self._half(value)
        elif value.type is not I64:
            found = []
        elif value.block in self.forms.headers:
            found = self._one_way(value, self.forms.headers[value.block])
        else:
            found = self._joined(value)
        self._busy.discard(value)
        # What was found while other questions were open may be found to be more once they are answered.
        if not self._met_busy or not self._busy:
            self._known[value] = found
        self._met_busy = before or (self._met_busy and bool(self._busy))
        return found

    def _poly(self, value: Value) -> Poly | None:
        poly = self.forms.poly(value)
        return None if poly is None or self.forms.wrapping[value] else poly

    # ---- variables of loops

    def _one_way(self, param: Param, loop: Loop) -> list[Poly]:
        """A variable that only grows, or only shrinks."""
        place = param.block.params.index(param)
        starts = {edge.args[place] for edge in loop.entering}
        start = self._poly(starts.pop()) if len(starts) == 1 else None
        if start is None:
            return []
        found: list[Poly] = []
        own = variable(param)
        sources = self._sources([edge.args[place] for edge in loop.back], loop)
        changes = [(block, self._change(value, own)) for block, value in sources]
        for sign in (1, -1):
            if all(
                change is not None and self.prove(scaled(change, sign), block, 3) == [] for block, change in changes
            ):
                moved = scaled(plus(own, start, -1), sign)
                found.append(moved)
                steps = [None if change is None else number_in(change) for _, change in changes]
                if all(step is not None for step in steps):
                    most = max(abs(step or 0) for step in steps)
                    self.forms.poly(loop.counter)
                    found.append(plus(scaled(variable(loop.counter), most), moved, -1))
        return found

    def _change(self, value: Value, own: Poly) -> Poly | None:
        poly = self._poly(value)
        return None if poly is None else plus(poly, own, -1)

    def _sources(self, values: list[Value], loop: Loop) -> list[tuple[Block, Value]]:
        """The values that joins within the loop hand on, each with the block from which it comes."""
        found: list[tuple[Block, Value]] = []
        seen: set[Value] = set()
        ends = [source for source, edge in self.before[loop.header] if source in loop.blocks]
        waiting: list[tuple[Block, Value]] = list(zip(ends, values, strict=True))
        while waiting:
            block, value = waiting.pop()
            if isinstance(value, Param) and value.block in loop.blocks and value.block not in self.forms.headers:
                if value not in seen:
                    seen.add(value)
                    place = value.block.params.index(value)
                    waiting += [(source, edge.args[place]) for source, edge in self.before[value.block]]
            else:
                found.append((block, value))
        return found

    def _joined(self, param: Param) -> list[Poly]:
        """Where ways meet: between the least and the greatest of what they add to a variable of the loop."""
        loop = self.bounds.loop_of.get(param.block)
        if loop is None:
            return []
        place = param.block.params.index(param)
        offsets: dict[Value, list[int]] = {}
        for _, edge in self.before[param.block]:
            poly = self._poly(edge.args[place])
            origin = None if poly is None else _plus_number(poly)
            if origin is None:
                return []
            offsets.setdefault(origin[0], []).append(origin[1])
        if len(offsets) != 1:
            return []
        origin_value, numbers = offsets.popitem()
        above = plus(variable(param), variable(origin_value), -1)
        return [plus(above, constant(min(numbers)), -1), plus(constant(max(numbers)), above, -1)]

    # ---- variables that move by turns

    def _sums_of(self, loop: Loop) -> list[Poly]:
        """Pairs of variables that together move by the same amount in every turn."""
        params = [param for param in loop.header.params if param.type is I64 and self._is_loose(param)]
        if not 2 <= len(params) <= _MOST_VARIABLES or len(loop.back) != 1:
            return []
        back = dict(zip(loop.header.params, loop.back[0].args, strict=True))
        paths = self._paths(params, [back[param] for param in params], loop)
        starts = [self._start(param, loop) for param in params]
        found: list[Poly] = []
        for one in range(len(params)):
            for other in range(one):
                sums = {path[one] + path[other] for path in paths}
                first, second = starts[one], starts[other]
                if len(sums) == 1 and first is not None and second is not None:
                    moved = plus(plus(variable(params[one]), first, -1), plus(variable(params[other]), second, -1))
                    self.forms.poly(loop.counter)
                    difference = plus(moved, variable(loop.counter), -sums.pop())
                    found += [difference, scaled(difference, -1)]
        return found

    def _is_loose(self, param: Param) -> bool:
        return self._poly(param) == variable(param)

    def _start(self, param: Param, loop: Loop) -> Poly | None:
        place = param.block.params.index(param)
        starts = {edge.args[place] for edge in loop.entering}
        return self._poly(starts.pop()) if len(starts) == 1 else None

    def _paths(self, params: list[Param], values: list[Value], loop: Loop) -> list[list[int]]:
        """By how much each variable changes on each way through a turn; empty if that is not known."""
        waiting: list[list[Value]] = [values]
        found: list[list[int]] = []
        while waiting:
            values = waiting.pop()
            joins = {
                value.block
                for value in values
                if isinstance(value, Param) and value.block in loop.blocks and value.block not in self.forms.headers
            }
            if joins:
                last = max(joins, key=self.bounds.guards.dominators.position)
                for _, edge in self.before[last]:
                    given = dict(zip(last.params, edge.args, strict=True))
                    waiting.append([given.get(value, value) if isinstance(value, Param) else value for value in values])
            else:
                changes = [self._change(value, variable(param)) for param, value in zip(params, values, strict=True)]
                numbers = [None if change is None else number_in(change) for change in changes]
                if any(number is None for number in numbers) or len(found) >= _MOST_PATHS:
                    return []
                found.append([number or 0 for number in numbers])
        return found

    # ---- halves

    def _half(self, value: Instr) -> list[Poly]:
        """``x // n`` for x that is not negative, and ``(low + high) // 2`` for low up to high."""
        home = self.forms.homes.get(value)
        divisor = _divisor(value)
        whole = self._poly(value.args[0]) if divisor > 1 else None
        if home is None or whole is None:
            return []
        own = variable(value)
        found = self._between(own, whole, home)
        if divisor == 2:
            for low in [monomial for monomial, factor in whole.items() if factor == 1 and len(monomial) == 1]:
                distance = plus(whole, {low: 1}, -2)
                found += self._between(plus(own, {low: 1}, -1), distance, home)
        return found

    def _between(self, part: Poly, whole: Poly, home: Block) -> list[Poly]:
        """The half of something that is not negative, or less; it is less than the whole where that is not 0."""
        for least in (1, 0):
            rest = plus(whole, constant(least), -1)
            if self.prove(rest, home, 3) == []:
                return [part, plus(rest, part, -1)]
        return []


def _divisor(value: Instr) -> int:
    """The number by which something is divided, rounding down; 0 where it is not."""
    number = known(value.args[1]) if value.op in ("ashr", "floor_div") else None
    if number is None:
        return 0
    return 1 << int(number) if value.op == "ashr" else int(number)


def _plus_number(poly: Poly) -> tuple[Value, int] | None:
    """The value and the number of which the polynomial is the sum."""
    terms = [(monomial, factor) for monomial, factor in poly.items() if monomial]
    if len(terms) != 1 or terms[0][1] != 1 or len(terms[0][0]) != 1:
        return None
    return terms[0][0][0], poly.get((), 0)
