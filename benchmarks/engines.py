"""The ways to run a kernel: the interpreter, NumPy, Numba, minijit."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from benchmarks.registry import HELPERS, Kernel

Runnable = Callable[..., Any]


@dataclass(frozen=True)
class Engine:
    """A compiler, or the reason why it cannot take part.

    Parameters
    ----------
    name : str
        Heading of its column.
    decorator : Callable or None
        What turns a function into a compiled one; None where the engine is missing.
    version : str
        Its version, or why it is missing.
    """

    name: str
    decorator: Callable[[FunctionType], Runnable] | None
    version: str

    def compile(self, kernel: Kernel) -> Runnable:
        """Give the kernel, decorated, with the helpers of its file decorated too."""
        assert self.decorator is not None
        return with_decorated_helpers(kernel.function, self.decorator)


def with_decorated_helpers(function: FunctionType, decorator: Callable[[FunctionType], Runnable]) -> Runnable:
    """Decorate copies of a function and its helpers that see only each other.

    Every engine needs its own versions: a kernel that calls ``step`` must call that engine's ``step``. So the code
    objects get a new dictionary of globals, in which the helpers' names stand for the decorated ones.
    """
    namespace = dict(sys.modules[function.__module__].__dict__)
    for original in [helper for helper in HELPERS if helper.__module__ == function.__module__]:
        namespace[original.__name__] = decorator(_copied(original, namespace))
    return decorator(_copied(function, namespace))


def _copied(function: FunctionType, namespace: dict[str, Any]) -> FunctionType:
    copy = FunctionType(function.__code__, namespace, function.__name__, function.__defaults__, function.__closure__)
    copy.__kwdefaults__ = function.__kwdefaults__
    copy.__module__ = function.__module__
    copy.__qualname__ = function.__qualname__
    return copy


def numba_engine() -> Engine:
    """Numba with its defaults, if it is installed."""
    try:
        import numba
    except ImportError as error:
        return Engine("numba", None, f"not installed ({error})")
    return Engine("numba", numba.njit, numba.__version__)


def checked_numba_engine() -> Engine:
    """Numba with bounds checks, which is the nearest that it has to what minijit does."""
    engine = numba_engine()
    if engine.decorator is None:
        return Engine("numba-checked", None, engine.version)
    import numba

    return Engine("numba-checked", numba.njit(boundscheck=True), f"{engine.version} with boundscheck=True")


def minijit_engine() -> Engine:
    """This package; a kernel that it cannot compile is an error here, not a fallback."""
    try:
        import minijit

        return Engine("minijit", minijit.njit, getattr(minijit, "__version__", "in place"))
    except (ImportError, AttributeError) as error:
        return Engine("minijit", None, f"cannot be imported ({error})")


def fallback_of(compiled: Runnable) -> str:
    """Why a minijit function did not run natively, or an empty string if it did."""
    reasons = list(getattr(compiled, "fallback_reasons", ()))
    if reasons:
        return str(reasons[0]).splitlines()[0]
    bailouts = getattr(compiled, "stats", {}).get("bailouts", 0)
    return f"native code gave up {bailouts} times" if bailouts else ""
