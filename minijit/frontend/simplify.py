"""The end of building: superfluous block parameters, checks and blocks are removed.

* A parameter is *trivial* when all its arguments are one and the same value (or the parameter itself): that value takes
  its place. A checked variable counts as the variable.
* A ``check_bound`` goes where no ``unbound`` can get to it.
* A parameter that nobody reads goes, and with it the arguments for it.

Nothing is changed in place until the end; `instead` says what takes the place of what.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from minijit.frontend.ssa import Ssa
from minijit.ir.nodes import Block, Edge, Instr, Param, Value

_Joins: TypeAlias = dict[Param, list[Value]]


def finished_blocks(ssa: Ssa) -> list[Block]:
    """The blocks of the finished graph, in the order of the source: each before its successors but for back edges."""
    blocks = ssa.blocks
    ways_in: dict[Block, list[Edge]] = {block: [] for block in blocks}
    for block in blocks:
        for edge in block.edges:
            ways_in[edge.block].append(edge)
    joins: _Joins = {}
    for block in blocks[1:]:
        for position, param in enumerate(block.params):
            joins[param] = [edge.args[position] for edge in ways_in[block]]
    instead = _replace_trivial(joins)
    _drop_checks(blocks, joins, instead)
    _rewrite(blocks, instead)
    _drop_params(blocks, joins, instead)
    return blocks


class _Replacements(dict[Value, Value]):
    """What takes the place of what; looking up follows chains, and shortens them."""

    def __init__(self) -> None:
        super().__init__()
        self._behind_check: dict[Value, Value] = {}

    def resolve(self, value: Value) -> Value:
        if value not in self:
            return value
        end = self[value]
        while end in self:
            end = self[end]
        while value is not end:
            self[value], value = end, self[value]
        return end

    def unchecked(self, value: Value) -> Value:
        """The variable behind a ``check_bound`` of it."""
        checks = []
        value = self.resolve(value)
        while value.__class__ is Instr and value.op == "check_bound":
            checks.append(value)
            value = self.resolve(self._behind_check.get(value, value.args[0]))
        for check in checks:
            self._behind_check[check] = value
        return value


def _replace_trivial(joins: _Joins) -> _Replacements:
    instead = _Replacements()
    left = list(joins)
    before = -1
    while len(left) != before:
        before = len(left)
        for param in left:
            same = _single(param, joins[param], instead)
            if same is not None:
                instead[param] = same
        left = [param for param in left if param not in instead]
    return instead


def _single(param: Param, args: list[Value], instead: _Replacements) -> Value | None:
    """The only value that `param` can have, ``None`` when there are several."""
    same = _common(param, args, instead.resolve) or _common(param, args, instead.unchecked)
    # A check of the parameter itself, as the only argument besides it, is no value to replace it with.
    return None if same is None or instead.unchecked(same) is param else same


def _common(param: Param, args: list[Value], look_up: Callable[[Value], Value]) -> Value | None:
    """What all arguments but `param` itself are, if that is one value."""
    same: Value | None = None
    for arg in args:
        value = look_up(arg)
        if value is not param and value is not same:
            if same is not None:
                return None
            same = value
    return same


def _drop_checks(blocks: list[Block], joins: _Joins, instead: _Replacements) -> None:
    unbound = _maybe_unbound(blocks, joins, instead)
    for block in blocks:
        kept = []
        for instr in block.instrs:
            if instr.op == "check_bound" and instead.resolve(instr.args[0]) not in unbound:
                instead[instr] = instr.args[0]
            else:
                kept.append(instr)
        block.instrs = kept


def _maybe_unbound(blocks: list[Block], joins: _Joins, instead: _Replacements) -> set[Value]:
    unbound: set[Value] = {instr for block in blocks for instr in block.instrs if instr.op == "unbound"}
    changed = bool(unbound)
    while changed:
        changed = False
        for param, args in joins.items():
            if param not in instead and param not in unbound and any(instead.resolve(arg) in unbound for arg in args):
                unbound.add(param)
                changed = True
    return unbound


def _rewrite(blocks: list[Block], instead: _Replacements) -> None:
    if not instead:
        return
    resolve = instead.resolve
    for block in blocks:
        for instr in block.instrs:
            if instr.args:
                instr.args = [resolve(arg) for arg in instr.args]
        terminator = block.terminator
        if terminator is not None:
            terminator.args = [resolve(arg) for arg in terminator.args]


def _drop_params(blocks: list[Block], joins: _Joins, instead: _Replacements) -> None:
    """Remove parameters that were replaced or that nobody reads, the arguments for them, and unread ``unbound``."""
    live = _read_values(blocks)
    pending = [value for value in live if value in joins]
    while pending:
        for arg in joins[pending.pop()]:
            value = instead.resolve(arg)
            if value not in live:
                live.add(value)
                if value in joins:
                    pending.append(value)
    for block in blocks:
        for edge in block.edges:
            params = edge.block.params
            edge.args = [instead.resolve(arg) for param, arg in zip(params, edge.args, strict=True) if param in live]
    for block in blocks[1:]:
        block.params = [param for param in block.params if param in live]
    for block in blocks:
        block.instrs = [instr for instr in block.instrs if instr.op != "unbound" or instr in live]


def _read_values(blocks: list[Block]) -> set[Value]:
    found: set[Value] = set()
    for block in blocks:
        for instr in block.instrs:
            found.update(instr.args)
        if block.terminator is not None:
            found.update(block.terminator.args)
    return found
