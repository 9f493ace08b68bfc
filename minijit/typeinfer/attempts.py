"""Typing of ``try`` statements: which operations may raise, and which classes handlers take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minijit import types as t
from minijit.errors import Unsupported
from minijit.ir.facts import NOTHING, Fact
from minijit.ir.nodes import Block, Instr, Terminator
from minijit.ir.ops import OPS

if TYPE_CHECKING:
    from minijit.typeinfer.inference import Inference


def may_raise(inference: Inference, block: Block) -> bool:
    """Whether the last operation of a block may raise, as far as its types are known now."""
    if not block.instrs:
        # A check that a variable is bound was not needed.
        return False
    last = block.instrs[-1]
    binding = inference.bindings.get(last)
    if binding is not None:
        return not binding.effects.isdisjoint(("raises", "unknown"))
    if last.op == "check_bound":
        return t.UNBOUND in t.members_of(inference.fact(last.args[0]).type)
    return "raises" in OPS[last.op].effects


def classes_of(inference: Inference, attempt: Terminator) -> tuple[tuple[type[BaseException], ...], ...]:
    """For each handler of an attempt the classes that it takes."""
    return tuple(_classes(inference.fact(arg)) for arg in attempt.args)


def _classes(fact: Fact) -> tuple[type[BaseException], ...]:
    wanted = fact.const if isinstance(fact.const, tuple) else (fact.const,)
    if not all(isinstance(each, type) and issubclass(each, BaseException) for each in wanted):
        raise Unsupported("an except clause of something else than known classes", "name the classes of exceptions")
    return wanted


def throw(_inference: Inference, _instr: Instr, _inputs: tuple[Fact, ...]) -> Fact:
    """Nothing comes behind it."""
    return NOTHING


def caught(_inference: Inference, _instr: Instr, _inputs: tuple[Fact, ...]) -> Fact:
    """An exception is an object of Python's, made where it is asked for."""
    return Fact(t.OBJECT)
