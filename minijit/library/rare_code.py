"""Code that runs rarely: put apart, and compiled when it is first entered (:mod:`minijit.passes.outline_checked`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from minijit.ir.builder import known
from minijit.ir.nodes import Value
from minijit.library.builder import Builder

_FIRST: Final = 1 << 20
"""Regions of rare code are numbered from here on; those before are checked copies of loops."""

Side = Callable[[], Sequence[Value]]


def if_else_rarely(b: Builder, condition: Value, then: Side, otherwise: Side) -> tuple[Value, ...]:
    """:meth:`Builder.if_else`, with rare code for the other side; its loops may be worth vectorising all the same."""
    if known(condition) is not None:
        return tuple(then() if known(condition) else otherwise())

    def rarely() -> Sequence[Value]:
        entry, start = b.block, len(b.function.blocks)
        values = otherwise()
        for block in (entry, *b.function.blocks[start:]):
            block.attrs |= {"slow": _FIRST + start, "rare": True}
        return values

    return b.if_else(condition, then, rarely, likely=True)
