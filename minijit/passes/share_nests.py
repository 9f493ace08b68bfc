"""Share equal nests of loops: what computes the elements of several arrays in the same way is compiled once.

Before::

    loop.header(%i):                             ; nest: 7
        branch %more, loop.body, loop.end
    ...
    loop.header2(%j):                            ; nest: 21, which differs in the arrays alone
        ...

After::

    invoke null, %a, %b, %out, %n, function=f.nest0
    jump loop.end
    ...
    invoke null, %c, %d, %out2, %n2, function=f.nest0

Programs that work on whole arrays are long rows of such nests, and LLVM's time is that of its passes over loops: a nest
of thirty lines takes as much of it as three hundred lines of checks around it. Nests that are there once stay where
they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from minijit.ir.builder import MachineBuilder, machine_type
from minijit.ir.nodes import Block, Edge, Function, Instr, Param, Terminator, Value, predecessors
from minijit.ir.unit import Unit
from minijit.passes.clone_blocks import Ways

_BARRED: Final = frozenset(
    {"slots", "invoke", "call_python", "call_late", "incref", "decref", "mark_changed", "has_changed", "context"}
)
"""Ops of the function around a nest: they may leave it, or mean its stack."""
_COPIED: Final = "const"
"""What is written again in the function, in place of being handed over."""


class _Nest(NamedTuple):
    """A nest that can be a function.

    Attributes
    ----------
    function : Function
        Where it stands.
    blocks : list of Block
        In the order in which control reaches them first; the header is the first of them.
    entering, leaving : Edge
        The one edge that leads in, and the one that leads out.
    given : list of Value
        What it uses of the function around it, in the order of the first uses.
    """

    function: Function
    blocks: list[Block]
    entering: Edge
    leaving: Edge
    given: list[Value]


def share_nests(unit: Unit) -> None:
    """Put nests that are there several times into functions of the unit, in place (after the stage "loops")."""
    found: dict[object, list[_Nest]] = {}
    for function in unit.functions.values():
        marked = _marked(function)
        if not marked:
            continue
        before, used = predecessors(function), _used_elsewhere(function, marked)
        for number, blocks in enumerate(marked):
            described = None if number in used else _described(function, blocks, before)
            if described is not None:
                found.setdefault(described[0], []).append(described[1])
    for nests in found.values():
        if len(nests) > 1:
            _share(unit, f"{unit.name}.nest{len(unit.functions)}", nests)


def _marked(function: Function) -> list[list[Block]]:
    marked: dict[int, list[Block]] = {}
    for block in function.blocks:
        if "nest" in block.attrs:
            marked.setdefault(block.attrs["nest"], []).append(block)
    return list(marked.values())


def _used_elsewhere(function: Function, marked: list[list[Block]]) -> set[int]:
    """The numbers of the nests that define what other blocks use: they hold code of the program's besides."""
    place = {block: number for number, blocks in enumerate(marked) for block in blocks}
    home: dict[Value, int] = {}
    for block, number in place.items():
        home.update(dict.fromkeys(block.params, number))
        home.update(dict.fromkeys(block.instrs, number))
    found: set[int] = set()
    for block in function.blocks:
        assert block.terminator is not None
        here = place.get(block, -1)
        rows = [*(instr.args for instr in block.instrs), block.terminator.args, *(edge.args for edge in block.edges)]
        found.update(home[value] for values in rows for value in values if home.get(value, here) != here)
    return found


def _described(function: Function, blocks: list[Block], before: Ways) -> tuple[object, _Nest] | None:
    """A nest, and what is equal for two of them if they are the same code; ``None`` where it can't be a function."""
    inside = set(blocks)
    headers = [block for block in blocks if any(source not in inside for source, _ in before[block])]
    leaving = [edge for block in blocks for edge in block.edges if edge.block not in inside]
    if len(headers) != 1 or len(leaving) != 1 or leaving[0].args:
        return None
    entering = [edge for source, edge in before[headers[0]] if source not in inside]
    if len(entering) != 1:
        return None
    describer = _Describer(inside)
    rows = describer.describe(headers[0], entering[0])
    if rows is None:
        return None
    return rows, _Nest(function, describer.blocks, entering[0], leaving[0], list(describer.given))


