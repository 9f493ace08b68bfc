"""Loading object files without LLVM, where they are what LLVM writes for x86-64 under Linux.

Code and constants are copied into memory of their own, the addresses that they refer to are filled in, and the memory
is made executable and no longer writable. That takes a tenth of the time of LLVM's linker, and a process that finds
all its code on disk (:mod:`minijit.codegen.disk_cache`) never loads LLVM.
"""

from __future__ import annotations

import ctypes
import mmap
import struct
import sys
from functools import cache
from typing import Any, Final

from minijit.codegen.elf import (
    ALLOCATED,
    NO_BITS,
    PROGBITS,
    RELOCATIONS,
    THREAD_LOCAL,
    UNDEFINED,
    WRITABLE,
    ObjectFile,
    Section,
    Symbol,
)
from minijit.errors import InternalError

_ADDRESS: Final = 1
_RELATIVE_32: Final = (2, 4)
_RELATIVE_64: Final = 24
"""Relocations: R_X86_64_64, R_X86_64_PC32 and PLT32, R_X86_64_PC64."""
_READ_AND_RUN: Final = 5


class _LeftToLLVMError(Exception):
    """An object file has something that is left to LLVM."""


def load(files: list[ObjectFile], imports: dict[str, int]) -> dict[str, int] | None:
    """Load object files as one library.

    Parameters
    ----------
    files : list of ObjectFile
        They may refer to each other.
    imports : dict
        The addresses of the symbols that they leave open.

    Returns
    -------
    dict or None
        The addresses of all global symbols; ``None`` where LLVM has to load the files.

    Raises
    ------
    InternalError
        When a symbol is defined twice.
    """
    if sys.platform != "linux" or not all(file.is_x86_64 for file in files):
        return None
    try:
        return _Image(files, imports).load()
    except (_LeftToLLVMError, OSError):
        return None


class _Image:
    """The memory of some object files: what is read and run, then, on pages of its own, what is written to."""

    def __init__(self, files: list[ObjectFile], imports: dict[str, int]) -> None:
        self._files = files
        self._imports = imports
        self._places: list[dict[int, int]] = [{} for _ in files]
        self._size = 0
        self._place(writable=False)
        self._fixed = self._size = _rounded(self._size, mmap.PAGESIZE)
        self._place(writable=True)
        # Private: after a fork each process has its own variables.
        self._memory = mmap.mmap(-1, max(self._size, 1), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self._base = ctypes.addressof(ctypes.c_char.from_buffer(self._memory))

    def _place(self, *, writable: bool) -> None:
        for file, places in zip(self._files, self._places, strict=True):
            for number, section in enumerate(file.sections):
                if section.flags & THREAD_LOCAL:
                    raise _LeftToLLVMError
                if _has_memory(section) and bool(section.flags & WRITABLE) == writable:
                    places[number] = _rounded(self._size, section.align)
                    self._size = places[number] + section.size

    def load(self) -> dict[str, int]:
        """Fill the memory; returns the addresses of global symbols."""
        for file, places in zip(self._files, self._places, strict=True):
            for number, place in places.items():
                section = file.sections[number]
                if section.type == PROGBITS:
                    self._memory[place : place + section.size] = file.contents(section)
        defined = self._defined()
        for file, places in zip(self._files, self._places, strict=True):
            for section in file.sections:
                if section.type == RELOCATIONS and section.info in places:
                    self._relocate(file, places, section, defined)
        if self._fixed and _protect()(self._base, self._fixed, _READ_AND_RUN):
            raise _LeftToLLVMError
        # Code is never unloaded: another thread may be inside it, or an outer call of the same thread, and arrays that
        # outlive the interpreter's modules are freed by it.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._memory))
        return defined

    def _defined(self) -> dict[str, int]:
        defined: dict[str, int] = {}
        for file, places in zip(self._files, self._places, strict=True):
            for symbol in file.symbols:
                if symbol.is_global and symbol.section in places:
                    if symbol.name in defined:
                        raise InternalError(f"generated code defines the symbol {symbol.name} twice")
                    defined[symbol.name] = self._base + places[symbol.section] + symbol.value
        return defined

    def _address(self, symbol: Symbol, places: dict[int, int], defined: dict[str, int]) -> int:
        if symbol.section in places:
            return self._base + places[symbol.section] + symbol.value
        if symbol.section != UNDEFINED:
            raise _LeftToLLVMError
        address = defined.get(symbol.name) or self._imports.get(symbol.name)
        if address is None:
            raise InternalError(f"generated code refers to the symbol {symbol.name}, which nobody defines")
        return address

    def _relocate(self, file: ObjectFile, places: dict[int, int], section: Section, defined: dict[str, int]) -> None:
        start = places[section.info]
        for offset, kind, number, addend in file.relocations(section):
            value = self._address(file.symbols[number], places, defined) + addend
            place = start + offset
            try:
                if kind == _ADDRESS:
                    struct.pack_into("<Q", self._memory, place, value & 0xFFFFFFFFFFFFFFFF)
                elif kind in _RELATIVE_32:
                    struct.pack_into("<i", self._memory, place, value - self._base - place)
                elif kind == _RELATIVE_64:
                    struct.pack_into("<q", self._memory, place, value - self._base - place)
                else:
                    raise _LeftToLLVMError
            except struct.error:  # too far away
                raise _LeftToLLVMError from None


def _has_memory(section: Section) -> bool:
    return section.type in (PROGBITS, NO_BITS) and bool(section.flags & ALLOCATED)


def _rounded(size: int, align: int) -> int:
    return -(-size // max(align, 1)) * max(align, 1)


@cache
def _protect() -> Any:
    function = ctypes.CDLL(None).mprotect
    function.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    return function
