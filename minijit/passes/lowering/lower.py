"""Lowering: from whole values (stage "typed") to machine values, memory and checks (stage "loops").

Every value becomes the row of machine values that :func:`minijit.machine.parts_of` names; operations are carried out by
the library's lowering rules, which build the machine code in place::

    typed                                       loops
      %3: float64 = getitem %a, %i                %4: i64 = check_index %i, %a.shape0  site=1
                                                  %5: i64 = mul nsw %4, 8
                                                  %6: ptr = ptr_add %a.data, %5
                                                  %7: f64 = load %6
"""

from __future__ import annotations

from minijit import types as t
from minijit.ir.dominance import Dominators
from minijit.ir.nodes import UNKNOWN, Block, Edge, Function, Instr, Param, Terminator, Value, whole_type
from minijit.ir.shared_values import SharedValues
from minijit.ir.unit import Unit
from minijit.library.builder import Builder
from minijit.library.memory import owner_of
from minijit.library.operations import raise_again, raise_exception
from minijit.library.references import drop_reference, take_reference
from minijit.library.targets import Callee
from minijit.library.vals import Val
from minijit.machine import parts_of
from minijit.passes.lowering.catch import Catching
from minijit.passes.lowering.freshness import fresh_values, stores_privately
from minijit.passes.lowering.lower_bindings import lower_binding
from minijit.passes.lowering.lower_ops import LOWER
from minijit.passes.lowering.ownership import Ownership
from minijit.passes.lowering.resized_lists import resized_lists


def lower_function(unit: Unit, instance: Callee, typed: Function) -> Function:
    """The function of `instance` at the stage "loops"; sites, constants and Python calls go to `unit`."""
    return Lowering(unit, instance, typed).run()


