"""Raising exceptions that are only known at run time."""

from __future__ import annotations

from typing import Any


def raise_exception(exception: Any, *cause: Any) -> None:
    """``raise exception``, or ``raise exception from cause``."""
    if cause:
        raise exception from cause[0]
    raise exception


def raise_again() -> None:
    """A bare ``raise`` where no exception is being handled: Python's own error."""
    raise
