"""The support functions of compiled code, the toolchain and the linker."""

from __future__ import annotations

import ctypes
import gc
import math
import os
import sys
import threading
import weakref

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from minijit.codegen.link import link, runtime_addresses
from minijit.codegen.symbols import address_of_symbol, undefined_symbols
from minijit.codegen.toolchain import WRAPPER, assembly, optimise_and_emit, optimised_text, target_description
from minijit.errors import InternalError
from minijit.ir import context as layout
from minijit.machine import F64, I32, I64, PTR
from tests.native import compiled

POINTER = ctypes.c_void_p


def support(name, result, *args):
    return ctypes.CFUNCTYPE(result, *args)(runtime_addresses()[name])


def word(address, offset=0):
    return ctypes.c_int64.from_address(address + offset).value


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


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


# ---- exact comparison


def order(number, real):
    return 2 if real != real else (number > real) - (number < real)


INTERESTING = st.one_of(
    st.floats(),
    st.integers(-(2**63), 2**64 - 1).map(float),
    st.sampled_from([2.0**63, -(2.0**63), 2.0**64, 2.0**53, -0.5, 0.5, -0.0, math.nextafter(2.0**63, 0)]),
)


@given(number=st.integers(-(2**63), 2**63 - 1), real=INTERESTING)
@example(2**63 - 1, 2.0**63)
@example(-(2**63), -(2.0**63))
@example(2**53 + 1, 2.0**53)
@example(0, -0.5)
@example(-1, -1.5)
def test_int_is_compared_with_float_as_python_does(number, real):
    for candidate in (number, max(-(2**63), min(2**63 - 1, int(real)))) if abs(real) < 1e30 else (number,):
        assert _compare("mj_compare_int_float")(candidate, real) == order(candidate, real)
        status = _inlined().call(candidate, real)
        assert status == 0 and _inlined().slot(0, I32) == order(candidate, real)


@given(number=st.integers(0, 2**64 - 1), real=INTERESTING)
@example(2**64 - 1, 2.0**64)
@example(0, -0.5)
@example(2**63, 2.0**63)
def test_unsigned_is_compared_with_float_exactly(number, real):
    for candidate in (number, max(0, min(2**64 - 1, int(real)))) if abs(real) < 1e30 else (number,):
        assert _compare("mj_compare_uint_float")(candidate, real) == order(candidate, real)


def _compare(name):
    kind = ctypes.c_uint64 if "uint" in name else ctypes.c_int64
    return support(name, ctypes.c_int32, kind, ctypes.c_double)


_made = []


def _inlined():
    if not _made:
        _made.append(compiled([I64, F64], lambda b, x, y: [b.call_c("mj_compare_int_float", I32, x, y)]))
        assert "call i32" not in optimised_text(_made[0].text)
    return _made[0]


# ---- toolchain and linker


ONE = "define i64 @one() { ret i64 1 }\n"
TWO = "declare i64 @one()\ndefine i64 @two() { %a = call i64 @one()\n %b = add i64 %a, 1\n ret i64 %b }\n"


def test_objects_of_one_library_refer_to_each_other():
    objects = [optimise_and_emit(TWO, WRAPPER).object, optimise_and_emit(ONE).object]
    assert undefined_symbols(objects) == set()
    assert undefined_symbols(objects[:1]) == {"one"}
    linked = link(objects, ["two"])
    assert ctypes.CFUNCTYPE(ctypes.c_int64)(linked["two"])() == 2


def test_libraries_may_define_the_same_symbol_and_import_from_each_other():
    first = link([optimise_and_emit(ONE).object], ["one"])
    second = link([optimise_and_emit(ONE.replace("ret i64 1", "ret i64 10")).object], ["one"])
    two = optimise_and_emit(TWO).object
    for library, expected in ((first, 2), (second, 11)):
        linked = link([two], ["two"], {"one": library["one"]})
        assert ctypes.CFUNCTYPE(ctypes.c_int64)(linked["two"])() == expected


def test_an_unknown_symbol_is_named():
    text = "declare void @nobody_knows_this()\ndefine void @f() { call void @nobody_knows_this()\n ret void }\n"
    with pytest.raises(InternalError, match="nobody_knows_this"):
        link([optimise_and_emit(text).object], ["f"])


def test_a_missing_export_is_an_internal_error():
    with pytest.raises(InternalError, match="linking failed"):
        link([optimise_and_emit(ONE).object], ["three"])


def test_code_is_freed_with_its_library():
    data = optimise_and_emit(ONE).object
    for _ in range(50):
        link([data], ["one"])
    gc.collect()
    before = resident()
    for _ in range(500):
        link([data], ["one"])
    gc.collect()
    assert resident() - before < 12_000_000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("define i64 @f() { ret i32 1 }", "1: define i64 @f"),
        ("define i64 @f(i64 %x) {\n  %y = add i64 %x, %z\n  ret i64 %y\n}", "%z"),
        (
            "define i64 @f(i1 %c) {\nentry:\n  br i1 %c, label %a, label %b\na:\n  %y = add i64 1, 2\n  br label %b\n"
            "b:\n  ret i64 %y\n}",
            "does not dominate",
        ),
    ],
)
def test_bad_text_is_refused_with_llvm_s_words(text, message):
    with pytest.raises(InternalError) as caught:
        optimise_and_emit(text)
    assert message in str(caught.value)


def test_symbols_are_found_where_they_are():
    assert address_of_symbol("PyFloat_FromDouble")
    assert address_of_symbol("cosh") and address_of_symbol("malloc") and address_of_symbol("memset")
    assert address_of_symbol("mj_alloc") == runtime_addresses()["mj_alloc"]
    assert address_of_symbol("mj_none") == id(None)
    assert address_of_symbol("there_is_no_such_function") is None


def test_inspection_texts():
    assert "i64 @one()" in optimised_text(ONE)
    assert "one:" in assembly(ONE)
    assert "x86_64" in target_description() or "arm64" in target_description() or "aarch64" in target_description()


def test_many_threads_compile_at_once():
    results = []

    def work(number):
        text = ONE.replace("ret i64 1", f"ret i64 {number}")
        for _ in range(5):
            linked = link([optimise_and_emit(text).object], ["one"])
            results.append(ctypes.CFUNCTYPE(ctypes.c_int64)(linked["one"])() == number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 40
