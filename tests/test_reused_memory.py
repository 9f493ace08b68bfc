"""Memory that is used again: results over arrays that die, and blocks that a call has freed."""

from __future__ import annotations

import ctypes
import linecache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minijit
from minijit import pipeline
from minijit.ir import context as layout
from minijit.library.arrays.allocation import is_new_block
from minijit.options import Options
from minijit.runtime.spare_blocks import MOST_BLOCKS, MOST_BYTES
from minijit.runtime.typeof import type_of
from minijit.testing import compare, native
from tests.native import support


def places(function, *args) -> int:
    """How many places may take the memory of an array that dies."""
    types = tuple(map(type_of, args))
    unit, _ = pipeline.build_unit(function, types, Options(), pipeline.Clock(), lambda *_: None)
    return sum(
        instr.attrs.get("symbol", "").startswith("mj_alloc_array") and not is_new_block(instr)
        for each in unit.functions.values()
        for block in each.blocks
        for instr in block.instrs
    )


def check_native(function, *args) -> None:
    """Compare with the interpreter; the call must not leave native code."""
    compiled = minijit.njit(function)
    with native(compiled):
        for _ in range(3):
            found = compare(compiled, args)
            assert not found, f"{function.__name__}: {found}"


line, other = np.linspace(-1.0, 2.0, 300), np.linspace(0.5, 9.0, 300)
table = np.arange(35.0).reshape(5, 7)


# ---- what takes the memory of an array that dies


def steps(u, v, count):
    for _ in range(count):
        u = u * 2 - v
        u = u - v
    return u


def halves(u, v, count):
    for k in range(count):
        u = np.where(u > v, u - v, u * k)
        u = (u * 0.5).clip(-3.0, 3.0)
    return u


def as_others(u, v, count):
    w = u.astype(np.int64)
    for k in range(count):
        w = w * 3 + k
    x = w.astype(np.float64)
    y = np.sort(x.ravel())
    return w, y - 1, v + count


def stencil(u, v, count):
    for _ in range(count):
        u = u[1:, 1:] + u[:-1, :-1]
        u = u * 0.5
    return u + v[:1, :1]


def orders(u, v, count):
    a = np.asfortranarray(u * 1)
    for _ in range(count):
        a = a + 1
        a = a * v
    return a


@pytest.mark.parametrize("function", [steps, halves, as_others, orders])
def test_results_take_the_memory_of_what_dies(function):
    assert places(function, line, other, 3) > 0
    check_native(function, line, other, 3)
    check_native(function, table, table[:1] + 0.5, 4)
    check_native(function, np.asfortranarray(table), table, 4)
    check_native(function, table[:0], table[0], 2)
    check_native(function, table[::-1, ::2], table[:, :4], 3)
    check_native(function, table[None], table[0], 3)


def test_results_of_other_shapes():
    assert places(stencil, table, table, 2) > 0
    check_native(stencil, table, table, 3)
    check_native(stencil, table.T, table, 3)


# ---- what must stay as it is


def viewed(u, v):
    a = np.sort(u)
    b = a[1:]
    a = a * v
    return a, b


def kept_in_tuple(u, v):
    a = np.sort(u)
    both = (a, v)
    a = a + v
    return a, both


def kept_in_list(u, v):
    kept = []
    a = np.sort(u)
    for k in range(4):
        kept.append(a)
        a = a + v * k
    return a, kept


def turned(u, v):
    a = np.sort(u)
    b = a[::-1]
    a = a - b
    return a, v


def turned_and_gone(u, v):
    a = np.sort(u)
    return a[::-1] - a + v


def one_element(u, v):
    a = np.sort(u)
    first = a[:1]
    a = u
    b = first + v
    return b, a


def first_row(u, v):
    a = np.sort(u)[:1]
    return a * v


def of_caller(u, v):
    a = np.sort(u)
    b = stepped(a, v)
    return a, b, stepped(stepped(a, v), b)


def stepped(a, v):
    a = a + v
    return a * v


def chosen(u, v):
    a = np.sort(u)
    for k in range(5):
        b = a if k % 2 else u
        b = b + 1
        a = a + b
    return a, b


def swapped(u, v):
    a, b = np.sort(u), np.sort(v)
    for _ in range(5):
        a, b = b, a + b
    return a, b


def given_away(u, v):
    a = np.sort(u)
    text = str(a[0])
    held = np.broadcast_to(a, (2, len(a)))
    a = a + 1
    return a, text, held


def rows(u, v):
    a = np.sort(u) + 1
    b = a.reshape(2, -1)
    c = b * v[0]
    d = c + c[::-1]
    return d


@pytest.mark.parametrize("function", [viewed, kept_in_tuple, kept_in_list, turned, of_caller, chosen, swapped, rows])
def test_what_is_still_referred_to_stays(function):
    check_native(function, line, other)
    check_native(function, line[::-1].astype(np.float32), other.astype(np.float32))
    check_native(function, np.arange(6), np.arange(6)[::-1])


@pytest.mark.parametrize("function", [turned_and_gone, one_element, first_row, given_away])
def test_elements_that_are_read_several_times_stay(function):
    compiled = minijit.jit(function)
    for u, v in ((line, other), (line[:1], other), (line[:1], other[:1]), (line, other[:1]), (line[:2], other[:1])):
        assert not compare(compiled, (u, v))
    assert not compiled.fallback_reasons


def handed_over(u, keep):
    a = np.sort(u)
    keep(a)
    a = a * 2
    a = a + 1
    return a


def test_what_python_has_got_stays():
    seen: list[np.ndarray] = []
    found = minijit.jit(handed_over)(line[::-1], seen.append)
    assert np.array_equal(seen[0], np.sort(line))
    assert np.array_equal(found, np.sort(line) * 2 + 1)


