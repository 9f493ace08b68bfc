"""List displays that nothing can tell from tuples: ``np.array([x, y])``, ``for x in [1, 2]``, ``x in [1, 2]``.

Indices of arrays (``a[[0, 2]]``, ``a[:, [0, 2]]``) and what is stored into arrays (``a[:2] = [1, 2]``) are among them.
"""

from __future__ import annotations

import builtins
import math
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from minijit import types as t
from minijit.errors import Unsupported
from minijit.ir.nodes import UNKNOWN, Instr, Value

if TYPE_CHECKING:
    from minijit.typeinfer.inference import Inference

_READERS: Final = frozenset(
    {"len", "min", "max", "sum", "any", "all", "enumerate", "zip", "reversed", "tuple"},
)
"""Builtins that only read a sequence and do not keep it."""


_CONSUMERS: Final = (
    *(sum, min, max, any, all, tuple, list, sorted, set, frozenset, dict),
    *(math.fsum, math.prod, np.fromiter),
)
"""What takes all items of an iterator, one after the other, before it does anything else that could be seen."""


def takes_all(inference: Inference, callee: Value) -> bool:
    """Whether a call of `callee` uses up an iterator."""
    function = _callee(inference, callee)
    bound = inference.fact(callee).type
    if isinstance(bound, t.BoundMethod) and bound.name == "join":
        return isinstance(bound.receiver, t.Const) and isinstance(bound.receiver.value, str)
    return function is not UNKNOWN and any(function is one for one in _CONSUMERS)


def is_only_read(inference: Inference, display: Instr, *, nested: bool = False) -> bool:
    """Whether a list is only iterated over, searched, or given to functions that treat lists and tuples alike.

    Such a list needs no identity and never changes: it may be held as a tuple. `nested` asks whether the same is true
    of the items of `display`.
    """
    for block in inference.source.blocks:
        for instr in block.instrs:
            if display in instr.args and not _reads(inference, instr, display, nested):
                return False
        if block.terminator is not None and display in block.terminator.args:
            return False
        if any(display in edge.args for edge in block.edges):
            return False
    return True


def _reads(inference: Inference, user: Instr, display: Value, nested: bool) -> bool:
    match user.op:
        case "get_iter":
            return not nested
        case "unpack":
            return not nested or all(is_only_read(inference, item) for item in _targets(inference, user))
        case "compare":
            return user.attrs["operator"] in ("in", "not in") and user.args[0] is not display
        case "build_list" | "build_tuple":
            return is_only_read(inference, user, nested=True)
        case "getitem" | "setitem":
            return user.args[0] is not display and _is_array(inference, user.args[0])
        case "call":
            callee = _callee(inference, user.args[0])
            if user.args[0] is display or _names_axes(callee, user, display) or _describes_fields(display):
                return False
            return _is_array_method(inference, user.args[0]) or _is_reader(callee)
        case _:
            return False


def _targets(inference: Inference, unpack: Instr) -> list[Instr]:
    """What an unpacking gives."""
    blocks = inference.source.blocks
    return [each for block in blocks for each in block.instrs if each.op == "tuple_item" and each.args[0] is unpack]


def is_only_returned(inference: Inference, display: Instr) -> bool:
    """Whether a list is made for one ``return`` only: nobody else sees it, and it is made anew by each call."""
    users = [
        block.terminator
        for block in inference.source.blocks
        if block.terminator is not None and display in block.terminator.args
    ]
    used = any(display in instr.args for block in inference.source.blocks for instr in block.instrs)
    passed = any(display in edge.args for block in inference.source.blocks for edge in block.edges)
    return len(users) == 1 and users[0].op == "return" and not used and not passed


