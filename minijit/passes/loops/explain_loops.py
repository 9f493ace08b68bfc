"""Why a loop is no vector loop, as far as its shape tells (for ``explain()``)."""

from __future__ import annotations

from typing import Final

from minijit.ir.nodes import Function, Instr
from minijit.passes.ahead.carried_sums import is_carried_sum, is_float_sum
from minijit.passes.loops.explain_checks import LoopsAndChecks, source_text
from minijit.passes.loops.loop_nests import Loop, leaves_early

_CALLS: Final = {"call_c": "a call", "invoke": "a call", "call_python": "a call into Python", "call_late": "a call"}
ONLY_INNERMOST: Final = "only innermost loops are"


def why_not_vectorised(found: LoopsAndChecks, loop: Loop) -> str:
    """The first reason that is found, in the user's words."""
    function = found.function
    if loop.children:
        return ONLY_INNERMOST
    instrs = [instr for block in loop.blocks for instr in block.instrs]
    for instr in instrs:
        if instr.op in _CALLS and not instr.attrs.get("vector"):
            return f"{_CALLS[instr.op]} at line {instr.span.line}{_quoted(function, instr)}"
    kept = found.kept(loop)
    if kept:
        return f"it may have to stop at line {kept[0].line} ({kept[0].what})"
    if loop.turns is None and not loop.header.attrs.get("blocks"):
        return "the number of its turns is not known before it"
    if leaves_early(loop):
        return "a `break` or `return` may end it early"
    carried = _carried(loop)
    if carried is not None:
        return carried
    if any(instr.op == "store" for instr in instrs) and any(instr.op == "load" for instr in instrs):
        return "a turn may need what the one before has stored, or LLVM expects no gain"
    return "LLVM expects no gain"


def _quoted(function: Function, instr: Instr) -> str:
    text = source_text(function, instr)
    return f" (`{text}`)" if text else ""


def _carried(loop: Loop) -> str | None:
    """What a variable that goes from turn to turn forbids."""
    for place, param in enumerate(loop.header.params):
        values = [edge.args[place] for edge in loop.back]
        if param is loop.counter or all(isinstance(value, Instr) and value.op == "const" for value in values):
            continue
        name = param.name.partition(".")[0]
        what = f"`{name}`" if name else "a variable"
        if any(is_float_sum(value, param, loop) for value in values):
            return f"floats are added to {what} in the written order (fastmath=True allows any)"
        if not all(is_carried_sum(value, param, loop) for value in values):
            return f"each turn needs {what} of the turn before"
    return None
