"""Take checks out of loops: a test before the nest, a copy without checks for when it holds, else the original.

Before::

    for.body:
        %k = check_index %i, %length, site=3
        ...

After::

    %ok = icmp sle %n, %length
    branch %ok, for, for2, likely=True
    for.body:                                   ; the copy
        ...                                     ; %i in place of %k
    for2.body:                                  ; the original, marked slow
        %k = check_index %i, %length, site=3
        ...

The nest that is copied is the outermost one for which the conditions are known before it, of ``for`` and of ``while``
loops. Nothing has happened yet when
the test fails, and the original does what it always did: the same exception, after the same changes to the arguments.
Checks that can't fail at all are removed without a copy.
"""

from __future__ import annotations

from typing import Final

from minijit.ir.builder import MachineBuilder
from minijit.ir.dominance import Dominators
from minijit.ir.nodes import Block, Edge, Function, Instr, Param, Terminator, Value, predecessors
from minijit.ir.unit import Unit
from minijit.passes.clone_blocks import Copy, copy_instr, join_copies, users_elsewhere
from minijit.passes.loops.affine import AffineForms
from minijit.passes.loops.entry_tests import EntryTest, can_be_tested, largest, strictest
from minijit.passes.loops.loop_nests import Loop, is_tiny, outermost_loops, with_inner_loops
from minijit.passes.loops.removable_checks import CHECKS, CONDITIONS, CheckAnalysis, Removal

_MOST_INSTRUCTIONS: Final = 3000
_MOST_CONDITIONS: Final = 60


def version_loops(function: Function) -> None:
    """Remove the checks of loops, in place (stage "loops")."""
    dominators = Dominators(function)
    loops = outermost_loops(function, dominators)
    if loops:
        versioning = _Versioning(function, dominators)
        for loop in loops:
            versioning.visit(loop)
        versioning.finish()


