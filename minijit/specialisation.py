"""One function compiled for one row of argument types, as the dispatcher holds it."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from minijit import types as t
from minijit.binding import Parameters
from minijit.compiled import Compiled
from minijit.runtime.globals_watch import Watched, pair_of_defaults
from minijit.runtime.native_type import Native, set_native_call
from minijit.runtime.record_memory import Record
from minijit.runtime.tracebacks import Exits


class Specialisation:
    """Native code with its record, guards and exits.

    Attributes
    ----------
    argument_types : tuple of Type
        What it was compiled for.
    compiled : Compiled
        What the pipeline returned.
    exits : Exits
        Makes exceptions, counts bail-outs.
    call : Native
        Calls the code with a full row of values; where its guards fail, the interpreter runs the row.
    watchable : bool
        Whether native code can check the guards by itself, so that calls may go to it directly. Known, like the guards'
        addresses, after the first :meth:`refresh`.
    """

    __slots__ = (
        "_defaults",
        "_function",
        "_parameters",
        "argument_types",
        "call",
        "compiled",
        "exits",
        "record",
        "watchable",
        "watched",
    )

    def __init__(
        self,
        function: FunctionType,
        parameters: Parameters,
        compiled: Compiled,
        record: Record,
        following: int,
        interpret_row: Callable[..., Any],
    ) -> None:
        self.argument_types: tuple[t.Type, ...] = compiled.argument_types
        self.compiled = compiled
        self.record = record
        self._function = function
        self._parameters = parameters
        self._defaults = function.__defaults__
        unit = compiled.unit
        self.watched = Watched(unit.guards)
        self.exits = Exits(unit.sites, _globals_by_file(function, unit.guards))
        # A name that no keyword equals stands for parameters that can't be given by keyword.
        hidden = object()
        names = [hidden if k < parameters.positional_only else name for k, name in enumerate(parameters.names)]
        record.fill(
            following=following or compiled.slow,
            constants=unit.constants,
            names=names,
            defaults=parameters.defaults() if parameters.is_plain else {},
            on_exit=self.exits,
            interpret=function if parameters.is_plain else interpret_row,
        )
        self.call = Native(interpret_row)
        self.watchable = False
        set_native_call(self.call, compiled.entry)

    def refresh(self) -> bool:
        """Whether the guards hold; if so, what native code compares and binds is brought up to date.

        The function's ``__defaults__`` are no part of the code, only of the record: they may be replaced at any time.
        """
        if not self.watched.still_hold():
            return False
        pairs = self.watched.pairs()
        self.watchable = pairs is not None
        if self._parameters.is_plain:
            defaults = self._function.__defaults__
            if defaults is not self._defaults:
                self._defaults = defaults
                self.record.set_defaults(self._parameters.defaults(), len(self._parameters.names))
            if defaults is not None and pairs is not None:
                pairs.append(pair_of_defaults(self._function))
        self.record.set_guards(pairs or [])
        return True


def _globals_by_file(function: FunctionType, guards: list[Any]) -> dict[str, dict[str, Any]]:
    """The globals of the function's own file and of the files of the functions that it calls."""
    found = {function.__code__.co_filename: function.__globals__}
    for guard in guards:
        if guard.kind == "function":
            found.setdefault(guard.container.__code__.co_filename, guard.container.__globals__)
    return found
