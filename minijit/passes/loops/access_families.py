"""Accesses to memory whose addresses are polynomials: which bytes around a base, and how they move."""

from __future__ import annotations

from minijit.ir.nodes import Instr, Value
from minijit.machine import Machine
from minijit.passes.loops.affine import AffineForms
from minijit.passes.loops.polynomials import Poly, plus, split


class Family:
    """The accesses to elements at one place: of the same base, with offsets that differ in a constant.

    Attributes
    ----------
    base : Value
        Where the array begins.
    offset : Poly
        In bytes, without the constant.
    first, beyond : int
        Between which constants the accesses lie.
    written : bool
        Whether one of them is a store.
    late : bool
        Whether all accesses to the base stand in the last piece of the nest.
    factors : dict of Value to Poly
        By how many bytes the address changes with each counter.
    rest : Poly
        The offset where all counters are 0.
    """

    __slots__ = ("base", "beyond", "factors", "first", "late", "members", "offset", "rest", "written")

    def __init__(self, base: Value, offset: Poly, factors: dict[Value, Poly], rest: Poly) -> None:
        self.base = base
        self.offset = offset
        self.factors = factors
        self.rest = rest
        self.first: int = 0
        self.beyond: int = 0
        self.written = False
        self.late = False
        self.members: list[Instr] = []

    def add(self, instr: Instr, start: int) -> None:
        """Add an access that begins at a constant offset."""
        end = start + size_of(instr)
        self.first = min(self.first, start) if self.members else start
        self.beyond = max(self.beyond, end) if self.members else end
        self.written |= instr.op == "store"
        self.members.append(instr)


def address_of(pointer: Value, forms: AffineForms) -> tuple[Value, Poly] | None:
    """The base of a pointer, and its distance from there; None where that is no polynomial, or the base changes."""
    total: Poly = {}
    while isinstance(pointer, Instr) and pointer.op == "ptr_add":
        pointer, offset = pointer.args
        poly = forms.poly(offset)
        if poly is None or forms.wrapping[offset] or not forms.is_affine(poly):
            return None
        total = plus(total, poly)
    return None if forms.inside(pointer) else (pointer, total)


def family_of(base: Value, offset: Poly, forms: AffineForms) -> Family | None:
    """A family without members; None where counters are multiplied with each other."""
    factors: dict[Value, Poly] = {}
    rest = offset
    for counter in forms.counters:
        parts = split(rest, counter)
        if parts is None:
            return None
        factor, rest = parts
        if factor:
            if any(value in forms.counters for monomial in factor for value in monomial):
                return None
            factors[counter] = factor
    return Family(base, offset, factors, rest)


def size_of(access: Instr) -> int:
    """How many bytes a load or store touches."""
    type = access.type if access.op == "load" else access.args[1].type
    assert isinstance(type, Machine)
    return size_of_type(type)


def size_of_type(type: Machine) -> int:
    """How many bytes a value takes in memory."""
    return max(1, type.bits // 8)
