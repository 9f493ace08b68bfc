"""Lowering of operations that are bound to something: pick the case by the types at run time, and carry it out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from minijit import types as t
from minijit.errors import InternalError
from minijit.ir.facts import fact_of_type
from minijit.ir.held_lists import as_written
from minijit.ir.nodes import UNKNOWN, Instr, Value, whole_type
from minijit.library.builder import Builder
from minijit.library.nested_functions import maker_of
from minijit.library.operations import call_anything
from minijit.library.references import take_reference
from minijit.library.registry import method
from minijit.library.sampling import service_of
from minijit.library.targets import (
    Binding,
    CapturedValue,
    Case,
    ConstantTarget,
    DefaultValue,
    EntryTarget,
    FunctionTarget,
    MethodTarget,
    PythonTarget,
)
from minijit.library.vals import Pending, PendingMethod, Val, item_of, tuple_val
from minijit.machine import parts_of
from minijit.passes.lowering.lower_objects import lower_object
from minijit.passes.lowering.ownership import gives_reference

if TYPE_CHECKING:
    from minijit.passes.lowering.lower import Lowering


def lower_binding(lowering: Lowering, instr: Instr, vals: list[Val]) -> Val:
    """Carry out a bound operation on `vals`, whatever types they have at run time."""
    binding: Binding = instr.attrs["binding"]
    row = operands_of(lowering.builder, instr, vals)
    for position in binding.as_other:
        maybe = row[position].type
        assert isinstance(maybe, t.MaybeInt)
        row[position] = Val(maybe.other, row[position].parts[1:])
    return _lower_cases(lowering, instr, binding, row, 0, whole_type(instr))


def operands_of(b: Builder, instr: Instr, vals: list[Val]) -> list[Val]:
    """The operands in the order in which the binding has them."""
    if instr.op == "compare" and instr.attrs["operator"] in ("in", "not in"):
        return vals[::-1]
    if instr.op == "unpack":
        return vals
    starred = instr.attrs.get("starred", ())
    if not starred or instr.op not in ("call", "build_tuple", "build_list", "build_set"):
        return list(vals)
    shift = 1 if instr.op == "call" else 0
    row: list[Val] = []
    for position, val in enumerate(vals):
        if position - shift not in starred or (shift and position == 0):
            row.append(val)
        else:
            assert isinstance(val.type, t.Tuple)
            row += [item_of(val, k) for k in range(len(val.type.items))]
    return row


def _lower_cases(
    lowering: Lowering, instr: Instr, binding: Binding, row: list[Val], position: int, result: t.Type
) -> Val:
    """Branch on the types of the operands from `position` on, then carry out the case for them."""
    b = lowering.builder
    for k in range(position, len(row)):
        if k in binding.whole:
            continue
        if isinstance(row[k].type, t.Union | t.MaybeInt):

            def with_type(one: Val, k: int = k) -> Val:
                return _lower_cases(lowering, instr, binding, [*row[:k], one, *row[k + 1 :]], k + 1, result)

            return b.for_each_type(row[k], with_type, result)
        if k in binding.spread and _has_choice(row[k].type):

            def with_items(one: Val, k: int = k) -> Val:
                return _lower_cases(lowering, instr, binding, [*row[:k], one, *row[k + 1 :]], k + 1, result)

            return _for_each_item_type(b, row[k], with_items, result)
    types = tuple(val.type for val in row)
    case = next((case for case in binding.cases if case.types == types), None)
    if case is None:
        raise InternalError(f"{instr.op} has no case for {', '.join(map(str, types))}")
    value = _lower_case(lowering, instr, case, row)
    if b.block.terminator is not None:
        return Val(result, [b.poison(part) for part in parts_of(result)])
    if instr in lowering.ownership.counted and not gives_reference(case.target):
        take_reference(b, value)
    return b.coerce(value, result)


def _has_choice(one: t.Type) -> bool:
    """Whether a type is a union, or a tuple or slice with a union in it."""
    match one:
        case t.Union() | t.MaybeInt():
            return True
        case t.Tuple(items):
            return any(map(_has_choice, items))
        case t.Slice(start, stop, step):
            return any(map(_has_choice, (start, stop, step)))
        case _:
            return False


def _for_each_item_type(b: Builder, value: Val, build: Callable[[Val], Val], result: t.Type) -> Val:
    """Branch on the types that the items of a tuple or slice have at run time, and build each case."""
    one = value.type
    count = len(one.items) if isinstance(one, t.Tuple) else 3

    def with_rest(done: tuple[Val, ...]) -> Val:
        if len(done) == count:
            whole = tuple_val(done)
            if isinstance(one, t.Tuple):
                return build(Val(t.Tuple(tuple(item.type for item in done), one.cls), whole.parts, whole.const))
            return build(Val(t.Slice(*(item.type for item in done)), whole.parts, tuple(item.const for item in done)))
        item = item_of(value, len(done))
        if isinstance(item.type, t.Union | t.MaybeInt):
            return b.for_each_type(item, lambda each: with_rest((*done, each)), result)
        if _has_choice(item.type):
            return _for_each_item_type(b, item, lambda each: with_rest((*done, each)), result)
        return with_rest((*done, item))

    return with_rest(())


def _lower_case(lowering: Lowering, instr: Instr, case: Case, row: list[Val]) -> Val:
    b = lowering.builder
    match case.target:
        case ConstantTarget(result, value):
            if value is not UNKNOWN:
                return lower_object(lowering, result, value)
            return Val(result, row[0].parts, row[0].const)
        case MethodTarget(result):
            if isinstance(row[0], Pending):
                return PendingMethod(result, row[0])
            return Val(result, row[0].parts)
        case EntryTarget():
            return _call_entry(b, instr, case.target, row)
        case PythonTarget():
            return _call_python(b, instr, case.target, row)
        case FunctionTarget():
            return _call_function(lowering, case.target, row)


def _call_entry(b: Builder, instr: Instr, target: EntryTarget, row: list[Val]) -> Val:
    fusion = target.entry.fusion
    lower = target.entry.lower
    if "pending" in instr.attrs and fusion is not None:
        lower = fusion.build
    if lower is None:
        raise InternalError(f"the entry {target.entry.name} has no lowering")
    keywords: tuple[str, ...] = tuple(instr.attrs.get("keywords", ()))
    b.result = whole_type(instr)
    if instr.op == "call":
        callee, *row = row
        if isinstance(callee.type, t.BoundMethod):
            row = [_receiver(callee), *row]
        elif isinstance(callee.type, t.Const) and isinstance(target.entry.function, method):
            row = [Val(t.Const(service_of(callee.type.value))), *row]
    elif instr.op == "unpack":
        row = [*row, b.constant(t.INT, instr.attrs["count"])]
    count = len(row) - len(keywords)
    value: Val = lower(b, *row[:count], **dict(zip(keywords, row[count:], strict=True)))
    return value


def _receiver(method: Val) -> Val:
    """The object that a bound method belongs to."""
    if isinstance(method, PendingMethod):
        return method.receiver
    assert isinstance(method.type, t.BoundMethod)
    receiver = method.type.receiver
    return Val(receiver, method.parts, fact_of_type(receiver).const)


def _call_python(b: Builder, instr: Instr, target: PythonTarget, row: list[Val]) -> Val:
    if instr.op == "call" and not isinstance(target.result, t.Never):
        remarks = b.function.attrs.setdefault("remarks", [])
        remarks.append((instr.span, f"{target.name} is called through Python"))
    if instr.op == "call" and not instr.attrs.get("starred"):
        row = [_as_written(arg, val) for arg, val in zip(instr.args, row, strict=True)]
    if instr.op == "call" and target.function is not call_anything:
        callee, *row = row
        if isinstance(callee.type, t.BoundMethod):
            row = [_receiver(callee), *row]
    elif instr.op == "unpack":
        row = [*row, b.constant(t.INT, instr.attrs["count"])]
    effects = " ".join(sorted(target.effects - {"raises"}))
    row = [_as_python_function(b, val) for val in row]
    return b.call_python(target.function, row, target.result, target.keywords, effects)


def _as_written(arg: Value, val: Val) -> Val:
    """A list that is held as a tuple, as the list that the program wrote."""
    one = as_written(arg, val.type)
    return val if one == val.type else Val(one, val.parts)


def _as_python_function(b: Builder, val: Val) -> Val:
    """A nested function as an object of Python's; any other value as it is."""
    if not isinstance(val.type, t.Closure):
        return val
    whole = Val(t.Tuple(val.type.captured), val.parts)
    captured = [_as_python_function(b, item_of(whole, position)) for position in range(len(val.type.captured))]
    return b.call_python(maker_of(val.type.function), captured, t.OBJECT, effects="")


