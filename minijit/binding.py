"""From the arguments of a call to one row of values, one for each parameter, as Python binds them.

Only what is needed on every slow call is done here; a call that does not fit is left to Python, which raises its own
TypeError.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any, Final

_VARARGS: Final = 0x04
_VARKEYWORDS: Final = 0x08


class Parameters:
    """The parameters of a function.

    Attributes
    ----------
    names : tuple of str
        All of them, in the order of the row: positional ones, ``*args``, keyword-only ones.
    positional_only, positional : int
        How many of the first names take their value by position only; by position at all.
    varargs : bool
        Whether ``names[positional]`` is ``*args`` (its value in the row is a tuple).
    varkeywords : bool
        Whether there is a ``**kwargs``: such a function has no row.
    """

    __slots__ = (
        "_function",
        "_indices",
        "_required",
        "names",
        "positional",
        "positional_only",
        "varargs",
        "varkeywords",
    )

    def __init__(self, function: FunctionType) -> None:
        code = function.__code__
        self._function = function
        self.positional = code.co_argcount
        self.positional_only = code.co_posonlyargcount
        self.varargs = bool(code.co_flags & _VARARGS)
        self.varkeywords = bool(code.co_flags & _VARKEYWORDS)
        names = code.co_varnames
        keyword_only = names[self.positional : self.positional + code.co_kwonlyargcount]
        after = self.positional + code.co_kwonlyargcount
        star = names[after : after + self.varargs]
        self.names = (*names[: self.positional], *star, *keyword_only)
        self._required = len(self.names)
        self._indices = {name: k for k, name in enumerate(self.names) if k >= self.positional_only}
        if self.varargs:
            del self._indices[star[0]]

    @property
    def is_plain(self) -> bool:
        """Whether every parameter may be given by position, so that native code can bind calls by itself."""
        return self.positional == len(self.names) and not self.varkeywords

    def defaults(self) -> dict[int, Any]:
        """The default values that the function has now, by position in the row."""
        found: dict[int, Any] = {}
        defaults = self._function.__defaults__ or ()
        for k, value in enumerate(defaults, self.positional - len(defaults)):
            found[k] = value
        for name, value in (self._function.__kwdefaults__ or {}).items():
            if name in self._indices:
                found[self._indices[name]] = value
        return found

    def bind(self, args: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Any, ...] | None:
        """The row of values for a call, or ``None`` where the call does not fit the parameters."""
        count, positional = len(args), self.positional
        if count == self._required and not keywords and self.positional == self._required and not self.varkeywords:
            return args
        if self.varkeywords or (count > positional and not self.varargs):
            return None
        row: dict[int, Any] = dict(enumerate(args[:positional]))
        if self.varargs:
            row[positional] = args[positional:]
        for name, value in keywords.items():
            index = self._indices.get(name)
            if index is None or index in row:
                return None
            row[index] = value
        if len(row) < self._required:
            row = {**self.defaults(), **row}
            if len(row) < self._required:
                return None
        return tuple(row[k] for k in range(self._required))

    def unbind(self, row: tuple[Any, ...]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments and keywords of a call that binds to `row`."""
        positional = row[: self.positional]
        rest = self.positional
        if self.varargs:
            positional += row[rest]
            rest += 1
        return positional, dict(zip(self.names[rest:], row[rest:], strict=True))
