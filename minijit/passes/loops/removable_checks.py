"""Which checks of a loop nest can't fail: always, or under conditions that can be tested before the nest."""

from __future__ import annotations

from typing import Final

from minijit.ir.builder import known
from minijit.ir.dominance import Dominators
from minijit.ir.nodes import Block, Instr, Value
from minijit.passes.clone_blocks import Ways
from minijit.passes.loops.affine import AffineForms
from minijit.passes.loops.guarding_conditions import Guards
from minijit.passes.loops.nest_bounds import Conditions, NestBounds
from minijit.passes.loops.polynomials import GREATEST, LEAST, Poly, constant, plus
from minijit.passes.ranges.magnitudes import LIMIT, Magnitudes

CONDITIONS: Final = frozenset(("check", "check_divisor", "check_shape"))
"""Checks without a result, of a condition that is computed apart."""
_SMALL: Final = 1 << 32
_ADDRESSES: Final = frozenset(("ptr_add", "add", "sub", "mul", "check_index"))
CHECKS: Final = frozenset(("check_index", "check_add", "check_sub", "check_mul", *CONDITIONS))


class Removal:
    """How a check can be removed.

    Attributes
    ----------
    conditions : list of Poly
        What has to be at least 0 for that.
    negative : bool
        For an index: it is always negative, counted from the end.
    wrapped : bool
        For an index: it is negative in some turns.
    magnitude : Poly or None
        What has to be at most `minijit.passes.ranges.magnitudes.LIMIT`, if anything.
    truth : Value or None
        A fixed condition that has to be true, if any.
    """

    __slots__ = ("conditions", "magnitude", "negative", "truth", "wrapped")

    def __init__(
        self,
        conditions: Conditions,
        negative: bool = False,
        magnitude: Poly | None = None,
        truth: Value | None = None,
        *,
        wrapped: bool = False,
    ) -> None:
        self.conditions = conditions
        self.negative = negative
        self.wrapped = wrapped
        self.magnitude = magnitude
        self.truth = truth

    @property
    def is_certain(self) -> bool:
        """Whether the check never fails."""
        return not self.conditions and self.magnitude is None and self.truth is None