class Lowering:
    """The lowering of one function.

    Attributes
    ----------
    builder : Builder
        Where machine code goes.
    vals : dict of Value to Val
        What each value of the stage "typed" is held in.
    attempts : dict of Block to (Block, SharedValues)
        For blocks that end by an attempt: where they go on if nothing fails, and what was computed before it.
    """

    def __init__(self, unit: Unit, instance: Callee, typed: Function) -> None:
        self.unit = unit
        self.instance = instance
        self.typed = typed
        self.function = Function(typed.name, typed.filename, typed.span, "loops")
        self.function.attrs["remarks"] = list(typed.attrs.get("remarks", ()))
        self.builder = Builder(unit, self.function, Block("none"))
        self.vals: dict[Value, Val] = {}
        self.fresh = fresh_values(typed)
        self.ownership = Ownership(typed)
        self.resized = resized_lists(typed)
        self.blocks: dict[Block, Block] = {}
        self.dominators = Dominators(typed)
        self.ends: dict[Block, Block] = {}
        self.attempts: dict[Block, tuple[Block, SharedValues]] = {}
        self.catching = Catching(self)

    def run(self) -> Function:
        """Lower all blocks."""
        for block in self.typed.blocks:
            self._start(block)
        self.builder.move_to(self.blocks[self.typed.blocks[0]])
        self.catching.make_slots()
        for block in self.typed.blocks:
            self._lower_block(block)
        if any(block.terminator is not None and block.terminator.op == "attempt" for block in self.typed.blocks):
            self.catching.connect()
        if self.instance.is_recursive:
            self.builder.span = self.typed.span
            self.function.attrs["recursive"] = self.builder.site(
                "bail", RecursionError, "maximum recursion depth exceeded"
            )
        return self.function

    def _start(self, block: Block) -> None:
        """The machine block for `block`, with a parameter for each part of its parameters."""
        lowered = self.builder.new_block(block.label)
        lowered.attrs = dict(block.attrs)
        for param in block.params:
            parts: list[Value] = []
            one = whole_type(param)
            machine = parts_of(one)
            for position, each in enumerate(machine):
                name = param.name if len(machine) == 1 else f"{param.name}.{position}" if param.name else ""
                part = Param(lowered, name, each, param.span)
                lowered.params.append(part)
                parts.append(part)
            self.vals[param] = Val(one, parts, param.const)
        self.blocks[block] = lowered

    def _lower_block(self, block: Block) -> None:
        b = self.builder
        before = self.dominators.immediate.get(block)
        if before in self.attempts and block is not self.attempts[before][0]:
            # A handler, and what comes behind, may be entered from the midst of an operation.
            b.knows(self.blocks[block], self.attempts[before][1])
        elif before in self.ends:
            b.follows(self.blocks[block], self.ends[before])
        b.move_to(self.blocks[block])
        if block is self.typed.blocks[0]:
            self._assume_shapes(block)
        for param in block.params:
            if param.const is not UNKNOWN and parts_of(whole_type(param)):
                self.vals[param] = b.constant(whole_type(param), param.const)
        for param in self.ownership.dropped_at_entry(block):
            drop_reference(b, self.vals[param])
        end = block.terminator
        assert end is not None
        exits: list[Instr | Terminator] = []
        for instr in block.instrs:
            b.span, b.frames = instr.span, instr.attrs.get("frames", ())
            b.error_modes = instr.attrs.get("error_modes", ())
            if end.op == "attempt" and instr is block.instrs[-1]:
                self.attempts[block] = end.edges[0].block, b.values_so_far()
                b.exits = exits
            value = self._lower_instr(instr)
            b.exits = None
            if b.block.terminator is not None:
                break
            self.vals[instr] = value
            self._count_references(instr)
        else:
            self.ends[block] = b.block
            b.span, b.frames = end.span, ()
            self._lower_terminator(block, end)
        if end.op == "attempt":
            self.catching.land(block, exits)

    def _count_references(self, instr: Instr) -> None:
        """Drop references that an instruction ends, and take its own (bound operations did so case by case)."""
        b, ownership = self.builder, self.ownership
        if instr in ownership.counted and "binding" not in instr.attrs:
            take_reference(b, self.vals[instr])
        for value in ownership.dying.get(instr, ()):
            drop_reference(b, self.vals[value])

    def _assume_shapes(self, block: Block) -> None:
        """Tell LLVM that the lengths of arguments are not negative: it can't know."""
        b = self.builder
        for param in block.params:
            if isinstance(param.type, t.Array | t.RecordArray):
                for length in self.vals[param].parts[3 : 3 + param.type.ndim]:
                    b.emit("intrinsic", (b.icmp("sge", length, b.i64(0)),), name="assume")

    def _lower_instr(self, instr: Instr) -> Val:
        one = whole_type(instr)
        if instr.const is not UNKNOWN and self._is_free(instr):
            return self.builder.constant(one, instr.const)
        vals = [self.vals[arg] for arg in instr.args]
        rule = LOWER.get(instr.op)
        if rule is not None:
            return rule(self, instr, vals)
        self.builder.private = stores_privately(instr, self.fresh)
        self.builder.dying = self._dying_owners(instr)
        try:
            value = lower_binding(self, instr, vals)
        finally:
            self.builder.private = False
            self.builder.dying = frozenset()
        if instr.const is not UNKNOWN and self.builder.block.terminator is None:
            return self.builder.constant(one, instr.const)
        return value

    def _dying_owners(self, instr: Instr) -> frozenset[Value]:
        """The owners of the arrays whose last use an instruction is."""
        dying = (value for value in self.ownership.dying.get(instr, ()) if value is not instr)
        return frozenset(owner_of(self.vals[one]) for one in dying if isinstance(self.vals[one].type, t.Array))

    @staticmethod
    def _is_free(instr: Instr) -> bool:
        """Whether nothing happens at run time when the result is known."""
        binding = instr.attrs.get("binding")
        return binding is None or not binding.effects

    def _lower_terminator(self, block: Block, terminator: Terminator) -> None:
        b = self.builder
        match terminator.op:
            case "jump" | "attempt":
                self.jump(block, terminator.edges[0])
            case "branch":
                self._branch(block, terminator)
            case "return":
                if terminator.args[0] not in self.ownership.counted:
                    take_reference(b, self.vals[terminator.args[0]])
                result = b.coerce(self.vals[terminator.args[0]], self.instance.result.type)
                b.block.terminator = Terminator("return", list(result.parts), [], terminator.span)
            case _:
                self.throw(terminator.args, unreachable="unreachable" in terminator.attrs)

    def jump(self, block: Block, edge: Edge, without: Instr | None = None) -> None:
        """Hand over to the target of an edge; the result of `without` is not there."""
        for value in self.ownership.copied_on(edge):
            take_reference(self.builder, self.vals[value])
        for value in self.ownership.dropped_on(block, edge):
            if value is not without:
                drop_reference(self.builder, self.vals[value])
        parts: list[Value] = []
        for param, arg in zip(edge.block.params, edge.args, strict=True):
            parts += self.builder.coerce(self.vals[arg], whole_type(param)).parts
        self.builder.jump(self.blocks[edge.block], parts)

    def _branch(self, block: Block, terminator: Terminator) -> None:
        b = self.builder
        condition = self.vals[terminator.args[0]].part
        ways: list[Block] = []
        for edge in terminator.edges:
            # Values are made to fit the target's parameters in a block of the edge's own.
            needed = bool(edge.args or self.ownership.dropped_on(block, edge))
            ways.append(b.new_block("edge") if needed else self.blocks[edge.block])
        b.branch(condition, ways[0], ways[1])
        for edge, way in zip(terminator.edges, ways, strict=True):
            if way is not self.blocks[edge.block]:
                b.move_to(way)
                self.jump(block, edge)

    def throw(self, args: list[Value], *, unreachable: bool = False) -> None:
        """Raise an exception, from what causes it if there is a second one; without any, what is being handled."""
        b = self.builder
        if unreachable:
            b.leave(b.site("bail", SystemError, "native code reached a place that it took to be out of reach"))
            return
        vals = [self.vals[arg] for arg in args]
        if not vals:
            b.call_python(raise_again, [], t.NEVER)
            return
        exception = vals[0].const
        if len(vals) == 1 and isinstance(exception, BaseException):
            message = str(exception.args[0]).replace("{", "{{").replace("}", "}}")
            b.leave(b.site("raise", type(exception), message))
            return
        b.call_python(raise_exception, vals, t.NEVER)
