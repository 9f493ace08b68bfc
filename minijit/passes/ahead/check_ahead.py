"""Check some hundreds of turns of a loop before they run, so that LLVM can vectorise checks and turns.

Before::

    for(%i):                                    ; loop: for
        branch (%i < %n), for.body, for.end
    for.body:
        %x: f64 = load ...
        check_divisor (%x != 0.0), site=1
        store ..., (1.0 / %x)
        jump for(%i + 1)

After::

    for.block(%first):
        %stop: i64 = smin (%first + 512), %n
        jump for.ahead(%first, 0)
    for.ahead(%k, %bad):                        ; what the checks look at, and nothing else
        branch (%k < %stop), for.ahead.body, for.checked
    for.ahead.body:
        %y: f64 = load ...
        jump for.ahead(%k + 1, %bad or %y == 0.0)
    for.checked:
        branch %bad, for(%first), for2(%first)  ; the original from here on
    for2(%i):                                   ; loop: for
        branch (%i < %stop), for2.body, for.next
    for2.body:
        %x: f64 = load ...
        store ..., (1.0 / %x)
        jump for2(%i + 1)
    for.next:
        branch (%i < %n), for.block(%i), for.end

Where a check of the block fails, the original takes over at the first turn of the block: it raises in the right turn,
after the same changes to the arguments. So a check may also fail needlessly, as that of a product of large numbers.
What is read ahead must not be changed by the turns before; see :mod:`minijit.passes.ahead.ahead_memory`.
"""

from __future__ import annotations

from typing import Final

from minijit.ir.dominance import Dominators
from minijit.ir.nodes import Block, Edge, Function, Instr, Value
from minijit.machine import I64
from minijit.passes.ahead.ahead_copy import AheadCopy
from minijit.passes.ahead.ahead_loops import AheadLoop
from minijit.passes.ahead.ahead_slices import CONDITIONS, SUMS, is_check, is_checked_conversion
from minijit.passes.clone_blocks import copy_instr
from minijit.passes.loops.affine import AffineForms
from minijit.passes.loops.loop_nests import outermost_loops, with_inner_loops
from minijit.passes.loops.loops_in_blocks import LoopInBlocks

BLOCK: Final = 512
"""Turns that are checked at once: few enough for what they read to stay in the cache."""


def check_ahead(function: Function) -> None:
    """Check turns of innermost loops ahead, in place (stage "loops")."""
    if not any(_has_checks(block) for block in function.blocks):
        return
    dominators = Dominators(function)
    homes: dict[Value, Block] = {instr: block for block in dominators.order for instr in block.instrs}
    found: list[AheadLoop] = []
    for outer in outermost_loops(function, dominators):
        for loop in with_inner_loops(outer):
            if not loop.children and any(map(_has_checks, loop.blocks)):
                ahead = AheadLoop(function, loop, dominators, AffineForms(loop, homes, set()))
                if ahead.pays():
                    found.append(ahead)
    # What one loop leaves is used by later ones: the last first, so that those uses are repaired.
    for ahead in reversed(found):
        _make_blocks(function, ahead)


def _has_checks(block: Block) -> bool:
    return not block.attrs.get("slow") and any(map(is_check, block.instrs))


def _make_blocks(function: Function, ahead: AheadLoop) -> None:
    """Put the loop over blocks of turns before the loop, which is left for where it is needed."""
    header = ahead.loop.header
    blocks = LoopInBlocks(function, ahead.loop)
    blocks.make_copy(ahead.blocks, _without_check)
    again = blocks.to_original()
    b = blocks.builder(blocks.test)
    apart = ahead.memory.test(b)
    blocks.branch(blocks.test, apart, Edge(blocks.block, list(blocks.starts)), Edge(again, list(blocks.starts)))
    b = blocks.builder(blocks.block)
    beyond = b.emit("add", (blocks.first, b.i64(BLOCK)), I64, nsw=True)
    stop = b.intrinsic("smin", I64, beyond, blocks.turns)
    copy = AheadCopy(function, ahead, stop)
    # One vector at a time is enough, and takes LLVM less time.
    copy.blocks[header].attrs["lanes"] = True
    firsts: list[Value] = list(blocks.block.params)
    carried = ahead.slice.carried
    kept = [value for param, value in zip(header.params, firsts, strict=True) if param in carried]
    b.jump(copy.blocks[header], [*kept, b.i1(False)])
    fine = blocks.builder(copy.done).not_(copy.bad)
    blocks.branch(copy.done, fine, Edge(blocks.twin, list(firsts)), Edge(again, list(firsts)))
    _mark_original(function, ahead)
    blocks.finish(stop, [*copy.blocks.values(), copy.done])
    checks = len(ahead.slice.checks)
    what = "1 check is" if checks == 1 else f"{checks} checks are"
    remarks = function.attrs.setdefault("remarks", [])
    remarks.append((blocks.span, f"{what} made for {BLOCK} turns at a time, before them"))


def _mark_original(function: Function, ahead: AheadLoop) -> None:
    number = 1 + max((block.attrs.get("slow", 0) for block in function.blocks), default=0)
    for block in ahead.blocks:
        block.attrs["slow"] = number
    ahead.loop.header.attrs["scalar"] = True


def _without_check(instr: Instr, args: list[Value]) -> Value | None:
    if instr.op in CONDITIONS:
        return None
    made = copy_instr(instr, args)
    if instr.op in SUMS:
        made.op, made.attrs = instr.op.removeprefix("check_"), {"nsw": True}
    elif is_checked_conversion(instr):
        made.attrs["how"] = "fptosi"
    return made

