"""What it costs to import an engine, and to get the first answer out of it, in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

IMPORT = """
import numpy
from time import perf_counter
start = perf_counter()
import {module}
print(perf_counter() - start)
"""

FIRST_ANSWER = """
import numpy
from time import perf_counter
start = perf_counter()
from {module} import njit

@njit(cache={cache})
def total(a):
    result = 0.0
    for i in range(a.shape[0]):
        result += a[i]
    return result

assert total(numpy.ones(10)) == 10.0
print(perf_counter() - start)
"""

MODULES = ("numba", "minijit")


def measure_imports(repeats: int = 5) -> dict[str, dict[str, float]]:
    """Least seconds, by what was measured and module, on top of ``import numpy``; modules that fail are left out."""
    texts = {
        "import": IMPORT,
        "import, compile, run": FIRST_ANSWER.replace("{cache}", "False"),
        "import, find compiled, run": FIRST_ANSWER.replace("{cache}", "True"),
    }
    table: dict[str, dict[str, float]] = {name: {} for name in texts}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            scripts = {}
            for module in MODULES:
                # A file, because functions of `python -c` have no source that a compiler could read.
                scripts[module] = Path(folder, f"{module}_{len(name)}.py")
                scripts[module].write_text(text.format(module=module), encoding="utf-8")
                if text != IMPORT:
                    _run(scripts[module], folder)  # fills the caches
            for _ in range(repeats):
                for module, script in scripts.items():
                    seconds = _run(script, folder)
                    if seconds is not None:
                        table[name][module] = min(seconds, table[name].get(module, seconds))
    return table


def _run(script: Path, folder: str) -> float | None:
    root = str(Path(__file__).resolve().parent.parent)
    path = os.pathsep.join([root, *sys.path[1:]])
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path, "MINIJIT_CACHE": "1", "MINIJIT_CACHE_DIR": folder},
    )
    return float(done.stdout.split()[-1]) if done.returncode == 0 else None
