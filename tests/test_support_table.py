"""docs/support.md is what the registry says, and what it says is so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import minijit
from minijit.support import support_table

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "support.md"


def test_document_is_up_to_date() -> None:
    written = DOCUMENT.read_text(encoding="utf-8")
    version = ".".join(np.__version__.split(".")[:2])
    if f"with NumPy {version};" not in written:
        pytest.skip("the document was made with another version of NumPy")
    assert written == support_table(), "run: python -m minijit support > docs/support.md"


def cell(name: str, column: int) -> str:
    (line,) = [line for line in support_table().splitlines() if line.startswith(f"| `{name}` |")]
    return line.split(" | ")[column].strip(" |")


def test_table_says_what_is_so() -> None:
    assert cell("np.tile", 1) == "all"
    assert "`axis`" in cell("np.concatenate", 2)
    assert cell("np.sort", 1) == "no"
    assert cell("np.sort", 3) == "through Python"

    @minijit.jit(fallback="error")
    def used(a):
        return np.sort(np.tile(a, 2))

    used(np.arange(3.0))
    assert "sort is computed by NumPy" in used.explain()
    assert "tile is computed by NumPy" not in used.explain()
