"""Arithmetic on intervals of integers: between which numbers a result lies if the operands lie within theirs.

An interval is a pair (least, greatest), both included. It speaks of machine integers as signed numbers, but of an i1 as
0 or 1. Functions give the exact result's interval; what becomes of a result that does not fit is up to the caller.
"""

from __future__ import annotations

from typing import Final, TypeAlias

Interval: TypeAlias = tuple[int, int]

BIT: Final[Interval] = (0, 1)


def of_bits(bits: int) -> Interval:
    """All that a machine integer can be."""
    return BIT if bits == 1 else (-1 << (bits - 1), (1 << (bits - 1)) - 1)


def join(one: Interval, other: Interval) -> Interval:
    """The least interval around both."""
    return min(one[0], other[0]), max(one[1], other[1])


def meet(one: Interval, other: Interval) -> Interval | None:
    """What is in both; None if nothing is."""
    least, greatest = max(one[0], other[0]), min(one[1], other[1])
    return (least, greatest) if least <= greatest else None


def within(one: Interval, other: Interval) -> bool:
    """Whether all of `one` is in `other`."""
    return other[0] <= one[0] and one[1] <= other[1]


def size(one: Interval) -> int:
    """The greatest absolute value."""
    return max(-one[0], one[1])


def add(a: Interval, b: Interval) -> Interval:
    """a + b."""
    return a[0] + b[0], a[1] + b[1]


def sub(a: Interval, b: Interval) -> Interval:
    """a - b."""
    return a[0] - b[1], a[1] - b[0]


def mul(a: Interval, b: Interval) -> Interval:
    """a * b."""
    corners = a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1]
    return min(corners), max(corners)


def square(a: Interval) -> Interval:
    """a * a."""
    greatest = size(a) ** 2
    return (0 if a[0] <= 0 <= a[1] else min(abs(a[0]), abs(a[1])) ** 2), greatest


def absolute(a: Interval) -> Interval:
    """The absolute value."""
    return (0 if a[0] <= 0 <= a[1] else min(abs(a[0]), abs(a[1]))), size(a)


def floor_div(a: Interval, b: Interval) -> Interval:
    """a // b for b != 0."""
    if b[0] == 0:
        b = 1, max(b[1], 1)
    if b[1] == 0:
        b = min(b[0], -1), -1
    if b[0] < 0 < b[1]:
        greatest = size(a)
        return -greatest, greatest
    corners = a[0] // b[0], a[0] // b[1], a[1] // b[0], a[1] // b[1]
    return min(corners), max(corners)


def floor_mod(a: Interval, b: Interval) -> Interval:
    """a % b for b != 0: between 0 and b, without b."""
    if b[0] > 0 and a[0] >= 0:
        return a if a[1] < b[0] else (0, min(a[1], b[1] - 1))
    return min(b[0] + 1, 0), max(b[1] - 1, 0)


def quotient(a: Interval, b: Interval) -> Interval:
    """Division towards zero, for b != 0."""
    if a[0] >= 0 and b[0] >= 0:
        return floor_div(a, b)
    greatest = size(a)
    return -greatest, greatest


def remainder(a: Interval, b: Interval) -> Interval:
    """What division towards zero leaves: smaller than b, with the sign of a."""
    greatest = max(size(b) - 1, 0)
    return max(min(a[0], 0), -greatest), min(max(a[1], 0), greatest)


def and_(a: Interval, b: Interval) -> Interval:
    """a & b."""
    if a[0] >= 0 and b[0] >= 0:
        return 0, min(a[1], b[1])
    if a[0] >= 0:
        return 0, a[1]
    if b[0] >= 0:
        return 0, b[1]
    return -1 << _bits(a, b), max(a[1], b[1])


def or_(a: Interval, b: Interval) -> Interval:
    """a | b."""
    greatest = -1 if a[1] < 0 or b[1] < 0 else (1 << _bits(a, b)) - 1
    least = max(a[0], b[0]) if a[0] >= 0 and b[0] >= 0 else min(a[0], b[0])
    return least, greatest


