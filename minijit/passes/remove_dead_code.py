"""Remove instructions whose result nobody uses and that do nothing else.

Before::

    %1: i64 = mul %n, 8
    %2: i64 = add %n, 1
    return %2

After::

    %2: i64 = add %n, 1
    return %2

Lowering makes all parts of a value though often only one is used; the less text LLVM has to read, the better.
"""

from __future__ import annotations

from typing import Final

from minijit.ir.nodes import Function, Instr, Value, reverse_postorder
from minijit.ir.ops import OPS

_KEPT: Final = frozenset({"raises", "writes", "io", "unknown", "allocates", "random"})


def remove_dead_code(function: Function) -> None:
    """Remove dead instructions and blocks that cannot be reached, in place, and order the blocks (stage "loops")."""
    function.blocks = reverse_postorder(function.blocks[0])
    live: set[Value] = set()
    for block in function.blocks:
        for edge in block.edges:
            live.update(edge.args)
        if block.terminator is not None:
            live.update(block.terminator.args)
    # Definitions stand before uses within a block, and blocks are visited last first; a second round is only needed
    # for values used in a block that is written down earlier.
    while True:
        before = len(live)
        for block in reversed(function.blocks):
            for instr in reversed(block.instrs):
                if instr in live or _does_something(instr):
                    live.update(instr.args)
        if len(live) == before:
            break
    for block in function.blocks:
        block.instrs = [instr for instr in block.instrs if instr in live or _does_something(instr)]


def _does_something(instr: Instr) -> bool:
    effects = OPS[instr.op].effects
    if "bound" in effects:
        effects = instr.attrs.get("effects", frozenset({"unknown"}))
        return bool(effects & _KEPT) or instr.op == "invoke"
    return bool(effects & _KEPT) or instr.op in ("incref", "decref") or instr.attrs.get("name") == "assume"
