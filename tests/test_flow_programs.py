"""Random programs in which arrays go through helpers, lists, tuples and loops, with arguments of several types.

``python -m tests.test_flow_programs FIRST LAST`` looks for programs that differ, ``... SEED`` shows one.
"""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import minijit
from minijit.testing import compare
from tests.flow_programs import FlowProgram, flow_arguments
from tests.forked import run_apart
from tests.programs import Program, RandomChoice, load
from tests.programs.__main__ import is_allowed

ROWS = 4
GLOBALS = (np.arange(4.0), np.arange(5)[::-1], 2.5)


def check_seed(seed: int) -> tuple[str, list[str], int]:
    """The program of a seed, how it differs from the interpreter, and how many of its rows were compiled."""
    choice = RandomChoice(seed)
    program = FlowProgram(choice)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        function = load(Program(program.source, "entry", ()), Path(folder))
        compiled = minijit.jit(function, fallback="silent")
        found: list[str] = []
        for number in range(ROWS):
            row: tuple[Any, ...] = flow_arguments(choice)
            if number == ROWS - 2:
                function.__globals__["CHANGING"] = choice.pick(GLOBALS)
            if number == ROWS - 1:
                function.__globals__["LIMIT"] = choice.pick((0, 5))
            unlike = compare(compiled, row)
            if not is_allowed(unlike) and not _is_view_returned_twice(row, unlike):
                found += [f"entry{row!r}: {one}" for one in unlike]
        return "\n".join(program.lines), found, ROWS - len(compiled.fallback_reasons)


def _is_view_returned_twice(row: tuple[Any, ...], unlike: list[str]) -> bool:
    """Two views where the interpreter returns one object twice: of arrays without elements they share no memory."""
    return not row[0].size * row[1].size and all("the same object became None" in one for one in unlike)


@pytest.mark.parametrize("seed", [*range(12), 716, 720])
def test_programs_agree(seed: int) -> None:
    source, found, _ = check_seed(seed)
    assert not found, "\n".join([source, *found])


def test_most_programs_are_native() -> None:
    compiled = [check_seed(seed)[2] for seed in range(100, 106)]
    assert sum(compiled) > 0.8 * ROWS * len(compiled)


def test_the_generator_makes_valid_programs_of_many_kinds() -> None:
    sources = [FlowProgram(RandomChoice(seed)).source for seed in range(300)]
    for source in sources:
        compile(source, "<program>", "exec")
    everything = "\n".join(sources)
    parts = "while |for i1|break|continue|else:|elif |raise |return p|l.append(|descend(|copyto(|print(|is p[0]|spread("
    for part in parts.split("|"):
        assert part in everything, part


def main(arguments: list[str]) -> int:
    """Check the seeds that the arguments say; returns the number of those that fail."""
    if len(arguments) == 1:
        source, found, _ = check_seed(int(arguments[0]))
        print(source, *found, sep="\n")
        return bool(found)
    failing = 0
    for seed in range(*map(int, arguments)):
        outcome = run_apart(lambda seed=seed: check_seed(seed)[1], 120)
        what = outcome.value[:1] if outcome.finished else [outcome.what]
        failing += bool(what)
        for one in what:
            print(f"seed {seed}: {one[:300]}", flush=True)
    return failing


if __name__ == "__main__":
    os.environ.setdefault("MINIJIT_STRICT", "1")
    sys.exit(min(main(sys.argv[1:]), 100))