class _Versioning:
    def __init__(self, function: Function, dominators: Dominators) -> None:
        self.function = function
        self.dominators = dominators
        self.order = function.blocks = dominators.order
        self.homes: dict[Value, Block] = {instr: block for block in self.order for instr in block.instrs}
        self.not_negative = _assumed_not_negative(self.order)
        self.replaced: dict[Value, Value] = {}
        self.gone: set[Instr] = set()
        self.copies = 0
        self.before = predecessors(function)
        self._users: dict[Value, list[Block]] | None = None

    def visit(self, loop: Loop) -> None:
        """Version the loop, or else the loops within it."""
        blocks = sorted(loop.blocks, key=self.dominators.position)
        if not any(instr.op in CHECKS for block in blocks for instr in block.instrs):
            return
        forms = AffineForms(loop, self.homes, self.not_negative)
        analysis = CheckAnalysis(self.before, self.dominators, forms, blocks, self.gone)
        conditional = self._remove_certain(analysis)
        if not self._child_does_more(loop, analysis):
            self._version(loop, blocks, forms, conditional)
            return
        self.not_negative.add(loop.counter)
        for child in loop.children:
            self.visit(child)

    def _remove_certain(self, analysis: CheckAnalysis) -> dict[Instr, Removal]:
        """Remove the checks that never fail; the others, as far as a test can tell that they don't."""
        conditional: dict[Instr, Removal] = {}
        for instr, removal in analysis.removals.items():
            if removal.is_certain:
                self._remove_in_place(instr, removal)
            elif all(map(can_be_tested, removal.conditions)):
                conditional[instr] = removal
        return conditional

    def _child_does_more(self, loop: Loop, analysis: CheckAnalysis) -> bool:
        kept = {instr for instr, _ in analysis.kept}
        return any(self._can_remove_one_of(child, kept) for child in loop.children)

    def _can_remove_one_of(self, loop: Loop, kept: set[Instr]) -> bool:
        blocks = sorted(loop.blocks, key=self.dominators.position)
        if not any(instr in kept for block in blocks for instr in block.instrs):
            return False
        forms = AffineForms(loop, self.homes, self.not_negative)
        analysis = CheckAnalysis(self.before, self.dominators, forms, blocks, self.gone)
        if not kept.isdisjoint(analysis.removals):
            return True
        return any(self._can_remove_one_of(child, kept) for child in loop.children)

    def _version(
        self, loop: Loop, blocks: list[Block], forms: AffineForms, conditional: dict[Instr, Removal]
    ) -> None:
        conditions = strictest(poly for removal in conditional.values() for poly in removal.conditions)
        magnitudes = largest(each.magnitude for each in conditional.values() if each.magnitude is not None)
        truths = list(dict.fromkeys(each.truth for each in conditional.values() if each.truth is not None))
        size = sum(len(block.instrs) for block in blocks)
        line = loop.header.terminator.span if loop.header.terminator else self.function.span
        decisions = self.function.attrs.setdefault("versioned", {})
        if not conditional:
            return
        if size > _MOST_INSTRUCTIONS or len(conditions) + len(magnitudes) > _MOST_CONDITIONS:
            decisions[line] = 0, True
            return
        decisions[line] = len(conditional), False
        remarks = self.function.attrs.setdefault("remarks", [])
        what = "1 check" if len(conditional) == 1 else f"{len(conditional)} checks"
        remarks.append((line, f"loop versioned: {what} replaced by a test before it"))
        self._make_copy(loop, blocks, conditional, EntryTest(forms, conditions, magnitudes, truths))

    def _remove_in_place(self, instr: Instr, removal: Removal) -> None:
        if instr.op == "check_index" and not removal.negative and not removal.wrapped:
            self.replaced[instr] = instr.args[0]
            self.gone.add(instr)
        elif instr.op in CONDITIONS:
            self.gone.add(instr)
        else:
            without = _unchecked(instr, instr.args, removal)
            instr.op, instr.attrs = without.op, without.attrs

    def _make_copy(
        self,
        loop: Loop,
        blocks: list[Block],
        conditional: dict[Instr, Removal],
        test: EntryTest,
    ) -> None:
        def rewrite(instr: Instr, args: list[Value]) -> Value | None:
            removal = conditional.get(instr)
            if removal is None and instr not in self.gone:
                return copy_instr(instr, args)
            if instr.op in CONDITIONS:
                return None
            if removal is None or (instr.op == "check_index" and not removal.negative and not removal.wrapped):
                return args[0]
            return _unchecked(instr, args, removal)

        copy = Copy(blocks, rewrite)
        for each in with_inner_loops(loop):
            if is_tiny(each):
                copy.blocks[each.header].attrs["unroll"] = True
        self._enter(loop, copy, test)
        self.copies += 1
        for block in blocks:
            block.attrs["slow"] = self.copies
        for each in with_inner_loops(loop):
            each.header.attrs["scalar"] = True
        self.function.blocks += copy.blocks.values()
        for made in copy.blocks.values():
            for edge in made.edges:
                self.before.setdefault(edge.block, []).append((made, edge))
        if self._users is None:
            self._users = users_elsewhere(self.order)
        join_copies(self.function, copy, self.before, self._users)

    def _enter(self, loop: Loop, copy: Copy, entry_test: EntryTest) -> None:
        """Put the test before the loop."""
        header = loop.header
        test = Block(f"{header.label}.test")
        ways = self.before[header]
        self.before[test] = [(source, edge) for source, edge in ways if source not in loop.blocks]
        self.before[header] = [(source, edge) for source, edge in ways if source in loop.blocks]
        entering = [edge for _, edge in self.before[test]]
        args: list[Value]
        if len(entering) == 1:
            args, entering[0].args = entering[0].args, []
        else:
            test.params = [Param(test, param.name, param.type, param.span) for param in header.params]
            args = list(test.params)
        for edge in entering:
            edge.block = test
        self.function.blocks.append(test)
        b = MachineBuilder(Unit(""), self.function, test)
        b.span = header.terminator.span if header.terminator else self.function.span
        holds = entry_test.emit(b)
        edges = [Edge(copy.blocks[header], list(args)), Edge(header, args)]
        test.terminator = Terminator("branch", [holds], edges, b.span, {"likely": True})
        for edge in edges:
            self.before.setdefault(edge.block, []).append((test, edge))

    def finish(self) -> None:
        """Put values in the place of removed checks."""
        if not self.gone:
            return
        for block in self.function.blocks:
            block.instrs = [instr for instr in block.instrs if instr not in self.gone]
            for instr in block.instrs:
                instr.args = [self._final(arg) for arg in instr.args]
            end = block.terminator
            if end is not None:
                end.args = [self._final(arg) for arg in end.args]
                for edge in end.edges:
                    edge.args = [self._final(arg) for arg in edge.args]

    def _final(self, value: Value) -> Value:
        while value in self.replaced:
            value = self.replaced[value]
        return value


def _unchecked(instr: Instr, args: list[Value], removal: Removal) -> Instr:
    if removal.wrapped:
        return Instr("floor_mod", args, {"positive": True, "once": True}, instr.type, instr.span)
    op = "add" if removal.negative else instr.op.removeprefix("check_")
    return Instr(op, args, {"nsw": True}, instr.type, instr.span)


def _assumed_not_negative(blocks: list[Block]) -> set[Value]:
    """The values that an ``assume`` says to be at least 0: the lengths of axes."""
    found: set[Value] = set()
    for block in blocks:
        for instr in block.instrs:
            if instr.op == "intrinsic" and instr.attrs["name"] == "assume":
                condition = instr.args[0]
                if isinstance(condition, Instr) and condition.op == "icmp" and condition.attrs["predicate"] == "sge":
                    found.add(condition.args[0])
    return found
