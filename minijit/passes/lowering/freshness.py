"""Freshness: which arrays were made by the call itself, so that nobody outside can see stores into them.

A store into a fresh array is no visible effect: a call that has done nothing else can still be run again by the
interpreter. A value is fresh if it is made by an operation that allocates, is a view of a fresh value, or comes from
fresh values on all paths; and every value is that cannot refer to an array at all.
"""

from __future__ import annotations

from minijit import types as t
from minijit.ir.nodes import Function, Instr, Param, Value
from minijit.library.targets import Binding, EntryTarget

_VIEWS = frozenset(
    {
        *("getitem", "getattr", "set_shape", "tuple_item", "iter_item", "get_iter", "check_bound"),
        *("build_tuple", "build_list", "unpack"),
    }
)
_STORES = frozenset({"setitem", "inplace"})


def fresh_values(function: Function) -> set[Value]:
    """The values of a function at the stage "typed" that are arrays made by the call, or lead to such arrays only."""
    params: dict[Param, list[Value]] = {}
    fresh: set[Value] = {param for param in function.params if not _may_hold_array(param.type)}
    for block in function.blocks:
        fresh.update(block.instrs)
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


def stores_privately(instr: Instr, fresh: set[Value]) -> bool:
    """Whether an operation of the stage "typed" is a store into an array that nobody outside the call can see."""
    return instr.op in _STORES and instr.args[0] in fresh


def visible_effects(function: Function) -> frozenset[str]:
    """The effects of a function's own operations that others can see; those of the functions it calls are left out."""
    fresh = fresh_values(function)
    effects: set[str] = set()
    for block in function.blocks:
        for instr in block.instrs:
            binding = instr.attrs.get("binding")
            if isinstance(binding, Binding):
                effects |= binding.effects - {"writes"} if stores_privately(instr, fresh) else binding.effects
    return frozenset(effects)


def _stays_fresh(value: Value, fresh: set[Value], params: dict[Param, list[Value]]) -> bool:
    if not _may_hold_array(value.type):
        return True
    if _holds_listed_array(value.type):
        # What else is in the list, nobody knows here.
        return False
    if isinstance(value, Param):
        return all(arg in fresh for arg in params[value])
    if value.op in _VIEWS:
        return _allocates(value) or all(arg in fresh for arg in value.args)
    if value.op == "inplace" and isinstance(value.type, t.Array):
        return value.args[0] in fresh
    if value.op in ("call", "binary", "unary", "inplace"):
        return _allocates(value) or (_is_of_library(value) and all(arg in fresh for arg in value.args))
    return value.op in ("unbound", "const")


def _allocates(instr: Instr) -> bool:
    binding = instr.attrs.get("binding")
    if not isinstance(binding, Binding):
        return False
    return all(
        isinstance(case.target, EntryTarget) and "allocates" in case.target.effects
        for case in binding.cases
        if _may_hold_array(case.result)
    )


def _is_of_library(instr: Instr) -> bool:
    binding = instr.attrs.get("binding")
    return isinstance(binding, Binding) and all(isinstance(case.target, EntryTarget) for case in binding.cases)


def _holds_listed_array(one: object) -> bool:
    """Whether a value leads to the arrays in a list."""
    match one:
        case t.List():
            return _may_hold_array(one.item)
        case t.Dict(entries=entries):
            return _may_hold_array(entries)
        case t.Tuple(items) | t.Union(items) | t.Iterator(sources=items) | t.Closure(captured=items):
            return any(map(_holds_listed_array, items))
        case t.BoundMethod(receiver):
            return _holds_listed_array(receiver)
        case _:
            return False


def _may_hold_array(one: object) -> bool:
    match one:
        case t.Instance() | t.Array() | t.RecordArray() | t.Record() | t.Object() | t.PythonList():
            return True
        case t.List():
            return _may_hold_array(one.item)
        case t.Dict(entries=entries):
            return _may_hold_array(entries)
        case t.Tuple(items) | t.Union(items):
            return any(map(_may_hold_array, items))
        case t.Iterator():
            return any(map(_may_hold_array, one.sources))
        case t.BoundMethod():
            return _may_hold_array(one.receiver)
        case t.Closure(captured=captured):
            return any(map(_may_hold_array, captured))
        case _:
            return False
