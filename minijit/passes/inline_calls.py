"""Put small functions in the place of their calls within loops, so that what is known of the loop is known in them.

Before, with ``def at(a, i): return a[i]``::

    for.body:
        %slots = slots count=1
        invoke %slots, %a.2, %a.3, %i, function=at_1, site=2
        %x = load %slots

After::

    for.body:
        jump entry
    entry:                                  ; of the callee
        %j = check_index %i, %a.3, site=5
        %x = load ...
        jump for.body.after
    for.body.after:

LLVM would do the same, but behind :mod:`minijit.passes.loops.version_loops`, which takes the check of the index out of
the loop. Where the callee leaves by a site, the copy leaves by one of its own that also names the place of the call, so
that the traceback shows both.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from minijit.ir.builder import known
from minijit.ir.dominance import Dominators
from minijit.ir.nodes import Block, Edge, Function, Instr, Param, Terminator, Value, reverse_postorder
from minijit.ir.unit import Unit
from minijit.machine import Machine
from minijit.passes.clone_blocks import Copy, copy_instr
from minijit.passes.loops.loop_nests import outermost_loops

_LARGEST: Final = 120
"""Instructions of a function that is copied."""
_MOST_GROWTH: Final = 600
"""Instructions that all copies in one function may have."""
_SITES: Final = ("site", "bail_site")


def inline_calls(unit: Unit) -> None:
    """Copy small callees into the loops that call them, in place (stage "loops", before all passes)."""
    for function in unit.functions.values():
        if any(instr.op == "invoke" for block in function.blocks for instr in block.instrs):
            _Inliner(unit, function).run()
    _leave_out_unused(unit)


class _Inliner:
    def __init__(self, unit: Unit, function: Function) -> None:
        self.unit = unit
        self.function = function
        self.growth = 0
        self.replaced: dict[Value, Value] = {}

    def run(self) -> None:
        dominators = Dominators(self.function)
        inside = {block for loop in outermost_loops(self.function, dominators) for block in loop.blocks}
        waiting = [block for block in dominators.order if block in inside]
        while waiting:
            block = waiting.pop()
            call = next((instr for instr in block.instrs if self._is_small(instr)), None)
            if call is not None:
                waiting += self._put_in(block, call)
        if self.replaced:
            self._rewrite()

    def _is_small(self, instr: Instr) -> bool:
        if instr.op != "invoke" or "caught" in instr.attrs:
            return False
        callee = self.unit.functions[instr.attrs["function"]]
        if callee is self.function or callee.attrs.get("cold") or callee.attrs.get("recursive") is not None:
            return False
        if "call_python" in _ops_of(callee):
            return False
        size = _size_of(callee)
        returns = [block.terminator for block in callee.blocks if block.terminator and block.terminator.op == "return"]
        other_file = callee.filename != self.function.filename and any("loop" in each.attrs for each in callee.blocks)
        return size <= _LARGEST and self.growth + size <= _MOST_GROWTH and bool(returns) and not other_file

    def _put_in(self, block: Block, call: Instr) -> list[Block]:
        """Replace a call; gives the blocks that may hold further calls."""
        callee = self.unit.functions[call.attrs["function"]]
        self.growth += _size_of(callee)
        place = block.instrs.index(call)
        after = Block(f"{block.label}.after")
        after.instrs, after.terminator = block.instrs[place + 1 :], block.terminator
        slots, *parts = call.args
        copy = Copy(reverse_postorder(callee.blocks[0]), lambda instr, args: self._copied(instr, args, call))
        for made in copy.blocks.values():
            self._end(made, after, call)
        self._take_results(slots, after)
        block.instrs = [instr for instr in block.instrs[:place] if instr is not slots]
        entry = copy.blocks[callee.blocks[0]]
        block.terminator = Terminator("jump", [], [Edge(entry)], call.span)
        self._hand_over(entry, parts)
        returned = [edge.args for made in copy.blocks.values() for edge in made.edges if edge.block is after]
        if len(returned) == 1:
            self._hand_over(after, list(returned[0]))
            returned[0].clear()
        self.function.blocks += [*copy.blocks.values(), after]
        self.function.attrs.setdefault("remarks", []).extend(callee.attrs.get("remarks", ()))
        return [*copy.blocks.values(), after]

    def _copied(self, instr: Instr, args: list[Value], call: Instr) -> Instr | None:
        if instr.attrs.get("name") == "assume":
            # What is assumed of arguments is known of what they are made of.
            return None
        made = copy_instr(instr, args)
        self._move_sites(made.attrs, call)
        return made

    def _move_sites(self, attrs: dict[str, object], call: Instr) -> None:
        place: int = call.attrs["site"]
        around = (place, *self.unit.sites[place - 1].callers)
        for name in _SITES:
            number = attrs.get(name)
            if isinstance(number, int):
                site = self.unit.sites[number - 1]
                attrs[name] = self.unit.add_site(replace(site, callers=(*site.callers, *around)))

    def _hand_over(self, block: Block, values: list[Value]) -> None:
        """Put values in the place of the parameters of a block that only one edge leads to."""
        self.replaced.update(zip(block.params, values, strict=True))
        block.params = []

    def _end(self, made: Block, after: Block, call: Instr) -> None:
        end = made.terminator
        assert end is not None
        self._move_sites(end.attrs, call)
        if end.op == "return":
            made.terminator = Terminator("jump", [], [Edge(after, end.args)], call.span)
            if not after.params:
                for value in end.args:
                    assert isinstance(value.type, Machine)
                    after.params.append(Param(after, "", value.type, call.span))

    def _take_results(self, slots: Value, after: Block) -> None:
        """Hand the results over as parameters of the block behind, rather than through memory."""
        offsets: dict[Value, int] = {slots: 0}
        kept: list[Instr] = []
        for instr in after.instrs:
            pointer = instr.args[0] if instr.args else None
            if instr.op == "ptr_add" and pointer is slots:
                offsets[instr] = int(known(instr.args[1]) or 0)
            elif instr.op == "load" and pointer in offsets and pointer is not None:
                self.replaced[instr] = after.params[offsets[pointer] // 8]
            else:
                kept.append(instr)
        after.instrs = kept

    def _rewrite(self) -> None:
        for block in self.function.blocks:
            for instr in block.instrs:
                instr.args = [self._final(arg) for arg in instr.args]
            if block.terminator is not None:
                block.terminator.args = [self._final(arg) for arg in block.terminator.args]
            for edge in block.edges:
                edge.args = [self._final(arg) for arg in edge.args]

    def _final(self, value: Value) -> Value:
        while value in self.replaced:
            value = self.replaced[value]
        return value


def _ops_of(function: Function) -> set[str]:
    return {instr.op for block in function.blocks for instr in block.instrs}


def _size_of(function: Function) -> int:
    return sum(instr.op != "const" for block in function.blocks for instr in block.instrs)


def _leave_out_unused(unit: Unit) -> None:
    """Take out the functions that nobody calls any more."""
    entry = next(iter(unit.functions))
    called = {entry}
    waiting = [entry]
    while waiting:
        for block in unit.functions[waiting.pop()].blocks:
            for instr in block.instrs:
                name = instr.attrs["function"] if instr.op == "invoke" else entry
                if name not in called:
                    called.add(name)
                    waiting.append(name)
    for name in unit.functions.keys() - called:
        del unit.functions[name]
