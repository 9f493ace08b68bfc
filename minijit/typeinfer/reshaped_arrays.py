"""``a.shape = n``: taken where nobody else holds the array, so that it is the same as ``a = a.reshape(n)``.

The array must have been made shortly before, in the same block, by something that gives a new object; and until then
it must have been used for nothing that might keep the object or give it back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from minijit import types as t
from minijit.errors import Unsupported
from minijit.ir.facts import Fact
from minijit.ir.nodes import Block, Instr, Value
from minijit.library.operations import set_shape
from minijit.library.targets import EntryTarget, PythonTarget, Target
from minijit.typeinfer.python_calls import resolve_object_store
from minijit.typeinfer.resolve import resolve

if TYPE_CHECKING:
    from minijit.typeinfer.inference import Inference

_READING: Final = frozenset({"binary", "unary", "compare", "truth", "getitem", "getattr", "call"})


def set_shape_rule(inference: Inference, instr: Instr, inputs: tuple[Fact, ...]) -> Fact:
    """The rule of ``set_shape``, which gives the array in its new shape."""
    array = inputs[0]
    if isinstance(array.type, t.Object):
        return inference.bind(instr, resolve(set_shape, inputs, _by_python))
    is_plain = isinstance(array.type, t.Array) and array.type.layout == "C"
    if not is_plain or not _is_held_by_nobody_else(inference, instr):
        raise Unsupported("an assignment to the attribute 'shape'", "use reshape")
    return inference.operation(instr, np.reshape, inputs, "a new shape")


def _by_python(row: tuple[Fact, ...]) -> tuple[Target, Fact]:
    resolve_object_store(row[0].type, "shape", row[1])
    return PythonTarget(set_shape, row[0].type), Fact(row[0].type)


def _is_held_by_nobody_else(inference: Inference, instr: Instr) -> bool:
    array = instr.args[0]
    block = next(each for each in inference.source.blocks if instr in each.instrs)
    before = block.instrs[: block.instrs.index(instr)]
    if array not in before or not _is_new(inference, array):
        return False
    for user, place in _users(inference, array):
        if user is instr:
            continue
        if place is not block or not isinstance(user, Instr) or user not in before or not _only_reads(inference, user):
            return False
    return True


def _users(inference: Inference, value: Value) -> list[tuple[object, Block]]:
    found: list[tuple[object, Block]] = []
    for block in inference.source.blocks:
        found += [(instr, block) for instr in block.instrs if value in instr.args]
        if block.terminator is not None and value in block.terminator.args:
            found.append((block.terminator, block))
        found += [(edge, block) for edge in block.edges if value in edge.args]
    return found


def _is_new(inference: Inference, value: Value) -> bool:
    """Whether an operation makes an object that did not exist before."""
    if not isinstance(value, Instr):
        return False
    if value.op == "tuple_item":
        (items,) = value.args
        is_row = isinstance(items, Instr) and items.op == "unpack"
        return is_row and isinstance(inference.fact(items.args[0]).type, t.Array)  # type: ignore[union-attr]
    if value.op == "getitem":
        return isinstance(inference.fact(value.args[0]).type, t.Array)
    return value.op in ("binary", "unary", "call") and _allocates(inference, value)


def _only_reads(inference: Inference, user: Instr) -> bool:
    """Whether an operation neither keeps the array nor gives the same object."""
    if user.op not in _READING:
        return False
    given = inference.fact(user).type
    if isinstance(given, t.Array):
        return user.op == "getitem" or _allocates(inference, user)
    if isinstance(given, t.BoundMethod):
        return all(isinstance(call, Instr) and _only_reads(inference, call) for call, _ in _users(inference, user))
    return isinstance(given, t.PythonScalar | t.NumpyScalar | t.Const) or _is_shape(given)


def _is_shape(one: t.Type) -> bool:
    return isinstance(one, t.Tuple) and all(item == t.INT for item in one.items)


def _allocates(inference: Inference, instr: Instr) -> bool:
    binding = inference.bindings.get(instr)
    return binding is not None and all(
        isinstance(case.target, EntryTarget) and "allocates" in case.target.effects for case in binding.cases
    )
