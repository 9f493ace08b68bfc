"""Timing: all competitors in one process, in turn, and the least time of each."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter


@dataclass(frozen=True)
class Effort:
    """How long to measure: seconds per sample, per competitor and kernel, and the least number of samples."""

    sample: float = 0.004
    budget: float = 0.4
    rounds: int = 3


QUICK = Effort(sample=0.001, budget=0.05, rounds=1)


class Competitor:
    """Something to call again and again, with the least time per call so far."""

    def __init__(self, run: Callable[[], object], effort: Effort) -> None:
        self.run = run
        self.best = float("inf")
        self.spent = 0.0
        self.samples = 0
        self.calls = 1
        self._calibrate(effort)

    def sample(self) -> None:
        """Measure one sample: as many calls as make the clock's own error small."""
        run = self.run
        repeat = getattr(run, "repeat", None)
        turns = range(self.calls)
        start = perf_counter()
        if repeat is not None:
            # C code, which repeats itself, so that calls from Python are not measured.
            repeat(self.calls)
        else:
            for _ in turns:
                run()
        elapsed = perf_counter() - start
        self.best = min(self.best, elapsed / self.calls)
        self.spent += elapsed
        self.samples += 1

    def _calibrate(self, effort: Effort) -> None:
        self.sample()
        while self.best * self.calls < effort.sample:
            wanted = effort.sample / max(self.best, 1e-9)
            self.calls = max(self.calls * 2, min(int(wanted) + 1, self.calls * 50))
            self.sample()
        self.samples = 1


def race(runs: dict[str, Callable[[], object]], effort: Effort) -> dict[str, float]:
    """Least seconds per call of each run.

    The competitors take turns, so that a slow moment of the machine falls on all of them. Each takes part until
    its own budget is spent; a single call that takes longer than the budget is measured once.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        competitors = {name: Competitor(run, effort) for name, run in runs.items()}
        waiting = list(competitors.values())
        while waiting:
            waiting = [each for each in waiting if _wants_more(each, effort)]
            for each in waiting:
                each.sample()
    finally:
        if enabled:
            gc.enable()
    return {name: each.best for name, each in competitors.items()}


def _wants_more(competitor: Competitor, effort: Effort) -> bool:
    if competitor.spent + competitor.best * competitor.calls <= effort.budget:
        return competitor.samples < 200
    return competitor.samples < effort.rounds and competitor.best < effort.budget
