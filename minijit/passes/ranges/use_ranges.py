"""Use value ranges: remove the checks and the choices that they decide, and note what they say of divisions.

Before::

    %1: i64 = check_add %i, 1   site=1              ; i: [0, 2**31]
    %2: i64 = floor_mod %1, %n                      ; n: [1, 2**63 - 1]
    %3: i64 = intrinsic smax %2, 0

After::

    %1: i64 = add %i, 1, nsw
    %2: i64 = floor_mod %1, %n, unsigned
"""

from __future__ import annotations

from typing import Any, Final

from minijit.ir.dominance import Dominators
from minijit.ir.nodes import Block, Edge, Function, Instr, Terminator, Value, reverse_postorder
from minijit.passes.ranges import intervals
from minijit.passes.ranges.float_ranges import FloatRanges, asks_for_floats
from minijit.passes.ranges.intervals import of_bits, within
from minijit.passes.ranges.transfer_ranges import is_integer
from minijit.passes.ranges.value_ranges import ValueRanges, is_relevant

_EXACT: Final = {
    "check_add": ("add", intervals.add),
    "check_sub": ("sub", intervals.sub),
    "check_mul": ("mul", intervals.mul),
}
_DIVISIONS: Final = frozenset(("check_div", "floor_div", "floor_mod"))
_CONDITIONS: Final = frozenset(("check", "check_divisor", "check_shape"))
_DECIDED: Final = frozenset(("icmp", "and", "or", "xor"))
"""Pure ops whose result becomes a constant where there is only one that it can be."""
GAINING: Final = frozenset((*_EXACT, *_DIVISIONS, "check_shl"))
_EXTREMES: Final = {"smax": "smin", "smin": "smax", "umax": "umin", "umin": "umax"}


def use_ranges(function: Function) -> None:
    """Simplify by value ranges, in place (stage "loops")."""
    if any(_gains(instr) for block in function.blocks for instr in block.instrs):
        _Simplifier(function).run()


def _gains(instr: Instr) -> bool:
    return instr.op in GAINING or (instr.op in _CONDITIONS and asks_for_floats(instr.args[0]))


def simpler(ranges: ValueRanges, instr: Instr) -> Instr | None:
    """The operation without its check, or with what is known of the signs of a division; None if nothing is gained.

    The operands are the same.
    """
    a, b = map(ranges.of, instr.args)
    if a is None or b is None or instr.attrs.get("unsigned") is True:
        return None
    if instr.op in _EXACT:
        name, exact = _EXACT[instr.op]
        found = intervals.square(a) if name == "mul" and instr.args[0] is instr.args[1] else exact(a, b)
        return _changed(instr, name, {"nsw": True}) if within(found, of_bits(64)) else None
    if instr.op == "check_shl":
        fits = within(b, (0, 63)) and within(intervals.shifted_left(a, b), of_bits(64))
        return _changed(instr, "shl", {}) if fits else None
    least = of_bits(instr.type.bits)[0]  # type: ignore[union-attr]
    name, attrs = instr.op, dict(instr.attrs)
    if name == "check_div" and (a[0] > least or b[0] > -1 or b[1] < -1):
        name = "floor_div"
        attrs.pop("site")
    if b[0] >= 0:
        attrs["positive"] = True
        if a[0] >= 0:
            attrs["unsigned"] = True
    return _changed(instr, name, attrs) if name != instr.op or attrs != instr.attrs else None


def _changed(instr: Instr, op: str, attrs: dict[str, Any]) -> Instr:
    return Instr(op, instr.args, attrs, instr.type, instr.span)


