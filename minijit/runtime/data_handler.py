"""The allocator that arrays made by native code name as theirs, so that NumPy frees and resizes their data with it.

NumPy's own allocator will not do: from NumPy 2.5 on it asks Python for memory, which in Python's debug mode is not what
``malloc`` gives. See NEP 49 and ``PyDataMem_Handler`` in NumPy's C API.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from typing import Final

EXPORTS: Final = ("mj_data_malloc", "mj_data_calloc", "mj_data_realloc", "mj_data_free")
SYMBOL: Final = "mj_data_handler"
"""A word in memory: the address of the capsule, null where arrays are to name no allocator."""

TEXT: Final = """
declare noalias ptr @malloc(i64)
declare noalias ptr @calloc(i64, i64)
declare ptr @realloc(ptr, i64)

define ptr @mj_data_malloc(ptr %context, i64 %bytes) nounwind {
entry:
  %data = call ptr @malloc(i64 %bytes)
  ret ptr %data
}

define ptr @mj_data_calloc(ptr %context, i64 %count, i64 %bytes) nounwind {
entry:
  %data = call ptr @calloc(i64 %count, i64 %bytes)
  ret ptr %data
}

define ptr @mj_data_realloc(ptr %context, ptr %data, i64 %bytes) nounwind {
entry:
  %moved = call ptr @realloc(ptr %data, i64 %bytes)
  ret ptr %moved
}

define void @mj_data_free(ptr %context, ptr %data, i64 %bytes) nounwind {
entry:
  call void @free(ptr %data)
  ret void
}
"""


class _Handler(ctypes.Structure):
    """``PyDataMem_Handler``."""

    _fields_ = (
        ("name", ctypes.c_char * 127),
        ("version", ctypes.c_uint8),
        ("context", ctypes.c_void_p),
        ("malloc", ctypes.c_void_p),
        ("calloc", ctypes.c_void_p),
        ("realloc", ctypes.c_void_p),
        ("free", ctypes.c_void_p),
    )


_NAME: Final = b"mem_handler"
CAPSULE: Final = ctypes.c_void_p()


def install(addresses: Mapping[str, int]) -> None:
    """Make the handler, once the functions of :data:`TEXT` have addresses."""
    functions = [addresses[name] for name in EXPORTS]
    handler = _Handler(b"minijit", 1, None, *functions)
    new_capsule = ctypes.pythonapi.PyCapsule_New
    new_capsule.restype, new_capsule.argtypes = ctypes.py_object, (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
    capsule = new_capsule(ctypes.addressof(handler), _NAME, None)
    CAPSULE.value = id(capsule)
    # Arrays may outlive this module, and all others, when the interpreter ends.
    for each in (handler, capsule, _NAME, CAPSULE):
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(each))
