"""Addresses by name: what generated code may refer to, and which names an object file leaves open."""

from __future__ import annotations

import ctypes
import struct
import sys
from functools import cache
from typing import Final

from minijit.runtime import numpy_api, object_support, support
from minijit.runtime.elementary.far_arguments import far_function_text

SUPPORT: Final = (*support.EXPORTS, *object_support.EXPORTS)
"""The support functions, compiled by :func:`minijit.codegen.link.runtime_addresses`."""

_REGISTERED: Final[dict[str, int]] = {}

_LIBRARIES: Final = {
    "linux": (None, "libm.so.6", "libgcc_s.so.1", "libmvec.so.1"),
    "darwin": (None,),
    "win32": ("ucrtbase",),
}


def register_symbol(name: str, address: int) -> None:
    """Give generated code a name for an address (a type object, an entry of NumPy's C API ...)."""
    _REGISTERED[name] = address


@cache
def _library(name: str | None) -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(name)
    except OSError:
        return None


def address_of_symbol(name: str) -> int | None:
    """The address of a symbol, or ``None`` where nobody defines it.

    Looked for among the registered ones, the support functions (compiled when one is asked for), the objects of Python
    and NumPy that have symbols, NumPy's distributions, CPython's API, and the C libraries.
    """
    known = _REGISTERED.get(name)
    if known is not None:
        return known
    if name in SUPPORT:
        from minijit.codegen.link import runtime_addresses

        _REGISTERED.update(runtime_addresses())
        return _REGISTERED[name]
    text = far_function_text(name)
    if text is not None:
        from minijit.codegen.link import link_text

        _REGISTERED[name] = link_text(text, name)
        return _REGISTERED[name]
    if name in numpy_api.symbols():
        return numpy_api.symbols()[name]
    distribution = numpy_api.distribution(name)
    if distribution is not None:
        _REGISTERED[name] = distribution
        return distribution
    libraries = (_library(one) for one in _LIBRARIES.get(sys.platform, (None,)))
    for library in (ctypes.pythonapi, *libraries):
        # getattr would cache a function object in the library; item access makes a new one each time.
        try:
            function = library[name] if library is not None else None
        except AttributeError:
            continue
        if function is not None:
            address = ctypes.cast(function, ctypes.c_void_p).value
            if address:
                _REGISTERED[name] = address
                return address
    return None


_ELF_MAGIC: Final = b"\x7fELF\x02\x01"
_SYMBOL_TABLE: Final = 2


def undefined_symbols(objects: list[bytes]) -> set[str] | None:
    """The names that `objects` refer to and none of them defines; ``None`` where they aren't 64-bit ELF files."""
    wanted: set[str] = set()
    defined: set[str] = set()
    for data in objects:
        if data[:6] != _ELF_MAGIC:
            return None
        _read_symbols(data, wanted, defined)
    return wanted - defined


def _read_symbols(data: bytes, wanted: set[str], defined: set[str]) -> None:
    sections_at = struct.unpack_from("<Q", data, 40)[0]
    size, count = struct.unpack_from("<HH", data, 58)
    for number in range(count):
        header = sections_at + number * size
        if struct.unpack_from("<I", data, header + 4)[0] != _SYMBOL_TABLE:
            continue
        offset, length, strings = struct.unpack_from("<QQI", data, header + 24)
        strings_at = struct.unpack_from("<Q", data, sections_at + strings * size + 24)[0]
        # The first symbol is empty, always.
        for name_at, info, _, section, _, _ in struct.iter_unpack("<IBBHQQ", data[offset + 24 : offset + length]):
            if name_at and info >> 4:
                start = strings_at + name_at
                name = data[start : data.index(0, start)].decode()
                (defined if section else wanted).add(name)
