"""Polynomials over values of the IR with integer coefficients: what an index is, in exact arithmetic.

A polynomial is a dict from monomials to coefficients; a monomial is the tuple of its values, in one fixed order, ``()``
for the constant term. ``n - 1 - i`` is ``{(n,): 1, (): -1, (i,): -1}``, ``i * m + j`` is ``{(i, m): 1, (j,): 1}``. The
dicts are never changed once they are made.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from minijit.ir.nodes import Value

Monomial: TypeAlias = tuple[Value, ...]
Poly: TypeAlias = dict[Monomial, int]

LEAST: Final = -(1 << 63)
GREATEST: Final = (1 << 63) - 1


def constant(number: int) -> Poly:
    """The polynomial that is a number."""
    return {(): number} if number else {}


def variable(value: Value) -> Poly:
    """The polynomial that is a value."""
    return {(value,): 1}


def plus(one: Poly, other: Poly, factor: int = 1) -> Poly:
    """``one + factor * other``."""
    total = dict(one)
    for monomial, coefficient in other.items():
        new = total.get(monomial, 0) + factor * coefficient
        if new:
            total[monomial] = new
        else:
            total.pop(monomial, None)
    return total


def times(one: Poly, other: Poly) -> Poly:
    """The product."""
    product: Poly = {}
    for left, factor in one.items():
        for right, coefficient in other.items():
            monomial = tuple(sorted(left + right, key=id)) if left and right else left or right
            new = product.get(monomial, 0) + factor * coefficient
            if new:
                product[monomial] = new
            else:
                product.pop(monomial, None)
    return product


def scaled(one: Poly, factor: int) -> Poly:
    """``factor * one``."""
    return {monomial: factor * coefficient for monomial, coefficient in one.items()} if factor else {}


def number_in(one: Poly) -> int | None:
    """The number that the polynomial is, if it is one."""
    if not one:
        return 0
    return one[()] if len(one) == 1 and () in one else None


def constant_term(one: Poly) -> int:
    """The coefficient of the constant term."""
    return one.get((), 0)


def degree(one: Poly) -> int:
    """The greatest number of factors in a monomial."""
    return max(map(len, one), default=0)


def split(one: Poly, value: Value) -> tuple[Poly, Poly] | None:
    """``(a, b)`` such that the polynomial is ``a * value + b`` neither of them with `value`; None for squares."""
    linear: Poly = {}
    rest: Poly = {}
    for monomial, coefficient in one.items():
        count = monomial.count(value)
        if count == 0:
            rest[monomial] = coefficient
        elif count == 1:
            linear[tuple(each for each in monomial if each is not value)] = coefficient
        else:
            return None
    return linear, rest
