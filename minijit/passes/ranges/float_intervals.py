"""Intervals of floats: between which two numbers a value lies, whether it may be 0, and whether it may be nan.

Operations round to the nearest float, which never changes the order of results, so the ends of an interval may be
computed like any other number. The two zeros are one number here: they compare equal.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from minijit.machine import F32, Machine

_INF: Final = math.inf


class FloatInterval(NamedTuple):
    """What is known of a float.

    Attributes
    ----------
    least, greatest : float
        Between which numbers it lies, unless it is nan.
    zero : bool
        Whether it may be 0, where that lies between them.
    nan : bool
        Whether it may be nan.
    """

    least: float = -_INF
    greatest: float = _INF
    zero: bool = True
    nan: bool = True

    @property
    def may_be_zero(self) -> bool:
        """Whether it may be 0."""
        return self.zero and self.least <= 0.0 <= self.greatest

    @property
    def is_finite(self) -> bool:
        """Whether it is neither infinite nor nan."""
        return not self.nan and self.least > -_INF and self.greatest < _INF


ANY: Final = FloatInterval()
NOT_NEGATIVE: Final = FloatInterval(0.0)


def of_number(number: float) -> FloatInterval:
    """The interval of one number."""
    return FloatInterval(number, number, nan=False) if number == number else ANY


def join(one: FloatInterval, other: FloatInterval) -> FloatInterval:
    """What is one or the other."""
    zero = one.may_be_zero or other.may_be_zero
    return FloatInterval(
        min(one.least, other.least), max(one.greatest, other.greatest), zero, one.nan or other.nan
    )


def meet(one: FloatInterval, other: FloatInterval) -> FloatInterval:
    """What is both; where that can't be, nothing matters."""
    return FloatInterval(
        max(one.least, other.least), min(one.greatest, other.greatest), one.zero and other.zero, one.nan and other.nan
    )


def within(one: FloatInterval, other: FloatInterval) -> bool:
    """Whether all that is in one is in the other."""
    numbers = other.least <= one.least and one.greatest <= other.greatest
    return numbers and (other.zero or not one.may_be_zero) and (other.nan or not one.nan)


# ---- arithmetic, in the precision of `type`


def rounded(number: float, type: Machine) -> float:
    """The number as a float of a type."""
    if type is not F32:
        return number
    with np.errstate(all="ignore"):
        return float(np.float32(number))


def add(a: FloatInterval, b: FloatInterval, type: Machine) -> FloatInterval:
    """a + b."""
    least, greatest = a.least + b.least, a.greatest + b.greatest
    opposite = (a.least == -_INF and b.greatest == _INF) or (a.greatest == _INF and b.least == -_INF)
    return FloatInterval(
        rounded(least if least == least else -_INF, type),
        rounded(greatest if greatest == greatest else _INF, type),
        nan=a.nan or b.nan or opposite,
    )


def negated(a: FloatInterval) -> FloatInterval:
    """-a."""
    return FloatInterval(-a.greatest, -a.least, a.zero, a.nan)


def multiply(a: FloatInterval, b: FloatInterval, type: Machine) -> FloatInterval:
    """a * b; that 0 times infinity is nan does not move the ends."""
    corners = [_product(x, y) for x in a[:2] for y in b[:2]]
    infinite = not (_is_bounded(a) and _is_bounded(b))
    return FloatInterval(
        rounded(min(corners), type), rounded(max(corners), type), nan=a.nan or b.nan or infinite
    )


def square(a: FloatInterval, type: Machine) -> FloatInterval:
    """a * a."""
    size = absolute(a)
    found = multiply(size, size, type)
    return found._replace(nan=a.nan)


def divide(a: FloatInterval, b: FloatInterval, type: Machine) -> FloatInterval:
    """a / b."""
    if not (0.0 < b.least <= b.greatest or b.least <= b.greatest < 0.0):
        # Near 0 the quotient may be anything, of the sign that it has. Code that never runs may hold what can't be.
        positive = a.least >= 0.0 and b.least >= 0.0 and not b.may_be_zero
        return NOT_NEGATIVE if positive else ANY
    corners = [x / y for x in a[:2] for y in b[:2] if not (math.isinf(x) and math.isinf(y))]
    if math.isinf(b.least) or math.isinf(b.greatest):
        corners.append(0.0)
    if len(corners) < 2 or not all(corner == corner for corner in corners):
        return ANY
    infinite = not (_is_bounded(a) and _is_bounded(b))
    if infinite:
        low = -_INF if (a.least == -_INF and b.greatest > 0) or (a.greatest == _INF and b.least < 0) else min(corners)
        high = _INF if (a.greatest == _INF and b.greatest > 0) or (a.least == -_INF and b.least < 0) else max(corners)
        return FloatInterval(rounded(low, type), rounded(high, type))
    return FloatInterval(rounded(min(corners), type), rounded(max(corners), type), nan=a.nan or b.nan)


def absolute(a: FloatInterval) -> FloatInterval:
    """The size of a."""
    if a.least >= 0.0:
        return a
    if a.greatest <= 0.0:
        return negated(a)
    greatest = max(-a.least, a.greatest)
    return FloatInterval(0.0 if a.may_be_zero else math.ulp(0.0), greatest, a.zero, a.nan)


def root(a: FloatInterval, type: Machine) -> FloatInterval:
    """The square root of a, which is nan below 0."""
    least, greatest = (math.sqrt(max(end, 0.0)) for end in a[:2])
    return FloatInterval(rounded(least, type), rounded(greatest, type), a.zero, a.nan or a.least < 0.0)


def _product(x: float, y: float) -> float:
    product = x * y
    return product if product == product else 0.0


def _is_bounded(a: FloatInterval) -> bool:
    return a.least > -_INF and a.greatest < _INF


# ---- comparisons


def above(number: float, *, strictly: bool, type: Machine) -> float:
    """The least float that is greater than a number, or that is not less."""
    if not strictly:
        return number
    if type is F32:
        return float(np.nextafter(np.float32(number), np.float32(_INF)))
    return math.nextafter(number, _INF)


def where_holds(predicate: str, a: FloatInterval, b: FloatInterval, type: Machine) -> FloatInterval:
    """What is known of a where it compares with b in this way (``olt`` and so on, ``u`` where one may be nan)."""
    relation, nan = predicate[1:], predicate[0] == "u"
    if nan and b.nan:
        return a
    match relation:
        case "gt" | "ge":
            found = FloatInterval(above(b.least, strictly=relation == "gt", type=type), nan=nan)
        case "lt" | "le":
            found = negated(FloatInterval(above(-b.greatest, strictly=relation == "lt", type=type), nan=nan))
        case "eq":
            found = FloatInterval(b.least, b.greatest, b.zero, nan)
        case "ne":
            found = FloatInterval(zero=b[:2] != (0.0, 0.0), nan=nan)
        case "rd":
            found = FloatInterval(nan=False)
        case _:
            return a
    return meet(a, found)


def always_holds(predicate: str, a: FloatInterval, b: FloatInterval) -> bool:
    """Whether a compares with b in this way whatever they are."""
    if predicate[0] == "o" and (a.nan or b.nan):
        return False
    match predicate[1:]:
        case "rd":
            return True
        case "gt":
            return a.least > b.greatest
        case "ge":
            return a.least >= b.greatest
        case "lt":
            return a.greatest < b.least
        case "le":
            return a.greatest <= b.least
        case "eq":
            return a.least == a.greatest == b.least == b.greatest
        case "ne":
            apart = a.greatest < b.least or b.greatest < a.least
            return apart or (b[:2] == (0.0, 0.0) and not a.may_be_zero)
    return False
