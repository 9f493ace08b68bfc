"""Small ordinary programs, grouped by theme, each with rows of arguments.

Every function carries its rows; ``tests/test_corpus.py`` compiles it and compares each row with the interpreter. All of
them must run as native code unless they say otherwise. A row is written as the arguments in parentheses, or by one of
:func:`kw`, :func:`bails` and :func:`interprets`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


class Row(NamedTuple):
    """The arguments of one call, and how it is to run."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    runs: Literal["native", "bails", "interpreted"] = "native"


class Case(NamedTuple):
    """A function of the corpus with its rows; `native` is false where native code need not take it."""

    theme: str
    function: Callable[..., Any]
    rows: tuple[Row, ...]
    native: bool
    ulp: int


_CASES: list[Case] = []


def kw(*args: Any, **kwargs: Any) -> Row:
    """A row with keyword arguments."""
    return Row(args, kwargs)


def bails(*args: Any, **kwargs: Any) -> Row:
    """A row that may leave native code, as the exact result does not fit there."""
    return Row(args, kwargs, "bails")


def interprets(*args: Any, **kwargs: Any) -> Row:
    """A row with arguments that native code does not take."""
    return Row(args, kwargs, "interpreted")


def rows(*given: tuple[Any, ...] | Row, native: bool = True, ulp: int = 0) -> Callable[[Function], Function]:
    """Put the decorated function into the corpus.

    Parameters
    ----------
    *given
        Rows of arguments.
    native : bool
        Whether the function must run as native code.
    ulp : int
        By how many units in the last place floats may differ from the interpreter's.
    """
    made = tuple(one if isinstance(one, Row) else Row(one, {}) for one in given)

    def register(function: Function) -> Function:
        theme = function.__module__.rpartition(".")[2]
        _CASES.append(Case(theme, function, made, native, ulp))
        return function

    return register


def cases() -> Iterator[Case]:
    """All functions of the corpus, in the order of themes and lines."""
    for module in sorted(one.name for one in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}")
    yield from sorted(_CASES, key=lambda case: case.theme)
