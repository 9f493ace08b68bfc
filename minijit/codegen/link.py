"""Linking object code into the process.

One LLJIT serves the process. Every call of :func:`link` makes a library of its own, so that the same names may be
defined in each (``mj_call`` is). Code is never unloaded.
"""

from __future__ import annotations

import itertools
import sys
from functools import cache
from typing import Any, Final

from minijit.codegen.symbols import SUPPORT, address_of_symbol, register_symbol, undefined_symbols
from minijit.codegen.toolchain import KERNEL, LOCK, WRAPPER, binding, optimise_and_emit, target_machine
from minijit.errors import InternalError
from minijit.runtime import data_handler
from minijit.runtime.object_support import object_support_text
from minijit.runtime.support import support_text

__all__ = ["Linked", "address_of_symbol", "link", "register_symbol", "runtime_addresses"]

_numbers: Final = itertools.count()


class Linked:
    """Code in memory.

    Attributes
    ----------
    addresses : dict of str to int
        The exported symbols.
    """

    __slots__ = ("addresses",)

    def __init__(self, addresses: dict[str, int]) -> None:
        self.addresses = addresses

    def __getitem__(self, name: str) -> int:
        return self.addresses[name]


_TRACKERS: Final[list[Any]] = []
"""Linked code is never unloaded: another thread may be inside it, or an outer call of the same thread."""


@cache
def _jit() -> Any:
    return binding().create_lljit_compiler(target_machine(KERNEL))


def link(objects: list[bytes], exports: list[str], imports: dict[str, int] | None = None) -> Linked:
    """Load object files as one library.

    Parameters
    ----------
    objects : list of bytes
        Object files; they may refer to each other.
    exports : list of str
        Symbols whose addresses are wanted.
    imports : dict, optional
        Addresses of external symbols. Others are looked up with :func:`address_of_symbol`.

    Raises
    ------
    InternalError
        When a symbol is defined nowhere, or twice.
    """
    builder = binding().JITLibraryBuilder()
    for each in objects:
        builder.add_object_img(each)
    for name, address in _resolved(objects, imports or {}, builder).items():
        builder.import_symbol(name, address)
    for name in exports:
        builder.export_symbol(name)
    with LOCK:
        try:
            tracker = builder.link(_jit(), f"minijit.{next(_numbers)}")
        except RuntimeError as error:
            raise InternalError(f"linking failed: {error}") from None
    _TRACKERS.append(tracker)
    return Linked({name: tracker[name] for name in exports})


def _resolved(objects: list[bytes], imports: dict[str, int], builder: Any) -> dict[str, int]:
    wanted = undefined_symbols(objects)
    if wanted is None:
        # Not ELF: LLVM looks in the process for what is missing.
        builder.add_current_process()
        return {**{name: address_of_symbol(name) or 0 for name in SUPPORT}, **imports}
    resolved = {}
    for name in wanted:
        address = imports.get(name) or address_of_symbol(name)
        if address is None:
            raise InternalError(f"generated code refers to the symbol {name}, which nobody defines")
        resolved[name] = address
    return resolved


def link_text(text: str, export: str) -> int:
    """Compile and link a module of LLVM text, and return the address of a function that it defines."""
    return link([optimise_and_emit(text).object], [export])[export]


@cache
def _runtime() -> Linked:
    """The support modules, compiled and linked by the first that needs them."""
    aligned = address_of_symbol("posix_memalign") is not None
    large_pages = sys.platform == "linux" and address_of_symbol("madvise") is not None
    texts = (support_text(aligned=aligned, large_pages=large_pages), object_support_text())
    linked = link([optimise_and_emit(text, WRAPPER).object for text in texts], list(SUPPORT))
    data_handler.install(linked.addresses)
    return linked


def runtime_addresses() -> dict[str, int]:
    """The addresses of the support functions."""
    with LOCK:
        return _runtime().addresses
