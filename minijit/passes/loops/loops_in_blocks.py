"""A loop within a loop: some turns of a loop at a time, by a copy of it.

::

    for.block(%first, ...):                     ; `block`
        ...                                     ; what is done before each block of turns
        jump for2(%first, ...)
    for2(%i, ...):                              ; the copy, up to the end of the block
        branch (%i < %stop), for2.body, for.next
    for.next:
        branch (%i < %n), for.block(%i, ...), for.end

The original is left as it is, for who can't or need not go by blocks.
"""

from __future__ import annotations

from minijit.ir.builder import MachineBuilder, known
from minijit.ir.nodes import Block, Edge, Function, Param, Terminator, Value
from minijit.ir.unit import Unit
from minijit.passes.clone_blocks import Copy, Rewrite, join_copies
from minijit.passes.loops.loop_nests import Loop, leaves_early


def can_go_by_blocks(loop: Loop) -> bool:
    """Whether a loop counts its turns, is entered and repeated on one way each, and left by its header only."""
    if loop.turns is None or loop.children or len(loop.entering) != 1 or len(loop.back) != 1:
        return False
    return loop.counter.block is loop.header and not leaves_early(loop)


class LoopInBlocks:
    """Goes by blocks of turns through an innermost loop.

    Attributes
    ----------
    test : Block
        Comes before the loop; to be ended.
    starts : list of Value
        What the loop is entered with.
    block : Block
        The start of a block of turns; to be ended. It has the parameters of the loop's header.
    first : Value
        The first turn of the block.
    copy : Copy
        The copy that runs these turns, once it is made.
    """

    copy: Copy

    def __init__(self, function: Function, loop: Loop) -> None:
        self.function = function
        self.loop = loop
        header = loop.header
        self.span = header.terminator.span if header.terminator else function.span
        self.test = Block(f"{header.label}.test")
        self.block = self._with_params(f"{header.label}.block")
        self._place = header.params.index(loop.counter)
        self.first = self.block.params[self._place]
        (entering,) = loop.entering
        self.starts = entering.args
        entering.block, entering.args = self.test, []

    def make_copy(self, blocks: list[Block], rewrite: Rewrite) -> None:
        """Copy the loop, the blocks of which are given in reverse post-order."""
        self.copy = Copy(blocks, rewrite)
        self.twin.attrs["blocks"] = True

    @property
    def twin(self) -> Block:
        """The header of the copy."""
        return self.copy.blocks[self.loop.header]

    @property
    def turns(self) -> Value:
        """The number of turns of the whole loop."""
        assert self.loop.turns is not None
        return self.loop.turns

    def to_original(self) -> Block:
        """A block with the parameters of the header through which all ways to the original lead; made once."""
        again = self._with_params(f"{self.loop.header.label}.again")
        again.terminator = Terminator("jump", [], [Edge(self.loop.header, list(again.params))], self.span)
        self.function.blocks.append(again)
        return again

    def builder(self, block: Block) -> MachineBuilder:
        """A builder that appends to a block."""
        b = MachineBuilder(Unit(""), self.function, block)
        b.span = self.span
        return b

    def branch(self, block: Block, condition: Value, yes: Edge, no: Edge, *, likely: bool = True) -> None:
        """End a block."""
        if known(condition) == 1:
            block.terminator = Terminator("jump", [], [yes], self.span)
        else:
            attrs = {"likely": True} if likely else {}
            block.terminator = Terminator("branch", [condition], [yes, no], self.span, attrs)

    def finish(self, stop: Value, between: list[Block]) -> None:
        """Let the copy end at the turn `stop`, and put all into the function; `between` comes before the copy."""
        header, twin = self.loop.header, self.twin
        following = Block(f"{header.label}.next")
        assert twin.terminator is not None
        b = self.builder(twin)
        twin.terminator.args = [b.icmp("slt", twin.params[self._place], stop)]
        edges = twin.terminator.edges
        place = next(k for k, edge in enumerate(header.edges) if edge.block not in self.loop.blocks)
        leaving, edges[place] = edges[place], Edge(following)
        b = self.builder(following)
        more = b.icmp("slt", twin.params[self._place], self.turns)
        self.branch(following, more, Edge(self.block, list(twin.params)), leaving, likely=False)
        self.function.blocks += [self.test, self.block, *between, *self.copy.blocks.values(), following]
        # What is used behind the loop comes from there.
        self.copy.blocks[Block("")] = following
        join_copies(self.function, self.copy)

    def _with_params(self, label: str) -> Block:
        block = Block(label)
        block.params = [Param(block, param.name, param.type, param.span) for param in self.loop.header.params]
        return block
