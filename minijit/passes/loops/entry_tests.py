"""The test before a loop nest: all conditions at once, in arithmetic that can't overflow."""

from __future__ import annotations

from collections.abc import Iterable

from minijit.ir.builder import MachineBuilder, machine_type
from minijit.ir.nodes import Instr, Value
from minijit.machine import F64, I128
from minijit.passes.clone_blocks import copy_instr
from minijit.passes.loops.affine import AffineForms
from minijit.passes.loops.polynomials import GREATEST, LEAST, Monomial, Poly, constant_term, degree
from minijit.passes.ranges.magnitudes import LIMIT

_PRODUCT_BITS = 114
"""What products may take of the 128 bits; the rest is for coefficients and sums."""


def strictest(conditions: Iterable[Poly]) -> list[Poly]:
    """Without the conditions that follow from others: of those that differ in a constant only the least is kept."""
    found: dict[frozenset[tuple[Monomial, int]], Poly] = {}
    for poly in conditions:
        key = frozenset(item for item in poly.items() if item[0])
        known = found.get(key)
        if known is None or constant_term(poly) < constant_term(known):
            found[key] = poly
    return list(found.values())


def largest(magnitudes: Iterable[Poly]) -> list[Poly]:
    """Without the magnitudes that are no larger than another one."""
    found: list[Poly] = []
    for poly in magnitudes:
        if not any(_covers(other, poly) for other in found):
            found = [other for other in found if not _covers(poly, other)]
            found.append(poly)
    return found


def _covers(large: Poly, small: Poly) -> bool:
    return all(large.get(monomial, 0) >= coefficient for monomial, coefficient in small.items())


def can_be_tested(poly: Poly) -> bool:
    """Whether 128 bits are enough for the condition (values of products are tested to be small)."""
    total = sum(abs(coefficient) for monomial, coefficient in poly.items() if monomial)
    most = 1 << 60 if degree(poly) < 2 else 1 << 10
    return degree(poly) <= 3 and total < most and abs(constant_term(poly)) < 1 << 100


class EntryTest:
    """What has to hold before a nest: conditions are at least 0, magnitudes not above the limit, truths true."""

    b: MachineBuilder

    def __init__(
        self, forms: AffineForms, conditions: list[Poly], magnitudes: list[Poly], truths: list[Value]
    ) -> None:
        self.forms = forms
        self.conditions = conditions
        self.magnitudes = magnitudes
        self.truths = truths
        self._here: dict[Value, Value] = {}
        self._wide: dict[Value, Value] = {}
        self._sizes: dict[Value, Value] = {}
        self._limits: dict[Value, int] = {}

    def emit(self, b: MachineBuilder) -> Value:
        """Whether it holds; values that are fixed in the nest are computed here as well."""
        self.b = b
        truths = [self._condition(poly) for poly in self.conditions]
        truths += [self._within_limit(poly) for poly in self.magnitudes]
        truths += map(self.here, self.truths)
        truths += [self._limited(value, bits) for value, bits in self._limits.items()]
        result = truths[0]
        for truth in truths[1:]:
            result = self.b.and_(result, truth)
        return result

    def _condition(self, poly: Poly) -> Value:
        short = self._short(poly)
        if short is not None:
            return short
        self._limit_factors(poly)
        total: Value = self.b.const(I128, constant_term(poly))
        for monomial, coefficient in poly.items():
            if monomial:
                total = self.b.add(total, self._monomial(monomial, coefficient))
        return self.b.icmp("sge", total, self.b.const(I128, 0))

    def _short(self, poly: Poly) -> Value | None:
        """``x >= c``, ``x <= c``, ``x < y`` and ``x <= y`` need no more than 64 bits."""
        number = constant_term(poly)
        terms = [(monomial[0], factor) for monomial, factor in poly.items() if len(monomial) == 1]
        if len(terms) != len(poly) - (() in poly) or any(abs(factor) != 1 for _, factor in terms):
            return None
        if len(terms) == 1:
            value, factor = terms[0]
            if not LEAST <= -factor * number <= GREATEST:
                return None
            return self.b.icmp("sge" if factor > 0 else "sle", self.here(value), self.b.i64(-factor * number))
        if len(terms) == 2 and terms[0][1] != terms[1][1] and number in (0, -1):
            large, small = (value for value, _ in sorted(terms, key=lambda term: -term[1]))
            return self.b.icmp("sle" if number == 0 else "slt", self.here(small), self.here(large))
        return None

    def _monomial(self, monomial: Monomial, coefficient: int) -> Value:
        first, *others = sorted(monomial, key=self.forms.numbers.__getitem__)
        product = self._widened(first)
        for value in others:
            product = self.b.mul(product, self._widened(value))
        return product if coefficient == 1 else self.b.mul(product, self.b.const(I128, coefficient))

    def _widened(self, value: Value) -> Value:
        if value not in self._wide:
            self._wide[value] = self.b.convert("sext", self.here(value), I128)
        return self._wide[value]

    def _within_limit(self, magnitude: Poly) -> Value:
        """In floating point, which can't overflow to anything small."""
        b = self.b
        total: Value = b.f64(float(constant_term(magnitude)))
        for monomial, coefficient in magnitude.items():
            product: Value = b.f64(float(coefficient))
            for value in sorted(monomial, key=self.forms.numbers.__getitem__):
                product = b.emit("fmul", (product, self._absolute(value)), F64)
            if monomial:
                total = b.emit("fadd", (total, product), F64)
        return b.fcmp("ole", total, b.f64(float(LIMIT)))

    def _absolute(self, value: Value) -> Value:
        if value not in self._sizes:
            self._sizes[value] = self.b.intrinsic("fabs", F64, self.b.convert("sitofp", self.here(value), F64))
        return self._sizes[value]

    def _limit_factors(self, poly: Poly) -> None:
        for monomial in poly:
            if len(monomial) > 1:
                for value in monomial:
                    bits = _PRODUCT_BITS // len(monomial)
                    self._limits[value] = min(bits, self._limits.get(value, bits))

    def _limited(self, value: Value, bits: int) -> Value:
        shifted = self.b.add(self.here(value), self.b.i64(1 << (bits - 1)))
        return self.b.icmp("ult", shifted, self.b.i64(1 << bits))

    def here(self, value: Value) -> Value:
        """The value before the nest."""
        known = self._here.get(value)
        if known is None and (_is_poison(value) or not self.forms.inside(value)):
            return self._frozen(value)
        if known is None:
            assert isinstance(value, Instr)
            known = copy_instr(value, [self.here(arg) for arg in value.args])
            # Where the original would not have run, its promise not to overflow does not hold.
            known.attrs.pop("nsw", None)
            self.b.block.instrs.append(known)
            self._here[value] = known
        return known

    def _frozen(self, value: Value) -> Value:
        """A value from outside of the nest, as some number even where nobody would look at it.

        What a union holds for the types that it does not have at the moment is poison; a test that used it as it is
        would be undefined.
        """
        if isinstance(value, Instr) and _is_poison(value):
            # It may stand within the nest; any number will do.
            return self.b.const(machine_type(value), 0)
        if isinstance(value, Instr) and value.op == "const":
            return value
        self._here[value] = self.b.emit("freeze", (value,), machine_type(value))
        return self._here[value]


def _is_poison(value: Value) -> bool:
    return isinstance(value, Instr) and value.op == "const" and value.attrs["value"] == "poison"