def fails_midway(u, powers):
    a = np.sort(u)
    a = a**powers
    return a


def test_errors_in_the_middle():
    compiled = minijit.jit(fails_midway)
    assert not compare(compiled, (np.arange(5), np.array([1, 2, 0, 3, 2])))
    assert not compare(compiled, (np.arange(5), np.array([1, 2, 0, -3, 2])))


STATEMENTS = (
    *("a = a + b", "b = a * 0.5", "a = np.where(a > b, b, a)", "b = b[::-1] - a", "c = a", "a = c", "c = b[1:]"),
    *("b[1:] = c[:1]", "a = np.abs(c[:1]) + a", "a, b = b, a", "kept = (a, c)", "c = c[:1] * c[-1:]", "b = np.sort(a)"),
)


def caught(u, powers):
    a = np.sort(u)
    try:
        a = a**powers
    except ValueError:
        a = a + 1
        return a
    return a * 2


def caught_in_loop(u, powers):
    total = np.zeros(len(u), u.dtype)
    for k in range(3):
        try:
            total = total + u
            total = total ** (powers - k)
        except ValueError:
            total = total * 3
    return total


@pytest.mark.parametrize("function", [caught, caught_in_loop])
def test_errors_that_are_caught(function):
    compiled = minijit.jit(function)
    for powers in ([1, 2, 0, 3, 2], [1, 2, 0, -3, 2], [4, 3, 2, 3, 2]):
        assert not compare(compiled, (np.arange(5), np.array(powers)))
    assert not compiled.fallback_reasons


@settings(max_examples=25)
@given(
    st.lists(st.sampled_from(STATEMENTS), min_size=3, max_size=10),
    st.sampled_from(["if True:", "for turn in range(3):"]),
)
def test_random_programs(statements, head):
    body = "".join(f"        {one}\n" for one in statements)
    result = "a + 0, b, c[::1], kept[0] * 1, kept[1][::1]"
    text = f"def program(a, b):\n    kept = c = a\n    {head}\n{body}    return {result}\n"
    filename = f"<statements {hash(text)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    space = {"np": np}
    exec(compile(text, filename, "exec"), space)
    compiled = minijit.jit(space["program"])
    found = compare(compiled, (line[:9].copy(), other[:9].copy()))
    assert not found and not compiled.fallback_reasons, f"{text}: {found}"


# ---- the blocks themselves


POINTER, WORD = ctypes.c_void_p, ctypes.c_int64
alloc = support("mj_alloc", POINTER, POINTER, WORD, ctypes.c_bool)
alloc_over = support("mj_alloc_over", POINTER, POINTER, WORD, POINTER, POINTER)
decref = support("mj_decref", None, POINTER, POINTER)
release = support("mj_release", None, POINTER)


def word(address, offset=0):
    return WORD.from_address(address + offset)


@pytest.fixture
def context():
    buffer = ctypes.create_string_buffer(layout.SIZE)
    yield ctypes.addressof(buffer)
    release(ctypes.addressof(buffer))


def test_freed_blocks_come_back(context):
    one, two = alloc(context, 800, False), alloc(context, 4000, False)
    ctypes.memset(word(one, layout.BLOCK_DATA).value, 7, 800)
    decref(context, one)
    decref(context, two)
    again = alloc(context, 800, True)
    assert again == one and alloc(context, 4000, False) == two
    assert not any(ctypes.string_at(word(again, layout.BLOCK_DATA).value, 800))
    assert word(context, layout.SPARE).value == 0
    assert alloc(context, 800, False) != one


def test_few_blocks_are_kept(context):
    def chain():
        found, block = [], word(context, layout.SPARE).value
        while block:
            found.append((word(block).value, word(block, layout.BLOCK_PREVIOUS).value))
            block = word(block, layout.BLOCK_NEXT).value
        return found

    blocks = [alloc(context, 8 * (k + 1), False) for k in range(MOST_BLOCKS + 2)]
    for block in blocks[:MOST_BLOCKS]:
        decref(context, block)
    count, sizes = MOST_BLOCKS, [8 * (k + 1) for k in range(MOST_BLOCKS)]
    assert chain() == [(count - k, sum(sizes[: count - k])) for k in range(count)]
    # One from the middle is no longer counted by those before it.
    assert alloc(context, 16, False) == blocks[1]
    sizes.remove(16)
    assert chain() == [(count - 1 - k, sum(sizes[: count - 1 - k])) for k in range(count - 1)]
    for block in blocks[MOST_BLOCKS:]:
        decref(context, block)
    assert chain() == [(1, 8 * (MOST_BLOCKS + 2))]
    large = [alloc(context, MOST_BYTES // 2 + 1, False) for _ in range(2)]
    for block in (*large, alloc(context, 0, False), alloc(context, MOST_BYTES + 1, False)):
        decref(context, block)
        assert sum(total for _, total in chain()[:1]) <= MOST_BYTES


def test_arrays_over_blocks_that_die(context):
    one, two = alloc(context, 800, False), alloc(context, 800, False)
    word(one).value += 1
    made = alloc_over(context, 800, one, two)
    assert made == two and word(two).value == 2
    assert alloc_over(context, 800, None, None) not in (one, two)
    word(one).value -= 1
    assert alloc_over(context, 808, one, None) != one
    word(one, layout.BLOCK_OBJECT).value = id(context)
    assert alloc_over(context, 800, one, None) != one
    word(one, layout.BLOCK_OBJECT).value = 0
    assert alloc_over(context, 800, None, one) == one
    stand_in = (ctypes.c_int64 * 1)(1 << 40)
    assert alloc_over(context, 800, ctypes.addressof(stand_in), None) is not None