def is_only_argument(inference: Inference, display: Instr) -> bool:
    """Whether a list is made for one call of something that Python carries out, as an argument or in one."""
    users = [
        user
        for block in inference.source.blocks
        for user in (*block.instrs, *([block.terminator] if block.terminator is not None else ()))
        if display in user.args
    ]
    if len(users) != 1 or any(display in edge.args for block in inference.source.blocks for edge in block.edges):
        return False
    (user,) = users
    if not isinstance(user, Instr):
        return False
    if user.op in ("build_list", "build_tuple"):
        return is_only_argument(inference, user)
    if user.op != "call" or user.args[0] is display or user.args.count(display) != 1:
        return False
    callee = _callee(inference, user.args[0])
    return callee is not UNKNOWN and not isinstance(getattr(callee, "py_func", callee), FunctionType | type)


def _is_array_method(inference: Inference, callee: Value) -> bool:
    """Methods of arrays treat lists and tuples alike."""
    bound = t.members_of(inference.fact(callee).type)
    return bool(bound) and all(isinstance(one, t.BoundMethod) and isinstance(one.receiver, t.Array) for one in bound)


def _names_axes(callee: object, call: Instr, display: Value) -> bool:
    """Whether a list is given where NumPy insists on a tuple, or on a list (``axes=`` of a ufunc)."""
    names: tuple[str, ...] = call.attrs.get("keywords", ())
    named = zip(names, call.args[len(call.args) - len(names) :], strict=True)
    exact = ("axis", "out", "axes") if isinstance(callee, np.ufunc) else ("axis", "out")
    return any(value is display and name in exact for name, value in named)


def _describes_fields(display: Value) -> bool:
    """Whether a list names things, as the fields of a dtype: ``[("x", "f8")]``, where a tuple is something else."""
    if not isinstance(display, Instr):
        return False
    if display.op == "const":
        return isinstance(display.const, str)
    return display.op in ("build_list", "build_tuple") and any(map(_describes_fields, display.args))


def _is_array(inference: Inference, value: Value) -> bool:
    """Whether a value is an array, as far as is known; :func:`item_function` makes sure."""
    return all(isinstance(one, t.Array) for one in t.alternatives_of(inference.fact(value).type))


def item_function(inference: Inference, instr: Instr, plain: object, by_list: object) -> object:
    """What carries out a ``getitem`` or ``setitem``: `by_list` where the index is a list, which is held as a tuple."""
    if not any(_holds_list(inference, arg) for arg in instr.args[1:]):
        return plain
    if not _is_array(inference, instr.args[0]):
        raise Unsupported("a list as an index or item of something else than an array", "use a tuple")
    index = instr.args[1]
    is_list = isinstance(index, Instr) and index.op == "build_list" and _holds_list(inference, index)
    return by_list if is_list else plain


def _holds_list(inference: Inference, value: Value) -> bool:
    """Whether a list that is held as a tuple is in a value."""
    if not isinstance(value, Instr) or value.op not in ("build_list", "build_tuple"):
        return False
    held = inference.fact(value).type
    if value.op == "build_list" and isinstance(held, t.Tuple):
        return held.cls is tuple
    return value.op == "build_tuple" and any(_holds_list(inference, arg) for arg in value.args)


def _callee(inference: Inference, value: Value) -> object:
    """What is called, also where the inference has not come to it yet."""
    known = inference.fact(value).const
    if known is not UNKNOWN or not isinstance(value, Instr):
        return known
    if value.op == "global":
        return inference.program.fact_of_global(inference.function, value.attrs["name"])[0].const
    if value.op == "getattr":
        owner = _callee(inference, value.args[0])
        return getattr(owner, value.attrs["name"], UNKNOWN) if isinstance(owner, ModuleType | np.ufunc) else UNKNOWN
    return UNKNOWN


def _is_reader(callee: Any) -> bool:
    if callee is UNKNOWN:
        return False
    if any(callee is getattr(builtins, name) for name in _READERS):
        return True
    if isinstance(callee, type) or callee in (np.block, np.piecewise):
        # Classes may treat lists and tuples differently: np.dtype([...]) is not np.dtype((...)).
        return False
    if isinstance(getattr(callee, "__self__", None), np.ufunc):
        # For np.add.at a list is an index array, a tuple one index for each axis.
        return bool(callee.__name__ != "at")
    return isinstance(callee, np.ufunc) or (getattr(callee, "__module__", None) or "").split(".")[0] == "numpy"
