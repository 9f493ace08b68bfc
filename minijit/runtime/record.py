"""The layout of a specialisation's record: what a call wrapper needs to know and its code must not contain.

The dispatcher makes the record (a block of 8-byte words), the wrapper refers to it by the symbol ``mj_record``. Code
itself then holds no addresses of Python objects and can be kept on disk. All offsets are in bytes.
"""

from __future__ import annotations

from typing import Final

NEXT: Final = 0
"""ptr: the vectorcall function to try when the arguments are not this specialisation's."""
GUARDS: Final = 8
"""ptr: pairs of words, an address and what must stand there (globals and closure cells)."""
GUARD_COUNT: Final = 16
CONSTANTS: Final = 24
"""ptr: the unit's table of PyObject pointers."""
NAMES: Final = 32
"""ptr: the parameters' names, interned strings."""
DEFAULTS: Final = 40
"""ptr: a PyObject for every parameter that has a default, null for the others."""
ON_EXIT: Final = 48
"""PyObject: called as ``on_exit(status, context_address)`` when native code did not return normally."""
INTERPRET: Final = 56
"""PyObject: the Python function, which runs when ``on_exit`` returned None."""
DEPTH: Final = 64
"""i64: how many nested native calls are allowed."""
SIZE: Final = 72
