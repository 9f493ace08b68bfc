"""What values of a loop nest are in exact arithmetic: polynomials of loop counters and of what does not change.

Every polynomial that is given holds whenever the value exists: ``check_add`` and the like leave the function where the
exact result does not fit, and ``nsw`` promises that it does. For operations that may wrap, the polynomial holds
under the condition that the result fits, which stands in `wrapping`.
"""

from __future__ import annotations

from typing import Final

from minijit.ir.builder import known
from minijit.ir.nodes import Block, Instr, Param, Value
from minijit.machine import I64
from minijit.passes.loops.inductions import Inductions
from minijit.passes.loops.loop_nests import Loop
from minijit.passes.loops.polynomials import Poly, constant, degree, plus, times, variable

_EXACT: Final = {"check_add": "add", "check_sub": "sub", "check_mul": "mul"}
_ARITHMETIC: Final = ("add", "sub", "mul")
_PURE: Final = frozenset(("const", "add", "sub", "mul", "and", "or", "xor", "icmp", "select", "convert"))
_PURE_FLOATS: Final = frozenset(("fadd", "fsub", "fmul", "fdiv", "fneg", "fcmp"))
_PURE_INTRINSICS: Final = frozenset(("smax", "smin", "umax", "umin", "abs", "fabs", "sqrt"))
_UNSAFE_CONVERSIONS: Final = frozenset(("fptosi", "fptoui"))
"""What is too large for them gives poison."""
_DEEPEST: Final = 3
"""Products of more factors are left alone."""


class AffineForms:
    """The polynomials of the values in one loop nest.

    Attributes
    ----------
    wrapping : dict of Value to set of Instr
        For each value with a polynomial, the operations that must not wrap.
    numbers : dict of Value to int
        The values in polynomials, in the order in which they were met.
    counters : dict of Param to Loop
        The counters of the loops in the nest.
    """

    def __init__(self, root: Loop, homes: dict[Value, Block], not_negative: set[Value]) -> None:
        self.root = root
        self.homes = homes
        self.not_negative = not_negative
        self.wrapping: dict[Value, frozenset[Instr]] = {}
        self.counters: dict[Value, Loop] = {}
        self.headers: dict[Block, Loop] = {}
        self.numbers: dict[Value, int] = {}
        self._polys: dict[Value, Poly | None] = {}
        self._fixed: dict[Value, bool] = {}
        self._inductions = Inductions(root, homes)
        self._add_counters(root)

    def _add_counters(self, loop: Loop) -> None:
        self.counters[loop.counter] = loop
        self.headers[loop.header] = loop
        for child in loop.children:
            self._add_counters(child)

    def inside(self, value: Value) -> bool:
        """Whether the value is defined in the nest."""
        home = value.block if isinstance(value, Param) else self.homes.get(value)
        return home in self.root.blocks

    def fixed(self, value: Value) -> bool:
        """Whether the value is the same in all turns and can be computed before the nest."""
        if not self.inside(value):
            return True
        answer = self._fixed.get(value)
        if answer is None:
            answer = self._fixed[value] = isinstance(value, Instr) and self._is_fixed_instr(value)
        return answer

    def _is_fixed_instr(self, instr: Instr) -> bool:
        pure = instr.op in _PURE or instr.op in _PURE_FLOATS
        if instr.op == "intrinsic":
            pure = instr.attrs["name"] in _PURE_INTRINSICS
        if instr.op == "convert":
            pure = instr.attrs["how"] not in _UNSAFE_CONVERSIONS
        if instr.op in ("udiv", "floor_div", "floor_mod"):
            pure = bool(known(instr.args[1]))
        return pure and all(map(self.fixed, instr.args))

    def poly(self, value: Value) -> Poly | None:
        """The exact value as a polynomial; None where there is none."""
        if value in self._polys:
            return self._polys[value]
        self._polys[value] = None
        self.wrapping[value] = frozenset()
        found = self._find(value)
        if found is None and value.type is I64:
            # Also what is not fixed: it may cancel out with what a condition says of it.
            found = self._variable(value)
            self.wrapping[value] = frozenset()
        self._polys[value] = found
        return found

    def _find(self, value: Value) -> Poly | None:
        if isinstance(value, Param):
            return self._variable(value) if value in self.counters else self._induction(value)
        if value.type is not I64:
            return None
        number = known(value)
        if number is not None:
            return constant(int(number))
        op = _EXACT.get(value.op, value.op)
        if op in _ARITHMETIC:
            return self._arithmetic(value, op)
        return None

    def _induction(self, param: Param) -> Poly | None:
        """What starts at something and changes by the same amount in each turn: ``start + step * counter``."""
        loop = self.headers.get(param.block)
        found = None if loop is None or param.type is not I64 else self._inductions.of(param, loop)
        start = None if found is None else self.poly(found.start)
        if loop is None or found is None or start is None:
            return None
        wrapping = self.wrapping[found.start]
        change: Poly = {}
        for value, count in found.step.items():
            term = constant(1) if value is None else self.poly(value)
            if term is None or degree(term) >= _DEEPEST:
                return None
            change = plus(change, term, count)
            wrapping |= frozenset() if value is None else self.wrapping[value]
        self.wrapping[param] = wrapping
        return plus(start, times(change, self._variable(loop.counter)))

    def is_affine(self, poly: Poly) -> bool:
        """Whether all variables are counters or fixed."""
        return all(value in self.counters or self.fixed(value) for monomial in poly for value in monomial)

    def _variable(self, value: Value) -> Poly:
        self.numbers.setdefault(value, len(self.numbers))
        return variable(value)

    def _arithmetic(self, instr: Instr, op: str) -> Poly | None:
        wraps = instr.op == op and not instr.attrs.get("nsw")
        if wraps and not self.inside(instr):
            return None
        left, right = map(self.poly, instr.args)
        if left is None or right is None:
            return None
        if op == "mul":
            if degree(left) + degree(right) > _DEEPEST:
                return None
            result = times(left, right)
        else:
            result = plus(left, right, 1 if op == "add" else -1)
        if wraps and not self.is_affine(result):
            return None
        own = frozenset((instr,)) if wraps else frozenset()
        self.wrapping[instr] = self.wrapping[instr.args[0]] | self.wrapping[instr.args[1]] | own
        return result


