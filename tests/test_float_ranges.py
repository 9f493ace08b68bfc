"""Ranges of floats: no check is dropped that may fail, and those that can't fail are."""

from __future__ import annotations

import itertools
import math
import operator
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minijit
from minijit import njit
from minijit.machine import F32, F64, Machine
from minijit.passes.ranges import float_intervals as intervals
from minijit.passes.ranges.float_intervals import FloatInterval
from minijit.testing import assert_same, native
from tests.golden_files import run_source

NUMBERS = (0.0, -0.0, 5e-324, -5e-324, 1e-200, 0.5, -0.5, 1.0, -3.0, 1e200, -1e200, math.inf, -math.inf, math.nan)


def contains(interval: FloatInterval, number: float) -> bool:
    """Whether a number is one of those of which an interval tells."""
    if number != number:
        return interval.nan
    return interval.least <= number <= interval.greatest and (number != 0 or interval.zero)


def around(numbers: list[float]) -> FloatInterval:
    """The least interval that holds some numbers."""
    real = [one for one in numbers if one == one]
    least, greatest = (min(real), max(real)) if real else (0.0, 0.0)
    return FloatInterval(least, greatest, 0.0 in real, len(real) < len(numbers))


BINARY: list[tuple[Callable[..., FloatInterval], Callable[[Any, Any], Any]]] = [
    (intervals.add, operator.add),
    (intervals.multiply, operator.mul),
    (intervals.divide, operator.truediv),
]


@pytest.mark.parametrize("type", [F64, F32], ids=str)
@given(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=3), st.lists(st.sampled_from(NUMBERS), min_size=1))
def test_arithmetic_stays_within(type: Machine, one: list[float], other: list[float]) -> None:
    scalar = np.float32 if type is F32 else np.float64
    with np.errstate(all="ignore"):
        one, other = ([float(scalar(each)) for each in numbers] for numbers in (one, other))
        for interval, exact in BINARY:
            found = interval(around(one), around(other), type)
            for x, y in itertools.product(one, other):
                if exact is operator.truediv and y == 0 and x == x:
                    continue
                assert contains(found, float(exact(scalar(x), scalar(y)))), (exact, x, y, found)
        for x in one:
            assert contains(intervals.square(around(one), type), float(scalar(x) * scalar(x)))
            assert contains(intervals.root(around(one), type), float(np.sqrt(scalar(x))))
            assert contains(intervals.absolute(around(one)), abs(x))
            assert contains(intervals.negated(around(one)), -x)


@pytest.mark.parametrize("type", [F64, F32], ids=str)
def test_intervals_that_hold_nothing_do_no_harm(type: Machine) -> None:
    """In code that never runs the least end may be above the greatest."""
    ends = [one for one in NUMBERS if one == one]
    made = [FloatInterval(*two, zero) for two in itertools.product(ends, ends) for zero in (False, True)]
    for one in made:
        intervals.square(one, type)
        intervals.root(one, type)
        intervals.absolute(one)
        for other in made[:: len(made) // 40]:
            for interval, _ in BINARY:
                interval(one, other, type)
                interval(other, one, type)
            with np.errstate(over="ignore"):
                intervals.where_holds("olt", one, other, type)
            intervals.always_holds("olt", one, other)


@given(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=4), st.lists(st.sampled_from(NUMBERS), min_size=1))
def test_comparisons_tell_what_is_true(one: list[float], other: list[float]) -> None:
    relations = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
    a, b = around(one), around(other)
    for (name, symbol), first in itertools.product(relations.items(), "ou"):
        predicate = first + name
        told = intervals.where_holds(predicate, a, b, F64)
        certain = intervals.always_holds(predicate, a, b)
        for x, y in itertools.product(one, other):
            unordered = x != x or y != y
            truth = first == "u" if unordered else eval(f"x {symbol} y", {"x": x, "y": y})
            assert truth or not certain, (predicate, x, y)
            assert not truth or contains(told, x), (predicate, x, y, told)


def sums(x, y, a):
    d = x * x + y * y + 0.01
    return 1.0 / (d * math.sqrt(d)) + 1.0 / max(abs(x), 1e-9)  # 2 divisions and a root


def guarded(x, y, a):
    if x > 0.0 and y != 0.0:
        return math.sqrt(x) / y
    if abs(x) < 1e-12:
        return 0.0
    return y / x


def carried(x, y, a):
    s = 0.0
    for i in range(len(a)):
        s += float(a[i]) * float(a[i])
    return math.sqrt(s) / (1.0 + s)


def counted(x, y, a):
    s = 0.0
    for i in range(1, len(a)):
        s += 1.0 / i + x / (i * 2.0)
    return s


def logistic(x, y, a):
    return 1.0 / (1.0 + np.exp(x)) + y / (math.fabs(x) + 1.0)


