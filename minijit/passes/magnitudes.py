"""How large integers can become in a loop nest: bounds of absolute values, for the overflow checks of Python ints.

A magnitude is a polynomial with positive coefficients, read over the absolute values of its variables. It knows nothing
of signs, so it is coarse, but it also covers what is not affine::

    s += i * i          at most |s before the nest| + turns * turns * turns
    s += int(a[i])      at most |s before the nest| + turns * 2**31 for int32 elements

Before the nest it is evaluated in floating point. Rounding doesn't matter, since results are only let up to half of
what 64 bits hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from minijit.ir.builder import known
from minijit.ir.nodes import Block, Edge, Instr, Param, Value
from minijit.machine import I64, Machine
from minijit.passes.affine import AffineForms, step_of
from minijit.passes.loop_nests import Loop, with_inner_loops
from minijit.passes.polynomials import Poly, constant, plus, times, variable
from minijit.passes.remainders import greatest_remainder

LIMIT: Final = 1 << 62
"""Magnitudes up to this are taken to fit in 64 bits."""
_SHRINKING: Final = frozenset(("ashr", "sdiv", "srem", "floor_div", "check_div"))
_DEEPEST: Final = 5
_MOST_TERMS: Final = 12
_ENDLESS: Final = 1 << 50
"""No loop takes so many turns in a lifetime; bounds the counters of ``while`` loops."""



class Magnitudes:
    """The magnitudes of the values in one nest; None where nothing is known but the type."""

    def __init__(self, forms: AffineForms, before: dict[Block, list[tuple[Block, Edge]]]) -> None:
        self.forms = forms
        self.before = before
        self.headers = {loop.header: loop for loop in with_inner_loops(forms.root)}
        self._known: dict[Value, Poly | None] = {}

    def of(self, value: Value) -> Poly | None:
        """A bound of the absolute value of an integer."""
        if value not in self._known:
            # Whatever depends on itself other than by addition grows without a bound.
            self._known[value] = None
            self._known[value] = _checked(self._of_param(value) if isinstance(value, Param) else self._of(value))
        return self._known[value]

    # ---- instructions

    def _of(self, value: Instr) -> Poly | None:
        number = known(value)
        if number is not None:
            return constant(abs(int(number)))
        if value.op == "const":
            # Poison: nobody looks at it.
            return {}
        if value.type is I64 and self.forms.fixed(value):
            return self._variable(value)
        op = value.op
        if _is_sum(value):
            return _sum(map(self.of, value.args))
        if op == "check_mul" or (op == "mul" and value.attrs.get("nsw")):
            return _product(map(self.of, value.args))
        if op == "select":
            return _largest(map(self.of, value.args[1:]))
        if op == "intrinsic" and value.attrs["name"] in ("smin", "smax"):
            return _largest(map(self.of, value.args))
        if op in _SHRINKING and not self._is_small(value):
            return self.of(value.args[0])
        if op == "floor_mod" and not self._is_small(value):
            return self.of(value.args[1])
        return self._by_range(value)

    def _is_small(self, value: Instr) -> bool:
        return self._by_range(value) is not None

    def _by_range(self, value: Instr) -> Poly | None:
        if value.op == "convert" and value.attrs["how"] in ("sext", "zext"):
            source = value.args[0].type
            assert isinstance(source, Machine)
            return constant(1 << source.bits) if source.bits < 64 else None
        greatest = greatest_remainder(value)
        if greatest is not None:
            return constant(greatest)
        if value.op in ("srem", "urem"):
            number = known(value.args[1])
            if number is not None and number > 0:
                return constant(int(number))
        return None

    def _variable(self, value: Value) -> Poly:
        self.forms.numbers.setdefault(value, len(self.forms.numbers))
        return variable(value)

    # ---- what is carried around loops

    def _of_param(self, value: Param) -> Poly | None:
        if value.type is not I64:
            return None
        if not self.forms.inside(value):
            return self._variable(value)
        loop = self.headers.get(value.block)
        if loop is None:
            return _largest(self.of(arg) for _, arg in self._incoming(value))
        turns = self._turns(loop)
        if value is loop.counter:
            return turns
        start = _largest(self.of(arg) for source, arg in self._incoming(value) if source not in loop.blocks)
        growth, again = self._growth_in_turn(value, loop)
        if start is None or growth is None or again is None:
            return None
        return _sum((_largest((start, again)), _product((turns, growth))))

    def _incoming(self, param: Param) -> list[tuple[Block, Value]]:
        place = param.block.params.index(param)
        return [(source, edge.args[place]) for source, edge in self.before[param.block]]

    def _turns(self, loop: Loop) -> Poly | None:
        turns = loop.turns
        if turns is None:
            return constant(_ENDLESS)
        found = self.of(turns)
        if found is None and isinstance(turns, Instr) and turns.op == "select":
            condition, amount, nothing = turns.args
            if isinstance(condition, Instr) and condition.op == "icmp" and known(nothing) == 0:
                # The length of a range: less than the distance of its ends, which is negative where it wraps.
                ends = condition.args
                if condition.attrs["predicate"] == "slt" and step_of(amount, *ends) is not None:
                    return _sum((*map(self.of, ends), constant(1)))
        return found

    def _growth_in_turn(self, param: Param, loop: Loop) -> tuple[Poly | None, Poly | None]:
        """By how much the absolute value can grow in one turn, and what the variable may be set to instead."""
        growth: Poly | None = {}
        again: Poly | None = {}
        for source, arg in self._incoming(param):
            if source not in loop.blocks:
                continue
            derived, change = self._change(arg, param, set())
            if derived:
                growth = _largest((growth, change))
            else:
                again = _largest((again, self.of(arg)))
        return growth, again

    def _change(self, value: Value, origin: Param, busy: set[Value]) -> tuple[bool, Poly | None]:
        """Whether `value` is made from `origin`, and by how much its absolute value may be larger."""
        if value is origin:
            return True, {}
        if value in busy:
            return True, None
        if isinstance(value, Param):
            return self._change_of_param(value, origin, busy)
        if _is_sum(value):
            for place in (0, 1):
                derived, change = self._change(value.args[place], origin, busy)
                if derived:
                    return True, _sum((change, self.of(value.args[1 - place])))
        if value.op == "select":
            return self._change_of_any(value.args[1:], origin, busy)
        return False, None

    def _change_of_any(self, values: Iterable[Value], origin: Param, busy: set[Value]) -> tuple[bool, Poly | None]:
        found = [(value, *self._change(value, origin, busy)) for value in values]
        if not any(derived for _, derived, _ in found):
            return False, None
        return True, _largest(change if derived else self.of(value) for value, derived, change in found)

    def _change_of_param(self, value: Param, origin: Param, busy: set[Value]) -> tuple[bool, Poly | None]:
        if not self.forms.inside(value) or value.type is not I64:
            return False, None
        loop = self.headers.get(value.block)
        incoming = self._incoming(value)
        if loop is None:
            return self._change_of_any([arg for _, arg in incoming], origin, busy | {value})
        if loop.counter is value or value.block is origin.block:
            return False, None
        entering = [arg for source, arg in incoming if source not in loop.blocks]
        derived, change = self._change_of_any(entering, origin, busy)
        if not derived:
            return False, None
        growth, again = self._growth_in_turn(value, loop)
        return True, _sum((change, again, _product((self._turns(loop), growth))))


def _is_sum(value: Instr) -> bool:
    return value.op in ("check_add", "check_sub") or (value.op in ("add", "sub") and value.attrs.get("nsw") is True)


def _checked(poly: Poly | None) -> Poly | None:
    """None for what has become too large to be worth evaluating."""
    if poly is None or len(poly) > _MOST_TERMS or any(len(monomial) > _DEEPEST for monomial in poly):
        return None
    return poly


def _sum(magnitudes: Iterable[Poly | None]) -> Poly | None:
    total: Poly = {}
    for each in magnitudes:
        if each is None:
            return None
        total = plus(total, each)
    return total


def _product(magnitudes: Iterable[Poly | None]) -> Poly | None:
    total = constant(1)
    for each in magnitudes:
        if each is None:
            return None
        total = times(total, each)
    return total


def _largest(magnitudes: Iterable[Poly | None]) -> Poly | None:
    total: Poly = {}
    for each in magnitudes:
        if each is None:
            return None
        for monomial, coefficient in each.items():
            total[monomial] = max(coefficient, total.get(monomial, 0))
    return total
