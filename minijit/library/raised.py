"""Exceptions on their way out of native code: made of a site and its payload, or taken from the call's context.

Also the frames that stand for native functions in tracebacks. CPython makes frames only by running code, so each is
that of a generator which never ran: such a frame belongs to no caller and keeps nothing alive.
"""

from __future__ import annotations

import ctypes
import types
from collections.abc import Iterator
from typing import Any, Final

from minijit.errors import Span
from minijit.ir import context as layout
from minijit.ir.sites import Site

_POINTER_BYTES: Final = 8


def word_at(address: int, kind: Any) -> Any:
    """The number of a ctypes type that stands at an address."""
    return kind.from_address(address).value


_PAYLOAD_KINDS: Final = {"i": ctypes.c_int64, "u": ctypes.c_uint64, "d": ctypes.c_double}


def payload_of(site: Site, start: int) -> list[int | float]:
    """The numbers that native code left for the message, from an address on."""
    return [word_at(start + 8 * k, _PAYLOAD_KINDS[kind]) for k, kind in enumerate(site.payload)]


def make_exception(site: Site, payload: list[int | float]) -> BaseException:
    """What to raise at a site."""
    message = site.message.format(*payload) if site.message else ""
    if site.kind == "bail":
        place = f"{site.filename}:{site.span.line}"
        what = message or "the result does not fit into native code's numbers"
        return (site.exception or OverflowError)(f"{what} ({place}: the call had already changed its arguments)")
    cls = site.exception or RuntimeError
    return cls(message) if message else cls()


def is_own(site: Site) -> bool:
    """Whether a site lies in a body of the library: in the interpreter there is no such function."""
    return site.filename.startswith(_PACKAGE)


def take_exception(context: int) -> tuple[BaseException, types.TracebackType | None]:
    """The exception that a call into Python left in the context; the references there are ours now."""
    address = context + layout.EXCEPTION
    api = ctypes.pythonapi
    pointers = [ctypes.c_void_p(address + k * _POINTER_BYTES) for k in range(3)]
    api.PyErr_NormalizeException.restype = None
    api.PyErr_NormalizeException(*pointers)
    taken: list[Any] = []
    for k in range(3):
        word = ctypes.c_void_p.from_address(address + k * _POINTER_BYTES)
        if word.value:
            taken.append(ctypes.cast(word.value, ctypes.py_object).value)
            # `taken` counts for itself, so the reference of the context can go.
            api.Py_DecRef(ctypes.c_void_p(word.value))
            word.value = None
        else:
            taken.append(None)
    _, error, traceback = taken
    return error, _without_own_frames(traceback)


_PACKAGE: Final = __file__.rpartition("library")[0]


def _without_own_frames(traceback: types.TracebackType | None) -> types.TracebackType | None:
    """The traceback less the frames of helpers of this package that native code has called."""
    if traceback is None:
        return None
    rest = _without_own_frames(traceback.tb_next)
    if traceback.tb_frame.f_code.co_filename.startswith(_PACKAGE):
        return rest
    return types.TracebackType(rest, traceback.tb_frame, traceback.tb_lasti, traceback.tb_lineno)


def _template() -> Iterator[None]:
    yield


def make_frame(qualname: str, filename: str, span: Span, variables: dict[str, Any] | None) -> types.FrameType:
    """A frame that stands for a function at a place in a file."""
    code = _template.__code__
    code = code.replace(
        co_name=qualname.rpartition(".")[2],
        co_qualname=qualname,
        co_filename=filename,
        co_firstlineno=max(span.line, 1),
        co_linetable=_location_table(len(code.co_code) // 2, span),
    )
    generator = types.FunctionType(code, {} if variables is None else variables)()
    frame: types.FrameType = generator.gi_frame
    return frame


_LONG_FORM: Final = 0x80 | 14 << 3
_NO_COLUMNS: Final = 0x80 | 13 << 3
_MOST_UNITS: Final = 8


def _location_table(units: int, span: Span) -> bytes:
    """The location table of a code object (``Objects/locations.md``) that gives `span` to all its code units."""
    known = span.end_line >= span.line and (span.end_line, span.end_column) > (span.line, span.column)
    position = [0]
    if known:
        for number in (span.end_line - span.line, span.column + 1, span.end_column + 1):
            position += _variable_length(number)
    kind = _LONG_FORM if known else _NO_COLUMNS
    table = bytearray()
    while units > 0:
        length = min(units, _MOST_UNITS)
        table += bytes([kind | length - 1, *position])
        units -= length
    return bytes(table)


def _variable_length(number: int) -> list[int]:
    """`number` in groups of six bits, the lowest first; bit 6 says that more follow."""
    groups = []
    while number >= 64:
        groups.append(number & 63 | 64)
        number >>= 6
    return [*groups, number]
