"""Which values of a nest are the same in all turns of its loop (*uniform*), and which differ from turn to turn.

Uniform values are computed once for all turns that run side by side. What differs is computed for each of them; where
it is used in another piece it is either made again there (addresses, from counters) or kept in a buffer.
"""

from __future__ import annotations

from minijit.ir.nodes import Block, Edge, Instr, Param, Value
from minijit.ir.ops import OPS
from minijit.passes.lanes.lane_memory import LaneMemory
from minijit.passes.lanes.lane_regions import Nest, Piece
from minijit.passes.loops.loop_nests import Loop

_REFUSED = frozenset(("slots", "context", "freeze", "incref", "decref"))
_CHEAP = frozenset(("const", "add", "sub", "mul", "ptr_add"))


class LaneValues:
    """The values of a nest.

    Attributes
    ----------
    uniform : set of Value
        Those of the nest that are the same in all turns.
    piece_of : dict of Value to Piece
        Where the others are computed (parameters of inner loops are in none).
    kept : list of Value
        What has to be kept in buffers.
    valid : bool
        Whether the nest can be run side by side as far as its instructions are concerned.
    """

    def __init__(self, nest: Nest, memory: LaneMemory) -> None:
        self.nest = nest
        self.memory = memory
        self.last = nest.pieces[-1]
        self.uniform: set[Value] = set()
        self.piece_of: dict[Value, Piece] = {}
        self.loops: dict[Block, Loop] = {each.loop.header: each.loop for each in nest.nests}
        self.carried = [param for param in nest.loop.header.params if param is not nest.loop.counter]
        self._ways: dict[Block, list[Edge]] = {}
        for piece in nest.pieces:
            for block in piece.blocks:
                for edge in block.edges:
                    self._ways.setdefault(edge.block, []).append(edge)
        self.kept: list[Value] = []
        self.valid = self._instructions_fit() and self._find_uniform() and self._find_kept()

    def _instructions_fit(self) -> bool:
        stores_before = False
        for piece in self.nest.pieces:
            for block in piece.blocks:
                for instr in block.instrs:
                    op = OPS[instr.op]
                    effects = op.effects if "bound" not in op.effects else instr.attrs.get("effects", {"unknown"})
                    if instr.op in _REFUSED or instr.attrs.get("name") == "assume":
                        return False
                    if instr.op == "invoke" or effects - {"raises", "reads", "writes"}:
                        return False
                    if instr.op not in ("load", "store") and effects & {"reads", "writes"}:
                        return False
                    if "raises" in effects and (piece is not self.last or stores_before):
                        return False
                    stores_before |= instr.op == "store" and piece is not self.last
        return True

    # ---- uniform or not

    def _find_uniform(self) -> bool:
        for each in self.nest.nests:
            header = each.loop.header
            if header is self.nest.loop.header:
                continue
            self.uniform.update(header.instrs)
            # At first all of them; those that differ are taken out until nothing changes.
            self.uniform.update(header.params)
        while self._take_out():
            pass
        return all(
            value in self.uniform or self._outside(value)
            for each in self.nest.nests[1:]
            for value in (each.turns(), *(arg for instr in each.loop.header.instrs for arg in instr.args))
        )

    def _take_out(self) -> bool:
        """One round; whether a parameter of an inner loop was found to differ."""
        for piece in self.nest.pieces:
            for block in piece.blocks:
                always = block in piece.always
                for param in block.params:
                    self._place(param, piece, always and self._is_copy(param))
                for instr in block.instrs:
                    self._place(instr, piece, always and self._is_uniform(instr))
        changed = False
        for header, loop in self.loops.items():
            for place, param in enumerate(header.params):
                if param in self.uniform and not all(
                    self.is_uniform(edge.args[place]) for edge in (*loop.entering, *loop.back)
                ):
                    self.uniform.discard(param)
                    changed = True
        return changed

    def _place(self, value: Value, piece: Piece, uniform: bool) -> None:
        if uniform:
            self.uniform.add(value)
        else:
            self.uniform.discard(value)
            self.piece_of[value] = piece

    def _is_copy(self, param: Param) -> bool:
        ways = self._ways[param.block]
        place = param.block.params.index(param)
        return len(ways) == 1 and self.is_uniform(ways[0].args[place])

    def _is_uniform(self, instr: Instr) -> bool:
        if instr.op == "load":
            # What is reached in the last piece only has not been tested to lie apart from what is written there.
            if self.memory.family_of[instr].late:
                return False
        elif OPS[instr.op].effects:
            return False
        return all(map(self.is_uniform, instr.args))

    def is_uniform(self, value: Value) -> bool:
        """Whether a value is the same in all turns."""
        return value in self.uniform or self._outside(value)

    def _outside(self, value: Value) -> bool:
        if isinstance(value, Param):
            return value.block not in self.nest.loop.blocks
        return self.memory.forms.homes.get(value) not in self.nest.loop.blocks

    # ---- what is used in other pieces

    def _find_kept(self) -> bool:
        kept: dict[Value, None] = {}
        for piece in self.nest.pieces:
            for value in self.used_in(piece):
                if isinstance(value, Instr) and value in self.nest.loop.header.instrs:
                    return False
                if value in self.carried:
                    if piece is not self.last:
                        return False
                elif self.is_uniform(value) or self.piece_of.get(value) is piece:
                    continue
                elif not self.can_be_made_again(value):
                    kept[value] = None
        for each in self.nest.nests[1:]:
            for param in each.loop.header.params:
                if not self.is_uniform(param):
                    kept[param] = None
        self.kept = list(kept)
        return self._counters_stay_inside()

    def _counters_stay_inside(self) -> bool:
        """Whether the counters of inner loops are used within these only."""
        for each in self.nest.nests[1:]:
            counter = each.loop.counter
            for piece in self.nest.pieces:
                if piece.blocks[0] not in each.loop.blocks and counter in self.used_in(piece):
                    return False
        return True

    def used_in(self, piece: Piece) -> list[Value]:
        """What the instructions of a piece use."""
        found: dict[Value, None] = {}
        for block in piece.blocks:
            for instr in block.instrs:
                found.update(dict.fromkeys(instr.args))
            assert block.terminator is not None
            found.update(dict.fromkeys(block.terminator.args))
            for edge in block.edges:
                found.update(dict.fromkeys(edge.args))
        return list(found)

    def can_be_made_again(self, value: Value) -> bool:
        """Whether it is made from the counter and from uniform values by a little arithmetic."""
        if value is self.nest.loop.counter:
            return True
        if not isinstance(value, Instr) or value.op not in _CHEAP:
            return False
        return all(self.is_uniform(arg) or self.can_be_made_again(arg) for arg in value.args)
