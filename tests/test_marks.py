"""Ordinary functions with comments that say what the compiler makes of a line: ``# check: none``, ``# vectorised``.

All functions of a file in tests/marks are compiled for their default arguments; their results are compared with the
interpreter's as well.
"""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from pathlib import Path
from types import FunctionType

import pytest

from minijit import njit, pipeline
from minijit.codegen.emit import emit_unit
from minijit.codegen.toolchain import optimised_text
from minijit.ir.nodes import Function
from minijit.options import Options
from minijit.remarks import vectorised_lines
from minijit.runtime.typeof import type_of
from minijit.testing import assert_same, copy_arguments, native

MARKS = Path(__file__).parent / "marks"


def functions_of(path: Path) -> list[FunctionType]:
    """The functions defined in a file."""
    spec = importlib.util.spec_from_file_location(f"marks_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [each for each in vars(module).values() if isinstance(each, FunctionType)]


FUNCTIONS = [each for path in sorted(MARKS.glob("*.py")) for each in functions_of(path)]


def marked_lines(function: FunctionType, mark: str) -> set[int]:
    """The numbers of the lines of `function` that carry a mark."""
    lines = Path(function.__code__.co_filename).read_text().splitlines()
    first = function.__code__.co_firstlineno
    last = max(line for _, _, line in function.__code__.co_lines() if line is not None)
    return {number for number in range(first, last + 1) if mark in lines[number - 1].partition("# ")[2]}


def lines_with_checks(function: Function) -> set[int]:
    """The lines on which checks are left, outside of the copies of loops for when the test before them fails."""
    blocks = [block for block in function.blocks if not block.attrs.get("slow")]
    return {instr.span.line for block in blocks for instr in block.instrs if instr.op.startswith("check")}


def wanted_allocations(function: FunctionType) -> dict[int, int]:
    """How many arrays the lines with the mark ``allocs`` make."""
    lines = Path(function.__code__.co_filename).read_text().splitlines()
    found = {line: re.search(r"# .*\ballocs: (\d+)", lines[line - 1]) for line in marked_lines(function, "allocs")}
    return {line: int(match[1]) for line, match in found.items() if match}


def made_arrays(function: Function) -> Counter[int]:
    """How many places of each line allocate an array, rare code left out."""
    blocks = [block for block in function.blocks if not block.attrs.get("slow")]
    calls = (instr for block in blocks for instr in block.instrs if instr.op == "call_c")
    made = (instr for instr in calls if instr.attrs["symbol"].startswith("mj_alloc"))
    return Counter(instr.span.line for instr in made)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_marks(function: FunctionType) -> None:
    types = tuple(map(type_of, function.__defaults__ or ()))
    unit, _ = pipeline.build_unit(function, types, Options(), pipeline.Clock(), lambda *_: None)
    checked = {line for each in unit.functions.values() for line in lines_with_checks(each)}
    left = marked_lines(function, "check: none") & checked
    assert not left, f"checks are left on lines {sorted(left)}"
    arrays = sum((made_arrays(each) for each in unit.functions.values()), Counter())
    wanted = wanted_allocations(function)
    assert wanted == {line: arrays[line] for line in wanted}
    expected = marked_lines(function, "vectorised")
    if expected:
        missing = expected - vectorised_lines(optimised_text(emit_unit(unit, mark_loops=True)))
        assert not missing, f"the loops on lines {sorted(missing)} are not vectorised"


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_results(function: FunctionType) -> None:
    compiled = njit(function)
    arguments = tuple(copy_arguments(each) for each in function.__defaults__ or ())
    with native(compiled):
        assert_same(compiled, *arguments)
