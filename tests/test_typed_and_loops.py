"""Golden files of the stages "typed" and "loops".

The module in a file defines ``f`` and ``ARGUMENTS``, a row of example arguments that gives the types.
"""

from __future__ import annotations

from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

from minijit.ir.printer import print_function
from minijit.runtime.typeof import type_of
from tests.golden_files import check_golden, golden_files
from tests.stages import lowered, typed


def argument_types(scope: dict[str, Any]) -> list[Any]:
    return [type_of(one) for one in scope["ARGUMENTS"]]


def typed_text(function: FunctionType, scope: dict[str, Any]) -> str:
    functions = typed(function, *argument_types(scope))
    return "\n".join(print_function(one) for one in functions.values())


def loops_text(function: FunctionType, scope: dict[str, Any]) -> str:
    unit = lowered(function, *argument_types(scope))
    texts = [print_function(one) for one in unit.functions.values()]
    for number, site in enumerate(unit.sites, 1):
        texts.append(f"site {number}: {site.kind}, line {site.span.line}, {site.message}".rstrip(", "))
    return "\n".join([*texts, ""])


@pytest.mark.parametrize("path", golden_files("typed"), ids=lambda path: path.stem)
def test_typed(path: Path, update_golden: bool) -> None:
    check_golden(path, typed_text, update_golden)


@pytest.mark.parametrize("path", golden_files("loops"), ids=lambda path: path.stem)
def test_loops(path: Path, update_golden: bool) -> None:
    check_golden(path, loops_text, update_golden)