class Turns:
    """The greatest counter of a loop: ``scale * counter <= last`` whenever the body runs.

    `needs` holds the operations that must not wrap for that.
    """

    __slots__ = ("last", "needs", "scale")

    def __init__(self, last: Poly, scale: int, needs: frozenset[Instr]) -> None:
        self.last = last
        self.scale = scale
        self.needs = needs


def turns_of(forms: AffineForms, loop: Loop) -> Turns | None:
    """What is known of the number of turns."""
    return None if loop.turns is None else _turns(forms, loop.turns)


def _turns(forms: AffineForms, turns: Value) -> Turns | None:
    number = known(turns)
    if number is not None:
        return Turns(constant(int(number) - 1), 1, frozenset())
    if isinstance(turns, Instr):
        if turns.op == "intrinsic" and turns.attrs["name"] == "smax" and known(turns.args[1]) == 0:
            return _last(forms, turns.args[0])
        if turns.op == "intrinsic" and turns.attrs["name"] == "smin":
            found = [each for each in (_turns(forms, arg) for arg in turns.args) if each is not None]
            if found:
                return next((each for each in found if forms.is_affine(each.last)), found[0])
        if turns.op == "select" and known(turns.args[2]) == 0:
            between = _distance(forms, turns)
            if between is not None:
                return between
    return _last(forms, turns)


def _last(forms: AffineForms, turns: Value) -> Turns | None:
    poly = forms.poly(turns)
    return None if poly is None else Turns(plus(poly, constant(1), -1), 1, forms.wrapping[turns])


def _distance(forms: AffineForms, turns: Instr) -> Turns | None:
    """``select(low < high, high - low, 0)``, or ``(high - low - 1) // step + 1`` in place of the difference.

    The difference may wrap; it is then negative, and there are no turns at all.
    """
    condition, amount, _ = turns.args
    if not isinstance(condition, Instr) or condition.op != "icmp" or condition.attrs["predicate"] != "slt":
        return None
    low, high = condition.args
    step = step_of(amount, low, high)
    if step is None or (step != 1 and forms.fixed(turns)):
        # With a fixed number of turns the last counter is known exactly, which is more than the distance says.
        return None
    first, beyond = forms.poly(low), forms.poly(high)
    if first is None or beyond is None:
        return None
    last = plus(plus(beyond, first, -1), constant(1), -1)
    return Turns(last, step, forms.wrapping[low] | forms.wrapping[high])


def step_of(amount: Value, low: Value, high: Value) -> int | None:
    """The step of the range from `low` to `high` of which `amount` is the length, if it is one of a fixed step."""
    if _is_difference(amount, low, high):
        return 1
    if not isinstance(amount, Instr) or amount.op != "add" or known(amount.args[1]) != 1:
        return None
    quotient = amount.args[0]
    if not isinstance(quotient, Instr) or quotient.op != "udiv":
        return None
    below, step = quotient.args
    number = known(step)
    if not isinstance(below, Instr) or below.op != "sub" or known(below.args[1]) != 1 or not number:
        return None
    return int(number) if _is_difference(below.args[0], low, high) else None


def _is_difference(value: Value, low: Value, high: Value) -> bool:
    return isinstance(value, Instr) and value.op == "sub" and value.args == [high, low]
