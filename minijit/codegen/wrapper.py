"""The call wrapper: the function that the interpreter calls, with guards, unboxing, the kernel's call and boxing.

``ptr mj_call(ptr self, ptr args, i64 nargsf, ptr kwnames)`` (a vectorcall function) takes the call if the arguments are
of the types that the kernel was compiled for and the globals it was compiled with still hold; else it hands the call on
to the next specialisation, as it came. Everything that belongs to one process (addresses, tables, limits) stands in the
record (:mod:`minijit.runtime.record`).
"""

from __future__ import annotations

from typing import Final

from minijit import types as t
from minijit.codegen.boxing import Boxer
from minijit.codegen.instance_fields import emit_fields
from minijit.codegen.symbols import KERNEL_SYMBOL
from minijit.codegen.text import FunctionText, ModuleText, llvm_type
from minijit.codegen.thunks import emit_thunks
from minijit.codegen.unboxing import list_holds, unbox
from minijit.errors import InternalError, Unsupported
from minijit.ir import context
from minijit.ir.unit import Unit
from minijit.machine import parts_of
from minijit.runtime import record
from minijit.runtime.numpy_api import layout_problem
from minijit.runtime.object_support import FOREIGN

ENTRY: Final = "mj_call"
"""The wrapper's name in its module."""
_CALL_ARGUMENTS: Final = "ptr %self, ptr %args, i64 %nargsf, ptr %kwnames"
_COUNT_MASK: Final = (1 << 63) - 1
"""Of the argument count: the highest bit is a flag."""


def emit_wrapper(
    unit: Unit, parameters: tuple[str, ...], argument_types: tuple[t.Type, ...], result: t.Type, *, nogil: bool = False
) -> str:
    """The LLVM text of the module that holds the wrapper and the thunks of a unit.

    Objects that it needs are added to ``unit.constants``: make the table of constants after this.

    Parameters
    ----------
    unit : Unit
        Its first function is the entry.
    parameters : tuple of str
        The names of the parameters (they stand in the record; the wrapper only needs their number).
    argument_types : tuple of Type
        The types that the entry was compiled for, one for each parameter.
    result : Type
        The type of what it returns.
    nogil : bool
        Release the interpreter's lock while the kernel runs; not done for units that need it.
    """
    if problem := layout_problem():
        raise Unsupported(problem)
    if len(parameters) != len(argument_types):
        raise InternalError(f"{len(parameters)} parameters with {len(argument_types)} types")
    module = ModuleText()
    text = module.function(f"ptr @{ENTRY}({_CALL_ARGUMENTS}) nounwind")
    _emit_call(text, unit, argument_types, result, nogil and not (unit.python_calls or unit.needs_lock))
    emit_thunks(module, unit)
    return str(module)


def _emit_call(text: FunctionText, unit: Unit, arguments: tuple[t.Type, ...], result: t.Type, nogil: bool) -> None:
    rec = text.module.external("mj_record")
    miss = text.new_label("miss")
    row = _bind(text, rec, len(arguments), miss)
    objects = [text.load("ptr", row, 8 * index) for index in range(len(arguments))]

    def constant_of(text: FunctionText, value: object) -> str:
        return text.load("ptr", text.load("ptr", rec, record.CONSTANTS), 8 * unit.add_constant(value))

    parts = unbox(text, objects, arguments, miss, _argument_block, constant_of)
    _check_guards(text, rec, miss)
    _check_lists(text, rec, unit, miss)
    held = emit_fields(text, arguments, objects, parts, miss, _argument_block, constant_of)
    ctx = _make_context(text, rec)
    slots = text.stack(8 * max(1, len(parts_of(result))))
    status = _call_kernel(text, unit, ctx, slots, arguments, [part for row in parts for part in row], nogil)
    returned, left = text.new_label("returned"), text.new_label("left")
    text.branch(text.value(f"icmp eq i32 {status}, 0"), returned, left, likely=True)
    text.begin(returned)
    value = Boxer(text, unit, ctx, remembers=True).box(result, slots)
    _release(text, ctx)
    answer = held.write_back(Boxer(text, unit, ctx), value)
    held.drop()
    text.do(f"ret ptr {answer}")
    text.begin(left)
    held.write_back_unless_again(Boxer(text, unit, ctx), status)
    call = [("ptr", "%args"), ("i64", "%nargsf"), ("ptr", "%kwnames")]
    answer = text.call("ptr", "mj_leave", ("ptr", rec), ("ptr", ctx), ("i32", status), *call)
    held.drop()
    text.do(f"ret ptr {answer}")
    text.begin(miss)
    following = text.load("ptr", rec, record.NEXT)
    handed_on = text.value(f"musttail call ptr {following}({_CALL_ARGUMENTS})")
    text.do(f"ret ptr {handed_on}")


