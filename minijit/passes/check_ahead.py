"""Check some hundreds of turns of a loop before they run, so that LLVM can vectorise checks and turns.

Before::

    for(%i):                                    ; loop: for
        branch (%i < %n), for.body, for.end
    for.body:
        %x: f64 = load ...
        check_divisor (%x != 0.0), site=1
        store ..., (1.0 / %x)
        jump for(%i + 1)

After::

    for.block(%first):
        %stop: i64 = smin (%first + 512), %n
        jump for.ahead(%first, 0)
    for.ahead(%k, %bad):                        ; what the checks look at, and nothing else
        branch (%k < %stop), for.ahead.body, for.checked
    for.ahead.body:
        %y: f64 = load ...
        jump for.ahead(%k + 1, %bad or %y == 0.0)
    for.checked:
        branch %bad, for(%first), for2(%first)  ; the original from here on
    for2(%i):                                   ; loop: for
        branch (%i < %stop), for2.body, for.next
    for2.body:
        %x: f64 = load ...
        store ..., (1.0 / %x)
        jump for2(%i + 1)
    for.next:
        branch (%i < %n), for.block(%i), for.end

Where a check of the block fails, the original takes over at the first turn of the block: it raises in the right turn,
after the same changes to the arguments. So a check may also fail needlessly, as that of a product of large numbers.
What is read ahead must not be changed by the turns before; see :mod:`minijit.passes.ahead_memory`.
"""

from __future__ import annotations

from typing import Final

from minijit.ir.builder import MachineBuilder, known
from minijit.ir.dominance import Dominators
from minijit.ir.nodes import Block, Edge, Function, Instr, Param, Terminator, Value
from minijit.ir.unit import Unit
from minijit.machine import I64
from minijit.passes.affine import AffineForms
from minijit.passes.ahead_copy import AheadCopy
from minijit.passes.ahead_loops import AheadLoop
from minijit.passes.ahead_slices import CONDITIONS, SUMS, is_check, is_checked_conversion
from minijit.passes.clone_blocks import Copy, copy_instr, join_copies
from minijit.passes.loop_nests import outermost_loops, with_inner_loops

BLOCK: Final = 512
"""Turns that are checked at once: few enough for what they read to stay in the cache."""


def check_ahead(function: Function) -> None:
    """Check turns of innermost loops ahead, in place (stage "loops")."""
    if not any(_has_checks(block) for block in function.blocks):
        return
    dominators = Dominators(function)
    homes: dict[Value, Block] = {instr: block for block in dominators.order for instr in block.instrs}
    found: list[AheadLoop] = []
    for outer in outermost_loops(function, dominators):
        for loop in with_inner_loops(outer):
            if not loop.children and any(map(_has_checks, loop.blocks)):
                ahead = AheadLoop(function, loop, dominators, AffineForms(loop, homes, set()))
                if ahead.pays():
                    found.append(ahead)
    # What one loop leaves is used by later ones: the last first, so that those uses are repaired.
    for ahead in reversed(found):
        _CheckingAhead(function, ahead).run()


def _has_checks(block: Block) -> bool:
    return not block.attrs.get("slow") and any(map(is_check, block.instrs))


