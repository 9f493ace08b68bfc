"""Thunks: calls from native code into Python, one function for each :class:`minijit.ir.unit.PythonCall`.

A thunk boxes the arguments from slots, calls the target and takes the result apart into slots. It returns 0; or
``RAISED`` when an exception was raised (it then stands in the context); or ``OTHER_TYPE`` when the result is not of the
type that the native code was compiled for.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final

from minijit import types as t
from minijit.codegen.boxing import Boxer
from minijit.codegen.text import FunctionText, ModuleText, llvm_type, symbol
from minijit.codegen.unboxing import unbox
from minijit.ir import context
from minijit.ir.unit import PythonCall, Unit
from minijit.machine import Machine, parts_of, union_layout

RAISED: Final = 1
OTHER_TYPE: Final = 2
_BEFORE_FIRST: Final = 1 << 63
"""The flag with which the callee may use the word before the first argument (``PY_VECTORCALL_ARGUMENTS_OFFSET``)."""


def thunk_symbol(unit: Unit, index: int) -> str:
    """The name of the thunk of Python call number `index`."""
    return f"mj_python_{unit.name}_{index}"


def emit_thunks(module: ModuleText, unit: Unit) -> None:
    """Write the thunks of all Python calls of `unit`; the objects that they call go to its table of constants."""
    for index, call in enumerate(unit.python_calls):
        header = f"i32 {symbol(thunk_symbol(unit, index))}(ptr %ctx, ptr %args, ptr %ret) nounwind"
        _emit_thunk(module.function(header), unit, call)


def _emit_thunk(text: FunctionText, unit: Unit, call: PythonCall) -> None:
    boxer = Boxer(text, unit, "%ctx")
    raised, other = text.new_label("raised"), text.new_label("other")
    result = _call(text, boxer, call, raised)
    _take_apart(boxer, call.result, result, other, raised)
    boxer.drop(result)
    text.do("ret i32 0")
    text.begin(other)
    boxer.drop(result)
    text.do(f"ret i32 {OTHER_TYPE}")
    text.begin(raised)
    words = [("ptr", text.at("%ctx", context.EXCEPTION + 8 * index)) for index in range(3)]
    text.call("void", "PyErr_Fetch", *words)
    text.do(f"ret i32 {RAISED}")


def _call(text: FunctionText, boxer: Boxer, call: PythonCall, raised: str) -> str:
    """Box the arguments, call, drop the arguments; control goes to `raised` when any of it failed."""
    count = len(call.arguments)
    fields, slot = [], 0
    for one in call.arguments:
        fields.append((one, slot))
        slot += len(parts_of(one))
    row = text.at(text.stack(8 * (count + 1)), 8)
    ready, returned = text.new_label("ready"), text.new_label("returned")
    text.branch(boxer.box_row(fields, "%args", row), ready, raised, likely=True)
    text.begin(ready)
    # Native code that calls itself by way of Python makes no frames, so nobody else would stop it in time.
    place = ("ptr", text.module.string(" while calling a Python object"))
    calling, deep = text.new_label("calling"), text.new_label("deep")
    entered = text.call("i32", "Py_EnterRecursiveCall", place)
    text.branch(text.value(f"icmp eq i32 {entered}, 0"), calling, deep, likely=True)
    text.begin(deep)
    boxer.drop_row(row, count)
    text.jump(raised)
    text.begin(calling)
    target = ("ptr", boxer.constant(call.target))
    keywords = boxer.constant(tuple(map(sys.intern, call.keywords))) if call.keywords else "null"
    positional = ("i64", str(count - len(call.keywords) - _BEFORE_FIRST))
    result = text.call("ptr", "PyObject_Vectorcall", target, ("ptr", row), positional, ("ptr", keywords))
    text.call("void", "Py_LeaveRecursiveCall")
    boxer.drop_row(row, count)
    text.branch(text.value(f"icmp ne ptr {result}, null"), returned, raised, likely=True)
    text.begin(returned)
    return result


def _take_apart(boxer: Boxer, wanted: t.Type, result: str, other: str, raised: str) -> None:
    """Store the parts of `result` in the slots at ``%ret``, or go to `other`."""
    text = boxer.text
    if not isinstance(wanted, t.Union):
        _store_parts(boxer, wanted, result, 0, other, raised)
        return
    done = text.new_label("taken")
    starts = union_layout(wanted.members)[1]
    for tag, member in enumerate(wanted.members):
        following = other if tag == len(wanted.members) - 1 else text.new_label("try")
        _store_parts(boxer, member, result, starts[tag], following, raised)
        text.store("i8", str(tag), "%ret")
        text.jump(done)
        if following != other:
            text.begin(following)
    text.begin(done)


def _store_parts(boxer: Boxer, wanted: t.Type, result: str, slot: int, other: str, raised: str) -> None:
    text = boxer.text
    (parts,) = unbox(
        text,
        [result],
        (wanted,),
        other,
        lambda text, array: array,
        lambda text, value: boxer.constant(value),
        any_layout=True,
        any_alignment=boxer.unit.unaligned,
    )
    machines = parts_of(wanted)
    for position in _objects(wanted):
        text.call("void", "Py_IncRef", ("ptr", parts[position]))
        text.call("void", "mj_keep", ("ptr", "%ctx"), ("ptr", parts[position]))
    for position in _arrays(wanted):
        # Blocks are made last, so that a result of another type leaves none behind.
        owner = text.call("ptr", "mj_hold_array", ("ptr", "%ctx"), ("ptr", parts[position]))
        held, failed = text.new_label("held"), text.new_label("failed")
        text.branch(text.value(f"icmp ne ptr {owner}, null"), held, failed, likely=True)
        text.begin(failed)
        text.call("void", "Py_DecRef", ("ptr", result))
        text.jump(raised)
        text.begin(held)
        parts[position + 1] = owner
    for index, (machine, value) in enumerate(zip(machines, parts, strict=True)):
        _store_part(text, machine, value, slot + index)


def _store_part(text: FunctionText, machine: Machine, value: str, slot: int) -> None:
    if machine.bits == 1:
        value, kind = text.value(f"zext i1 {value} to i8"), "i8"
    else:
        kind = llvm_type(machine)
    text.store(kind, value, "%ret", 8 * slot)


def _arrays(wanted: t.Type, start: int = 0) -> list[int]:
    """The positions among the parts at which arrays begin."""
    if isinstance(wanted, t.Array | t.RecordArray | t.Record):
        return [start]
    return _in_items(wanted, start, _arrays)


def _objects(wanted: t.Type, start: int = 0) -> list[int]:
    """The positions among the parts at which references to objects stand."""
    if isinstance(wanted, t.Object | t.PythonList):
        return [start]
    return _in_items(wanted, start, _objects)


def _in_items(wanted: t.Type, start: int, find: Callable[[t.Type, int], list[int]]) -> list[int]:
    if not isinstance(wanted, t.Tuple):
        return []
    found = []
    for item in wanted.items:
        found += find(item, start)
        start += len(parts_of(item))
    return found
