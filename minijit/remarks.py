"""Remarks: what became of each loop, and which checks are left and why, by line of the source (``explain()``)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from minijit.codegen.emit import LOOP_MARK
from minijit.ir.nodes import Block, Function
from minijit.ir.unit import Unit
from minijit.passes.loops.explain_checks import Kept, LoopsAndChecks
from minijit.passes.loops.explain_loops import ONLY_INNERMOST, why_not_vectorised
from minijit.passes.loops.loop_nests import Loop

_LOOP_NODE: Final = re.compile(r"^!(\d+) = distinct !\{(.*)\}$", re.MULTILINE)
_LEAF: Final = re.compile(r'^!(\d+) = !\{!"([\w.]+)", i32 (\d+)\}$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """A check that native code still makes.

    Attributes
    ----------
    line : int
        Where.
    what : str
        ``index check``, ``overflow check of +`` ...
    source : str
        The part of the line that it belongs to, or an empty string.
    why : str
        Why no test before the loop stands for it; empty outside of loops.
    advice : str
        What would remove it, or an empty string.
    """

    line: int
    what: str
    source: str
    why: str
    advice: str

    def __str__(self) -> str:
        source = f" of `{self.source}`" if self.source else ""
        why = f": {self.why}" if self.why else ""
        advice = f" ({self.advice})" if self.advice else ""
        return f"kept: {self.what}{source}{why}{advice}"


@dataclass(frozen=True, slots=True)
class LoopReport:
    """What became of a loop.

    Attributes
    ----------
    function, filename, line
        Where it is.
    replaced : int
        How many checks a test before it has replaced; 0 if it is not versioned. An inner loop counts with the loop
        around it that is.
    not_versioned : str
        Why it is not versioned although checks are left, or an empty string.
    vectorised : bool
        Whether LLVM made a vector loop of it.
    not_vectorised : str
        Why not, or an empty string.
    checks : tuple of CheckReport
        Those that are left in it, and not in a loop within it.
    """

    function: str
    filename: str
    line: int
    replaced: int
    not_versioned: str
    vectorised: bool
    not_vectorised: str
    checks: tuple[CheckReport, ...]

    def lines(self) -> list[tuple[int, str]]:
        """What ``explain()`` prints, with the line of the source each belongs to."""
        found = []
        if self.not_versioned:
            found.append((self.line, f"loop not versioned: {self.not_versioned}"))
        if self.not_vectorised != ONLY_INNERMOST:
            why = f": {self.not_vectorised}" if self.not_vectorised else ""
            found.append((self.line, "loop vectorised" if self.vectorised else f"loop not vectorised{why}"))
        return found + [(check.line, str(check)) for check in self.checks]


def loop_reports(unit: Unit, optimised: str) -> list[LoopReport]:
    """A report for each loop of the source, in order.

    Parameters
    ----------
    unit : Unit
        At the stage "loops".
    optimised : str
        The LLVM text after the passes, made with ``mark_loops=True``.
    """
    vectorised = vectorised_lines(optimised)
    reports: dict[LoopReport, None] = {}
    for function in unit.functions.values():
        found = LoopsAndChecks(function)
        for loop in found.loops:
            if loop.header.attrs.get("loop") and not loop.header.attrs.get("scalar"):
                reports[_report(found, loop, vectorised)] = None
    return sorted(reports, key=lambda each: (each.filename, each.line))


def remarks_of(unit: Unit, optimised: str) -> list[str]:
    """What the passes have noted, the reports as text, and the checks outside of loops: ``file:line: text``."""
    found: list[tuple[str, int, int, str]] = []
    for report in loop_reports(unit, optimised):
        found += [(report.filename, line, rank, text) for rank, (line, text) in enumerate(report.lines())]
    for function in unit.functions.values():
        found += [(function.filename, span.line, -1, text) for span, text in function.attrs.get("remarks", ())]
        outside = [each for each in LoopsAndChecks(function).kept(None) if each.what != "check of a value"]
        found += [(function.filename, each.line, 99, str(CheckReport(*each))) for each in outside]
    return [f"{name}:{line}: {text}" for name, line, _, text in sorted(dict.fromkeys(found))]


def vectorised_lines(optimised: str) -> set[int]:
    """The lines of the loops that LLVM has vectorised."""
    leaves = {number: (name, int(value)) for number, name, value in _LEAF.findall(optimised)}
    lines: set[int] = set()
    for _, operands in _LOOP_NODE.findall(optimised):
        facts = dict(leaves[number] for number in re.findall(r"!(\d+)", operands) if number in leaves)
        if facts.get("llvm.loop.isvectorized") and LOOP_MARK in facts:
            lines.add(facts[LOOP_MARK])
    return lines


def _report(found: LoopsAndChecks, loop: Loop, vectorised: set[int]) -> LoopReport:
    function, line = found.function, _line_of(loop.header)
    replaced, too_large = _versioned(function, loop)
    kept = found.kept(loop)
    is_vector = line in vectorised
    return LoopReport(
        function=function.name,
        filename=function.filename,
        line=line,
        replaced=replaced,
        not_versioned="" if replaced else "it is too large" if too_large else _why_not_versioned(kept),
        vectorised=is_vector,
        not_vectorised="" if is_vector else why_not_vectorised(found, loop),
        checks=tuple(CheckReport(*each) for each in kept),
    )


def _why_not_versioned(kept: Iterable[Kept]) -> str:
    for each in kept:
        where = "" if "line" in each.why else f" (line {each.line})"
        return f"{each.why}{where}" if each.why else "its checks can't be made before it"
    return ""


def _versioned(function: Function, loop: Loop | None) -> tuple[int, bool]:
    """How many checks the versioning of this loop or of one around it has replaced; whether that would be too large."""
    decisions: dict[object, tuple[int, bool]] = function.attrs.get("versioned", {})
    while loop is not None:
        end = loop.header.terminator
        if end is not None and end.span in decisions:
            return decisions[end.span]
        loop = loop.parent
    return 0, False


def _line_of(header: Block) -> int:
    return header.terminator.span.line if header.terminator is not None else 0
