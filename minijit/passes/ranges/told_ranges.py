"""What branches and checks tell of integers: behind ``if i < n:`` i is below n, behind a checked index it is in range.

A fact about a value is a fact about what it was made from as well: with ``x + 1 < 10`` x is known to be below 9, with
``max(n, 0) > 0`` n is positive.
"""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING, ClassVar, Final

from minijit.ir.builder import known
from minijit.ir.nodes import Instr, Value
from minijit.passes.ranges import intervals
from minijit.passes.ranges.intervals import OPPOSITE, Interval, meet, where_holds
from minijit.passes.ranges.transfer_ranges import is_integer

if TYPE_CHECKING:
    from minijit.passes.ranges.value_ranges import ValueRanges

_DEEPEST: Final = 4
_LARGEST_ROOT: Final = isqrt((1 << 63) - 1)
_CONDITIONS: Final = frozenset(("check", "check_divisor", "check_shape"))


class Told:
    """Facts that hold from one place on; they are forgotten in the opposite order.

    Attributes
    ----------
    here : dict of Value to Interval
        The values of which more is known here than everywhere.
    """

    TELLING: ClassVar = frozenset((*_CONDITIONS, "check_index", "check_mul", "intrinsic"))
    """The ops after which more is known."""

    def __init__(self, ranges: ValueRanges) -> None:
        self.here: dict[Value, Interval] = {}
        self._ranges = ranges
        self._undo: list[tuple[Value, Interval | None]] = []

    def mark(self) -> int:
        """The place to go back to."""
        return len(self._undo)

    def forget(self, mark: int) -> None:
        """Forget what has been told since a mark."""
        while len(self._undo) > mark:
            value, before = self._undo.pop()
            if before is None:
                del self.here[value]
            else:
                self.here[value] = before

    def by_instr(self, instr: Instr) -> None:
        """Learn what is true once an instruction has been passed."""
        if instr.op in _CONDITIONS or instr.attrs.get("name") == "assume":
            self.by_condition(instr.args[0], True)
        elif instr.op == "check_index":
            length = self._ranges.of(instr.args[1])
            if length is not None:
                self.of_value(instr.args[1], (1, max(length[1], 1)))
                least = -length[1] if instr.attrs.get("signed") else 0
                self.of_value(instr.args[0], (least, max(length[1] - 1, 0)))
        elif instr.op == "check_mul" and instr.args[0] is instr.args[1]:
            # A square that fits has a root that is not large.
            self.of_value(instr.args[0], (-_LARGEST_ROOT, _LARGEST_ROOT))

    def by_condition(self, condition: Value, truth: bool, depth: int = 0) -> bool:
        """Learn from a condition being true or false; False where it can't be."""
        if not isinstance(condition, Instr):
            return self.of_value(condition, (int(truth), int(truth)), depth)
        number = known(condition)
        if number is not None:
            return bool(number) == truth
        if self._ranges.of(condition) == (int(not truth), int(not truth)):
            return False
        self._set(condition, (int(truth), int(truth)))
        op = condition.op
        if op == ("and" if truth else "or"):
            return all(self.by_condition(arg, truth, depth + 1) for arg in condition.args)
        if op == "xor" and known(condition.args[1]) == 1:
            return self.by_condition(condition.args[0], not truth, depth)
        if op == "freeze":
            return self.by_condition(condition.args[0], truth, depth)
        if op == "icmp" and is_integer(condition.args[0]):
            predicate: str = condition.attrs["predicate"]
            return self._by_comparison(predicate if truth else OPPOSITE[predicate], condition, depth)
        return True

    def _by_comparison(self, predicate: str, condition: Instr, depth: int) -> bool:
        a, b = condition.args
        first, second = self._ranges.of(a), self._ranges.of(b)
        if first is None or second is None or a is b:
            return True
        left = where_holds(predicate, first, second)
        if left is None:
            return False
        fine = left[0] == first or self.of_value(a, left[0], depth)
        return (left[1] == second or self.of_value(b, left[1], depth)) and fine

    def _set(self, value: Value, now: Interval) -> None:
        self._undo.append((value, self.here.get(value)))
        self.here[value] = now

    # ---- one value, and what it is made from

    def of_value(self, value: Value, interval: Interval, depth: int = 0) -> bool:
        """Learn that a value lies in an interval; False where that can't be."""
        before = self._ranges.of(value)
        if before is None:
            return True
        now = meet(before, interval)
        if now is None:
            return False
        if now == before:
            return True
        if known(value) is None:
            self._set(value, now)
        if isinstance(value, Instr) and depth < _DEEPEST:
            return self._of_operands(value, now, depth + 1)
        return True

    def _of_operands(self, value: Instr, now: Interval, depth: int) -> bool:
        op, args = value.op, value.args
        exact = op.startswith("check_") or value.attrs.get("nsw") is True
        if op in ("add", "check_add") and exact:
            return all(self._of_other(args, k, intervals.sub, now, depth) for k in (0, 1))
        if op in ("sub", "check_sub") and exact:
            first = self._of_other(args, 0, intervals.add, now, depth)
            one = self._ranges.of(args[0])
            return (one is None or self.of_value(args[1], intervals.sub(one, now), depth)) and first
        if op == "convert" and value.attrs["how"] in ("sext", "zext"):
            narrow = intervals.of_bits(args[0].type.bits)  # type: ignore[union-attr]
            fits = intervals.within(now, narrow) and (value.attrs["how"] == "sext" or narrow[0] == 0 or now[0] >= 0)
            return self.of_value(args[0], now, depth) if fits else True
        if op == "select":
            return self._of_chosen(value, now, depth)
        if op == "intrinsic":
            return self._of_intrinsic(value, now, depth)
        return True

    def _of_other(self, args: list[Value], place: int, inverse: object, now: Interval, depth: int) -> bool:
        other = self._ranges.of(args[1 - place])
        if other is None or args[0] is args[1]:
            return True
        return self.of_value(args[place], inverse(now, other), depth)  # type: ignore[operator]

    def _of_chosen(self, value: Instr, now: Interval, depth: int) -> bool:
        """Where one side of a choice can't be, the other has been chosen."""
        condition, first, second = value.args
        for chosen, other, truth in ((first, second, True), (second, first, False)):
            reach = self._ranges.of(other)
            if reach is not None and meet(reach, now) is None:
                return self.by_condition(condition, truth, depth) and self.of_value(chosen, now, depth)
        return True

    def _of_intrinsic(self, value: Instr, now: Interval, depth: int) -> bool:
        name = value.attrs["name"]
        if name == "abs":
            return self.of_value(value.args[0], (-now[1], now[1]), depth)
        if name not in ("smax", "smin"):
            return True
        for one, other in (value.args, value.args[::-1]):
            reach = self._ranges.of(other)
            if reach is None:
                continue
            # The greater of two is at least what both are; if it is above one of them, it is the other one.
            if name == "smax":
                limit = now if now[0] > reach[1] else (min(now[0], -1 << 63), now[1])
            else:
                limit = now if now[1] < reach[0] else (now[0], max(now[1], (1 << 63) - 1))
            if not self.of_value(one, limit, depth):
                return False
        return True
