"""Forward the items of tuples that are made and taken apart at once, as in ``a, b = b, a``.

Before::

    %2: (int, float) = build_tuple %0, %1
    %3: (int, float) = unpack %2, count=2, binding=known
    %4: int = tuple_item %3, index=0
    return %4

After::

    return %0

A tuple that is still there would need references of its own to the arrays in it, with counting on each turn of a loop.
"""

from __future__ import annotations

from minijit.ir.nodes import Function, Instr, Value
from minijit.library.targets import Binding, ConstantTarget


def forward_tuple_items(function: Function) -> None:
    """Replace items of known tuples by what the tuples are made of, in place (stage "typed")."""
    replaced: dict[Value, Value] = {}
    for block in function.blocks:
        for instr in block.instrs:
            if instr.op == "tuple_item":
                item = _item_of_display(instr, replaced)
                if item is not None and item.type == instr.type:
                    replaced[instr] = item
    if not replaced:
        return
    for block in function.blocks:
        for instr in block.instrs:
            instr.args = [_final(arg, replaced) for arg in instr.args]
        if block.terminator is not None:
            block.terminator.args = [_final(arg, replaced) for arg in block.terminator.args]
        for edge in block.edges:
            edge.args = [_final(arg, replaced) for arg in edge.args]
    _remove_unused(function)


def _item_of_display(instr: Instr, replaced: dict[Value, Value]) -> Value | None:
    """What ``tuple_item`` gives, where it takes apart a ``build_tuple`` without stars."""
    whole = _final(instr.args[0], replaced)
    if isinstance(whole, Instr) and whole.op == "unpack" and _does_nothing(whole):
        whole = _final(whole.args[0], replaced)
    if not isinstance(whole, Instr) or whole.op != "build_tuple" or whole.attrs.get("starred"):
        return None
    index: int = instr.attrs["index"]
    return whole.args[index]


def _does_nothing(unpack: Instr) -> bool:
    if unpack.attrs["starred"] is not None:
        # Its items are not those of what it takes apart.
        return False
    binding = unpack.attrs.get("binding")
    return isinstance(binding, Binding) and all(isinstance(case.target, ConstantTarget) for case in binding.cases)


def _final(value: Value, replaced: dict[Value, Value]) -> Value:
    while value in replaced:
        value = replaced[value]
    return value


def _remove_unused(function: Function) -> None:
    """Remove tuples and items that nobody uses any more."""
    used: set[Value] = set()
    for block in function.blocks:
        if block.terminator is not None:
            used.update(block.terminator.args)
        for edge in block.edges:
            used.update(edge.args)
        for instr in block.instrs:
            if not _is_only_a_tuple(instr):
                used.update(instr.args)
    while True:
        more = {
            arg
            for block in function.blocks
            for instr in block.instrs
            if _is_only_a_tuple(instr) and instr in used
            for arg in instr.args
        } - used
        if not more:
            break
        used |= more
    for block in function.blocks:
        block.instrs = [instr for instr in block.instrs if instr in used or not _is_only_a_tuple(instr)]


def _is_only_a_tuple(instr: Instr) -> bool:
    return instr.op in ("build_tuple", "tuple_item") or (instr.op == "unpack" and _does_nothing(instr))
