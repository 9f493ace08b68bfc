"""What ``if x`` asks, and ``bool(x)``."""

from __future__ import annotations

import operator

from minijit import types as t
from minijit.ir.nodes import UNKNOWN
from minijit.library.builder import Builder
from minijit.library.registry import Arg, lowers
from minijit.library.samples import BOOLS, COMPLEXES, FLOATS, INTS, each
from minijit.library.vals import Val

_ROWS = each(INTS, FLOATS, BOOLS, COMPLEXES)


def truth_of_number(b: Builder, x: Val) -> Val:
    """A number is true unless it is zero; nan is true."""
    if x.type == t.BOOL:
        return x
    if x.type == t.INT:
        return b.bool_val(b.icmp("ne", x.part, b.i64(0)))
    nonzero = [b.fcmp("une", part, b.f64(0.0)) for part in x.parts]
    return b.bool_val(nonzero[0] if len(nonzero) == 1 else b.or_(*nonzero))


def truth_of_type(one: t.Type) -> bool | None:
    """The truth of all values of a type, None where they differ."""
    match one:
        case t.NoneValue():
            return False
        case t.Tuple(items):
            return bool(items)
        case t.Const(value=value):
            try:
                return bool(value)
            except Exception:  # an object with ideas of its own about truth is left to run time
                return None
        case t.BoundMethod() | t.Iterator() | t.Slice():
            return True
        case _:
            return None


def _type_if_settled(x: Arg) -> t.Type | None:
    return None if truth_of_type(x.type) is None else t.BOOL


def _fold(x: Arg) -> object:
    known = truth_of_type(x.type)
    return UNKNOWN if known is None else known


for _function in (operator.truth, bool):
    lowers(_function, t.PythonScalar, result=t.BOOL, fold=True, samples=_ROWS)(truth_of_number)

    @lowers(_function, object, result=_type_if_settled, fold=_fold, samples=[(None,), ((),), ((0,),), ("",), ("a",)])
    def _settled(b: Builder, x: Val) -> Val:
        return b.constant(t.BOOL, truth_of_type(x.type))

    @lowers(_function, t.RANGE, result=t.BOOL, samples=[(range(0),), (range(3),), (range(3, 9, -1),)])
    def _range(b: Builder, x: Val) -> Val:
        return b.bool_val(b.icmp("ne", x.parts[3], b.i64(0)))

    @lowers(_function, t.OBJECT, result=t.BOOL, effects="unknown raises")
    def _object(b: Builder, x: Val) -> Val:
        return b.call_python(bool, [x], t.BOOL)


lowers(bool, result=t.BOOL, fold=True)(lambda b: b.constant(t.BOOL, False))
