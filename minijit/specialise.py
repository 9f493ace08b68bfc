"""What happens when a call is not taken by native code: find out what to call, compile if need be.

This is loaded by the first call of any decorated function, so that importing minijit stays cheap.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final

from minijit import config
from minijit import types as t
from minijit.binding import Parameters
from minijit.compiled import Compiled
from minijit.errors import CompilationError, Unsupported
from minijit.fallback import Reporter, text_of_argument, text_of_fault, text_of_unsupported
from minijit.instance_types import FieldsNeededError
from minijit.options import Options
from minijit.runtime.instances import Wanted, type_of_argument
from minijit.runtime.native_type import AVAILABLE, Native, set_native_call
from minijit.runtime.record_memory import Record
from minijit.runtime.typeof import canonical, is_big_int, why_not
from minijit.specialisation import Specialisation
from minijit.usual_calls import UsualCalls

if TYPE_CHECKING:
    from minijit.dispatcher import Dispatcher
    from minijit.lifted_loops import LoopRunner

MAX_SIGNATURES: Final = 32
"""Rows of argument types of one function that are compiled; further ones run in the interpreter."""
MAX_VARIANTS: Final = 32
"""Specialisations for the same argument types and different values of globals."""
MAX_REASONS: Final = 100
"""Reasons for fallbacks that are kept for one function."""

Choice = tuple[Callable[..., Any], tuple[Any, ...] | None]
"""What to call, and the row of values to call it with; ``None``: with the arguments as they came."""


class _CompileLock:
    """One compilation at a time in the process; a thread that compiles already does not wait for itself."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner = 0

    def is_mine(self) -> bool:
        """Whether this thread is compiling (a finaliser or a signal handler may call a function meanwhile)."""
        return self._owner == threading.get_ident()

    def __enter__(self) -> None:
        self._lock.acquire()
        self._owner = threading.get_ident()

    def __exit__(self, *exception: object) -> None:
        self._owner = 0
        self._lock.release()


COMPILING: Final = _CompileLock()

if hasattr(os, "register_at_fork"):
    # A thread that compiled when the process forked does not exist in the child.
    os.register_at_fork(after_in_child=COMPILING.__init__)  # type: ignore[misc]


