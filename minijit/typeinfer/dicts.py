"""Native dicts and sets while types are inferred: where they are made, and which bodies of the library serve them.

They are made of native lists, so that what is known of their keys and values grows as it does for lists, and what
native code can't do leaves them to Python in the same way (:mod:`minijit.typeinfer.lists`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minijit import types as t
from minijit.errors import Unsupported
from minijit.ir.facts import Fact
from minijit.ir.nodes import Instr
from minijit.library.operations import make_dict, walk_over
from minijit.library.targets import Target
from minijit.typeinfer.calls import by_body
from minijit.typeinfer.facts import store_into
from minijit.typeinfer.resolve import resolve

if TYPE_CHECKING:
    from minijit.typeinfer.inference import Inference

Inputs = tuple[Fact, ...]


def made(inference: Inference, instr: Instr, inputs: Inputs, cls: type) -> Fact:
    """Bind what makes an empty dict or set: a display, or a call of the class."""
    entries = inference.program.list_made_at(inference, instr)
    table = inference.program.list_made_at(inference, instr, "table")
    store_into(table, Fact(t.INT))
    kind = t.Dict(cls, entries, table)

    def single(_row: Inputs) -> tuple[Target, Fact]:
        found = inference.program.resolver.entry(make_dict, (), {})
        assert found is not None
        return found[0], Fact(kind)

    return inference.bind(instr, resolve(make_dict, inputs, single, frozenset(range(len(inputs)))))


def is_dict(fact: Fact) -> bool:
    """Whether a value is a native dict or set."""
    return isinstance(fact.type, t.Dict)


def operation(inference: Inference, instr: Instr, function: object, inputs: Inputs) -> Fact:
    """Bind an operation on a native dict to the body that the library has for it."""

    def single(row: Inputs) -> tuple[Target, Fact]:
        found = by_body(inference.program, function, row, {}, shifted=True)
        if found is None:
            operands = " and ".join(str(fact.type) for fact in row)
            raise Unsupported(f"an operation on a dict for {operands}", "use an array")
        return found

    whole = frozenset(range(1, len(inputs)))
    return inference.bind(instr, resolve(function, inputs, single, whole))


def walk(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    """Bind the beginning of a loop over a dict."""
    return operation(inference, instr, walk_over, inputs)