def xor(a: Interval, b: Interval) -> Interval:
    """a ^ b."""
    bits = _bits(a, b)
    return (0 if a[0] >= 0 and b[0] >= 0 else -1 << bits), (1 << bits) - 1


def _bits(a: Interval, b: Interval) -> int:
    """The number of bits in which the numbers of both can be written, besides the sign."""
    return max((number if number >= 0 else ~number).bit_length() for number in (*a, *b))


def shifted_left(a: Interval, count: Interval) -> Interval:
    """a << count for counts from 0; of counts beyond 64 no more than that they are large."""
    few, many = min(max(count[0], 0), 64), min(max(count[1], 0), 64)
    return min(a[0] << few, a[0] << many), max(a[1] << few, a[1] << many)


def shifted_right(a: Interval, count: Interval) -> Interval:
    """a >> count for counts from 0."""
    few, many = min(max(count[0], 0), 64), min(max(count[1], 0), 64)
    return min(a[0] >> few, a[0] >> many), max(a[1] >> few, a[1] >> many)


def compared(predicate: str, a: Interval, b: Interval) -> bool | None:
    """Whether a comparison of signed or unsigned numbers holds, if that is certain."""
    if predicate[0] == "u":
        if a[0] < 0 or b[0] < 0:
            if predicate == "ult" and a[1] < 0 <= b[0]:
                return False
            return None
        predicate = "s" + predicate[1:]
    match predicate:
        case "slt":
            return True if a[1] < b[0] else False if a[0] >= b[1] else None
        case "sle":
            return True if a[1] <= b[0] else False if a[0] > b[1] else None
        case "sgt":
            return compared("slt", b, a)
        case "sge":
            return compared("sle", b, a)
        case "eq":
            return True if a == b and a[0] == a[1] else False if meet(a, b) is None else None
        case "ne":
            equal = compared("eq", a, b)
            return None if equal is None else not equal
    return None


def where_holds(predicate: str, a: Interval, b: Interval) -> tuple[Interval, Interval] | None:
    """What is left of both operands where a comparison holds; None if it never does."""
    match predicate:
        case "slt":
            first, second = meet(a, (a[0], b[1] - 1)), meet(b, (a[0] + 1, b[1]))
        case "sle":
            first, second = meet(a, (a[0], b[1])), meet(b, (a[0], b[1]))
        case "sgt" | "sge":
            turned = where_holds("slt" if predicate == "sgt" else "sle", b, a)
            return None if turned is None else (turned[1], turned[0])
        case "eq":
            first = second = meet(a, b)
        case "ne":
            first, second = _without(a, b), _without(b, a)
        case "ult" | "ule" if b[0] >= 0:
            return where_holds("s" + predicate[1:], a, b) if a[0] >= 0 else _where_below(predicate, a, b)
        case "ugt" | "uge" if a[0] >= 0:
            turned = where_holds("ult" if predicate == "ugt" else "ule", b, a)
            return None if turned is None else (turned[1], turned[0])
        case _:
            return a, b
    return None if first is None or second is None else (first, second)


def _where_below(predicate: str, a: Interval, b: Interval) -> tuple[Interval, Interval] | None:
    """As unsigned numbers, negative ones are above all others."""
    positive = meet(a, (0, max(a[1], 0)))
    return None if positive is None else where_holds("s" + predicate[1:], positive, b)


def _without(a: Interval, b: Interval) -> Interval | None:
    if b[0] != b[1]:
        return a
    number = b[0]
    if a == b:
        return None
    return (a[0] + (a[0] == number), a[1] - (a[1] == number))


OPPOSITE: Final = {
    "slt": "sge",
    "sge": "slt",
    "sgt": "sle",
    "sle": "sgt",
    "ult": "uge",
    "uge": "ult",
    "ugt": "ule",
    "ule": "ugt",
    "eq": "ne",
    "ne": "eq",
}
"""The comparison that holds where another one does not."""
