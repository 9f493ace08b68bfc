"""Operations of Python that have no function object of their own: iterating, unpacking, formatting, raising.

They stand here as functions, so that they can be keys of library entries, and be called through Python for the error
that Python would raise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final

import numpy as np


def length_of(iterable: Any) -> int:
    """The number of turns that a loop over `iterable` takes; its entries give an ``INDEX``."""
    return len(iterable)


def item_at(iterable: Any, index: int) -> Any:
    """The item of one turn."""
    return iterable[index]


def walk_over(iterable: Any) -> Any:
    """What a loop over `iterable` walks over, put into order before."""
    return iterable


def unpack_exactly(value: Iterable[Any], count: int) -> tuple[Any, ...]:
    """The items of `value` as a tuple; Python's own error where there are more or fewer than `count`."""
    names = ", ".join(f"x{k}" for k in range(count))
    scope: dict[str, Any] = {"value": value}
    # Under this file's name: frames of our own are left out of tracebacks.
    exec(compile(f"[{names}] = value", __file__, "exec"), scope)
    return tuple(scope[f"x{k}"] for k in range(count))


def make_list(*items: object) -> list[object]:
    """``[a, b]``."""
    return list(items)


def make_set(*items: object) -> set[object]:
    """``{a, b}``."""
    return set(items)


def make_dict(*items: object) -> dict[object, object]:
    """``{a: b, c: d}`` from ``a, b, c, d``."""
    return dict(zip(items[::2], items[1::2], strict=True))


def dict_of_entries(entries: list[tuple[Any, Any, int]]) -> dict[Any, Any]:
    """The dict that the entries of a native one stand for."""
    return {key: value for key, value, hashed in entries if hashed >= 0}


def set_of_entries(entries: list[tuple[Any, Any, int]]) -> set[Any]:
    """As :func:`dict_of_entries`."""
    return {key for key, _, hashed in entries if hashed >= 0}


def raise_key_error(key: object) -> None:
    """The error of a key that is not there."""
    raise KeyError(key)


def getitem_by_list(value: Any, index: Iterable[Any]) -> object:
    """``value[index]`` where the program wrote a list: it is held as a tuple, which would mean something else."""
    return value[list(index)]


def setitem_by_list(value: Any, index: Iterable[Any], item: object) -> None:
    """``value[index] = item`` where the program wrote a list as the index."""
    value[list(index)] = item


SEQUENCE: Final = 1 << 5
"""``Py_TPFLAGS_SEQUENCE``: set for what sequence patterns match, which strings and arrays do not."""


def is_sequence(value: object) -> bool:
    """Whether ``case [*_]`` matches."""
    return bool(type(value).__flags__ & SEQUENCE)


def call_anything(function: Any, *args: object, **keywords: object) -> object:
    """Call an object; for one that can't be called this gives Python's own error."""
    return function(*args, **keywords)


def under_errstate(function: Any, modes: tuple[tuple[str, Any], ...]) -> Callable[..., Any]:
    """`function`, called within ``np.errstate(**modes)``."""

    def call(*args: object, **keywords: object) -> object:
        with np.errstate(**dict(modes)):
            return function(*args, **keywords)

    call.__name__ = getattr(function, "__name__", str(function))
    return call


def set_shape(array: Any, shape: object) -> Any:
    """Carry out ``array.shape = shape``; gives the array."""
    array.shape = shape
    return array


@cache
def attribute_setter(name: str) -> Callable[[Any, object], None]:
    """The function that carries out ``owner.name = value``."""

    def set_attribute(owner: Any, value: object) -> None:
        setattr(owner, name, value)

    return set_attribute


@cache
def unknown_name(op: str, name: str) -> Callable[[], None]:
    """What raises the error of a name that is bound to nothing: a global name, or a closure's cell."""
    if op == "freevar":
        text = f"cannot access free variable {name!r} where it is not associated with a value in enclosing scope"
    else:
        text = f"name {name!r} is not defined"

    def raise_name_error() -> None:
        raise NameError(text, name=name)

    return raise_name_error


def raise_exception(exception: Any, *cause: Any) -> None:
    """``raise exception``, or ``raise exception from cause``."""
    if cause:
        raise exception from cause[0]
    raise exception


def raise_again() -> None:
    """A bare ``raise`` where no exception is being handled: Python's own error."""
    raise


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