@contextmanager
def _without_collections() -> Iterator[None]:
    """Keep Python from looking for garbage.

    It would look through all of the IR time and again, a fifth of the time of a compilation, and through all modules
    that the first one imports.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


@_without_collections()
def compile_native(
    function: FunctionType,
    parameters: tuple[str, ...],
    argument_types: tuple[t.Type, ...],
    options: Options,
    record: int,
) -> Compiled:
    """The pipeline, which is loaded by the first compilation; see :class:`minijit.compiled.Compiler`."""
    from minijit.pipeline import compile_function, front_end

    try:
        front_end(function)
    except Unsupported as error:
        error.always = True
        raise
    return compile_function(function, parameters, argument_types, options, record)


class Specialiser:
    """The slow path of one decorated function.

    Attributes
    ----------
    specialisations : list of Specialisation
        In the order in which they were made.
    refused : dict
        By argument types, the names that the failed compilation may have depended on (see `_environment`).
    untaken : tuple of classes of types
        Arguments of such types are left to the interpreter, though native code could be made for them.
    compilations, compile_seconds
        How often the pipeline ran for the function, and how long.
    """

    def __init__(self, dispatcher: Dispatcher) -> None:
        self.dispatcher = dispatcher
        self.function: FunctionType = dispatcher.py_func
        self.options = dispatcher.options
        self.parameters = Parameters(self.function)
        self.reporter = Reporter(self.options.fallback)
        self.specialisations: list[Specialisation] = []
        self.refused: dict[tuple[t.Type, ...], tuple[str, tuple[int, ...]]] = {}
        self.untaken: tuple[type, ...] = ()
        self.wanted = Wanted(self.function.__code__.co_names)
        self.hopeless = ""
        self.runner: LoopRunner | None = None
        self._usual = UsualCalls()
        self.big_ints = 0
        self.compilations = 0
        self.compile_seconds = 0.0
        self._variants: dict[tuple[t.Type, ...], list[Specialisation]] = {}
        self._first = 0
        self._told: set[tuple[str, str]] = set()
        # Calls of functions with `*args` or keyword-only parameters are bound here and go to native code through this.
        self._rows: Native | None = None
        self._look_at_function()

    # ---- calls

    def choose(self, args: tuple[Any, ...], keywords: dict[str, Any]) -> Choice:
        """What to call for these arguments; compiles when they are of new types."""
        if config.disable:
            return self.function, None
        if not keywords and self._usual.takes(args):
            return self.interpreter(), None
        if self.hopeless:
            self._report(self.hopeless)
            target = self.interpreter()
            self._step_aside(target)
            return target, None
        interpret: Choice = self.function, None
        row = self.parameters.bind(args, keywords)
        if row is None:
            # Python words the error best.
            return interpret
        row = canonical(row)
        if self._rows is not None:
            return self._rows, row
        big_ints = self.big_ints
        found = self._choose_for_row(row)
        if found is not None:
            return found.call, row
        target = self.interpreter()
        if self.runner is not None and self.runner.is_settled and self.big_ints == big_ints:
            self._usual.left(args)
        return target, None

    def compile_for(self, row: tuple[Any, ...]) -> Specialisation | None:
        """Compile for the types of a row of values (or find what is compiled already), without calling anything."""
        return None if self.hopeless else self._choose_for_row(row)

    def _choose_for_row(self, row: tuple[Any, ...]) -> Specialisation | None:
        types = tuple(map(type_of_argument, row))
        if None in types:
            self._report_arguments(row)
            return None
        if self.untaken and any(isinstance(one, self.untaken) for one in types):
            error = Unsupported("a list or a text that a loop within a loop works on", "use an array")
            self._report(text_of_unsupported(error, self.function))
            return None
        wanted = self.wanted.types(types, row)  # type: ignore[arg-type]
        return self.specialisation(wanted, row)

    def _run_row(self, *row: Any) -> Any:
        """Run a row of values that no native code has taken."""
        row = canonical(row)
        found = self._choose_for_row(row)
        if found is not None:
            return found.call(*row)
        positional, keywords = self.parameters.unbind(row)
        return self.interpreter()(*positional, **keywords)

    def interpret_row(self, *row: Any) -> Any:
        """Run the function in the interpreter on a row of values, as bound to its parameters."""
        positional, keywords = self.parameters.unbind(row)
        return self.function(*positional, **keywords)

    def interpreter(self) -> FunctionType:
        """What runs a call that native code does not take: the function itself, but with its loops native."""
        if self.options.fallback == "error":
            return self.function
        if self.runner is None:
            from minijit.lifted_loops import LoopRunner

            self.runner = LoopRunner(self.function, self.options)
        return self.runner.target()

    def _report(self, text: str) -> None:
        if len(self.reporter.reasons) < MAX_REASONS or self.options.fallback == "error":
            self.reporter.report(text)

    def _report_arguments(self, row: tuple[Any, ...]) -> None:
        for name, value in zip(self.parameters.names, row, strict=True):
            if type_of_argument(value) is not None:
                continue
            if is_big_int(value):
                # The same as a result beyond 64 bits: a matter of the value, about which nobody is warned.
                self.big_ints += 1
                continue
            what, instead = why_not(value)
            if (name, what) in self._told and self.options.fallback != "error":
                return
            self._told.add((name, what))
            self._report(text_of_argument(name, what, instead, self.function))
            return

    # ---- specialisations

    def specialisation(self, types: tuple[t.Type, ...], row: tuple[Any, ...] = ()) -> Specialisation | None:
        """Native code for a row of argument types, compiled if need be; ``None``: the interpreter is to run it.

        `row` holds values of these types. They are asked for attributes of which it turns out that they are needed.
        """
        found = self._find(types)
        if found is not None:
            return found
        refused = self.refused.get(types)
        if refused is not None and refused[1] == self._environment():
            self._report(refused[0])
            return None
        if COMPILING.is_mine():
            return None
        with COMPILING:
            # Another thread may have been faster, and have found out which attributes are needed.
            types = self.wanted.types(types, row) if row else types
            found = self._find(types)
            if found is not None:
                return found
            refused = self.refused.get(types)
            if refused is None or refused[1] != self._environment():
                outcome = self._compile(types, row)
                if isinstance(outcome, Specialisation):
                    return outcome
                refused = outcome
        # Outside the lock, since a warning runs code of the user's.
        if refused is not None:
            self._report(refused[0])
        return None

    def _find(self, types: tuple[t.Type, ...]) -> Specialisation | None:
        for one in self._variants.get(types, ()):
            if one.refresh():
                return one
        return None

    def _environment(self) -> tuple[int, ...]:
        """The identity of everything that the function's own names are bound to.

        A compilation that failed is tried again once this has changed: a global may have become a number, a function
        that is called may have been defined in the meantime.
        """
        function = self.function
        variables = function.__globals__
        found = [id(variables.get(name)) for name in function.__code__.co_names]
        for cell in function.__closure__ or ():
            try:
                found.append(id(cell.cell_contents))
            except ValueError:
                found.append(0)
        return tuple(found)

    def _compile(
        self, types: tuple[t.Type, ...], row: tuple[Any, ...]
    ) -> Specialisation | tuple[str, tuple[int, ...]] | None:
        """Compile for `types`: a specialisation, or why there is none (``None``: better luck next time)."""
        text = self._limit_text(types)
        environment = self._environment()
        if not text:
            record = Record()
            self.compilations += 1
            try:
                compiled = self._compile_knowing(types, row, record)
                return self._install(compiled.argument_types, compiled, record)
            except Unsupported as error:
                text = text_of_unsupported(error, self.function)
                if error.always:
                    self._give_up(text)
            except CompilationError as error:
                text = str(error)
            except (MemoryError, RecursionError):
                # Perhaps only because so little memory or stack is left here and now.
                if config.strict:
                    raise
                return None
            except Exception as error:
                if config.strict:
                    raise
                text = text_of_fault(error, self.function)
        self.refused[types] = text, environment
        return self.refused[types]

    def _compile_knowing(self, types: tuple[t.Type, ...], row: tuple[Any, ...], record: Record) -> Compiled:
        """Compile, once more for each time that inference asks for further attributes of instances."""
        while True:
            try:
                return compile_native(self.function, self.parameters.names, types, self.options, record.address)
            except FieldsNeededError as needed:
                self.wanted.learn(needed)
                known, types = types, self.wanted.types(types, row) if row else types
                if types == known:
                    raise Unsupported("attributes of an object that are not known", "call the function first") from None

    def _limit_text(self, types: tuple[t.Type, ...]) -> str:
        """Why no more is compiled, or an empty string."""
        variants = self._variants.get(types)
        if variants is None and len(self._variants) >= MAX_SIGNATURES:
            error = Unsupported(f"called with more than {MAX_SIGNATURES} combinations of argument types")
        elif variants is not None and len(variants) >= MAX_VARIANTS:
            error = Unsupported("its globals keep changing", "pass what changes as an argument")
        else:
            return ""
        return text_of_unsupported(error, self.function)

    def _install(self, types: tuple[t.Type, ...], compiled: Compiled, record: Record) -> Specialisation | None:
        made = Specialisation(self.function, self.parameters, compiled, record, self._first, self.interpret_row)
        self.compile_seconds += sum(compiled.timings.values())
        if not made.refresh():
            # A global was rebound while we compiled.
            return None
        self.specialisations.append(made)
        self._variants.setdefault(types, []).append(made)
        if made.watchable:
            self._put_first(made)
        return made

    def _put_first(self, made: Specialisation) -> None:
        """Let calls go to new code first; it hands on what it does not take to what was first before."""
        self._first = made.compiled.entry
        if self.parameters.is_plain:
            self.dispatcher.slow = self.dispatcher.__call__
            set_native_call(self.dispatcher, self._first)
            return
        rows = self._rows or Native(self._run_row)
        set_native_call(rows, self._first)
        self._rows = rows

    def _look_at_function(self) -> None:
        """Find out what can be known without arguments."""
        if not AVAILABLE:
            error = Unsupported("this build of Python lays out objects in an unknown way", "use CPython, 64 bits")
        elif self.parameters.varkeywords:
            error = Unsupported("a function with **kwargs", "name its parameters")
        else:
            return
        self._give_up(text_of_unsupported(error, self.function))

    def _give_up(self, text: str) -> None:
        """No call of the function can ever be native."""
        self.hopeless = text

    def _step_aside(self, target: FunctionType) -> None:
        """Let calls go straight to what runs all of them, once that is known."""
        is_settled = self.runner is not None and self.runner.is_settled
        has_defaults = bool(target.__defaults__ or target.__kwdefaults__)
        if is_settled and not self.specialisations and (target is self.function or not has_defaults):
            from minijit.codegen.link import runtime_addresses

            self.dispatcher.slow = target
            set_native_call(self.dispatcher, runtime_addresses()["mj_slow"])
