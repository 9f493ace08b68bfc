"""The layout of a call's context: a block of memory that the call wrapper keeps on its stack and native code is handed.

All offsets are in bytes. The context is only touched when something is out of the ordinary (an array is made, an
exception leaves, Python is called), so that it costs nothing where nothing is.
"""

from __future__ import annotations

from typing import Final

BLOCKS: Final = 0
"""ptr: the first of the doubly linked memory blocks made during the call; what is left is freed when it ends."""
OBJECTS: Final = 8
"""ptr: the first of the chained cells that hold references to Python objects until the call ends."""
CONSTANTS: Final = 16
"""ptr: the unit's table of PyObject pointers."""
DEPTH: Final = 24
"""i64: how many more nested native calls are allowed before a bail-out (recursion only)."""
DIRTY: Final = 32
"""i64: not zero when the call had changed something that others can see before it left."""
EXCEPTION: Final = 40
"""three ptr: type, value and traceback of an exception fetched from Python."""
TRACE_LENGTH: Final = 64
"""i64: the number of entries in the trace."""
PAYLOAD: Final = 72
"""eight words that go into the message of an exception."""
PAYLOAD_WORDS: Final = 8
TRACE: Final = 136
"""i32 each: the sites of the calls through which an exception passed, innermost first."""
TRACE_ENTRIES: Final = 28
SPARE: Final = 248
"""ptr: the first of the chained blocks that the call has freed and keeps for arrays of the same size."""
SIZE: Final = 256

# Memory blocks: the owner of the data of arrays that native code made.
BLOCK_COUNT: Final = 0
"""i64: references from native values."""
BLOCK_PREVIOUS: Final = 8
BLOCK_NEXT: Final = 16
"""ptr: neighbours in the context's list."""
BLOCK_DATA: Final = 24
"""ptr: the data, from the C library's allocator, 64-byte aligned."""
BLOCK_OBJECT: Final = 32
"""ptr: the ndarray that owns the data by now (once boxed), else null."""
BLOCK_BYTES: Final = 40
"""i64: the size of the data."""
BLOCK_ITEMS: Final = 48
"""i64: 0, or for a list whose items hold references: which of the words of an item are owners (one bit each), and in
the upper half the bytes of an item."""
BLOCK_SIZE: Final = 56

# A native list is a block with more words. Its data grows; BLOCK_BYTES is the room that there is.
LIST_LENGTH: Final = 56
"""i64: the number of items."""
LIST_BOXED: Final = 64
"""ptr: the Python list that the list has become when it was returned, else null."""
LIST_SIZE: Final = 72
