"""LLVM's own linker: for object files that :mod:`minijit.codegen.loader` does not load.

One LLJIT serves the process. Every call makes a library of its own, so that the same names may be defined in each
(``mj_call`` is). Code is never unloaded: another thread may be inside it, or an outer call of the same thread.
"""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any, Final

from minijit.codegen.toolchain import KERNEL, LOCK, binding, target_machine
from minijit.errors import InternalError

_numbers: Final = itertools.count()
_TRACKERS: Final[list[Any]] = []


@cache
def _jit() -> Any:
    return binding().create_lljit_compiler(target_machine(KERNEL))


def link_by_llvm(
    objects: list[bytes], exports: list[str], imports: dict[str, int], *, look_in_process: bool
) -> dict[str, int]:
    """The addresses of exported symbols, once the object files are in memory.

    Parameters
    ----------
    objects : list of bytes
        Object files; they may refer to each other.
    exports : list of str
        Symbols whose addresses are wanted.
    imports : dict
        The addresses of external symbols.
    look_in_process : bool
        Whether LLVM looks in the process for other external symbols.

    Raises
    ------
    InternalError
        When a symbol is defined nowhere, or twice.
    """
    builder = binding().JITLibraryBuilder()
    for each in objects:
        builder.add_object_img(each)
    if look_in_process:
        builder.add_current_process()
    for name, address in imports.items():
        builder.import_symbol(name, address)
    for name in exports:
        builder.export_symbol(name)
    with LOCK:
        try:
            tracker = builder.link(_jit(), f"minijit.{next(_numbers)}")
        except RuntimeError as error:
            raise InternalError(f"linking failed: {error}") from None
    _TRACKERS.append(tracker)
    return {name: tracker[name] for name in exports}
