"""docs/support.md is what the registry says, and what it says is so."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import minijit

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "support.md"


def test_document_is_up_to_date() -> None:
    written = DOCUMENT.read_text(encoding="utf-8")
    version = ".".join(np.__version__.split(".")[:2])
    if f"with NumPy {version};" not in written:
        pytest.skip("the document was made with another version of NumPy")
    assert written == _table(), "run: python -m minijit support > docs/support.md"


@cache
def _table() -> str:
    """The table as a process of its own writes it: other tests add entries of theirs."""
    command = [sys.executable, "-m", "minijit", "support"]
    environment = {**os.environ, "PYTHONPATH": str(DOCUMENT.parent.parent)}
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8", env=environment).stdout


def cell(name: str, column: int) -> str:
    (line,) = [line for line in _table().splitlines() if line.startswith(f"| `{name}` |")]
    return line.split(" | ")[column].strip(" |")


def test_table_says_what_is_so() -> None:
    assert cell("np.tile", 1) == "all"
    assert "`axis`" in cell("np.concatenate", 2)
    assert cell("np.partition", 1) == "no"
    assert cell("np.partition", 3) == "through Python"

    @minijit.jit(fallback="error")
    def used(a):
        return np.partition(np.tile(a, 2), 1)

    used(np.arange(3.0))
    assert "partition is computed by NumPy" in used.explain()
    assert "tile is computed by NumPy" not in used.explain()
