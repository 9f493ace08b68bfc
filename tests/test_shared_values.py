"""Values that lowering computes once, and what follows from it: slices of a stencil need no checks of their shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minijit
from minijit.errors import Span
from minijit.ir.builder import MachineBuilder
from minijit.ir.nodes import Block, Function
from minijit.ir.unit import Unit
from minijit.machine import F64, I64
from minijit.testing import assert_same


def builder() -> MachineBuilder:
    function = Function("f", "program.py", Span(1, 0, 1, 0), "loops")
    entry = Block("entry")
    function.blocks.append(entry)
    return MachineBuilder(Unit("f"), function, entry)


def test_the_same_value_is_made_once() -> None:
    b = builder()
    x = b.emit("slots", (), I64, count=1)
    assert b.i64(3) is b.i64(3)
    assert b.add(x, b.i64(3)) is b.add(x, b.i64(3))
    assert b.add(x, b.i64(3)) is not b.sub(x, b.i64(3))
    assert b.icmp("slt", x, b.i64(3)) is not b.icmp("sle", x, b.i64(3))


def test_what_is_no_number_is_told_apart() -> None:
    b = builder()
    assert b.const(F64, 0.0) is not b.const(F64, -0.0)
    assert b.const(F64, 1.0) is not b.const(I64, 1)
    assert b.load(b.null(), I64) is not b.load(b.null(), I64)


def test_a_branch_shares_what_was_there_before_only() -> None:
    b = builder()
    x = b.emit("slots", (), I64, count=1)
    before = b.mul(x, b.i64(5))
    inside = []

    def side() -> tuple[()]:
        assert b.mul(x, b.i64(5)) is before
        inside.append(b.mul(x, b.i64(7)))
        return ()

    b.if_else(b.icmp("slt", x, b.i64(0)), side, side)
    first, second = inside
    assert first is not second
    assert b.mul(x, b.i64(5)) is before
    assert b.mul(x, b.i64(7)) not in inside


def stencil(u: Any, out: Any) -> None:
    out[1:-1, 1:-1] = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1]


def differences(a: Any) -> Any:
    return a[1:] - a[:-1], a[2:] + a[1:-1] + a[:-2], a[:3] * 2, a[-3:] * 2


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 7])
def test_slices_with_constant_bounds(size: int) -> None:
    compiled = minijit.jit(differences, fallback="error")
    assert_same(compiled, np.arange(float(size)))
    assert_same(compiled, np.arange(2.0 * size)[::-2])


@pytest.mark.parametrize("shape", [(0, 5), (1, 1), (2, 3), (3, 3), (6, 5)])
def test_a_stencil_needs_few_checks(shape: tuple[int, int]) -> None:
    compiled = minijit.jit(stencil, fallback="error")
    assert_same(compiled, np.arange(float(np.prod(shape))).reshape(shape), np.zeros(shape))


def of_one(u: Any) -> Any:
    return u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1]


def test_slices_of_one_array_have_equal_shapes_for_all_to_see() -> None:
    compiled: Callable[..., Any] = minijit.jit(of_one, fallback="error")
    compiled(np.ones((5, 6)))
    assert "check_shape" not in compiled.inspect_ir(after="loops")  # type: ignore[attr-defined]
