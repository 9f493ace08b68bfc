"""Fuse expressions over whole arrays: leave results pending that one later operation can compute on its way.

Before::

    %2: array(float64, 1d, C) = binary %a * %b, binding=multiply
    %3: array(float64, 1d, C) = binary %2 + %c, binding=add
    %4: np.float64 = call %sum, %3, binding=sum

After::

    %2: array(float64, 1d, C) = binary %a * %b, binding=multiply, pending
    %3: array(float64, 1d, C) = binary %2 + %c, binding=add, pending
    %4: np.float64 = call %sum, %3, binding=sum, fused=(%2, %3)

A pending operation makes its checks where it stands, so that errors come in the program's order; its elements are
computed in the loop of the one that is not pending. So nothing in between may write to memory; and what a pending
operation reads lives until then (``fused``, which :mod:`minijit.passes.lowering.ownership` looks at).
"""

from __future__ import annotations

from typing import Final

from minijit import types as t
from minijit.ir.facts import fact_of_type
from minijit.ir.nodes import Block, Function, Instr, whole_type
from minijit.library.registry import Arg
from minijit.library.targets import Binding, EntryTarget, FunctionTarget, MethodTarget

_BARRIERS = frozenset({"writes", "io", "unknown"})
MOST: Final = 100
"""So many operations at most are fused into one."""


def fuse_expressions(function: Function) -> None:
    """Mark what is left pending, and by whom it is computed, in place (stage "typed")."""
    blocks = {block: found for block in function.blocks if (found := _candidates(block))}
    if not blocks:
        return
    uses = _uses(function, {instr for found in blocks.values() for instr in found})
    remarks = function.attrs.setdefault("remarks", [])
    for block in blocks:
        remarks += _fuse_block(block, uses)


class _Uses:
    """Who uses a candidate: instructions of its own block with the positions, or others."""

    __slots__ = ("elsewhere", "positions")

    def __init__(self) -> None:
        self.elsewhere = False
        self.positions: list[tuple[Instr, int]] = []


def _candidates(block: Block) -> list[Instr]:
    """What may be pending: results of entries that say so, and methods of them."""
    found: dict[Instr, None] = {}
    for instr in block.instrs:
        if _may_wait(instr) or (instr.op == "getattr" and instr.args[0] in found and _is_method(instr)):
            found[instr] = None
    return list(found)


def _may_wait(instr: Instr) -> bool:
    if not isinstance(instr.type, t.Array):
        return False
    target = _entry_of(instr)
    if target is None or target.entry.fusion is None or target.entry.fusion.waits is None:
        return False
    given = _arguments(instr)
    if given is None:
        return False
    return target.entry.fusion.waits(*given[0], **given[1])


def _entry_of(instr: Instr) -> EntryTarget | None:
    """The entry that an instruction is bound to, whatever happens."""
    binding = instr.attrs.get("binding")
    if not isinstance(binding, Binding) or len(binding.cases) != 1:
        return None
    target = binding.cases[0].target
    return target if isinstance(target, EntryTarget) else None


def _is_method(instr: Instr) -> bool:
    binding = instr.attrs.get("binding")
    if not isinstance(binding, Binding) or len(binding.cases) != 1:
        return False
    return isinstance(binding.cases[0].target, MethodTarget)


def _arguments(instr: Instr) -> tuple[list[Arg], dict[str, Arg]] | None:
    """The arguments as the entry gets them; ``None`` where stars or lists are among them."""
    if instr.attrs.get("starred"):
        return None
    types = instr.attrs["binding"].cases[0].types
    args = [Arg(one, value.const) for one, value in zip(types, instr.args, strict=True)]
    if instr.op == "call":
        callee = args.pop(0).type
        if isinstance(callee, t.BoundMethod):
            args.insert(0, Arg(callee.receiver, fact_of_type(callee.receiver).const))
    keywords = tuple(instr.attrs.get("keywords", ()))
    count = len(args) - len(keywords)
    return args[:count], dict(zip(keywords, args[count:], strict=True))


