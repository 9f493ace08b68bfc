"""Checks one function of the corpus; ``python -m tests.corpus_check`` does all of them and sums up by theme.

The report runs each function in a process of its own, so that a crash or a hang costs one line and not the run::

    python -m tests.corpus_check                       # everything
    python -m tests.corpus_check loops tuples.swap     # themes, or single functions
    python -m tests.corpus_check --wrong               # only those that differ from the interpreter
"""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from minijit.testing import compare, copy_arguments, run
from minijit.testing.comparing import show
from tests.corpus import Case, Row, cases
from tests.forked import run_apart

TIME_LIMIT = 60.0
ROWS_PER_FUNCTION = 20
"""A function takes 32 combinations of argument types; what has more rows is compiled anew."""


class Problem(NamedTuple):
    """What is wrong with a function of the corpus."""

    kind: Literal["wrong", "interpreted", "bailed out", "crashed"]
    text: str


def check(case: Case, jit: Callable[..., Any]) -> list[Problem]:
    """Compile `case` with `jit` and compare all of its rows with the interpreter."""
    problems = []
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning)
        for number, row in enumerate(case.rows):
            if number % ROWS_PER_FUNCTION == 0:
                function = jit(case.function)
            problems += _check_row(case, function, row)
    return problems


def _check_row(case: Case, function: Any, row: Row) -> list[Problem]:
    reasons, bails = len(function.fallback_reasons), function.stats["bailouts"]
    problems = []
    for difference in compare(function, row.args, row.kwargs, ulp=case.ulp, original=case.function):
        problems.append(Problem("wrong", f"{_call(case, row)}: {difference}"))
    if case.native and row.runs != "interpreted" and not _is_ill_typed(case, row):
        for reason in function.fallback_reasons[reasons:]:
            problems.append(Problem("interpreted", f"{_call(case, row)}: {reason}"))
        if row.runs != "bails" and function.stats["bailouts"] != bails:
            problems.append(Problem("bailed out", _call(case, row)))
    return problems


def _is_ill_typed(case: Case, row: Row) -> bool:
    """Whether the program is wrong by its types alone; the interpreter may then say so, native code need not."""
    expected = run(case.function, *copy_arguments((row.args, row.kwargs)))
    return isinstance(expected.exception, TypeError | AttributeError | NameError) and not isinstance(
        expected.exception, UnboundLocalError
    )


def _call(case: Case, row: Row) -> str:
    given = [show(one) for one in row.args] + [f"{name}={show(one)}" for name, one in row.kwargs.items()]
    return f"{case.theme}.{case.function.__name__}({', '.join(given)})"


def check_apart(case: Case, jit: Callable[..., Any]) -> list[Problem]:
    """Like :func:`check`, in a process of its own that is given up after :data:`TIME_LIMIT` seconds."""
    outcome = run_apart(lambda: [tuple(problem) for problem in check(case, jit)], TIME_LIMIT)
    if outcome.finished:
        return [Problem(*one) for one in outcome.value]
    return [Problem("crashed", f"{case.theme}.{case.function.__name__}: {outcome.what}")]


def selected(wanted: list[str]) -> list[Case]:
    """The cases of the themes, or with the names (theme.function), in `wanted`; all when it is empty."""
    everything = list(cases())
    if not wanted:
        return everything
    return [one for one in everything if one.theme in wanted or f"{one.theme}.{one.function.__name__}" in wanted]


def main(arguments: list[str]) -> int:
    """Print all problems, then a table by theme; returns the number of functions with problems."""
    import minijit

    only_wrong = "--wrong" in arguments
    counts: dict[str, Counter[str]] = {}
    failing = 0
    for case in selected([one for one in arguments if not one.startswith("-")]):
        problems = check_apart(case, lambda function: minijit.jit(function, fallback="silent"))
        kinds = {problem.kind for problem in problems}
        worst = next((kind for kind in ("crashed", "wrong", "interpreted", "bailed out") if kind in kinds), "good")
        counts.setdefault(case.theme, Counter())[worst] += 1
        failing += worst != "good"
        for problem in problems:
            if not only_wrong or problem.kind in ("wrong", "crashed"):
                print(f"[{problem.kind}] {problem.text}", flush=True)
    columns = ("good", "wrong", "crashed", "interpreted", "bailed out")
    print(f"\n{'theme':22s}" + "".join(f"{name:>12s}" for name in columns))
    for theme, counter in [*counts.items(), ("all", sum(counts.values(), Counter()))]:
        print(f"{theme:22s}" + "".join(f"{counter[name] or '.':>12}" for name in columns))
    return failing


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 100))