def joined(x, y, a):
    d = x if x > 0.5 else 0.25
    if y < 0.0:
        y = -y
    return 1.0 / d + math.sqrt(y)


@pytest.mark.parametrize(
    "function", [sums, guarded, carried, counted, logistic, joined], ids=lambda each: each.__name__
)
def test_checks_that_can_not_fail_are_dropped(function: Callable[..., Any]) -> None:
    compiled = njit(function)
    with native(compiled), np.errstate(all="ignore"):
        for x, y in itertools.product((*NUMBERS, 1e-13), (0.0, -0.0, 1.5, -2.0, math.nan, math.inf)):
            if abs(x) < 1e150 or x != x:
                assert_same(compiled, x, y, np.array([0.5, -2.0, 0.0]))
    assert "kept: check of" not in compiled.explain()
    assert "check_divisor" not in compiled.inspect_ir(after="loops")


def test_what_can_not_be_is_no_obstacle() -> None:
    def floored(x, y):
        x //= 0 + 1e-3
        if y > 1.0 and y < 0.5:
            return 1.0 / y + math.sqrt(y) / x
        return math.sin(x)

    compiled = njit(floored)
    with np.errstate(all="ignore"):
        for x in NUMBERS:
            assert_same(compiled, np.float64(x), x)


def test_checks_that_may_fail_stay() -> None:
    def small(x, y):
        return 1.0 / (x * x)

    def less(x, y):
        if x >= 0.0:
            return 1.0 / x
        return 1.0 / (y - x) if x < 3.0 else math.sqrt(x)

    def unordered(x, y):
        if not x <= 0.0:
            return 1.0 / x
        return 1.0 / y if x != y else 0.0

    def shrinking(x, y):
        s = 1.0
        for _ in range(3):
            s = s * s - x
        return math.sqrt(s)

    for function in (small, less, unordered, shrinking):
        compiled = njit(function)
        for x, y in itertools.product(NUMBERS, NUMBERS):
            if abs(x) < 1e150 or x != x:
                assert_same(compiled, x, y)


_ATOMS = ("x", "y", "z", "0.5", "2.0", "0.0", "-1.0", "float(k)", "1e-200")
_FORMS = (
    "{0} + {1}", "{0} - {1}", "{0} * {1}", "{0} * {0}", "abs({0})", "max({0}, {1})", "min({0}, {1})", "-{0}",
    "{0} * {0} + {1} * {1}", "({0} if {0} > {1} else {1})", "np.exp({0})", "{0} / ({1} * {1} + 0.5)",
)  # fmt: skip


def _expression(chance: random.Random, depth: int) -> str:
    if depth == 0 or chance.random() < 0.2:
        return chance.choice(_ATOMS)
    form = chance.choice(_FORMS)
    return "(" + form.format(_expression(chance, depth - 1), _expression(chance, depth - 1)) + ")"


def _program(chance: random.Random) -> str:
    lines = ["import math", "import numpy as np", "def f(x, y, z, k):", "    s = 0.0"]
    for _ in range(chance.randint(1, 4)):
        deeper = "    "
        if chance.random() < 0.3:
            lines.append(f"    for k in range({chance.choice(('-2, 3', '4', '1, 4'))}):")
            deeper = "        "
        relation = chance.choice((">", ">=", "<", "<=", "!=", "=="))
        condition = f"{_expression(chance, 1)} {relation} {_expression(chance, 1)}"
        if chance.random() < 0.3:
            other = f"not {_expression(chance, 0)} < {chance.choice('xyz')}"
            condition = f"{condition} {chance.choice(('and', 'or'))} {other}"
        lines.append(f"{deeper}if {condition}:")
        name = chance.choice("xyzs")
        risky = chance.choice(("{0} / {1}", "math.sqrt({0})", "s + math.sqrt({0}) / {1}", "1.0 / {0}"))
        lines.append(f"{deeper}    {name} = {risky.format(_expression(chance, 2), _expression(chance, 2))}")
        if chance.random() < 0.5:
            lines += [f"{deeper}else:", f"{deeper}    {chance.choice('xyzs')} = {_expression(chance, 2)}"]
    return "\n".join([*lines, "    return x, y, z, s"]) + "\n"


@settings(max_examples=max(1, settings.default.max_examples // 2))
@given(st.integers(0, 10**9))
def test_random_programs(seed: int) -> None:
    chance = random.Random(seed)
    function = run_source(_program(chance), f"floats{seed}.py")["f"]
    compiled = minijit.jit(function)
    with np.errstate(all="ignore"):
        for _ in range(60):
            assert_same(compiled, *(chance.choice(NUMBERS) for _ in range(3)), chance.randint(-3, 3))
