"""The object that :func:`minijit.jit` puts in the place of a function.

It is a good citizen: it has the function's name, documentation, signature and attributes, binds as a method, pickles
and copies as functions do. Its call goes straight to native code once there is some
(:mod:`minijit.runtime.native_type`); before that, and for arguments that no native code takes, ``__call__`` asks
:mod:`minijit.specialise` what to do.
"""

from __future__ import annotations

import _thread
import functools
import sys
from typing import TYPE_CHECKING, Any, Final, NoReturn

from minijit.options import Options
from minijit.runtime.native_type import Native, allow_native_call

if TYPE_CHECKING:
    from types import CodeType, FunctionType

    from minijit.remarks import LoopReport
    from minijit.specialise import Specialiser
    from minijit.types import Type

# From the module below `threading`, which costs a millisecond that importing minijit need not.
_STARTING: Final = _thread.allocate_lock()


class Dispatcher(Native):
    """A function that runs as native code where it can.

    Parameters
    ----------
    function : function
        The Python function.
    options : Options
        What the decorator was given.

    Attributes
    ----------
    py_func : function
        The Python function; calling it runs the interpreter.
    options : Options
        See :class:`minijit.options.Options`.
    """

    __slots__ = ("__dict__", "__weakref__", "_specialiser", "options", "py_func")

    def __init__(self, function: FunctionType, options: Options) -> None:
        super().__init__(function)
        functools.update_wrapper(self, function)
        self.py_func: FunctionType = function
        self.options: Options = options
        self._specialiser: Specialiser | None = None

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("type 'minijit.dispatcher.Dispatcher' is not an acceptable base type")

    def __call__(self, /, *args: Any, **keywords: Any) -> Any:
        specialiser = self._specialiser
        if specialiser is None:
            specialiser = self._start()
        target, row = specialiser.choose(args, keywords)
        if row is None:
            return target(*args, **keywords)
        return target(*row)

    def _start(self) -> Specialiser:
        """The specialiser, made at the first call."""
        from minijit.specialise import Specialiser

        with _STARTING:
            if self._specialiser is None:
                self._specialiser = Specialiser(self)
            return self._specialiser

    def __repr__(self) -> str:
        return f"<minijit function {self.py_func.__qualname__} at {id(self):#x}>"

    # ---- as a function

    @property
    def __code__(self) -> CodeType:
        return self.py_func.__code__

    @property
    def __globals__(self) -> dict[str, Any]:
        return self.py_func.__globals__

    @property
    def __closure__(self) -> Any:
        return self.py_func.__closure__

    @property
    def __defaults__(self) -> tuple[Any, ...] | None:
        return self.py_func.__defaults__

    @__defaults__.setter
    def __defaults__(self, values: tuple[Any, ...] | None) -> None:
        self.py_func.__defaults__ = values

    @property
    def __kwdefaults__(self) -> dict[str, Any] | None:
        return self.py_func.__kwdefaults__

    @__kwdefaults__.setter
    def __kwdefaults__(self, values: dict[str, Any] | None) -> None:
        self.py_func.__kwdefaults__ = values

    def __copy__(self) -> Dispatcher:
        return self

    def __deepcopy__(self, copies: dict[int, Any]) -> Dispatcher:
        return self

    def __reduce__(self) -> str | tuple[Any, ...]:
        # By name where the name leads here, as for functions; else as the function and its options, so that what
        # `g = jit(f)` made can be pickled when `f` can.
        if _lookup(self.__module__, self.py_func.__qualname__) is self:
            return self.py_func.__qualname__
        return _rebuild, (self.py_func, self.options.as_keywords())

    # ---- looking inside

    @property
    def signatures(self) -> list[tuple[Type, ...]]:
        """The rows of argument types that native code exists for, oldest first."""
        if self._specialiser is None:
            return []
        return list(dict.fromkeys(one.argument_types for one in self._specialiser.specialisations))

    @property
    def fallback_reasons(self) -> list[str]:
        """Why calls ran in the interpreter, each reason once; empty when none did."""
        return [] if self._specialiser is None else list(self._specialiser.reporter.reasons)

    @property
    def stats(self) -> dict[str, int | float]:
        """Counts: ``signatures``, ``specialisations``, ``compilations``, ``compile_ms``, ``fallbacks``, ``bailouts``.

        ``fallbacks`` counts reasons. ``bailouts`` counts calls that native code gave back to the interpreter because of
        a value, such as a result beyond 64 bits. Calls are not counted: that would cost as much as the call.
        """
        from minijit.inspection import stats_of

        return stats_of(self)

    def compile(self, *args: Any, **keywords: Any) -> bool:
        """Compile for arguments like these without calling the function; whether there is native code for them."""
        from minijit.inspection import compile_like

        return compile_like(self, args, keywords) is not None

    def inspect_ir(self, signature: tuple[Type, ...] | None = None, *, after: str = "loops") -> str:
        """The intermediate representation after a stage (``"python"``, ``"typed"``, ``"loops"``) or pass.

        Parameters
        ----------
        signature : tuple of Type, optional
            One of `signatures`; by default all of them, one after the other.
        after : str
            The stage or pass; ``"all"`` for all of them.
        """
        from minijit.inspection import show_stage

        return show_stage(self, after, signature)

    def inspect_types(self, signature: tuple[Type, ...] | None = None) -> str:
        """The typed intermediate representation: each value of the function with its type."""
        return self.inspect_ir(signature, after="typed")

    def inspect_llvm(self, signature: tuple[Type, ...] | None = None, *, optimised: bool = True) -> str:
        """The LLVM IR of the native code."""
        return self.inspect_ir(signature, after="llvm optimised" if optimised else "llvm")

    def inspect_asm(self, signature: tuple[Type, ...] | None = None) -> str:
        """The assembly of the native code."""
        return self.inspect_ir(signature, after="asm")

    def loop_reports(self, signature: tuple[Type, ...] | None = None) -> list[LoopReport]:
        """What became of each loop: whether it is versioned and vectorised, which checks are left, and why.

        Parameters
        ----------
        signature : tuple of Type, optional
            One of `signatures`; by default all of them, one after the other.
        """
        from minijit.inspection import reports_of

        return reports_of(self, signature)

    def explain(self) -> str:
        """What became of the function: signatures, results, times, decisions of the compiler, fallbacks."""
        from minijit.inspection import explain

        return explain(self)


allow_native_call(Dispatcher)


def _lookup(module: str, qualname: str) -> object:
    """What `qualname` leads to in a loaded module, or ``None``."""
    found: object = sys.modules.get(module)
    for name in qualname.split("."):
        if found is None or name == "<locals>":
            return None
        found = getattr(found, name, None)
    return found


def _rebuild(function: FunctionType, options: dict[str, Any]) -> Dispatcher:
    """What :meth:`Dispatcher.__reduce__` refers to."""
    return Dispatcher(function, Options(**options))
