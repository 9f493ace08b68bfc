"""A short way for calls that are left to the interpreter again and again.

To find that native code does not take a call costs some microseconds: types of arguments, what is known of them,
whether a global has changed since. A small function takes less itself. So once several calls in a row with arguments
of the same classes were left to the interpreter, those that follow are too, unasked, but for one in a while: they
give the same answer, and what has become possible in the meantime is found out a little later.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any, Final

_IN_A_ROW: Final = 16
"""So many calls are asked about before any is not."""
_UNASKED: Final = 63
"""So many are not, before one is."""
_BY_VALUE: Final = (str, type, FunctionType)
"""Code is made for each text, class and function that is passed: their class tells nothing."""


class UsualCalls:
    """What the last calls of one function had in common."""

    __slots__ = ("_classes", "_count", "_unasked")

    def __init__(self) -> None:
        self._classes: tuple[type, ...] = ()
        self._count = 0
        self._unasked = 0

    def takes(self, args: tuple[Any, ...]) -> bool:
        """Whether a call is like the last ones, and is to go to the interpreter unasked."""
        if self._unasked <= 0 or tuple(map(type, args)) != self._classes:
            return False
        self._unasked -= 1
        return True

    def left(self, args: tuple[Any, ...]) -> None:
        """Note that a call was left to the interpreter."""
        classes = tuple(map(type, args))
        if classes != self._classes:
            self._classes, self._count = classes, 0
        self._count += 1
        if self._count >= _IN_A_ROW and not any(isinstance(one, _BY_VALUE) for one in args):
            self._unasked = _UNASKED
