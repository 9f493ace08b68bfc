"""Small programs around one entry of the library: what the tests compile and run."""

from __future__ import annotations

import itertools
import linecache
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import minijit
from minijit.library import registry
from minijit.library.samples import Known

_NUMBERS = itertools.count()


class Program:
    """A function of the samples' run-time arguments, in a file of its own that tracebacks can show."""

    def __init__(self, expression: str, names: Sequence[str], constants: dict[str, Any], *, statement: bool = False):
        body = expression if statement else f"return {expression}"
        number = next(_NUMBERS)
        self.source = f"def program{number}({', '.join(names)}):\n    {body}\n"
        filename = f"<library program {number}>"
        linecache.cache[filename] = (len(self.source), None, self.source.splitlines(True), filename)
        scope: dict[str, Any] = {"np": np, **constants}
        exec(compile(self.source, filename, "exec"), scope)
        self.function: Callable[..., Any] = scope[f"program{number}"]
        self.jitted = minijit.jit(fallback="error")(self.function)


class _Writer:
    """Writes sample arguments as source: numbers and arrays become parameters, the rest stands in the text."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.values: list[Any] = []
        self.constants: dict[str, Any] = {}

    def write(self, value: Any) -> str:
        if value is None or value is Ellipsis:
            return "None" if value is None else "..."
        if isinstance(value, str):
            return repr(value)
        if isinstance(value, Known):
            return self.constant(value.value)
        if isinstance(value, tuple):
            return "(" + "".join(f"{self.write(item)}, " for item in value) + ")"
        if isinstance(value, slice):
            bounds = (value.start, value.stop, value.step)
            return ":".join("" if bound is None else self.write(bound) for bound in bounds)
        if isinstance(value, type | np.dtype):
            return self.constant(value)
        self.values.append(value)
        self.names.append(f"x{len(self.names)}")
        return self.names[-1]

    def constant(self, value: Any) -> str:
        name = f"c{len(self.constants)}"
        self.constants[name] = value
        return name

    def index(self, value: Any) -> str:
        if isinstance(value, tuple) and value:
            return ", ".join(map(self.write, value)) + ("," if len(value) == 1 else "")
        return self.write(value)


def program_of(function: object, row: Sequence[Any]) -> tuple[str, Program, tuple[Any, ...]]:
    """A program that calls an entry's function with a row of samples, the key of its types, and its arguments."""
    w = _Writer()
    statement = False
    if function is operator.getitem:
        text = f"{w.write(row[0])}[{w.index(row[1])}]"
    elif function is operator.setitem:
        text = f"{w.write(row[0])}[{w.index(row[1])}] = {w.write(row[2])}"
        statement = True
    elif isinstance(function, registry.attribute):
        text = f"{w.write(row[0])}.{function.name}"
    elif isinstance(function, registry.method):
        receiver = w.write(row[0])
        text = f"{receiver}.{function.name}({', '.join(map(w.write, row[1:]))})"
    else:
        text = f"called({', '.join(map(w.write, row))})"
        w.constants["called"] = function
    return text, Program(text, w.names, w.constants, statement=statement), tuple(w.values)
