"""Measure one case with every engine, after checking that the answers agree."""

from __future__ import annotations

import copy
import subprocess
import warnings
from collections.abc import Callable
from time import perf_counter
from typing import Any

from benchmarks import in_c
from benchmarks.agreement import difference
from benchmarks.engines import Engine, Runnable, fallback_of
from benchmarks.measure import Effort, race
from benchmarks.registry import Case, Kernel
from benchmarks.results import Row


def measure_case(kernel: Kernel, case: Case, engines: list[Engine], effort: Effort, *, with_c: bool = False) -> Row:
    """Compile, compare and time; whatever goes wrong for one engine is a note in the row."""
    row = Row(kernel.theme, case.label)
    runs: dict[str, Callable[[], object]] = {}
    reference: Any = None
    if case.interpreted:
        reference = _answer(kernel.function, case)
        runs["python"] = _prepared(kernel.function, case)
    if kernel.numpy is not None:
        reference = _try("numpy", kernel.numpy, kernel, case, reference, row, runs)
    for engine in engines:
        if engine.decorator is None:
            row.notes[engine.name] = engine.version
            continue
        try:
            compiled = engine.compile(kernel)
        except Exception as error:  # an engine that refuses a kernel must not stop the others
            row.notes[engine.name] = _first_line(error)
            continue
        reference = _try(engine.name, compiled, kernel, case, reference, row, runs)
    if with_c and reference is not None and in_c.has_source(kernel):
        _try_c(kernel, case, reference, row, runs)
    row.seconds = race(runs, effort)
    return row


def _try_c(
    kernel: Kernel, case: Case, reference: tuple[Any, ...], row: Row, runs: dict[str, Callable[[], object]]
) -> None:
    """Let the kernel's C function take part, if its answer is right."""
    arguments = case.arguments()
    try:
        run = in_c.prepared(kernel, arguments, reference[0])
    except (OSError, KeyError, subprocess.CalledProcessError) as error:
        row.notes["c"] = _first_line(error)
        return
    found = difference(reference, (run(), *arguments), kernel.tolerance)
    if found:
        row.notes["c"] = f"WRONG: {found}"
    else:
        runs["c"] = in_c.prepared(kernel, case.arguments(), reference[0])


def _try(
    name: str,
    run: Runnable,
    kernel: Kernel,
    case: Case,
    reference: Any,
    row: Row,
    runs: dict[str, Callable[[], object]],
) -> Any:
    """Run a competitor for the first time; it takes part in the race if its answer is right."""
    arguments = case.arguments()
    start = perf_counter()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = run(*arguments)
    except Exception as error:  # a missing feature or a fault of one engine: the row says so
        row.notes[name] = _first_line(error)
        return reference
    if name != "numpy":
        row.first_call[name] = perf_counter() - start
    answer = (value, *arguments)
    if reference is not None:
        exact = name == "minijit" and case.interpreted
        found = difference(reference, answer, kernel.own_tolerance if exact else kernel.tolerance)
        if found:
            row.notes[name] = f"WRONG: {found}"
            return reference
    if name == "minijit" and fallback_of(run):
        row.notes[name] = f"interpreted: {fallback_of(run)}"
        return reference
    runs[name] = _prepared(run, case)
    return answer if reference is None else reference


def _answer(run: Runnable, case: Case) -> tuple[Any, ...]:
    """The result, and the arguments as the function left them."""
    arguments = case.arguments()
    value = copy.deepcopy(run(*arguments))
    return (value, *arguments)


def _prepared(run: Runnable, case: Case) -> Callable[[], object]:
    arguments = case.arguments()
    return lambda: run(*arguments)


def _first_line(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0].strip() if lines else ''}"
