"""What the user is told about a function that has to run in the interpreter."""

from __future__ import annotations

import linecache
import re
import sys
import warnings
from types import FunctionType
from typing import Any, Final

from minijit.errors import NO_SPAN, CompilationError, FallbackWarning, Span, Unsupported
from minijit.options import FallbackMode

MOST_LINES: Final = 6
"""A reason never takes more lines than this."""

_MOST_COLUMNS: Final = 160


def reason_text(what: str, instead: str, span: Span, filename: str, function: str) -> str:
    """A reason as the user reads it: place, what, what to write instead; then the source line and a caret."""
    advice = f"; {instead}" if instead else ""
    what, advice = " ".join(what.split()), " ".join(advice.split())
    place = f"{filename}:{span.line}:{span.column + 1}: " if filename else ""
    lines = [f"{place}{what}{' ' if advice and not advice.startswith(';') else ''}{advice}"]
    source = linecache.getline(filename, span.line) if span.line else ""
    if source.strip():
        lines += _marked(source.rstrip(), span)
    lines.append(f"'{function}' runs in the interpreter")
    return "\n".join(lines)


def _marked(source: str, span: Span) -> list[str]:
    """A source line and a line of carets below the part that `span` names (its columns count UTF-8 bytes)."""
    encoded = source.encode()
    start = len(encoded[: span.column].decode(errors="ignore"))
    same_line = span.end_line == span.line
    end = len(encoded[: span.end_column].decode(errors="ignore")) if same_line else len(source)
    indent = len(source) - len(source.lstrip())
    source = source.expandtabs(1)[indent:]
    start, end = max(start - indent, 0), max(end - indent, 0)
    width = max(min(end, len(source)) - start, 1)
    if start + width > _MOST_COLUMNS:
        return ["    " + source[:_MOST_COLUMNS] + " ..."]
    return ["    " + source[: _MOST_COLUMNS * 2], "    " + " " * start + "^" * width]


def text_of_unsupported(error: Unsupported, function: FunctionType) -> str:
    """The reason that an :class:`~minijit.errors.Unsupported` gives; a missing place is that of the function."""
    span, filename = error.span, error.filename
    if span == NO_SPAN:
        span, filename = span_of_definition(function), filename or function.__code__.co_filename
    return reason_text(error.what, error.instead, span, filename, function.__qualname__)


def text_of_argument(name: str, what: str, instead: str, function: FunctionType) -> str:
    """The reason that an argument gives whose type native code does not take."""
    span = span_of_definition(function, name)
    filename = function.__code__.co_filename
    return reason_text(f"argument '{name}' is {what}", instead, span, filename, function.__qualname__)


def text_of_fault(error: BaseException, function: FunctionType) -> str:
    """The reason for a fault of minijit's own, with what is needed to report it."""
    code = function.__code__
    stage = _stage_of_fault(error)
    lines = [
        f"{code.co_filename}:{code.co_firstlineno}:1: internal error of minijit {stage}: {type(error).__name__}: "
        f"{_first_line(str(error))}",
        f"'{function.__qualname__}' runs in the interpreter. Please report this, with the output of",
        f"    MINIJIT_STRICT=1 MINIJIT_DUMP=all MINIJIT_DUMP_FUNCTION={function.__name__} python ...",
    ]
    return "\n".join(lines)


def _first_line(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= 300 else line[:300] + " ..."


def _stage_of_fault(error: BaseException) -> str:
    """Where in minijit the fault showed: the pipeline's note if there is one, else the module that raised."""
    for note in getattr(error, "__notes__", ()):
        return f"({_first_line(str(note))})"
    module = ""
    traceback = error.__traceback__
    while traceback is not None:
        name = str(traceback.tb_frame.f_globals.get("__name__", ""))
        if name.startswith("minijit."):
            module = name
        traceback = traceback.tb_next
    return f"in {module}" if module else "while compiling"


def span_of_definition(function: FunctionType, parameter: str = "") -> Span:
    """Where a function is defined: its name in the ``def`` line, or the name of a parameter in the lines that follow.

    This looks at the text only, since it must also work for functions that can't be parsed.
    """
    code = function.__code__
    first = code.co_firstlineno
    lines = linecache.getlines(code.co_filename)
    header = re.compile(rf"^\s*(?:async\s+)?def\s+({re.escape(function.__name__)})\b")
    for number in range(first, min(first + 50, len(lines) + 1)):
        found = header.match(lines[number - 1])
        if found:
            if parameter:
                inside = _find_parameter(lines, number, found.end(1), parameter)
                if inside is not None:
                    return inside
            return _span_of_match(lines[number - 1], number, found.start(1), found.end(1))
    return Span(first, 0, first, 0)


def _find_parameter(lines: list[str], number: int, column: int, parameter: str) -> Span | None:
    word = re.compile(rf"(?<![\w.'\"]){re.escape(parameter)}(?!\w)")
    for current in range(number, min(number + 20, len(lines) + 1)):
        found = word.search(lines[current - 1], column if current == number else 0)
        if found:
            return _span_of_match(lines[current - 1], current, found.start(), found.end())
    return None


def _span_of_match(line: str, number: int, start: int, end: int) -> Span:
    return Span(number, len(line[:start].encode()), number, len(line[:end].encode()))


class Reporter:
    """Keeps the reasons of one function, and warns or raises as its options say.

    Attributes
    ----------
    reasons : list of str
        Each reason once.
    """

    __slots__ = ("_warned", "mode", "reasons")

    def __init__(self, mode: FallbackMode) -> None:
        self.mode = mode
        self.reasons: list[str] = []
        self._warned = False

    def report(self, text: str) -> None:
        """Tell about a fallback that is about to happen.

        Raises
        ------
        CompilationError
            Under ``fallback="error"``.
        """
        if text not in self.reasons:
            self.reasons.append(text)
        if self.mode == "error":
            raise CompilationError(text.replace(" runs in the interpreter", " can't be compiled"))
        if self.mode == "warn" and not self._warned:
            self._warned = True
            warnings.warn(text, FallbackWarning, stacklevel=_frames_of_ours())


def _frames_of_ours() -> int:
    """How many frames to go up from :meth:`Reporter.report` to the user's."""
    frame: Any = sys._getframe(1)
    count = 1
    while frame.f_back is not None and str(frame.f_globals.get("__name__", "")).startswith("minijit."):
        frame = frame.f_back
        count += 1
    return count
