"""Float ranges: whether a check of a float can fail, from what the float is made of and from the branches around it.

::

    d = x * x + y * y + 0.01            # at least 0.01, or nan
    f = 1.0 / (d * math.sqrt(d))        # the divisor is at least 0.001
    if r > 0.0:
        s += math.log(r)                # positive

This looks only where a check asks, and not far. What goes around a loop is known only where it starts at least at 0
and never gets below: sums of squares and of absolute values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from minijit.ir.builder import known
from minijit.ir.dominance import Dominators
from minijit.ir.nodes import Block, Edge, Function, Instr, Param, Value, predecessors
from minijit.machine import F32, F64, Machine
from minijit.passes.ranges import float_intervals as intervals
from minijit.passes.ranges.float_intervals import ANY, NOT_NEGATIVE, FloatInterval
from minijit.passes.ranges.intervals import Interval

if TYPE_CHECKING:
    from minijit.passes.ranges.value_ranges import ValueRanges

_DEEPEST: Final = 24
_MOST_STEPS: Final = 160
"""For one question."""
_OPPOSITE: Final = {
    "oeq": "une", "une": "oeq", "one": "ueq", "ueq": "one", "olt": "uge", "uge": "olt", "ole": "ugt", "ugt": "ole",
    "ogt": "ule", "ule": "ogt", "oge": "ult", "ult": "oge", "ord": "uno", "uno": "ord",
}  # fmt: skip
_SWAPPED: Final = {"gt": "lt", "lt": "gt", "ge": "le", "le": "ge"}
_AT_LEAST_0: Final = frozenset(("exp", "exp2", "mj_exp", "mj_exp2", "mj_pow2", "mj_pow4", "mj_powroot", "hypot"))
_AT_LEAST_HALF: Final = frozenset(("cosh", "mj_cosh"))
"""Functions whose results are at least 1, but for rounding."""

_Facts = Mapping[Value, FloatInterval]


def asks_for_floats(condition: Value) -> bool:
    """Whether a condition compares floats."""
    if not isinstance(condition, Instr):
        return False
    if condition.op in ("and", "or"):
        return any(map(asks_for_floats, condition.args))
    return condition.op == "fcmp"


class FloatRanges:
    """Answers for a function at the stage "loops", of which `integers` knows the ranges of the integers."""

    def __init__(self, function: Function, dominators: Dominators, integers: ValueRanges) -> None:
        self._dominators = dominators
        self._before = predecessors(function)
        self._integers = integers
        self._facts: dict[Block, _Facts] = {}
        self._guessed: set[Param] = set()
        self._here = False
        self._steps = 0

    def holds(self, condition: Value, block: Block) -> bool:
        """Whether a condition on floats is always true in a block, which `integers` is visiting."""
        self._steps = 0
        facts = self.facts(block)
        return self._holds(condition, facts)

    def _holds(self, condition: Value, facts: _Facts) -> bool:
        if not isinstance(condition, Instr):
            return False
        if condition.op == "and":
            return all(self._holds(arg, facts) for arg in condition.args)
        if condition.op == "or":
            return any(self._holds(arg, facts) for arg in condition.args)
        if condition.op != "fcmp":
            return False
        # What is told of integers here holds for what the condition is made of, not for what other ways have made.
        self._here = True
        a, b = (self._of(arg, facts, 0) for arg in condition.args)
        self._here = False
        return intervals.always_holds(condition.attrs["predicate"], a, b)

    # ---- what branches tell

    def facts(self, block: Block) -> _Facts:
        """What is known of floats in a block from the branches on the only way there."""
        waiting: list[Block] = []
        while block not in self._facts:
            waiting.append(block)
            above = self._dominators.immediate.get(block, block)
            if above is block:
                break
            block = above
        found = self._facts.get(block, {})
        for each in reversed(waiting):
            ways = self._before.get(each, [])
            if len(ways) == 1:
                found = self._on_the_way(*ways[0], found)
            if not self._guessed:
                self._facts[each] = found
        return found

    def _on_the_way(self, source: Block, edge: Edge, facts: _Facts) -> _Facts:
        end = source.terminator
        if end is None or end.op != "branch" or end.edges[0].block is end.edges[1].block:
            return facts
        return self._told(end.args[0], edge is end.edges[0], facts)

    def _told(self, condition: Value, truth: bool, facts: _Facts) -> _Facts:
        if not isinstance(condition, Instr):
            return facts
        if condition.op == ("and" if truth else "or"):
            for arg in condition.args:
                facts = self._told(arg, truth, facts)
            return facts
        if condition.op == "xor" and known(condition.args[1]) == 1:
            return self._told(condition.args[0], not truth, facts)
        predicate = condition.attrs.get("predicate", "")
        if condition.op != "fcmp" or predicate not in _OPPOSITE:
            return facts
        here, self._here = self._here, False
        predicate = predicate if truth else _OPPOSITE[predicate]
        swapped = predicate[0] + _SWAPPED.get(predicate[1:], predicate[1:])
        a, b = condition.args
        known_facts = dict(facts)
        for one, other, how in ((a, b, predicate), (b, a, swapped)):
            limit = self._of(other, facts, 0)
            self._note(one, intervals.where_holds(how, self._of(one, facts, 0), limit, _type(one)), known_facts)
        self._here = here
        return known_facts

    def _note(self, value: Value, interval: FloatInterval, facts: dict[Value, FloatInterval]) -> None:
        """Keep what is known of a value, and of what it is made from."""
        facts[value] = interval
        if not isinstance(value, Instr) or value.op == "const":
            return
        name = value.attrs.get("name")
        inner = value.args[0] if value.args else value
        if value.op == "fneg":
            self._note(inner, intervals.negated(interval), facts)
        elif name == "fabs":
            ends = FloatInterval(-interval.greatest, interval.greatest, interval.may_be_zero, interval.nan)
            self._note(inner, intervals.meet(facts.get(inner, ANY), ends), facts)
        elif (name == "sqrt" or (value.op == "fmul" and inner is value.args[1])) and not interval.may_be_zero:
            self._note(inner, intervals.meet(facts.get(inner, ANY), FloatInterval(zero=False)), facts)

    # ---- what a value is made of

    def _of(self, value: Value, facts: _Facts, depth: int) -> FloatInterval:
        told = facts.get(value, ANY)
        self._steps += 1
        if depth > _DEEPEST or self._steps > _MOST_STEPS or value.type not in (F32, F64):
            return told
        if isinstance(value, Param):
            return intervals.meet(self._of_param(value, depth + 1), told)
        return intervals.meet(self._of_instr(value, facts, depth + 1), told)

    def _of_instr(self, instr: Instr, facts: _Facts, depth: int) -> FloatInterval:
        number = known(instr)
        if number is not None:
            return intervals.of_number(intervals.rounded(float(number), _type(instr)))
        type = _type(instr)
        if instr.op == "fmul" and instr.args[0] is instr.args[1]:
            return intervals.square(self._of(instr.args[0], facts, depth), type)
        if instr.op in ("fadd", "fsub", "fmul", "fdiv"):
            a, b = (self._of(arg, facts, depth) for arg in instr.args)
            match instr.op:
                case "fadd":
                    return intervals.add(a, b, type)
                case "fsub":
                    return intervals.add(a, intervals.negated(b), type)
                case "fmul":
                    return intervals.multiply(a, b, type)
            return intervals.divide(a, b, type)
        if instr.op == "fneg":
            return intervals.negated(self._of(instr.args[0], facts, depth))
        if instr.op == "select":
            return self._of_select(instr, facts, depth)
        if instr.op == "convert":
            return self._of_converted(instr, facts, depth)
        if instr.op == "intrinsic":
            return self._of_intrinsic(instr, facts, depth)
        if instr.op == "call_c":
            return _of_function(instr.attrs["symbol"])
        return ANY

    def _of_select(self, instr: Instr, facts: _Facts, depth: int) -> FloatInterval:
        condition, first, second = instr.args
        a = self._of(first, self._told(condition, True, facts), depth)
        return intervals.join(a, self._of(second, self._told(condition, False, facts), depth))

    def _of_converted(self, instr: Instr, facts: _Facts, depth: int) -> FloatInterval:
        source, how, type = instr.args[0], instr.attrs["how"], _type(instr)
        if how in ("fpext", "fptrunc"):
            found = self._of(source, facts, depth)
            least, greatest = (intervals.rounded(end, type) for end in found[:2])
            return FloatInterval(least, greatest, found.zero or how == "fptrunc", found.nan)
        integers = self._integer(source) if how in ("sitofp", "uitofp") else None
        if integers is None or (how == "uitofp" and integers[0] < 0):
            return ANY
        least, greatest = (intervals.rounded(float(end), type) for end in integers)
        return FloatInterval(least, greatest, nan=False)

    def _integer(self, value: Value) -> Interval | None:
        number = known(value)
        if self._here or number is not None:
            return self._integers.of(value)
        return self._integers.ranges.get(value)

    def _of_intrinsic(self, instr: Instr, facts: _Facts, depth: int) -> FloatInterval:
        name = instr.attrs["name"]
        if name not in ("fabs", "sqrt", "maximum", "minimum", "exp"):
            return ANY
        found = [self._of(arg, facts, depth) for arg in instr.args]
        match name:
            case "fabs":
                return intervals.absolute(found[0])
            case "sqrt":
                return intervals.root(found[0], _type(instr))
            case "exp":
                return NOT_NEGATIVE
        a, b = found
        choose = max if name == "maximum" else min
        zero = a.may_be_zero or b.may_be_zero
        return FloatInterval(choose(a.least, b.least), choose(a.greatest, b.greatest), zero, a.nan or b.nan)

    # ---- what comes from several ways

    def _of_param(self, param: Param, depth: int) -> FloatInterval:
        if param in self._guessed:
            return NOT_NEGATIVE
        ways = self._before[param.block]
        place = param.block.params.index(param)
        back = [self._dominators.dominates(param.block, source) for source, _ in ways]
        if not ways or len(ways) > 4 or depth > _DEEPEST // 2:
            return ANY
        entering = [self._along(*way, place, depth) for way, is_back in zip(ways, back, strict=True) if not is_back]
        if not entering:
            return ANY
        found = entering[0]
        for other in entering[1:]:
            found = intervals.join(found, other)
        if not any(back):
            return found
        if found.least < 0.0:
            return ANY
        # Let it be at least 0 always, and see whether a turn keeps it so.
        self._guessed.add(param)
        kept = all(
            intervals.within(self._along(*way, place, depth), NOT_NEGATIVE)
            for way, is_back in zip(ways, back, strict=True)
            if is_back
        )
        self._guessed.discard(param)
        return NOT_NEGATIVE if kept else ANY

    def _along(self, source: Block, edge: Edge, place: int, depth: int) -> FloatInterval:
        here, self._here = self._here, False
        found = self._of(edge.args[place], self._on_the_way(source, edge, self.facts(source)), depth)
        self._here = here
        return found


def _of_function(symbol: str) -> FloatInterval:
    if symbol in _AT_LEAST_HALF:
        return FloatInterval(0.5)
    return NOT_NEGATIVE if symbol in _AT_LEAST_0 else ANY


def _type(value: Value) -> Machine:
    assert isinstance(value.type, Machine)
    return value.type
