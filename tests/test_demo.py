"""The demo and the benchmarks: they run, compare answers, and notice wrong ones."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import minijit
from benchmarks.agreement import difference
from benchmarks.engines import Engine
from benchmarks.measure import QUICK, Effort
from benchmarks.registry import KERNELS, selected
from benchmarks.run_time import measure_case
from benchmarks.whole_arrays import SIZES, measure_expression, summary
from minijit.demo import Progress, main, same
from minijit.demo_kernels import demo_jobs

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.slow
def test_demo_runs_off_a_terminal() -> None:
    stream = io.StringIO()
    assert main(stream) == 0
    text = stream.getvalue()
    assert "\r" not in text
    assert "wrong answers: 0" in text
    assert all(title in text for title, _, _ in demo_jobs())


def test_demo_notices_a_wrong_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def add_one(x: float) -> float:
        return x + 1

    monkeypatch.setattr(minijit, "jit", lambda function: lambda x: x + 2)
    monkeypatch.setattr("minijit.demo.demo_jobs", lambda: [("a wrong compiler", add_one, (1.0,))])
    stream = io.StringIO()
    assert main(stream) == 1
    assert "DIFFERENT" in stream.getvalue()


def test_demo_compares_bits_and_types() -> None:
    assert same((1, np.arange(3)), (1, np.arange(3)))
    assert same(np.nan, np.nan)
    assert not same(0.0, -0.0)
    assert not same(1, 1.0)
    assert not same(np.float64(1), 1.0)
    assert not same(np.zeros(2), np.zeros(2, np.float32))
    assert not same((1,), (1, 2))


def test_progress_is_rewritten_on_a_terminal() -> None:
    stream = io.StringIO()
    stream.isatty = lambda: True  # type: ignore[method-assign]
    progress = Progress(stream)
    progress.show("working")
    progress.keep("done")
    assert stream.getvalue() == "\r\x1b[Kworking\r\x1b[Kdone\n"


def test_benchmark_agreement() -> None:
    assert not difference(1.0, 1.0, 0.0)
    assert difference(np.float64(1), 1.0, 0.0) == "type float instead of float64"
    assert not difference(1.0, 1.0 + 1e-12, 1e-9)
    assert difference(1.0, 1.1, 1e-9) == "1.1 instead of 1.0"
    assert difference((1, 2), (1, 3), 1e-9) == "value 1: 3 instead of 2"
    assert difference(np.zeros(3), np.array([0.0, 0.0, 1.0]), 0.0) == "1 of 3 elements differ"
    assert difference(np.zeros(3), np.zeros(4), 1e-9) == "shape (4,) instead of (3,)"


def test_benchmark_of_a_case_without_compilers() -> None:
    import benchmarks.kernels  # noqa: F401

    kernel, case = next(selected("dense/sum2d[10]", quick=True))
    row = measure_case(kernel, case, [], QUICK)
    assert set(row.seconds) == {"python", "numpy"}
    assert not row.notes
    assert len({case.label for entry in KERNELS for case in entry.cases}) >= 60


@pytest.mark.skipif(shutil.which("gcc") is None, reason="there is no gcc")
def test_kernels_in_c_give_what_the_kernels_give() -> None:
    import benchmarks.kernels  # noqa: F401

    for label in ("layouts/scale_strided", "indirect/count_values", "integers/coprime_pairs", "single_precision/sum"):
        kernel, case = next(selected(label, quick=True))
        row = measure_case(kernel, case, [], QUICK, with_c=True)
        assert row.seconds["c"] > 0 and not row.notes


def test_benchmarks_of_whole_arrays() -> None:
    row = measure_expression("arithmetic", "a * 2.0 + b", minijit.njit, Effort(0.0, 0.0, 1))
    assert not row.note and all(row.ratio(size) for size in SIZES)
    wrong = measure_expression("wrong", "a + b", lambda function: lambda a, b: a, Effort(0.0, 0.0, 1))
    assert wrong.note.startswith("WRONG")
    assert "arithmetic" in summary([row]) and "Numba" not in summary([row])


def test_benchmarks_of_whole_arrays_against_a_rival() -> None:
    rival = Engine("numba", lambda function: function, "")
    row = measure_expression("arithmetic", "a * 2.0 + b", minijit.njit, Effort(0.0, 0.0, 1), rival)
    assert all(row.numba_ratio(size) for size in SIZES)
    assert "minijit time / Numba time, 1 expressions" in summary([row])
    wrong = Engine("numba", lambda function: lambda a, b: a, "")
    assert not measure_expression("arithmetic", "a + b", minijit.njit, Effort(0.0, 0.0, 1), wrong).numba


@pytest.mark.slow
def test_benchmarks_from_the_shell(tmp_path: Path) -> None:
    output = tmp_path / "out.json"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--filter", "sieve,dense/dot", "--json", str(output)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "sieve[50000]" in done.stdout
    assert output.exists()
