"""The typing rule of each op of the stage "python"."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from minijit import types as t
from minijit.errors import Unsupported
from minijit.ir.facts import NOTHING, Fact, fact_of_type
from minijit.ir.guards import Guard
from minijit.ir.held_lists import as_written, constant_as
from minijit.ir.nodes import UNKNOWN, Instr
from minijit.library.operations import (
    format_value,
    getitem_by_list,
    item_at,
    join_strings,
    length_of,
    setitem_by_list,
    walk_over,
)
from minijit.library.plain_values import is_plain
from minijit.library.registry import stored_attribute
from minijit.library.structures import register_fields
from minijit.library.targets import Binding, Case, ConstantTarget, PythonTarget, Target
from minijit.typeinfer import attempts, dicts, display_rules, lists, unpacking
from minijit.typeinfer.bodies import has_bodies, operation
from minijit.typeinfer.calls import resolve_attribute, resolve_call
from minijit.typeinfer.displays import item_function, takes_all
from minijit.typeinfer.errstate import enter_errstate
from minijit.typeinfer.facts import fact_of_object
from minijit.typeinfer.instances import resolve_instance_store
from minijit.typeinfer.kept_functions import refuse_kept_functions
from minijit.typeinfer.python_calls import (
    is_object,
    resolve_object_operation,
    resolve_object_store,
)
from minijit.typeinfer.reshaped_arrays import set_shape_rule
from minijit.typeinfer.resolve import resolve

if TYPE_CHECKING:
    from minijit.typeinfer.inference import Inference

BINARY: Final[dict[str, Callable[..., Any]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "@": operator.matmul,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
}
INPLACE: Final[dict[str, Callable[..., Any]]] = {
    "+": operator.iadd,
    "-": operator.isub,
    "*": operator.imul,
    "/": operator.itruediv,
    "//": operator.ifloordiv,
    "%": operator.imod,
    "**": operator.ipow,
    "@": operator.imatmul,
    "<<": operator.ilshift,
    ">>": operator.irshift,
    "&": operator.iand,
    "|": operator.ior,
    "^": operator.ixor,
}
UNARY: Final[dict[str, Callable[..., Any]]] = {
    "-": operator.neg,
    "+": operator.pos,
    "~": operator.invert,
    "not": operator.not_,
}
COMPARE: Final[dict[str, Callable[..., Any]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "is": operator.is_,
    "is not": operator.is_not,
    "in": operator.contains,
    "not in": operator.contains,
}

Inputs = tuple[Fact, ...]
Rule = Callable[["Inference", Instr, Inputs], Fact]


def _const(inference: Inference, instr: Instr, _inputs: Inputs) -> Fact:
    if "imported" in instr.attrs:
        name, module = instr.attrs["imported"], instr.attrs["value"]
        inference.program.add_guard(Guard("attribute", sys.modules, name, module))
    return fact_of_object(instr.attrs["value"], inference.program.type_of)


def _global(inference: Inference, instr: Instr, _inputs: Inputs) -> Fact:
    return inference.name_bound_to(instr, inference.program.fact_of_global(inference.function, instr.attrs["name"]))


def _freevar(inference: Inference, instr: Instr, _inputs: Inputs) -> Fact:
    return inference.name_bound_to(instr, inference.program.fact_of_cell(inference.function, instr.attrs["name"]))


def _unbound(_inference: Inference, _instr: Instr, _inputs: Inputs) -> Fact:
    return Fact(t.UNBOUND)


def _check_bound(_inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    (fact,) = inputs
    if "captured" in instr.attrs and t.UNBOUND in t.members_of(fact.type):
        name = instr.attrs["name"]
        raise Unsupported(f"a nested function that uses {name!r}, which may be unassigned", f"assign {name!r} before")
    if isinstance(fact.type, t.Union) and t.UNBOUND in fact.type.members:
        return fact_of_type(t.union_of(tuple(one for one in fact.type.members if one != t.UNBOUND)))
    return NOTHING if fact.type == t.UNBOUND else fact


def _binary(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    symbol = instr.attrs["operator"]
    return inference.operation(instr, BINARY[symbol], inputs, f"the operator {symbol}")


def _inplace(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    symbol = instr.attrs["operator"]
    resolver = inference.program.resolver
    if isinstance(inputs[0].type, t.List) and symbol == "+":
        lists.store_items_of(inputs[0].type, inputs[1])

    def single(row: Inputs) -> Any:
        if isinstance(row[0].type, t.Array):
            found = resolver.entry(INPLACE[symbol], row, {})
            if found is None:
                raise Unsupported(
                    f"{symbol}= between {row[0].type} and {row[1].type}", "write a loop over the elements"
                )
            return found
        if isinstance(row[0].type, t.List):
            return resolver.entry_or_error(INPLACE[symbol], row, {}, f"the operator {symbol}=")
        if is_object(row[0].type):
            return resolve_object_operation(INPLACE[symbol], row, f"the operator {symbol}=")
        found = resolver.entry(BINARY[symbol], row, {})
        # Python's own error names the augmented operator.
        return found or resolver.entry_or_error(INPLACE[symbol], row, {}, f"the operator {symbol}=")

    return inference.bind(instr, resolve(BINARY[symbol], inputs, single))


def _unary(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    symbol = instr.attrs["operator"]
    if symbol == "not":
        fact = _truth(inference, instr, inputs)
        return Fact(t.BOOL, not fact.const) if isinstance(fact.const, bool) else fact
    return inference.operation(instr, UNARY[symbol], inputs, f"the unary operator {symbol}")


def _compare(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    symbol = instr.attrs["operator"]
    if symbol in ("in", "not in"):
        inputs = inputs[::-1]
    if symbol in ("in", "not in") and isinstance(inputs[0].type, t.Dict):
        return operation(inference, instr, operator.contains, inputs)
    fact = inference.operation(instr, COMPARE[symbol], inputs, f"the operator {symbol}")
    if symbol == "not in" and isinstance(fact.const, bool):
        return Fact(t.BOOL, not fact.const)
    return fact


def _truth(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    return inference.operation(instr, operator.truth, inputs, "the truth value")


def _getattr(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    name = instr.attrs["name"]
    return inference.bind(
        instr, resolve(getattr, inputs, lambda row: resolve_attribute(inference.program, name, row[0]))
    )


_ELEMENTS: Final = ("flat", "real", "imag")
"""Attributes of arrays that stand for their elements: what is assigned to them is stored into the array."""


def _setattr(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    name = instr.attrs["name"]

    def single(row: Inputs) -> Any:
        if isinstance(row[0].type, t.Instance):
            return resolve_instance_store(inference, instr, row[0], row[1])
        if is_object(row[0].type) or (isinstance(row[0].type, t.Array) and name in _ELEMENTS):
            return resolve_object_store(row[0].type, name, row[1])
        if isinstance(row[0].type, t.RecordArray | t.Record):
            register_fields(row[0].type)
            found = inference.program.resolver.entry(stored_attribute(name), row, {})
            return found or resolve_object_store(row[0].type, name, row[1])
        raise Unsupported(f"an assignment to the attribute {name!r}", "return the new value instead")

    return inference.bind(instr, resolve(setattr, inputs, single))


def _delitem(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    if has_bodies(inputs):
        return operation(inference, instr, operator.delitem, inputs)

    def single(row: Inputs) -> Any:
        if is_object(row[0].type):
            return resolve_object_operation(operator.delitem, row, "the deletion of an item")
        found = inference.program.resolver.entry(operator.delitem, row, {})
        if found is not None:
            return found
        raise Unsupported("the deletion of an item", "make a new tuple or array without it")

    return inference.bind(instr, resolve(operator.delitem, inputs, single))


def _getitem(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    if isinstance(inputs[0].type, t.Dict):
        return operation(inference, instr, operator.getitem, inputs)
    function = item_function(inference, instr, operator.getitem, getitem_by_list)
    return inference.operation(instr, function, inputs, "indexing")


def _setitem(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    if has_bodies(inputs):
        return operation(inference, instr, operator.setitem, inputs)
    found = lists.set_item(inference, instr, inputs)
    if found is not None:
        return found
    function = item_function(inference, instr, operator.setitem, setitem_by_list)
    return inference.operation(instr, function, inputs, "an assignment to an item")


def _call(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    keywords = tuple(instr.attrs.get("keywords", ()))
    inputs = display_rules.expand_starred(inputs, instr)
    is_raised = instr in inference.raised and not any(isinstance(fact.type, t.Union) for fact in inputs)
    if instr.attrs.get("generator") and not takes_all(inference, instr.args[0]):
        raise Unsupported("a generator expression given to a function of that name", "make a list of it beforehand")
    if len(inputs) == 1 and (inputs[0].const is dict or inputs[0].const is set) and instr not in inference.program.kept:
        return dicts.made(inference, instr, inputs, inputs[0].const)
    whole = lists.call_method(inference, instr, inputs)

    def single(row: Inputs) -> Any:
        if instr in inference.program.kept:
            return lists.made_by_python(row, keywords)
        found = resolve_call(inference.program, row, keywords, is_raised=is_raised)
        written = _as_written(instr, row)
        if written == row or not isinstance(found[0], PythonTarget):
            return found
        by_python = resolve_call(inference.program, written, keywords, is_raised=is_raised)
        return by_python if isinstance(by_python[0], PythonTarget) else found

    result = inference.bind(instr, resolve(instr, inputs, single, whole))
    refuse_kept_functions(inference, instr, result)
    return result


def _as_written(instr: Instr, row: Inputs) -> Inputs:
    """The operands of a call, with lists where the program wrote some: what Python is given."""
    if instr.attrs.get("starred"):
        return row
    types = [as_written(arg, fact.type) for arg, fact in zip(instr.args, row, strict=True)]
    return tuple(
        fact if one == fact.type else Fact(one, constant_as(one, fact.const))
        for one, fact in zip(types, row, strict=True)
    )


def _make_function(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    function = inference.program.nested_function(inference.function, instr)
    return fact_of_type(t.Closure(function, tuple(fact.type for fact in inputs)))


def _build_slice(_inference: Inference, _instr: Instr, inputs: Inputs) -> Fact:
    start, stop, step = inputs
    whole = t.Slice(start.type, stop.type, step.type)
    if any(fact.const is UNKNOWN for fact in inputs):
        return Fact(whole)
    return Fact(whole, tuple(fact.const for fact in inputs))


def _build_string(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    target = PythonTarget(join_strings, t.STRING, (), frozenset({"raises"}))
    return inference.bind(instr, resolve(join_strings, inputs, lambda _row: (target, Fact(t.STRING))))


def _format_value(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    function = format_value(instr.attrs.get("conversion", ""))

    def formatted(row: Inputs) -> tuple[Target, Fact]:
        effects = frozenset({"raises"} if all(is_plain(fact.type) for fact in row) else {"unknown", "raises"})
        return PythonTarget(function, t.STRING, (), effects), Fact(t.STRING)

    return inference.bind(instr, resolve(function, inputs, formatted))


def _unpack(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    return inference.bind(instr, resolve(instr, inputs, lambda row: unpacking.resolve_unpack(inference, instr, row[0])))


def _tuple_item(_inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    (fact,) = inputs
    index = instr.attrs["index"]
    if not isinstance(fact.type, t.Tuple):
        raise Unsupported(f"unpacking {fact.type}")
    if isinstance(fact.const, tuple):
        return Fact(fact.type.items[index], fact.const[index])
    return fact_of_type(fact.type.items[index])


def _get_iter(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    (fact,) = inputs
    resolver = inference.program.resolver
    if isinstance(fact.type, t.Dict):
        return operation(inference, instr, walk_over, inputs)
    if isinstance(fact.type, t.Union | t.MaybeInt):
        raise Unsupported(f"iteration over a variable of type {fact.type}", "give it one type on all paths")
    if resolver.entry(length_of, (fact,), {}) is None:
        found = resolver.entry_or_error(iter, (fact,), {}, "iteration")
        case = Case((fact.type,), found[0], t.NEVER)
        return inference.bind(instr, (Binding((case,)), NOTHING))
    case = Case((fact.type,), ConstantTarget(fact.type, fact.const), fact.type)
    return inference.bind(instr, (Binding((case,)), fact))


def _iter_len(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    return inference.operation(instr, length_of, inputs, "iteration")


def _index(_inference: Inference, _instr: Instr, _inputs: Inputs) -> Fact:
    return Fact(t.INDEX)


def _iter_more(_inference: Inference, _instr: Instr, _inputs: Inputs) -> Fact:
    return Fact(t.BOOL)


def _iter_item(inference: Inference, instr: Instr, inputs: Inputs) -> Fact:
    return inference.operation(instr, item_at, inputs, "iteration")


RULES: Final[dict[str, Rule]] = {
    "const": _const,
    "global": _global,
    "freevar": _freevar,
    "unbound": _unbound,
    "check_bound": _check_bound,
    "binary": _binary,
    "inplace": _inplace,
    "unary": _unary,
    "compare": _compare,
    "truth": _truth,
    "getattr": _getattr,
    "setattr": _setattr,
    "set_shape": set_shape_rule,
    "getitem": _getitem,
    "setitem": _setitem,
    "delitem": _delitem,
    "call": _call,
    "enter_errstate": enter_errstate,
    "throw": attempts.throw,
    "caught": attempts.caught,
    "build_tuple": display_rules.build_tuple,
    "build_list": display_rules.build_list,
    "list_append": display_rules.list_append,
    "build_dict": display_rules.build_dict,
    "build_set": display_rules.build_set,
    "make_function": _make_function,
    "build_slice": _build_slice,
    "build_string": _build_string,
    "format_value": _format_value,
    "unpack": _unpack,
    "tuple_item": _tuple_item,
    "get_iter": _get_iter,
    "iter_len": _iter_len,
    "iter_start": _index,
    "iter_more": _iter_more,
    "iter_item": _iter_item,
    "iter_next": _index,
}
