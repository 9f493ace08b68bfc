"""Every example runs as a user would run it, natively, and prints what it should."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))

# A part of what each prints that depends on the numbers being right.
EXPECTED = {
    "digit_neighbours": ["386 of 400 digits recognised (96.5%)", "3: 33 of 39"],
    "game_of_life": ["back after 48 generations: True", "[11, 32, 27, 33, 64, 79]"],
    "heat_bar": ["45.3999, exactly 45.4041", "refused: the time step is too long: the ratio must not exceed 0.5"],
    "mandelbrot_image": ["15517 of them inside: area 1.552", "mandelbrot.pgm"],
    "option_pricing": ["strike 100.0:  9.4109 +- 0.0316, by formula  9.4134"],
    "planets": ["Neptune  started  30.07 from the Sun and is now  30.01 away", "9.0e-07"],
    "shortest_paths": ["1180 km: Amsterdam - Cologne - Frankfurt - Strasbourg - Zurich - Milan", "is 149 steps away"],
    "warped_signals": ["6 of 6 gestures recognised"],
}


def run(script: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own, with this checkout in front."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    return subprocess.run(
        [sys.executable, *options, str(script)],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": path, **environment},
    )


def needs_missing_package(script: Path) -> bool:
    """Whether the example uses scikit-learn and that is not installed."""
    return "sklearn" in script.read_text(encoding="utf-8") and find_spec("sklearn") is None


def test_every_example_is_listed() -> None:
    assert {path.stem for path in EXAMPLES} == set(EXPECTED)
    readme = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    assert all(f"`{path.name}`" in readme for path in EXAMPLES)


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs_natively(script: Path) -> None:
    """A fallback would be a warning, and warnings are errors here."""
    if needs_missing_package(script):
        pytest.skip("scikit-learn is not installed")
    done = run(script, "-W", "error::UserWarning")
    assert done.returncode == 0, done.stderr
    for text in EXPECTED[script.stem]:
        assert text in done.stdout


@pytest.mark.parametrize("name", ["heat_bar", "planets", "warped_signals"])
def test_output_is_the_interpreters(name: str) -> None:
    script = ROOT / "examples" / f"{name}.py"
    assert run(script).stdout == run(script, MINIJIT_DISABLE="1").stdout
