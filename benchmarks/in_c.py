"""Kernels in C: sources beside the Python ones, compiled by gcc when they are measured, called through ctypes.

A kernel ``f`` of ``kernels/theme.py`` may have a function ``f`` in ``kernels/theme.c``. For an array it takes the
address and the length of each axis, and the steps (in elements) where the array has gaps; ints are ``int64_t``, floats
``double``. An array that the kernel returns is made by the caller and handed over last.
"""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.registry import Kernel

FOLDER = Path(__file__).with_name("kernels")
FLAGS = ("-O3", "-march=native")
_DEFINITION = re.compile(r"^(double|float|int64_t|void) (\w+)\(([^)]*)\) \{", re.MULTILINE)
_RESULTS: dict[type, Any] = {
    type(None): None,
    int: ctypes.c_int64,
    np.int64: ctypes.c_int64,
    float: ctypes.c_double,
    np.float64: ctypes.c_double,
    np.float32: ctypes.c_float,
}


class Prepared:
    """A C function with its arguments; `repeat` runs it many times without leaving C."""

    def __init__(self, function: Any, values: list[Any], result: Any, arguments: tuple[Any, ...]) -> None:
        self.function = function
        self.values = values
        self.result = result
        # They must live as long as their addresses are used.
        self.arguments = arguments

    def __call__(self) -> Any:
        value = self.repeat(1)
        return value if self.result is None else self.result

    def repeat(self, times: int) -> Any:
        """Run it `times` times, at least once; gives the last result."""
        return self.function(times, *self.values)


def version() -> str:
    """gcc's own words on its version, or why there is none."""
    gcc = shutil.which("gcc")
    if gcc is None:
        return "not installed"
    done = subprocess.run([gcc, "--version"], capture_output=True, text=True, check=False)
    return " ".join([done.stdout.splitlines()[0], *FLAGS]) if done.stdout else "does not run"


def has_source(kernel: Kernel) -> bool:
    """Whether somebody has written the kernel in C."""
    path = FOLDER / f"{kernel.theme}.c"
    return path.exists() and kernel.function.__name__ in [name for _, name, _ in _DEFINITION.findall(path.read_text())]


def prepared(kernel: Kernel, arguments: tuple[Any, ...], expected: Any) -> Prepared:
    """The kernel's C function on these arguments; `expected` is a result, which says what it returns."""
    values: list[Any] = []
    for argument in arguments:
        values += _passed(argument)
    result = np.empty_like(expected) if isinstance(expected, np.ndarray) else None
    if result is not None:
        values.append(ctypes.c_void_p(result.ctypes.data))
    function = _library(kernel.theme)[f"{kernel.function.__name__}_times"]
    function.restype = None if result is not None else _RESULTS[type(expected)]
    function.argtypes = [ctypes.c_int64, *map(type, values)]
    return Prepared(function, values, result, arguments)


def _passed(argument: Any) -> list[Any]:
    if isinstance(argument, np.ndarray):
        passed: list[Any] = [ctypes.c_void_p(argument.ctypes.data), *map(ctypes.c_int64, argument.shape)]
        if not (argument.flags.c_contiguous or argument.flags.f_contiguous):
            passed += [ctypes.c_int64(stride // argument.itemsize) for stride in argument.strides]
        return passed
    return [ctypes.c_double(argument) if isinstance(argument, float) else ctypes.c_int64(argument)]


@cache
def _library(theme: str) -> ctypes.CDLL:
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder) / f"{theme}.c", Path(folder) / f"{theme}.so"
        source.write_text(with_loops((FOLDER / f"{theme}.c").read_text()))
        command = ["gcc", *FLAGS, "-shared", "-fPIC", "-o", str(library), str(source), "-lm"]
        subprocess.run(command, check=True, capture_output=True, text=True)
        return ctypes.CDLL(str(library))


def with_loops(source: str) -> str:
    """The source with a function ``f_times`` for each ``f``, which calls it again and again.

    gcc must not look into ``f`` there, or it would call it once.
    """
    before, behind = ["#include <stdint.h>"], []
    for kind, name, parameters in _DEFINITION.findall(source):
        given = ", ".join(re.findall(r"(\w+)(?:,|$)", parameters))
        before.append(f"{kind} {name}({parameters}) __attribute__((noipa));")
        behind.append(
            f"{kind} {name}_times(int64_t times, {parameters}) {{\n"
            f"    for (int64_t turn = 1; turn < times; turn++) {name}({given});\n"
            f"    return {name}({given});\n}}"
        )
    return "\n".join([*before, source, *behind, ""])

