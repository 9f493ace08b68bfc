"""How machine types, constants and names are written in LLVM's textual language."""

from __future__ import annotations

import ctypes
import struct
from typing import Final

from minijit.errors import InternalError
from minijit.ir.unit import Unit
from minijit.machine import AnyType, Machine

LLVM_TYPES: Final = {
    "i1": "i1",
    "i8": "i8",
    "i16": "i16",
    "i32": "i32",
    "i64": "i64",
    "i128": "i128",
    "f32": "float",
    "f64": "double",
    "ptr": "ptr",
}
"""LLVM's names of the machine types."""

ALIGNMENT: Final = {"i1": 1, "i8": 1, "i16": 2, "i32": 4, "i64": 8, "i128": 8, "f32": 4, "f64": 8, "ptr": 8}
"""Natural alignment in memory; an i128 lies in 8-byte slots and has no stricter one."""


def alignment(unit: Unit, name: str) -> int:
    """The alignment of what lies in memory: the natural one, unless the unit has records, which may lie anywhere."""
    return 1 if unit.unaligned else ALIGNMENT[name]


_MASKS: Final = {name: (1 << int(name[1:])) - 1 for name in ("i8", "i16", "i32", "i64", "i128")}


def llvm_type(one: AnyType) -> str:
    """The LLVM type of a value at the stage "loops"."""
    return LLVM_TYPES[machine(one).name]


def machine(one: AnyType) -> Machine:
    """`one`, which must be a machine type here."""
    if isinstance(one, Machine):
        return one
    raise InternalError(f"a value of type {one} reached code generation; only machine types may")


def literal(value: object, type: AnyType) -> str:
    """A constant of a machine type as LLVM reads it.

    Floats are written as the bits of a double, which is exact (LLVM wants ``float`` constants in that form as well).
    Integers may be given signed or unsigned and are reduced to the width.
    """
    if isinstance(value, str) and value == "poison":
        return "poison"
    name = machine(type).name
    if name == "f64":
        return f"0x{_bits_of_double(float(value)):016X}"  # type: ignore[arg-type]
    if name == "f32":
        return f"0x{_bits_of_double(ctypes.c_float(float(value)).value):016X}"  # type: ignore[arg-type]
    if name == "ptr":
        if value is None:
            return "null"
        raise InternalError(f"the only constant pointer is None, not {value!r}")
    if name == "i1":
        return "true" if value else "false"
    mask = _MASKS[name]
    number = int(value) & mask  # type: ignore[call-overload]
    return str(number if number <= mask >> 1 else number - mask - 1)


def _bits_of_double(value: float) -> int:
    bits: int = struct.unpack("<Q", struct.pack("<d", value))[0]
    return bits


def symbol(name: str) -> str:
    """A global name, quoted where it needs to be."""
    return "@" + quoted(name)


def quoted(name: str) -> str:
    """A name without its sigil; anything but plain ASCII identifiers (dots allowed) is quoted byte by byte."""
    if name.isascii() and name.replace(".", "_").isidentifier():
        return name
    # Not even the backslash and the quote survive unescaped, so escape whatever is not obviously harmless.
    safe = (chr(b) if 32 < b < 127 and b not in b'"\\' else f"\\{b:02X}" for b in name.encode())
    return f'"{"".join(safe)}"'
