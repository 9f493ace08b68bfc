"""Sum Python ints of any size without a check in each turn, so that LLVM can vectorise the loop.

Before::

    for(%i, %s):                                ; loop: for
        %x: i64 = load ...
        %t: i64 = check_add %s, %x   site=1
        jump for(%next, %t)

After::

    for2(%i, %low, %high, %bad):
        %x: i64 = load ...
        %l: i64 = add %low, (%x & 0xffffffff)
        %h: i64 = add %high, (%x >> 32)
        jump for2(%next, %l, %h, %bad)
    for2.sum:
        %sum: i128 = %start + (%high << 32) + %low
        branch %fits, for.end(%sum), for        ; the original, from the start

Neither half can overflow in 2**31 turns, and the loop has no effects, so that it can be run again, by the original,
where the sum is too large. For the same reason other operations need not be checked at once: it is enough to note that
an operand was so large that the result may not have fit, and to look at the end (`%bad`). The products of a dot
product are computed this way.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from minijit.ir.builder import MachineBuilder
from minijit.ir.dominance import Dominators
from minijit.ir.nodes import Block, Edge, Function, Instr, Param, Terminator, Value, predecessors
from minijit.ir.unit import Unit
from minijit.machine import I64, I128
from minijit.passes.clone_blocks import Copy, copy_instr, join_copies
from minijit.passes.loops.loop_nests import Loop, outermost_loops, with_inner_loops
from minijit.passes.ranges.loop_sums import SUMS, LoopSums, room_of_operands

_MOST_TURNS: Final = 1 << 31
_Halves: TypeAlias = dict[Value, tuple[Value, Value]]


def split_sums(function: Function) -> None:
    """Make sums of ints in halves in loops without effects, in place (stage "loops")."""
    if not any(_has_sum(block) for block in function.blocks):
        return
    dominators = Dominators(function)
    found: list[LoopSums] = []
    for outer in outermost_loops(function, dominators):
        for loop in with_inner_loops(outer):
            if not loop.children and any(map(_has_sum, loop.blocks)):
                sums = LoopSums(function, dominators, loop)
                if sums.can_be_split():
                    found.append(sums)
    # What one loop leaves is used by later ones: the last first, so that those uses are repaired.
    for sums in reversed(found):
        _Splitting(function, sums).run()


def _has_sum(block: Block) -> bool:
    return not block.attrs.get("slow") and any(instr.op in SUMS for instr in block.instrs)


class _Splitting:
    """Makes the copy of one loop."""

    def __init__(self, function: Function, sums: LoopSums) -> None:
        self.function = function
        self.sums = sums
        self.loop: Loop = sums.loop
        self.before = predecessors(function)
        self.copy = Copy(sums.blocks, copy_instr)
        self.span = sums.loop.header.terminator.span if sums.loop.header.terminator else function.span
        self.bad = Param(self.copy.blocks[self.loop.header], "", I64, self.span)
        self.high = {
            each: Param(self.copy.blocks[each.block], "", I64, self.span)
            for each in sums.members
            if isinstance(each, Param)
        }

    def run(self) -> None:
        """Put the copy before the loop, a test of the number of turns before it, and one of the sums behind it."""
        header, copy = self.loop.header, self.copy
        (entering,) = self.loop.entering
        starts = list(entering.args)
        still_bad = self._note_operands()
        self._change_copy(still_bad)
        test, again, done = Block(f"{header.label}.test"), Block(f"{header.label}.again"), Block(f"{header.label}.sum")
        entering.block, entering.args = test, []
        self._enter(test, again, starts)
        again.terminator = Terminator("jump", [], [Edge(header, starts)], self.span)
        self._leave(done, again, starts)
        number = 1 + max((block.attrs.get("slow", 0) for block in self.function.blocks), default=0)
        for block in self.sums.blocks:
            block.attrs["slow"] = number
        header.attrs["scalar"] = True
        self.function.blocks += [test, again, *copy.blocks.values(), done]
        # What is used behind the loop comes from there.
        copy.blocks[Block("")] = done
        join_copies(self.function, copy)
        remarks = self.function.attrs.setdefault("remarks", [])
        remarks.append((self.span, "sum of ints made in two halves, which need no check"))

    def _builder(self, block: Block) -> MachineBuilder:
        b = MachineBuilder(Unit(""), self.function, block)
        b.span = self.span
        return b

    def _enter(self, test: Block, again: Block, starts: list[Value]) -> None:
        assert self.loop.turns is not None
        b = self._builder(test)
        zero = b.i64(0)
        few = b.icmp("ult", b.emit("freeze", (self.loop.turns,), I64), b.i64(_MOST_TURNS))
        header = self.loop.header
        args = [zero if param in self.high else start for param, start in zip(header.params, starts, strict=True)]
        twin = self.copy.blocks[header]
        args += [zero] * (len(twin.params) - len(args))
        test.terminator = Terminator("branch", [few], [Edge(twin, args), Edge(again)], b.span, {"likely": True})

    # ---- within the copy

    def _note_operands(self) -> Value:
        """Take the checks off other operations, and note where an operand is too large for them to fit."""
        b = self._builder(Block(""))
        bad: Value = self.bad
        for instr in self.sums.noted:
            made = self.copy.of(instr)
            assert isinstance(made, Instr)
            made.op, made.attrs = instr.op.removeprefix("check_"), {}
            for operand, bits in room_of_operands(made.op, made.args):
                shifted = b.binary("add", operand, b.i64(1 << bits))
                bad = b.or_(bad, b.binary("lshr", shifted, b.i64(bits + 1)))
        self.copy.blocks[self.sums.latch].instrs += b.block.instrs
        return bad

    def _change_copy(self, still_bad: Value) -> None:
        """Let the copies of the sums be low halves, and put high halves beside them."""
        halves: _Halves = {param: (self.copy.of(param), high) for param, high in self.high.items()}
        originals = {self.copy.of(each): each for each in self.sums.members if isinstance(each, Instr)}
        for block in self.sums.blocks:
            made = self.copy.blocks[block]
            old, made.instrs = made.instrs, []
            b = self._builder(made)
            for instr in old:
                if instr in originals:
                    b.span = instr.span
                    self._add_halves(b, originals[instr], halves)
                else:
                    made.instrs.append(instr)
        for param, high in self.high.items():
            high.block.params.append(high)
            place = param.block.params.index(param)
            for source, edge in self.before[param.block]:
                if source in self.loop.blocks:
                    twin = self._twin(source, edge)
                    twin.args[place], above = halves[edge.args[place]]
                    twin.args.append(above)
        self.bad.block.params.append(self.bad)
        self._twin(self.sums.latch, self.loop.back[0]).args.append(still_bad)

    def _add_halves(self, b: MachineBuilder, term: Instr, halves: _Halves) -> None:
        place = 0 if term.args[0] in halves else 1
        low, high = halves[term.args[place]]
        number = self.copy.of(term.args[1 - place])
        op = SUMS[term.op]
        below = b.emit(op, (low, b.binary("and", number, b.i64((1 << 32) - 1))), I64)
        halves[term] = below, b.emit(op, (high, b.binary("ashr", number, b.i64(32))), I64)

    def _twin(self, source: Block, edge: Edge) -> Edge:
        return self.copy.blocks[source].edges[source.edges.index(edge)]

    # ---- behind it

    def _leave(self, done: Block, again: Block, starts: list[Value]) -> None:
        """Join the halves; go back to the original where something was too large."""
        header, b = self.loop.header, self._builder(done)
        holds = b.icmp("eq", self.bad, b.i64(0))
        for start, param in zip(starts, header.params, strict=True):
            if param in self.high:
                low, high = self.copy.of(param), self.high[param]
                wide = [b.convert("sext", each, I128) for each in (start, low, high)]
                total = b.add(b.add(wide[0], wide[1]), b.binary("shl", wide[2], b.const(I128, 32)))
                short = b.convert("trunc", total, I64)
                holds = b.and_(holds, b.icmp("eq", b.convert("sext", short, I128), total))
                self.copy.values[param] = short
        out = next(edge for edge in header.edges if edge.block not in self.loop.blocks)
        twin = self._twin(header, out)
        twin.block, twin.args = done, []
        edges = [Edge(out.block, [self.copy.of(arg) for arg in out.args]), Edge(again)]
        done.terminator = Terminator("branch", [holds], edges, b.span, {"likely": True})
