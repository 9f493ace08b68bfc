"""Emission of checks and calls: everything that may leave the function in the middle of a block."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from minijit.codegen.emit_function import FunctionEmitter
from minijit.codegen.emit_literals import llvm_type, machine, symbol
from minijit.codegen.emit_ops import Emitter
from minijit.codegen.emit_recursion import emit_call, store_depth
from minijit.codegen.thunks import thunk_symbol
from minijit.ir.builder import known
from minijit.ir.nodes import Instr, Value
from minijit.machine import Machine
from minijit.runtime.elementary.functions import SYMBOLS as ELEMENTARY
from minijit.runtime.first_entry import ENTRY_BYTES as LATE_ENTRY_BYTES

VISIBLE: Final = frozenset({"writes", "io", "unknown"})
"""Effects after which the interpreter can't run the call again as if nothing had happened."""


LATE_TABLE: Final = "mj_late"
"""The symbol of the table of late functions (:mod:`minijit.runtime.first_entry`)."""


def _overflow(name: str) -> Emitter:
    def emit(e: FunctionEmitter, instr: Instr) -> None:
        left, right = instr.args
        ty = llvm_type(left.type)
        sign = "u" if instr.attrs.get("unsigned") else "s"
        full = f"llvm.{sign}{name}.with.overflow.{ty}"
        e.module.declare(full, f"{{ {ty}, i1 }}", instr.args)
        pair = e.temporary(f"call {{ {ty}, i1 }} @{full}({e.typed(left)}, {e.typed(right)})")
        e.lines.append(f"  {e.ref(instr)} = extractvalue {{ {ty}, i1 }} {pair}, 0")
        wrong = e.temporary(f"extractvalue {{ {ty}, i1 }} {pair}, 1")
        e.branch_cold(wrong, e.exit_label(instr.attrs["site"], instr.args), when=True)

    return emit


def _shift_left(e: FunctionEmitter, instr: Instr) -> None:
    """The number fits if shifting back gives what it was; LLVM gives no meaning to counts from the width on."""
    value, count = instr.args
    ty, bits = llvm_type(value.type), machine(value.type).bits
    shifted = known(value)
    if isinstance(shifted, int) and shifted > 0:
        e.lines.append(f"  {e.ref(instr)} = shl nuw nsw {ty} {e.ref(value)}, {e.ref(count)}")
        fits = e.temporary(f"icmp ult {ty} {e.ref(count)}, {bits - shifted.bit_length()}")
        e.branch_cold(fits, e.exit_label(instr.attrs["site"], []), when=False)
        return
    number = known(count)
    small = number is not None and 0 <= number < bits
    shift = e.ref(count) if small else e.temporary(f"and {ty} {e.ref(count)}, {bits - 1}")
    e.lines.append(f"  {e.ref(instr)} = shl {ty} {e.ref(value)}, {shift}")
    back = e.temporary(f"ashr {ty} {e.ref(instr)}, {shift}")
    fits = e.temporary(f"icmp eq {ty} {back}, {e.ref(value)}")
    if not small:
        inside = e.temporary(f"icmp ult {ty} {e.ref(count)}, {bits}")
        nothing = e.temporary(f"icmp eq {ty} {e.ref(value)}, 0")
        fits = e.temporary(f"or i1 {nothing}, {e.temporary(f'and i1 {inside}, {fits}')}")
    e.branch_cold(fits, e.exit_label(instr.attrs["site"], []), when=False)


def _check(e: FunctionEmitter, instr: Instr) -> None:
    condition, *payload = instr.args
    e.branch_cold(e.ref(condition), e.exit_label(instr.attrs["site"], payload), when=False)


def _check_index(e: FunctionEmitter, instr: Instr) -> None:
    """One unsigned compare; an index that may be negative is wrapped out of line, and tested again there."""
    index, length = instr.args
    ty, index_name, length_name = llvm_type(index.type), e.ref(index), e.ref(length)
    leave = e.exit_label(instr.attrs["site"], [index, length])
    inside = e.temporary(f"icmp ult {ty} {index_name}, {length_name}")
    if not instr.attrs.get("signed"):
        e.branch_cold(inside, leave, when=False)
        # The result is the index itself; freeze would only hide that from LLVM.
        e.lines.append(f"  {e.ref(instr)} = or {ty} {index_name}, 0")
        return
    here, wrap, go = e.label, e.fresh_label("w"), e.fresh_label("c")
    e.lines.append(f"  br i1 {inside}, label %{go}, label %{wrap}, !prof !0")
    wrapped, inside_now = e.fresh(), e.fresh()
    e.cold += [
        f"{wrap}:",
        f"  {wrapped} = add {ty} {index_name}, {length_name}",
        f"  {inside_now} = icmp ult {ty} {wrapped}, {length_name}",
        f"  br i1 {inside_now}, label %{go}, label %{leave}, !prof !0",
    ]
    e.begin(go)
    e.lines.append(f"  {e.ref(instr)} = phi {ty} [ {index_name}, %{here} ], [ {wrapped}, %{wrap} ]")


# ---- calls


def _call_c(e: FunctionEmitter, instr: Instr) -> None:
    name: str = instr.attrs["symbol"]
    result = _result_of(instr)
    effects = frozenset(instr.attrs.get("effects", ("unknown",)))
    e.module.declare_c(name, result, instr.args, effects)
    operands = ", ".join(map(e.typed, instr.args))
    vector = e.module.vector_variants(instr)
    if name in ELEMENTARY and not e.is_hot():
        # Copies of a formula pay where loops are vectorised; elsewhere they only cost compile time.
        vector += " noinline"
    if result is None:
        e.lines.append(f"  call void {symbol(name)}({operands}){vector}")
    else:
        e.lines.append(f"  {e.ref(instr)} = call {llvm_type(result)} {symbol(name)}({operands}){vector}")
    if effects & VISIBLE:
        e.mark_dirty()


