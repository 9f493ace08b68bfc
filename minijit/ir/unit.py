"""A compilation unit: what is compiled and linked together for one signature of one user function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from minijit import types as t
from minijit.errors import Span
from minijit.ir.context import BLOCK_SIZE
from minijit.ir.nodes import Function
from minijit.ir.sites import Site


class PythonCall:
    """A call from native code into Python: what to call, with arguments and result of which types.

    `target` is called with the boxed arguments; its result must be of type `result` (``OBJECT`` takes anything), else
    the call site leaves with a bail-out. `keywords` names the last arguments.
    """

    __slots__ = ("arguments", "keywords", "result", "target")

    def __init__(
        self, target: object, arguments: tuple[t.Type, ...], result: t.Type, keywords: tuple[str, ...] = ()
    ) -> None:
        self.target = target
        self.arguments = arguments
        self.result = result
        self.keywords = keywords

    @property
    def types(self) -> tuple[object, ...]:
        """All that says how arguments are boxed and the result is taken apart."""
        return self.arguments, self.result, self.keywords


class LateFunction(NamedTuple):
    """A function that is compiled when it is first entered, with ``(ctx, entry, frame)`` for parameters.

    `bail` is the site through which the caller leaves if it can't be compiled, `python` the one for an exception in
    the meantime, such as KeyboardInterrupt.
    """

    function: Function
    bail: int
    python: int


class Unit:
    """Functions at the stage "loops" (the entry first), with all that their code refers to by number.

    Attributes
    ----------
    functions : dict of str to Function
        Native functions by symbol; the first is the entry.
    late : dict of str to LateFunction
        Parts of native functions that are compiled when first entered, by symbol; ``call_late`` counts them in order.
    signatures : dict of str to (tuple of Type, Type)
        Argument types and result type of each.
    sites : list of Site
        ``sites[status - 1]`` is where a native function left.
    constants : list of object
        Python objects that native code refers to by index: the targets of Python calls, boxed constants, global arrays.
        The context holds a pointer to the table, so that code contains no addresses.
    python_calls : list of PythonCall
        By thunk number.
    guards : list of Guard
        The globals and closure cells whose values are built into the code (typeinfer/guards.py).
    written : set of int
        The indices of the entry's parameters whose arrays may be written to.
    lists : dict of int to PythonList
        Lists among the constants, whose items have to be of the types that they were taken to be of.
    needs_lock : bool
        Whether native code looks into Python's lists, besides calling Python: the interpreter's lock must be held.
    fastmath : bool
        Whether sums of floats may be reordered.
    cached : bool
        Whether its object code may be kept on disk.
    unaligned : bool
        Whether elements of arrays may lie at any address: those of fields of records do.
    has_effects : bool
        Whether any function may change something that others can see (arguments, globals, output).
    """

    __slots__ = (
        "_blocks",
        "_statuses",
        "cached",
        "constants",
        "fastmath",
        "functions",
        "guards",
        "has_effects",
        "late",
        "lists",
        "name",
        "needs_lock",
        "python_calls",
        "signatures",
        "sites",
        "unaligned",
        "written",
    )

    def __init__(self, name: str) -> None:
        self.name: Final = name
        self.functions: dict[str, Function] = {}
        self.late: dict[str, LateFunction] = {}
        self.signatures: dict[str, tuple[tuple[t.Type, ...], t.Type]] = {}
        self.sites: list[Site] = []
        self._statuses: dict[Site, int] = {}
        self.constants: list[object] = []
        self._blocks: dict[int, int] = {}
        self.python_calls: list[PythonCall] = []
        self.lists: dict[int, t.PythonList] = {}
        self.needs_lock = False
        self.unaligned = False
        self.guards: list[Any] = []
        self.written: set[int] = set()
        self.has_effects = False
        self.fastmath = False
        self.cached = False

    def add_site(self, site: Site) -> int:
        """The status of `site` (from 1). The same site is there once, so that equal code looks equal."""
        status = self._statuses.get(site)
        if status is None:
            self.sites.append(site)
            status = self._statuses[site] = len(self.sites)
        return status

    def add_frames(
        self, frames: Sequence[tuple[str, Span]], function: str, filename: str
    ) -> tuple[str, tuple[int, ...]]:
        """The innermost of the functions that Python makes of comprehensions, and the sites of the calls of all."""
        callers: tuple[int, ...] = ()
        for name, span in reversed(frames):
            callers = (self.add_site(Site("call", span, function, filename)), *callers)
            function = name
        return function, callers

    def add_python_call(self, call: PythonCall) -> int:
        """The number of the thunk of a call. Equal calls share one: thunks take LLVM time, too."""
        for number, known in enumerate(self.python_calls):
            if known.target is call.target and known.types == call.types:
                return number
        self.python_calls.append(call)
        return len(self.python_calls) - 1

    def add_constant(self, value: object) -> int:
        """The index of `value` in the table of constants (the same object is there once)."""
        for index, known in enumerate(self.constants):
            if known is value:
                return index
        self.constants.append(value)
        return len(self.constants) - 1

    def add_block_for(self, array: object) -> int:
        """The index of a constant whose data has room for the memory block that stands for a constant array."""
        index = self.add_constant(array)
        if index not in self._blocks:
            self._blocks[index] = self.add_constant(np.zeros(BLOCK_SIZE // 8, np.int64))
        return self._blocks[index]