def _call_function(lowering: Lowering, target: FunctionTarget, row: list[Val]) -> Val:
    """Call another native function of the unit."""
    b = lowering.builder
    instance = target.instance
    parts: list[Value] = []
    for source, fact in zip(target.arguments, instance.arguments, strict=True):
        if isinstance(source, DefaultValue):
            val = lower_object(lowering, source.type, source.value)
        elif isinstance(source, CapturedValue):
            callee = row[0]
            assert isinstance(callee.type, t.Closure)
            val = item_of(Val(t.Tuple(callee.type.captured), callee.parts), source.position)
        elif isinstance(source, tuple):
            val = tuple_val([row[position] for position in source])
        else:
            val = row[source]
            if source == 0 and isinstance(val.type, t.BoundMethod):
                val = _receiver(val)
        parts += b.coerce(val, fact.type).parts
    result = instance.result.type
    slots = b.slots(len(parts_of(result)))
    b.emit(
        "invoke",
        [slots, *parts],
        function=instance.symbol,
        site=b.site("call"),
        effects=instance.visible_effects(),
    )
    if isinstance(result, t.Never):
        b.leave(b.site("bail", SystemError, "a function returned that was taken never to return"))
        return Val(t.NEVER)
    return Val(result, b.load_slots(slots, parts_of(result)), fact_of_type(result).const)
