"""Comparisons of Python's numbers, exact where an int meets a float; and of strings and other constants."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.nodes import UNKNOWN, Value
from minijit.library.builder import Builder
from minijit.library.operands import EXACT, INTEGER, REAL, complex_parts, int_part, is_exact_float
from minijit.library.registry import Arg, lowers
from minijit.library.samples import BOOLS, FEW_COMPLEXES, FEW_FLOATS, FEW_INTS, FLOATS, INTS, mixed
from minijit.library.vals import Val
from minijit.machine import F64, I64

Comparison = Callable[[Any, Any], Any]

ORDER: Final[dict[Comparison, str]] = {operator.lt: "lt", operator.le: "le", operator.gt: "gt", operator.ge: "ge"}
EQUALITY: Final[dict[Comparison, str]] = {operator.eq: "eq", operator.ne: "ne"}
SWAPPED: Final = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}


def compare_ints(b: Builder, name: str, x: Value, y: Value) -> Value:
    """Two i64, signed."""
    return b.icmp(name if name in ("eq", "ne") else f"s{name}", x, y)


def compare_floats(b: Builder, name: str, x: Value, y: Value) -> Value:
    """Two floats; nan is unequal to all and in no order."""
    return b.fcmp("une" if name == "ne" else f"o{name}", x, y)


def compare_int_with_float(b: Builder, name: str, integer: Value, number: Value) -> Value:
    """An i64 with a float, as the exact numbers that they are."""
    rounded = b.convert("sitofp", integer, F64)
    quick = compare_floats(b, name, rounded, number)
    size = known(integer)
    if isinstance(size, int) and -EXACT <= size <= EXACT:
        return quick
    return b.if_else(
        is_exact_float(b, integer),
        lambda: [quick],
        lambda: [_compare_large(b, name, quick, rounded, integer, number)],
        likely=True,
    )[0]


def _compare_large(b: Builder, name: str, quick: Value, rounded: Value, integer: Value, number: Value) -> Value:
    """Rounding keeps the order, so only where the rounded int equals the float the exact values decide.

    The float is then integral; all but 2**63 are an i64, and that is greater than any.
    """
    tie = b.fcmp("oeq", rounded, number)
    above_all = b.fcmp("oge", number, b.f64(2.0**63))
    whole = b.emit("intrinsic", (number,), I64, name="fptosi.sat")
    exact = b.select(above_all, b.i1(name in ("lt", "le", "ne")), compare_ints(b, name, integer, whole))
    return b.select(tie, exact, quick)


def compare_reals(b: Builder, name: str, x: Val, y: Val) -> Value:
    """Two real Python numbers."""
    if x.type in INTEGER and y.type in INTEGER:
        if x.type == t.BOOL and y.type == t.BOOL and name in ("eq", "ne"):
            return b.icmp(name, x.part, y.part)
        return compare_ints(b, name, int_part(b, x), int_part(b, y))
    if x.type == t.FLOAT and y.type == t.FLOAT:
        return compare_floats(b, name, x.part, y.part)
    if x.type == t.FLOAT:
        return compare_reals(b, SWAPPED[name], y, x)
    if x.type == t.BOOL:
        return compare_floats(b, name, b.as_f64(x), y.part)
    return compare_int_with_float(b, name, x.part, y.part)


def _register_real(function: Comparison, name: str) -> None:
    rows = mixed((*INTS, *BOOLS), (*INTS, *FLOATS, *BOOLS))
    floats = mixed(FLOATS, FLOATS)

    @lowers(function, REAL, REAL, result=t.BOOL, fold=True, samples=lambda: [*rows(), *floats()])
    def lower(b: Builder, x: Val, y: Val) -> Val:
        return b.bool_val(compare_reals(b, name, x, y))


for _function, _name in {**ORDER, **EQUALITY}.items():
    _register_real(_function, _name)


# ---- equality of complex numbers


def equal_complex(b: Builder, x: Val, y: Val) -> Value:
    """Two numbers of which one is complex; a real one has no imaginary part, and an int is compared exactly."""
    if x.type != t.COMPLEX:
        x, y = y, x
    real, imag = x.parts
    if y.type == t.COMPLEX:
        return b.and_(b.fcmp("oeq", real, y.parts[0]), b.fcmp("oeq", imag, y.parts[1]))
    if y.type in INTEGER:
        same = compare_reals(b, "eq", b.float_val(real), y)
    else:
        same = b.fcmp("oeq", real, complex_parts(b, y)[0])
    return b.and_(same, b.fcmp("oeq", imag, b.f64(0.0)))


def _register_complex(function: Comparison, negated: bool) -> None:
    def lower(b: Builder, x: Val, y: Val) -> Val:
        same = equal_complex(b, x, y)
        return b.bool_val(b.not_(same) if negated else same)

    rows = mixed(FEW_COMPLEXES, (*FEW_COMPLEXES, *FEW_FLOATS, *FEW_INTS, *BOOLS))
    lowers(function, t.COMPLEX, t.PythonScalar, result=t.BOOL, fold=True, samples=rows)(lower)
    lowers(function, t.PythonScalar, t.COMPLEX, result=t.BOOL, fold=True)(lower)


_register_complex(operator.eq, negated=False)
_register_complex(operator.ne, negated=True)


# ---- things of different kinds


def _kind(one: t.Type) -> str | None:
    """Values of different kinds are never equal; None for a type that may compare in its own way."""
    match one:
        case t.PythonScalar():
            return "number"
        case t.NoneValue():
            return "None"
        case t.Tuple():
            return "tuple"
        case t.Range():
            return "range"
        case t.Slice():
            return "slice"
        case t.Const() if type(one.value) in (str, bytes):
            return type(one.value).__name__
        case _:
            return None


def _type_if_unlike(x: Arg, y: Arg) -> t.Type | None:
    first, second = _kind(x.type), _kind(y.type)
    if first is None or second is None:
        return None
    return t.BOOL if first != second or first == "None" else None


def _register_unlike(function: Comparison) -> None:
    def fold(x: Arg, y: Arg) -> bool:
        return bool(function(x.type, y.type) if x.type == y.type else function(0, 1))

    @lowers(function, object, object, result=_type_if_unlike, fold=fold, samples=[(None, 1), (None, None), ((), 2.5)])
    def lower(b: Builder, x: Val, y: Val) -> Val:
        return b.constant(t.BOOL, fold(Arg(x.type), Arg(y.type)))


_register_unlike(operator.eq)
_register_unlike(operator.ne)


def _answer(function: Comparison, x: t.Type, y: t.Type) -> object:
    """How strings, dtypes, classes and the like compare, which is known now; ``UNKNOWN`` where that is no bool."""
    assert isinstance(x, t.Const)
    assert isinstance(y, t.Const)
    try:
        result = function(x.value, y.value)
    except Exception:  # whatever it is: it belongs to run time
        return UNKNOWN
    return result if isinstance(result, bool) else UNKNOWN


def _register_constants(function: Comparison) -> None:
    def fold(x: Arg, y: Arg) -> object:
        return _answer(function, x.type, y.type)

    def rule(x: Arg, y: Arg) -> t.Type | None:
        return None if fold(x, y) is UNKNOWN else t.BOOL

    @lowers(function, t.Const, t.Const, result=rule, fold=fold, samples=[("a", "b"), ("ab", "ab"), (2**70, 2**64)])
    def lower(b: Builder, x: Val, y: Val) -> Val:
        return b.constant(t.BOOL, _answer(function, x.type, y.type))


for _function in (*EQUALITY, *ORDER):
    _register_constants(_function)