class _Simplifier:
    def __init__(self, function: Function) -> None:
        self.function = function
        dominators = Dominators(function)
        self.ranges = ValueRanges(function, dominators)
        self.floats = FloatRanges(function, dominators, self.ranges)
        self.replaced: dict[Value, Value] = {}
        self.pruned = False

    def run(self) -> None:
        self.ranges.walk(self._visit)
        if self.pruned:
            self.function.blocks = reverse_postorder(self.function.blocks[0])
        if self.replaced:
            self._rewrite()

    def _visit(self, block: Block) -> None:
        kept: list[Instr] = []
        for instr in block.instrs:
            if is_relevant(instr):
                # What is known once a check has been passed must not be used to remove it.
                if instr.op in _CONDITIONS and self._is_true(instr.args[0], block):
                    continue
                self._drop_check(instr)
                self.ranges.evaluate(instr)
                if self._is_superfluous(instr):
                    continue
            kept.append(instr)
        block.instrs = kept
        end = block.terminator
        if end is not None and end.op == "branch":
            truth = self.ranges.of(end.args[0])
            if truth is not None and truth[0] == truth[1]:
                self._keep_edge(block, end, end.edges[0] if truth[0] else end.edges[1])

    def _is_true(self, condition: Value, block: Block) -> bool:
        if self.ranges.of(condition) == (1, 1):
            return True
        return asks_for_floats(condition) and self.floats.holds(condition, block)

    def _keep_edge(self, block: Block, end: Terminator, edge: Edge) -> None:
        block.terminator = Terminator("jump", [], [edge], end.span)
        self.pruned = True

    def _drop_check(self, instr: Instr) -> None:
        if instr.op in GAINING:
            simplified = simpler(self.ranges, instr)
            if simplified is not None:
                instr.op, instr.attrs = simplified.op, simplified.attrs
        elif instr.op == "check_index":
            index = self.ranges.of(instr.args[0])
            if index is not None and index[0] >= 0:
                instr.attrs.pop("signed", None)

    def _is_superfluous(self, instr: Instr) -> bool:
        """Simplify an instruction; True if it is not needed any more."""
        op = instr.op
        if not is_integer(instr):
            return False
        if op == "floor_mod":
            return self._is_first(instr)
        if op in _DECIDED:
            self._decide(instr)
        elif op == "select":
            return self._choice(instr)
        elif op == "intrinsic":
            return self._extreme(instr)
        return False

    def _is_first(self, remainder: Instr) -> bool:
        """What is below the divisor is the remainder."""
        a, b = map(self.ranges.of, remainder.args)
        if a is None or b is None or a[0] < 0 or a[1] >= b[0]:
            return False
        self.replaced[remainder] = remainder.args[0]
        return True

    def _decide(self, instr: Instr) -> None:
        found = self.ranges.of(instr)
        if found is not None and found[0] == found[1]:
            instr.op, instr.args, instr.attrs = "const", [], {"value": found[0]}

    def _choice(self, instr: Instr) -> bool:
        truth = self.ranges.of(instr.args[0])
        if truth is None or truth[0] != truth[1]:
            return False
        self.replaced[instr] = instr.args[1] if truth[0] else instr.args[2]
        return True

    def _extreme(self, instr: Instr) -> bool:
        """The greatest of two of which one is known to be greater; the absolute value of what is not negative."""
        name = instr.attrs["name"]
        if name == "abs":
            a = self.ranges.of(instr.args[0])
            if a is not None and a[0] >= 0:
                self.replaced[instr] = instr.args[0]
                return True
        if name not in _EXTREMES:
            return False
        a, b = map(self.ranges.of, instr.args)
        if a is None or b is None or (name[0] == "u" and (a[0] < 0 or b[0] < 0)):
            return False
        smaller = instr.args[0] if a[1] <= b[0] else instr.args[1] if b[1] <= a[0] else None
        if smaller is None:
            return False
        larger = instr.args[1] if smaller is instr.args[0] else instr.args[0]
        self.replaced[instr] = smaller if name.endswith("min") else larger
        return True

    # ---- in the end

    def _final(self, value: Value) -> Value:
        while value in self.replaced:
            value = self.replaced[value]
        return value

    def _rewrite(self) -> None:
        for block in self.function.blocks:
            for instr in block.instrs:
                instr.args = [self._final(arg) for arg in instr.args]
            end = block.terminator
            if end is not None:
                end.args = [self._final(arg) for arg in end.args]
                for edge in end.edges:
                    edge.args = [self._final(arg) for arg in edge.args]
