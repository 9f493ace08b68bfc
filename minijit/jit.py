"""The decorators."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any, SupportsIndex, TypeVar, overload

from minijit.dispatcher import Dispatcher
from minijit.options import FallbackMode, Options, options_from

F = TypeVar("F", bound=Callable[..., Any])


@overload
def jit(function: F, /) -> F: ...


@overload
def jit(
    *,
    fallback: FallbackMode = ...,
    fastmath: bool = ...,
    nogil: bool = ...,
    boundscheck: bool = ...,
    nopython: bool = ...,
    parallel: bool = ...,
    cache: bool = ...,
) -> Callable[[F], F]: ...


def jit(*args: Any, **options: Any) -> Any:
    """Run a function as native code, with the results that it has in the interpreter.

    Used as ``@jit`` or ``@jit(option=...)``. The function is compiled when it is called with arguments of new types;
    what can't be compiled runs in the interpreter.

    Parameters
    ----------
    fallback : {"warn", "error", "silent"}
        What to do about a function that has to run in the interpreter: give one :class:`FallbackWarning` (default),
        raise :class:`CompilationError`, or nothing. The reasons stand in ``fallback_reasons`` of the function.
    nopython : bool
        ``True`` means ``fallback="error"``.
    fastmath : bool
        Let sums of floats be reordered and the like, which makes some loops much faster and results inexact in the last
        digits.
    nogil : bool
        Release the global interpreter lock while native code runs.
    boundscheck : bool
        Check indices (default). Without the check an index outside an array reads or destroys memory.
    parallel : bool
        Accepted for loops over :func:`prange`, which run serially so far.
    cache : bool
        Keep compiled code on disk for later processes (default; see :mod:`minijit.codegen.disk_cache`).

    Returns
    -------
    Dispatcher
        Called like the function.

    Examples
    --------
    >>> import minijit
    >>> @minijit.jit
    ... def total(a):
    ...     s = 0.0
    ...     for x in a:
    ...         s += x
    ...     return s
    """
    return _decorate("jit", "warn", args, options)


@overload
def njit(function: F, /) -> F: ...


@overload
def njit(
    *, fastmath: bool = ..., nogil: bool = ..., boundscheck: bool = ..., parallel: bool = ..., cache: bool = ...
) -> Callable[[F], F]: ...


def njit(*args: Any, **options: Any) -> Any:
    """:func:`jit` with ``fallback="error"``: what can't be compiled raises :class:`CompilationError`."""
    if options.get("nopython") is False or options.get("fallback", "error") != "error":
        name = "nopython" if options.get("nopython") is False else "fallback"
        raise TypeError(f"njit() means fallback='error'; option {name!r} can't change that, use jit()")
    return _decorate("njit", "error", args, options)


def prange(*args: SupportsIndex) -> range:
    """``range``, for loops whose turns may run in parallel (they run serially so far)."""
    return range(*args)


def _decorate(decorator: str, fallback: FallbackMode, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    options = options_from(keywords, decorator, fallback)
    if not args:
        return lambda function: _wrap(decorator, function, options)
    target = args[0]
    if len(args) > 1 or _is_signature(target):
        raise TypeError(
            f"{decorator}() takes no signatures: a function is compiled for the types that it is called with; "
            f"write @{decorator}"
        )
    if keywords and not callable(target) and not isinstance(target, (staticmethod, classmethod)):
        raise TypeError(f"{decorator}() takes options by keyword only, not {target!r}")
    return _wrap(decorator, target, options, changed=bool(keywords))


def _is_signature(target: object) -> bool:
    """Whether somebody gives types, as other compilers want them."""
    return isinstance(target, (str, tuple, list, type))


def _wrap(decorator: str, target: Any, options: Options, changed: bool = True) -> Any:
    if isinstance(target, (staticmethod, classmethod)):
        return type(target)(_wrap(decorator, target.__func__, options, changed))
    if isinstance(target, Dispatcher):
        return Dispatcher(target.py_func, options) if changed else target
    if not isinstance(target, types.FunctionType):
        kind = f"the class {target.__qualname__}" if isinstance(target, type) else repr(target)
        raise TypeError(f"{decorator}() takes a Python function, not {kind}")
    return Dispatcher(target, options)
