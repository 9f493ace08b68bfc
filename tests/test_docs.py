"""The documents tell the truth: their programs run, the tests and files that they name exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted((ROOT / "docs").glob("*.md")) + sorted(ROOT.glob("*/README.md")) + [ROOT / "README.md"]
PROGRAMS = [path for path in DOCUMENTS if "```python\n" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("document", PROGRAMS, ids=lambda path: path.stem)
def test_programs_run(document: Path, tmp_path: Path) -> None:
    """The Python blocks of a document, one after the other, are a program that runs without complaint."""
    text = document.read_text(encoding="utf-8")
    script = tmp_path / "program.py"
    script.write_text("\n\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL)), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", str(script)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
    )
    assert done.returncode == 0, done.stderr


def test_semantics_names_tests_that_exist() -> None:
    text = (ROOT / "docs" / "semantics.md").read_text(encoding="utf-8")
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").glob("test_semantics*.py"))
    points = re.findall(r"^\*\*", text, re.MULTILINE)
    named = re.findall(r"\(`(test_\w+)`\)", text)
    assert len(named) == len(points), "every point of docs/semantics.md names one test"
    assert sorted(named) == sorted(re.findall(r"^def (test_\w+)", source, re.MULTILINE))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), f"{document.name} links to {target}, which is not there"
