"""Hand-made units at the stage "loops", compiled and called through ctypes: what the tests of codegen stand on."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Sequence
from typing import Any

from minijit import types as t
from minijit.codegen.emit import emit_unit
from minijit.codegen.link import Linked, link, runtime_addresses
from minijit.codegen.toolchain import optimise_and_emit
from minijit.errors import NO_SPAN, Span
from minijit.ir import context as layout
from minijit.ir.builder import MachineBuilder
from minijit.ir.nodes import Block, Function, Param, Terminator, Value
from minijit.ir.sites import Site
from minijit.ir.unit import Unit
from minijit.machine import Machine

CTYPES: dict[str, Any] = {
    "i1": ctypes.c_bool,
    "i8": ctypes.c_int8,
    "i16": ctypes.c_int16,
    "i32": ctypes.c_int32,
    "i64": ctypes.c_int64,
    "f32": ctypes.c_float,
    "f64": ctypes.c_double,
    "ptr": ctypes.c_void_p,
}

Body = Callable[..., Sequence[Value] | None]


def add_function(unit: Unit, symbol: str, parts: Sequence[Machine], body: Body, **attrs: Any) -> Function:
    """Build a function: `body(builder, *parameters)` gives the parts of the result, or ends the block itself."""
    function = Function(symbol, "program.py", Span(1, 0, 9, 0), "loops")
    function.attrs.update(attrs)
    entry = Block("entry")
    entry.params = [Param(entry, f"x{index}", part) for index, part in enumerate(parts)]
    function.blocks.append(entry)
    unit.functions[symbol] = function
    builder = MachineBuilder(unit, function, entry)
    results = body(builder, *entry.params)
    if results is not None:
        finish(builder, results)
    return function


def finish(builder: MachineBuilder, results: Sequence[Value]) -> None:
    """End the current block with a return."""
    builder.block.terminator = Terminator("return", list(results))


class Native:
    """A compiled unit, and the context of the last call.

    ``call(*args)`` gives the status; the result's slots are read with ``slot(index, machine)``.
    """

    def __init__(self, unit: Unit, extra: Sequence[bytes] = ()) -> None:
        self.unit = unit
        self.symbol, self.function = next(iter(unit.functions.items()))
        self.text = emit_unit(unit)
        self.linked: Linked = link([optimise_and_emit(self.text).object, *extra], [self.symbol])
        parts = [CTYPES[part.type.name] for part in self.function.params]
        prototype = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *parts)
        self.native = prototype(self.linked[self.symbol])
        self.context = (ctypes.c_int64 * (layout.SIZE // 8))()
        self.result = (ctypes.c_int64 * 8)()

    def call(self, *args: Any, depth: int = 100) -> int:
        ctypes.memset(self.context, 0, layout.SIZE)
        self.context[layout.DEPTH // 8] = depth
        return int(self.native(self.context, self.result, *args))

    def slot(self, index: int, machine: Machine) -> Any:
        return CTYPES[machine.name].from_buffer(self.result, 8 * index).value

    def word(self, offset: int) -> int:
        return self.context[offset // 8]

    def payload(self, count: int) -> list[int]:
        return [self.word(layout.PAYLOAD + 8 * index) for index in range(count)]

    def trace(self) -> list[int]:
        known = min(self.word(layout.TRACE_LENGTH), layout.TRACE_ENTRIES)
        return list((ctypes.c_int32 * known).from_buffer(self.context, layout.TRACE))


def compiled(parts: Sequence[Machine], body: Body, *, fastmath: bool = False, **attrs: Any) -> Native:
    """One function, compiled."""
    return Native(unit_of(parts, body, fastmath=fastmath, **attrs))


def unit_of(parts: Sequence[Machine], body: Body, *, fastmath: bool = False, **attrs: Any) -> Unit:
    """A unit with one function, ``mj_f``."""
    unit = Unit("f")
    unit.fastmath = fastmath
    unit.signatures["mj_f"] = ((), t.INT)
    add_function(unit, "mj_f", parts, body, **attrs)
    return unit


def add_sites(unit):
    unit.add_site(Site("bail", NO_SPAN, "f", "program.py", RecursionError, "too deep"))


def support(name, result, *args):
    return ctypes.CFUNCTYPE(result, *args)(runtime_addresses()[name])


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")
