"""``is`` and ``is not``: of None, bools and constants; whether two numbers are one object is nothing to rely on."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace

from minijit import types as t
from minijit.ir.nodes import UNKNOWN, Value
from minijit.library.builder import Builder
from minijit.library.memory import data_of, object_of, owner_of, shape_of, strides_of
from minijit.library.registry import Arg, lowers
from minijit.library.vals import Val

_CLASSES: dict[type, str] = {
    t.NoneValue: "None",
    t.Tuple: "tuple",
    t.Range: "range",
    t.Slice: "slice",
    t.Array: "array",
    t.RecordArray: "structured array",
    t.Record: "record",
    t.Iterator: "iterator",
    t.Closure: "nested function",
    t.List: "list made here",
    t.Dict: "dict or set made here",
    t.PythonList: "list from Python",
}


def _class_of(one: t.Type) -> str | None:
    """Values of different classes are never the same object; None for those that say nothing."""
    if isinstance(one, t.PythonScalar | t.NumpyScalar):
        return str(one)
    if isinstance(one, t.Const):
        return f"constant {type(one.value).__name__}"
    return _CLASSES.get(type(one))


def same_object(x: t.Type, y: t.Type) -> bool | None:
    """Whether values of these types are one object, where the types tell."""
    if x == y == t.NONE or x == y == t.EMPTY_TUPLE:
        return True
    if isinstance(x, t.Const) and isinstance(y, t.Const):
        if isinstance(x.value, str | bytes) and type(x.value) is type(y.value):
            return None if x == y else False
        return x.value is y.value
    if isinstance(x, t.Array) and isinstance(y, t.Array):
        # Where paths with different layouts join, the same object is held in another layout.
        return None if replace(x, layout="A") == replace(y, layout="A") else False
    first, second = _class_of(x), _class_of(y)
    return False if first is not None and second is not None and first != second else None


def _type_if_settled(x: Arg, y: Arg) -> t.Type | None:
    return None if same_object(x.type, y.type) is None else t.BOOL


def _register(function: Callable[[object, object], bool], negated: bool) -> None:
    def fold(x: Arg, y: Arg) -> object:
        known = same_object(x.type, y.type)
        return UNKNOWN if known is None else known is not negated

    @lowers(
        function, object, object, result=_type_if_settled, fold=fold, samples=[(None, None), (None, 1), (1.5, None)]
    )
    def lower_settled(b: Builder, x: Val, y: Val) -> Val:
        return b.constant(t.BOOL, bool(same_object(x.type, y.type)) is not negated)

    @lowers(function, t.BOOL, t.BOOL, result=t.BOOL, samples=[(True, False), (True, True), (False, False)])
    def lower_bools(b: Builder, x: Val, y: Val) -> Val:
        return b.bool_val(b.icmp("ne" if negated else "eq", x.part, y.part))

    @lowers(function, t.List, t.List, result=t.BOOL)
    @lowers(function, t.Dict, t.Dict, result=t.BOOL)
    def lower_lists(b: Builder, x: Val, y: Val) -> Val:
        return b.bool_val(b.icmp("ne" if negated else "eq", x.parts[0], y.parts[0]))

    @lowers(
        function,
        t.Array,
        t.Array,
        result=lambda x, y: t.BOOL if same_object(x.type, y.type) is None else None,
    )
    def lower_arrays(b: Builder, x: Val, y: Val) -> Val:
        """The same object, or the same value made by native code: all parts agree.

        The owner of an argument says nothing: each argument has one of its own, whatever object it is.
        """
        one, other = object_of(x), object_of(y)
        same = b.icmp("eq", owner_of(x), owner_of(y))
        for first, second in zip(_place_of(b, x), _place_of(b, y), strict=True):
            same = b.and_(same, b.icmp("eq", first, second))
        same = b.and_(b.icmp("eq", one, other), b.or_(b.icmp("ne", one, b.null()), same))
        return b.bool_val(b.not_(same) if negated else same)


def _place_of(b: Builder, array: Val) -> tuple[Value, ...]:
    return (data_of(array), *shape_of(array), *strides_of(b, array))


_register(operator.is_, negated=False)
_register(operator.is_not, negated=True)
