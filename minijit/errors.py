"""Exceptions and warnings that minijit itself raises, and places in the user's source.

Everything a user's program would raise by itself (``IndexError``, ``ZeroDivisionError`` ...) is raised as Python
raises it and has nothing to do with this module.
"""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """A place in a source file: lines count from 1, columns from 0 (as in :mod:`ast`), the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


NO_SPAN = Span(0, 0, 0, 0)


class MinijitError(Exception):
    """Base of all exceptions that minijit raises on its own account."""


class Unsupported(MinijitError):  # noqa: N818  (reads as a statement: ``raise Unsupported("a list")``)
    """A construct that native code does not take; the function then runs in the interpreter.

    Parameters
    ----------
    what : str
        What cannot be compiled, in the user's words, without a full stop.
    instead : str
        What to write instead, or an empty string.
    span : Span
        Where, in the file of the function that was being compiled.
    filename : str
        The file; filled in on the way out when it is not known where the exception is raised.

    Attributes
    ----------
    always : bool
        Whether no other arguments could help, since it is the function's text that is not taken (set by the caller of
        the front end).
    """

    def __init__(self, what: str, instead: str = "", span: Span = NO_SPAN, filename: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.instead = instead
        self.span = span
        self.filename = filename
        self.always = False

    def at(self, span: Span, filename: str) -> Unsupported:
        """Fill in the place where none is known yet, and return the exception itself."""
        if self.span == NO_SPAN:
            self.span = span
        if not self.filename:
            self.filename = filename
        return self

    def __str__(self) -> str:
        advice = f"; {self.instead}" if self.instead else ""
        return f"{self.filename}:{self.span.line}:{self.span.column + 1}: {self.what}{advice}"


class CompilationError(MinijitError):
    """Raised in place of falling back, under ``fallback="error"`` and by :func:`minijit.njit`."""


class InternalError(MinijitError):
    """A fault of minijit's own: a pass broke an invariant of the IR."""


class FallbackWarning(UserWarning):
    """A function runs in the interpreter; the message says where and why."""
