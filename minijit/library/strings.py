"""Strings made at run time: f-strings are put together by Python itself and held as objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final


def join_strings(*parts: str) -> str:
    """The parts of an f-string as one string."""
    return "".join(parts)


def _plain(value: Any, spec: str) -> str:
    return format(value, spec)


def _as_str(value: Any, spec: str) -> str:
    return format(str(value), spec)


def _as_repr(value: Any, spec: str) -> str:
    return format(repr(value), spec)


def _as_ascii(value: Any, spec: str) -> str:
    return format(ascii(value), spec)


_BY_CONVERSION: Final[dict[str, Callable[[Any, str], str]]] = {
    "": _plain,
    "s": _as_str,
    "r": _as_repr,
    "a": _as_ascii,
}


def format_value(conversion: str) -> Callable[[Any, str], str]:
    """The function that formats a replacement field with the given conversion (``!r`` is ``"r"``)."""
    return _BY_CONVERSION[conversion]
