"""The blocks of innermost loops: where a function spends its time, as far as can be told without running it."""

from __future__ import annotations

from collections.abc import Set

from minijit.ir.nodes import Block, Function


def blocks_of_innermost_loops(function: Function) -> frozenset[Block]:
    """The blocks of loops that have no loop in them."""
    found: set[Block] = set()
    todo: list[Set[Block]] = [set(function.blocks)]
    while todo:
        for loop in _cycles(todo.pop()):
            header = next(block for block in function.blocks if block in loop)
            rest = loop - {header}
            if _cycles(rest):
                todo.append(rest)
            else:
                found |= loop
    return frozenset(found)


def _cycles(blocks: Set[Block]) -> list[set[Block]]:
    """The largest sets of blocks that can all be reached from one another, by edges among `blocks`."""
    reached: dict[Block, set[Block]] = {
        block: {edge.block for edge in block.edges if edge.block in blocks} for block in blocks
    }
    changed = True
    while changed:
        changed = False
        for known in reached.values():
            size = len(known)
            known.update(*[reached[each] for each in known])
            changed |= len(known) != size
    loops: list[set[Block]] = []
    for block in blocks:
        if block in reached[block] and not any(block in loop for loop in loops):
            loops.append({each for each in reached[block] if block in reached[each]})
    return loops
