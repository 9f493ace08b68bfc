"""Where the accesses of a loop nest lie in memory, computed before it.

All elements that an access can touch lie between the address for the least counters and the one for the greatest. Both
are accessed if all loops have a turn, so their addresses do not overflow.
"""

from __future__ import annotations

from minijit.ir.builder import MachineBuilder, machine_type
from minijit.ir.nodes import Instr, Value
from minijit.machine import I64, PTR
from minijit.passes.clone_blocks import copy_instr
from minijit.passes.loops.access_families import Family
from minijit.passes.loops.affine import AffineForms
from minijit.passes.loops.polynomials import Poly, number_in


class ByteRanges:
    """Writes comparisons of ranges at the builder's place, which comes before the nest of `forms`."""

    def __init__(self, b: MachineBuilder, forms: AffineForms) -> None:
        self.b = b
        self.forms = forms
        self._here: dict[Value, Value] = {}
        self._ends: dict[Family, tuple[Value, Value]] = {}

    def lie_apart(self, one: Family, other: Family) -> Value:
        """Whether no byte belongs to both families, whatever the turns.

        The comparison is signed: accesses that are made in some turns only could lie before address 0 in others.
        """
        low, high = self._range(one)
        other_low, other_high = self._range(other)
        return self.b.or_(self.b.icmp("sle", high, other_low), self.b.icmp("sle", other_high, low))

    def _range(self, family: Family) -> tuple[Value, Value]:
        """The first byte that is touched, and the one behind the last."""
        if family not in self._ends:
            b = self.b
            low = high = self.value(family.rest)
            for counter, factor in family.factors.items():
                turns = self.before(self._turns_of(counter))
                last = b.mul(self.value(factor), b.sub(turns, b.i64(1)))
                number = number_in(factor)
                if number is None or number < 0:
                    low = b.add(low, b.intrinsic("smin", I64, last, b.i64(0)))
                if number is None or number > 0:
                    high = b.add(high, b.intrinsic("smax", I64, last, b.i64(0)))
            base = self.before(family.base)
            self._ends[family] = (
                b.ptr_add(base, b.add(low, b.i64(family.first))),
                b.ptr_add(base, b.add(high, b.i64(family.beyond))),
            )
        return self._ends[family]

    def size(self, poly: Poly) -> Value:
        """The absolute value of a polynomial of fixed values."""
        number = number_in(poly)
        return self.b.i64(abs(number)) if number is not None else self.b.intrinsic("abs", I64, self.value(poly))

    def value(self, poly: Poly) -> Value:
        """A polynomial of fixed values."""
        total: Value = self.b.i64(0)
        numbers = self.forms.numbers
        for monomial, coefficient in poly.items():
            product: Value = self.b.i64(coefficient)
            for value in sorted(monomial, key=numbers.__getitem__):
                product = self.b.mul(self.before(value), product)
            total = self.b.add(total, product)
        return total

    def before(self, value: Value) -> Value:
        """A value before the nest, computed there if need be; where it is poison, some number."""
        if isinstance(value, Instr) and value.op == "const":
            type, number = machine_type(value), value.attrs["value"]
            return self.b.const(type, number if number != "poison" else None if type is PTR else 0)
        made = self._here.get(value)
        if made is None and not self.forms.inside(value):
            made = self._here[value] = self.b.emit("freeze", (value,), machine_type(value))
        elif made is None:
            assert isinstance(value, Instr)
            made = copy_instr(value, [self.before(arg) for arg in value.args])
            made.attrs.pop("nsw", None)
            self.b.block.instrs.append(made)
            self._here[value] = made
        return made

    def _turns_of(self, counter: Value) -> Value:
        turns = self.forms.counters[counter].turns
        assert turns is not None
        return turns