def _uses(function: Function, candidates: set[Instr]) -> dict[Instr, _Uses]:
    uses = {instr: _Uses() for instr in candidates}
    home = {instr: block for block in function.blocks for instr in block.instrs if instr in candidates}
    for block in function.blocks:
        for instr in block.instrs:
            for position, arg in enumerate(instr.args):
                if arg in uses:
                    assert isinstance(arg, Instr)
                    uses[arg].positions.append((instr, position))
                    uses[arg].elsewhere |= home[arg] is not block
        away = [arg for edge in block.edges for arg in edge.args]
        if block.terminator is not None:
            away += block.terminator.args
        for arg in away:
            if arg in uses:
                assert isinstance(arg, Instr)
                uses[arg].elsewhere = True
    return uses


def _takes(user: Instr, position: int) -> bool:
    """Whether an operation can compute an operand by itself."""
    if user.op == "getattr":
        return _is_method(user)
    target = _entry_of(user)
    if target is None or target.entry.fusion is None or user.attrs.get("starred"):
        return False
    if position >= len(user.args) - len(user.attrs.get("keywords", ())):
        return False
    if user.op == "call" and not isinstance(whole_type(user.args[0]), t.BoundMethod):
        position -= 1
    return position in target.entry.fusion.takes


def _fuse_block(block: Block, uses: dict[Instr, _Uses]) -> list[tuple[object, str]]:
    """From the last instruction to the first: one is pending if all its uses belong to one operation behind it."""
    roots: dict[Instr, Instr] = {}
    barrier: Instr | None = None
    order = {instr: number for number, instr in enumerate(block.instrs)}
    members: dict[Instr, list[Instr]] = {}
    remarks: list[tuple[object, str]] = []
    for instr in reversed(block.instrs):
        # A root that is a barrier itself reads everything before it writes.
        if instr in uses:
            root = _root(uses[instr], roots)
            fits = root is not None and len(members.get(root, ())) < MOST
            if root is not None and fits and (barrier is None or order[barrier] >= order[root]):
                roots[instr] = root
                members.setdefault(root, []).append(instr)
            elif instr.op != "getattr" and any(_takes(*use) for use in uses[instr].positions):
                why = _why_stored(uses[instr], root, barrier if fits else None)
                remarks.append((instr.span, f"array stored, not fused: {why}"))
        if _is_barrier(instr):
            barrier = instr
    for root, found in members.items():
        for instr in found:
            instr.attrs["pending"] = True
        root.attrs["fused"] = tuple(reversed(found))
        operations = sum(instr.op != "getattr" for instr in found)
        remarks.append((root.span, f"{operations + 1} operations over arrays fused into one"))
    return remarks


def _why_stored(uses: _Uses, root: Instr | None, barrier: Instr | None) -> str:
    if uses.elsewhere:
        return "it is used elsewhere, too"
    if barrier is not None:
        return f"line {barrier.span.line} may change what it is computed from"
    if root is not None:
        return f"more than {MOST} operations"
    return "it is used by several operations, or by one that reads it from memory"


def _root(uses: _Uses, roots: dict[Instr, Instr]) -> Instr | None:
    """The one operation that computes all uses; ``None`` where there is none, or where they are not all that sort."""
    if uses.elsewhere:
        return None
    found: Instr | None = None
    for user, position in uses.positions:
        root = roots.get(user, user)
        if (found is not None and root is not found) or not _takes(user, position):
            return None
        if user.op == "getattr" and user not in roots:
            return None
        found = root
    return found


def _is_barrier(instr: Instr) -> bool:
    """Whether an operation may write to memory that arrays before it are read from."""
    binding = instr.attrs.get("binding")
    if not isinstance(binding, Binding):
        return False
    for case in binding.cases:
        if case.target.effects & _BARRIERS:
            return True
        if isinstance(case.target, FunctionTarget) and case.target.instance.visible_effects() & _BARRIERS:
            return True
    return False
