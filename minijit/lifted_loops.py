"""Functions that run in the interpreter, with loops that run natively.

What can't be compiled as a whole (a file that is written, a dict, an object that only Python knows) often has loops
that can. Each of them becomes a function (:mod:`minijit.frontend.lift_loops`) with a dispatcher of its own, which
compiles it for the values that its variables have when it is reached.
"""

from __future__ import annotations

from types import CellType, CodeType, FunctionType
from typing import Final

from minijit import types as t
from minijit.dispatcher import Dispatcher
from minijit.frontend.lift_loops import Lifted, LiftedLoop, lift_loops
from minijit.options import Options
from minijit.source import is_provided

_TRIALS: Final = 3
"""Calls after which loops that have never been native go back to where they were."""


class LoopRunner:
    """What runs a function in the interpreter, its loops natively.

    Attributes
    ----------
    function : function
        The function as the user wrote it.
    loops : dict
        By line, the functions that loops have become.
    """

    def __init__(self, function: FunctionType, options: Options) -> None:
        self.function = function
        self.loops: dict[int, Dispatcher] = {}
        self._options = Options(**{**options.as_keywords(), "fallback": "silent"})
        self._code = function.__code__
        self._calls = 0
        self._left: frozenset[int] = frozenset()
        self._run = function
        self._lift()

    def _lift(self) -> None:
        """Give the function its loops, less those that are left where they are."""
        lifted = lift_loops(self.function, self._left)
        if lifted is None:
            self.loops, self._run = {}, self.function
            return
        cells = _cells_of(self.function)
        self.loops = {one.line: self.loops.get(one.line) or self._dispatcher(one, cells) for one in lifted.loops}
        self._run = self._around(lifted, cells)

    def _dispatcher(self, loop: LiftedLoop, cells: dict[str, CellType]) -> Dispatcher:
        made = Dispatcher(_function(loop.code, self.function, cells), self._options)
        if is_provided(self.function.__code__):
            # Lists would be looked through in every turn of the loop around it, and code made for every text.
            made._start().untaken = (t.PythonList, t.Const)
        return made

    def _around(self, lifted: Lifted, cells: dict[str, CellType]) -> FunctionType:
        loops = {one.name: CellType(self.loops[one.line]) for one in lifted.loops}
        made = _function(lifted.code, self.function, {**cells, **loops})
        made.__dict__.update(self.function.__dict__)
        return made

    @property
    def is_native(self) -> bool:
        """Whether some loop has native code."""
        return any(map(_is_native, self.loops.values()))

    @property
    def is_settled(self) -> bool:
        """Whether it is known which loops are native."""
        return self._calls > _TRIALS or not self.loops

    def target(self) -> FunctionType:
        """The function to call now."""
        if self.function.__code__ is not self._code:
            return self.function
        if not self.is_settled:
            self._calls += 1
            if self._calls > _TRIALS:
                self._drop_useless()
        if self._run is not self.function:
            self._run.__defaults__ = self.function.__defaults__
            self._run.__kwdefaults__ = self.function.__kwdefaults__
        return self._run

    def _drop_useless(self) -> None:
        useless = {line for line, one in self.loops.items() if _was_tried(one) and not _is_native(one)}
        if useless:
            self._left |= useless
            self._lift()


def _cells_of(function: FunctionType) -> dict[str, CellType]:
    return dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))


def _function(code: CodeType, like: FunctionType, cells: dict[str, CellType]) -> FunctionType:
    """A function with this code among the globals and free variables of another."""
    closure = tuple(cells[name] for name in code.co_freevars)
    made = FunctionType(code, like.__globals__, like.__name__, like.__defaults__, closure)
    made.__qualname__, made.__module__ = like.__qualname__, like.__module__
    return made


def _was_tried(loop: Dispatcher) -> bool:
    return bool(loop.fallback_reasons)


def _is_native(loop: Dispatcher) -> bool:
    if loop.signatures:
        return True
    runner = loop._specialiser.runner if loop._specialiser is not None else None
    return runner is not None and runner.is_native
