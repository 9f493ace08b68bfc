"""The library of Python's own values through ``minijit.jit``: each entry as a user would write it, with all stages.

What :mod:`tests.test_library_python` finds out about the entries themselves is not repeated; here a few rows for some
types show that typing binds them, that wrapper and calls into Python carry their values, and that nothing falls back.
"""

from __future__ import annotations

import operator
import random
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

import minijit
from minijit import types as t
from minijit.library import registry
from minijit.runtime.typeof import type_of
from tests.library_harness import expected, same, sample_rows
from tests.test_library_python import entries

_INFIX = {
    operator.add: "+",
    operator.sub: "-",
    operator.mul: "*",
    operator.truediv: "/",
    operator.floordiv: "//",
    operator.mod: "%",
    operator.pow: "**",
    operator.lshift: "<<",
    operator.rshift: ">>",
    operator.and_: "&",
    operator.or_: "|",
    operator.xor: "^",
    operator.lt: "<",
    operator.le: "<=",
    operator.gt: ">",
    operator.ge: ">=",
    operator.eq: "==",
    operator.ne: "!=",
    operator.is_: "is",
    operator.is_not: "is not",
}
_PREFIX = {operator.neg: "-", operator.pos: "+", operator.invert: "~", operator.truth: "not not "}


def expression(function: Any, names: list[str]) -> str:
    """The call of an entry, as it is written in a program."""
    if function in _INFIX and len(names) == 2:
        return f"{names[0]} {_INFIX[function]} {names[1]}"
    if function in _PREFIX and len(names) == 1:
        return _PREFIX[function] + names[0]
    if function is operator.getitem:
        return f"{names[0]}[{names[1]}]"
    if function is operator.contains:
        return f"{names[1]} in {names[0]}"
    if isinstance(function, registry.attribute):
        return f"{names[0]}.{function.name}"
    if isinstance(function, registry.method):
        return f"{names[0]}.{function.name}({', '.join(names[1:])})"
    return f"function({', '.join(names)})"


def program(function: Any, count: int, path: Path) -> Callable[..., Any]:
    """A function of `count` parameters that gives what an entry gives; its source stands in a file."""
    names = [f"x{k}" for k in range(count)]
    path.write_text(f"def f({', '.join(names)}):\n    return {expression(function, names)}\n")
    module = compile(path.read_text(), str(path), "exec")
    code = next(one for one in module.co_consts if isinstance(one, CodeType))
    return FunctionType(code, {"function": function})


def chosen_rows(entry: registry.Entry, source: random.Random) -> dict[tuple[t.Type, ...], list[tuple[Any, ...]]]:
    """A few sample rows for each of a few combinations of types that a jitted function takes as arguments."""
    groups: dict[tuple[t.Type, ...], list[tuple[Any, ...]]] = {}
    for row in sample_rows(entry):
        types = tuple(map(type_of, row))
        if row and None not in types:
            groups.setdefault(types, []).append(row)  # type: ignore[arg-type]
    kept = source.sample(sorted(groups, key=str), min(3, len(groups)))
    return {types: source.sample(groups[types], min(4, len(groups[types]))) for types in kept}


@pytest.mark.parametrize("entry", entries())
def test_as_written_in_a_program(entry: registry.Entry, tmp_path: Path) -> None:
    for types, rows in chosen_rows(entry, random.Random(4)).items():
        plain = program(entry.function, len(types), tmp_path / "program.py")
        jitted = minijit.jit(plain)
        for row in rows:
            wanted, given = expected(plain, *row), expected(jitted, *row)
            assert same(wanted, given), (row, wanted, given)
        if registry.find(entry.function, tuple(registry.Arg(one) for one in types), {}) is not None:
            assert not jitted.fallback_reasons, types
