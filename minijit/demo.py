"""``python -m minijit demo``: real kernels, interpreted and compiled side by side, with the answers compared."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any, TextIO

import numpy as np

from minijit import config
from minijit.demo_kernels import demo_jobs


@dataclass(frozen=True)
class Outcome:
    """What one job took: seconds in the interpreter, for the first compiled call, and for later ones."""

    interpreted: float
    first: float
    compiled: float
    verdict: str

    @property
    def correct(self) -> bool:
        """Whether the compiled answer was the interpreter's, bit for bit and of the same type."""
        return not self.verdict.startswith("DIFFERENT")


def same(expected: Any, actual: Any) -> bool:
    """Whether two answers are the same: type, dtype, shape and every bit."""
    if type(expected) is not type(actual):
        return False
    if isinstance(expected, tuple):
        return len(expected) == len(actual) and all(map(same, expected, actual))
    if isinstance(expected, np.ndarray):
        looks = expected.dtype == actual.dtype and expected.shape == actual.shape
        return bool(looks) and expected.tobytes() == actual.tobytes()
    if isinstance(expected, (float, np.floating)):
        return np.float64(expected).tobytes() == np.float64(actual).tobytes()
    return bool(expected == actual)


def run_job(function: Callable[..., Any], arguments: tuple[Any, ...], tell: Callable[[str], None]) -> Outcome:
    """Run one job in the interpreter, then compiled: once to compile it, then until the least time is steady."""
    from minijit import jit

    tell("interpreting ...")
    start = perf_counter()
    expected = function(*arguments)
    interpreted = perf_counter() - start
    if interpreted < 0.01:
        interpreted = _least_time(function, arguments, budget=0.05)

    tell(f"interpreted in {_duration(interpreted)}, compiling ...")
    compiled = jit(function)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        start = perf_counter()
        actual = compiled(*arguments)
        first = perf_counter() - start
        tell("running compiled ...")
        best = _least_time(compiled, arguments)
    if not same(expected, actual):
        verdict = f"DIFFERENT: {expected!r:.30} / {actual!r:.30}"
    else:
        verdict = f"same, interpreted: {caught[0].message!s:.60}" if caught else "same"
    return Outcome(interpreted, first, best, verdict)


def _least_time(function: Callable[..., Any], arguments: tuple[Any, ...], budget: float = 0.3) -> float:
    best, spent, runs = float("inf"), 0.0, 0
    while spent < budget and runs < 1000:
        start = perf_counter()
        function(*arguments)
        elapsed = perf_counter() - start
        best, spent, runs = min(best, elapsed), spent + elapsed, runs + 1
    return best


def _duration(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.2f} s"
    if seconds >= 1e-3:
        return f"{seconds * 1e3:.2f} ms"
    return f"{seconds * 1e6:.2f} us"


class Progress:
    """One line that says what goes on: rewritten in place on a terminal, left out elsewhere."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.live = stream.isatty()

    def show(self, text: str) -> None:
        """Replace the line."""
        if self.live:
            self.stream.write(f"\r\x1b[K{text[:100]}")
            self.stream.flush()

    def keep(self, text: str) -> None:
        """Write a line that stays, in place of the one that is there."""
        if self.live:
            self.stream.write("\r\x1b[K")
        self.stream.write(text + "\n")
        self.stream.flush()


def main(stream: TextIO | None = None) -> int:
    """Run the demo; the status is 1 if an answer was different."""
    progress = Progress(stream or sys.stdout)
    config.cache = False  # a first call that finds its code on disk would show less than it takes
    jobs = demo_jobs()
    progress.keep("minijit runs these functions as the interpreter would, only faster; every answer is compared.\n")
    progress.keep(f"{'':<42}{'interpreted':>12}{'first call':>12}{'compiled':>12}{'speed-up':>10}  answer")
    outcomes = []
    for number, (title, function, arguments) in enumerate(jobs, 1):
        label = f"[{number}/{len(jobs)}] {title}"
        outcome = run_job(function, arguments, lambda text, label=label: progress.show(f"{label}: {text}"))  # type: ignore[misc]
        times = "".join(f"{_duration(t):>12}" for t in (outcome.interpreted, outcome.first, outcome.compiled))
        progress.keep(f"{title:<42}{times}{outcome.interpreted / outcome.compiled:>9.1f}x  {outcome.verdict}")
        outcomes.append(outcome)
    wrong = sum(not outcome.correct for outcome in outcomes)
    interpreted = _duration(sum(outcome.interpreted for outcome in outcomes))
    compiled = _duration(sum(outcome.compiled for outcome in outcomes))
    progress.keep(f"\nall jobs: {interpreted} interpreted, {compiled} compiled; wrong answers: {wrong}")
    return int(wrong > 0)
