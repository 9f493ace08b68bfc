"""What it costs to compile one more function, in a process that has loaded its compilers and compiled something.

Each repetition compiles a function of another name from a file of its own, so that nothing that is kept of the last one
helps.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.engines import Engine

SUM = """
def {name}(a):
    total = 0.0
    for i in range(len(a)):
        total += a[i]
    return total
"""

STENCIL = """
def {name}(a, b):
    rows, columns = a.shape
    for i in range(1, rows - 1):
        for j in range(1, columns - 1):
            b[i, j] = 0.25 * (a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1])
    return b
"""


def _long_function() -> str:
    """Some 80 lines: thirteen loops over two arrays, with a condition and a sum in each."""
    lines = ["", "def {name}(a, b):", "    total, count = 0.0, 0"]
    for number in range(13):
        lines += [
            "    for i in range(len(a)):",
            f"        x = a[i] * {number + 1}.5 + b[i]",
            f"        if x > {number}.0:",
            f"            total += x * b[i] - {number}.25",
            "            count += 1",
            "        b[i] = x * 0.5",
        ]
    return "\n".join([*lines, "    return total, count", ""])


PROGRAMS: dict[str, tuple[str, int]] = {
    "one loop": (SUM, 1),
    "stencil": (STENCIL, 2),
    "80 lines": (_long_function(), 2),
}
"""Text and number of arguments by name; the stencil takes tables, the others rows."""


def measure_compiling(engines: Sequence[Engine], repeats: int = 7) -> dict[str, dict[str, float]]:
    """Least seconds of a first call, by program and engine; the engines take turns."""
    table: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        makers = _functions(Path(folder))
        for program, (text, count) in PROGRAMS.items():
            seconds = table[program] = {}
            for repeat in range(repeats + 1):
                for engine in engines:
                    if engine.decorator is None:
                        continue
                    shape = (8, 8) if program == "stencil" else (64,)
                    args = [np.linspace(0.0, 1.0, 64).reshape(shape) for _ in range(count)]
                    function = engine.decorator(next(makers)(text))
                    start = perf_counter()
                    function(*args)
                    taken = perf_counter() - start
                    if repeat:
                        seconds[engine.name] = min(taken, seconds.get(engine.name, taken))
    return table


def _functions(folder: Path) -> Iterator[Callable[[str], Any]]:
    """Makers of functions from text, each under another name and in another file."""
    number = 0
    while True:
        number += 1
        name = f"compiled_{number}"

        def make(text: str, name: str = name) -> Any:
            path = folder / f"{name}.py"
            path.write_text(text.format(name=name), encoding="utf-8")
            scope: dict[str, Any] = {}
            exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), scope)
            return scope[name]

        yield make