class _Describer:
    """Numbers what a nest consists of, and what it uses, in the order in which that is met."""

    def __init__(self, inside: set[Block]) -> None:
        self.inside = inside
        self.blocks: list[Block] = []
        self.numbers: dict[Value, int] = {}
        self.given: dict[Value, None] = {}

    def describe(self, header: Block, entering: Edge) -> object | None:
        """All that makes the code; ``None`` where something in it must not move."""
        self._place(header)
        rows: list[object] = [self._operands(entering.args)]
        for block in self.blocks:
            if not self._can_move(block):
                return None
            rows.append(tuple(self._define(param) for param in block.params))
            rows.append(_attributes(block.attrs, ("nest", "parallel")))
            rows += [self._instr(instr) for instr in block.instrs]
            rows.append(self._terminator(block))
        return tuple(rows)

    def _place(self, header: Block) -> None:
        self.blocks.append(header)
        known = {header}
        for block in self.blocks:
            for edge in block.edges:
                if edge.block in self.inside and edge.block not in known:
                    known.add(edge.block)
                    self.blocks.append(edge.block)

    @staticmethod
    def _can_move(block: Block) -> bool:
        if block.terminator is None or block.terminator.op == "return":
            return False
        return not any("site" in instr.attrs or instr.op in _BARRED for instr in block.instrs)

    def _define(self, value: Value) -> object:
        self.numbers[value] = len(self.numbers)
        return machine_type(value)

    def _instr(self, instr: Instr) -> object:
        operands = self._operands(instr.args)
        self.numbers[instr] = len(self.numbers)
        return instr.op, operands, _attributes(instr.attrs, ("parallel",)), instr.type

    def _terminator(self, block: Block) -> object:
        assert block.terminator is not None
        places = {one: place for place, one in enumerate(self.blocks)}
        edges = [(places.get(edge.block, -1), self._operands(edge.args)) for edge in block.edges]
        end = block.terminator
        return end.op, self._operands(end.args), tuple(edges), repr(end.attrs)

    def _operands(self, values: list[Value]) -> tuple[object, ...]:
        return tuple(map(self._operand, values))

    def _operand(self, value: Value) -> object:
        number = self.numbers.get(value)
        if number is None:
            if isinstance(value, Instr) and value.op == _COPIED:
                return _COPIED, value.type, repr(value.attrs)
            self.given[value] = None
            number = self.numbers[value] = len(self.numbers)
            return number, machine_type(value)
        return number


def _attributes(attrs: Mapping[str, Any], numbered: tuple[str, ...]) -> object:
    """Attributes to be compared; of those with a number that is only theirs, whether they are there."""
    return tuple(sorted((key, "" if key in numbered else repr(value)) for key, value in attrs.items()))


# ---- how


def _share(unit: Unit, name: str, nests: list[_Nest]) -> None:
    """Make a function of the first nest, and a call in the place of each."""
    writes = any(_changes(instr) for block in nests[0].blocks for instr in block.instrs)
    first = nests[0]
    started = list(first.entering.args)
    for nest in nests:
        call, gone = _call(unit, name, nest, writes=writes), set(nest.blocks)
        nest.function.blocks = [block for block in nest.function.blocks if block not in gone] + [call]
    unit.functions[name] = _made(unit, first, started)


def _changes(instr: Instr) -> bool:
    return instr.op in ("store", "fill", "copy", "call_c") and not instr.attrs.get("local")


def _call(unit: Unit, name: str, nest: _Nest, *, writes: bool) -> Block:
    """A block that calls the function in the place of a nest."""
    block = Block("nest")
    b = MachineBuilder(unit, nest.function, block)
    end = nest.blocks[0].terminator
    b.span = end.span if end is not None else nest.function.span
    b.emit(
        "invoke",
        [b.null(), *nest.given],
        function=name,
        site=b.site("call"),
        effects=frozenset({"reads", "writes"} if writes else {"reads"}),
    )
    b.jump(nest.leaving.block)
    nest.entering.block, nest.entering.args = block, []
    return block


def _made(unit: Unit, nest: _Nest, started: list[Value]) -> Function:
    """The function: its parameters are what the nest was given; `started` is what was handed to its header."""
    function = nest.function
    made = Function(function.name, function.filename, function.span, "loops")
    start, end = Block("entry"), Block("end")
    b = MachineBuilder(unit, made, start)
    start.params = [Param(start, "", machine_type(value), function.span) for value in nest.given]
    names: dict[Value, Value] = dict(zip(nest.given, start.params, strict=True))
    defined = {one for block in nest.blocks for one in (*block.params, *block.instrs)}

    def renamed(values: list[Value]) -> list[Value]:
        return [value if value in defined else names[value] if value in names else again(value) for value in values]

    def again(value: Value) -> Value:
        assert isinstance(value, Instr)
        names[value] = b.emit(_COPIED, (), machine_type(value), **value.attrs)
        return names[value]

    made.blocks = [start, *nest.blocks, end]
    b.jump(nest.blocks[0], renamed(started))
    for block in nest.blocks:
        assert block.terminator is not None
        for instr in block.instrs:
            instr.args = renamed(instr.args)
        block.terminator.args = renamed(block.terminator.args)
        for edge in block.edges:
            edge.args = renamed(edge.args)
    nest.leaving.block = end
    end.terminator = Terminator("return", [], [], function.span)
    made.attrs["shared"] = True
    return made
