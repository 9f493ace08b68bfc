"""Linking object code into the process: every call of :func:`link` makes a library of its own."""

from __future__ import annotations

import sys
from functools import cache
from typing import Final

from minijit.codegen.disk_cache import object_code
from minijit.codegen.elf import ObjectFile, is_elf, undefined_symbols
from minijit.codegen.llvm_linker import link_by_llvm
from minijit.codegen.loader import load
from minijit.codegen.symbols import SUPPORT, address_of_symbol, register_symbol
from minijit.codegen.toolchain import LOCK, WRAPPER
from minijit.errors import InternalError
from minijit.runtime import data_handler
from minijit.runtime.object_support import object_support_text
from minijit.runtime.support import support_text

__all__ = ["Linked", "address_of_symbol", "link", "register_symbol", "runtime_addresses"]


class Linked:
    """Code in memory.

    Attributes
    ----------
    addresses : dict of str to int
        The exported symbols.
    """

    __slots__ = ("addresses",)

    def __init__(self, addresses: dict[str, int]) -> None:
        self.addresses: Final = addresses

    def __getitem__(self, name: str) -> int:
        return self.addresses[name]


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
    known = imports or {}
    if not all(map(is_elf, objects)):
        known = {**{name: address_of_symbol(name) or 0 for name in SUPPORT}, **known}
        return Linked(link_by_llvm(objects, exports, known, look_in_process=True))
    files = list(map(ObjectFile, objects))
    known = {name: known.get(name) or _address(name) for name in undefined_symbols(files)}
    addresses = load(files, known)
    if addresses is None:
        return Linked(link_by_llvm(objects, exports, known, look_in_process=False))
    missing = [name for name in exports if name not in addresses]
    if missing:
        raise InternalError(f"linking failed: no code for {', '.join(missing)}")
    return Linked({name: addresses[name] for name in exports})


def _address(name: str) -> int:
    address = address_of_symbol(name)
    if address is None:
        raise InternalError(f"generated code refers to the symbol {name}, which nobody defines")
    return address


def link_text(text: str, export: str) -> int:
    """Compile and link a module of LLVM text, and return the address of a function that it defines."""
    return link([object_code(text)], [export])[export]


@cache
def _runtime() -> Linked:
    """The support modules, compiled and linked by the first that needs them."""
    aligned = address_of_symbol("posix_memalign") is not None
    large_pages = sys.platform == "linux" and address_of_symbol("madvise") is not None
    texts = (support_text(aligned=aligned, large_pages=large_pages), object_support_text())
    linked = link([object_code(text, WRAPPER) for text in texts], list(SUPPORT))
    data_handler.install(linked.addresses)
    return linked


def runtime_addresses() -> dict[str, int]:
    """The addresses of the support functions."""
    with LOCK:
        return _runtime().addresses
