"""The sums of Python ints that a loop makes, and whether nothing else keeps LLVM from vectorising it."""

from __future__ import annotations

from typing import Final

from minijit.ir.builder import known
from minijit.ir.dominance import Dominators
from minijit.ir.nodes import Block, Function, Instr, Param, Value, predecessors
from minijit.ir.ops import OPS
from minijit.machine import F32, F64, I64
from minijit.passes.loops.loop_nests import Loop

SUMS: Final = {"check_add": "add", "check_sub": "sub"}
_CHECKED: Final = frozenset(("check_add", "check_sub", "check_mul"))
_CALLS: Final = frozenset(("call_c", "invoke", "incref", "decref", "slots", "floor_div", "floor_mod"))


class LoopSums:
    """The sums of one innermost loop that counts its turns.

    Attributes
    ----------
    members : dict of Value to Param
        The header's parameters that hold sums, the additions, and what hands the sums on within a turn; each with the
        parameter of the header.
    noted : list of Instr
        The other checked operations; they run in each turn.
    latch : Block
        The end of a turn.
    """

    latch: Block

    def __init__(self, function: Function, dominators: Dominators, loop: Loop) -> None:
        self.loop = loop
        self.blocks = [block for block in dominators.order if block in loop.blocks]
        self.members: dict[Value, Param] = {}
        self.noted: list[Instr] = []
        self._dominators = dominators
        self._before = predecessors(function)
        self._uses: dict[Value, list[Instr | Param | None]] = {}

    def can_be_split(self) -> bool:
        """Whether there is a sum; finds everything."""
        loop, header = self.loop, self.loop.header
        if loop.turns is None or len(loop.entering) != 1 or len(loop.back) != 1 or self._is_defined_here(loop.turns):
            return False
        if any(param.type in (F32, F64) for param in header.params) or not self._is_left_by_header_only():
            return False
        self.latch = next(source for source, edge in self._before[header] if edge is loop.back[0])
        self._find_uses()
        for param in header.params:
            if param.type is I64 and param is not loop.counter:
                family = self._family(param)
                self.members.update(dict.fromkeys(family, param))
        return bool(self.members) and self._only_harmless_others()

    def _is_defined_here(self, value: Value) -> bool:
        return any(value in block.instrs or value in block.params for block in self.blocks)

    def _is_left_by_header_only(self) -> bool:
        inside = self.loop.blocks
        if sum(edge.block not in inside for edge in self.loop.header.edges) != 1:
            return False
        return all(block.edges and all(edge.block in inside for edge in block.edges) for block in self.blocks[1:])

    def _find_uses(self) -> None:
        """For each value the instructions and parameters in the loop that take it; None stands for anything else."""
        for block in self.blocks:
            for instr in block.instrs:
                for arg in instr.args:
                    self._uses.setdefault(arg, []).append(instr)
            for arg in block.terminator.args if block.terminator is not None else ():
                self._uses.setdefault(arg, []).append(None)
            for edge in block.edges:
                if edge.block in self.loop.blocks:
                    for param, arg in zip(edge.block.params, edge.args, strict=True):
                        self._uses.setdefault(arg, []).append(param)

    def _family(self, sum_: Param) -> set[Value]:
        """A sum and what becomes of it in a turn; nothing if it is used for anything else."""
        family: set[Value] = {sum_}
        waiting: list[Value] = [sum_]
        while waiting:
            value = waiting.pop()
            for use in self._uses.get(value, ()):
                if isinstance(use, Instr) and not _adds_to(use, value):
                    return set()
                if use is None or (isinstance(use, Param) and use.block is self.loop.header and use is not sum_):
                    return set()
                if use not in family:
                    family.add(use)
                    waiting.append(use)
        return family if self._is_closed(family, sum_) else set()

    def _is_closed(self, family: set[Value], sum_: Param) -> bool:
        terms = [each for each in family if isinstance(each, Instr)]
        if any(term.args[0] in family and term.args[1] in family for term in terms):
            return False
        if any(term in self.loop.header.instrs for term in terms):
            # It would be used behind the loop as well.
            return False
        for each in family:
            if isinstance(each, Param):
                place = each.block.params.index(each)
                ways = [edge.args[place] for source, edge in self._before[each.block] if source in self.loop.blocks]
                if any(arg not in family for arg in ways):
                    return False
        return bool(terms)

    def _only_harmless_others(self) -> bool:
        for block in self.blocks:
            for instr in block.instrs:
                if instr in self.members:
                    continue
                if instr.op in _CALLS and not (instr.op.startswith("floor") and known(instr.args[1])):
                    return False
                if OPS[instr.op].effects <= {"reads"}:
                    continue
                if instr.op not in _CHECKED or not self._dominators.dominates(block, self.latch):
                    return False
                self.noted.append(instr)
        return True


def _adds_to(term: Instr, value: Value) -> bool:
    return term.op == "check_add" or (term.op == "check_sub" and term.args[0] is value)


def room_of_operands(op: str, args: list[Value]) -> list[tuple[Value, int]]:
    """For each operand the number of bits besides the sign that it may have, so that the result fits in 64 bits."""
    if op != "mul":
        return [(arg, 62) for arg in args if known(arg) is None]
    numbers = [known(arg) for arg in args]
    if numbers == [None, None]:
        return [(arg, 31) for arg in dict.fromkeys(args)]
    bits = max(int(number).bit_length() for number in numbers if number is not None)
    return [(arg, max(62 - bits, 0)) for arg in args if known(arg) is None]
