"""The copy of a loop that only finds out whether a check fails in some turns."""

from __future__ import annotations

from typing import Final

from minijit.errors import NO_SPAN
from minijit.ir.builder import MachineBuilder
from minijit.ir.nodes import Block, Edge, Function, Instr, Param, Terminator, Value
from minijit.ir.unit import Unit
from minijit.machine import F64, I1, I64
from minijit.passes.ahead.ahead_loops import AheadLoop
from minijit.passes.ahead.ahead_slices import CONDITIONS, SUMS, is_checked_conversion
from minijit.passes.clone_blocks import copy_instr
from minijit.passes.ranges.loop_sums import room_of_operands

_BEYOND: Final = 2.0**63


class AheadCopy:
    """The copy; it runs up to the turn `stop` and leads to `done`.

    Its instructions and branches have no place in the source: nothing in it is what the user wrote.

    Attributes
    ----------
    blocks : dict of Block to Block
        The copy of each block that is needed. The header's parameters are those that are carried, and behind them
        whether a check has failed.
    done : Block
        What comes behind; to be filled in.
    bad : Value
        There: whether a check has failed.
    """

    def __init__(self, function: Function, ahead: AheadLoop, stop: Value) -> None:
        self.function = function
        self.loop = ahead.loop
        self.slice = ahead.slice
        self.order = ahead.blocks_of_slice()
        self.blocks = {block: Block(f"{block.label}.ahead") for block in self.order}
        self.done = Block(f"{ahead.loop.header.label}.checked")
        self._values: dict[Value, Value] = {}
        self._bad: dict[Block, Value] = {}
        for block in self.order:
            self._add_params(block)
        self.bad = self._bad[self.loop.header]
        for place, block in enumerate(self.order):
            self._fill(place, block)
        for place, block in enumerate(self.order):
            self.blocks[block].terminator = self._end(place, block, stop)

    def _of(self, value: Value) -> Value:
        return self._values.get(value, value)

    def _is_kept(self, param: Param) -> bool:
        return param in self.slice.values or param in self.slice.carried

    def _tells_what_failed(self, block: Block) -> bool:
        """Whether a block has a parameter for it: several ways lead there."""
        return block is self.loop.header or (self.slice.by_branches and len(self.slice.ways[block]) > 1)

    def _add_params(self, block: Block) -> None:
        made = self.blocks[block]
        for param in filter(self._is_kept, block.params):
            twin = self._values[param] = Param(made, param.name, param.type, param.span)
            made.params.append(twin)
        if self._tells_what_failed(block):
            bad = self._bad[block] = Param(made, "", I1, NO_SPAN)
            made.params.append(bad)

    # ---- instructions

    def _fill(self, place: int, block: Block) -> None:
        if block not in self._bad:
            self._bad[block] = self._bad[self._source(place, block)]
        b = MachineBuilder(Unit(""), self.function, self.blocks[block])
        for instr in block.instrs:
            args = [self._of(arg) for arg in instr.args]
            if instr.op in CONDITIONS:
                self._fail(b, block, b.not_(args[0]))
            elif instr in self.slice.values:
                self._values[instr] = self._value(b, block, instr, args)

    def _source(self, place: int, block: Block) -> Block:
        """The only block from which another one is reached."""
        if not self.slice.by_branches:
            return self.order[place - 1]
        (edge,) = self.slice.ways[block]
        return next(source for source in self.order if edge in source.edges)

    def _fail(self, b: MachineBuilder, block: Block, failed: Value) -> None:
        self._bad[block] = b.or_(self._bad[block], failed)

    def _value(self, b: MachineBuilder, block: Block, instr: Instr, args: list[Value]) -> Value:
        if instr.op in SUMS:
            return self._sum(b, block, instr, args)
        if is_checked_conversion(instr):
            fits = b.fcmp("olt", b.intrinsic("fabs", F64, args[0]), b.f64(_BEYOND))
            self._fail(b, block, b.not_(fits))
            return b.select(fits, b.convert("fptosi", args[0], I64), b.i64(0))
        made = copy_instr(instr, args)
        made.span = NO_SPAN
        if not self._counts(instr):
            # A check that was passed may be the reason for the promise.
            made.attrs.pop("nsw", None)
        b.block.instrs.append(made)
        return made

    def _counts(self, instr: Instr) -> bool:
        return instr.args[:1] == [self.loop.counter] and any(instr in edge.args for edge in self.loop.back)

    def _sum(self, b: MachineBuilder, block: Block, instr: Instr, args: list[Value]) -> Value:
        """A sum fails where it wraps; of a product it is enough that a factor is large."""
        op = instr.op.removeprefix("check_")
        one, other = args
        result = b.emit(op, args, I64)
        if op == "mul":
            for factor, bits in room_of_operands(op, args):
                shifted = b.add(factor, b.i64(1 << bits))
                self._fail(b, block, b.icmp("ugt", shifted, b.i64((2 << bits) - 1)))
        else:
            changed = b.binary("xor", one, result)
            second = b.binary("xor", one if op == "sub" else result, other)
            self._fail(b, block, b.icmp("slt", b.and_(changed, second), b.i64(0)))
        return result

    # ---- ends

    def _end(self, place: int, block: Block, stop: Value) -> Terminator:
        end = block.terminator
        assert end is not None
        if block is self.loop.header:
            b = MachineBuilder(Unit(""), self.function, self.blocks[block])
            more = b.icmp("slt", self._of(self.loop.counter), stop)
            inside = next(edge for edge in end.edges if edge.block in self.loop.blocks)
            return Terminator("branch", [more], [self._edge(block, inside), Edge(self.done)])
        if self.slice.by_branches:
            edges = [self._edge(block, edge) for edge in end.edges]
            return Terminator(end.op, [self._of(arg) for arg in end.args], edges, attrs=dict(end.attrs))
        following = self.order[place + 1 :]
        edge = Edge(self.blocks[following[0]]) if following else self._edge(block, self.loop.back[0])
        return Terminator("jump", [], [edge])

    def _edge(self, source: Block, edge: Edge) -> Edge:
        pairs = zip(edge.block.params, edge.args, strict=True)
        args = [self._of(arg) for param, arg in pairs if self._is_kept(param)]
        if self._tells_what_failed(edge.block):
            args.append(self._bad[source])
        return Edge(self.blocks[edge.block], args)
