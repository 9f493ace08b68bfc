"""One way out of the fast path: whatever doesn't fit is done, or refused, by NumPy itself, in one place.

An operation of many steps, each of which may find that it can't go on, asks NumPy for the whole of it. So the exception
is NumPy's, with its message, and it is raised in its order; and what is rare needs no native code.
"""

from __future__ import annotations

from collections.abc import Callable

from minijit.ir.builder import known
from minijit.ir.nodes import Block, Value
from minijit.library.builder import Builder


class WayOut:
    """A block that is entered where a condition doesn't hold.

    Parameters
    ----------
    b : Builder
        The builder.
    build : callable
        Builds what is done there: it leaves the function, or does the whole operation by other means.
    """

    def __init__(self, b: Builder, build: Callable[[], object]) -> None:
        self.b = b
        self.build = build
        self.block: Block | None = None

    def unless(self, fine: Value) -> None:
        """Leave by this way unless the condition holds."""
        b = self.b
        if known(fine) == 1:
            return
        if self.block is None:
            self.block = b.new_block("by_numpy")
        here = b.new_block("fine")
        b.branch(fine, here, self.block, likely=True)
        b.move_to(here)

    def close(self) -> None:
        """Build the block; to be called behind all else. What goes on there meets the fast path."""
        if self.block is None:
            return
        b = self.b
        done = b.new_block("done")
        if b.block.terminator is None:
            b.jump(done)
        b.move_to(self.block)
        self.build()
        if b.block.terminator is None:
            b.jump(done)
        b.move_to(done)
