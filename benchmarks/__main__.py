"""``python -m benchmarks``: measure, print tables, write JSON and a plot on request."""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter
from types import FunctionType
from typing import cast

import numpy as np

import benchmarks.kernels  # registers the kernels
from benchmarks import in_c
from benchmarks.call_overhead import measure_calls, one_integer
from benchmarks.compile_time import measure_compiling
from benchmarks.engines import Engine, checked_numba_engine, minijit_engine, numba_engine
from benchmarks.import_time import measure_imports
from benchmarks.measure import QUICK, Effort
from benchmarks.plot import write_plot
from benchmarks.registry import selected
from benchmarks.report import duration, failures, first_calls, heading, line_of, means, table_of
from benchmarks.results import Results
from benchmarks.run_time import measure_case
from benchmarks.whole_arrays import measure_arrays, summary
from minijit import config

SECTIONS = ("run", "arrays", "compiling", "calls", "imports")
COMPETITORS = ("numba", "numba-checked", "c", "minijit")


def parsed_arguments() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=benchmarks.kernels.__doc__)
    parser.add_argument("--filter", default="", metavar="WORDS", help="only kernels whose theme/name has one of these")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="only this section (may be repeated)")
    parser.add_argument("--without", choices=COMPETITORS, action="append", default=[], help="leave one out")
    parser.add_argument("--numba-arrays", action="store_true", help="whole arrays against Numba, too (takes minutes)")
    parser.add_argument("--quick", action="store_true", help="small sizes, few repeats: a look, not a measurement")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all results to FILE")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the run times to FILE (needs matplotlib)")
    parser.add_argument("--list", action="store_true", help="list the kernels and stop")
    return parser.parse_args()


def main() -> int:
    """Run what the command line asks for; the status is 1 if a minijit result was wrong."""
    options = parsed_arguments()
    config.cache = False  # what is measured is compiled
    if options.list:
        print("\n".join(f"{kernel.theme}/{case.label}" for kernel, case in selected(options.filter, options.quick)))
        return 0
    sections = options.only or SECTIONS
    known = (numba_engine(), checked_numba_engine(), minijit_engine())
    engines = [engine for engine in known if engine.name not in options.without]
    results = Results({"numpy": np.__version__, **{engine.name: engine.version for engine in engines}})
    if "c" not in options.without:
        results.versions["c"] = in_c.version()
    print(", ".join([*results.machine.values(), *(f"{name} {text}" for name, text in results.versions.items())]))
    if "run" in sections:
        run_kernels(results, engines, options)
    if "arrays" in sections and "minijit" not in options.without:
        run_arrays(results, options)
    if "compiling" in sections:
        results.compiling = measure_compiling(engines, 2 if options.quick else 7)
        print("\n" + table_of("compiling one more function", results.compiling))
    if "calls" in sections:
        results.calls = measure_calls(engines, 20_000 if options.quick else 100_000)
        print("\n" + table_of("call", results.calls))
    if "imports" in sections:
        results.imports = measure_imports(1 if options.quick else 5)
        print("\n" + table_of("on top of NumPy", results.imports))
    if options.json:
        results.write_json(options.json)
    if options.plot:
        print(write_plot(results, options.plot))
    return int(any("WRONG" in text for text in [*failures(results), *(row.note for row in results.arrays)]))


def run_kernels(results: Results, engines: list[Engine], options: argparse.Namespace) -> None:
    """Measure every selected case and print its line at once, then the means."""
    # Without numba or minijit there is nothing to note in every row: the first line has said it.
    present = [engine for engine in engines if engine.decorator is not None]
    for engine in present:
        print(f"{engine.name}: {start_up(engine)}", flush=True)
    print("\n" + heading())
    theme = ""
    for kernel, case in selected(options.filter, options.quick):
        if kernel.theme != theme:
            theme = kernel.theme
            print(f"-- {theme}")
        effort = QUICK if options.quick else Effort()
        row = measure_case(kernel, case, present, effort, with_c="gcc" in results.versions.get("c", ""))
        results.rows.append(row)
        print(line_of(row), flush=True)
    if any("minijit" in row.seconds for row in results.rows):
        print("\n" + means(results.rows))
        print(first_calls(results.rows))
    bad = failures(results)
    if bad:
        print(f"\nminijit fell back, failed or was wrong in {len(bad)} of {len(results.rows)}:")
        print("\n".join(f"  {text[:200]}" for text in bad))


def run_arrays(results: Results, options: argparse.Namespace) -> None:
    """Measure the expressions over whole arrays and print what comes of it."""
    decorator = minijit_engine().decorator
    if decorator is None:
        return
    words = [word.strip() for word in options.filter.split(",") if word.strip()]
    effort = QUICK if options.quick else Effort(budget=0.1)
    rival = numba_engine() if options.numba_arrays else None
    results.arrays = list(measure_arrays(decorator, words, effort, rival))
    if results.arrays:
        print("\n" + summary(results.arrays))


def start_up(engine: Engine) -> str:
    """Compile something trivial, so that the first kernel's row does not pay for loading the compiler."""
    assert engine.decorator is not None
    start = perf_counter()
    try:
        engine.decorator(cast(FunctionType, one_integer))(1)
    except Exception as error:  # a compiler that cannot even do this still gets its row of notes
        return f"start-up failed ({type(error).__name__}: {error})"
    return f"loads its compiler in {duration(perf_counter() - start)}"


if __name__ == "__main__":
    raise SystemExit(main())
