"""Why a check is still there: which value of the loop stands in the way of a test before it (for ``explain()``).

This looks at functions that are finished, when somebody asks; compiling does not wait for it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from minijit.ir.dominance import Dominators
from minijit.ir.nodes import Block, Function, Instr, Param, Value
from minijit.passes.loops.affine import AffineForms
from minijit.passes.loops.loop_nests import Loop, outermost_loops, with_inner_loops
from minijit.passes.loops.removable_checks import CHECKS
from minijit.source import line_of

_LONGEST: Final = 40
_WORDS: Final = {
    "check_index": "index check",
    "check_add": "overflow check of +",
    "check_sub": "overflow check of -",
    "check_mul": "overflow check of *",
    "check_shl": "overflow check of <<",
    "check_div": "overflow check of //",
    "check_divisor": "check of a divisor",
    "check_shape": "check of a shape",
    "check": "check of a value",
}
_OVERFLOWS: Final = frozenset(("check_add", "check_sub", "check_mul", "check_shl", "check_div"))
_DIVISIONS: Final = frozenset(("floor_div", "floor_mod", "check_div", "sdiv", "srem", "udiv", "urem", "ashr", "lshr"))
_CALLS: Final = frozenset(("call_c", "invoke", "call_python"))


class Kept(NamedTuple):
    """A check that is left: what it is, in which part of the source, why it is there, and what would remove it."""

    line: int
    what: str
    source: str
    why: str
    advice: str


class LoopsAndChecks:
    """The loops of a function at the stage "loops", copies with checks left out, and the checks that they keep.

    Attributes
    ----------
    loops : list of Loop
        All of them, outer ones first.
    loop_of : dict of Block to Loop
        The innermost loop around a block.
    """

    def __init__(self, function: Function) -> None:
        self.function = function
        dominators = Dominators(function)
        self._homes: dict[Value, Block] = {i: block for block in dominators.order for i in block.instrs}
        outer = [loop for loop in outermost_loops(function, dominators) if not loop.header.attrs.get("slow")]
        self.loops = [each for loop in outer for each in with_inner_loops(loop)]
        self.loops = [loop for loop in self.loops if not loop.header.attrs.get("slow")]
        self.loop_of: dict[Block, Loop] = {}
        for loop in self.loops:
            self.loop_of.update(dict.fromkeys(loop.blocks, loop))
        self._blocks = [block for block in dominators.order if not block.attrs.get("slow")]

    def kept(self, loop: Loop | None) -> list[Kept]:
        """The checks that stand in a loop and not in one within it; with None those outside of all loops."""
        found: dict[Kept, None] = {}
        for block in self._blocks:
            if self.loop_of.get(block) is loop:
                for instr in block.instrs:
                    if instr.op in _WORDS and instr.span.line:
                        found[self._explained(instr, loop)] = None
        return list(found)

    def _explained(self, instr: Instr, loop: Loop | None) -> Kept:
        why, advice = ("", "") if loop is None else self._reason(instr, loop)
        return Kept(instr.span.line, _WORDS[instr.op], source_text(self.function, instr), why, advice)

    def _reason(self, instr: Instr, loop: Loop) -> tuple[str, str]:
        forms = AffineForms(loop, self._homes, set())
        operands = instr.args[:2] if instr.op in CHECKS or instr.op in _OVERFLOWS else instr.args[:1]
        culprits = [self._culprit(forms, operand) for operand in operands]
        if instr.op == "check_index":
            if culprits[0] is not None:
                return f"the index {self._described(culprits[0])}", _advice(culprits[0])
            if culprits[1] is not None:
                return "the array is another one in some turns of the loop", "use one name for each array"
            return "it depends on a condition whether the index is used", ""
        if instr.op in _OVERFLOWS:
            first = next((each for each in culprits if each is not None), None)
            why = "it may become any int" if first is None else f"it {self._described(first)}"
            return why, "NumPy's ints wrap around and need no check: start from np.int64(0) if that is meant"
        if instr.op == "check_divisor":
            return "the divisor may be 0 in some turn", "a NumPy float divides by 0 without an exception"
        return "what is checked changes in the loop", ""

    def _culprit(self, forms: AffineForms, value: Value) -> Value | None:
        """The first value of the loop that no test before the loop can tell anything of."""
        poly = forms.poly(value)
        if poly is None:
            return value if forms.inside(value) else None
        for monomial in poly:
            for each in monomial:
                if each not in forms.counters and not forms.fixed(each):
                    return each
        return None

    def _described(self, value: Value) -> str:
        if isinstance(value, Param):
            name = value.name.partition(".")[0]
            return f"depends on `{name}`, which the loop assigns" if name else "changes in the loop"
        text, line = source_text(self.function, value), value.span.line
        quoted = f" (`{text}`, line {line})" if text else ""
        if value.op == "load" and not value.attrs.get("local"):
            return f"is read from an array{quoted}"
        if value.op in _CALLS or value.op == "load":
            return f"is the result of a call{quoted}"
        if _is_from_float(value):
            return f"is made of a float{quoted}"
        if value.op in _DIVISIONS:
            return f"comes from a division or a shift{quoted}"
        return f"is computed in the loop{quoted}"


def _advice(culprit: Value) -> str:
    if isinstance(culprit, Instr) and (culprit.op == "load" or _is_from_float(culprit)):
        return "nothing is known of it before the loop; the check costs little"
    if isinstance(culprit, Param):
        return "count with `for ... in range(...)`, or make it a sum of loop variables"
    return ""


def _is_from_float(value: Instr) -> bool:
    return str(value.attrs.get("how", value.attrs.get("name", ""))).startswith("fpto")


def source_text(function: Function, instr: Instr) -> str:
    """What an instruction was in the source, if that is short."""
    span = instr.span
    if span.line != span.end_line:
        return ""
    line = line_of(function.filename, span.line).encode()
    text = line[span.column : span.end_column].decode(errors="replace").strip()
    return text if len(text) <= _LONGEST else ""
