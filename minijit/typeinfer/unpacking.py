"""Typing of unpacking assignments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minijit import types as t
from minijit.errors import Unsupported
from minijit.ir.facts import NOTHING, Fact, fact_of_type
from minijit.ir.nodes import UNKNOWN, Instr
from minijit.library.operations import unpack_exactly
from minijit.library.targets import ConstantTarget, PythonTarget, Target
from minijit.typeinfer.displays import is_only_read
from minijit.typeinfer.python_calls import resolve_object_unpacking

if TYPE_CHECKING:
    from minijit.typeinfer.inference import Inference


def resolve_unpack(inference: Inference, instr: Instr, fact: Fact) -> tuple[Target, Fact]:
    """Bind the unpacking of a value of one type into ``count`` targets."""
    count = instr.attrs["count"]
    if instr.attrs["starred"] is not None:
        return _with_star(inference, instr, fact)
    if isinstance(fact.type, t.Tuple) and len(fact.type.items) == count:
        return ConstantTarget(fact.type, fact.const), fact
    if isinstance(fact.type, t.Tuple):
        return PythonTarget(unpack_exactly, t.NEVER), NOTHING
    if isinstance(fact.type, t.Object):
        return resolve_object_unpacking(count)
    return inference.program.resolver.entry_or_error(
        unpack_exactly, (fact, Fact(t.INT, count)), {}, "unpacking"
    )


def _with_star(inference: Inference, instr: Instr, fact: Fact) -> tuple[Target, Fact]:
    """``a, *b = value``: `b` is a list, which is held as a tuple if it is only read."""
    star, others = instr.attrs["starred"], instr.attrs["count"] - 1
    items = [
        each
        for block in inference.source.blocks
        for each in block.instrs
        if each.op == "tuple_item" and each.args[0] is instr and each.attrs["index"] == star
    ]
    if not isinstance(fact.type, t.Tuple) or not all(is_only_read(inference, each) for each in items):
        raise Unsupported("a starred target, which makes a list", "take the items by index or by a slice")
    count = len(fact.type.items)
    if count < others:
        raise Unsupported(f"unpacking {count} items into {others} targets and a starred one")
    end = star + count - others
    types = fact.type.items
    whole = t.Tuple((*types[:star], t.Tuple(types[star:end]), *types[end:]))
    if not isinstance(fact.const, tuple):
        return ConstantTarget(whole, UNKNOWN), fact_of_type(whole)
    const = (*fact.const[:star], fact.const[star:end], *fact.const[end:])
    return ConstantTarget(whole, const), Fact(whole, const)
