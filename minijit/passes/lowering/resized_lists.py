"""Which native lists a function may make longer or shorter.

A loop over one of them has to look at its length in each turn.
"""

from __future__ import annotations

from typing import Final

from minijit import types as t
from minijit.ir.nodes import Function, Instr, whole_type
from minijit.library.targets import Binding, FunctionTarget

_RESIZING: Final = frozenset({"append", "extend", "insert", "pop", "remove", "clear"})


def lists_of(one: t.Type) -> list[t.List]:
    """The native lists that a value of some type leads to, without those in other lists."""
    match one:
        case t.List():
            return [one]
        case t.Dict():
            return list(one.lists)
        case t.Tuple(items) | t.Union(items) | t.Iterator(sources=items) | t.Closure(captured=items):
            return [found for item in items for found in lists_of(item)]
        case t.BoundMethod(receiver):
            return lists_of(receiver)
        case _:
            return []


def _all_lists(one: t.Type) -> list[t.List]:
    found = lists_of(one)
    return found + [inner for each in found for inner in _all_lists(each.item)]


def resized_lists(function: Function) -> list[t.List]:
    """The types of the lists whose length an operation of a function (stage "typed") may change."""
    found: dict[int, t.List] = {}
    for block in function.blocks:
        for instr in block.instrs:
            for one in _resized_by(instr):
                found[id(one.representative())] = one.representative()
    return list(found.values())


def _resized_by(instr: Instr) -> list[t.List]:
    if instr.op in ("list_append", "delitem", "inplace", "setitem"):
        return lists_of(whole_type(instr.args[0]))
    if instr.op != "call":
        return []
    callee = whole_type(instr.args[0])
    methods = [one for one in t.members_of(callee) if isinstance(one, t.BoundMethod) and one.name in _RESIZING]
    found = [each for one in methods for each in lists_of(one)]
    binding = instr.attrs.get("binding")
    if isinstance(binding, Binding) and any(isinstance(case.target, FunctionTarget) for case in binding.cases):
        found += [each for arg in instr.args for each in _all_lists(whole_type(arg))]
    return found
