"""Run a loop in pieces between the turns at which its remainders start anew, such as ``(i + 1) % n`` at ``n - 1``.

Before::

    for(%i):                                    ; loop: for
        branch (%i < %turns), for.body, for.end
    for.body:
        %1: i64 = floor_mod (%i + 1), %n
        ...

After, if n is not small::

    for.block(%first):
        %2: i64 = floor_div (%first + 1), %n    ; the same for all turns of the piece
        %3: i64 = (%first + 1) - %2 * %n
        %stop: i64 = %first + umin (%n - %3), (%turns - %first)
        jump for2(%first)
    for2(%i):                                   ; loop: for
        branch (%i < %stop), for2.body, for.next
    for2.body:
        %1: i64 = (%i + 1) - %2 * %n
        ...

Nothing is divided in the turns, and an array that is indexed by the remainder is walked in steady steps, so LLVM can
vectorise the loop. What is divided has to change by a constant from turn to turn. Quotients are the same in a piece.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from minijit.ir.builder import MachineBuilder, known
from minijit.ir.dominance import Dominators
from minijit.ir.nodes import Block, Edge, Function, Instr, Value
from minijit.machine import I64
from minijit.passes.clone_blocks import copy_instr
from minijit.passes.loops.affine import AffineForms
from minijit.passes.loops.byte_ranges import ByteRanges
from minijit.passes.loops.loop_nests import Loop, outermost_loops, with_inner_loops
from minijit.passes.loops.loops_in_blocks import LoopInBlocks, can_go_by_blocks
from minijit.passes.loops.polynomials import Poly, number_in, split

_FEWEST: Final = 16
"""Turns of a piece for which it pays."""
_MOST_REMAINDERS: Final = 8
_MOST_INSTRUCTIONS: Final = 150
_DIVISIONS: Final = frozenset(("floor_mod", "floor_div", "check_div"))
_CALLS: Final = frozenset(("call_c", "call_python", "call_late", "invoke"))


class _Remainder(NamedTuple):
    """``(step * counter + rest) % divisor``, or the quotient of the two."""

    instr: Instr
    step: int
    rest: Poly

    def divisor(self, b: MachineBuilder) -> Value:
        """The divisor; a constant is made where the builder is."""
        number = known(self.instr.args[1])
        return self.instr.args[1] if number is None else b.i64(int(number))


def split_at_wraps(function: Function) -> None:
    """Run loops with remainders in pieces, in place (stage "loops")."""
    if not any(_has_remainders(block) for block in function.blocks):
        return
    dominators = Dominators(function)
    homes: dict[Value, Block] = {instr: block for block in dominators.order for instr in block.instrs}
    found: list[tuple[Loop, list[Block], AffineForms, list[_Remainder]]] = []
    for outer in outermost_loops(function, dominators):
        for loop in with_inner_loops(outer):
            if not loop.children and any(map(_has_remainders, loop.blocks)) and _is_simple(loop):
                forms = AffineForms(loop, homes, set())
                blocks = [block for block in dominators.order if block in loop.blocks]
                remainders = _remainders(loop, blocks, forms, dominators)
                if remainders:
                    found.append((loop, blocks, forms, remainders))
    # What one loop leaves is used by later ones: the last first, so that those uses are repaired.
    for one in reversed(found):
        _split(function, *one)


def _has_remainders(block: Block) -> bool:
    return not block.attrs.get("slow") and any(map(_is_candidate, block.instrs))


def _is_candidate(instr: Instr) -> bool:
    if instr.op not in _DIVISIONS or instr.type is not I64:
        return False
    number = known(instr.args[1])
    return number is None or (number >= _FEWEST and int(number) & (int(number) - 1) != 0)


def _is_simple(loop: Loop) -> bool:
    turns = None if loop.turns is None else known(loop.turns)
    if not can_go_by_blocks(loop) or (turns is not None and turns < 2 * _FEWEST):
        return False
    if any(block.attrs.get("slow") or block.attrs.get("rare") for block in loop.blocks):
        return False
    instrs = [instr for block in loop.blocks for instr in block.instrs]
    return len(instrs) <= _MOST_INSTRUCTIONS and not any(instr.op in _CALLS for instr in instrs)


def _remainders(
    loop: Loop, blocks: list[Block], forms: AffineForms, dominators: Dominators
) -> list[_Remainder]:
    """The remainders that are made in each turn, of what changes by a constant; none if there are too many."""
    found: list[_Remainder] = []
    latch = next(block for block in blocks if loop.back[0] in block.edges)
    for block in blocks[1:]:
        if not dominators.dominates(block, latch):
            continue
        for instr in filter(_is_candidate, block.instrs):
            remainder = _remainder(instr, loop, forms)
            if remainder is not None:
                found.append(remainder)
    assert loop.turns is not None
    few = len(found) <= _MOST_REMAINDERS and (known(loop.turns) is not None or not forms.inside(loop.turns))
    return found if few else []


def _remainder(instr: Instr, loop: Loop, forms: AffineForms) -> _Remainder | None:
    number, divisor = instr.args
    poly = forms.poly(number)
    parts = None if poly is None or forms.wrapping[number] else split(poly, loop.counter)
    if parts is None or (forms.inside(divisor) and known(divisor) is None):
        return None
    step = number_in(parts[0])
    fixed = all(forms.fixed(value) for monomial in parts[1] for value in monomial)
    return _Remainder(instr, step, parts[1]) if step and abs(step) < _FEWEST and fixed else None


def _split(
    function: Function, loop: Loop, own: list[Block], forms: AffineForms, remainders: list[_Remainder]
) -> None:
    blocks = LoopInBlocks(function, loop)
    b = blocks.builder(blocks.test)
    before = ByteRanges(b, forms)
    starts = [before.value(each.rest) for each in remainders]
    worth = b.icmp("sge", before.before(blocks.turns), b.i64(_FEWEST))
    for divisor, least in _least_divisors(remainders).items():
        worth = b.and_(worth, b.icmp("sge", before.before(divisor), b.i64(least)))
    again = blocks.to_original()
    blocks.branch(blocks.test, worth, Edge(blocks.block, list(blocks.starts)), Edge(again, list(blocks.starts)))
    b = blocks.builder(blocks.block)
    length: Value = b.sub(blocks.turns, blocks.first)
    operands: dict[Instr, tuple[str, Value]] = {}
    for each, start in zip(remainders, starts, strict=True):
        number = b.add(b.mul(blocks.first, b.i64(each.step)), start)
        quotient, left = _piece(b, number, each)
        length = b.intrinsic("umin", I64, length, left)
        whole = b.mul(quotient, each.divisor(b))
        operands[each.instr] = ("sub", whole) if each.instr.op == "floor_mod" else ("add", quotient)
    stop = b.add(blocks.first, length)

    def rewrite(instr: Instr, args: list[Value]) -> Value | None:
        made = copy_instr(instr, args)
        if instr in operands:
            made.op, value = operands[instr]
            made.args, made.attrs = [args[0] if made.op == "sub" else zero, value], {}
        return made

    zero = b.i64(0)
    blocks.make_copy(own, rewrite)
    b.jump(blocks.twin, list(blocks.block.params))
    loop.header.attrs["scalar"] = True
    blocks.finish(stop, [])
    remarks = function.attrs.setdefault("remarks", [])
    remarks.append((blocks.span, "loop runs in pieces, between the turns at which remainders start anew"))


def _least_divisors(remainders: list[_Remainder]) -> dict[Value, int]:
    """How large divisors have to be for the pieces to be long."""
    least: dict[Value, int] = {}
    for each in remainders:
        divisor = each.instr.args[1]
        least[divisor] = max(least.get(divisor, 0), _FEWEST * abs(each.step))
    return least


def _piece(b: MachineBuilder, number: Value, remainder: _Remainder) -> tuple[Value, Value]:
    """The quotient of all turns of a piece, from the number in the first one, and how many turns that are."""
    divisor, step = remainder.divisor(b), remainder.step
    quotient = b.emit("floor_div", (number, divisor), I64, positive=True)
    rest = b.sub(number, b.mul(quotient, divisor))
    room = rest if step < 0 else b.sub(b.sub(divisor, b.i64(1)), rest)
    if abs(step) > 1:
        room = b.emit("udiv", (room, b.i64(abs(step))), I64)
    return quotient, b.add(room, b.i64(1))
