"""Natural loops: how they are nested, and which of them count from 0 to a known number of turns.

The front end makes every ``for`` loop in one shape: a header whose first parameter starts at 0 and is compared with the
number of turns, and a jump back that adds 1::

    for(%i, ...):
        %more = icmp slt %i, %turns
        branch %more, for.body, for.end
    for.next:
        %next = add %i, 1, nsw=True
        jump for(%next, ...)
"""

from __future__ import annotations

from typing import Final

from minijit.ir.builder import known
from minijit.ir.dominance import Dominators
from minijit.ir.nodes import Block, Edge, Function, Instr, Param, Value, predecessors
from minijit.machine import I64

_MOST_TURNS: Final = 8
_MOST_WRITTEN_OUT: Final = 400


class Loop:
    """A natural loop.

    Attributes
    ----------
    header : Block
        The only block through which it is entered.
    blocks : set of Block
        All blocks from which the header is reached again, those of inner loops too.
    parent, children
        The loops around it and within it.
    entering, back : list of Edge
        The ways to the header from outside and from within.
    counter : Param
        Counts the turns: 0, 1, 2 ... In a loop that does not count for itself it is only thought of: it belongs to no
        block, and analyses may speak of it.
    turns : Value or None
        The body runs while the counter is below this; None where the loop does not count for itself.
    """

    __slots__ = ("back", "blocks", "children", "counter", "entering", "header", "parent", "turns")

    def __init__(self, header: Block) -> None:
        self.header = header
        self.blocks: set[Block] = {header}
        self.parent: Loop | None = None
        self.children: list[Loop] = []
        self.entering: list[Edge] = []
        self.back: list[Edge] = []
        self.counter = Param(header, "turn", I64)
        self.turns: Value | None = None


def outermost_loops(function: Function, dominators: Dominators) -> list[Loop]:
    """The loops that are in no other loop, in order; the others are their children."""
    before = {
        block: [(source, edge) for source, edge in ways if dominators.reaches(source)]
        for block, ways in predecessors(function).items()
    }
    loops: list[Loop] = []
    for header in dominators.order:
        back = [(source, edge) for source, edge in before[header] if dominators.dominates(header, source)]
        back = [(source, edge) for source, edge in back if dominators.reaches(source)]
        if not back:
            continue
        loop = Loop(header)
        _collect_blocks(loop, [source for source, _ in back], before)
        loop.entering = [edge for source, edge in before[header] if source not in loop.blocks]
        loop.back = [edge for _, edge in back]
        _find_counter(loop, before)
        loops.append(loop)
    for loop in loops:
        around = [other for other in loops if other is not loop and loop.header in other.blocks]
        if around:
            loop.parent = min(around, key=lambda other: len(other.blocks))
            loop.parent.children.append(loop)
    return [loop for loop in loops if loop.parent is None]


def is_tiny(loop: Loop) -> bool:
    """Whether it pays to write out all turns: there are few, of little code, and no loop within."""
    turns = None if loop.turns is None else known(loop.turns)
    if turns is None or not 0 < turns <= _MOST_TURNS:
        return False
    if leaves_early(loop):
        # LLVM can't always write out loops that are left elsewhere, and then complains.
        return False
    size = sum(len(block.instrs) for block in loop.blocks)
    inner = all(is_tiny(child) for child in loop.children)
    return inner and size * turns <= _MOST_WRITTEN_OUT


def leaves_early(loop: Loop) -> bool:
    """Whether a loop may be left from within a turn."""
    return any(edge.block not in loop.blocks for block in loop.blocks - {loop.header} for edge in block.edges)


def with_inner_loops(loop: Loop) -> list[Loop]:
    """The loop and all loops within it."""
    return [loop, *(each for child in loop.children for each in with_inner_loops(child))]


def _collect_blocks(loop: Loop, sources: list[Block], before: dict[Block, list[tuple[Block, Edge]]]) -> None:
    waiting = sources
    while waiting:
        block = waiting.pop()
        if block not in loop.blocks:
            loop.blocks.add(block)
            waiting.extend(source for source, _ in before[block])


def _find_counter(loop: Loop, before: dict[Block, list[tuple[Block, Edge]]]) -> None:
    end = loop.header.terminator
    if end is None or end.op != "branch":
        return
    inside, outside = end.edges[0].block in loop.blocks, end.edges[1].block in loop.blocks
    condition = end.args[0]
    if not inside or outside or not isinstance(condition, Instr):
        return
    if condition.op != "icmp" or condition.attrs["predicate"] != "slt":
        return
    counter, turns = condition.args
    if not isinstance(counter, Param) or counter.block is not loop.header:
        return
    place = loop.header.params.index(counter)
    if any(known(handed_on(edge.args[place], before)) != 0 for edge in loop.entering):
        return
    if all(_is_next(edge.args[place], counter) for edge in loop.back):
        loop.counter, loop.turns = counter, turns


def handed_on(value: Value, before: dict[Block, list[tuple[Block, Edge]]]) -> Value:
    """The value itself in place of a parameter that can be nothing else."""
    while isinstance(value, Param) and len(before[value.block]) == 1:
        value = before[value.block][0][1].args[value.block.params.index(value)]
    return value


def _is_next(value: Value, counter: Param) -> bool:
    return (
        isinstance(value, Instr)
        and value.op == "add"
        and value.attrs.get("nsw") is True
        and value.args[0] is counter
        and known(value.args[1]) == 1
    )
