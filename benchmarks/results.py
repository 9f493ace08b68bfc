"""What a run of the benchmarks finds out, in a form that can go to JSON."""

from __future__ import annotations

import json
import platform
import sys
from dataclasses import asdict, dataclass, field
from math import exp, log
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.whole_arrays import ArrayRow


@dataclass
class Row:
    """One case: seconds per call and seconds of the first call by engine; engines that failed say why in notes."""

    theme: str
    label: str
    seconds: dict[str, float] = field(default_factory=dict)
    first_call: dict[str, float] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    def ratio(self, slow: str, fast: str) -> float | None:
        """How many times longer ``slow`` takes than ``fast``."""
        if slow in self.seconds and fast in self.seconds:
            return self.seconds[slow] / self.seconds[fast]
        return None


@dataclass
class Results:
    """All that one run measured."""

    versions: dict[str, str]
    machine: dict[str, str] = field(
        default_factory=lambda: {"python": sys.version.split()[0], "system": platform.platform(), "cpu": cpu_name()}
    )
    rows: list[Row] = field(default_factory=list)
    arrays: list[ArrayRow] = field(default_factory=list)
    compiling: dict[str, dict[str, float]] = field(default_factory=dict)
    calls: dict[str, dict[str, float]] = field(default_factory=dict)
    imports: dict[str, dict[str, float]] = field(default_factory=dict)

    def write_json(self, path: Path) -> None:
        """Write everything to a file; times are in seconds."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


def geometric_mean(values: list[float]) -> float:
    """The mean for ratios: twice as fast and half as fast give 1."""
    return exp(sum(log(value) for value in values) / len(values))


def cpu_name() -> str:
    """The processor's name, as well as the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        return platform.processor() or platform.machine()
    return platform.machine()
