"""Version loops on the sizes of the ints that they start with: a test before a loop, a copy for numbers that are small.

Before::

    while(%x):                                  ; loop: while
        %1: i1 = icmp ne %x, 0
        branch %1, while.body, while.end
    while.body:
        %2: i64 = check_sub %x, 1   site=1
        %3: i64 = and %x, %2
        jump while(%3)

After::

    %small = icmp sge %start, 0
    branch %small, while2, while, likely=True
    while2.body:
        %2: i64 = sub %x, 1, nsw
        ...

This is for loops of which no number of turns is known, which :mod:`minijit.passes.loops.version_loops` can say nothing
of. A few assumptions on the numbers that come in are tried: that they are not negative, and that they are of 31 bits.
Where one of them makes the checks in the loop superfluous, those numbers that it needs are tested.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from minijit.ir.builder import MachineBuilder, known
from minijit.ir.dominance import Dominators
from minijit.ir.nodes import Block, Edge, Function, Instr, Param, Terminator, Value
from minijit.ir.unit import Unit
from minijit.machine import I64
from minijit.passes.clone_blocks import Copy, copy_instr, join_copies
from minijit.passes.loops.loop_nests import Loop, outermost_loops, with_inner_loops
from minijit.passes.ranges.intervals import Interval, meet
from minijit.passes.ranges.use_ranges import GAINING, simpler
from minijit.passes.ranges.value_ranges import ValueRanges, is_relevant

_NOT_NEGATIVE: Final = (0, (1 << 63) - 1)
_SMALL: Final = (0, (1 << 31) - 1)
_ASSUMPTIONS: Final = (_NOT_NEGATIVE, _SMALL)
_CHECKS: Final = frozenset(("check_add", "check_sub", "check_mul", "check_div", "check_shl"))
_MOST_INPUTS: Final = 6
_MOST_INSTRUCTIONS: Final = 150


def assume_ranges(function: Function) -> None:
    """Copy loops for the numbers for which they need no checks, in place (stage "loops")."""
    if not any(_has_checks(block) for block in function.blocks):
        return
    dominators = Dominators(function)
    loops = [loop for outer in outermost_loops(function, dominators) for loop in _candidates(outer)]
    if loops:
        _Assuming(function, dominators, loops).run()


def _has_checks(block: Block) -> bool:
    return not block.attrs.get("slow") and any(instr.op in _CHECKS for instr in block.instrs)


def _candidates(loop: Loop) -> list[Loop]:
    """The innermost loops with checks."""
    inner = [each for child in loop.children for each in _candidates(child)]
    if inner or not any(map(_has_checks, loop.blocks)):
        return inner
    return [loop] if sum(len(block.instrs) for block in loop.blocks) <= _MOST_INSTRUCTIONS else []


class _Assuming:
    def __init__(self, function: Function, dominators: Dominators, loops: list[Loop]) -> None:
        self.function = function
        self.dominators = dominators
        self.loops = loops
        self.ranges = ValueRanges(function, dominators, region=_around(loops, dominators))

    def run(self) -> None:
        """Find the assumptions for all loops, then make the copies."""
        loops = self.loops
        outside: dict[Block, dict[Value, Interval]] = {}
        headers = {loop.header for loop in loops}

        def visit(block: Block) -> None:
            if block in headers:
                outside[block] = {**self.ranges.ranges, **self.ranges.told.here}
            self.ranges.evaluate_block(block)

        self.ranges.walk(visit)
        found = []
        for loop in loops:
            if loop.header in outside:
                inside = _defined_in(loop)
                known_before = {value: one for value, one in outside[loop.header].items() if value not in inside}
                found.append((loop, self._assumption(loop, known_before)))
        # What one loop leaves is used by later ones: the last first, so that those uses are repaired.
        for loop, assumption in reversed(found):
            if assumption is not None:
                _version(self.function, self.dominators, loop, *assumption)

    def _assumption(
        self, loop: Loop, outside: dict[Value, Interval]
    ) -> tuple[dict[Value, Interval], dict[Instr, Instr]] | None:
        """What to assume, and what the instructions are then replaced by."""
        inputs = _inputs(loop)
        checks = sum(instr.op in _CHECKS for block in loop.blocks for instr in block.instrs)
        if not 0 < len(inputs) <= _MOST_INPUTS or len(loop.entering) != 1:
            return None
        for interval in _ASSUMPTIONS:
            assumed = {value: interval for value in inputs if self._is_news(outside.get(value), interval)}
            if not assumed:
                continue
            better = self._simplified(loop, outside, assumed)
            gain = _gain(better)
            if gain == 0 or 2 * gain < checks:
                continue
            for value in list(assumed):
                without = {each: assumed[each] for each in assumed if each is not value}
                enough = self._simplified(loop, outside, without)
                if without and _gain(enough) == gain:
                    assumed, better = without, enough
            return assumed, better
        return None

    def _is_news(self, before: Interval | None, interval: Interval) -> bool:
        if before is None:
            return False
        together = meet(before, interval)
        return together is not None and together != before

    def _simplified(
        self, loop: Loop, outside: dict[Value, Interval], assumed: dict[Value, Interval]
    ) -> dict[Instr, Instr]:
        small = {value: meet(outside[value], interval) or interval for value, interval in assumed.items()}
        ranges = ValueRanges(self.function, self.dominators, loop, {**outside, **small})
        found: dict[Instr, Instr] = {}

        def visit(block: Block) -> None:
            for instr in block.instrs:
                better = simpler(ranges, instr) if instr.op in GAINING else None
                if better is not None:
                    found[instr] = better
                if is_relevant(instr):
                    ranges.evaluate(instr)

        ranges.walk(visit)
        return found


def _gain(better: dict[Instr, Instr]) -> int:
    return sum(instr.op in _CHECKS and new.op not in _CHECKS for instr, new in better.items())


def _defined_in(loop: Loop) -> set[Value]:
    found: set[Value] = {param for block in loop.blocks for param in block.params}
    found.update(instr for block in loop.blocks for instr in block.instrs)
    return found


def _around(loops: list[Loop], dominators: Dominators) -> set[Block]:
    """The nests of the loops, and what dominates them: what is known elsewhere is seldom needed, and dear to find."""
    found: set[Block] = set()
    for loop in loops:
        outermost = loop
        while outermost.parent is not None:
            outermost = outermost.parent
        found |= outermost.blocks
        block = outermost.header
        while dominators.immediate[block] is not block:
            block = dominators.immediate[block]
            found.add(block)
    return found


def _inputs(loop: Loop) -> list[Value]:
    """The ints from outside that the loop starts with or computes with."""
    inside = _defined_in(loop)
    used: list[Value] = [arg for edge in loop.entering for arg in edge.args]
    used += [arg for block in loop.blocks for instr in block.instrs for arg in instr.args]
    return [each for each in dict.fromkeys(used) if each.type is I64 and each not in inside and known(each) is None]


def _version(
    function: Function,
    dominators: Dominators,
    loop: Loop,
    assumed: dict[Value, Interval],
    better: dict[Instr, Instr],
) -> None:
    blocks = [block for block in dominators.order if block in loop.blocks]

    def rewrite(instr: Instr, args: list[Value]) -> Value | None:
        return copy_instr(better.get(instr, instr), args)

    copy = Copy(blocks, rewrite)
    header = loop.header
    test = Block(f"{header.label}.test")
    test.params = [Param(test, param.name, param.type, param.span) for param in header.params]
    for edge in loop.entering:
        edge.block = test
    b = MachineBuilder(Unit(""), function, test)
    b.span = header.terminator.span if header.terminator else function.span
    holds = _test(b, assumed.items())
    args: list[Value] = list(test.params)
    edges = [Edge(copy.blocks[header], list(args)), Edge(header, args)]
    test.terminator = Terminator("branch", [holds], edges, b.span, {"likely": True})
    number = 1 + max((each.attrs.get("slow", 0) for each in function.blocks), default=0)
    for block in blocks:
        block.attrs["slow"] = number
    for each in with_inner_loops(loop):
        each.header.attrs["scalar"] = True
    function.blocks += [test, *copy.blocks.values()]
    join_copies(function, copy)
    remarks = function.attrs.setdefault("remarks", [])
    remarks.append((b.span, f"loop versioned: {_gain(better)} checks replaced by a test of the numbers before it"))


def _test(b: MachineBuilder, assumed: Iterable[tuple[Value, Interval]]) -> Value:
    """Whether no bit is set that none of the numbers may have: one comparison for all of them."""
    together: Value | None = None
    greatest = 0
    for value, interval in assumed:
        # What nobody would look at may be poison, which must not decide a branch.
        one = b.emit("freeze", (value,), I64)
        together = one if together is None else b.or_(together, one)
        greatest = interval[1]
    assert together is not None
    return b.icmp("ule", together, b.i64(greatest))
