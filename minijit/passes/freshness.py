"""Freshness: which arrays were made by the call itself, so that nobody outside can see stores into them.

A store into a fresh array is no visible effect: a call that has done nothing else can still be run again by the
interpreter. A value is fresh if it is made by an operation that allocates, is a view of a fresh value, or comes from
fresh values on all paths.
"""

from __future__ import annotations

from minijit import types as t
from minijit.ir.nodes import Function, Instr, Param, Value
from minijit.library.targets import Binding, EntryTarget

_VIEWS = frozenset(
    {"getitem", "getattr", "tuple_item", "iter_item", "get_iter", "check_bound", "build_tuple", "unpack"}
)


def fresh_values(function: Function) -> set[Value]:
    """The values of a function at the stage "typed" that are arrays made by the call, or lead to such arrays only."""
    fresh: set[Value] = set()
    params: dict[Param, list[Value]] = {}
    for block in function.blocks:
        for instr in block.instrs:
            fresh.add(instr)
        for edge in block.edges:
            for param, arg in zip(edge.block.params, edge.args, strict=True):
                params.setdefault(param, []).append(arg)
    fresh.update(params)
    changed = True
    while changed:
        changed = False
        for value in list(fresh):
            if not _stays_fresh(value, fresh, params):
                fresh.discard(value)
                changed = True
    return fresh


def _stays_fresh(value: Value, fresh: set[Value], params: dict[Param, list[Value]]) -> bool:
    if isinstance(value, Param):
        return all(arg in fresh for arg in params[value])
    if not _may_hold_array(value.type):
        return True
    if value.op in _VIEWS:
        return all(arg in fresh for arg in value.args)
    if value.op == "call":
        return _allocates(value) or (_is_of_library(value) and all(arg in fresh for arg in value.args))
    return value.op in ("binary", "unary", "unbound", "const")


def _allocates(instr: Instr) -> bool:
    binding = instr.attrs.get("binding")
    if not isinstance(binding, Binding):
        return False
    return all(
        isinstance(case.target, EntryTarget) and "allocates" in case.target.effects for case in binding.cases
    )


def _is_of_library(instr: Instr) -> bool:
    binding = instr.attrs.get("binding")
    return isinstance(binding, Binding) and all(isinstance(case.target, EntryTarget) for case in binding.cases)


def _may_hold_array(one: object) -> bool:
    match one:
        case t.Array() | t.Object():
            return True
        case t.Tuple(items) | t.Union(items):
            return any(map(_may_hold_array, items))
        case t.Iterator():
            return any(map(_may_hold_array, one.sources))
        case t.BoundMethod():
            return _may_hold_array(one.receiver)
        case _:
            return False