class CheckAnalysis:
    """The removals of the checks in one nest."""

    def __init__(
        self, before: Ways, dominators: Dominators, forms: AffineForms, blocks: list[Block], gone: set[Instr]
    ) -> None:
        self.forms = forms
        self.before = before
        self.bounds = NestBounds(forms, Guards(forms, dominators, self.before))
        self.blocks = blocks
        self._stored: set[Value] | None = None
        self._magnitudes: Magnitudes | None = None
        self.removals: dict[Instr, Removal] = {}
        self.kept: list[tuple[Instr, Block]] = []
        self._answers: dict[tuple[object, ...], Removal | None] = {}
        for block in blocks:
            for instr in block.instrs:
                if instr.op in CHECKS and instr not in gone:
                    self._visit(instr, block)

    def _visit(self, instr: Instr, block: Block) -> None:
        loop = self.bounds.loop_of[block]
        place = block if block is loop.header or self.bounds.guards.of(block) else loop
        key = (instr.op, place, *instr.args)
        if key not in self._answers:
            self._answers[key] = self._removal(instr, block)
        removal = self._answers[key]
        if removal is None:
            self.kept.append((instr, block))
        else:
            self.removals[instr] = removal

    def _removal(self, instr: Instr, block: Block) -> Removal | None:
        if instr.op == "check_index":
            return self._index(instr, block)
        if instr.op in ("check_add", "check_sub", "check_mul"):
            return self._overflow(instr, block)
        if instr.op == "check":
            length = _removal(self._range_length(instr.args[0], block))
            if length is not None:
                return length
        # Where a condition leads to the check, it may well be the one that keeps it from failing.
        if self.forms.fixed(instr.args[0]) and not self.bounds.guards.of(block):
            return Removal([], truth=instr.args[0])
        return None

    def _index(self, instr: Instr, block: Block) -> Removal | None:
        index, length = map(self.forms.poly, instr.args)
        if index is None or length is None:
            return None
        certain = self._certain(*instr.args)
        if certain is None:
            return None
        negative = self.bounds.extent(index)[1] < 0
        if negative:
            below = self.bounds.at_least_zero(plus(index, length), block)
            return None if below is None else Removal(certain + below, True)
        within = self.bounds.at_least_zero(index, block)
        above = self.bounds.at_least_zero(plus(plus(length, constant(1), -1), index, -1), block)
        if above is None:
            return None
        may_wrap = (within is None or self._needs_small(within)) and instr.attrs.get("signed")
        if may_wrap and self.forms.is_affine(index) and instr not in self._of_stored_arrays():
            below = self.bounds.at_least_zero(plus(index, length), block)
            if below is not None and not self._needs_small(below):
                return Removal(certain + below + above, wrapped=True)
        return None if within is None else Removal(certain + within + above)

    def _of_stored_arrays(self) -> set[Value]:
        """What addresses are made of at which an array is read that the nest stores to.

        Where a turn reads what the one before has stored, LLVM does better if it can tell by the plain index.
        """
        if self._stored is None:
            instrs = [instr for block in self.blocks for instr in block.instrs]
            stored = {_root(instr.args[0]) for instr in instrs if instr.op == "store"}
            self._stored = set()
            waiting = [instr.args[0] for instr in instrs if instr.op == "load" and _root(instr.args[0]) in stored]
            while waiting:
                value = waiting.pop()
                if value not in self._stored and isinstance(value, Instr) and value.op in _ADDRESSES:
                    self._stored.add(value)
                    waiting += value.args
        return self._stored

    def _needs_small(self, conditions: Conditions) -> bool:
        """Whether conditions hold only as long as some array is not longer than a number."""
        return any(self.bounds.extent(poly)[1] < _SMALL for poly in conditions)

    def _certain(self, *values: Value) -> Conditions | None:
        conditions: Conditions = []
        for value in values:
            more = self.bounds.wrapping_fits(value)
            if more is None:
                return None
            conditions += more
        return conditions

    def _overflow(self, instr: Instr, block: Block) -> Removal | None:
        fits = self._fits(instr, block)
        if fits == []:
            return Removal([])
        if self._magnitudes is None:
            self._magnitudes = Magnitudes(self.forms, self.before)
        magnitude = self._magnitudes.of(instr)
        if magnitude is None:
            return _removal(fits)
        return Removal([], magnitude=None if self.bounds.largest(magnitude) <= LIMIT else magnitude)

    def _fits(self, instr: Instr, block: Block) -> Conditions | None:
        poly = self.forms.poly(instr)
        if poly is None:
            return None
        certain = self._certain(instr)
        fits = self.bounds.within(poly, LEAST, GREATEST, block)
        return None if certain is None or fits is None else certain + fits

    def _range_length(self, condition: Value, block: Block) -> Conditions | None:
        """``high - low >= 0 or not low < high``: the length of a range fits, as the exact difference does."""
        if not isinstance(condition, Instr) or condition.op != "or":
            return None
        fits, empty = condition.args
        if not isinstance(fits, Instr) or not isinstance(empty, Instr) or empty.op != "xor":
            return None
        difference, nonempty = fits.args[0], empty.args[0]
        if fits.op != "icmp" or fits.attrs["predicate"] != "sge":
            return None
        if known(fits.args[1]) != 0 or known(empty.args[1]) != 1:
            return None
        if not isinstance(difference, Instr) or difference.op != "sub" or not isinstance(nonempty, Instr):
            return None
        if nonempty.op != "icmp" or nonempty.attrs["predicate"] != "slt" or nonempty.args != difference.args[::-1]:
            return None
        high, low = map(self.forms.poly, difference.args)
        certain = None if high is None or low is None else self._certain(*difference.args)
        if certain is None or high is None or low is None:
            return None
        fitting = self.bounds.at_least_zero(plus(plus(constant(GREATEST), high, -1), low), block)
        return None if fitting is None else certain + fitting


def _root(pointer: Value) -> Value:
    while isinstance(pointer, Instr) and pointer.op == "ptr_add":
        pointer = pointer.args[0]
    return pointer


def _removal(conditions: Conditions | None) -> Removal | None:
    return None if conditions is None else Removal(conditions)
