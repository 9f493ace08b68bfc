"""The body of a counted loop as a row of pieces: acyclic parts, and counted loops between them.

::

    for j in range(m):          # the loop
        s = 0.0                 # a piece
        for k in range(l):      # an inner loop, the body of which is a piece
            s += a[i, k] * b[k, j]
        c[i, j] = s             # a piece

Control enters a piece at one block, and leaves it on one edge: to the header of the inner loop that follows, or back to
the header of the loop around it.
"""

from __future__ import annotations

from minijit.ir.dominance import Dominators
from minijit.ir.nodes import Block, Edge, Instr, Value
from minijit.passes.loops.loop_nests import Loop


class Piece:
    """An acyclic part.

    Attributes
    ----------
    blocks : list of Block
        In reverse post-order; the first is the entry.
    last : Block
        The block that is left at the end.
    exit : Edge
        The way out.
    always : set of Block
        The blocks that run in every turn.
    """

    __slots__ = ("always", "blocks", "exit", "last")

    def __init__(self, blocks: list[Block], last: Block, exit: Edge, always: set[Block]) -> None:
        self.blocks = blocks
        self.last = last
        self.exit = exit
        self.always = always

    @property
    def accesses(self) -> list[Instr]:
        """Its loads and stores."""
        return [instr for block in self.blocks for instr in block.instrs if instr.op in ("load", "store")]


class Nest:
    """A counted loop whose body is such a row, and all whose inner loops are of this kind too."""

    __slots__ = ("body", "loop")

    def __init__(self, loop: Loop, body: list[Piece | Nest]) -> None:
        self.loop = loop
        self.body = body

    @property
    def inner(self) -> list[Nest]:
        """The loops directly within."""
        return [item for item in self.body if isinstance(item, Nest)]

    @property
    def pieces(self) -> list[Piece]:
        """All pieces, those of inner loops too, in the order in which they run."""
        found: list[Piece] = []
        for item in self.body:
            found += item.pieces if isinstance(item, Nest) else [item]
        return found

    @property
    def nests(self) -> list[Nest]:
        """This nest and all within it."""
        return [self, *(each for nest in self.inner for each in nest.nests)]

    @property
    def innermost(self) -> list[Nest]:
        """The nests without a loop within."""
        return [nest for nest in self.nests if not nest.inner]

    def turns(self) -> Value:
        """The number of turns."""
        assert self.loop.turns is not None
        return self.loop.turns


def nest_of(loop: Loop, dominators: Dominators) -> Nest | None:
    """The nest of a loop, or None where it is not of this kind."""
    end = loop.header.terminator
    if loop.turns is None or end is None or len(loop.back) != 1 or len(loop.header.instrs) > 1:
        return None
    children = {child.header: child for child in loop.children}
    body: list[Piece | Nest] = []
    start = end.edges[0].block
    while True:
        piece = _piece(start, loop, {loop.header, *children}, dominators)
        if piece is None:
            return None
        body.append(piece)
        child = children.pop(piece.exit.block, None)
        if child is None:
            return Nest(loop, body) if piece.exit.block is loop.header and not children else None
        inner = nest_of(child, dominators)
        after = child.header.terminator
        if inner is None or after is None or len(child.entering) != 1:
            return None
        body.append(inner)
        start = after.edges[1].block
        if after.edges[1].args or start.params or start not in loop.blocks:
            return None


def _piece(start: Block, loop: Loop, stops: set[Block], dominators: Dominators) -> Piece | None:
    found = {start}
    waiting = [start]
    exits: list[tuple[Block, Edge]] = []
    while waiting:
        block = waiting.pop()
        if block in stops or block not in loop.blocks:
            return None
        for edge in block.edges:
            if edge.block in stops:
                exits.append((block, edge))
            elif edge.block not in found:
                found.add(edge.block)
                waiting.append(edge.block)
    if len(exits) != 1:
        return None
    last, exit = exits[0]
    if last.terminator is None or last.terminator.op != "jump":
        return None
    blocks = sorted(found, key=dominators.position)
    place = {block: number for number, block in enumerate(blocks)}
    if blocks[0] is not start or any(
        place.get(edge.block, len(blocks)) <= place[block] for block in blocks for edge in block.edges
    ):
        return None
    return Piece(blocks, last, exit, {block for block in blocks if dominators.dominates(block, last)})
