"""Kernels of integer and boolean loops: NumPy's integers wrap, and division by zero gives 0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.ufuncs.elementwise import Loop, Parts, kernel, known_operand, part_type
from minijit.machine import I1
from minijit.numpy_types import Dtype, error_of

_WRAPPING: Final[dict[np.ufunc, str]] = {np.add: "add", np.subtract: "sub", np.multiply: "mul"}
_BITWISE: Final[dict[np.ufunc, str]] = {np.bitwise_and: "and", np.bitwise_or: "or", np.bitwise_xor: "xor"}


def _register_simple(ufunc: np.ufunc, op: str, kinds: str) -> None:
    @kernel(ufunc, kinds=kinds)
    def simple(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
        return (b.binary(op, operands[0][0], operands[1][0]),)


for _ufunc, _op in _WRAPPING.items():
    _register_simple(_ufunc, _op, "iu")
for _ufunc, _op in _BITWISE.items():
    _register_simple(_ufunc, _op, "biu")
_register_simple(np.add, "or", "b")
_register_simple(np.multiply, "and", "b")


def _const(b: Builder, dtype: Dtype, value: int) -> Value:
    return b.const(part_type(dtype), value)


@kernel(np.invert, kinds="biu")
def invert(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """All bits changed; of a bool: not."""
    return (b.binary("xor", operands[0][0], _const(b, loop[0], 1 if part_type(loop[0]) is I1 else -1)),)


@kernel(np.negative, kinds="iu")
def negative(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """0 - x, wrapping."""
    return (b.sub(_const(b, loop[0], 0), operands[0][0]),)


@kernel(np.positive, kinds="iufc")
@kernel(np.conjugate, kinds="iuf")
def positive(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """The number itself."""
    return operands[0]


@kernel(np.absolute, kinds="biu")
def absolute(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """|x|; the least signed integer stays what it is."""
    (x,) = operands[0]
    if loop[0].kind != "i":
        return (x,)
    zero = _const(b, loop[0], 0)
    return (b.select(b.icmp("slt", x, zero), b.sub(zero, x), x),)


def signed_divmod(b: Builder, dtype: Dtype, x: Value, y: Value) -> tuple[Value, Value]:
    """Quotient rounded down and remainder with the divisor's sign; both 0 for a divisor of 0, wrapping for -1."""
    zero, one, minus = _const(b, dtype, 0), _const(b, dtype, 1), _const(b, dtype, -1)
    if known_operand(y) in (0, -1, None):
        is_zero, is_minus = b.icmp("eq", y, zero), b.icmp("eq", y, minus)
        safe = b.select(b.or_(is_zero, is_minus), one, y)
    else:
        is_zero = is_minus = b.i1(False)
        safe = y
    quotient = b.emit("sdiv", (x, safe), part_type(dtype))
    remainder = b.sub(x, b.mul(quotient, safe))
    off = b.and_(b.icmp("ne", remainder, zero), b.icmp("slt", b.binary("xor", remainder, safe), zero))
    quotient_down = b.sub(quotient, b.convert("zext", off, part_type(dtype)))
    remainder_down = b.select(off, b.add(remainder, safe), remainder)
    quotient_down = b.select(is_minus, b.sub(zero, x), quotient_down)
    return b.select(is_zero, zero, quotient_down), remainder_down


def unsigned_divmod(b: Builder, dtype: Dtype, x: Value, y: Value) -> tuple[Value, Value]:
    """Quotient and remainder; both 0 for a divisor of 0."""
    zero = _const(b, dtype, 0)
    is_zero = b.icmp("eq", y, zero)
    safe = b.select(is_zero, _const(b, dtype, 1), y)
    quotient = b.emit("udiv", (x, safe), part_type(dtype))
    return b.select(is_zero, zero, quotient), b.sub(x, b.mul(quotient, safe))


def _divmod(b: Builder, loop: Loop, operands: Sequence[Parts]) -> tuple[Value, Value]:
    divide = signed_divmod if loop[0].kind == "i" else unsigned_divmod
    return divide(b, loop[0], operands[0][0], operands[1][0])


