"""Value ranges: between which numbers each integer of a function lies.

An abstract interpretation over intervals (Cousot and Cousot, 1977) on SSA form: blocks are visited along the dominator
tree, so that what a branch or a check has told is known in all blocks behind it. A nest of loops is gone round until
nothing changes, before what comes after it is looked at. The parameters of a loop's header are widened where they keep
growing, and one more visit of all blocks takes back what was widened too far::

    n = start                   n: [1, limit - 1]
    while n != 1:               n: [1, 2**63 - 1]
        if n % 2 == 0:          n: [2, 2**63 - 1]
            n //= 2             n: [1, 2**62]

Loops are otherwise not special: an addition that leaves the function where 64 bits are too few gives what fits, and so
does one that promises to (``nsw``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

from minijit.ir.builder import known, wrap
from minijit.ir.dominance import Dominators
from minijit.ir.nodes import Block, Edge, Function, Instr, Param, Value, predecessors
from minijit.machine import Machine
from minijit.passes.loops.loop_nests import Loop, outermost_loops
from minijit.passes.ranges import intervals
from minijit.passes.ranges.intervals import Interval, join, meet
from minijit.passes.ranges.told_ranges import Told
from minijit.passes.ranges.transfer_ranges import TRANSFER, is_integer

_MOST_ROUNDS: Final = 8
_LOWER: Final = (1, 0, -1)
_UPPER: Final = (0,)
"""Where widening stops first; then at what the type can hold."""


class ValueRanges:
    """The ranges of the integers of a function at the stage "loops", or of one loop.

    Parameters
    ----------
    function : Function
        What is analysed.
    dominators : Dominators
        Its own.
    loop : Loop, optional
        Visit the blocks of this loop only.
    outside : mapping of Value to Interval, optional
        What is known, or to be assumed, of the values from outside of the loop.
    region : collection of Block, optional
        Visit these blocks only, and take it that anything may come from the others. What dominates one of them is one
        of them.

    Attributes
    ----------
    ranges : dict of Value to Interval
        What holds wherever the value exists.
    told : Told
        What holds besides in the block that is being visited.
    turns : dict of Value to Instr
        By the counter of a loop the comparison with the number of turns.
    """

    def __init__(
        self,
        function: Function,
        dominators: Dominators,
        loop: Loop | None = None,
        outside: Mapping[Value, Interval] | None = None,
        region: Collection[Block] | None = None,
    ) -> None:
        visited = region if loop is None else loop.blocks
        self.order = [block for block in dominators.order if visited is None or block in visited]
        self.ranges: dict[Value, Interval] = dict(outside or {})
        self.told = Told(self)
        self.turns = _turns_of_counters(self.order)
        self._children: dict[Block, list[Block]] = {block: [] for block in self.order}
        for block in self.order[1:]:
            self._children[dominators.immediate[block]].append(block)
        self._before = predecessors(function)
        self._headers = {
            block for block in self.order if any(dominators.dominates(block, one) for one, _ in self._before[block])
        }
        self._relevant = {block: [i for i in block.instrs if is_relevant(i)] for block in self.order}
        self._telling = {block: [i for i in found if i.op in Told.TELLING] for block, found in self._relevant.items()}
        self._reached: dict[Edge, list[Interval | None]] = {}
        self._start = self.order[0] if loop is None else None
        self._nests = self._find_nests(function, dominators) if loop is None else {loop.header: loop.blocks}
        self._settled = True
        if loop is None:
            self.ranges.update((param, of_type(param)) for param in function.params if is_integer(param))
            if region is not None:
                self._reach_from_outside(dominators.order, region)
        else:
            for edge in loop.entering:
                self._reach(edge)
        self._solve()

    # ---- questions

    def of(self, value: Value) -> Interval | None:
        """Between which numbers the value lies here; None where nothing has been found to reach it."""
        found = self.told.here.get(value) or self.ranges.get(value)
        if found is None:
            number = known(value)
            if number is not None:
                exact = wrap(int(number), value.type.bits)  # type: ignore[union-attr]  # an integer
                found = self.ranges[value] = exact, exact
        return found

    def walk(self, visit: Callable[[Block], None]) -> None:
        """Visit all blocks that can be reached, with what is told there; takes back what was widened too far."""

        def visit_narrowed(block: Block) -> None:
            if block is not self._start:
                self._join_params(block, widen=False, narrow=True)
            visit(block)
            self._leave(block)

        self._walk(visit_narrowed, self.order[0])

    def _walk(self, visit: Callable[[Block], None], top: Block, within: Collection[Block] | None = None) -> None:
        """Visit the blocks that `top` dominates, or those of them that are `within`."""
        stack: list[tuple[Block, int | None]] = [(top, None)]
        while stack:
            block, mark = stack.pop()
            if mark is not None:
                self.told.forget(mark)
                continue
            mark = self.told.mark()
            if not self._enter(block):
                self.told.forget(mark)
                continue
            visit(block)
            stack.append((block, mark))
            children = reversed(self._children[block])
            stack += [(child, None) for child in children if within is None or child in within]

    def evaluate(self, instr: Instr) -> None:
        """Find the range of an instruction's result, and what is known once it has been passed."""
        transfer = TRANSFER.get(instr.op)
        if is_integer(instr):
            found = of_type(instr) if transfer is None else transfer(self, instr)
            if found is None:
                self.ranges.pop(instr, None)
            else:
                self.ranges[instr] = meet(found, of_type(instr)) or of_type(instr)
        self.told.by_instr(instr)

    def evaluate_block(self, block: Block) -> None:
        """The same for all instructions of a block."""
        for instr in self._relevant[block]:
            self.evaluate(instr)

    # ---- the fixed point

    def _find_nests(self, function: Function, dominators: Dominators) -> dict[Block, Collection[Block]]:
        """The nests of loops that are to be visited, by the header of the outermost loop."""
        here = set(self.order)
        for block in self.order:
            for edge in block.edges:
                again = edge.block in here and dominators.position(edge.block) <= dominators.position(block)
                if again and edge.block not in self._headers:
                    # It can be entered in several ways: then all is gone round, whatever it is.
                    return {self.order[0]: self.order}
        nests = {each.header: each.blocks for each in outermost_loops(function, dominators)}
        return {header: blocks for header, blocks in nests.items() if here.issuperset(blocks)}

    def _reach_from_outside(self, blocks: Iterable[Block], region: Collection[Block]) -> None:
        for block in blocks:
            if block not in region:
                for edge in block.edges:
                    if edge.block in region:
                        self._reached[edge] = [of_type(arg) if is_integer(arg) else None for arg in edge.args]

    def _solve(self) -> None:
        done: set[Block] = set()

        def visit(block: Block) -> None:
            nest = self._nests.get(block)
            if nest is not None:
                self._settle(block, nest)
                done.update(nest)
            if block in done:
                for instr in self._telling[block]:
                    self.told.by_instr(instr)
            else:
                self._visit(block, widen=False)

        self._walk(visit, self.order[0])
        if not self._settled:
            self._give_up()

    def _settle(self, header: Block, nest: Collection[Block]) -> None:
        """Go round a nest of loops until nothing changes any more."""
        changed = False
        widen = False

        def visit(block: Block) -> None:
            nonlocal changed
            changed |= self._visit(block, widen=widen and block in self._headers)

        for _ in range(_MOST_ROUNDS):
            self._walk(visit, header, nest)
            if not changed:
                return
            changed, widen = False, True
        self._settled = False

    def _visit(self, block: Block, *, widen: bool) -> bool:
        """Find the ranges of a block's values; gives whether a parameter has changed."""
        changed = block is not self._start and self._join_params(block, widen=widen, narrow=False)
        self.evaluate_block(block)
        self._leave(block)
        return changed

    def _enter(self, block: Block) -> bool:
        """What the only way into a block tells; False if no way into it has been found."""
        ways = self._before[block]
        if block is self._start:
            return True
        if not any(edge in self._reached for _, edge in ways):
            return False
        if len(ways) == 1:
            end = ways[0][0].terminator
            if end is not None and end.op == "branch" and end.edges[0].block is not end.edges[1].block:
                return self.told.by_condition(end.args[0], end.edges[0].block is block)
        return True

    def _join_params(self, block: Block, *, widen: bool, narrow: bool) -> bool:
        changed = False
        for place, param in enumerate(block.params):
            if not is_integer(param):
                continue
            found: Interval | None = None
            for _, edge in self._before[block]:
                arriving = self._reached[edge][place] if edge in self._reached else None
                if arriving is not None:
                    found = arriving if found is None else join(found, arriving)
            old = self.ranges.get(param)
            if found is None or found == old:
                continue
            if old is not None and not narrow:
                found = join(found, old)
                if found == old:
                    continue
                found = _widened(old, found, of_type(param)) if widen else found
            elif old is not None:
                found = meet(found, old) or old
            self.ranges[param] = found
            changed = True
        return changed

    def _leave(self, block: Block) -> None:
        """Note what goes along the edges."""
        end = block.terminator
        if end is None:
            return
        for edge in end.edges:
            mark = self.told.mark()
            certain = end.op != "branch" or end.edges[0].block is end.edges[1].block
            # What only this edge leads to looks at the condition itself, when it is entered.
            certain = certain or not (edge.args or len(self._before[edge.block]) > 1)
            if certain or self.told.by_condition(end.args[0], edge is end.edges[0]):
                self._reach(edge)
            self.told.forget(mark)

    def _reach(self, edge: Edge) -> None:
        self._reached[edge] = [self.of(arg) if is_integer(arg) else None for arg in edge.args]

    def _give_up(self) -> None:
        for block in self.order:
            values: list[Value] = [*block.params, *block.instrs]
            self.ranges.update((value, of_type(value)) for value in values if is_integer(value))
            for edge in block.edges:
                self._reached[edge] = [of_type(arg) if is_integer(arg) else None for arg in edge.args]


def of_type(value: Value) -> Interval:
    """All that the type of an integer can hold."""
    assert isinstance(value.type, Machine)
    return intervals.of_bits(value.type.bits)


def is_relevant(instr: Instr) -> bool:
    """Whether an instruction gives an integer, or tells something of one."""
    return instr.op != "const" and (is_integer(instr) or instr.op in Told.TELLING)


def _widened(old: Interval, new: Interval, most: Interval) -> Interval:
    least = old[0] if new[0] == old[0] else next((each for each in _LOWER if each <= new[0]), most[0])
    greatest = old[1] if new[1] == old[1] else next((each for each in _UPPER if each >= new[1]), most[1])
    return max(least, most[0]), min(greatest, most[1])


def _turns_of_counters(blocks: Iterable[Block]) -> dict[Value, Instr]:
    """The comparison in which a loop's header compares its counter with the number of turns."""
    found: dict[Value, Instr] = {}
    for block in blocks:
        end = block.terminator
        condition = None if end is None or end.op != "branch" else end.args[0]
        if isinstance(condition, Instr) and condition.op == "icmp" and condition.attrs["predicate"] == "slt":
            counter = condition.args[0]
            if isinstance(counter, Param) and counter.block is block:
                found[counter] = condition
    return found
