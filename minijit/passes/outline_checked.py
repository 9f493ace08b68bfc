"""Put what hardly ever runs into functions of its own, which are compiled when first entered: copies that keep checks.

Before::

    for.test:
        branch %ok, for, for2, likely=True
    for2(%i, %s):                               ; slow: 1
        ...
        branch %more, for.body2, for.end(%s)

After::

    for.test:
        branch %ok, for, for.checked, likely=True
    for.checked:
        store %frame, %start ...                ; what the copy uses, word by word
        call_late %frame, function=f.late0, number=0
        %s2 = load %frame + 16                  ; what is used behind the loop
        jump for.end(%s2)

Most checked copies never run, and LLVM takes half of its time for them. So it is with the loops of the library for
arrays of unusual shapes, which are marked in the same way (:func:`minijit.library.rare_code.rarely`).

What leaves the function from within the copy leaves it through the call with the same site. The first word of the frame
says through which edge the copy was left where there are several, the second whether it has changed anything that
others can see.
"""

from __future__ import annotations

from typing import Final

from minijit.errors import InternalError
from minijit.ir.builder import MachineBuilder, machine_type
from minijit.ir.nodes import Block, Edge, Function, Instr, Param, Terminator, Value, predecessors
from minijit.ir.unit import LateFunction, Unit
from minijit.machine import I1, I64, PTR

_FIRST_VALUE: Final = 2
"""The frame's words before the values: the way out, and whether anything was changed."""
_COPIED: Final = frozenset({"const", "context"})
"""What is written again where it is used, in place of being handed over."""
_CHANGING: Final = frozenset({"store", "fill", "copy", "call_c", "invoke", "call_python", "call_late"})
_HARMLESS: Final = frozenset({"load", "ptr_add", "invoke", "call_python", "call_late", "call_c", "fill", "copy"})
"""What uses an address and does not keep it."""
_SMALLEST: Final = 12
"""With fewer instructions than this, the call would be as long as the copy."""


def outline_rare(unit: Unit, symbol: str, function: Function) -> None:
    """Move what the library has marked as rare to ``unit.late``, in place.

    `symbol` is the symbol of the function.
    """
    _outline(unit, symbol, function, [one for one in _regions(function) if one[0].attrs.get("rare")])


def outline_checked(unit: Unit, symbol: str, function: Function) -> None:
    """Move the checked copies of `function` to ``unit.late``, in place (after the stage "loops").

    `symbol` is the symbol of the function.
    """
    _outline(unit, symbol, function, _regions(function))


def _outline(unit: Unit, symbol: str, function: Function, regions: list[list[Block]]) -> None:
    for blocks in regions:
        outliner = _Outliner(unit, function, blocks)
        if outliner.is_possible():
            outliner.run(f"{symbol}.late{len(unit.late)}")


def _regions(function: Function) -> list[list[Block]]:
    """The parts that are marked, each with the block through which it is entered first.

    A function that was put in the place of its calls has brought its marks, so a number may stand for several parts.
    """
    numbers = {block: block.attrs["slow"] for block in function.blocks if block.attrs.get("slow")}
    if not numbers:
        return []
    before = predecessors(function)
    regions: list[list[Block]] = []
    for block in function.blocks:
        number = numbers.get(block)
        if number is None or all(numbers.get(source) == number for source, _ in before[block]):
            continue
        region: dict[Block, None] = {}
        waiting = [block]
        while waiting:
            one = waiting.pop()
            if one not in region and numbers.get(one) == number:
                region[one] = None
                waiting += [edge.block for edge in one.edges]
        regions.append(list(region))
    return regions


