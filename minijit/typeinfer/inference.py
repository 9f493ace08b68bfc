"""Type inference of one function: facts are carried along executable edges until nothing changes.

Sparse conditional constant propagation (Wegman and Zadeck 1991) with types in place of bare constants: an edge counts
only when the facts say that it can be taken, so ``if x is None`` prunes the other side for an argument that never is.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import FunctionType
from typing import TYPE_CHECKING, Final

from minijit import types as t
from minijit.errors import InternalError, Unsupported
from minijit.ir.facts import NOTHING, Fact
from minijit.ir.guards import MISSING
from minijit.ir.nodes import UNKNOWN, Block, Edge, Function, Instr, Value, reverse_postorder
from minijit.library.operations import unknown_name
from minijit.library.targets import Binding, Case, FunctionTarget, PythonTarget
from minijit.typeinfer.attempts import may_raise
from minijit.typeinfer.facts import join, lists_in, same_fact
from minijit.typeinfer.iterators import require_single_use
from minijit.typeinfer.lists import ListsKeptError, placed
from minijit.typeinfer.objects_in_loops import refuse_objects_in_loops
from minijit.typeinfer.rules import RULES

if TYPE_CHECKING:
    from minijit.typeinfer.program import Program

MAX_PASSES: Final = 60


class Inference:
    """The facts of the values of one function.

    Attributes
    ----------
    source : Function
        The function at the stage "python"; it is only read.
    facts : dict of Value to Fact
        What is known of each value that has been reached.
    bindings : dict of Instr to Binding
        What each operation is bound to.
    objects : dict of Instr to object
        For a name of the program: the object it is bound to.
    edges : set of Edge
        The edges that can be taken.
    postponed : dict of Instr to tuple of Fact
        Operations on lists that nothing has been put into so far, and which are not known for such lists.
    raised : set of Value
        Values that are raised and used nowhere else.
    """

    def __init__(
        self, program: Program, function: FunctionType, source: Function, arguments: tuple[Fact, ...]
    ) -> None:
        self.program = program
        self.function = function
        self.source = source
        self.facts: dict[Value, Fact] = {}
        self.bindings: dict[Instr, Binding] = {}
        self.objects: dict[Instr, object] = {}
        self.edges: set[Edge] = set()
        self.returns: dict[Block, Fact] = {}
        self.raised = _raised_at_once(source)
        self.postponed: dict[Instr, tuple[Fact, ...]] = {}
        self._inputs: dict[Instr, tuple[Fact, ...]] = {}
        self._order = reverse_postorder(source.blocks[0])
        self._incoming: dict[Block, list[Edge]] = {block: [] for block in self._order}
        for block in self._order:
            for edge in block.edges:
                self._incoming[edge.block].append(edge)
        for param, fact in zip(source.params, arguments, strict=True):
            self.facts[param] = fact

    def fact(self, value: Value) -> Fact:
        """What is known of a value."""
        return self.facts.get(value, NOTHING)

    def run(self) -> Fact:
        """Infer until nothing changes; gives what is known of the function's result."""
        for _ in range(MAX_PASSES):
            changed, lists = False, self.program.state_of_lists()
            for block in self._order:
                if block is self._order[0] or any(edge in self.edges for edge in self._incoming[block]):
                    changed |= self._visit(block)
            if not changed and lists == self.program.state_of_lists():
                refuse_objects_in_loops(self)
                result = join(list(self.returns.values()))
                # A returned number is no constant to the callers: their code would depend on the callee's body.
                return result if not t.is_number(result.type) else Fact(result.type)
        raise Unsupported(f"the types of the variables of {self.source.name} do not settle")

    def _visit(self, block: Block) -> bool:
        changed = block is not self._order[0] and self._join_params(block)
        for instr in block.instrs:
            inputs = tuple(self.facts.get(arg, NOTHING) for arg in instr.args)
            if any(isinstance(fact.type, t.Never) for fact in inputs):
                return changed
            if instr in self.facts and self._inputs.get(instr) == inputs and not self._may_differ(instr, inputs):
                fact = self.facts[instr]
            else:
                fact = self._evaluate(instr, inputs)
                self._inputs[instr] = inputs
                before = self.facts.get(instr)
                if before is None or not same_fact(before, fact):
                    self.facts[instr] = fact
                    changed = True
            if isinstance(fact.type, t.Never):
                return self._leave_by_exception(block, instr) or changed
        return self._leave(block) or changed

    def _may_differ(self, instr: Instr, inputs: tuple[Fact, ...]) -> bool:
        """Whether the result may change though the operands do not: a callee or a list is known better meanwhile."""
        if self.program.lists and any(lists_in(fact.type) for fact in inputs):
            return True
        binding = self.bindings.get(instr)
        return binding is not None and any(isinstance(case.target, FunctionTarget) for case in binding.cases)

    def _join_params(self, block: Block) -> bool:
        changed = False
        for position, param in enumerate(block.params):
            arriving = [self.fact(edge.args[position]) for edge in self._incoming[block] if edge in self.edges]
            try:
                fact = join(arriving)
            except Unsupported as error:
                leave_lists_to_python(arriving)
                raise error.at(param.span, self.source.filename) from None
            before = self.facts.get(param)
            if before is None or not same_fact(before, fact):
                self.facts[param] = fact
                changed = True
        return changed

    def _leave(self, block: Block) -> bool:
        terminator = block.terminator
        if terminator is None:
            raise InternalError(f"block {block.label} has no terminator")
        if any(isinstance(self.fact(arg).type, t.Never) for arg in terminator.args):
            return False
        if terminator.op == "return":
            fact = self.fact(terminator.args[0])
            before = self.returns.get(block)
            self.returns[block] = fact
            return before is None or not same_fact(before, fact)
        taken = terminator.edges
        if terminator.op == "attempt":
            taken = taken if may_raise(self, block) else taken[:1]
        if terminator.op == "branch":
            condition = self.fact(terminator.args[0]).const
            if condition is not UNKNOWN:
                taken = [terminator.edges[0 if condition else 1]]
        return self._take(taken)

    def _leave_by_exception(self, block: Block, last: Instr) -> bool:
        """Go on in the handlers behind an operation that always raises."""
        terminator = block.terminator
        if terminator is None or terminator.op != "attempt" or last is not block.instrs[-1]:
            return False
        return self._take(terminator.edges[-len(terminator.args) :])

    def _take(self, edges: list[Edge]) -> bool:
        new = [edge for edge in edges if edge not in self.edges]
        self.edges.update(new)
        return bool(new)

    def _evaluate(self, instr: Instr, inputs: tuple[Fact, ...]) -> Fact:
        rule = RULES.get(instr.op)
        if rule is None:
            raise InternalError(f"no typing rule for {instr.op}")
        try:
            self.postponed.pop(instr, None)
            if any(isinstance(fact.type, t.Iterator) for fact in inputs):
                require_single_use(self, instr)
            return rule(self, instr, inputs)
        except Unsupported as error:
            if any(isinstance(one.item, t.Never) for fact in inputs for one in lists_in(fact.type)):
                # What is put into the list may not have been met yet.
                self.postponed[instr] = inputs
                return NOTHING
            leave_lists_to_python(inputs)
            if instr.op == "build_list" and instr not in self.program.kept:
                raise ListsKeptError([self.program.list_made_at(self, instr)]) from None
            raise error.at(instr.span, self.source.filename) from None

    # ---- for the rules

    def bind(self, instr: Instr, bound: tuple[Binding, Fact]) -> Fact:
        """Keep what an operation is bound to, and give what is known of its result."""
        self.bindings[instr] = bound[0]
        return placed(self, instr, bound[1])

    def operation(self, instr: Instr, function: object, inputs: tuple[Fact, ...], words: str) -> Fact:
        """Bind an instruction to an operator or the like of the library."""
        return self.bind(instr, self.program.resolver.operation(function, inputs, words))

    def name_bound_to(self, instr: Instr, found: tuple[Fact, object]) -> Fact:
        """Keep the object that a name is bound to, and give what is known of it."""
        fact, value = found
        if value is MISSING and "attempted" in instr.attrs:
            raise Unsupported("a name in a try statement that is bound to nothing", "test for it beforehand")
        if value is MISSING:
            raiser = unknown_name(instr.op, instr.attrs["name"])
            return self.bind(instr, (Binding((Case((), PythonTarget(raiser, t.NEVER), t.NEVER),)), NOTHING))
        self.objects[instr] = value
        return fact


def leave_lists_to_python(facts: Sequence[Fact]) -> None:
    """Have Python make the native lists among the operands of what native code can't do with them."""
    lists = [one for fact in facts for one in lists_in(fact.type)]
    if lists:
        raise ListsKeptError(lists) from None


def _raised_at_once(source: Function) -> set[Value]:
    raised: set[Value] = set()
    for block in source.blocks:
        end = block.terminator
        if end is not None and end.op == "raise" and len(end.args) == 1:
            raised.add(end.args[0])
        raised.update(each.args[0] for each in block.instrs if each.op == "throw" and len(each.args) == 1)
    used = {arg for block in source.blocks for instr in block.instrs if instr.op != "throw" for arg in instr.args}
    used.update(arg for block in source.blocks for instr in block.instrs if len(instr.args) > 1 for arg in instr.args)
    used.update(arg for block in source.blocks for edge in block.edges for arg in edge.args)
    return raised - used