def _bind(text: FunctionText, rec: str, count: int, miss: str) -> str:
    """The row of arguments in the order of the parameters: the caller's own unless keywords or defaults are at play."""
    given = text.value(f"and i64 %nargsf, {_COUNT_MASK}")
    plain = text.all_of([text.value(f"icmp eq i64 {given}, {count}"), text.value("icmp eq ptr %kwnames, null")])
    start, bind, bound = text.block, text.new_label("bind"), text.new_label("bound")
    if not count:
        # With nothing to bind, anything but an empty call is an error, and Python's to report.
        text.branch(plain, bound, miss, likely=True)
        text.begin(bound)
        return "%args"
    text.branch(plain, bound, bind, likely=True)
    text.begin(bind)
    row = text.stack(8 * count)
    tables = [("ptr", text.load("ptr", rec, offset)) for offset in (record.NAMES, record.DEFAULTS)]
    call = [("ptr", "%args"), ("i64", given), ("ptr", "%kwnames"), *tables, ("i64", str(count)), ("ptr", row)]
    complete = text.call("zeroext i1", "mj_bind", *call)
    end = text.block
    text.branch(complete, bound, miss)
    text.begin(bound)
    return text.phi("ptr", [("%args", start), (row, end)])


def _argument_block(text: FunctionText, array: str) -> str:
    """A block on the stack that stands for an array argument: views keep it as their owner."""
    block = text.stack(context.BLOCK_SIZE)
    text.store("i64", str(FOREIGN), block, context.BLOCK_COUNT)
    text.store("ptr", array, block, context.BLOCK_OBJECT)
    return block


def _check_guards(text: FunctionText, rec: str, miss: str) -> None:
    """Compare every guarded word with what it was, in order: an address may be good only if the words before hold."""
    count = text.load("i64", rec, record.GUARD_COUNT)
    check, step, done = (text.new_label(purpose) for purpose in ("guard", "step", "guarded"))
    start = text.block
    text.branch(text.value(f"icmp eq i64 {count}, 0"), done, check)
    text.begin(check)
    next_index = f"%{step}.next"
    index = text.phi("i64", [("0", start), (next_index, step)])
    pairs = text.load("ptr", rec, record.GUARDS)
    pair = text.value(f"getelementptr [2 x i64], ptr {pairs}, i64 {index}")
    found = text.load("i64", text.load("ptr", pair))
    text.branch(text.value(f"icmp eq i64 {found}, {text.load('i64', pair, 8)}"), step, miss, likely=True)
    text.begin(step)
    text.do(f"{next_index} = add i64 {index}, 1")
    text.branch(text.value(f"icmp eq i64 {next_index}, {count}"), done, check)
    text.begin(done)


def _check_lists(text: FunctionText, rec: str, unit: Unit, miss: str) -> None:
    """Look at the items of the lists that global names are bound to, which may have changed."""
    table = text.load("ptr", rec, record.CONSTANTS) if unit.lists else ""
    for index, wanted in unit.lists.items():
        good = text.new_label("list")
        text.branch(list_holds(text, text.load("ptr", table, 8 * index), wanted.item), good, miss, likely=True)
        text.begin(good)


def _make_context(text: FunctionText, rec: str) -> str:
    """The call's context on the stack. Only the words that are read before they are written are set."""
    ctx = text.stack(context.SIZE)
    for offset in (context.BLOCKS, context.OBJECTS, context.EXCEPTION, context.SPARE):
        text.store("ptr", "null", ctx, offset)
    for offset in (context.DIRTY, context.TRACE_LENGTH):
        text.store("i64", "0", ctx, offset)
    text.store("ptr", text.load("ptr", rec, record.CONSTANTS), ctx, context.CONSTANTS)
    text.store("i64", text.load("i64", rec, record.DEPTH), ctx, context.DEPTH)
    return ctx


def _call_kernel(
    text: FunctionText, unit: Unit, ctx: str, slots: str, types: tuple[t.Type, ...], parts: list[str], nogil: bool
) -> str:
    machines = [machine for one in types for machine in parts_of(one)]
    arguments = [("ptr", ctx), ("ptr", slots)]
    arguments += [(llvm_type(machine), part) for machine, part in zip(machines, parts, strict=True)]
    thread = text.call("ptr", "PyEval_SaveThread") if nogil else ""
    status = text.call("i32", KERNEL_SYMBOL, *arguments)
    if nogil:
        text.call("void", "PyEval_RestoreThread", ("ptr", thread))
    return status


def _release(text: FunctionText, ctx: str) -> None:
    """Free the blocks and drop the objects that the call still holds, if there are any."""
    words = [text.load("i64", ctx, offset) for offset in (context.BLOCKS, context.OBJECTS, context.SPARE)]
    either = text.value(f"or i64 {text.value(f'or i64 {words[0]}, {words[1]}')}, {words[2]}")
    held, done = text.new_label("held"), text.new_label("done")
    text.branch(text.value(f"icmp eq i64 {either}, 0"), done, held, likely=True)
    text.begin(held)
    text.call("void", "mj_release", ("ptr", ctx))
    text.jump(done)
    text.begin(done)
