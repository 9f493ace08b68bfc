"""``with np.errstate(...)``: which of them native code may pass over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from minijit import types as t
from minijit.errors import Unsupported
from minijit.ir.facts import Fact
from minijit.ir.nodes import Instr

if TYPE_CHECKING:
    from minijit.typeinfer.inference import Inference

_ERRORS: Final = frozenset({"all", "divide", "over", "under", "invalid"})
_QUIET: Final = frozenset({"ignore", "warn"})
"""Modes in which an operation goes on; under others it may raise, print or call something."""


def enter_errstate(_inference: Inference, instr: Instr, inputs: tuple[Fact, ...]) -> Fact:
    """The rule of ``enter_errstate``, which does nothing at run time."""
    modes: dict[str, str] = instr.attrs["modes"]
    if inputs[0].const is not np.errstate:
        raise Unsupported("a with statement over something else than np.errstate", "put it around the call")
    if not (set(modes) <= _ERRORS and set(modes.values()) <= _QUIET):
        raise Unsupported("np.errstate with modes other than 'ignore' and 'warn'", "put it around the call")
    return Fact(t.NONE)
