"""Attributes and methods of Python's numbers."""

from __future__ import annotations

import math
from collections.abc import Callable

from minijit import types as t
from minijit.library.builder import Builder
from minijit.library.operands import INTEGER, REAL, int_part
from minijit.library.registry import Arg, attribute, find, lowers, method
from minijit.library.samples import BOOLS, COMPLEXES, FLOATS, INTS, each
from minijit.library.vals import Val
from minijit.machine import F64, I64

_INTEGERS = each(INTS, BOOLS)
_REALS = each(INTS, BOOLS, FLOATS)


def _same(b: Builder, x: Val) -> Val:
    """The number itself, of a bool the int."""
    return b.int_val(int_part(b, x)) if x.type in INTEGER else x


for _key in (attribute("real"), method("conjugate")):
    lowers(_key, INTEGER, result=t.INT, samples=_INTEGERS)(_same)
    lowers(_key, t.FLOAT, result=t.FLOAT, samples=each(FLOATS))(_same)
lowers(attribute("numerator"), INTEGER, result=t.INT, samples=_INTEGERS)(_same)


def _constant(key: method, pattern: object, one: t.PythonScalar, value: object) -> None:
    lowers(key, pattern, result=one, fold=lambda x: value, samples=_INTEGERS if one == t.INT else each(FLOATS))(
        lambda b, x: b.constant(one, value)
    )


_constant(attribute("imag"), INTEGER, t.INT, 0)
_constant(attribute("imag"), t.FLOAT, t.FLOAT, 0.0)
_constant(attribute("denominator"), INTEGER, t.INT, 1)
if hasattr(int, "is_integer"):
    lowers(method("is_integer"), INTEGER, result=t.BOOL, fold=lambda x: True, samples=_INTEGERS)(
        lambda b, x: b.constant(t.BOOL, True)
    )


@lowers(attribute("real"), t.COMPLEX, result=t.FLOAT, samples=each(COMPLEXES))
def _real(b: Builder, x: Val) -> Val:
    return b.float_val(x.parts[0])


@lowers(attribute("imag"), t.COMPLEX, result=t.FLOAT, samples=each(COMPLEXES))
def _imag(b: Builder, x: Val) -> Val:
    return b.float_val(x.parts[1])


@lowers(method("conjugate"), t.COMPLEX, result=t.COMPLEX, samples=each(COMPLEXES))
def _conjugate(b: Builder, x: Val) -> Val:
    return Val(t.COMPLEX, (x.parts[0], b.fneg(x.parts[1])))


@lowers(method("bit_count"), INTEGER, result=t.INT, samples=_INTEGERS)
def _bit_count(b: Builder, x: Val) -> Val:
    """The ones of the absolute value, which as an unsigned number always fits."""
    return b.int_val(b.intrinsic("ctpop", I64, b.intrinsic("abs", I64, int_part(b, x))))


@lowers(method("bit_length"), INTEGER, result=t.INT, samples=_INTEGERS)
def _bit_length(b: Builder, x: Val) -> Val:
    leading = b.intrinsic("ctlz", I64, b.intrinsic("abs", I64, int_part(b, x)))
    return b.int_val(b.sub(b.i64(64), leading))


@lowers(method("is_integer"), t.FLOAT, result=t.BOOL, samples=each(FLOATS))
def _is_integer(b: Builder, x: Val) -> Val:
    whole = b.fcmp("oeq", b.intrinsic("floor", F64, x.part), x.part)
    return b.bool_val(b.and_(whole, b.fcmp("olt", b.intrinsic("fabs", F64, x.part), b.f64(math.inf))))


def _through_python(name: str, pattern: object, result: t.Type, function: Callable[..., object]) -> None:
    """A rare method, as a call of Python's own."""

    @lowers(
        method(name), pattern, result=result, effects="raises", samples=each(FLOATS) if pattern == t.FLOAT else _REALS
    )
    def lower(b: Builder, x: Val) -> Val:
        return b.call_python(function, [x], result, effects="")


_through_python("hex", t.FLOAT, t.OBJECT, float.hex)
_through_python("as_integer_ratio", REAL, t.Tuple((t.INT, t.INT)), lambda x: x.as_integer_ratio())


# ---- methods called on their class, as in ``float.is_integer(x)``


def _register_on_class(cls: type, name: str, one: t.PythonScalar) -> None:
    function = getattr(cls, name, None)
    if function is None:
        return

    def rule(x: Arg) -> t.Type | None:
        found = find(method(name), (x,), {})
        return None if found is None else found[1]

    @lowers(function, one, result=rule, effects="raises", fold=True, samples=each(_SAMPLES[cls]))
    def lower(b: Builder, x: Val) -> Val:
        return b.apply(method(name), x)


_SAMPLES: dict[type, tuple[object, ...]] = {int: INTS, float: FLOATS, complex: COMPLEXES}
for _name in ("bit_length", "bit_count", "conjugate", "is_integer", "as_integer_ratio", "hex"):
    for _cls, _one in ((int, t.INT), (float, t.FLOAT), (complex, t.COMPLEX)):
        _register_on_class(_cls, _name, _one)
