"""Typing of unpacking assignments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minijit import types as t
from minijit.errors import Unsupported
from minijit.ir.facts import NOTHING, Fact
from minijit.ir.nodes import Instr
from minijit.library.operations import unpack_exactly
from minijit.library.targets import ConstantTarget, PythonTarget, Target

if TYPE_CHECKING:
    from minijit.typeinfer.inference import Inference


def resolve_unpack(inference: Inference, instr: Instr, fact: Fact) -> tuple[Target, Fact]:
    """Bind the unpacking of a value of one type into ``count`` targets."""
    count = instr.attrs["count"]
    if instr.attrs["starred"] is not None:
        raise Unsupported("a starred target, which makes a list", "take the items by index or by a slice")
    if isinstance(fact.type, t.Tuple) and len(fact.type.items) == count:
        return ConstantTarget(fact.type, fact.const), fact
    if isinstance(fact.type, t.Tuple):
        return PythonTarget(unpack_exactly, t.NEVER), NOTHING
    return inference.program.resolver.entry_or_error(
        unpack_exactly, (fact, Fact(t.INT, count)), {}, "unpacking"
    )
