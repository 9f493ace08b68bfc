"""The support functions of compiled code, the toolchain and the linker."""

from __future__ import annotations

import ctypes
import sys
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minijit.codegen.link import runtime_addresses
from minijit.codegen.symbols import address_of_symbol
from minijit.ir import context as layout
from minijit.machine import I64, PTR
from tests.native import compiled, resident, support

POINTER = ctypes.c_void_p


def word(address, offset=0):
    return ctypes.c_int64.from_address(address + offset).value


@pytest.fixture
def context():
    return (ctypes.c_int64 * (layout.SIZE // 8))()


@pytest.fixture
def alloc(context):
    native = support("mj_alloc", POINTER, POINTER, ctypes.c_int64, ctypes.c_bool)
    return lambda size, zeroed=False: native(context, size, zeroed)


@pytest.fixture
def decref(context):
    native = support("mj_decref", None, POINTER, POINTER)
    return lambda owner: native(context, owner)


@pytest.fixture
def release(context):
    native = support("mj_release", None, POINTER)
    return lambda: native(context)


def listed(context):
    """The blocks of a context, with their links checked in both directions."""
    found, previous, block = [], 0, context[layout.BLOCKS // 8]
    while block:
        assert word(block, layout.BLOCK_PREVIOUS) == previous
        found.append(block)
        previous, block = block, word(block, layout.BLOCK_NEXT)
    return found


# ---- memory


@pytest.mark.parametrize("size", [0, 1, 8, 1023, 1024, 4096, (1 << 17) - 1, 1 << 17, 10_000_000])
@pytest.mark.parametrize("zeroed", [False, True])
def test_blocks_have_their_size_and_alignment(context, alloc, decref, size, zeroed):
    for _ in range(3):  # memory that was used before must be cleared as well
        block = alloc(size, zeroed)
        data = word(block, layout.BLOCK_DATA)
        assert word(block, layout.BLOCK_COUNT) == 1
        assert word(block, layout.BLOCK_BYTES) == size
        assert word(block, layout.BLOCK_OBJECT) == 0
        assert data % (16 if size < 1024 or (zeroed and size >= 1 << 17) else 64) == 0
        if zeroed:
            assert not any(ctypes.string_at(data, min(size, 1 << 20)))
        ctypes.memset(data, 255, size)
        decref(block)
        assert listed(context) == []


@pytest.mark.parametrize("size", [1 << 62, -8, -1])
def test_no_memory_gives_null_and_leaves_no_block(context, alloc, size):
    assert alloc(size) is None and alloc(size, True) is None
    assert listed(context) == []


@given(order=st.permutations(range(5)), kept=st.integers(0, 5))
def test_blocks_are_unlinked_in_any_order(order, kept):
    context = (ctypes.c_int64 * (layout.SIZE // 8))()
    make = support("mj_alloc", POINTER, POINTER, ctypes.c_int64, ctypes.c_bool)
    drop = support("mj_decref", None, POINTER, POINTER)
    blocks = [make(context, 64, False) for _ in order]
    for number, index in enumerate(order[kept:]):
        drop(context, blocks[index])
        left = {blocks[i] for i in order} - {blocks[i] for i in order[kept : kept + number + 1]}
        assert set(listed(context)) == left
    support("mj_release", None, POINTER)(context)
    assert listed(context) == []


def test_a_block_lives_until_its_last_reference(context, alloc, decref):
    block = alloc(100)
    ctypes.c_int64.from_address(block).value = 2
    decref(block)
    assert listed(context) == [block]
    decref(block)
    assert listed(context) == []
    decref(None)


def test_release_frees_blocks_and_drops_objects(context, alloc, release):
    class Thing:
        pass

    thing = Thing()
    gone = weakref.ref(thing)
    block = alloc(100)
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))
    ctypes.c_int64.from_address(block + layout.BLOCK_OBJECT).value = id(thing)
    ctypes.PYFUNCTYPE(None, POINTER)(address_of_symbol("free"))(word(block, layout.BLOCK_DATA))
    keep = support("mj_keep", None, POINTER, POINTER)
    for _ in range(3):
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))
        keep(context, id(thing))
    alloc(10)
    del thing
    assert gone() is not None
    ctypes.PYFUNCTYPE(None, POINTER)(runtime_addresses()["mj_release"])(ctypes.addressof(context))
    assert gone() is None
    assert list(context)[:2] == [0, 0]
    release()


def test_a_million_blocks_leave_memory_as_it_was():
    def body(b, count, size):
        context = b.emit("context", (), PTR)

        def turn(index, carried):
            owner = b.call_c("mj_alloc", PTR, context, size, b.i1(False), effects="allocates")
            b.check(b.icmp("ne", owner, b.null()), MemoryError, "")
            b.emit("incref", (owner,))
            data = b.load(b.ptr_add(owner, layout.BLOCK_DATA), PTR, local=True)
            b.store(data, index, local=True)
            value = b.load(data, I64, local=True)
            b.emit("decref", (owner,))
            b.emit("decref", (owner,))
            return [b.add(carried[0], value)]

        return list(b.loop(count, turn, [b.i64(0)]))

    native = compiled([I64, I64], body)
    assert native.call(10_000, 1000) == 0
    before = resident()
    for size in (8, 1000):
        assert native.call(500_000, size) == 0
        assert native.slot(0, I64) == 500_000 * 499_999 // 2
        assert native.word(layout.BLOCKS) == 0
    assert resident() - before < 4_000_000


def test_counting_of_null_owners_does_nothing():
    def body(b, owner):
        b.emit("incref", (owner,))
        b.emit("decref", (owner,))
        return []

    assert compiled([PTR], body).call(None) == 0


def test_what_a_failed_call_leaves_behind_is_released():
    def body(b, count):
        context = b.emit("context", (), PTR)

        def turn(index, _):
            b.call_c("mj_alloc", PTR, context, b.i64(10_000), b.i1(True), effects="allocates")
            return []

        b.loop(count, turn)
        b.bail_unless(b.i1(False), "at the end")
        return []

    native = compiled([I64], body)
    free_all = support("mj_release", None, POINTER)
    before = resident()
    for _ in range(500):
        assert native.call(100) == 1
        assert len(listed(native.context)) == 100
        free_all(native.context)
    assert resident() - before < 20_000_000


# ---- keyword arguments


def bind(parameters, defaults, args, keywords):
    """What mj_bind makes of a call: the row of arguments, or None."""
    count = len(parameters)
    names = (POINTER * count)(*[id(name) for name in parameters])
    default_row = (POINTER * count)(*[None if value is None else id(value) for value in defaults])
    values = [*args, *keywords.values()]
    row = (POINTER * max(len(values), 1))(*[id(value) for value in values])
    out = (POINTER * (count + 1))()
    out[count] = 0xABC
    native = support(
        "mj_bind", ctypes.c_bool, POINTER, ctypes.c_int64, POINTER, POINTER, POINTER, ctypes.c_int64, POINTER
    )
    kwnames = tuple(sys.intern(name) for name in keywords)
    fits = native(row, len(args), id(kwnames) if keywords else None, names, default_row, count, out)
    assert out[count] == 0xABC
    return [ctypes.cast(one, ctypes.py_object).value for one in list(out)[:count]] if fits else None


def test_binding():
    parameters, defaults = [sys.intern(name) for name in ("alpha", "beta", "gamma")], [None, None, 2.5]
    assert bind(parameters, defaults, [1, 2, 3], {}) == [1, 2, 3]
    assert bind(parameters, defaults, [1, 2], {}) == [1, 2, 2.5]
    assert bind(parameters, defaults, [1], {"gamma": 5, "beta": 4}) == [1, 4, 5]
    assert bind(parameters, defaults, [], {"gamma": 5, "beta": 4, "alpha": 3}) == [3, 4, 5]
    assert bind(parameters, defaults, [1], {"gamma": 5}) is None
    assert bind(parameters, defaults, [1], {}) is None
    assert bind(parameters, defaults, [1, 2], {"beta": 4}) is None
    assert bind(parameters, defaults, [1, 2], {"delta": 4}) is None
    assert bind(parameters, defaults, [1, 2, 3, 4], {}) is None
    assert bind([], [], [], {}) == []


@given(
    given_values=st.lists(st.integers(0, 99), max_size=4),
    keywords=st.dictionaries(st.sampled_from("abcdz"), st.integers(0, 99)),
)
def test_binding_agrees_with_python(given_values, keywords):
    def function(a, b, c=30, d=40):
        return [a, b, c, d]

    try:
        expected = function(*given_values, **keywords)
    except TypeError:
        expected = None
    parameters = [sys.intern(name) for name in "abcd"]
    assert bind(parameters, [None, None, 30, 40], given_values, keywords) == expected


def test_the_slow_path_calls_what_stands_behind_the_vectorcall_pointer():
    class Holder:
        __slots__ = ("first", "second")

    holder, seen = Holder(), []
    holder.first = None
    holder.second = lambda *args, **keywords: seen.append((args, keywords)) or "done"
    slow = ctypes.PYFUNCTYPE(ctypes.py_object, *[POINTER] * 2, ctypes.c_size_t, POINTER)(runtime_addresses()["mj_slow"])
    values, names = [3, 4.5], ("name",)
    row = (POINTER * 2)(*map(id, values))
    assert slow(id(holder), ctypes.addressof(row), 1, id(names)) == "done"
    assert seen == [((3,), {"name": 4.5})]
