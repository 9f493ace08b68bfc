"""Emission of arithmetic, comparison, conversion, memory and intrinsics: one LLVM instruction or two for each op."""

from __future__ import annotations

import platform
from collections.abc import Callable
from typing import Final, TypeAlias

from minijit.codegen.emit_function import FunctionEmitter
from minijit.codegen.emit_literals import LLVM_TYPES, alignment, llvm_type, machine
from minijit.ir.nodes import Instr, Value

Emitter: TypeAlias = Callable[[FunctionEmitter, Instr], None]


def _nothing(_emitter: FunctionEmitter, _instr: Instr) -> None:
    """Constants and the context are written where they are used."""


def _arithmetic(name: str) -> Emitter:
    def emit(e: FunctionEmitter, instr: Instr) -> None:
        left, right = instr.args
        nsw = " nsw" if instr.attrs.get("nsw") else ""
        e.lines.append(f"  {e.ref(instr)} = {name}{nsw} {llvm_type(left.type)} {e.ref(left)}, {e.ref(right)}")

    return emit


def _float_arithmetic(name: str) -> Emitter:
    def emit(e: FunctionEmitter, instr: Instr) -> None:
        operands = ", ".join(map(e.ref, instr.args))
        e.lines.append(f"  {e.ref(instr)} = {name} {float_flags(e, instr)}{llvm_type(instr.type)} {operands}")

    return emit


def float_flags(e: FunctionEmitter, instr: Instr) -> str:
    """The fast-math flags of an instruction: the unit's and its own (``attrs["flags"]``), with a trailing blank."""
    own = instr.attrs.get("flags")
    return f"{own} " if own and not e.flags else e.flags


def _comparison(name: str) -> Emitter:
    def emit(e: FunctionEmitter, instr: Instr) -> None:
        left, right = instr.args
        predicate = instr.attrs["predicate"]
        e.lines.append(f"  {e.ref(instr)} = {name} {predicate} {e.typed(left)}, {e.ref(right)}")

    return emit


def _select(e: FunctionEmitter, instr: Instr) -> None:
    condition, true_value, false_value = map(e.typed, instr.args)
    e.lines.append(f"  {e.ref(instr)} = select {condition}, {true_value}, {false_value}")


def _freeze(e: FunctionEmitter, instr: Instr) -> None:
    e.lines.append(f"  {e.ref(instr)} = freeze {e.typed(instr.args[0])}")


def _convert(e: FunctionEmitter, instr: Instr) -> None:
    (value,) = instr.args
    if instr.attrs["how"] == "fptosi or least":
        _convert_or_least(e, instr)
    elif instr.attrs["how"] == "fptrunc half":
        e.lines.append(f"  {e.ref(instr)} = bitcast half {e.temporary(f'fptrunc {e.typed(value)} to half')} to i16")
    elif instr.attrs["how"] == "fpext half":
        e.lines.append(f"  {e.ref(instr)} = fpext half {e.temporary(f'bitcast {e.typed(value)} to half')} to float")
    elif instr.attrs["how"] in ("fptosi", "fptoui"):
        # Of numbers that don't fit the processor makes what NumPy gives; to LLVM they are poison, and not to be spread.
        number = e.temporary(f"{instr.attrs['how']} {e.typed(value)} to {llvm_type(instr.type)}")
        e.lines.append(f"  {e.ref(instr)} = freeze {llvm_type(instr.type)} {number}")
    elif value.type != instr.type:
        e.lines.append(f"  {e.ref(instr)} = {instr.attrs['how']} {e.typed(value)} to {llvm_type(instr.type)}")


def _convert_or_least(e: FunctionEmitter, instr: Instr) -> None:
    """The whole part of a float64, or -2**63 where 64 bits don't hold it: what x86 processors do by themselves."""
    if IS_X86:
        vector = e.temporary(f"insertelement <2 x double> poison, {e.typed(instr.args[0])}, i64 0")
        e.module.declare_text(_TRUNCATE, f"declare i64 @{_TRUNCATE}(<2 x double>)")
        e.lines.append(f"  {e.ref(instr)} = call i64 @{_TRUNCATE}(<2 x double> {vector})")
        return
    e.module.declare("llvm.fabs.f64", "double", instr.args)
    size = e.temporary(f"call double @llvm.fabs.f64({e.typed(instr.args[0])})")
    fits = e.temporary(f"fcmp olt double {size}, 0x43E0000000000000")
    number = e.temporary(f"fptosi {e.typed(instr.args[0])} to i64")
    e.lines.append(f"  {e.ref(instr)} = select i1 {fits}, i64 {number}, i64 {-1 << 63}")


IS_X86: Final = platform.machine().lower() in ("x86_64", "amd64")
_TRUNCATE: Final = "llvm.x86.sse2.cvttsd2si64"

# ---- intrinsics

_BY_RESULT_AND_FIRST: Final = frozenset(
    {"fptosi.sat", "fptoui.sat", "lrint", "llrint", "lround", "llround", "scmp", "ucmp"}
)
_BY_RESULT_AND_SECOND: Final = frozenset({"ldexp", "powi"})
_WITH_FALSE: Final = frozenset({"abs", "ctlz", "cttz"})
_UNMANGLED: Final = frozenset({"assume", "trap", "donothing"})


