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


Ways: TypeAlias = dict[Block, list[tuple[Block, Edge]]]
"""For each block the blocks and edges that lead to it."""


def users_elsewhere(blocks: list[Block]) -> dict[Value, list[Block]]:
    """For each value the blocks that use it other than the one in which it is defined."""
    homes: dict[Value, Block] = {instr: block for block in blocks for instr in block.instrs}
    found: dict[Value, list[Block]] = {}
    for block in blocks:
        used = [arg for instr in block.instrs for arg in instr.args]
        used += [arg for edge in block.edges for arg in edge.args]
        used += block.terminator.args if block.terminator is not None else []
        for value in dict.fromkeys(used):
            if (value.block if isinstance(value, Param) else homes.get(value)) is not block:
                found.setdefault(value, []).append(block)
    return found


def join_copies(
    function: Function, copy: Copy, before: Ways | None = None, users: dict[Value, list[Block]] | None = None
) -> None:
    """Repair SSA form behind a copied part: what is used there comes from the copy or from the original.

    All blocks of the copy are in the function already. Who joins many copies hands in `before`, the predecessors, and
    `users` (see `users_elsewhere`), and keeps the former up to date; new uses, by which a value passes through other
    loops, are added to the latter here.
    """
    if before is None or users is None:
        before, users = predecessors(function), users_elsewhere(function.blocks)
    using = {block: None for value in copy.values for block in users.get(value, ()) if block not in copy.blocks}
    joiner = _Joiner(copy, before, users)
    for block in using:
        if block.terminator is None:
            continue
        for instr in block.instrs:
            joiner.repair(instr.args, block)
        joiner.repair(block.terminator.args, block)
        for edge in block.terminator.edges:
            joiner.repair(edge.args, block)


class _Joiner:
    def __init__(self, copy: Copy, before: Ways, users: dict[Value, list[Block]]) -> None:
        self.copy = copy
        self.twins = set(copy.blocks.values())
        self.before = before
        self.users = users
        self.found: dict[tuple[Value, Block], Value] = {}

    def repair(self, values: list[Value], block: Block) -> None:
        for position, value in enumerate(values):
            if value in self.copy.values:
                values[position] = self.at_start(value, block)
                self._note(values[position], block)

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
                self._note(edge.args[-1], source)
        self.found[value, block] = result
        return result

    def _note(self, value: Value, block: Block) -> None:
        self.users.setdefault(value, []).append(block)

    def at_end(self, value: Value, block: Block) -> Value:
        if block in self.twins:
            return self.copy.of(value)
        return value if block in self.copy.blocks else self.at_start(value, block)
