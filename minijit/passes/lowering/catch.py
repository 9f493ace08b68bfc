"""Lowering of ``attempt``: what would leave the function goes to the handlers that take it.

While the last operation of a block with an ``attempt`` is lowered, the builder notes each exit that is made
(``Builder.exits``). When the function is complete, :meth:`Catching.connect` makes branches of them::

    %j = check_index %i, %n, site=4             %inside = icmp ult %i, %n
                                                branch %inside, go, thrown

A check goes to the first handler that takes the class it would raise, without any object. What a call has raised is
looked at in Python (:mod:`minijit.library.caught`), once for each operation: the block ``dispatch``. Bail-outs leave.

Handlers that ask for the exception have slots on the stack: for the object, or for what it can be made of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from minijit import types as t
from minijit.ir.nodes import Block, Edge, Instr, Terminator, Value, reverse_postorder
from minijit.library.caught import SLOTS, Catcher, Classes, Thrown
from minijit.library.references import drop_reference
from minijit.library.vals import Val, item_of
from minijit.machine import F64, I1, I64, PTR, Machine

if TYPE_CHECKING:
    from minijit.passes.lowering.lower import Lowering

_CALLS: Final = frozenset({"invoke", "call_python"})
_CHECKS: Final = frozenset({"check", "check_divisor", "check_shape", "check_index"})
_KEPT_ATTRS: Final = ("slow", "rare")
_VISIBLE: Final = frozenset({"writes", "io", "unknown"})


class _Way(NamedTuple):
    """Where an exit goes: a block, and the slots to fill before, if any; the block of a `dispatch` takes a status."""

    block: Block
    slots: Value | None = None
    dispatch: bool = False


class Catching:
    """The attempts of one function.

    Attributes
    ----------
    slots : dict of int to Value
        For the handlers, by number, that ask for the exception: where it is kept.
    """

    def __init__(self, lowering: Lowering) -> None:
        self.lowering = lowering
        self.slots: dict[int, Value] = {}
        self._ways: dict[Instr | Terminator, _Way] = {}
        self._thrown: Thrown | None = None

    def make_slots(self) -> None:
        """Make room for the exceptions that are asked for, in the block that is being built."""
        for block in self.lowering.typed.blocks:
            for instr in block.instrs:
                number = instr.attrs["handler"] if instr.op == "caught" else None
                if number is not None and number not in self.slots:
                    self.slots[number] = self.lowering.builder.slots(SLOTS)

    def exception(self, number: int) -> Val:
        """The exception that led to a handler, made if nobody has asked before."""
        b, slots = self.lowering.builder, self.slots[number]
        known = b.load(slots, PTR, local=True)
        if self._thrown is None:
            self._thrown = Thrown(b.unit.sites)
        make = self._thrown

        def made() -> tuple[Value, ...]:
            error = b.call_python(make, [b.int_val(b.convert("ptrtoint", slots, I64))], t.OBJECT, effects="").part
            b.store(slots, error, local=True)
            return (error,)

        (error,) = b.if_else(b.icmp("ne", known, b.null()), lambda: (known,), made)
        return Val(t.OBJECT, (error,))

    # ---- where exits go

    def land(self, block: Block, exits: list[Instr | Terminator]) -> None:
        """Build the ways from the last operation of `block` to its handlers."""
        end = block.terminator
        assert end is not None
        clauses: tuple[Classes, ...] = end.attrs["classes"]
        edges = end.edges[-len(clauses) :]
        landings: dict[int, Block] = {}
        b = self.lowering.builder
        calls = [each for each in exits if isinstance(each, Instr) and each.op in _CALLS]
        for each in exits:
            site = b.unit.sites[each.attrs["site"] - 1]
            if site.kind != "raise" or site.exception is None:
                continue
            number = next((k for k, one in enumerate(clauses) if issubclass(site.exception, one)), None)
            if number is not None and isinstance(each, Instr) and each.op not in _CHECKS:
                # Arithmetic that is checked on the way: the interpreter raises, and catches.
                each.attrs["site"] = b.site("bail", site.exception, site.message)
            elif number is not None:
                self._ways[each] = _Way(self._landing(landings, number), self._slots_of(edges[number]))
        for op in dict.fromkeys(each.op for each in calls):
            dispatch = b.new_block("dispatch", [I64])
            these = [each for each in calls if each.op == op]
            self._ways |= {each: _Way(dispatch, dispatch=True) for each in these}
            place = these[0].attrs["site"] if op == "invoke" else -1
            self._dispatch(dispatch, place, clauses, edges, landings)
        for number, landing in landings.items():
            b.move_to(landing)
            self._hand_over(block, edges[number])

    def _landing(self, landings: dict[int, Block], number: int) -> Block:
        if number not in landings:
            landings[number] = self.lowering.builder.new_block("landing")
        return landings[number]

    def _slots_of(self, edge: Edge) -> Value | None:
        return self.slots.get(edge.block.attrs["handler"])

    def _dispatch(
        self, block: Block, place: int, clauses: tuple[Classes, ...], edges: list[Edge], landings: dict[int, Block]
    ) -> None:
        """Ask Python which handler takes what a call has raised."""
        b = self.lowering.builder
        b.move_to(block)
        keeps = any(self._slots_of(edge) is not None for edge in edges)
        context = b.convert("ptrtoint", b.emit("context", (), PTR), I64)
        result = t.Tuple((t.INT, t.OBJECT)) if keeps else t.INT
        args = [b.int_val(block.params[0]), b.int_val(context)]
        catcher = Catcher(b.unit.sites, place, clauses, keeps=keeps)
        found = b.call_python(catcher, args, result, effects="", exit_kind="again")
        number = item_of(found, 0).part if keeps else found.part
        for k, edge in enumerate(edges):
            this, other = b.new_block("caught"), b.new_block("other")
            b.branch(b.icmp("eq", number, b.i64(k)), this, other)
            b.move_to(this)
            slots = self._slots_of(edge)
            if slots is not None:
                b.store(slots, item_of(found, 1).part, local=True)
            b.jump(self._landing(landings, k))
            b.move_to(other)
        b.leave(b.site("bail", OverflowError, "the result of an operation on int does not fit in 64 bits"))

    def _hand_over(self, block: Block, edge: Edge) -> None:
        """From a landing to the handler: what the operation has used and nobody uses any more is dropped."""
        lowering, last = self.lowering, block.instrs[-1]
        for value in lowering.ownership.dying.get(last, ()):
            if value is not last and value not in edge.args:
                drop_reference(lowering.builder, lowering.vals[value])
        lowering.jump(block, edge, without=last)

    # ---- branches in place of exits

    def connect(self) -> None:
        """Make branches of the exits, and remove what nothing leads to."""
        function = self.lowering.function
        if self._ways:
            for block in list(function.blocks):
                self._connect_block(block)
        reached = set(reverse_postorder(function.blocks[0]))
        function.blocks = [block for block in function.blocks if block in reached]

    def _connect_block(self, block: Block) -> None:
        here = block
        for instr in list(block.instrs):
            way = self._ways.get(instr)
            if way is not None:
                here = self._split(here, instr, way)
        end = here.terminator
        if end is not None and end in self._ways:
            thrown = self._thrown_block(self._ways[end], end.attrs["site"], end.args, end)
            here.terminator = Terminator("jump", [], [Edge(thrown)], end.span)

    def _split(self, block: Block, instr: Instr, way: _Way) -> Block:
        """End `block` behind `instr` with a branch; gives the block with what comes then."""
        place = block.instrs.index(instr)
        tail = Block(block.label)
        tail.attrs = {name: block.attrs[name] for name in _KEPT_ATTRS if name in block.attrs}
        tail.instrs, tail.terminator = block.instrs[place + 1 :], block.terminator
        block.instrs = block.instrs[:place]
        blocks = self.lowering.function.blocks
        blocks.insert(blocks.index(block) + 1, tail)
        site, payload = instr.attrs["site"], list(instr.args)
        add = _Adder(block, instr)
        if way.dispatch:
            if instr.op == "invoke" and not _VISIBLE.isdisjoint(instr.attrs.get("effects", ("unknown",))):
                yes = Instr("const", [], {"value": 1}, I1, instr.span)
                tail.instrs[:0] = [yes, Instr("mark_changed", [yes], {}, t.NEVER, instr.span)]
            instr.attrs["caught"] = True
            instr.type = I64
            block.instrs.append(instr)
            fine: Value = add("icmp", [instr, add.const(0)], I1, predicate="eq")
        elif instr.op == "check_index":
            fine = _index_check(block, instr, add)
        else:
            fine, payload = instr.args[0], instr.args[1:]
        thrown = self._thrown_block(way, site, payload, instr)
        block.terminator = Terminator("branch", [fine], [Edge(tail), Edge(thrown)], instr.span, {"likely": True})
        return tail

    def _thrown_block(self, way: _Way, site: int, payload: list[Value], exit_: Instr | Terminator) -> Block:
        """The block between an exit and where it goes."""
        if way.slots is None and not way.dispatch:
            return way.block
        thrown = Block("thrown")
        self.lowering.function.blocks.append(thrown)
        add = _Adder(thrown, exit_)
        args: list[Value] = []
        if way.dispatch:
            args = [exit_ if isinstance(exit_, Instr) and exit_.op == "invoke" else add.const(site)]
        if way.slots is not None:
            add.store(way.slots, 0, add("const", [], PTR, value=None))
            add.store(way.slots, 1, add.const(site))
            letters = self.lowering.unit.sites[site - 1].payload
            for position, (letter, word) in enumerate(zip(letters, payload, strict=False)):
                add.store(way.slots, 2 + position, add.widened(word, letter))
        thrown.terminator = Terminator("jump", [], [Edge(way.block, args)], exit_.span)
        return thrown


def _index_check(block: Block, instr: Instr, add: _Adder) -> Value:
    """What ``check_index`` asks; the instruction becomes the index itself, counted from the start."""
    index, length = instr.args
    if instr.attrs.get("signed"):
        negative = add("icmp", [index, add.const(0)], I1, predicate="slt")
        args: list[Value] = [negative, add("add", [index, length], I64), index]
        instr.op = "select"
    else:
        instr.op, args = "add", [index, add.const(0)]
    instr.args, instr.attrs = args, {}
    block.instrs.append(instr)
    return add("icmp", [instr, length], I1, predicate="ult")


class _Adder:
    """Adds instructions to the end of a block."""

    def __init__(self, block: Block, at: Instr | Terminator) -> None:
        self.block = block
        self.span = at.span

    def __call__(self, op: str, args: list[Value], machine: Machine | t.Never, **attrs: object) -> Instr:
        instr = Instr(op, args, attrs, machine, self.span)
        self.block.instrs.append(instr)
        return instr

    def const(self, value: int) -> Instr:
        return self("const", [], I64, value=value)

    def store(self, slots: Value, position: int, value: Value) -> None:
        pointer = self("ptr_add", [slots, self.const(8 * position)], PTR) if position else slots
        self("store", [pointer, value], t.NEVER, local=True)

    def widened(self, value: Value, letter: str) -> Value:
        machine = value.type
        assert isinstance(machine, Machine)
        if machine is F64 or machine.bits == 64:
            return value
        if letter == "d":
            return self("convert", [value], F64, how="fpext")
        return self("convert", [value], I64, how="zext" if letter == "u" or machine is I1 else "sext")
