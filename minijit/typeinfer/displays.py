"""List displays that nothing can tell from tuples: ``np.array([x, y])``, ``for x in [1, 2]``, ``x in [1, 2]``."""

from __future__ import annotations

import builtins
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from minijit.ir.nodes import UNKNOWN, Instr, Value

if TYPE_CHECKING:
    from minijit.typeinfer.inference import Inference

_READERS: Final = frozenset(
    {"len", "min", "max", "sum", "any", "all", "enumerate", "zip", "reversed", "tuple"},
)
"""Builtins that only read a sequence and do not keep it."""


def is_only_read(inference: Inference, display: Instr) -> bool:
    """Whether a list is only iterated over, searched, or given to functions that treat lists and tuples alike.

    Such a list needs no identity and never changes: it may be held as a tuple.
    """
    for block in inference.source.blocks:
        for instr in block.instrs:
            if display in instr.args and not _reads(inference, instr, display):
                return False
        if block.terminator is not None and display in block.terminator.args:
            return False
        if any(display in edge.args for edge in block.edges):
            return False
    return True


def _reads(inference: Inference, user: Instr, display: Value) -> bool:
    match user.op:
        case "get_iter" | "unpack":
            return True
        case "compare":
            return user.attrs["operator"] in ("in", "not in") and user.args[0] is not display
        case "build_list":
            return is_only_read(inference, user)
        case "call":
            return user.args[0] is not display and _is_reader(_callee(inference, user.args[0]))
        case _:
            return False


def _callee(inference: Inference, value: Value) -> object:
    """What is called, also where the inference has not come to it yet."""
    known = inference.fact(value).const
    if known is not UNKNOWN or not isinstance(value, Instr):
        return known
    if value.op == "global":
        return inference.program.fact_of_global(inference.function, value.attrs["name"])[0].const
    if value.op == "getattr":
        owner = _callee(inference, value.args[0])
        return getattr(owner, value.attrs["name"], UNKNOWN) if isinstance(owner, ModuleType) else UNKNOWN
    return UNKNOWN


def _is_reader(callee: Any) -> bool:
    if callee is UNKNOWN:
        return False
    if any(callee is getattr(builtins, name) for name in _READERS):
        return True
    if isinstance(callee, type):
        # Classes may treat lists and tuples differently: np.dtype([...]) is not np.dtype((...)).
        return False
    return isinstance(callee, np.ufunc) or (getattr(callee, "__module__", None) or "").split(".")[0] == "numpy"
