"""Remarks: what became of each loop, and which checks are left, by line of the source (``explain()``)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from minijit.codegen.emit import LOOP_MARK
from minijit.ir.nodes import Function, Instr
from minijit.ir.unit import Unit

_CHECKS: Final = {
    "check_index": "index check",
    "check_add": "overflow check of +",
    "check_sub": "overflow check of -",
    "check_mul": "overflow check of *",
    "check_div": "overflow check of //",
    "check_shl": "overflow check of <<",
    "check_divisor": "check of a divisor",
    "check_shape": "check of a shape",
}
_LOOP_NODE: Final = re.compile(r"^!(\d+) = distinct !\{(.*)\}$", re.MULTILINE)
_LEAF: Final = re.compile(r'^!(\d+) = !\{!"([\w.]+)", i32 (\d+)\}$', re.MULTILINE)


def remarks_of(unit: Unit, optimised: str) -> list[str]:
    """One remark for each loop and for each line that keeps checks.

    Parameters
    ----------
    unit : Unit
        At the stage "loops".
    optimised : str
        The LLVM text after the passes, made with ``mark_loops=True``.
    """
    vectorised = vectorised_lines(optimised)
    remarks: list[str] = []
    for function in unit.functions.values():
        remarks += _of_function(function, vectorised)
    return list(dict.fromkeys(remarks))


def vectorised_lines(optimised: str) -> set[int]:
    """The lines of the loops that LLVM has vectorised."""
    leaves = {number: (name, int(value)) for number, name, value in _LEAF.findall(optimised)}
    lines: set[int] = set()
    for _, operands in _LOOP_NODE.findall(optimised):
        facts = dict(leaves[number] for number in re.findall(r"!(\d+)", operands) if number in leaves)
        if facts.get("llvm.loop.isvectorized") and LOOP_MARK in facts:
            lines.add(facts[LOOP_MARK])
    return lines


def _of_function(function: Function, vectorised: set[int]) -> Iterable[str]:
    found: list[tuple[int, int, str]] = []
    for span, text in function.attrs.get("remarks", ()):
        found.append((span.line, 0, text))
    for block in function.blocks:
        if block.attrs.get("loop") and not block.attrs.get("scalar") and block.terminator is not None:
            line = block.terminator.span.line
            found.append((line, 1, "loop vectorised" if line in vectorised else "loop not vectorised"))
    for line, checks in _checks_by_line(function).items():
        counted = ", ".join(name if count == 1 else f"{count} x {name}" for name, count in checks.items())
        found.append((line, 2, f"kept: {counted}"))
    return [f"{function.filename}:{line}: {text}" for line, _, text in sorted(set(found))]


def _checks_by_line(function: Function) -> dict[int, Counter[str]]:
    """The checks on every line, those of the slow copies of versioned loops left out."""
    found: dict[int, Counter[str]] = {}
    for block in function.blocks:
        if block.attrs.get("slow"):
            continue
        for instr in block.instrs:
            name = _name_of_check(instr)
            if name:
                found.setdefault(instr.span.line, Counter())[name] += 1
    return found


def _name_of_check(instr: Instr) -> str:
    if instr.op == "check":
        return "check of a value"
    return _CHECKS.get(instr.op, "")
