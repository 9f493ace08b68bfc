"""What a call costs: functions that do next to nothing, with the usual kinds of arguments."""

from __future__ import annotations

from timeit import Timer
from typing import Any

import numpy as np

from benchmarks.engines import Engine


def no_arguments():
    return 1


def one_integer(n):
    return n


def array_and_float(a, x):
    return x


def four_arrays_and_three_scalars(a, b, c, d, n, m, x):
    return n, m, x


def returns_array(n):
    return np.empty(n)


CALLS = {
    "f()": (no_arguments, "f()"),
    "f(int)": (one_integer, "f(n)"),
    "f(array, float)": (array_and_float, "f(a, x)"),
    "f(array, x=float)": (array_and_float, "f(a, x=x)"),
    "f(a=array, x=float)": (array_and_float, "f(a=a, x=x)"),
    "f(4 arrays, 2 ints, float) -> tuple": (four_arrays_and_three_scalars, "f(a, b, c, d, n, m, x)"),
    "f(int) -> new array": (returns_array, "f(n)"),
}


def measure_calls(engines: list[Engine], number: int = 100_000, repeats: int = 7) -> dict[str, dict[str, float]]:
    """Seconds per call by kind of call and engine, less the time of an empty loop."""
    table: dict[str, dict[str, float]] = {}
    for label, (function, statement) in CALLS.items():
        timers = {"python": Timer(statement, globals=_names(function))}
        for engine in engines:
            try:
                if engine.decorator is not None:
                    names = _names(engine.decorator(function))
                    eval(statement, names)
                    timers[engine.name] = Timer(statement, globals=names)
            except Exception as error:  # an engine that cannot compile one of these leaves its cell empty
                print(f"  {engine.name}: {label}: {type(error).__name__}: {str(error).splitlines()[0]}")
        empty = Timer("pass")
        best = dict.fromkeys([*timers, "empty"], float("inf"))
        for _ in range(repeats):
            for name, timer in [*timers.items(), ("empty", empty)]:
                best[name] = min(best[name], timer.timeit(number) / number)
        table[label] = {name: best[name] - best["empty"] for name in timers}
    return table


def _names(f: Any) -> dict[str, Any]:
    a, b, c, d = (np.zeros(9) for _ in range(4))
    return {"f": f, "a": a, "b": b, "c": c, "d": d, "n": 9, "m": 3, "x": 0.5}
