"""``**`` of Python's real numbers."""

from __future__ import annotations

import math
import operator

from minijit import types as t
from minijit.ir.builder import known
from minijit.ir.nodes import UNKNOWN, Value
from minijit.library.builder import Builder
from minijit.library.kernels.float_powers import KNOWN_POWERS
from minijit.library.operands import INTEGER, REAL, int_part, known_int
from minijit.library.registry import Arg, lowers
from minijit.library.samples import BOOLS, FEW_INTS, FLOATS, INTS, SMALL, mixed, pairs
from minijit.library.vals import Val
from minijit.machine import F64, I64

# ---- floats


def float_power(b: Builder, x: Value, y: Value) -> Value:
    """x ** y of floats: the C library's ``pow``; what is not finite goes through Python, which knows the exceptions."""
    power = library_power(b, x, y)
    if power is x:
        return x
    return b.if_else(
        is_finite(b, power),
        lambda: [power],
        lambda: b.call_python(operator.pow, [b.float_val(x), b.float_val(y)], t.FLOAT, effects="").parts,
        likely=True,
    )[0]


def library_power(b: Builder, x: Value, y: Value) -> Value:
    """What the C library's ``pow`` gives, mostly without calling it for the exponents that are mostly written.

    See :mod:`minijit.runtime.elementary.known_powers`. With ``fastmath=True`` products will do.
    """
    exponent = known(y)
    if exponent == 1.0:
        return x
    if b.unit.fastmath and exponent in (2.0, 3.0):
        square = b.binary("fmul", x, x)
        return square if exponent == 2.0 else b.binary("fmul", square, x)
    if exponent in KNOWN_POWERS:
        return b.call_c(KNOWN_POWERS[exponent], F64, x)
    return b.call_c("pow", F64, x, y)


def is_finite(b: Builder, x: Value) -> Value:
    """Whether a float is neither infinite nor nan."""
    return b.fcmp("olt", b.intrinsic("fabs", F64, x), b.f64(math.inf))


def _lower_floats(b: Builder, x: Val, y: Val) -> Val:
    return b.float_val(float_power(b, b.as_f64(x), b.as_f64(y)))


lowers(
    operator.pow,
    t.FLOAT,
    REAL,
    result=t.FLOAT,
    effects="raises",
    fold=True,
    samples=mixed(FLOATS, (*FLOATS, *FEW_INTS, *BOOLS)),
)(_lower_floats)
lowers(operator.pow, INTEGER, t.FLOAT, result=t.FLOAT, effects="raises", fold=True)(_lower_floats)


# ---- integers


def _type_of_power(x: Arg, y: Arg) -> t.Type:
    """int for an exponent that is not negative, else float."""
    exponent = known_int(y)
    if exponent is not None:
        return t.INT if exponent >= 0 else t.FLOAT
    return t.INT if y.type == t.BOOL else t.union_of((t.INT, t.FLOAT))


def _fold_power(x: Arg, y: Arg) -> object:
    """A known power, also one beyond 64 bits (``2**64``), unless computing it would take long."""
    if not (isinstance(x.const, int) and isinstance(y.const, int)) or abs(y.const) > 1024:
        return UNKNOWN
    try:
        return x.const**y.const
    except ZeroDivisionError:
        return UNKNOWN


@lowers(
    operator.pow,
    INTEGER,
    INTEGER,
    result=_type_of_power,
    effects="raises",
    fold=_fold_power,
    samples=lambda: [
        *pairs((*INTS, *BOOLS), (0, 1, 2, 3, -1, -3, False, True))(),
        *pairs(range(-12, 13), SMALL)(),
        *pairs((0, 1, -1), FEW_INTS)(),
    ],
)
def _pow(b: Builder, x: Val, y: Val) -> Val:
    base, exponent = int_part(b, x), known_int(y)
    if exponent is not None:
        if exponent < 0:
            return _lower_floats(b, x, y)
        return b.int_val(_known_power(b, base, exponent) if exponent < 64 else _integer_power(b, base, int_part(b, y)))
    count = int_part(b, y)
    if y.type == t.BOOL:
        return b.int_val(b.select(y.part, base, b.i64(1)))
    result = t.union_of((t.INT, t.FLOAT))
    parts = b.if_else(
        b.icmp("sge", count, b.i64(0)),
        lambda: b.coerce(b.int_val(_integer_power(b, base, count)), result).parts,
        lambda: b.coerce(_lower_floats(b, x, y), result).parts,
        likely=True,
    )
    return Val(result, parts)


def _known_power(b: Builder, base: Value, exponent: int) -> Value:
    """Repeated squaring, unrolled; every product is a factor of the result, so that none overflows in vain."""
    result: Value | None = None
    while exponent:
        if exponent & 1:
            result = base if result is None else b.checked("mul", result, base)
        exponent >>= 1
        if exponent:
            base = b.checked("mul", base, base)
    return b.i64(1) if result is None else result


def _integer_power(b: Builder, base: Value, exponent: Value) -> Value:
    """Repeated squaring in a loop. Bases of 0, 1 and -1 never grow, any other fits for exponents below 63 only."""
    header = b.new_block("power.header", [I64, I64, I64])
    square, after = b.new_block("power.square"), b.new_block("power.end", [I64])
    b.jump(header, [b.i64(1), base, exponent])
    b.move_to(header)
    so_far, factor, left = header.params
    odd = b.icmp("ne", b.binary("and", left, b.i64(1)), b.i64(0))
    product = b.if_else(odd, lambda: [b.checked("mul", so_far, factor)], lambda: [so_far])[0]
    half = b.binary("lshr", left, b.i64(1))
    done = b.new_block("power.done")
    b.branch(b.icmp("eq", half, b.i64(0)), done, square)
    b.move_to(done)
    b.jump(after, [product])
    b.move_to(square)
    b.jump(header, [product, b.checked("mul", factor, factor), half])
    b.move_to(after)
    return after.params[0]


# ---- pow() as a function


@lowers(pow, t.PythonScalar, t.PythonScalar, result=lambda x, y: _as_operator(x, y), effects="raises")
def _pow_function(b: Builder, x: Val, y: Val) -> Val:
    return b.apply(operator.pow, x, y)


def _as_operator(x: Arg, y: Arg) -> t.Type | None:
    from minijit.library.registry import find

    found = find(operator.pow, (x, y), {})
    return None if found is None else found[1]


@lowers(
    pow,
    INTEGER,
    INTEGER,
    INTEGER,
    result=t.INT,
    effects="raises",
    fold=True,
    samples=lambda: [
        (3, 5, 7),
        (2, 62, 2**63 - 1),
        (3, -1, 7),
        (2, -1, 4),
        (5, 3, 0),
        (-3, 5, -7),
        (True, 5, 7),
        (7, 0, 1),
    ],
)
def _pow_modulo(b: Builder, x: Val, y: Val, modulus: Val) -> Val:
    return b.call_python(pow, [x, y, modulus], t.INT, effects="")
