"""Exceptions that native code catches: which handler they belong to, and the objects that they are.

A check that fails in a ``try`` goes to its handler without any object: which class it would raise is known. An object
is made if the handler asks for it. What a call into Python or another native function has raised is found out here.
"""

from __future__ import annotations

import ctypes
import sys
import types
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from minijit.ir import context as layout
from minijit.ir.sites import Site
from minijit.library.raised import is_own, make_exception, make_frame, payload_of, take_exception, word_at

Classes: TypeAlias = tuple[type[BaseException], ...]

SLOTS: Final = 2 + layout.PAYLOAD_WORDS
"""The words that a handler keeps of an exception: the object if there is one, the site, the payload."""


class Catcher:
    """Finds the handler for what a call has raised: its number, and the exception if `keeps` says so.

    What no handler takes is raised again. The number is -1 where the callee has bailed out. `place` is the site of the
    call, or -1 if the status that it gives is that of its own site.
    """

    def __init__(self, sites: Sequence[Site], place: int, clauses: Sequence[Classes], *, keeps: bool) -> None:
        self.sites = sites
        self.place = place
        self.clauses = clauses
        self.keeps = keeps
        self.__name__ = "catch"

    def __call__(self, status: int, context: int) -> int | tuple[int, BaseException | None]:
        """`status` is that of the call, `context` the address of the context."""
        site = self.sites[status - 1]
        if site.kind == "bail":
            return (-1, None) if self.keeps else -1
        path = [] if site.kind == "again" else [status]
        path += _path(self.sites, context)
        if self.place >= 0:
            path.append(self.place)
        traceback: types.TracebackType | None = None
        if site.kind in ("python", "again"):
            error, traceback = take_exception(context)
        else:
            error = make_exception(site, payload_of(site, context + layout.PAYLOAD))
            error.__context__ = sys.exception()
        error = error.with_traceback(_traceback(self.sites, path, traceback))
        for number, classes in enumerate(self.clauses):
            if isinstance(error, classes):
                return (number, error) if self.keeps else number
        raise_as_it_came(error)
        raise AssertionError("an exception was set")


class Thrown:
    """Makes the exception that a failed check stands for, of the site and what the slots of a handler hold."""

    def __init__(self, sites: Sequence[Site]) -> None:
        self.sites = sites
        self.__name__ = "caught"

    def __call__(self, slots: int) -> BaseException:
        """`slots` is their address."""
        number = word_at(slots + 8, ctypes.c_int64)
        site = self.sites[number - 1]
        error = make_exception(site, payload_of(site, slots + 16))
        error.__context__ = sys.exception()
        return error.with_traceback(_traceback(self.sites, [number, *site.callers], None))


def _path(sites: Sequence[Site], context: int) -> list[int]:
    """The places of the calls that an exception came through, which nobody else is going to ask for."""
    length = min(word_at(context + layout.TRACE_LENGTH, ctypes.c_int64), layout.TRACE_ENTRIES)
    numbers = list((ctypes.c_int32 * length).from_address(context + layout.TRACE))
    ctypes.c_int64.from_address(context + layout.TRACE_LENGTH).value = 0
    return [place for number in numbers for place in (number, *sites[number - 1].callers)]


def _traceback(
    sites: Sequence[Site], path: Iterable[int], inner: types.TracebackType | None
) -> types.TracebackType | None:
    for number in path:
        site = sites[number - 1]
        if is_own(site):
            continue
        frame = make_frame(site.function, site.filename, site.span, None)
        inner = types.TracebackType(inner, frame, 0, max(site.span.line, 1))
    return inner


def raise_linked(exception: BaseException, handled: BaseException) -> None:
    """Raise an exception that came while another was being handled, which is its context."""
    first = exception
    while first is not handled and first.__context__ is not None:
        first = first.__context__
    if first is not handled:
        first.__context__ = handled
    raise_as_it_came(exception)


_restore = ctypes.PYFUNCTYPE(None, ctypes.py_object, ctypes.py_object, ctypes.c_void_p)(
    ("PyErr_Restore", ctypes.pythonapi)
)


def raise_as_it_came(exception: BaseException) -> None:
    """Go on raising what has been caught: a ``raise`` would set its context anew."""
    traceback = exception.__traceback__
    for each in (type(exception), exception, traceback):
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(each))
    # The references are handed over; ctypes raises what was set.
    _restore(type(exception), exception, None if traceback is None else id(traceback))
