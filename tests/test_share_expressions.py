"""What is written twice is computed once, and only where the first one lies on every way to the second."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import minijit
from minijit import types as t
from minijit.ir.nodes import Function
from minijit.ir.verifier import verify
from minijit.passes.share_expressions import share_expressions
from tests.stages import lowered

FLOATS = t.Array(np.dtype("f8"), 1, "C")


def shared(function: object, *arguments: t.Type) -> Function:
    unit = lowered(function, *arguments)  # type: ignore[arg-type]
    one = next(iter(unit.functions.values()))
    share_expressions(one)
    verify(one)
    return one


def count(function: Function, op: str) -> int:
    return sum(instr.op == op for block in function.blocks for instr in block.instrs)


def add_in_place(a, i, x):
    a[i] += x
    return a[i]


def either_side(a, i, x):
    if x > 0:
        a[i] = 1.0
    else:
        a[i] = 2.0


def in_a_loop(a, i, n):
    s = a[i]
    for _ in range(n):
        s += a[i]
    return s


def test_an_index_is_checked_once() -> None:
    assert count(shared(add_in_place, FLOATS, t.INT, t.FLOAT), "check_index") == 1


def test_sides_of_a_branch_do_not_share() -> None:
    assert count(shared(either_side, FLOATS, t.INT, t.FLOAT), "check_index") == 2


def test_what_stands_before_a_loop_serves_in_it() -> None:
    assert count(shared(in_a_loop, FLOATS, t.INT, t.INT), "check_index") == 1


def test_loads_are_not_shared() -> None:
    assert count(shared(add_in_place, FLOATS, t.INT, t.FLOAT), "load") == 2


def zeros(x):
    return x * 0.0, x * -0.0


def test_zeros_of_either_sign_stay_two() -> None:
    first, second = minijit.njit(zeros)(2.0)
    assert (str(first), str(second)) == ("0.0", "-0.0")


@pytest.mark.parametrize("i", [-5, 4])
def test_the_first_check_raises(i: int) -> None:
    with pytest.raises(IndexError, match=f"index {i} is out of bounds"):
        minijit.njit(add_in_place)(np.zeros(4), i, 1.0)


def read_twice(a, b, i):
    return a[i] * a[i] + b[i]


def read_around_a_store(a, b, i):
    x = a[i]
    b[i] = x + 1.0
    y = a[i]
    if y > 0.0:
        y += a[i]
    return x, y


def read_behind_a_join(a, b, i):
    if a[i] > 0.0:
        b[i] = a[i] + 2.0
    return a[i]


@pytest.mark.parametrize(
    ("function", "loads"),
    [(read_twice, 2), (read_around_a_store, 2), (read_behind_a_join, 2)],
    ids=lambda each: getattr(each, "__name__", str(each)),
)
def test_memory_is_read_again_only_where_it_may_have_changed(function: Callable[..., object], loads: int) -> None:
    assert count(shared(function, FLOATS, FLOATS, t.INT), "load") == loads
    compiled = minijit.njit(function)
    a = np.array([1.0, -2.0, 3.0])
    for i in (0, 1, -1):
        same = a.copy()
        assert compiled(a.copy(), a.copy(), i) == function(a.copy(), a.copy(), i)
        again = a.copy()
        assert compiled(same, same, i) == function(again, again, i)
        np.testing.assert_array_equal(same, again)
