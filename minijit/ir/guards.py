"""Guards: what native code takes for granted about the world outside its arguments.

The values of globals, builtins, closure cells and attributes of modules are built into the code. Each value that was
looked at while compiling is written down as a guard; before every call the guards are compared with the present (see
:mod:`minijit.runtime.globals_watch`), so that rebinding a name takes effect at the next call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

GuardKind: TypeAlias = Literal["global", "builtin", "cell", "attribute", "function", "class"]


class Missing:
    """The type of :data:`MISSING`."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()
"""In place of a value: the name was bound to nothing (an empty cell, a global that is not there)."""


@dataclass(slots=True)
class Guard:
    """One fact that the code depends on.

    Attributes
    ----------
    kind : {"global", "builtin", "cell", "attribute", "function", "class"}
        ``global``: `container` (a globals dict) binds `name` to `value`; ``builtin``: it does not bind `name`, and
        `builtins` binds it to `value`; ``cell``: the closure cell `container` holds `value`; ``attribute``: the dict
        `container` of a module binds `name` to `value`; ``function``: the function `container` (and `value`) has its
        code and its default values; ``class``: the first of the bases of the class `container` that has `name` holds
        `value`.
    container : dict, cell or function
        Where to look.
    name : str
        The name; for a cell only to be shown.
    value : object
        What was found, or ``MISSING``.
    builtins : dict or None
        For ``builtin``: the function's ``__builtins__``; by default those of the module :mod:`builtins`.
    """

    kind: GuardKind
    container: Any
    name: str
    value: object
    builtins: dict[str, Any] | None = None
