"""Functions that run in the interpreter, with loops that run natively.

What can't be compiled as a whole (a file that is written, a dict, an object that only Python knows) often has loops
that can. Each of them becomes a function (:mod:`minijit.frontend.lift_loops`) with a dispatcher of its own, which
compiles it for the values that its variables have when it is reached.
"""

from __future__ import annotations

from types import CellType, CodeType, FunctionType, TracebackType
from typing import Any, Final

from minijit.dispatcher import Dispatcher
from minijit.frontend.lift_loops import Lifted, LiftedLoop, lift_loops
from minijit.options import Options

_TRIALS: Final = 3
"""Calls after which loops that have never been native go back to where they were."""


class LoopRunner:
    """Runs a function in the interpreter, its loops natively.

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
        return Dispatcher(_function(loop.code, self.function, cells), self._options)

    def _around(self, lifted: Lifted, cells: dict[str, CellType]) -> FunctionType:
        loops = {one.name: CellType(self.loops[one.line]) for one in lifted.loops}
        made = _function(lifted.code, self.function, {**cells, **loops})
        made.__dict__.update(self.function.__dict__)
        return made

    @property
    def is_native(self) -> bool:
        """Whether some loop has native code."""
        return any(map(_is_native, self.loops.values()))

    def __call__(self, /, *args: Any, **keywords: Any) -> Any:
        run, function = self._run, self.function
        if function.__code__ is not self._code:
            return function(*args, **keywords)
        run.__defaults__, run.__kwdefaults__ = function.__defaults__, function.__kwdefaults__
        if self._calls < _TRIALS:
            self._calls += 1
        elif self._calls == _TRIALS:
            self._calls += 1
            self._drop_useless()
            run = self._run
        try:
            return run(*args, **keywords)
        except BaseException as error:
            error.__traceback__ = self._without_calls(error.__traceback__, run.__code__)
            raise

    def _drop_useless(self) -> None:
        useless = {line for line, one in self.loops.items() if _was_tried(one) and not _is_native(one)}
        if useless:
            self._left |= useless
            self._lift()

    def _without_calls(self, traceback: TracebackType | None, code: CodeType) -> TracebackType | None:
        """A traceback without the frame that calls a loop's function: in the interpreter there is one for both."""
        if traceback is None:
            return None
        rest = self._without_calls(traceback.tb_next, code)
        calls_loop = traceback.tb_frame.f_code is code and traceback.tb_lineno in self.loops
        if calls_loop and rest is not None:
            return rest
        return TracebackType(rest, traceback.tb_frame, traceback.tb_lasti, traceback.tb_lineno)


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
