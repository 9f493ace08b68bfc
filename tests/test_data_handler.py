"""Arrays made by native code, freed and resized by NumPy: in Python's debug mode, and while the interpreter ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import minijit

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = """
import atexit, builtins, sys
import numpy as np
import minijit

@minijit.njit
def ramp(n):
    return np.arange(n) * 1.0

@minijit.njit
def stacked(n):
    return np.stack([np.ones(2) for _ in range(n)])

class Late:
    def __init__(self):
        self.cycle, self.array = self, ramp(77)

    def __del__(self):
        print(self.array[76])

for n in (1, 10, 1000, 100000):
    for _ in range(20):
        ramp(n)
stacked(3)
kept, sys.kept, builtins.kept, late = ramp(5), ramp(100), ramp(100000), Late()
atexit.register(lambda one: None, ramp(10))
"""


@pytest.mark.parametrize("options", [[], ["-X", "dev"]], ids=["plain", "dev"])
def test_arrays_may_outlive_everything(tmp_path: Path, options: list[str]) -> None:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    command = [sys.executable, *options, str(path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "76.0\n", "")


@minijit.njit
def ramp(n: int) -> np.ndarray:
    return np.arange(n) * 1.0


def test_arrays_can_be_resized() -> None:
    a = ramp(5)
    a.resize(10, refcheck=False)
    assert a.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    b = ramp(100_000)
    b.resize(3, refcheck=False)
    assert b.tolist() == [0.0, 1.0, 2.0]
