"""Golden files: a Python function and what becomes of it, in one text file.

A file begins with the source of a module; the function ``f`` in it is the subject. After a line of dashes stands what
came out. ``pytest --update-golden`` writes that part anew; the difference is then reviewed like any other change::

    def f(x):
        return x + 1
    --------------------------------------------------
    function f ...
"""

from __future__ import annotations

import linecache
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any

GOLDEN = Path(__file__).parent / "golden"
RULER = "-" * 100 + "\n"


def golden_files(folder: str) -> list[Path]:
    """The files of one folder below tests/golden, in a fixed order."""
    return sorted((GOLDEN / folder).glob("*.txt"))


def check_golden(path: Path, produce: Callable[[FunctionType, dict[str, Any]], str], update: bool) -> None:
    """Compare what `produce` makes of the function in a golden file with what the file says.

    Parameters
    ----------
    path : Path
        The golden file.
    produce : callable
        Gets the function ``f`` and the namespace of its module (which may hold example arguments, for instance) and
        returns the text.
    update : bool
        Write the file anew rather than compare.
    """
    source, _, expected = path.read_text().partition(RULER)
    scope = run_source(source, path.stem + ".py")
    actual = produce(scope["f"], scope)
    if update:
        path.write_text(source + RULER + actual)
        return
    assert actual == expected, f"{path.name} differs; if that is meant, run pytest --update-golden and review the diff"


def run_source(source: str, filename: str) -> dict[str, Any]:
    """Execute the text of a module that is in no file, so that its source is found all the same."""
    name = f"golden/{filename}"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    scope: dict[str, Any] = {"__name__": "golden"}
    exec(compile(source, name, "exec"), scope)
    return scope