class _CheckingAhead:
    """Makes the copies of one loop."""

    def __init__(self, function: Function, ahead: AheadLoop) -> None:
        self.function = function
        self.ahead = ahead
        self.loop = ahead.loop
        header = self.loop.header
        self.span = header.terminator.span if header.terminator else function.span
        self.block = Block(f"{header.label}.block")
        self.block.params = [Param(self.block, param.name, param.type, param.span) for param in header.params]
        self.place = header.params.index(self.loop.counter)

    def run(self) -> None:
        """Put a test before the loop, and two loops within one over blocks in its place."""
        header = self.loop.header
        (entering,) = self.loop.entering
        starts = list(entering.args)
        test, again = Block(f"{header.label}.apart"), Block(f"{header.label}.again")
        entering.block, entering.args = test, []
        again.params = [Param(again, param.name, param.type, param.span) for param in header.params]
        again.terminator = Terminator("jump", [], [Edge(header, list(again.params))], self.span)
        b = self._builder(test)
        apart = self.ahead.memory.test(b)
        self._branch(b, apart, Edge(self.block, starts), Edge(again, list(starts)))
        number = 1 + max((block.attrs.get("slow", 0) for block in self.function.blocks), default=0)
        fast = Copy(self.ahead.blocks, _without_check)
        made = self._blocks(again, fast)
        for block in self.ahead.blocks:
            block.attrs["slow"] = number
        header.attrs["scalar"] = True
        self.function.blocks += [test, again, *made]
        join_copies(self.function, fast)
        checks = len(self.ahead.slice.checks)
        what = "1 check is" if checks == 1 else f"{checks} checks are"
        remarks = self.function.attrs.setdefault("remarks", [])
        remarks.append((self.span, f"{what} made for {BLOCK} turns at a time, before them"))

    def _builder(self, block: Block) -> MachineBuilder:
        b = MachineBuilder(Unit(""), self.function, block)
        b.span = self.span
        return b

    def _branch(self, b: MachineBuilder, condition: Value, yes: Edge, no: Edge, *, likely: bool = True) -> None:
        if known(condition) == 1:
            b.block.terminator = Terminator("jump", [], [yes], self.span)
        else:
            attrs = {"likely": True} if likely else {}
            b.block.terminator = Terminator("branch", [condition], [yes, no], self.span, attrs)

    def _blocks(self, again: Block, fast: Copy) -> list[Block]:
        """The loop over blocks of turns; gives what it is made of."""
        header, turns = self.loop.header, self.loop.turns
        assert turns is not None
        twin = fast.blocks[header]
        b = self._builder(self.block)
        first = self.block.params[self.place]
        stop = b.intrinsic("smin", I64, b.emit("add", (first, b.i64(BLOCK)), I64, nsw=True), turns)
        copy = AheadCopy(self.function, self.ahead, stop)
        # One vector at a time is enough, and takes LLVM less time.
        copy.blocks[header].attrs["lanes"] = True
        starts: list[Value] = list(self.block.params)
        carried = self.ahead.slice.carried
        kept = [start for param, start in zip(header.params, starts, strict=True) if param in carried]
        b.jump(copy.blocks[header], [*kept, b.i1(False)])
        b = self._builder(copy.done)
        fine = b.not_(copy.bad)
        self._branch(b, fine, Edge(twin, starts), Edge(again, list(starts)))
        following = Block(f"{header.label}.next")
        leaving = self._stop_at(twin, stop, following)
        b = self._builder(following)
        more = b.icmp("slt", twin.params[self.place], turns)
        self._branch(b, more, Edge(self.block, list(twin.params)), leaving, likely=False)
        made = [self.block, *copy.blocks.values(), copy.done, *fast.blocks.values(), following]
        # What is used behind the loop comes from there.
        fast.blocks[Block("")] = following
        return made

    def _stop_at(self, twin: Block, stop: Value, following: Block) -> Edge:
        """Let a copy of the loop lead to `following` at the end of the block of turns; gives the way out it had."""
        b = self._builder(twin)
        assert twin.terminator is not None
        twin.terminator.args = [b.icmp("slt", twin.params[self.place], stop)]
        edges = twin.terminator.edges
        place = next(k for k, edge in enumerate(self.loop.header.edges) if edge.block not in self.loop.blocks)
        leaving, edges[place] = edges[place], Edge(following)
        return leaving


def _without_check(instr: Instr, args: list[Value]) -> Value | None:
    if instr.op in CONDITIONS:
        return None
    made = copy_instr(instr, args)
    if instr.op in SUMS:
        made.op, made.attrs = instr.op.removeprefix("check_"), {"nsw": True}
    elif is_checked_conversion(instr):
        made.attrs["how"] = "fptosi"
    return made

