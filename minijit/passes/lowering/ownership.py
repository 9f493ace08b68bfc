"""Ownership: which values own a reference to the memory of an array, and where the last use of each is.

Arrays made by native code live in counted blocks. Most code needs no counting: an argument (and every view of it) is
borrowed for the whole call, a fresh array is moved by its last use. What remains is decided here, from liveness on the
stage "typed", and carried out by the lowering:

* a value that an operation makes owns its reference if the operation allocates; if it is a view or an alias of
something
  counted, the count goes up;
* a block parameter owns; an edge gives it the reference of a value that dies there, else the count goes up;
* after the last use of an owner the count goes down.

References that are still held when a call leaves by an exception are found in the call's list of blocks, so errors need
no code of their own.
"""

from __future__ import annotations

from collections.abc import Iterator

from minijit.ir.nodes import Block, Edge, Function, Instr, Param, Value
from minijit.library.references import holds_references
from minijit.library.targets import Binding, EntryTarget, FunctionTarget, PythonTarget, Target


def gives_reference(target: Target) -> bool:
    """Whether the result of a bound operation comes with a reference of its own."""
    if isinstance(target, PythonTarget):
        # A result of Python's is held by a block of its own.
        return holds_references(target.result)
    if isinstance(target, FunctionTarget):
        return True
    return isinstance(target, EntryTarget) and not target.effects.isdisjoint(("allocates", "owns"))


def may_give_reference(instr: Instr) -> bool:
    """Whether an instruction gives a reference for some of the types that its operands may have."""
    binding = instr.attrs.get("binding")
    return isinstance(binding, Binding) and any(gives_reference(case.target) for case in binding.cases)


def _operands(instr: Instr) -> list[Value]:
    """What an instruction uses, with what the pending operations use whose elements it computes."""
    fused = instr.attrs.get("fused")
    return instr.args if fused is None else [*instr.args, *(arg for one in fused for arg in one.args)]


class Ownership:
    """The result of the analysis for one function.

    Attributes
    ----------
    counted : set of Value
        The values that own a reference; all others that hold arrays are borrowed.
    dying : dict of Instr to list of Value
        The owners whose last use an instruction is.
    """

    def __init__(self, function: Function) -> None:
        self.function = function
        self.counted = self._find_counted()
        self.live_in: dict[Block, set[Value]] = {block: set() for block in function.blocks}
        self.dying: dict[Instr, list[Value]] = {}
        if self.counted:
            self._solve_liveness()

    # ---- who owns

    def _find_counted(self) -> set[Value]:
        """Start from what allocates, and follow the ways on which references spread."""
        counted: set[Value] = set()
        changed = True
        while changed:
            changed = False
            for value in self._holders():
                if value not in counted and self._becomes_counted(value, counted):
                    counted.add(value)
                    changed = True
            for block in self.function.blocks:
                for edge in block.edges:
                    for param, arg in zip(edge.block.params, edge.args, strict=True):
                        if arg in counted and param not in counted:
                            counted.add(param)
                            changed = True
        return counted

    def _holders(self) -> Iterator[Instr]:
        for block in self.function.blocks:
            for instr in block.instrs:
                if holds_references(instr.type):
                    yield instr

    @staticmethod
    def _becomes_counted(instr: Instr, counted: set[Value]) -> bool:
        if "pending" in instr.attrs:
            return False
        return may_give_reference(instr) or any(arg in counted for arg in instr.args)

    # ---- where they die

    def _solve_liveness(self) -> None:
        changed = True
        while changed:
            changed = False
            for block in reversed(self.function.blocks):
                live = self._live_before(block, record=False)
                if live != self.live_in[block]:
                    self.live_in[block] = live
                    changed = True
        for block in self.function.blocks:
            self._live_before(block, record=True)

    def _live_before(self, block: Block, *, record: bool) -> set[Value]:
        live = self.live_out(block)
        if block.terminator is not None:
            live |= {arg for arg in block.terminator.args if arg in self.counted}
        for instr in reversed(block.instrs):
            used = [arg for arg in dict.fromkeys(_operands(instr)) if arg in self.counted and arg not in live]
            if instr in self.counted and instr not in live:
                used.append(instr)
            if record and used:
                self.dying[instr] = used
            live.update(used)
            live.discard(instr)
        return live - set(block.params)

    def live_out(self, block: Block) -> set[Value]:
        """The owners that are used after `block`, those that its edges hand over included."""
        live: set[Value] = set()
        for edge in block.edges:
            live |= self.live_in[edge.block]
            live.update(arg for arg in edge.args if arg in self.counted)
        return live

    def dropped_at_entry(self, block: Block) -> list[Param]:
        """Parameters that own a reference and are never used."""
        return [param for param in block.params if param in self.counted and not self._is_used(param, block)]

    def _is_used(self, param: Param, block: Block) -> bool:
        if param in self.live_out(block):
            return True
        if block.terminator is not None and param in block.terminator.args:
            return True
        return any(param in instr.args for instr in block.instrs)

    def dropped_on(self, block: Block, edge: Edge) -> list[Value]:
        """The owners that are alive at the end of `block` but not beyond `edge`, nor handed over by it."""
        alive = self.live_out(block)
        handed = set(edge.args)
        gone = [value for value in alive if value not in self.live_in[edge.block] and value not in handed]
        if block.terminator is not None:
            gone += [
                arg
                for arg in block.terminator.args
                if arg in self.counted and arg not in alive and arg not in handed and arg not in gone
            ]
        return gone

    def copied_on(self, edge: Edge) -> list[Value]:
        """The edge's arguments (once for each parameter) whose parameter needs a reference of its own."""
        copies: list[Value] = []
        moved: set[Value] = set()
        for param, arg in zip(edge.block.params, edge.args, strict=True):
            if param not in self.counted:
                continue
            if arg in self.counted and arg not in moved and arg not in self.live_in[edge.block]:
                moved.add(arg)
            else:
                copies.append(arg)
        return copies
