"""The verifier: what holds for every function, between any two passes.

Shape
    * There is an entry block, and nothing leads back to it.
    * Every block has a terminator: ``jump`` with one way out, ``branch`` with one condition and two, ``return`` and
      ``raise`` with none. Every way out leads to a block of the function.
    * An edge has one argument for each parameter of the block that it leads to. A block owns its parameters, an
      instruction stands in one place only.
Instructions
    * The op is in the table and allowed at the function's stage; the number of operands is what its row says, and the
      attributes without which the op means nothing are there.
Values
    * A value is defined in the function, before each use on every way there (its definition dominates the use).
Types
    * Stage "python": no value has a type.
    * Stage "typed": each value that is used has one, and it is no machine type; conditions are ``bool``.
    * Stage "loops": each value that is used has a machine type; conditions are ``i1``; an argument has the type of its
      parameter; the operands of an arithmetic instruction have one type.
"""

from __future__ import annotations

from typing import Final

from minijit import types as t
from minijit.errors import InternalError
from minijit.ir.dominance import Dominators
from minijit.ir.nodes import UNKNOWN, Block, Edge, Function, Instr, Param, Terminator, Value
from minijit.ir.ops import OPS, TERMINATORS, Op
from minijit.machine import I1, Machine

_STAGE_LETTERS: Final = {"python": "P", "typed": "T", "loops": "L"}
_NEEDED_ATTRS: Final = frozenset(
    ("operator", "name", "predicate", "how", "symbol", "function", "index", "count", "thunk", "site")
)
_ENDS: Final = {"jump": (0, 1), "branch": (1, 2), "return": (None, 0), "raise": (None, 0), "attempt": (None, None)}
"""For each terminator the number of operands (``None``: depends on the stage) and of ways out."""


def verify(function: Function) -> None:
    """Check all invariants (see the module's docstring).

    Raises
    ------
    InternalError
        With all problems found, one a line.
    """
    problems = problems_of(function)
    if problems:
        head = f"the IR of {function.name} (stage {function.stage}) is not valid:"
        raise InternalError("\n  ".join([head, *problems]))


def problems_of(function: Function) -> list[str]:
    """What is wrong with `function`, in words; an empty list if nothing is."""
    if not function.blocks:
        return ["there is no entry block"]
    if function.stage not in _STAGE_LETTERS:
        return [f"there is no stage {function.stage!r}"]
    checker = _Checker(function)
    checker.check_shape()
    if not checker.problems:
        # Dominance means something only where the graph is whole.
        checker.check_uses()
    return checker.problems


