"""Runs random programs from seeds until some differ from CPython, each batch in a process of its own.

::

    python -m tests.programs                     # seeds 0 to 999
    python -m tests.programs 5000 6000           # these seeds
    python -m tests.programs 5123                # one seed: print the program, cut down to what still fails
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path

from minijit.testing import compare
from tests.forked import run_apart
from tests.programs.choice import RandomChoice
from tests.programs.program import Program, load, make_program
from tests.programs.shrink import shrink

BATCH = 25
TIME_LIMIT = 120.0
_ALLOWED = (
    re.compile(r"became OverflowError\(.*the call had already changed its arguments"),
    re.compile("the same object became 0|0 became the same object"),
)
"""What the promise excepts: an int beyond 64 bits after effects; views that are returned twice, or whole."""


def is_allowed(differences: list[str]) -> bool:
    """Whether a program differs in what the promise excepts, or in what CPython itself does one way or the other."""
    return any(pattern.search(one) for one in differences for pattern in _ALLOWED) or any(map(_is_late, differences))


def _is_late(difference: str) -> bool:
    """Whether CPython 3.11 names the line before: it does so once a function has run a few times."""
    found = re.search(r"traceback: \S+:(\d+) in \w+ became \S+:(\d+) in \w+$", difference)
    return found is not None and sys.version_info < (3, 12) and int(found[2]) == int(found[1]) + 1


def differences_of(program: Program, folder: Path, found: Counter[str] | None = None) -> list[str]:
    """Compile a program and describe how it differs from CPython on its rows; counts how rows ran in `found`."""
    import minijit

    function = load(program, folder)
    compiled = minijit.jit(function, fallback="silent")
    differences: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for row in program.rows:
            reasons, bails = len(compiled.fallback_reasons), compiled.stats["bailouts"]
            unlike = compare(compiled, row)
            if not is_allowed(unlike):
                differences += [f"entry{row!r}: {one}" for one in unlike]
            if found is not None:
                interpreted = len(compiled.fallback_reasons) > reasons
                bailed = compiled.stats["bailouts"] > bails
                found["interpreted" if interpreted else "bailed out" if bailed else "native"] += 1
                for reason in compiled.fallback_reasons[reasons:]:
                    found["reason:" + reason.split("\n")[0].split(": ", 1)[-1]] += 1
    return differences


def check_seed(seed: int, found: Counter[str] | None = None) -> list[str]:
    """The differences of one seed's program."""
    with tempfile.TemporaryDirectory() as folder:
        return differences_of(make_program(RandomChoice(seed)), Path(folder), found)


def check_batch(seeds: range) -> tuple[list[tuple[int, str]], Counter[str]]:
    """The first difference of each seed, and how many rows ran natively."""
    found: Counter[str] = Counter()
    wrong = []
    for seed in seeds:
        try:
            differences = check_seed(seed, found)
        except Exception as error:  # a fault of the compiler is a result as well
            differences = [f"{type(error).__name__}: {error}"]
        if differences:
            wrong.append((seed, differences[0]))
    return wrong, found


def failure_of(program: Program) -> str:
    """How a program fails, in a word: it differs, or the error or signal that ended it; empty when it does not fail."""
    outcome = run_apart(lambda: bool(check_all(program)), 20)
    if outcome.finished:
        return "differs" if outcome.value else ""
    return outcome.what.split(" at ")[0]


def smallest(program: Program) -> Program:
    """The program cut down to what fails in the same way, or itself when it does not fail."""
    failure = failure_of(program)
    return shrink(program, lambda candidate: failure_of(candidate) == failure) if failure else program


def main(arguments: list[str]) -> int:
    """Check the seeds that the arguments say; returns the number of those that fail."""
    if len(arguments) == 1:
        program = smallest(make_program(RandomChoice(int(arguments[0]))))
        print(program.source)
        for row in program.rows:
            print("entry" + repr(row))
        outcome = run_apart(lambda: check_all(program), TIME_LIMIT)
        print("\n".join(outcome.value) if outcome.finished else outcome.what)
        return int(bool(failure_of(program)))
    first, last = map(int, arguments) if arguments else (0, 1000)
    total: Counter[str] = Counter()
    failing = 0
    for start in range(first, last, BATCH):
        pending = [range(start, min(start + BATCH, last))]
        while pending:
            seeds = pending.pop()
            outcome = run_apart(lambda seeds=seeds: check_batch(seeds), TIME_LIMIT)
            if outcome.finished:
                wrong, found = outcome.value
                total += found
                for seed, what in wrong:
                    failing += 1
                    print(f"seed {seed}: {what[:300]}", flush=True)
            elif len(seeds) == 1:
                failing += 1
                print(f"seed {seeds[0]}: {outcome.what}", flush=True)
            else:
                middle = (seeds.start + seeds.stop) // 2
                pending += [range(middle, seeds.stop), range(seeds.start, middle)]
    rows = {name: total[name] for name in ("native", "bailed out", "interpreted")}
    print(f"{last - first} programs, {failing} failing; rows: {rows}")
    for name, count in total.most_common():
        if name.startswith("reason:"):
            print(f"{count:5d} {name[7:][:150]}")
    return failing


def check_all(program: Program) -> list[str]:
    """The differences of `program` on all its rows."""
    with tempfile.TemporaryDirectory() as folder:
        return differences_of(program, Path(folder))


if __name__ == "__main__":
    os.environ.setdefault("MINIJIT_STRICT", "1")
    sys.exit(min(main(sys.argv[1:]), 100))
