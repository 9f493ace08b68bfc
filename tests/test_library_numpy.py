"""Every entry of the NumPy part of the library, on its samples, against NumPy itself."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import pytest

import minijit.library.load  # noqa: F401
from minijit.library import registry
from minijit.library.kernels.libm_kernels import FUNCTIONS
from minijit.runtime.typeof import type_of
from minijit.testing.checks import compare
from tests.numpy_programs import Program, program_of
from tests.test_library_python import MODULES as MODULES_OF_PYTHON

ELSEWHERE = {*MODULES_OF_PYTHON, "arrays.through_numpy"}
"""Modules with tests of their own, and what NumPy itself computes; whatever else is in the registry is tested here."""
UNINITIALISED = {np.empty, np.empty_like}
QUICK = 12
"""In a quick run each function is tried with about so many combinations of types."""

INEXACT = {
    *FUNCTIONS,
    np.power,
    np.logspace,
    np.float_power,
    np.logaddexp,
    np.logaddexp2,
    np.absolute,
}
"""NumPy computes these by other algorithms where the processor has wide vectors."""


def _rows_by_function() -> dict[str, tuple[object, list[tuple[Any, ...]]]]:
    found: dict[str, tuple[object, list[tuple[Any, ...]]]] = {}
    for entry in registry.all_entries():
        if entry.home in ELSEWHERE or entry.function in UNINITIALISED:
            continue
        rows = entry.samples() if callable(entry.samples) else entry.samples
        is_member = isinstance(entry.function, registry.method)
        name = entry.name if is_member else f"{_module_of(entry.function)}{entry.name}"
        found.setdefault(name, (entry.function, []))[1].extend(tuple(row) for row in rows)
    return found


def _module_of(function: object) -> str:
    module = getattr(function, "__module__", None) or "numpy"
    return f"{module}."


ROWS = {name: row for name, row in _rows_by_function().items() if row[1]}


def _kinds(row: tuple[Any, ...]) -> str:
    return "|".join(str(type_of(value) or repr(value)) for value in row)


def _selected(rows: list[tuple[Any, ...]], limit: int) -> list[tuple[Any, ...]]:
    """The rows of a part of the combinations of types, chosen by a checksum, so that it is the same in every run."""
    kinds = sorted({_kinds(row) for row in rows}, key=lambda kind: zlib.crc32(kind.encode()))[:limit]
    return [row for row in rows if _kinds(row) in kinds]


def _check(name: str, limit: int) -> None:
    function, rows = ROWS[name]
    programs: dict[tuple[str, str], Program] = {}
    problems: list[str] = []
    native = 0
    for row in _selected(rows, limit):
        text, program, values = program_of(function, row)
        program = programs.setdefault((text, _kinds(values)), program)
        ulp = 4 if function in INEXACT else 0
        found = compare(program.jitted, values, ulp=ulp)
        if program.jitted.signatures:
            native += 1
            problems += [f"{text} with {values!r}: {problem}" for problem in found]
    assert not problems, "\n".join(problems[:20])
    assert native, "none of the samples was compiled"


@pytest.mark.parametrize("name", sorted(ROWS))
def test_entry(name: str) -> None:
    _check(name, QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(ROWS))
def test_entry_with_all_types(name: str) -> None:
    _check(name, 10_000)
