"""Attributes of instances: which are read by native code, which by Python, and what has to be known beforehand."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from types import FunctionType, MemberDescriptorType
from typing import TYPE_CHECKING, Any, Final

from minijit import types as t
from minijit.errors import Unsupported
from minijit.instance_types import ABSENT, SAY, FieldsNeededError, Mode, held_by_class, is_frozen, is_plain_attribute
from minijit.ir.facts import Fact, fact_of_type
from minijit.ir.guards import MISSING, Guard
from minijit.ir.nodes import Instr
from minijit.library.instances import register_attribute
from minijit.library.operations import attribute_setter
from minijit.library.registry import attribute, stored_attribute
from minijit.library.sampling import is_service
from minijit.library.targets import Binding, ConstantTarget, MethodTarget, PythonTarget, Target
from minijit.typeinfer.python_calls import resolve_object_attribute, resolve_object_store

if TYPE_CHECKING:
    from minijit.typeinfer.inference import Inference
    from minijit.typeinfer.program import Program

_OPEN: Final = (t.Object, t.Instance, t.PythonList, t.Closure)
_READS: Final[frozenset[str]] = frozenset({"raises"})
_WRITES: Final[frozenset[str]] = frozenset({"writes", "raises"})


def resolve_instance_attribute(program: Program, name: str, fact: Fact) -> tuple[Target, Fact]:
    """Bind ``instance.name``."""
    kind, field = _known_field(fact, name)
    held = _watch(program, kind.cls, name)
    if field.mode == "method":
        method = t.BoundMethod(kind, name)
        return MethodTarget(method), Fact(method)
    if field.mode == "live":
        return PythonTarget(operator.attrgetter(name), field.type, (), _READS), fact_of_type(field.type)
    if field.mode == "python":
        if held is not ABSENT and not is_plain_attribute(held):
            return resolve_object_attribute(name)
        # There is none, or not yet.
        return PythonTarget(operator.attrgetter(name), t.OBJECT, (), _READS), Fact(t.OBJECT)
    register_attribute(name)
    found = program.resolver.entry(attribute(name), (fact,), {})
    assert found is not None
    return found


def property_of(program: Program, one: t.Type, name: str) -> FunctionType | None:
    """The function that gives an attribute which the class of an instance computes."""
    if not isinstance(one, t.Instance):
        return None
    held = held_by_class(one.cls, name)
    getter: Any = getattr(held.fget, "py_func", held.fget) if isinstance(held, property) else None
    if not isinstance(getter, FunctionType):
        return None
    _watch(program, one.cls, name)
    program.add_guard(Guard("function", getter, getter.__name__, getter))
    return getter


def method_function(program: Program, one: t.Type, name: str) -> FunctionType | None:
    """The function of the user's that a method of an instance is."""
    if not isinstance(one, t.Instance):
        return None
    held = held_by_class(one.cls, name)
    function: Any = getattr(held, "py_func", held)
    if not isinstance(function, FunctionType):
        return None
    _watch(program, one.cls, name)
    program.add_guard(Guard("function", function, function.__name__, function))
    return function


def resolve_instance_store(
    inference: Inference, instr: Instr, target: Fact, value: Fact
) -> tuple[Target, Fact]:
    """Bind ``instance.name = value``."""
    name = instr.attrs["name"]
    is_same = _stores_what_it_holds(instr, value.type) and _is_own(target.type, name)
    kind, field = _known_field(target, name)
    program = inference.program
    held = _watch(program, kind.cls, name)
    if not is_plain_attribute(held) or is_frozen(kind.cls):
        return resolve_object_store(kind, name, value)
    if field.mode == "value":
        if is_same:
            return ConstantTarget(t.NONE, None), Fact(t.NONE, None)
        stored: dict[str, Mode | None] = dict.fromkeys(_stored_names(inference.source.blocks), "cell")
        raise FieldsNeededError(kind.cls, {**stored, name: "cell"})
    if field.mode == "cell":
        register_attribute(name)
        found = program.resolver.entry(stored_attribute(name), (target, value), {})
        if found is not None:
            return found
        raise FieldsNeededError(kind.cls, {name: "cell"}, value.type)
    if field.mode == "live" and not _stays(field.type, value.type):
        raise FieldsNeededError(kind.cls, {name: "python"})
    resolve_object_store(kind, name, value)
    return PythonTarget(attribute_setter(name), t.NONE, (), _WRITES), Fact(t.NONE)


