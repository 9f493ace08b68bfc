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
        Vector versions of functions that it calls, which only the loop vectoriser refers to.
    """

    text: str
    declarations: dict[str, str]
    vectors: tuple[str, ...] = ()
