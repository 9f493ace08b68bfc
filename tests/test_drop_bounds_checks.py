"""``boundscheck=False``: no index is checked, negative ones still count from the end, all else stays."""

from __future__ import annotations

import numpy as np
import pytest

import minijit
from minijit import types as t
from minijit.ir.verifier import verify
from minijit.passes.drop_bounds_checks import drop_bounds_checks
from tests.stages import lowered

ROW = t.Array(np.dtype("float64"), 1, "C")


def reads(a, i):
    return a[i]


def total(a, i):
    s = 0.0
    for k in range(len(a)):
        s += a[k] * a[-1 - k]
    return s + a[i]


def divides(a, i):
    return a[i], 7 // i


def test_no_check_is_left() -> None:
    (function,) = lowered(total, ROW, t.INT).functions.values()
    before = [instr.op for block in function.blocks for instr in block.instrs]
    assert "check_index" in before
    drop_bounds_checks(function)
    verify(function)
    after = [instr.op for block in function.blocks for instr in block.instrs]
    assert "check_index" not in after


@pytest.mark.parametrize("function", [reads, total], ids=lambda one: one.__name__)
def test_indices_within_the_array(function):
    compiled = minijit.jit(function, boundscheck=False, fallback="error")
    a = np.arange(5.0)
    for i in range(-5, 5):
        assert compiled(a, i) == function(a, i)


def test_outside_of_the_array_whatever_is_there_is_read():
    a = np.arange(10.0)
    assert minijit.jit(reads, boundscheck=False)(a[:5], 7) == 7.0
    with pytest.raises(IndexError):
        minijit.jit(reads)(a[:5], 7)


def test_other_checks_stay():
    compiled = minijit.jit(divides, boundscheck=False)
    with pytest.raises(ZeroDivisionError):
        compiled(np.arange(5.0), 0)
