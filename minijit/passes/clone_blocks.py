"""Copying a part of a function, and joining what copy and original give to the code behind them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from minijit.ir.nodes import Block, Edge, Function, Instr, Param, Terminator, Value, predecessors

Rewrite: TypeAlias = Callable[[Instr, list[Value]], "Value | None"]
"""Given an instruction of the original and its operands in the copy: what stands for it. A new instruction is put into
the copy, one of the operands only takes its place, and None leaves nothing."""


def copy_instr(instr: Instr, args: list[Value]) -> Instr:
    """The same instruction with other operands."""
    return Instr(instr.op, args, dict(instr.attrs), instr.type, instr.span, instr.const)


class Copy:
    """A copy of some blocks, which are given in reverse post-order; edges to other blocks lead to where they led.

    Attributes
    ----------
    blocks : dict of Block to Block
        The copy of each block.
    values : dict of Value to Value
        The copy of each value that is defined in the blocks.
    """

    def __init__(self, blocks: list[Block], rewrite: Rewrite) -> None:
        self.blocks = {block: Block(block.label) for block in blocks}
        self.values: dict[Value, Value] = {}
        for block, made in self.blocks.items():
            made.attrs = dict(block.attrs)
            for param in block.params:
                twin = Param(made, param.name, param.type, param.span)
                made.params.append(twin)
                self.values[param] = twin
        # Definitions come before uses in this order; only arguments of back edges come before, and edges are made last.
        for block, made in self.blocks.items():
            self._copy_instrs(block, made, rewrite)
        for block, made in self.blocks.items():
            made.terminator = self._terminator(block)

    def of(self, value: Value) -> Value:
        """The copy of a value, or the value itself where it is defined elsewhere."""
        return self.values.get(value, value)

    def _copy_instrs(self, block: Block, made: Block, rewrite: Rewrite) -> None:
        for instr in block.instrs:
            args = [self.of(arg) for arg in instr.args]
            result = rewrite(instr, args)
            if result is None:
                continue
            if isinstance(result, Instr) and not any(result is arg for arg in args):
                made.instrs.append(result)
            self.values[instr] = result

    def _terminator(self, block: Block) -> Terminator:
        end = block.terminator
        assert end is not None
        edges = [
            Edge(self.blocks.get(edge.block, edge.block), [self.of(arg) for arg in edge.args]) for edge in end.edges
        ]
        return Terminator(end.op, [self.of(arg) for arg in end.args], edges, end.span, dict(end.attrs))


def join_copies(function: Function, copy: Copy) -> None:
    """Repair SSA form behind a copied part: what is used there comes from the copy or from the original.

    All blocks of the copy are in the function already.
    """
    outside = [block for block in function.blocks if block not in copy.blocks]
    joiner = _Joiner(function, copy)
    twins = set(copy.blocks.values())
    for block in outside:
        if block in twins or block.terminator is None:
            continue
        for instr in block.instrs:
            joiner.repair(instr.args, block)
        joiner.repair(block.terminator.args, block)
        for edge in block.terminator.edges:
            joiner.repair(edge.args, block)


class _Joiner:
    def __init__(self, function: Function, copy: Copy) -> None:
        self.copy = copy
        self.twins = set(copy.blocks.values())
        self.before = predecessors(function)
        self.found: dict[tuple[Value, Block], Value] = {}

    def repair(self, values: list[Value], block: Block) -> None:
        for position, value in enumerate(values):
            if value in self.copy.values:
                values[position] = self.at_start(value, block)

    def at_start(self, value: Value, block: Block) -> Value:
        """What `value` is at the start of a block outside."""
        known = self.found.get((value, block))
        if known is not None:
            return known
        before = self.before[block]
        if len(before) == 1:
            result = self.at_end(value, before[0][0])
        else:
            param = Param(block, getattr(value, "name", ""), value.type, value.span)
            block.params.append(param)
            result = self.found[value, block] = param
            for source, edge in before:
                edge.args.append(self.at_end(value, source))
        self.found[value, block] = result
        return result

    def at_end(self, value: Value, block: Block) -> Value:
        if block in self.twins:
            return self.copy.of(value)
        return value if block in self.copy.blocks else self.at_start(value, block)