def _result_of(instr: Instr) -> Machine | None:
    if "result" in instr.attrs:
        result: Machine | None = instr.attrs["result"]
        return result
    return instr.type if isinstance(instr.type, Machine) else None


def _invoke(e: FunctionEmitter, instr: Instr) -> None:
    slots, *parts = instr.args
    name: str = instr.attrs["function"]
    e.module.declare_native(name, parts)
    status, returned, recursion = emit_call(e, instr)
    if "caught" in instr.attrs:
        if recursion is not None:
            recursion.store(e, returned, e.ref(slots))
        e.lines.append(f"  {e.ref(instr)} = zext i32 {status} to i64")
        return
    _leave_with_callee(e, status, instr.attrs["site"])
    if recursion is not None:
        recursion.store(e, returned, e.ref(slots))
    if _has_visible_effects(instr.attrs.get("effects", ("unknown",))):
        e.mark_dirty()


def _call_native(e: FunctionEmitter, name: str, args: Iterable[Value]) -> str:
    operands = ", ".join(["ptr %ctx", *map(e.typed, args)])
    return e.temporary(f"call i32 {symbol(name)}({operands})")


def _leave_with_callee(e: FunctionEmitter, status: str, site: int) -> None:
    """Where the callee left, note the place of the call and leave with the callee's status."""
    failed = e.temporary(f"icmp ne i32 {status}, 0")
    label = e.fresh_label("x")
    e.module.declare_text("mj_trace", "declare void @mj_trace(ptr, i32) #2")
    e.cold += [f"{label}:", f"  call void @mj_trace(ptr %ctx, i32 {site})"]
    e.leave_from(e.cold, label, status)
    e.branch_cold(failed, label, when=True)


def _call_late(e: FunctionEmitter, instr: Instr) -> None:
    """Call through the table of late functions. What leaves the late function leaves this one: it is a part of it."""
    store_depth(e)
    e.module.declare_text(LATE_TABLE, f"@{LATE_TABLE} = external global i8")
    entry = f"getelementptr (i8, ptr @{LATE_TABLE}, i64 {LATE_ENTRY_BYTES * instr.attrs['number']})"
    code = e.temporary(f"load ptr, ptr {entry}, align 8")
    status = e.temporary(f"call i32 {code}(ptr %ctx, ptr {entry}, {e.typed(instr.args[0])})")
    failed = e.temporary(f"icmp ne i32 {status}, 0")
    label = e.fresh_label("x")
    e.cold.append(f"{label}:")
    e.leave_from(e.cold, label, status)
    e.branch_cold(failed, label, when=True)


def _has_changed(e: FunctionEmitter, instr: Instr) -> None:
    e.has_dirty = True
    e.lines.append(f"  {e.ref(instr)} = load i1, ptr %dirty, align 1")


def _mark_changed(e: FunctionEmitter, instr: Instr) -> None:
    e.has_dirty = True
    before = e.temporary("load i1, ptr %dirty, align 1")
    now = e.temporary(f"or i1 {before}, {e.ref(instr.args[0])}")
    e.lines.append(f"  store i1 {now}, ptr %dirty, align 1")


def _call_python(e: FunctionEmitter, instr: Instr) -> None:
    """Status 1 of a thunk: Python raised; 2: the result is of a type that native code does not expect."""
    name = thunk_symbol(e.module.unit, instr.attrs["thunk"])
    e.module.declare_text(name, f"declare i32 {symbol(name)}(ptr, ptr, ptr) #3")
    status = _call_native(e, name, instr.args)
    if _has_visible_effects(instr.attrs.get("effects", ("unknown",))):
        e.mark_dirty()
    if "caught" in instr.attrs:
        e.lines.append(f"  {e.ref(instr)} = zext i32 {status} to i64")
        other = e.temporary(f"icmp eq i32 {status}, 2")
        e.branch_cold(other, e.exit_label(instr.attrs["bail_site"], []), when=True)
        return
    raised = e.exit_label(instr.attrs["site"], [])
    other = e.exit_label(instr.attrs["bail_site"], []) if "bail_site" in instr.attrs else raised
    failed = e.temporary(f"icmp ne i32 {status}, 0")
    label = raised
    if other != raised:
        label, is_raise = e.fresh_label("x"), e.fresh()
        e.cold += [
            f"{label}:",
            f"  {is_raise} = icmp eq i32 {status}, 1",
            f"  br i1 {is_raise}, label %{raised}, label %{other}",
        ]
    e.branch_cold(failed, label, when=True)


def _has_visible_effects(effects: Iterable[str]) -> bool:
    return not VISIBLE.isdisjoint(effects)


def _incref(e: FunctionEmitter, instr: Instr) -> None:
    e.module.include("incref")
    e.lines.append(f"  call void @incref({e.typed(instr.args[0])})")


def _decref(e: FunctionEmitter, instr: Instr) -> None:
    e.module.include("decref")
    e.lines.append(f"  call void @decref(ptr %ctx, {e.typed(instr.args[0])})")


EMITTERS: Final[dict[str, Emitter]] = {
    "check_add": _overflow("add"),
    "check_sub": _overflow("sub"),
    "check_mul": _overflow("mul"),
    "check_shl": _shift_left,
    "check_index": _check_index,
    "check_divisor": _check,
    "check_shape": _check,
    "check": _check,
    "call_c": _call_c,
    "invoke": _invoke,
    "call_python": _call_python,
    "call_late": _call_late,
    "has_changed": _has_changed,
    "mark_changed": _mark_changed,
    "incref": _incref,
    "decref": _decref,
}
"""By op; the rest is in :mod:`minijit.codegen.emit_ops`."""
