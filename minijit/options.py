"""The options of :func:`minijit.jit`: their names, defaults, meaning, and the errors about them."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias, cast

FallbackMode: TypeAlias = Literal["warn", "error", "silent"]

FALLBACK_MODES: Final = ("warn", "error", "silent")

SWITCHES: Final = ("fastmath", "nogil", "boundscheck", "parallel", "cache")
"""The options that are either True or False."""


class Options:
    """What a function is compiled with.

    Attributes
    ----------
    fallback : {"warn", "error", "silent"}
        What to do about a function that has to run in the interpreter.
    fastmath : bool
        Whether sums may be reordered and the like.
    nogil : bool
        Whether to release the GIL while native code runs.
    boundscheck : bool
        Whether indices are checked.
    parallel : bool
        Whether ``prange`` loops may run in parallel (they run serially so far).
    cache : bool
        Whether compiled code may be kept on disk, and taken from there.
    """

    __slots__ = ("boundscheck", "cache", "fallback", "fastmath", "nogil", "parallel")

    def __init__(
        self,
        fallback: FallbackMode = "warn",
        *,
        fastmath: bool = False,
        nogil: bool = False,
        boundscheck: bool = True,
        parallel: bool = False,
        cache: bool = True,
    ) -> None:
        self.fallback: FallbackMode = fallback
        self.fastmath = fastmath
        self.nogil = nogil
        self.boundscheck = boundscheck
        self.parallel = parallel
        self.cache = cache

    def as_keywords(self) -> dict[str, Any]:
        """The options as :func:`minijit.jit` takes them."""
        return {name: getattr(self, name) for name in self.__slots__}

    def __repr__(self) -> str:
        return f"Options({', '.join(f'{name}={value!r}' for name, value in self.as_keywords().items())})"


def options_from(keywords: dict[str, Any], decorator: str = "jit", fallback: FallbackMode = "warn") -> Options:
    """Check the keywords that a decorator was given; an unknown or misused one is a TypeError that names it."""
    given = dict(keywords)
    nopython = given.pop("nopython", None)
    if nopython is not None and not isinstance(nopython, bool):
        raise TypeError(f"{decorator}() option 'nopython' must be True or False, not {nopython!r}")
    mode = given.pop("fallback", None)
    if mode is not None and not (isinstance(mode, str) and mode in FALLBACK_MODES):
        raise TypeError(f"{decorator}() option 'fallback' must be 'warn', 'error' or 'silent', not {mode!r}")
    if nopython and mode not in (None, "error"):
        raise TypeError(f"{decorator}() option 'nopython' means fallback='error', but fallback={mode!r} was given too")
    for name, value in given.items():
        if name not in SWITCHES:
            known = ", ".join(("fallback", "nopython", *SWITCHES))
            raise TypeError(f"{decorator}() has no option {name!r}; the options are {known}")
        if not isinstance(value, bool):
            raise TypeError(f"{decorator}() option {name!r} must be True or False, not {value!r}")
    if mode is None:
        mode = "error" if nopython else fallback
    return Options(cast(FallbackMode, mode), **given)
