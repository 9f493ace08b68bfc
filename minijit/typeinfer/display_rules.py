"""The typing rules of displays and comprehensions: tuples, lists, dicts, sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from minijit import types as t
from minijit.errors import Unsupported
from minijit.ir.facts import Fact, fact_of_type
from minijit.ir.nodes import UNKNOWN, Instr
from minijit.library.operations import make_dict, make_list, make_set
from minijit.typeinfer import dicts, lists
from minijit.typeinfer.displays import is_only_argument, is_only_read, is_only_returned, takes_all
from minijit.typeinfer.python_calls import resolve_display
from minijit.typeinfer.resolve import resolve

if TYPE_CHECKING:
    from minijit.typeinfer.inference import Inference

Inputs = tuple[Fact, ...]


def expand_starred(inputs: Inputs, instr: Instr) -> Inputs:
    """The operands of a call or display with ``*items`` spread out; they must be tuples."""
    starred = instr.attrs.get("starred", ())
    if not starred:
        return inputs
    # In a call, position 0 is the function itself and the positions count arguments.
    shift = 1 if instr.op == "call" else 0
    row: list[Fact] = []
    for position, fact in enumerate(inputs):
        if position - shift not in starred or (shift and position == 0):
            row.append(fact)
            continue
        if not isinstance(fact.type, t.Tuple):
            raise Unsupported(f"*{fact.type} among arguments or items", "spread only tuples")
        values = fact.const if isinstance(fact.const, tuple) else (UNKNOWN,) * len(fact.type.items)
        for item, value in zip(fact.type.items, values, strict=True):
            row.append(fact_of_type(item) if value is UNKNOWN else Fact(item, value))
    return tuple(row)


def build_tuple(_inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    """``(a, b)``: what is known of the items is known of the tuple."""
    inputs = expand_starred(inputs, instr)
    whole = t.Tuple(tuple(fact.type for fact in inputs))
    if any(fact.const is UNKNOWN for fact in inputs):
        return fact_of_type(whole)
    return Fact(whole, tuple(fact.const for fact in inputs))


def build_list(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    """``[a, b]``: held like a tuple where nobody can tell, native where native code can do what is done with it."""
    if instr.attrs.get("generator"):
        lists.require_consumer(inference, instr, lambda callee: takes_all(inference, callee))
        return lists.build_list(inference, instr, inputs)
    if is_only_read(inference, instr):
        return build_tuple(inference, instr, inputs)
    if is_only_returned(inference, instr):
        return Fact(t.Tuple(tuple(fact.type for fact in expand_starred(inputs, instr)), list))
    if is_only_argument(inference, instr):
        return Fact(t.Tuple(tuple(fact.type for fact in expand_starred(inputs, instr)), list))
    if instr not in inference.program.kept and not instr.attrs["starred"]:
        return lists.build_list(inference, instr, inputs)
    return _made_by_python(inference, instr, expand_starred(inputs, instr), make_list, list)


def list_append(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    """What a comprehension does with an item."""
    return lists.append(inference, instr, inputs)


def build_dict(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    """``{a: b}``; an empty one is native where native code can do what is done with it."""
    if not inputs and instr not in inference.program.kept:
        return dicts.made(inference, instr, inputs, dict)
    return _made_by_python(inference, instr, inputs, make_dict, dict)


def build_set(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    """``{a, b}``."""
    return _made_by_python(inference, instr, expand_starred(inputs, instr), make_set, set)


def _made_by_python(
    inference: Inference, instr: Instr, inputs: Inputs, maker: Callable[..., object], cls: type
) -> Fact:
    """A display that makes an object of Python's."""
    return inference.bind(instr, resolve(maker, inputs, lambda row: resolve_display(maker, row, cls)))