class _Checker:
    def __init__(self, function: Function) -> None:
        self.function = function
        self.stage = _STAGE_LETTERS[function.stage]
        self.problems: list[str] = []
        self.blocks = set(function.blocks)
        self.places: dict[Value, tuple[Block, int]] = {}

    def report(self, block: Block, message: str, instr: Instr | Terminator | None = None) -> None:
        where = f"{block.label}: "
        if instr is not None:
            line = f" (line {instr.span.line})" if instr.span.line else ""
            where += f"{instr.op}{line}: "
        self.problems.append(where + message)

    # ---- shape and instructions

    def check_shape(self) -> None:
        if len(self.blocks) != len(self.function.blocks):
            self.problems.append("a block is in the list twice")
        for block in self.function.blocks:
            self.check_params(block)
            for position, instr in enumerate(block.instrs):
                if instr in self.places:
                    self.report(block, "the instruction stands in two places", instr)
                self.places[instr] = (block, position)
                self.check_instr(block, instr)
            if block.terminator is None:
                self.report(block, "there is no terminator")
            else:
                self.check_terminator(block, block.terminator)

    def check_params(self, block: Block) -> None:
        for param in block.params:
            if param.block is not block or param in self.places:
                self.report(block, f"parameter {param.name!r} belongs to another block")
            self.places[param] = (block, -1)

    def check_instr(self, block: Block, instr: Instr) -> None:
        row = OPS.get(instr.op)
        if row is None:
            self.report(block, "there is no such op", instr)
            return
        if self.stage not in row.stages:
            self.report(block, f"not allowed at stage {self.function.stage}", instr)
        self.check_operand_count(block, instr, row)
        needed = _first_attr(row)
        if needed in _NEEDED_ATTRS and needed not in instr.attrs:
            self.report(block, f"attribute {needed!r} is missing", instr)
        if instr.op == "const" and "value" not in instr.attrs and instr.const is UNKNOWN:
            self.report(block, "the constant has no value", instr)
        if self.stage == "P" and instr.type != t.NEVER:
            self.report(block, f"has a type already: {instr.type}", instr)
        if self.stage == "L" and row.operands in ("a b", "condition a b") and row.stages == "L":
            types = {str(arg.type) for arg in instr.args[-2:]}
            if len(types) > 1:
                self.report(block, f"operands of different types: {', '.join(sorted(types))}", instr)

    def check_operand_count(self, block: Block, instr: Instr, row: Op) -> None:
        words = row.operands.split()
        fixed = sum(not word.startswith("*") for word in words)
        count = len(instr.args)
        if count < fixed or (count > fixed and fixed == len(words)):
            expected = f"{fixed}" if fixed == len(words) else f"at least {fixed}"
            self.report(block, f"{count} operands in place of {expected} ({row.operands})", instr)

    def check_terminator(self, block: Block, terminator: Terminator) -> None:
        if terminator.op not in TERMINATORS:
            self.report(block, "there is no such terminator", terminator)
            return
        operands, ways = _ENDS[terminator.op]
        if terminator.op == "return" and self.stage != "L":
            operands = 1
        if operands is not None and len(terminator.args) != operands:
            self.report(block, f"{len(terminator.args)} operands in place of {operands}", terminator)
        if terminator.op == "raise" and len(terminator.args) > 2 and self.stage != "L":
            self.report(block, f"{len(terminator.args)} operands in place of at most 2", terminator)
        if ways is not None and len(terminator.edges) != ways:
            self.report(block, f"{len(terminator.edges)} ways out in place of {ways}", terminator)
        for edge in terminator.edges:
            self.check_edge(block, terminator, edge)

    def check_edge(self, block: Block, terminator: Terminator, edge: Edge) -> None:
        target = edge.block
        if target not in self.blocks:
            self.report(block, f"leads to {target.label}, which is not in the function", terminator)
        if target is self.function.blocks[0]:
            self.report(block, "leads to the entry block", terminator)
        if len(edge.args) != len(target.params):
            message = f"{len(edge.args)} arguments for the {len(target.params)} parameters of {target.label}"
            self.report(block, message, terminator)

    # ---- uses and types

    def check_uses(self) -> None:
        dominators = Dominators(self.function)
        for block in self.function.blocks:
            for position, instr in enumerate(block.instrs):
                for arg in instr.args:
                    self.check_use(dominators, block, position, arg, instr)
            terminator = block.terminator
            assert terminator is not None
            end = len(block.instrs)
            edge_args = [arg for edge in terminator.edges for arg in edge.args]
            for arg in terminator.args + edge_args:
                self.check_use(dominators, block, end, arg, terminator)
            self.check_end_types(block, terminator)

    def check_use(
        self, dominators: Dominators, block: Block, position: int, value: Value, user: Instr | Terminator
    ) -> None:
        place = self.places.get(value)
        if place is None:
            self.report(block, f"uses {_describe(value)}, which is not in the function", user)
            return
        home, defined = place
        before = defined < position if home is block else dominators.dominates(home, block)
        if not before:
            self.report(block, f"uses {_describe(value)} of {home.label}, which may not have run before", user)
        if self.stage == "T" and (value.type == t.NEVER or isinstance(value.type, Machine)):
            self.report(block, f"uses {_describe(value)} of type {value.type}", user)
        if self.stage == "L" and not isinstance(value.type, Machine):
            self.report(block, f"uses {_describe(value)}, which is no machine value but {value.type}", user)

    def check_end_types(self, block: Block, terminator: Terminator) -> None:
        condition_type = {"T": t.BOOL, "L": I1}.get(self.stage)
        if terminator.op == "branch" and condition_type is not None and terminator.args[0].type != condition_type:
            self.report(block, f"the condition is {terminator.args[0].type}, not {condition_type}", terminator)
        if self.stage != "L":
            return
        for edge in terminator.edges:
            for arg, param in zip(edge.args, edge.block.params, strict=True):
                if arg.type != param.type:
                    message = f"{_describe(arg)} of type {arg.type} for {_describe(param)} of type {param.type}"
                    self.report(block, f"{message} of {edge.block.label}", terminator)


def _first_attr(row: Op) -> str:
    return row.attrs.partition(":")[0].partition(";")[0].partition(" ")[0]


def _describe(value: Value) -> str:
    if isinstance(value, Param):
        return f"parameter {value.name!r}" if value.name else "a parameter"
    return f"the result of {value.op}"