def _stores_what_it_holds(instr: Instr, value: t.Type) -> bool:
    """Whether a store is the end of ``instance.name += ...`` for an array, which stays the same object."""
    owner, made = instr.args
    if not (isinstance(made, Instr) and made.op == "inplace" and isinstance(value, t.Array)):
        return False
    read = made.args[0]
    is_read = isinstance(read, Instr) and read.op == "getattr" and read.attrs["name"] == instr.attrs["name"]
    return is_read and read.args[0] is owner  # type: ignore[union-attr]


def _is_own(one: t.Type, name: str) -> bool:
    """Whether an attribute is the instance's own, not its class's."""
    held = held_by_class(one.cls, name) if isinstance(one, t.Instance) else None
    return held is ABSENT or isinstance(held, MemberDescriptorType)


def _stays(held: t.Type, stored: t.Type) -> bool:
    """Whether an attribute is of the type that it is read as, after a store."""
    if isinstance(held, t.Object):
        return held.cls is None or (isinstance(stored, t.Object) and stored.cls is held.cls)
    if isinstance(held, t.Array) and isinstance(stored, t.Array):
        return (held.dtype, held.ndim, held.writable) == (stored.dtype, stored.ndim, stored.writable) and (
            held.layout in ("A", stored.layout)
        )
    return held == stored


def _stored_names(blocks: Iterable[Any]) -> list[str]:
    return [instr.attrs["name"] for block in blocks for instr in block.instrs if instr.op == "setattr"]


def _known_field(fact: Fact, name: str) -> tuple[t.Instance, t.Field]:
    kind = fact.type
    assert isinstance(kind, t.Instance)
    field = kind.field(name)
    if field is None:
        raise FieldsNeededError(kind.cls, {name: None})
    return kind, field


def _watch(program: Program, cls: type, name: str) -> object:
    """What the class holds under a name, which is watched from now on."""
    for each in (name, *SAY):
        held = held_by_class(cls, each)
        program.add_guard(Guard("class", cls, each, MISSING if held is ABSENT else held))
    return held_by_class(cls, name)


# ---- what Python may change meanwhile


def require_untouched(bindings: Sequence[dict[Instr, Binding]], arguments: Sequence[t.Type]) -> None:
    """Have Python read the attributes each time if it may run code that changes them, as long as the call runs."""
    if not any(_is_held(one) for one in arguments):
        return
    for each in bindings:
        for binding in each.values():
            for case in binding.cases:
                if isinstance(case.target, PythonTarget) and _may_run_code(case.target, case.types):
                    raise FieldsNeededError(None, {})


def _is_held(one: t.Type) -> bool:
    return isinstance(one, t.Instance) and any(field.mode in ("value", "cell") for field in one.fields)


def _may_run_code(target: PythonTarget, operands: tuple[t.Type, ...]) -> bool:
    """Whether a call through Python may run code of the user's."""
    if "unknown" not in target.effects or isinstance(target.result, t.Never):
        return False
    if any(isinstance(one, _OPEN) and not _is_of_service(one) for one in operands):
        return True
    if any(isinstance(one, t.Const) and isinstance(one.value, FunctionType) for one in operands[1:]):
        return True
    function = target.function
    module = (getattr(function, "__module__", None) or "").partition(".")[0]
    owner = getattr(function, "__objclass__", None)
    return not (module in ("numpy", "math", "random") or function is print or is_service(owner or object))


def _is_of_service(one: t.Type) -> bool:
    return isinstance(one, t.Object) and one.cls is not None and is_service(one.cls)


def refuse_without_gain(bindings: Sequence[dict[Instr, Binding]], arguments: Sequence[t.Type], loops: bool) -> None:
    """Leave to the interpreter what has no loop and asks Python about instances: the interpreter does that faster."""
    if loops or not any(isinstance(one, t.Instance) for one in arguments):
        return
    for each in bindings:
        for instr, binding in each.items():
            targets = [case.target for case in binding.cases]
            if instr.op in ("getattr", "setattr") and any(isinstance(one, PythonTarget) for one in targets):
                raise Unsupported("attributes that only Python reads, outside of loops", "pass numbers and arrays")
