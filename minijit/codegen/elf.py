"""Object files as LLVM writes them for x86-64 under Linux: ELF, relocatable, 64 bits, little endian.

Source: *System V Application Binary Interface*, chapters "Object Files" and "Relocation", and its AMD64 supplement.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

_IDENT: Final = b"\x7fELF\x02\x01"
_SECTION: Final = struct.Struct("<IIQQQQIIQQ")
_SYMBOL: Final = struct.Struct("<IBBHQQ")
_RELOCATION: Final = struct.Struct("<QQq")
_X86_64: Final = 62

PROGBITS: Final = 1
SYMBOL_TABLE: Final = 2
RELOCATIONS: Final = 4
NO_BITS: Final = 8
"""Types of sections: contents, symbols, relocations, zeros that take no room in the file."""
WRITABLE: Final = 1
ALLOCATED: Final = 2
THREAD_LOCAL: Final = 0x400
"""Flags of sections."""
UNDEFINED: Final = 0
"""The number of no section."""


class Section(NamedTuple):
    """A section: its kind, and where its contents are in the file."""

    name: int
    type: int
    flags: int
    address: int
    offset: int
    size: int
    link: int
    info: int
    align: int
    entry_size: int


class Symbol(NamedTuple):
    """A symbol; `value` counts from the start of its section."""

    name: str
    is_global: bool
    section: int
    value: int


class Relocation(NamedTuple):
    """Where a section has to be filled in, and with what: the address of a symbol, and `addend` to it."""

    offset: int
    type: int
    symbol: int
    addend: int


class ObjectFile:
    """An object file, taken apart.

    Attributes
    ----------
    data : bytes
        The file.
    machine : int
        The processor that it is for.
    sections : list of Section
        All sections, by number.
    symbols : list of Symbol
        All symbols, by number.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        (self.machine,) = struct.unpack_from("<H", data, 18)
        (start,) = struct.unpack_from("<Q", data, 40)
        size, count = struct.unpack_from("<HH", data, 58)
        self.sections = [Section(*_SECTION.unpack_from(data, start + number * size)) for number in range(count)]
        self.symbols = [
            symbol for section in self.sections if section.type == SYMBOL_TABLE for symbol in self._symbols_in(section)
        ]

    @property
    def is_x86_64(self) -> bool:
        """Whether the code is for AMD64 processors."""
        return bool(self.machine == _X86_64)

    def contents(self, section: Section) -> bytes:
        """What the file holds of a section."""
        return self.data[section.offset : section.offset + section.size]

    def relocations(self, section: Section) -> Iterator[Relocation]:
        """The entries of a section of relocations."""
        for offset, info, addend in _RELOCATION.iter_unpack(self.contents(section)):
            yield Relocation(offset, info & 0xFFFFFFFF, info >> 32, addend)

    def _symbols_in(self, table: Section) -> Iterator[Symbol]:
        names = self.contents(self.sections[table.link])
        for name, info, _, section, value, _ in _SYMBOL.iter_unpack(self.contents(table)):
            yield Symbol(names[name : names.index(0, name)].decode(), info >> 4 != 0, section, value)


def is_elf(data: bytes) -> bool:
    """Whether an object file is one that :class:`ObjectFile` reads."""
    return data[: len(_IDENT)] == _IDENT


def undefined_symbols(files: list[ObjectFile]) -> set[str]:
    """The names that object files refer to and none of them defines."""
    wanted: set[str] = set()
    defined: set[str] = set()
    for file in files:
        for symbol in file.symbols:
            if symbol.name and symbol.is_global:
                (wanted if symbol.section == UNDEFINED else defined).add(symbol.name)
    return wanted - defined