@kernel(np.floor_divide, kinds="iu")
def floor_divide(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """The quotient rounded down."""
    return (_divmod(b, loop, operands)[0],)


@kernel(np.remainder, kinds="iu")
def remainder(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """The remainder with the divisor's sign."""
    return (_divmod(b, loop, operands)[1],)


@kernel(np.divmod, kinds="iu")
def divmod_(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """Both."""
    return _divmod(b, loop, operands)


@kernel(np.fmod, kinds="iu")
def fmod(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """The remainder with the dividend's sign; 0 for a divisor of 0."""
    (x,), (y,) = operands
    if loop[0].kind == "u":
        return (unsigned_divmod(b, loop[0], x, y)[1],)
    zero, one, minus = (_const(b, loop[0], k) for k in (0, 1, -1))
    safe = b.select(b.or_(b.icmp("eq", y, zero), b.icmp("eq", y, minus)), one, y)
    return (b.emit("srem", (x, safe), part_type(loop[0])),)


def _in_width(b: Builder, dtype: Dtype, count: Value) -> Value:
    return b.icmp("ult", count, _const(b, dtype, dtype.itemsize * 8))


@kernel(np.left_shift, kinds="iu")
def left_shift(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """0 where the count is negative or not below the width."""
    (x,), (count,) = operands
    inside = _in_width(b, loop[0], count)
    zero = _const(b, loop[0], 0)
    shifted = b.binary("shl", x, b.select(inside, count, zero))
    return (b.select(inside, shifted, zero),)


@kernel(np.right_shift, kinds="iu")
def right_shift(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """All sign bits where the count is negative or not below the width."""
    (x,), (count,) = operands
    inside = _in_width(b, loop[0], count)
    if loop[0].kind == "i":
        last = _const(b, loop[0], loop[0].itemsize * 8 - 1)
        return (b.binary("ashr", x, b.select(inside, count, last)),)
    zero = _const(b, loop[0], 0)
    shifted = b.binary("lshr", x, b.select(inside, count, zero))
    return (b.select(inside, shifted, zero),)


@kernel(np.power, kinds="iu")
def power(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """x ** y by squaring, wrapping; a negative exponent raises ValueError."""
    (x,), (y,) = operands
    dtype = loop[0]
    exponent = known_operand(y)
    if dtype.kind == "i" and (exponent is None or exponent < 0):
        kind, message = error_of(_negative_power)
        b.check(b.icmp("sge", y, _const(b, dtype, 0)), kind, message)
    if exponent is not None and 0 <= exponent <= 64:
        return (_power_of_constant(b, dtype, x, exponent),)
    return (_power_by_squaring(b, dtype, x, y),)


def _negative_power() -> object:
    return np.power(np.int64(1), np.int64(-1))


def _power_of_constant(b: Builder, dtype: Dtype, x: Value, exponent: int) -> Value:
    result = _const(b, dtype, 1)
    square: Value = x
    while exponent:
        if exponent & 1:
            result = b.mul(result, square)
        exponent >>= 1
        if exponent:
            square = b.mul(square, square)
    return result


def _power_by_squaring(b: Builder, dtype: Dtype, x: Value, y: Value) -> Value:
    machine = part_type(dtype)
    one = _const(b, dtype, 1)
    header = b.new_block("power.header", [machine] * 3)
    body, end = b.new_block("power.body"), b.new_block("power.end")
    b.jump(header, [x, y, one])
    b.move_to(header)
    square, exponent, result = header.params
    b.branch(b.icmp("ne", exponent, _const(b, dtype, 0)), body, end)
    b.move_to(body)
    odd = b.icmp("ne", b.binary("and", exponent, one), _const(b, dtype, 0))
    times = b.select(odd, b.mul(result, square), result)
    b.jump(header, [b.mul(square, square), b.binary("lshr", exponent, one), times])
    b.move_to(end)
    return result


@kernel(np.square, kinds="biu")
def square(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """x * x, wrapping; of a bool the bool."""
    (x,) = operands[0]
    return (x if part_type(loop[0]) is I1 else b.mul(x, x),)


@kernel(np.sign, kinds="iu")
def sign(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """-1, 0 or 1."""
    (x,) = operands[0]
    zero, one, minus = (_const(b, loop[0], k) for k in (0, 1, -1))
    if loop[0].kind == "u":
        return (b.select(b.icmp("ne", x, zero), one, zero),)
    return (b.select(b.icmp("sgt", x, zero), one, b.select(b.icmp("slt", x, zero), minus, zero)),)


@kernel(np.reciprocal, kinds="iu")
def reciprocal(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """1 / x rounded towards zero; 1 / 0 is what the division of floats, converted back, gives."""
    (x,) = operands[0]
    dtype = loop[0]
    zero, one = _const(b, dtype, 0), _const(b, dtype, 1)
    is_unit = b.icmp("eq", x, one)
    if dtype.kind == "i":
        is_unit = b.or_(is_unit, b.icmp("eq", x, _const(b, dtype, -1)))
    with np.errstate(all="ignore"):
        of_zero = int(np.reciprocal(dtype.type(0)).astype(f"i{dtype.itemsize}"))
    by_zero = b.select(b.icmp("eq", x, zero), _const(b, dtype, of_zero), zero)
    return (b.select(is_unit, x, by_zero),)


def _register_extremes() -> None:
    for ufuncs, name in (((np.maximum, np.fmax), "max"), ((np.minimum, np.fmin), "min")):

        @kernel(*ufuncs, kinds="biu")
        def extreme(b: Builder, loop: Loop, operands: Sequence[Parts], name: str = name) -> Parts:
            if loop[0].kind == "b":
                return (b.binary("or" if name == "max" else "and", operands[0][0], operands[1][0]),)
            letter = "s" if loop[0].kind == "i" else "u"
            return (b.intrinsic(letter + name, part_type(loop[0]), operands[0][0], operands[1][0]),)


_register_extremes()


@kernel(np.gcd, kinds="iu")
def gcd(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """The greatest common divisor, never negative (but for the least integer)."""
    return (_gcd(b, loop, operands),)


def _gcd(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Value:
    dtype = loop[0]
    machine = part_type(dtype)
    (x,), (y,) = (absolute(b, loop, [operand]) for operand in operands)
    header = b.new_block("gcd.header", [machine] * 2)
    body, end = b.new_block("gcd.body"), b.new_block("gcd.end")
    b.jump(header, [x, y])
    b.move_to(header)
    larger, smaller = header.params
    b.branch(b.icmp("ne", smaller, _const(b, dtype, 0)), body, end)
    b.move_to(body)
    b.jump(header, [smaller, b.emit("urem", (larger, smaller), machine)])
    b.move_to(end)
    return larger


@kernel(np.lcm, kinds="iu")
def lcm(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """The least common multiple: x / gcd * y, wrapping."""
    dtype = loop[0]
    divisor = _gcd(b, loop, operands)
    (x,), (y,) = (absolute(b, loop, [operand]) for operand in operands)
    is_zero = b.icmp("eq", divisor, _const(b, dtype, 0))
    safe = b.select(is_zero, _const(b, dtype, 1), divisor)
    multiple = b.mul(b.emit("udiv", (x, safe), part_type(dtype)), y)
    return (b.select(is_zero, _const(b, dtype, 0), multiple),)


@kernel(np.bitwise_count, kinds="iu")
def bitwise_count(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """The number of ones in |x|."""
    (x,) = absolute(b, loop, operands)
    count = b.intrinsic("ctpop", part_type(loop[0]), x)
    return b.number_as(b.numpy_val(np.dtype(f"u{loop[0].itemsize}"), count), loop[1])


@kernel(np.floor, np.ceil, np.trunc, kinds="biu")
def whole(b: Builder, loop: Loop, operands: Sequence[Parts]) -> Parts:
    """Integers are whole already."""
    return operands[0]
