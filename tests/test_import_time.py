"""``import minijit`` loads next to nothing; the compiler comes with the first compilation."""

from __future__ import annotations

import subprocess
import sys

FORBIDDEN = ("llvmlite", "ast", "inspect", "dataclasses", "minijit.types", "minijit.specialise", "minijit.pipeline")


def loaded(program: str) -> set[str]:
    """The modules that `program` loads on top of NumPy."""
    code = f"import numpy, sys; before = set(sys.modules)\n{program}\nprint(*sorted(set(sys.modules) - before))"
    return set(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split())


def test_import_loads_little() -> None:
    found = loaded("import minijit")
    assert not found.intersection(FORBIDDEN)
    assert len(found) < 15


def test_decorating_loads_nothing_more() -> None:
    found = loaded("import minijit\n@minijit.jit\ndef f(x): return x")
    assert not found.intersection(FORBIDDEN)


def test_import_time() -> None:
    code = (
        "import numpy, time; start = time.process_time(); import minijit; print((time.process_time() - start) * 1000)"
    )
    times = [
        float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)
        for _ in range(5)
    ]
    assert min(times) < 15
