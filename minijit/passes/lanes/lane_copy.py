"""Writing a nest once more so that several turns of its loop (*lanes*) run side by side.

Every piece becomes a loop over the lanes, within the same inner loops as before. What a piece hands to another one is
kept in buffers on the stack, an item for each lane; so is an element of an array that an inner loop reads and writes at
one place (`promoted`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from minijit.ir.builder import MachineBuilder, machine_type
from minijit.ir.nodes import Block, Edge, Instr, Param, Terminator, Value
from minijit.machine import I64, Machine
from minijit.passes.clone_blocks import copy_instr
from minijit.passes.lanes.lane_regions import Nest, Piece
from minijit.passes.lanes.lane_values import LaneValues
from minijit.passes.loops.access_families import Family, size_of, size_of_type

Known: TypeAlias = dict[Value, Value]
"""For values of the original what stands for them in the copy."""


class LaneCopy:
    """The copy of a nest for at most `most` lanes.

    Parameters
    ----------
    b : MachineBuilder
        Where it goes.
    values : LaneValues
        What is known of the nest.
    most : int
        The number of lanes for which there is room.
    promoted : dict of Nest to list of Family
        For inner loops the elements that are kept in a buffer while they run.
    all_lanes : bool
        Whether there are always `most` lanes; loops over them are then written out.
    """

    def __init__(
        self,
        b: MachineBuilder,
        values: LaneValues,
        most: int,
        promoted: dict[Nest, list[Family]],
        *,
        all_lanes: bool,
    ) -> None:
        self.b = b
        self.values = values
        self.most = most
        self.promoted = promoted
        self.all_lanes = all_lanes
        self.known: Known = {}
        self.buffers: dict[Value, Value] = {value: self._buffer(_size(value)) for value in values.kept}
        self.places: dict[Family, Value] = {
            family: self._buffer(size_of(family.members[0])) for group in promoted.values() for family in group
        }
        self._in_buffer: set[Family] = set()

    def _buffer(self, size: int) -> Value:
        return self.b.slots((self.most * size + 7) // 8)

    def strip(self, first: Value, lanes: Value, carried: tuple[Value, ...]) -> tuple[Value, ...]:
        """Write the turns from `first` on; gives what the nest carries from turn to turn behind the last of them."""
        self.first, self.lanes = first, lanes
        return self._body(self.values.nest, carried)

    def _body(self, nest: Nest, carried: tuple[Value, ...]) -> tuple[Value, ...]:
        for item in nest.body:
            if isinstance(item, Nest):
                self._inner(item)
            else:
                self._uniform_part(item)
                carried = self._lanes_of(item, carried if item is self.values.last else ()) or carried
        return carried

    # ---- what is the same for all lanes

    def _of(self, value: Value) -> Value:
        return self.known.get(value, value)

    def _uniform_part(self, piece: Piece) -> None:
        uniform = self.values.uniform
        for block in piece.blocks:
            for place, param in enumerate(block.params):
                if param in uniform:
                    ways = [edge for each in piece.blocks for edge in each.edges if edge.block is block]
                    self.known[param] = self._of(ways[0].args[place])
            for instr in block.instrs:
                if instr in uniform:
                    self.known[instr] = self._append(copy_instr(instr, [self._of(arg) for arg in instr.args]))

    def _append(self, instr: Instr) -> Instr:
        self.b.block.instrs.append(instr)
        return instr

    def _inner(self, nest: Nest) -> None:
        loop = nest.loop
        header = loop.header
        uniform = [
            place
            for place, param in enumerate(header.params)
            if param in self.values.uniform and param is not loop.counter
        ]
        families = self.promoted.get(nest, [])
        for family in families:
            self._each_lane(partial(self._fetch, family, nest))
        self._in_buffer |= set(families)

        def turn(counter: Value, carried: tuple[Value, ...]) -> list[Value]:
            self.known[loop.counter] = counter
            self.known.update(zip([header.params[place] for place in uniform], carried, strict=True))
            for instr in header.instrs:
                self.known[instr] = self._append(copy_instr(instr, [self._of(arg) for arg in instr.args]))
            self._body(nest, ())
            return [self._of(loop.back[0].args[place]) for place in uniform]

        starts = [self._of(loop.entering[0].args[place]) for place in uniform]
        ends = self.b.loop(self._of(nest.turns()), turn, starts)
        self.known.update(zip([header.params[place] for place in uniform], ends, strict=True))
        self._in_buffer -= set(families)
        for family in families:
            self._each_lane(partial(self._put_back, family, nest))

    # ---- what each lane does

    def _each_lane(self, body: Callable[[Value, Known], None]) -> None:
        def turn(lane: Value, _: tuple[Value, ...]) -> tuple[Value, ...]:
            body(lane, self._start_lane(lane))
            return ()

        self._loop_over_lanes(turn, ())

    def _start_lane(self, lane: Value) -> Known:
        counter = self.b.emit("add", (self.first, lane), I64, nsw=True)
        return {self.values.nest.loop.counter: counter}

    def _loop_over_lanes(
        self, turn: Callable[[Value, tuple[Value, ...]], tuple[Value, ...]], carried: tuple[Value, ...]
    ) -> tuple[Value, ...]:
        before = len(self.b.function.blocks)
        result = self.b.loop(self.lanes, turn, carried)
        header = self.b.function.blocks[before]
        if self.all_lanes:
            header.attrs["unroll"] = True
        else:
            header.attrs["loop"], header.attrs["lanes"] = "for", True
        return result

    def _lanes_of(self, piece: Piece, carried: tuple[Value, ...]) -> tuple[Value, ...]:
        if not self._has_work(piece):
            return ()

        def turn(lane: Value, now: tuple[Value, ...]) -> tuple[Value, ...]:
            known = self._start_lane(lane)
            known.update(zip(self.values.carried, now, strict=bool(now)))
            return self._turn(piece, lane, known)

        return self._loop_over_lanes(turn, carried)

    def _has_work(self, piece: Piece) -> bool:
        hands_over = any(param in self.buffers for param in piece.exit.block.params)
        keeps = any(home is piece and value in self.buffers for value, home in self.values.piece_of.items())
        acts = any(instr.op == "store" or "site" in instr.attrs for block in piece.blocks for instr in block.instrs)
        return hands_over or keeps or acts or (piece is self.values.last and bool(self.values.carried))

    def _turn(self, piece: Piece, lane: Value, known: Known) -> tuple[Value, ...]:
        for value in self.values.used_in(piece):
            if value in self.buffers and self.values.piece_of.get(value) is not piece:
                item = self._item(self.buffers[value], value, lane)
                known[value] = self.b.load(item, machine_type(value), local=True)
            elif not self.values.is_uniform(value) and self.values.can_be_made_again(value):
                self._here(value, known)
        blocks: dict[Block, Block] = {piece.blocks[0]: self.b.block}
        for block in piece.blocks[1:]:
            blocks[block] = self.b.new_block(block.label)
            for param in block.params:
                if param not in self.values.uniform:
                    twin = Param(blocks[block], param.name, param.type, param.span)
                    blocks[block].params.append(twin)
                    known[param] = twin
        for block in piece.blocks:
            self.b.move_to(blocks[block])
            self._instructions(block, lane, known)
            if block is not piece.last:
                blocks[block].terminator = self._end(block, blocks, known)
        return self._leave(piece, lane, known)

    def _instructions(self, block: Block, lane: Value, known: Known) -> None:
        for instr in block.instrs:
            if instr in self.values.uniform:
                continue
            args = [self._here(arg, known) for arg in instr.args]
            made = copy_instr(instr, args)
            family = self.values.memory.family_of.get(instr)
            if family in self._in_buffer and family is not None:
                made.args[0] = self.b.ptr_add(self.places[family], self._offset(lane, size_of(instr)))
                made.attrs["local"] = True
            known[instr] = self._append(made)

    def _end(self, block: Block, blocks: dict[Block, Block], known: Known) -> Terminator:
        end = block.terminator
        assert end is not None
        edges = []
        for edge in end.edges:
            pairs = zip(edge.block.params, edge.args, strict=True)
            args = [self._here(arg, known) for param, arg in pairs if param not in self.values.uniform]
            edges.append(Edge(blocks[edge.block], args))
        return Terminator(end.op, [self._here(arg, known) for arg in end.args], edges, end.span, dict(end.attrs))

    def _leave(self, piece: Piece, lane: Value, known: Known) -> tuple[Value, ...]:
        """Keep what others need; gives what is carried to the next lane."""
        target = piece.exit.block
        arguments = dict(zip(target.params, piece.exit.args, strict=True))
        results: list[tuple[Value, Value]]
        results = [(param, self._here(arg, known)) for param, arg in arguments.items() if param in self.buffers]
        own = [value for value, home in self.values.piece_of.items() if home is piece and value in self.buffers]
        results += [(value, known[value]) for value in own]
        for value, result in results:
            self.b.store(self._item(self.buffers[value], value, lane), result, local=True)
        if target is not self.values.nest.loop.header:
            return ()
        return tuple(self._here(arguments[param], known) for param in self.values.carried)

    def _here(self, value: Value, known: Known) -> Value:
        """What stands for a value in this lane."""
        if value in known:
            return known[value]
        if value in self.known or self.values.is_uniform(value):
            return self._of(value)
        assert isinstance(value, Instr), value
        made = copy_instr(value, [self._here(arg, known) for arg in value.args])
        known[value] = self._append(made)
        return made

    # ---- buffers

    def _offset(self, lane: Value, size: int) -> Value:
        return self.b.emit("mul", (lane, self.b.i64(size)), I64, nsw=True) if size > 1 else lane

    def _item(self, buffer: Value, value: Value, lane: Value) -> Value:
        return self.b.ptr_add(buffer, self._offset(lane, _size(value)))

    def _fetch(self, family: Family, inner: Nest, lane: Value, known: Known) -> None:
        access = family.members[0]
        element = self.b.load(self._made(access.args[0], known, inner), _type(access))
        self.b.store(self.b.ptr_add(self.places[family], self._offset(lane, size_of(access))), element, local=True)

    def _put_back(self, family: Family, inner: Nest, lane: Value, known: Known) -> None:
        access = family.members[0]
        place = self.b.ptr_add(self.places[family], self._offset(lane, size_of(access)))
        ours = all(member.attrs.get("local") for member in family.members if member.op == "store")
        address = self._made(access.args[0], known, inner)
        self.b.store(address, self.b.load(place, _type(access), local=True), local=ours)

    def _made(self, value: Value, known: Known, inner: Nest) -> Value:
        """An address before or behind the inner loop in which it is computed."""
        if not isinstance(value, Instr) or self.values.memory.forms.homes.get(value) not in inner.loop.blocks:
            return self._here(value, known)
        if value in known:
            return known[value]
        made = copy_instr(value, [self._made(arg, known, inner) for arg in value.args])
        known[value] = self._append(made)
        return made


def _size(value: Value) -> int:
    return size_of_type(machine_type(value))


def _type(access: Instr) -> Machine:
    return machine_type(access if access.op == "load" else access.args[1])
