"""LLVM text of the support functions that deal with Python objects: array boxing, kept references, leaving a call.

They are compiled once per process, together with those of :mod:`minijit.runtime.support`; generated code refers to them
by symbol. The Python-side contract of each stands in a comment before it.
"""

from __future__ import annotations

from typing import Final

from minijit.runtime import context, record
from minijit.runtime import numpy_api as api

_NAMES: Final = {
    name: str(value)
    for module in (context, record, api)
    for name, value in vars(module).items()
    if name.isupper() and isinstance(value, int)
}

_TEXT: Final = """
declare i64 @PyTuple_Size(ptr)
"""
