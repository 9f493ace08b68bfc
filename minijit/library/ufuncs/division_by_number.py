"""Division of the elements of an array by one integer: a multiplication with its inverse, which vectorises.

The inverse is computed once, before the loop, as Granlund and Montgomery have it (Division by Invariant Integers using
Multiplication, 1994, figure 4.1): for ``0 < D <= 2**l`` and ``inverse = 2**w * (2**l - D) // D + 1``, the quotient of
an unsigned `u` of `w` bits is ``(t + ((u - t) >> min(l, 1))) >> max(l - 1, 0)`` where ``t = inverse * u >> w``.

Division that rounds down follows from it: ``~u // D == ~(u // D)``, and ``x // -D == ~((x - 1) // D)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from minijit import types as t
from minijit.ir.builder import machine_type, wrap
from minijit.ir.nodes import Value
from minijit.library.builder import Builder, Val
from minijit.library.ufuncs.element_trees import Compute
from minijit.library.ufuncs.elementwise import Loop, known_operand
from minijit.machine import I16, I32, I64, Machine

_WIDER: Final = {8: I16, 16: I32, 32: I64}
_RESULTS: Final = {np.floor_divide: (True, False), np.remainder: (False, True), np.divmod: (True, True)}
"""Whether the quotient is among the results, and the remainder."""


class _Inverse(NamedTuple):
    """What elements are divided by, made ready.

    Attributes
    ----------
    divisor, inverse, before, after : Value
        The divisor as it is; the multiplier and the shifts of the formula above, for its size.
    sign : Value
        -1 for a negative divisor, else 0.
    nonzero : Value
        0 for a divisor of 0, for which all results are 0, else -1.
    """

    divisor: Value
    inverse: Value
    before: Value
    after: Value
    sign: Value
    nonzero: Value


def division_by_number(b: Builder, ufunc: np.ufunc, loop: Loop, number: Val) -> Compute | None:
    """How `ufunc` computes one element from a row of operands; ``None`` where that is nothing special.

    `number` is the divisor. To be called in front of the loop over the elements.
    """
    if ufunc not in _RESULTS or loop[0].kind not in "iu":
        return None
    divisor = number.part
    constant = known_operand(divisor)
    if constant is not None and (machine_type(divisor).bits < 64 or constant & (constant - 1) == 0 or constant == -1):
        # LLVM does that just as well.
        return None
    signed = loop[0].kind == "i"
    inverse = _inverse(b, divisor, signed)
    wanted = _RESULTS[ufunc]

    def compute(row: Sequence[Val]) -> Sequence[Val]:
        x = b.number_as(row[0], loop[0])[0]
        quotient = _quotient(b, x, inverse, signed)
        values = [quotient]
        if wanted[1]:
            rest = b.sub(x, b.mul(quotient, divisor))
            values.append(b.binary("and", rest, inverse.nonzero))
        return [Val(t.NumpyScalar(loop[2]), (value,)) for value, asked in zip(values, wanted, strict=False) if asked]

    return compute


def _quotient(b: Builder, x: Value, by: _Inverse, signed: bool) -> Value:
    machine = machine_type(x)
    if not signed:
        return b.binary("and", _unsigned_quotient(b, x, by), by.nonzero)
    # Below 1 instead of 0 for negative divisors: of those the numbers above are the ones turned round.
    turned = b.convert("sext", b.icmp("slt", x, b.sub(b.const(machine, 0), by.sign)), machine)
    size = b.binary("xor", b.add(x, by.sign), turned)
    down = b.binary("xor", b.binary("xor", _unsigned_quotient(b, size, by), turned), by.sign)
    return b.binary("and", down, by.nonzero)


def _unsigned_quotient(b: Builder, u: Value, by: _Inverse) -> Value:
    high = _high_product(b, u, by.inverse)
    return b.binary("lshr", b.add(high, b.binary("lshr", b.sub(u, high), by.before)), by.after)


def _high_product(b: Builder, u: Value, v: Value) -> Value:
    """The upper half of the product of two unsigned numbers."""
    machine = machine_type(u)
    wider = _WIDER.get(machine.bits)
    if wider is not None:
        product = b.mul(b.convert("zext", u, wider), b.convert("zext", v, wider))
        return b.convert("trunc", b.binary("lshr", product, b.const(wider, machine.bits)), machine)
    # Processors have no such product of 64 bits for vectors; it is made of four of 32 bits.
    mask, half = b.i64(0xFFFF_FFFF), b.i64(32)
    (u_low, u_high), (v_low, v_high) = (
        (b.binary("and", one, mask), b.binary("lshr", one, half)) for one in (u, v)
    )
    middle = b.add(b.mul(u_high, v_low), b.binary("lshr", b.mul(u_low, v_low), half))
    other = b.add(b.mul(u_low, v_high), b.binary("and", middle, mask))
    upper = b.add(b.mul(u_high, v_high), b.binary("lshr", middle, half))
    return b.add(upper, b.binary("lshr", other, half))


# ---- the inverse


def _inverse(b: Builder, divisor: Value, signed: bool) -> _Inverse:
    machine = machine_type(divisor)
    number = known_operand(divisor)
    if number is not None:
        return _known_inverse(b, divisor, number if signed else number % (1 << machine.bits))
    zero, one = b.const(machine, 0), b.const(machine, 1)
    nonzero = b.convert("sext", b.icmp("ne", divisor, zero), machine)
    sign = b.binary("ashr", divisor, b.const(machine, machine.bits - 1)) if signed else zero
    size = b.sub(b.binary("xor", divisor, sign), sign)
    size = b.select(b.icmp("eq", divisor, zero), one, size)
    # ceil(log2(size)): the bits of size - 1.
    zeros = b.intrinsic("ctlz", machine, b.sub(size, one))
    bits = b.sub(b.const(machine, machine.bits), zeros)
    # 2**bits - size, below size; 2**bits may be 2**w, which wraps to 0.
    power = b.select(b.icmp("eq", zeros, zero), zero, b.binary("shl", one, _within(b, bits)))
    inverse = b.add(_divided(b, b.sub(power, size), size), one)
    some = b.icmp("ne", bits, zero)
    before = b.select(some, one, zero)
    return _Inverse(divisor, inverse, before, b.select(some, b.sub(bits, one), zero), sign, nonzero)


def _known_inverse(b: Builder, divisor: Value, number: int) -> _Inverse:
    machine = machine_type(divisor)
    size = abs(number)
    bits = (size - 1).bit_length()
    inverse = ((1 << machine.bits) * ((1 << bits) - size)) // size + 1
    values = (wrap(inverse, machine.bits), min(bits, 1), max(bits - 1, 0), -1 if number < 0 else 0, -1)
    return _Inverse(divisor, *(b.const(machine, value) for value in values))


def _within(b: Builder, bits: Value) -> Value:
    """A count of bits for a shift, which must be less than the width."""
    machine: Machine = machine_type(bits)
    return b.binary("and", bits, b.const(machine, machine.bits - 1))


def _divided(b: Builder, high: Value, size: Value) -> Value:
    """``high * 2**w // size`` for ``high < size``; the processor divides 64 bits at a time."""
    machine = machine_type(size)
    if machine.bits < 64:
        wide, by = (b.convert("zext", one, I64) for one in (high, size))
        shifted = b.binary("shl", wide, b.i64(machine.bits))
        return b.convert("trunc", b.emit("udiv", (shifted, by), I64), machine)

    def by_halves() -> tuple[Value, ...]:
        half = b.i64(32)
        dividend = b.binary("shl", high, half)
        upper = b.emit("udiv", (dividend, size), I64)
        rest = b.sub(dividend, b.mul(upper, size))
        lower = b.emit("udiv", (b.binary("shl", rest, half), size), I64)
        return (b.binary("or", b.binary("shl", upper, half), lower),)

    is_short = b.icmp("ult", size, b.i64(1 << 32))
    return b.if_else(is_short, by_halves, lambda: (_divided_bit_by_bit(b, high, size),), likely=True)[0]


def _divided_bit_by_bit(b: Builder, high: Value, size: Value) -> Value:
    machine = machine_type(size)
    zero, one, last = b.const(machine, 0), b.const(machine, 1), b.const(machine, machine.bits - 1)

    def turn(_index: Value, carried: tuple[Value, ...]) -> Sequence[Value]:
        rest, quotient = carried
        above = b.icmp("ne", b.binary("lshr", rest, last), zero)
        doubled = b.binary("shl", rest, one)
        fits = b.or_(above, b.icmp("uge", doubled, size))
        bit = b.convert("zext", fits, machine)
        return b.select(fits, b.sub(doubled, size), doubled), b.binary("or", b.binary("shl", quotient, one), bit)

    return b.loop(b.i64(machine.bits), turn, (high, zero), scalar=True)[1]