class _Outliner:
    def __init__(self, unit: Unit, function: Function, blocks: list[Block]) -> None:
        self.unit = unit
        self.function = function
        self.blocks = blocks
        self.inside = set(blocks)
        self.header = blocks[0]
        before = predecessors(function)
        self.entering = [edge for source, edge in before[self.header] if source not in self.inside]
        self.is_closed = all(source in self.inside for block in blocks[1:] for source, _ in before[block]) and not any(
            block.terminator is None or block.terminator.op == "return" for block in blocks
        )
        self.leaving = [edge for block in blocks for edge in block.edges if edge.block not in self.inside]
        self.defined: set[Value] = set()
        for block in blocks:
            self.defined.update(block.params, block.instrs)
        self.span = self.header.terminator.span if self.header.terminator else function.span

    # ---- whether

    def is_possible(self) -> bool:
        """Whether the copy can be a function: nothing on our stack is shared, and it is large enough to pay."""
        if not self.is_closed or len(self.entering) != 1 or sum(len(b.instrs) for b in self.blocks) < _SMALLEST:
            return False
        carried = [*self._used_from_outside(), *self._results()]
        return all(machine_type(value).bits <= 64 for value in carried) and not self._shares_stack()

    def _shares_stack(self) -> bool:
        """Whether words on the stack are known on both sides: those of each function go when it returns."""
        if any(_is_stack(_root(value)) for value in self._used_from_outside()):
            return True
        for block in self.blocks:
            for instr in block.instrs:
                kept = instr.args[1:] if instr.op == "store" else [] if instr.op in _HARMLESS else instr.args
                if any(_is_stack(_root(arg)) for arg in kept):
                    return True
            if any(_is_stack(_root(arg)) for edge in block.edges for arg in edge.args):
                return True
        return False

    def _used_from_outside(self) -> list[Value]:
        """What the copy uses and does not define, each once, in order."""
        found: dict[Value, None] = {}
        for values in self._rows_of_operands():
            for value in values:
                if value not in self.defined and not _is_copied(value):
                    found[value] = None
        return list(found)

    def _rows_of_operands(self) -> list[list[Value]]:
        rows = [edge.args for edge in self.entering]
        for block in self.blocks:
            rows += [instr.args for instr in block.instrs]
            assert block.terminator is not None
            rows.append(block.terminator.args)
            rows += [edge.args for edge in block.edges if edge.block in self.inside]
        return rows

    def _results(self) -> list[Value]:
        """What the copy defines and hands on when it is left."""
        return [arg for edge in self.leaving for arg in edge.args if arg in self.defined and not _is_copied(arg)]

    # ---- how

    def run(self, name: str) -> None:
        """Make the function, and the call in its place."""
        number = len(self.unit.late)
        late = Function(self.function.name, self.function.filename, self.function.span, "loops")
        start, call = Block("entry"), Block(f"{self.header.label}.checked")
        frame = Param(start, "frame", PTR, self.span)
        start.params.append(frame)
        late.blocks = [start, *self.blocks]
        self.function.blocks = [block for block in self.function.blocks if block not in self.inside]
        self.function.blocks.append(call)
        inner = self._builder(late, start)
        outer = self._builder(self.function, call)
        given = self._used_from_outside()
        room = self._hand_over(outer, given)
        outer.emit("call_late", (room,), function=name, number=number)
        if self._may_change():
            changed = outer.load(outer.ptr_add(room, 8), I1, local=True)
            outer.emit("mark_changed", (changed,))
        self._receive(inner, frame, given, call)
        self._come_back(outer, room, [self._leave(inner, frame, edge) for edge in self.leaving])
        self.unit.late[name] = LateFunction(late, self._bail_site(outer), outer.site("python"))

    def _builder(self, function: Function, block: Block) -> MachineBuilder:
        b = MachineBuilder(self.unit, function, block)
        b.span = self.span
        return b

    def _bail_site(self, b: MachineBuilder) -> int:
        return b.site("bail", InternalError, "the loop's copy with checks could not be compiled")

    def _may_change(self) -> bool:
        """Whether the copy may do something that others can see."""
        instrs = (instr for block in self.blocks for instr in block.instrs)
        return any(instr.op in _CHANGING and not instr.attrs.get("local") for instr in instrs)

    def _hand_over(self, b: MachineBuilder, given: list[Value]) -> Value:
        most = max([len(given), *(len(edge.args) for edge in self.leaving)])
        room = b.slots(_FIRST_VALUE + most)
        for k, value in enumerate(given):
            b.store(b.ptr_add(room, _offset(k)), value, local=True)
        return room

    def _receive(self, b: MachineBuilder, frame: Value, given: list[Value], call: Block) -> None:
        """Load what was given, and have the copy use that."""
        here: dict[Value, Value] = {}
        for k, value in enumerate(given):
            here[value] = b.load(b.ptr_add(frame, _offset(k)), machine_type(value), local=True)
        (entering,) = self.entering

        def renamed(values: list[Value]) -> list[Value]:
            return [self._renamed(b, here, value) for value in values]

        arguments = renamed(entering.args)
        entering.block, entering.args = call, []
        for block in self.blocks:
            for instr in block.instrs:
                instr.args = renamed(instr.args)
            assert block.terminator is not None
            block.terminator.args = renamed(block.terminator.args)
            for edge in block.edges:
                if edge.block in self.inside:
                    edge.args = renamed(edge.args)
        b.jump(self.header, arguments)

    def _renamed(self, b: MachineBuilder, here: dict[Value, Value], value: Value) -> Value:
        if value in self.defined:
            return value
        if value not in here:
            assert isinstance(value, Instr)
            here[value] = _again(b, value)
        return here[value]

    def _leave(self, inner: MachineBuilder, frame: Value, edge: Edge) -> Edge:
        """Have an edge store what it hands on and return; gives the edge as it was, with the values of the copy."""
        old = Edge(edge.block, edge.args)
        way = inner.new_block("leave")
        edge.block, edge.args = way, []
        inner.move_to(way)
        for k, value in enumerate(old.args):
            if value in self.defined and not _is_copied(value):
                inner.store(inner.ptr_add(frame, _offset(k)), value, local=True)
        if len(self.leaving) > 1:
            inner.store(frame, inner.i64(self.leaving.index(edge)), local=True)
        if self._may_change():
            inner.store(inner.ptr_add(frame, 8), inner.emit("has_changed", (), I1), local=True)
        way.terminator = Terminator("return", [], [], self.span)
        return old

    def _come_back(self, b: MachineBuilder, room: Value, ways: list[Edge]) -> None:
        """Go on where the copy was left."""
        if not ways:
            b.leave(self._bail_site(b))
            return
        chosen = b.load(room, I64, local=True) if len(ways) > 1 else None
        for number, way in enumerate(ways):
            if chosen is not None and number < len(ways) - 1:
                taken, other = b.new_block("left"), b.new_block("other")
                b.branch(b.icmp("eq", chosen, b.i64(number)), taken, other)
            else:
                taken = other = b.block
            b.move_to(taken)
            b.jump(way.block, [self._returned(b, room, k, value) for k, value in enumerate(way.args)])
            b.move_to(other)

    def _returned(self, b: MachineBuilder, room: Value, k: int, value: Value) -> Value:
        if value not in self.defined:
            return value
        if _is_copied(value):
            assert isinstance(value, Instr)
            return _again(b, value)
        return b.load(b.ptr_add(room, _offset(k)), machine_type(value), local=True)


def _offset(position: int) -> int:
    return 8 * (_FIRST_VALUE + position)


def _is_copied(value: Value) -> bool:
    return isinstance(value, Instr) and value.op in _COPIED


def _again(b: MachineBuilder, value: Instr) -> Instr:
    return b.emit(value.op, (), machine_type(value), **value.attrs)


def _is_stack(value: Value) -> bool:
    return isinstance(value, Instr) and value.op == "slots"


def _root(value: Value) -> Value:
    """The pointer that an address is reckoned from."""
    while isinstance(value, Instr) and value.op == "ptr_add":
        value = value.args[0]
    return value
