"""Operators that the library has bodies for, as it has for functions: on native dicts, and slices of native lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minijit import types as t
from minijit.errors import Unsupported
from minijit.ir.facts import Fact
from minijit.ir.nodes import Instr
from minijit.library.targets import Target
from minijit.typeinfer.calls import by_body
from minijit.typeinfer.resolve import resolve

if TYPE_CHECKING:
    from minijit.typeinfer.inference import Inference


def has_bodies(inputs: tuple[Fact, ...]) -> bool:
    """Whether an operator on these operands is carried out by a body."""
    first = inputs[0].type
    return isinstance(first, t.Dict) or (
        isinstance(first, t.List) and len(inputs) > 1 and isinstance(inputs[1].type, t.Slice)
    )


def operation(inference: Inference, instr: Instr, function: object, inputs: tuple[Fact, ...]) -> Fact:
    """Bind an operator to the body that the library has for it; what is stored is not taken apart by type."""

    def single(row: tuple[Fact, ...]) -> tuple[Target, Fact]:
        found = by_body(inference.program, function, row, {}, shifted=True)
        if found is None:
            operands = " and ".join(str(fact.type) for fact in row)
            raise Unsupported(f"an operation for {operands}", "use an array")
        return found

    return inference.bind(instr, resolve(function, inputs, single, frozenset(range(1, len(inputs)))))
