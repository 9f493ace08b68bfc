"""Sites: the places where native code may leave a function otherwise than by returning.

A native function returns 0, or the number of the site where it left (its position in the unit's list, counted from 1).
The Python side looks the site up and raises, or runs the function again in the interpreter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from minijit.errors import Span

SiteKind: TypeAlias = Literal["raise", "bail", "python", "again", "call"]


@dataclass(frozen=True, slots=True)
class Site:
    """One exit.

    Attributes
    ----------
    kind : {"raise", "bail", "python", "again", "call"}
        ``raise``: raise `exception` with `message`; ``bail``: native code can't hold the result, the interpreter runs
        the call again if it has changed nothing, else `exception` is raised with `message`; ``python``: a call into
        Python raised, the exception stands in the context; ``again``: as ``python``, for an exception that was
        caught before, and so has this function in its traceback; ``call``: not an exit of its own but the place of a
        call, recorded in the trace when the callee left (the status is the callee's).
    span, function, filename
        Where, and in which function (for the traceback).
    exception : type of BaseException or None
        What to raise.
    message : str
        A format with ``{0}``, ``{1}`` ... for the payload.
    payload : str
        One letter for each payload word stored in the context: ``i`` int64, ``u`` uint64, ``d`` float64.
    callers : tuple of int
        For a site in a function that was put in the place of a call: the sites of that call and those around it.
    """

    kind: SiteKind
    span: Span
    function: str
    filename: str
    exception: type[BaseException] | None = None
    message: str = ""
    payload: str = ""
    callers: tuple[int, ...] = ()
