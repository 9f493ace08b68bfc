"""The memory of a specialisation's record (:mod:`minijit.runtime.record` has its layout), and all it points to.

The record is made before the code is linked, which refers to it by the symbol ``mj_record``, and filled in before the
first call.
"""

from __future__ import annotations

import ctypes
import struct
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final

from minijit.runtime.record import (
    CONSTANTS,
    DEFAULTS,
    DEPTH,
    GUARDS,
    INTERPRET,
    NAMES,
    NEXT,
    ON_EXIT,
    SIZE,
)

MAX_DEPTH: Final = 10_000
"""Nested native calls that any thread's stack has room for; deeper ones are the interpreter's."""


class Record:
    """A record and everything that it points to.

    Attributes
    ----------
    address : int
        Where it is.
    """

    __slots__ = ("_buffer", "_guards", "_kept", "address", "pairs")

    def __init__(self) -> None:
        self._buffer = (ctypes.c_uint64 * (SIZE // 8))()
        self.address = ctypes.addressof(self._buffer)
        self._kept: dict[int, object] = {}
        self._guards: object = None
        self.pairs: list[tuple[int, int]] = []

    def fill(
        self,
        *,
        following: int,
        constants: Sequence[object],
        names: Sequence[object],
        defaults: dict[int, Any],
        on_exit: Callable[[int, int], BaseException | None],
        interpret: Callable[..., Any],
    ) -> None:
        """Write all words but the guards'."""
        self._set(NEXT, following)
        self._set(DEPTH, min(sys.getrecursionlimit(), MAX_DEPTH))
        self._set_table(CONSTANTS, list(enumerate(constants)), len(constants))
        self._set_table(NAMES, list(enumerate(names)), len(names))
        self.set_defaults(defaults, len(names))
        for offset, one in ((ON_EXIT, on_exit), (INTERPRET, interpret)):
            self._kept[offset] = one
            self._set(offset, id(one))

    def set_defaults(self, defaults: dict[int, Any], count: int) -> None:
        """Write the table of default values."""
        self._set_table(DEFAULTS, list(defaults.items()), count)

    def set_guards(self, pairs: list[tuple[int, int]]) -> None:
        """Replace the guards.

        Pointer and count are written in one step, with the GIL held, so that no call sees one without the other.
        """
        if pairs == self.pairs:
            return
        words = [word for pair in pairs for word in pair]
        table = (ctypes.c_uint64 * max(len(words), 1))(*words)
        struct.pack_into("=QQ", self._buffer, GUARDS, ctypes.addressof(table), len(pairs))
        self._guards = table
        self.pairs = list(pairs)

    def _set(self, offset: int, word: int) -> None:
        self._buffer[offset // 8] = word

    def _set_table(self, offset: int, items: list[tuple[int, object]], count: int) -> None:
        table = (ctypes.c_void_p * max(count, 1))()
        for position, one in items:
            table[position] = id(one)
        self._kept[offset] = (table, [one for _, one in items])
        self._set(offset, ctypes.addressof(table))
