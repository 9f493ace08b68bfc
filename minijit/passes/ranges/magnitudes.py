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
from typing import Final, NamedTuple

from minijit.ir.builder import known
from minijit.ir.nodes import Block, Edge, Instr, Param, Value
from minijit.machine import I64, Machine
from minijit.passes.loops.affine import AffineForms, step_of
from minijit.passes.loops.loop_nests import Loop, with_inner_loops
from minijit.passes.loops.polynomials import Poly, constant, plus, times, variable
from minijit.passes.ranges.remainders import greatest_remainder

LIMIT: Final = 1 << 62
"""Magnitudes up to this are taken to fit in 64 bits."""
_SHRINKING: Final = frozenset(("ashr", "sdiv", "srem", "floor_div", "check_div"))
_DEEPEST: Final = 5
_MOST_TERMS: Final = 12
_ALL_TURNS: Final = Param(Block(""), "all turns", I64)
"""The turns that loops of which no number is known take in all, however they are nested."""
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
            found = self._of_param(value) if isinstance(value, Param) else self._of(value)
            self._known[value] = _checked(_counted(found))
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
        growth, instead = self._growth_in_turn(value, loop)
        return _sum((_largest((start, instead)), _over_turns(turns, growth)))

    def _incoming(self, param: Param) -> list[tuple[Block, Value]]:
        place = param.block.params.index(param)
        return [(source, edge.args[place]) for source, edge in self.before[param.block]]

    def _turns(self, loop: Loop) -> Poly | None:
        turns = loop.turns
        if turns is None:
            return variable(_ALL_TURNS)
        found = self.of(turns)
        if found is None and isinstance(turns, Instr) and turns.op == "select":
            condition, amount, nothing = turns.args
            if isinstance(condition, Instr) and condition.op == "icmp" and known(nothing) == 0:
                # The length of a range: less than the distance of its ends, which is negative where it wraps.
                ends = condition.args
                if condition.attrs["predicate"] == "slt" and step_of(amount, *ends) is not None:
                    return _sum((*map(self.of, ends), constant(1)))
        return found

    def _growth_in_turn(self, param: Param, loop: Loop) -> _Change:
        """By how much the absolute value can grow in one turn, and what the variable may be set to instead."""
        total = _Change({}, {})
        for source, arg in self._incoming(param):
            if source in loop.blocks:
                change = self._change(arg, param, set()) or _Change({}, self.of(arg))
                total = _Change(_largest((total.more, change.more)), _largest((total.instead, change.instead)))
        return total

    def _change(self, value: Value, origin: Param, busy: set[Value]) -> _Change | None:
        """How `value` is made from `origin`; None if it is not."""
        if value is origin:
            return _Change({}, {})
        if value in busy:
            return _Change(None, None)
        if isinstance(value, Param):
            return self._change_of_param(value, origin, busy)
        if _is_sum(value):
            for place in (0, 1):
                change = self._change(value.args[place], origin, busy)
                if change is not None:
                    term = self.of(value.args[1 - place])
                    instead = _sum((change.instead, term)) if change.instead != {} else {}
                    return _Change(_sum((change.more, term)), instead)
        if value.op == "select":
            return self._change_of_any(value.args[1:], origin, busy)
        return None

    def _change_of_any(self, values: Iterable[Value], origin: Param, busy: set[Value]) -> _Change | None:
        found = [(value, self._change(value, origin, busy)) for value in values]
        if all(change is None for _, change in found):
            return None
        return _Change(
            _largest(change.more for _, change in found if change is not None),
            _largest(self.of(value) if change is None else change.instead for value, change in found),
        )

    def _change_of_param(self, value: Param, origin: Param, busy: set[Value]) -> _Change | None:
        if not self.forms.inside(value) or value.type is not I64:
            return None
        loop = self.headers.get(value.block)
        incoming = self._incoming(value)
        if loop is None:
            return self._change_of_any([arg for _, arg in incoming], origin, busy | {value})
        if loop.counter is value or value.block is origin.block:
            return None
        entering = [arg for source, arg in incoming if source not in loop.blocks]
        change = self._change_of_any(entering, origin, busy)
        if change is None:
            return None
        in_turn = self._growth_in_turn(value, loop)
        growth = _over_turns(self._turns(loop), in_turn.more)
        instead = _largest((change.instead, in_turn.instead))
        return _Change(_sum((change.more, growth)), _sum((instead, growth)) if instead != {} else {})


class _Change(NamedTuple):
    """Bounds an absolute value by that of a variable: at most `more` above it, or else at most `instead`."""

    more: Poly | None
    instead: Poly | None


def _is_sum(value: Instr) -> bool:
    return value.op in ("check_add", "check_sub") or (value.op in ("add", "sub") and value.attrs.get("nsw") is True)


def _over_turns(turns: Poly | None, growth: Poly | None) -> Poly | None:
    """The growth in all turns; what counts all the turns that there can be already is no more for an outer loop."""
    if turns is None or growth is None:
        return None
    counted = {monomial: factor for monomial, factor in growth.items() if _ALL_TURNS in monomial}
    return plus(times(turns, plus(growth, counted, -1)), counted)


def _counted(poly: Poly | None) -> Poly | None:
    """The polynomial with a number for all the turns that there can be."""
    if poly is None or not any(_ALL_TURNS in monomial for monomial in poly):
        return poly
    total: Poly = {}
    for monomial, factor in poly.items():
        others = tuple(each for each in monomial if each is not _ALL_TURNS)
        total = plus(total, {others: factor * _ENDLESS ** (len(monomial) - len(others))})
    return total


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
