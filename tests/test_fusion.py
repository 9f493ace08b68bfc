"""Expressions over whole arrays become one loop: what is fused, what must not be, and that nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest

import minijit
from minijit import pipeline
from minijit.ir.nodes import Function
from minijit.options import Options
from minijit.runtime.typeof import type_of
from minijit.testing import compare, native
from tests.array_programs import check_program
from tests.random_expressions import arguments_of, function_of


def functions_of(function, *args) -> list[Function]:
    """What a function becomes at the stage "loops"."""
    types = tuple(map(type_of, args))
    unit, _ = pipeline.build_unit(function, types, Options(), pipeline.Clock(), lambda *_: None)
    return list(unit.functions.values())


def allocations(function, *args) -> int:
    """How many places allocate an array, rare code left out."""
    return sum(
        instr.attrs.get("symbol", "").startswith("mj_alloc")
        for each in functions_of(function, *args)
        for block in each.blocks
        for instr in block.instrs
        if not block.attrs.get("slow")
    )


def check_native(function, *args) -> None:
    """Compare with the interpreter; the call must not leave native code."""
    compiled = minijit.njit(function)
    with native(compiled):
        found = compare(compiled, args)
    assert not found, f"{function.__name__}: {found}"


line, other, third = np.linspace(-1.0, 2.0, 300), np.linspace(0.5, 9.0, 300), np.linspace(3.0, -7.0, 300)
table = np.arange(35.0).reshape(5, 7)


# ---- what is fused


def five_operations(a, b, c):
    return a * 2 + b * 3 - c * a + 1


def by_name(a, b, c):
    t = a * b
    u = t + c
    return np.where(u > 0, u, -u)


def used_twice(a, b, c):
    d = a - b
    return d * d + c


def methods(a, b, c):
    return (a * b).clip(-1.0, 1.0).astype(np.float32).round() + c


def dtypes(a, b, c):
    return (a < b) & (c > 0) | (a.astype(np.int32) % 3 == 1)


@pytest.mark.parametrize("function", [five_operations, by_name, used_twice, methods, dtypes])
def test_one_array_is_made(function):
    assert allocations(function, line, other, third) == 1
    check_native(function, line, other, third)
    check_native(function, line[::2], other[::-2], third[:150])
    check_native(function, table, table[:1] + 0.5, np.asfortranarray(table))
    check_native(function, table[:0], table[0], table[:0])


def stored(out, a, b):
    out[:] = a * 2 + b


def stored_inside(out, a):
    out[1:-1, 1:-1] = 0.25 * (a[2:, 1:-1] + a[:-2, 1:-1] + a[1:-1, 2:] + a[1:-1, :-2])


def added(out, a, b):
    out += a * b - 1


def written(out, a, b):
    np.multiply(a + b, a - b, out=out)


def test_stores_make_no_array():
    for function in (stored, added, written):
        # What serves outputs that overlap what is read is rare code.
        assert allocations(function, line, other, third) == 0
        check_native(function, line.copy(), other, third)
        check_native(function, line.astype(np.float32), other, third)
        check_native(function, np.zeros((300, 300)).T, other, third[:, None])
    check_native(stored_inside, np.zeros((5, 7)), table)


# ---- overlap


def shifted(a):
    a[1:] = a[:-1] * 2 + a[1:]
    a[:-1] += a[1:] - a[:-1]
    np.add(a[::-1] * 2, a, out=a)


def in_place(a):
    a[:] = a * 2 + a[::-1]
    a -= a * a
    a[...] = -a


def relaxed(a):
    a[1:-1, 1:-1] = 0.25 * (a[2:, 1:-1] + a[:-2, 1:-1] + a[1:-1, 2:] + a[1:-1, :-2])
    a += a.T * 2
    a[:] = a[:, ::-1] - a[0]


def test_stores_read_everything_before():
    for function in (shifted, in_place):
        check_native(function, line.copy())
        check_native(function, line.copy()[::-3])
        check_native(function, np.arange(9, dtype=np.int16))
    check_native(relaxed, np.arange(49.0).reshape(7, 7))
    check_native(relaxed, np.arange(49.0, dtype=np.float32).reshape(7, 7).T)
    check_native(relaxed, np.arange(196.0).reshape(14, 14)[::2, ::-2])


# ---- what lies between


def store_between(a, b):
    t = a * b
    a[0] = 100.0
    return t + a


def change_between(a, b):
    t = a + b
    a += 1
    return t * a


def clear(a):
    a[:] = 0


def call_between(a, b):
    t = a * b
    clear(a)
    return t - a


def own_array_between(a, b):
    c = np.zeros(len(a))
    t = a * b + c
    c[0] = 5.0
    return t + c


@pytest.mark.parametrize("function", [store_between, change_between, call_between, own_array_between])
def test_what_is_written_in_between(function):
    check_native(function, line.copy(), other)


def used_on_one_side(a, b, flag):
    t = a * b
    if flag:
        return t + 1
    return a


def used_in_loop(a, b):
    t = a * b
    total = np.zeros(len(a))
    for k in range(3):
        total = total * 0.5 + t * k
    return total


def returned_too(a, b):
    t = a * b
    return t, t + 1


def kept_alive(a, b):
    t = a + b
    u = t[1:]
    t = a * b
    v = u * 2
    u = a
    return v + t[1:] + u[1:]


def test_other_uses():
    for flag in (True, False):
        check_native(used_on_one_side, line, other, flag)
    for function in (used_in_loop, returned_too, kept_alive):
        check_native(function, line, other)


# ---- errors


def first_error(a, b, i):
    t = a + b
    x = a[i]
    return t * x


def second_error(a, b, i):
    t = a * i
    return t + b[:, None] + a[: len(b)] + b[i]


def int_too_large(a, b, i):
    return (a.astype(np.int8) + i) * (a + b)


def nothing_is_written(a, b, i):
    a[0] = 3.0
    a += (b * 2) * b[:i]


def five_axes(a, b, i):
    return (a[None, None] * 2.0) + b[None, None, None, :i]


def test_errors_come_in_order():
    for function in (first_error, second_error, int_too_large, nothing_is_written, five_axes):
        for b in (other, other[:7]):
            for i in (1, 7, 200, 3000):
                check_program(function, line.copy(), b, i)
    check_program(first_error, table, table.T, 1)


# ---- broadcasting of what is dear


def column(v, m):
    return np.exp(v)[:, None] * m


def row(v, m):
    return (np.exp(v) + 1) * m.T


def kept(v, m):
    return m / np.exp(m).sum(axis=1, keepdims=True)


def test_dear_operands_are_computed_once():
    for function in (column, row):
        assert allocations(function, line[:5], table) == 2
    for function in (column, row, kept):
        compiled = minijit.njit(function)
        assert not compare(compiled, (line[:5], table), ulp=4)


def any_shapes(c, m):
    return np.log(np.exp(c) + np.exp(m[0:1])) * m


def stored_dear(o, c, m):
    o[:] = np.exp(c) * m
    o += np.sin(c)


def test_dear_operands_of_any_shape():
    column, whole = np.linspace(0.1, 1, 9)[:, None], np.linspace(0.5, 2, 99).reshape(9, 11)
    compiled = minijit.njit(any_shapes)
    for pair in ((column, whole), (whole, column), (whole, whole), (whole[:1], whole), (whole.T, column.T)):
        assert not compare(compiled, pair, ulp=8)
    assert not compare(compiled, (whole[::2, ::-2], whole[::2, ::2]), ulp=8)
    compiled = minijit.njit(stored_dear)
    for pair in ((column, whole), (whole, column), (whole[0], whole)):
        assert not compare(compiled, (np.zeros((9, 11)), *pair), ulp=8)


# ---- reductions


def dot(a, b):
    return np.sum(a * b)


def greatest(a, b):
    return (a - b).max(), np.min(a + b)


def distance(a, b):
    d = a - b
    return np.sqrt((d * d).sum())


def truths(a, b):
    return np.any(a > b), (a < b + 10).all(), (a > b).sum(), (a > b).mean()


def means(a, b):
    return np.mean(a * b), (a * b).sum(dtype=np.float64), np.prod(a * 0.5 + b * 0.1)


def along_axes(a, b):
    return (a * b).sum(axis=0), (a - b).max(axis=-1, keepdims=True), np.mean(a * a, axis=-1), (a * b).std()


@pytest.mark.parametrize("function", [dot, greatest, distance, truths, means])
def test_reductions_make_no_array(function):
    assert allocations(function, line, other) == 0
    numbers = np.random.default_rng(1)
    for count in (1, 7, 100, 129, 8195, 30000):
        a, b = numbers.normal(size=count), numbers.normal(size=count)
        check_native(function, a, b)
    for dtype in (np.float32, np.int16, np.complex128):
        if function is not greatest or dtype is not np.complex128:
            check_native(function, (a * 9).astype(dtype), (b * 9).astype(dtype))
    check_native(function, a[::3], b[::-3])
    check_native(function, a, b[:1])
    check_native(function, a.reshape(50, 600), b.reshape(50, 600))
    check_native(function, a.reshape(50, 600).T, b.reshape(50, 600).T)
    check_native(function, a.reshape(50, 600), b[:600])
    check_native(function, a.reshape(50, 600)[:, ::7], b[:50, None])


def test_reductions_of_few_elements():
    for function in (dot, greatest, distance, truths, means):
        check_program(function, line[:0], other[:0])
        check_program(function, line[:3], other[:4])
        check_program(function, table[:, :0], table[:1, :0])
    for a, b in ((table, table[0]), (table, table[:, :1]), (np.asfortranarray(table), table)):
        check_native(along_axes, a, b)


# ---- remarks


def test_remark():
    compiled = minijit.njit(five_operations)
    compiled(line, other, third)
    assert "6 operations over arrays fused into one" in compiled.explain()


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (store_between, "line 3 may change what it is computed from"),
        (returned_too, "it is used by several operations, or by one that reads it from memory"),
        (used_in_loop, "it is used elsewhere, too"),
    ],
)
def test_remarks_on_what_is_stored(function, why):
    compiled = minijit.njit(function)
    compiled(line.copy(), other)
    first = function.__code__.co_firstlineno
    wanted = why.replace("line 3", f"line {first + 2}")
    assert f"{first + 1}: array stored, not fused: {wanted}" in compiled.explain()


# ---- at random


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_random_expressions(first):
    check_random(first, first + 20)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1000, 3000, 100))
def test_more_random_expressions(first):
    check_random(first, first + 100)


def check_random(first: int, end: int) -> None:
    """Compare the random functions of some seeds with the interpreter; few of them raise."""
    for seed in range(first, end):
        function, text = function_of(seed)
        args = arguments_of(seed)
        with np.errstate(all="ignore"):
            found = compare(minijit.jit(function, fallback="silent"), args)
        assert not found, f"{seed}: {found}\n{text}"
