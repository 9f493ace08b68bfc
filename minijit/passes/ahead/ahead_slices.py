"""What the checks of a loop look at: the part of a turn that has to be computed to know whether one of them fails.

The slice is found backwards from the checks (Weiser, "Program Slicing", 1981). It may contain what is computed from the
counter, from variables that change by the same amount in each turn, and from what is read from memory, but nothing
else that one turn hands to the next.
"""

from __future__ import annotations

from typing import Final

from minijit.ir.builder import known
from minijit.ir.dominance import Dominators
from minijit.ir.nodes import Block, Edge, Instr, Param, Value
from minijit.ir.ops import OPS
from minijit.machine import I64
from minijit.passes.loops.loop_nests import Loop

CONDITIONS: Final = frozenset(("check", "check_divisor", "check_shape"))
SUMS: Final = frozenset(("check_add", "check_sub", "check_mul"))
_SHIFTS: Final = frozenset(("shl", "ashr", "lshr"))
_DIVISIONS: Final = frozenset(("sdiv", "udiv", "srem", "urem", "floor_div", "floor_mod"))
_STEPS: Final = frozenset(("add", "sub"))


def is_checked_conversion(instr: Instr) -> bool:
    """Whether a conversion tells that its result does not fit by giving the least int, which has to be looked at."""
    return instr.op == "convert" and instr.attrs["how"] == "fptosi or least"


def is_check(instr: Instr) -> bool:
    """Whether the slice has to tell if an instruction fails."""
    return instr.op in CONDITIONS or instr.op in SUMS or is_checked_conversion(instr)


class AheadSlice:
    """The slice of an innermost loop whose turns are counted, and which has one way back.

    Attributes
    ----------
    values : set of Value
        All that is computed in the loop and needed, checks that give a result too.
    loads : list of Instr
        The loads among them.
    checks : list of Instr
        What may fail.
    carried : set of Param
        The header's parameters that are needed, the counter too.
    by_branches : bool
        Whether it depends on the branches of the loop what is computed; else it is the same on all ways.
    ways : dict of Block to list of Edge
        The edges of the loop that lead to each block.
    """

    def __init__(self, loop: Loop, blocks: list[Block], latch: Block, dominators: Dominators) -> None:
        self.loop = loop
        self.blocks = blocks
        self.values: set[Value] = set()
        self.loads: list[Instr] = []
        self.checks = [instr for block in blocks for instr in block.instrs if is_check(instr)]
        self.carried: set[Param] = {loop.counter}
        self._homes: dict[Value, Block] = {instr: block for block in blocks for instr in block.instrs}
        self.ways = _ways(blocks)
        self.by_branches = not all(dominators.dominates(self._homes[check], latch) for check in self.checks)

    def find(self) -> bool:
        """Fill the slice; False where it would need what it can't have."""
        waiting: list[Value] = []
        for check in self.checks:
            waiting += check.args[:1] if check.op in CONDITIONS else check.args
            if check.op not in CONDITIONS:
                self.values.add(check)
        waiting += [edge.args[self._place(self.loop.counter)] for edge in self.loop.back]
        if not self._follow(waiting):
            return False
        joins = any(isinstance(value, Param) and value not in self.carried for value in self.values)
        if joins or self.by_branches:
            self.by_branches = True
            return self._follow(self._conditions())
        return True

    def _conditions(self) -> list[Value]:
        header = self.loop.header
        ends = [block.terminator for block in self.blocks if block is not header]
        return [end.args[0] for end in ends if end is not None and end.op == "branch"]

    def _follow(self, waiting: list[Value]) -> bool:
        while waiting:
            value = waiting.pop()
            if value in self.values or not self._is_inside(value):
                continue
            self.values.add(value)
            needed = self._of_param(value) if isinstance(value, Param) else self._of_instr(value)
            if needed is None:
                return False
            waiting += needed
        return True

    def _is_inside(self, value: Value) -> bool:
        return (value.block if isinstance(value, Param) else self._homes.get(value)) in self.loop.blocks

    def _of_param(self, param: Param) -> list[Value] | None:
        place = self._place(param)
        if param.block is not self.loop.header:
            return [edge.args[place] for edge in self.ways[param.block]]
        if param is self.loop.counter:
            return []
        nexts = [edge.args[place] for edge in self.loop.back]
        if not all(self._is_step(value, param) for value in nexts):
            return None
        self.carried.add(param)
        return nexts

    def _is_step(self, value: Value, param: Param) -> bool:
        """Whether a variable changes by an amount that is the same in all turns, without a check."""
        if not isinstance(value, Instr) or value.op not in _STEPS or param.type is not I64:
            return False
        one, other = value.args
        return one is param and (known(other) is not None or not self._is_inside(other))

    def _of_instr(self, instr: Instr) -> list[Value] | None:
        if instr.op == "load":
            self.loads.append(instr)
            return instr.args
        if OPS[instr.op].effects - {"raises"} or instr.op in ("call_c", "slots", "check_div", "check_shl", "wide_mod"):
            return None
        if (instr.op in _DIVISIONS or instr.op in _SHIFTS) and not instr.attrs.get("once"):
            number = known(instr.args[1])
            if number is None or (instr.op in _DIVISIONS and number <= 0):
                return None
        if instr.op == "convert" and instr.attrs["how"] in ("fptosi", "fptoui"):
            # What is too large for it, which a check may tell of first, would be poison.
            return None
        return instr.args

    @staticmethod
    def _place(param: Param) -> int:
        return param.block.params.index(param)


def _ways(blocks: list[Block]) -> dict[Block, list[Edge]]:
    found: dict[Block, list[Edge]] = {block: [] for block in blocks}
    for block in blocks:
        for edge in block.edges:
            if edge.block in found:
                found[edge.block].append(edge)
    return found
