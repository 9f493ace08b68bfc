"""Callable objects around hand-written kernels: what the dispatcher makes, without front end and pipeline."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

from minijit import types as t
from minijit.codegen.link import address_of_symbol, link
from minijit.codegen.symbols import KERNEL_SYMBOL
from minijit.codegen.text import llvm_type, symbol
from minijit.codegen.toolchain import KERNEL, WRAPPER, optimise_and_emit
from minijit.codegen.wrapper import ENTRY, emit_wrapper
from minijit.ir.unit import PythonCall, Unit
from minijit.machine import parts_of
from minijit.runtime.native_type import Native, allow_native_call, set_native_call
from minijit.runtime.record_memory import Record


class Missed(Exception):
    """What the slow path of a test raises; the call's arguments are in it."""


def missed(*args, **kwargs):
    raise Missed(args, kwargs)


def kernel_header(types, name="kernel"):
    """The first line of a kernel; its arguments are %p0, %p1 ..."""
    machines = [machine for one in types for machine in parts_of(one)]
    parts = "".join(f", {llvm_type(machine)} %p{index}" for index, machine in enumerate(machines))
    return f"define i32 @{name}(ptr noalias %ctx, ptr noalias %ret{parts}) nounwind {{\nentry:\n"


def returning(types, chosen, name="kernel"):
    """A kernel that returns the arguments numbered in `chosen`, one after the other."""
    lines, slot = [], 0
    starts = [sum(len(parts_of(one)) for one in types[:index]) for index in range(len(types))]
    for index in chosen:
        for offset, machine in enumerate(parts_of(types[index])):
            value, kind = f"%p{starts[index] + offset}", llvm_type(machine)
            if kind == "i1":
                lines.append(f"%z{slot} = zext i1 {value} to i8")
                value, kind = f"%z{slot}", "i8"
            lines.append(f"%a{slot} = getelementptr i64, ptr %ret, i64 {slot}")
            lines.append(f"store {kind} {value}, ptr %a{slot}")
            slot += 1
    return kernel_header(types, name) + "\n".join([*lines, "ret i32 0", "}"])


class Callable_(Native):
    """A native callable with its record, for tests."""

    __slots__ = ("linked", "record", "unit")


allow_native_call(Callable_)


def make(
    types: tuple[t.Type, ...],
    result: t.Type,
    kernel: str,
    *,
    parameters: str = "abcdefgh",
    defaults: dict[int, Any] | None = None,
    slow: Any = missed,
    on_exit: Any = None,
    interpret: Any = None,
    python_calls: tuple[PythonCall, ...] = (),
    constants: tuple[object, ...] = (),
    guards: tuple[tuple[int, int], ...] = (),
    following: int | None = None,
    nogil: bool = False,
    name: str = "kernel",
) -> Callable_:
    """Compile wrapper and kernel, fill in a record, and make an object whose call goes there."""
    unit = Unit("test.<locals>.unit")
    unit.functions[name] = None  # type: ignore[assignment]
    unit.python_calls += python_calls
    for one in constants:
        unit.add_constant(one)
    names = tuple(map(sys.intern, parameters[: len(types)]))
    named = f"{kernel}\n@{KERNEL_SYMBOL} = alias i8, ptr {symbol(name)}\n"
    texts = (emit_wrapper(unit, names, types, result, nogil=nogil), WRAPPER), (named, KERNEL)
    record = Record()
    linked = link([optimise_and_emit(*each).object for each in texts], [ENTRY], {"mj_record": record.address})
    record.fill(
        following=following or address_of_symbol("mj_slow") or 0,
        constants=unit.constants,
        names=names,
        defaults=defaults or {},
        on_exit=on_exit or unexpected,
        interpret=interpret or unexpected,
    )
    record.set_guards(list(guards))
    native = Callable_(slow)
    native.linked, native.record, native.unit = linked, record, unit
    set_native_call(native, linked[ENTRY])
    return native


def unexpected(*args):
    raise AssertionError(f"not expected to be called: {args}")


def words_at(address: int, offset: int, count: int = 1) -> list[int]:
    """Words of the context, as ``on_exit`` sees it."""
    return list((ctypes.c_int64 * count).from_address(address + offset))
