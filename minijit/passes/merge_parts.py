"""Merge block parameters of which always one at most holds something, and branches that do the same either way.

A variable that is ``0.0`` before a loop and a NumPy float after its first turn is held as a tag and two floats, one of
which is poison. On the machine both are added to in the same way::

    for(%i, %tag, %python, %numpy):
        ...
        branch %is_python, then, else
    then:
        %a = fadd %python, %x
        jump join(%a)
    else:
        %b = fadd %numpy, %x
        jump join(%b)
    join(%sum):
        jump for(%i2, 1, poison, %sum)

becomes::

    for(%i, %tag, %either):
        ...
        %a = fadd %either, %x
        jump for(%i2, 1, %a)

Poison may be any value, so the parameter that is poison may as well be the other one.
"""

from __future__ import annotations

from typing import TypeAlias

from minijit.ir.nodes import Block, Edge, Function, Instr, Param, Value, predecessors, reverse_postorder

_Edges: TypeAlias = dict[Block, list[tuple[Block, Edge]]]


def merge_parts(function: Function) -> None:
    """Merge parameters, then branches, in place (stage "loops")."""
    function.blocks = reverse_postorder(function.blocks[0])
    _merge_params(function)
    while _merge_branches(function):
        function.blocks = reverse_postorder(function.blocks[0])


# ---- parameters


def _merge_params(function: Function) -> None:
    before = predecessors(function)
    classes = [each for block in function.blocks[1:] for each in _parts_of_one_type(block)]
    leader = {param: each[0] for each in classes for param in each}
    while True:
        good = [each for each in classes if _at_most_one_holds(each, before, leader)]
        if len(good) == len(classes):
            break
        classes = good
        leader = {param: each[0] for each in classes for param in each}
    for each in classes:
        _merge(each, before)
    if classes:
        _replace(function, {param: first for param, first in leader.items() if param is not first})


def _parts_of_one_type(block: Block) -> list[list[Param]]:
    """The parameters that are parts of one variable (``s.1``, ``s.2``) and of one type, where there are several."""
    found: dict[tuple[str, object], list[Param]] = {}
    for param in block.params:
        name, dot, _ = param.name.rpartition(".")
        if dot:
            found.setdefault((name, param.type), []).append(param)
    return [each for each in found.values() if len(each) > 1]


def _at_most_one_holds(params: list[Param], before: _Edges, leader: dict[Param, Param]) -> bool:
    """Whether on each way in at most one is not poison, when all that `leader` joins are taken for one."""
    block = params[0].block
    places = [block.params.index(param) for param in params]
    for _, edge in before[block]:
        args = {_led(edge.args[place], leader) for place in places}
        if sum(not _is_poison(arg) for arg in args) > 1:
            return False
    return True


def _led(value: Value, leader: dict[Param, Param]) -> Value:
    return leader.get(value, value) if isinstance(value, Param) else value


def _is_poison(value: Value) -> bool:
    return isinstance(value, Instr) and value.op == "const" and value.attrs["value"] == "poison"


def _merge(params: list[Param], before: _Edges) -> None:
    """Keep the first of the parameters; it is given whatever one of them holds."""
    block = params[0].block
    places = [block.params.index(param) for param in params]
    for _, edge in before[block]:
        args = [edge.args[place] for place in places]
        edge.args[places[0]] = next((arg for arg in args if not _is_poison(arg)), args[0])
        edge.args = [arg for place, arg in enumerate(edge.args) if place not in places[1:]]
    block.params = [param for place, param in enumerate(block.params) if place not in places[1:]]


def _replace(function: Function, replaced: dict[Param, Param]) -> None:
    def all_replaced(values: list[Value]) -> list[Value]:
        return [_led(value, replaced) for value in values]

    for block in function.blocks:
        for instr in block.instrs:
            instr.args = all_replaced(instr.args)
        if block.terminator is not None:
            block.terminator.args = all_replaced(block.terminator.args)
            for edge in block.terminator.edges:
                edge.args = all_replaced(edge.args)


# ---- branches


def _merge_branches(function: Function) -> bool:
    before = predecessors(function)
    changed = False
    for block in function.blocks:
        end = block.terminator
        if end is None or end.op != "branch":
            continue
        one, other = (edge.block for edge in end.edges)
        if one is other or len(before[one]) > 1 or len(before[other]) > 1 or not _do_the_same(one, other):
            continue
        block.instrs += one.instrs
        block.terminator = one.terminator
        one.instrs, other.instrs = [], []
        changed = True
    return changed


def _do_the_same(one: Block, other: Block) -> bool:
    """Whether two blocks without parameters hold the same instructions and jump to the same block."""
    ends = one.terminator, other.terminator
    if ends[0] is None or ends[1] is None or ends[0].op != "jump" or ends[1].op != "jump":
        return False
    first, second = ends[0].edges[0], ends[1].edges[0]
    if first.block is not second.block or one.params or other.params or len(one.instrs) != len(other.instrs):
        return False
    twins: dict[Value, Value] = {}
    for left, right in zip(one.instrs, other.instrs, strict=True):
        if left.op != right.op or left.type != right.type or not _same(left.args, right.args, twins):
            return False
        # As text, 0.0 and -0.0 differ.
        if left.attrs != right.attrs or repr(left.attrs.get("value")) != repr(right.attrs.get("value")):
            return False
        twins[right] = left
    return _same(first.args, second.args, twins)


def _same(left: list[Value], right: list[Value], twins: dict[Value, Value]) -> bool:
    if len(left) != len(right):
        return False
    pairs = zip(left, right, strict=True)
    return all(one is twins.get(other, other) or _same_constant(one, other) for one, other in pairs)


def _same_constant(one: Value, other: Value) -> bool:
    if not isinstance(one, Instr) or not isinstance(other, Instr) or one.op != "const" or other.op != "const":
        return False
    return one.type == other.type and repr(one.attrs["value"]) == repr(other.attrs["value"])
