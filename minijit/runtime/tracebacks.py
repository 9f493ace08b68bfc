"""From the way native code left a function to the exception that the user sees.

A kernel leaves with the number of a site; the context holds the payload of the message and the calls it came through.
The exception gets a traceback as if the interpreter had run the functions: one frame for each, with the user's file,
line, columns and name (:mod:`minijit.library.raised`).
"""

from __future__ import annotations

import ctypes
import sys
import types
from collections.abc import Sequence
from typing import Any

from minijit.ir import context as layout
from minijit.ir.sites import Site
from minijit.library.raised import is_own, make_exception, make_frame, payload_of, take_exception, word_at


class Exits:
    """The ways out of one specialisation; native code calls the object when a kernel leaves with a status.

    Parameters
    ----------
    sites : sequence of Site
        The unit's.
    globals_of : dict
        By file name, the globals that frames of functions in this file show.

    Attributes
    ----------
    bailouts : int
        How often the interpreter had to run a call again.
    """

    __slots__ = ("_frames", "bailouts", "globals_of", "sites")

    def __init__(self, sites: Sequence[Site], globals_of: dict[str, dict[str, Any]]) -> None:
        self.sites = sites
        self.globals_of = globals_of
        self.bailouts = 0
        self._frames: dict[int, types.FrameType] = {}

    def __call__(self, status: int, context: int) -> BaseException | None:
        """The exception to raise after a kernel left with `status`, or ``None``: the interpreter is to run the call.

        `context` is the address of the call's context.
        """
        site = self.sites[status - 1]
        if site.kind == "bail":
            self.bailouts += 1
            if not word_at(context + layout.DIRTY, ctypes.c_int64):
                return None
        inner: types.TracebackType | None = None
        if site.kind in ("python", "again"):
            error, inner = take_exception(context)
        else:
            error = make_exception(site, payload_of(site, context + layout.PAYLOAD))
            # Python links an exception to the one being handled where it is raised; nothing does so for native code.
            error.__context__ = sys.exception()
        left = () if site.kind == "again" else (status,)
        for number in self._path((*left, *_trace(context))):
            if is_own(self.sites[number - 1]):
                continue
            inner = types.TracebackType(inner, self._frame(number), 0, max(self.sites[number - 1].span.line, 1))
        return error.with_traceback(inner)

    def _path(self, left: tuple[int, ...]) -> list[int]:
        """The places in the traceback: where functions were left, and the calls in whose place they stand."""
        return [place for number in left for place in (number, *self.sites[number - 1].callers)]

    def _frame(self, number: int) -> types.FrameType:
        """The frame for a site. Every instruction of its code has the site's position, so the first one will do."""
        known = self._frames.get(number)
        if known is None:
            site = self.sites[number - 1]
            known = make_frame(site.function, site.filename, site.span, self.globals_of.get(site.filename))
            self._frames[number] = known
        return known


def _trace(context: int) -> list[int]:
    """The calls that the exception came through, innermost first; of a deep recursion only the innermost ones."""
    length = min(word_at(context + layout.TRACE_LENGTH, ctypes.c_int64), layout.TRACE_ENTRIES)
    return list((ctypes.c_int32 * length).from_address(context + layout.TRACE))
