"""Code that runs rarely: put apart, and compiled when it is first entered (:mod:`minijit.passes.outline_checked`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from minijit.ir.nodes import Value
from minijit.library.builder import Builder

_FIRST: Final = 1 << 20
"""Regions of rare code are numbered from here on; those before are checked copies of loops."""


def rarely(b: Builder, build: Callable[[], Sequence[Value]]) -> Sequence[Value]:
    """Build one side of a branch (:meth:`Builder.if_else`) as rare code; its loops may be worth vectorising."""
    entry, start = b.block, len(b.function.blocks)
    values = build()
    for block in (entry, *b.function.blocks[start:]):
        block.attrs |= {"slow": _FIRST + start, "rare": True}
    return values
