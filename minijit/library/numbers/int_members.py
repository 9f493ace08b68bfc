"""Members of ``enum.IntEnum`` as operands: where the class leaves an operator to int, they are the ints they hold."""

from __future__ import annotations

import operator
from typing import Any

from minijit import types as t
from minijit.library.builder import Builder
from minijit.library.open_objects import is_int_member
from minijit.library.registry import Arg, find, lowers
from minijit.library.vals import Val, item_of, tuple_val

_PLAIN = (t.PythonScalar, t.NumpyScalar, t.Range, t.NoneValue)


def _is_member(one: t.Type) -> bool:
    return isinstance(one, t.Const) and is_int_member(one.value)


def _has_member(one: t.Type) -> bool:
    return any(map(_has_member, one.items)) if isinstance(one, t.Tuple) else _is_member(one)


def _as_int(arg: Arg) -> Arg:
    if isinstance(arg.type, t.Const) and _is_member(arg.type):
        return Arg(t.INT, int(arg.type.value))  # type: ignore[call-overload]  # a member is an int
    if isinstance(arg.type, t.Tuple) and _has_member(arg.type):
        return Arg(t.Tuple(tuple(_as_int(Arg(item)).type for item in arg.type.items), arg.type.cls))
    return arg


def _int_of(b: Builder, val: Val) -> Val:
    if isinstance(val.type, t.Const) and _is_member(val.type):
        return b.constant(t.INT, int(val.type.value))  # type: ignore[call-overload]  # a member is an int
    if isinstance(val.type, t.Tuple) and _has_member(val.type):
        return tuple_val([_int_of(b, item_of(val, place)) for place in range(len(val.type.items))])
    return val


def _register(function: Any, count: int, effects: str = "reads raises") -> None:
    def rule(*args: Arg) -> t.Type | None:
        if not any(_has_member(arg.type) for arg in args):
            return None
        found = find(function, tuple(map(_as_int, args)), {})
        # What gives an array has effects of its own.
        return found[1] if found is not None and isinstance(found[1], _PLAIN) else None

    @lowers(function, *[object] * count, result=rule, effects=effects)
    def lower(b: Builder, *vals: Val) -> Val:
        return b.apply(function, *(_int_of(b, val) for val in vals))


_BINARY: Any = (
    *(operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow),
    *(operator.lshift, operator.rshift, operator.and_, operator.or_, operator.xor, divmod),
    *(operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne, operator.getitem),
)
_UNARY: Any = (operator.neg, operator.pos, operator.invert, operator.truth, bool, int, float, complex, abs, range)

for _function in _BINARY:
    _register(_function, 2)
for _function in _UNARY:
    _register(_function, 1)
_register(range, 2)
_register(range, 3)
_register(operator.setitem, 3, "reads writes raises")
