"""Nested functions as Python's own: made of the values that they capture when they are handed to Python."""

from __future__ import annotations

from collections.abc import Callable
from types import CellType, FunctionType
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np

_VARIABLES: Final[WeakKeyDictionary[FunctionType, tuple[tuple[str, ...], str]]] = WeakKeyDictionary()

_KEEPERS: Final = (np.vectorize, np.frompyfunc)
_READERS: Final = (sorted, min, max, sum, any, all)


def note_variables(template: FunctionType, captured: tuple[str, ...], itself: str) -> None:
    """Remember which free variables of `template` are captured, and by which one it calls itself."""
    _VARIABLES[template] = captured, itself


def maker_of(template: FunctionType) -> Callable[..., FunctionType]:
    """What makes the function that `template` stands for, of the captured values in their order."""
    captured, itself = _VARIABLES[template]
    code = template.__code__
    names, kept = code.co_freevars, template.__closure__ or ()

    def make(*values: object) -> FunctionType:
        cells = dict(zip(names, kept, strict=True))
        cells.update({name: CellType(value) for name, value in zip(captured, values, strict=True)})
        if itself:
            cells[itself] = CellType()
        closure = tuple(cells[name] for name in names)
        made = FunctionType(code, template.__globals__, code.co_name, template.__defaults__, closure)
        made.__kwdefaults__ = template.__kwdefaults__ and dict(template.__kwdefaults__)
        if itself:
            cells[itself].cell_contents = made
        return made

    make.__name__ = code.co_name
    return make


def keeps_no_function(function: object) -> bool:
    """Whether something that Python calls holds none of its arguments when it has returned."""
    if isinstance(function, type) or function in _KEEPERS:
        return False
    module = (getattr(function, "__module__", None) or "").split(".")[0]
    return module in ("numpy", "scipy") or function in _READERS
