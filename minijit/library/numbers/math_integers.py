"""Functions of :mod:`math` of integers: ``gcd lcm isqrt factorial comb perm``."""

from __future__ import annotations

import math
from typing import Final

from minijit import types as t
from minijit.ir.nodes import Value
from minijit.library.builder import Builder
from minijit.library.objects.ranges import bound
from minijit.library.operands import is_integer, raised_by
from minijit.library.registry import lowers
from minijit.library.samples import INTS, SMALL, each, later, pairs
from minijit.library.vals import Val
from minijit.machine import F64, I64

_LARGEST_ROOT: Final = 3037000499
_NEGATIVE_ROOT = raised_by(math.isqrt, -1)
_NEGATIVE_FACTORIAL = raised_by(math.factorial, -1)


def _size(b: Builder, value: Val) -> Value:
    """The absolute value; that of -2**63 is right as an unsigned number."""
    return b.intrinsic("abs", I64, bound(b, value))


def _as_int(b: Builder, number: Value) -> Val:
    b.bail_unless(b.icmp("sge", number, b.i64(0)), "the result does not fit in 64 bits")
    return b.int_val(number)


def _gcd(b: Builder, x: Value, y: Value) -> Value:
    """The binary algorithm, on unsigned numbers: twos are taken out of both, then the smaller off the larger."""
    one_is_zero = b.or_(b.icmp("eq", x, b.i64(0)), b.icmp("eq", y, b.i64(0)))
    return b.if_else(one_is_zero, lambda: [b.or_(x, y)], lambda: [_gcd_of_positive(b, x, y)], likely=False)[0]


def _gcd_of_positive(b: Builder, x: Value, y: Value) -> Value:
    header, after = b.new_block("gcd.header", [I64, I64]), b.new_block("gcd.end")
    twos = b.intrinsic("cttz", I64, b.or_(x, y))
    b.jump(header, [_odd_part(b, x), _odd_part(b, y)])
    b.move_to(header)
    one, other = header.params
    smaller = b.intrinsic("umin", I64, one, other)
    difference = b.sub(b.intrinsic("umax", I64, one, other), smaller)
    # The same as of the difference itself, but known earlier.
    its_twos = b.intrinsic("cttz", I64, b.sub(one, other))
    again = b.new_block("gcd.again")
    b.branch(b.icmp("ne", difference, b.i64(0)), again, after)
    b.move_to(again)
    b.jump(header, [smaller, b.binary("lshr", difference, its_twos)])
    b.move_to(after)
    return b.binary("shl", smaller, twos)


def _odd_part(b: Builder, number: Value) -> Value:
    return b.binary("lshr", number, b.intrinsic("cttz", I64, number))


_PAIRS = later(lambda: [*pairs(INTS, (*INTS, True))(), (), (12,), (-12,), (12, 18, 27), (4, 6, 0), (0, 0)])


@lowers(math.gcd, result=t.INT, rest=is_integer, effects="raises", fold=True, samples=_PAIRS)
def _gcd_of_all(b: Builder, *args: Val) -> Val:
    result: Value = b.i64(0)
    for position, arg in enumerate(args):
        result = _size(b, arg) if position == 0 else _gcd(b, result, _size(b, arg))
    return _as_int(b, result)


@lowers(math.lcm, result=t.INT, rest=is_integer, effects="raises", fold=True, samples=_PAIRS)
def _lcm_of_all(b: Builder, *args: Val) -> Val:
    result: Value = b.i64(1)
    for position, arg in enumerate(args):
        result = _size(b, arg) if position == 0 else _lcm(b, result, _size(b, arg))
    return _as_int(b, result)


def _lcm(b: Builder, x: Value, y: Value) -> Value:
    common = _gcd(b, x, y)
    divisor = b.select(b.icmp("eq", common, b.i64(0)), b.i64(1), common)
    return b.checked("mul", b.binary("udiv", x, divisor), y)


@lowers(
    math.isqrt,
    is_integer,
    result=t.INT,
    effects="raises",
    fold=True,
    samples=each(INTS, SMALL, (2**62 - 1, 3037000499**2 - 1)),
)
def _isqrt(b: Builder, x: Val) -> Val:
    """The float root is off by one at most."""
    number = bound(b, x)
    b.check(b.icmp("sge", number, b.i64(0)), *_NEGATIVE_ROOT)
    root = b.convert("fptosi", b.intrinsic("sqrt", F64, b.convert("sitofp", number, F64)), I64)
    root = b.min_i64(root, b.i64(_LARGEST_ROOT))
    too_large = b.icmp("sgt", b.mul(root, root), number)
    root = b.select(too_large, b.sub(root, b.i64(1)), root)
    above = b.add(root, b.i64(1))
    # The square of the root above may be 2**63 and more: it is compared as an unsigned number.
    too_small = b.icmp("ule", b.mul(above, above), number)
    return b.int_val(b.select(too_small, above, root))


@lowers(math.factorial, is_integer, result=t.INT, effects="raises", fold=True, samples=each(range(-2, 25), (True,)))
def _factorial(b: Builder, x: Val) -> Val:
    number = bound(b, x)
    b.check(b.icmp("sge", number, b.i64(0)), *_NEGATIVE_FACTORIAL)
    b.bail_unless(b.icmp("sle", number, b.i64(20)), "the factorial of a number above 20 does not fit in 64 bits")

    def turn(index: Value, so_far: tuple[Value, ...]) -> list[Value]:
        return [b.mul(so_far[0], b.add(index, b.i64(1)))]

    return b.int_val(b.loop(number, turn, [b.i64(1)])[0])


_CHOICES = pairs((*SMALL, -1, True), (0, 1, 2, 5, 20, 33, -1, False))

for _function in (math.comb, math.perm):

    @lowers(_function, is_integer, is_integer, result=t.INT, effects="raises", samples=_CHOICES)
    def _choose(b: Builder, n: Val, k: Val, function: object = _function) -> Val:
        return b.call_python(function, [n, k], t.INT, effects="")


@lowers(math.perm, is_integer, result=t.INT, effects="raises", fold=True, samples=each(range(-2, 25)))
def _perm_of_all(b: Builder, n: Val) -> Val:
    return b.call_python(math.perm, [n], t.INT, effects="")
