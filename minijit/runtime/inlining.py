"""Functions of the runtime that are copied into the modules that use them."""

from __future__ import annotations

from typing import NamedTuple


class Inline(NamedTuple):
    """A function that is copied into each module that uses it, with what it needs declared (or defined) there.

    Attributes
    ----------
    text : str
        The definition.
    declarations : dict of str to str
        What it refers to, by symbol.
    vectors : tuple of str
        Functions that LLVM must leave as they are: vector versions of functions that it calls, which only the loop
        vectoriser refers to, and these functions themselves.
    """

    text: str
    declarations: dict[str, str]
    vectors: tuple[str, ...] = ()
