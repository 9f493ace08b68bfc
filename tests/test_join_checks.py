"""Chains of operations with constants, checked once: exact at both ends of what fits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from minijit import njit
from minijit import types as t
from minijit.options import Options
from minijit.pipeline import Clock, build_unit
from minijit.testing import assert_same, native


def step(n):
    return 3 * n + 1


def negative(n):
    return (7 - n) * -5 + 2


def intermediate(n):
    y = n * 6
    return y - 2**62, y


def large(n):
    return n * 4611686018427387904 - 1


def least(n):
    return n * -1 - 5


CHAINS = [step, negative, intermediate, large, least]


def checks(function: Callable[..., object]) -> list[str]:
    unit, _ = build_unit(function, (t.INT,), Options(), Clock(), lambda *_: None)  # type: ignore[arg-type]
    (built,) = unit.functions.values()
    return [instr.op for block in built.blocks for instr in block.instrs if instr.op.startswith("check")]


@pytest.mark.parametrize("function", CHAINS, ids=lambda each: each.__name__)
def test_chains(function: Callable[..., object]) -> None:
    assert checks(function) == ["check"]
    compiled = njit(function)
    third, fifth, sixth = 2**63 // 3, 2**63 // 5, 2**63 // 6
    for border in (0, 1, -1, 2, third, fifth, sixth, -third, -fifth, -sixth, sixth + 2**62 // 6, 2**63 - 1, -(2**63)):
        for n in range(border - 9, border + 10):
            if -(2**63) <= n < 2**63:
                assert_same(compiled, n)


def test_small_numbers_stay_native() -> None:
    for function in CHAINS:
        compiled = njit(function)
        with native(compiled):
            assert_same(compiled, 0)


def stored(n, a):
    y = n * 3
    a[0] = 7
    return y * 5


def test_nothing_is_checked_before_an_effect_of_an_earlier_line() -> None:
    compiled = njit(stored)
    for n in (1, 2**61, 2**62):
        array = np.zeros(2, np.int64)
        try:
            result: object = compiled(n, array)
        except OverflowError as error:
            # The store has happened, the second product does not fit.
            result = str(error)
        assert array[0] == 7
        assert result == 15 * n or "64 bits" in str(result)
