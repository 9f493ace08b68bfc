"""Iterators are used up: what ``enumerate``, ``zip`` or ``a.flat`` gives can be gone through once.

Native code holds an iterator by what it goes over, and counts the turns of each loop anew. That is the same only for an
iterator that is made where it is used, and used once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minijit import types as t
from minijit.errors import Unsupported
from minijit.ir.nodes import Block, Instr, Param, Value

if TYPE_CHECKING:
    from minijit.typeinfer.inference import Inference

_LOOP = ("iter_len", "iter_more", "iter_item")
"""What a loop asks of the iterator that it has taken."""


def require_single_use(inference: Inference, instr: Instr) -> None:
    """Refuse an operation that uses up an iterator which may be looked at again."""
    for value in instr.args:
        if not isinstance(inference.fact(value).type, t.Iterator) or not _uses_up(instr, value):
            continue
        if instr.op == "build_tuple" or not _is_used_once(inference, value, instr):
            raise Unsupported("an iterator that is kept, or used more than once", "make it where it is used")


def _uses_up(user: Instr, value: Value) -> bool:
    """Whether an operation takes items from an iterator; indexing ``a.flat`` and asking for attributes does not."""
    if user.op in _LOOP:
        return False
    return user.op not in ("getitem", "setitem", "getattr") or user.args[0] is not value


def _is_used_once(inference: Inference, value: Value, user: Instr) -> bool:
    blocks = inference.source.blocks
    home = _home_of(blocks, value)
    if home is None or user not in home.instrs:
        return False
    count = 0
    for block in blocks:
        for instr in block.instrs:
            if _uses_up(instr, value):
                count += sum(arg is value for arg in instr.args)
        if block.terminator is not None and value in block.terminator.args:
            count += 1
        count += sum(arg is value for edge in block.edges for arg in edge.args)
    return count == 1


def _home_of(blocks: list[Block], value: Value) -> Block | None:
    """The block that makes a value; for an argument the first one, for what several paths give none."""
    if isinstance(value, Param):
        return blocks[0] if value.block is blocks[0] else None
    return next((block for block in blocks if value in block.instrs), None)
