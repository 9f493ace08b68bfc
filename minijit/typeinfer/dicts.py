"""Native dicts and sets while types are inferred: where they are made.

They are made of native lists, so that what is known of their keys and values grows as it does for lists, and what
native code can't do leaves them to Python in the same way (:mod:`minijit.typeinfer.lists`). What is done to them is
bound to bodies of the library (:mod:`minijit.typeinfer.bodies`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minijit import types as t
from minijit.ir.facts import Fact
from minijit.ir.nodes import Instr
from minijit.library.operations import make_dict
from minijit.library.targets import Target
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