def _intrinsic(e: FunctionEmitter, instr: Instr) -> None:
    name: str = instr.attrs["name"]
    operands = [e.typed(arg) for arg in instr.args]
    if name in _UNMANGLED:
        e.module.declare(f"llvm.{name}", "void", instr.args)
        e.lines.append(f"  call void @llvm.{name}({', '.join(operands)})")
        return
    full = f"llvm.{name}.{_mangling(name, instr)}"
    result = llvm_type(instr.type)
    extra: tuple[str, ...] = ()
    if name in _WITH_FALSE:
        operands.append("i1 false")
        extra = ("i1 immarg",)
    e.module.declare(full, result, instr.args, extra)
    flags = float_flags(e, instr) if result in ("double", "float") else ""
    e.lines.append(f"  {e.ref(instr)} = call {flags}{result} @{full}({', '.join(operands)})")


def _mangling(name: str, instr: Instr) -> str:
    suffix = _suffix(instr)
    if name in _BY_RESULT_AND_FIRST:
        return f"{suffix}.{_suffix(instr.args[0])}"
    if name in _BY_RESULT_AND_SECOND:
        return f"{suffix}.{_suffix(instr.args[1])}"
    return suffix


def _suffix(value: Value) -> str:
    name = machine(value.type).name
    return "p0" if name == "ptr" else name


# ---- memory


def _ptr_add(e: FunctionEmitter, instr: Instr) -> None:
    pointer, offset = instr.args
    e.lines.append(f"  {e.ref(instr)} = getelementptr i8, ptr {e.ref(pointer)}, {e.typed(offset)}")


def _access_hints(e: FunctionEmitter, instr: Instr) -> str:
    group = instr.attrs.get("parallel")
    return "" if group is None else f", !llvm.access.group !{e.access_group(group)}"


def _load(e: FunctionEmitter, instr: Instr) -> None:
    name = machine(instr.type).name
    pointer = e.ref(instr.args[0])
    if name == "i1":
        # Any byte that is not 0 is true, also in an array of bools that views other data.
        byte = e.temporary(f"load i8, ptr {pointer}, align 1{_access_hints(e, instr)}")
        e.lines.append(f"  {e.ref(instr)} = icmp ne i8 {byte}, 0")
    else:
        text = f"load {LLVM_TYPES[name]}, ptr {pointer}, align {alignment(e.module.unit, name)}"
        e.lines.append(f"  {e.ref(instr)} = {text}{_access_hints(e, instr)}")


def _store(e: FunctionEmitter, instr: Instr) -> None:
    pointer, value = instr.args
    e.store(value, e.ref(pointer), _access_hints(e, instr))
    if not instr.attrs.get("local"):
        e.mark_dirty()


def _slots(e: FunctionEmitter, instr: Instr) -> None:
    # An empty row still needs an address of its own.
    e.entry.append(f"  {e.ref(instr)} = alloca [{max(1, instr.attrs['count'])} x i64], align 16")


def _fill(e: FunctionEmitter, instr: Instr) -> None:
    target, byte, size = instr.args
    e.module.declare_text("llvm.memset.p0.i64", "declare void @llvm.memset.p0.i64(ptr, i8, i64, i1 immarg)")
    e.lines.append(f"  call void @llvm.memset.p0.i64({e.typed(target)}, {e.typed(byte)}, {e.typed(size)}, i1 false)")
    if not instr.attrs.get("local"):
        e.mark_dirty()


def _copy(e: FunctionEmitter, instr: Instr) -> None:
    target, source, size = instr.args
    e.module.declare_text("llvm.memmove.p0.p0.i64", "declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1 immarg)")
    operands = ", ".join(map(e.typed, (target, source, size)))
    e.lines.append(f"  call void @llvm.memmove.p0.p0.i64({operands}, i1 false)")
    if not instr.attrs.get("local"):
        e.mark_dirty()


_INTEGER: Final = ("add", "sub", "mul", "sdiv", "udiv", "srem", "urem", "and", "or", "xor", "shl", "ashr", "lshr")
_FLOAT: Final = ("fadd", "fsub", "fmul", "fdiv", "frem", "fneg")

EMITTERS: Final[dict[str, Emitter]] = {
    "const": _nothing,
    "context": _nothing,
    **{name: _arithmetic(name) for name in _INTEGER},
    **{name: _float_arithmetic(name) for name in _FLOAT},
    "icmp": _comparison("icmp"),
    "fcmp": _comparison("fcmp"),
    "select": _select,
    "freeze": _freeze,
    "convert": _convert,
    "intrinsic": _intrinsic,
    "ptr_add": _ptr_add,
    "load": _load,
    "store": _store,
    "slots": _slots,
    "fill": _fill,
    "copy": _copy,
}
"""By op; checks and calls are in :mod:`minijit.codegen.emit_calls`."""
