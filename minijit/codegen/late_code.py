"""Late functions: the parts of a unit that are compiled when they are first entered.

A unit with late functions gets a table of entries (:mod:`minijit.runtime.first_entry`), which its code refers to by the
symbol ``mj_late``. An entry leads here until its function is compiled, from the IR that the unit keeps.
"""

from __future__ import annotations

import ctypes
import sys
import time
import warnings
from typing import Final

from minijit import config
from minijit.codegen.disk_cache import object_code
from minijit.codegen.emit import emit_late, functions_called
from minijit.codegen.emit_calls import LATE_TABLE
from minijit.codegen.link import Linked, link, runtime_addresses
from minijit.codegen.thunks import thunk_symbol
from minijit.codegen.toolchain import KERNEL, LOCK
from minijit.errors import FallbackWarning
from minijit.ir.nodes import Function
from minijit.ir.unit import Unit
from minijit.runtime.first_entry import BAIL, CODE, COMPILE, ENTRY_BYTES, PYTHON

_WORD: Final = 8


class LateCode:
    """The late functions of a unit.

    Attributes
    ----------
    imports : dict of str to int
        What the unit's code needs to be linked with.
    exports : list of str
        What late functions need of the unit's code: its calls into Python.
    compiled : dict of str to float
        The late functions that are compiled by now, each with the seconds that it took.
    """

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.compiled: dict[str, float] = {}
        self.exports = _thunks_of(unit)
        self._kernel: Linked | None = None
        self._parts: list[Linked] = []
        self._failed: set[str] = set()
        self._words = (ctypes.c_int64 * (ENTRY_BYTES // _WORD * len(unit.late)))()
        self._entries = [_Entry(self, name) for name in unit.late]
        self.imports = {LATE_TABLE: ctypes.addressof(self._words)} if unit.late else {}
        for number, late in enumerate(unit.late.values()):
            self._set(number, CODE, runtime_addresses()["mj_first_entry"])
            self._set(number, COMPILE, id(self._entries[number]))
            self._set(number, BAIL, late.bail)
            self._set(number, PYTHON, late.python)

    def link_with(self, kernel: Linked) -> None:
        """Note the unit's own code, once it is linked."""
        self._kernel = kernel

    def _set(self, number: int, offset: int, value: int) -> None:
        self._words[(number * ENTRY_BYTES + offset) // _WORD] = value

    def address_of(self, name: str) -> int:
        """The address of a late function, which is compiled now if it is not yet; 0 if that fails.

        Threads that come here at the same time wait for the first.
        """
        with LOCK:
            number = list(self.unit.late).index(name)
            if name not in self.compiled and name not in self._failed:
                try:
                    self._compile(name, number)
                except Exception as error:
                    self._report(name, error)
            # An entry without code leads here again.
            return self._words[(number * ENTRY_BYTES + CODE) // _WORD] if name in self.compiled else 0

    def _compile(self, name: str, number: int) -> None:
        start = time.perf_counter()
        code = object_code(emit_late(self.unit, name), KERNEL, cached=self.unit.cached)
        assert self._kernel is not None
        imports = self.imports | {thunk: self._kernel[thunk] for thunk in self.exports}
        linked = link([code], [name], imports)
        self._parts.append(linked)
        self._set(number, CODE, linked[name])
        self.compiled[name] = time.perf_counter() - start
        if config.time:
            print(f"{name}: {self.compiled[name] * 1e3:.2f} ms, when first entered", file=sys.stderr)

    def _report(self, name: str, error: Exception) -> None:
        """Say what went wrong; what comes of depth or memory may go right another time."""
        if config.strict or isinstance(error, RecursionError):
            raise error
        if isinstance(error, MemoryError):
            return
        self._failed.add(name)
        function = self.unit.late[name].function
        warnings.warn(
            f"{function.filename}:{function.span.line}: internal error of minijit (in the copy with checks of a loop): "
            f"{type(error).__name__}: {error}",
            FallbackWarning,
            stacklevel=2,
        )


class _Entry:
    """What an entry of the table calls."""

    __slots__ = ("late", "name")

    def __init__(self, late: LateCode, name: str) -> None:
        self.late = late
        self.name = name

    def __call__(self) -> int:
        return self.late.address_of(self.name)


def _thunks_of(unit: Unit) -> list[str]:
    """The calls into Python that late functions make, or the functions that they call."""
    found: dict[str, None] = {}
    for late in unit.late.values():
        functions: list[Function] = [late.function]
        functions += [unit.functions[name] for name in functions_called(unit, late.function)]
        for function in functions:
            for block in function.blocks:
                for instr in block.instrs:
                    if instr.op == "call_python":
                        found[thunk_symbol(unit, instr.attrs["thunk"])] = None
    return list(found)
