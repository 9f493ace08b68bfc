"""Exact comparison of ints with floats in the support module; the toolchain and the linker."""

from __future__ import annotations

import ctypes
import gc
import math
import threading

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from minijit import njit, pipeline
from minijit.codegen.link import link, runtime_addresses
from minijit.codegen.symbols import address_of_symbol
from minijit.codegen.toolchain import STRIDED, assembly, optimise_and_emit, optimised_text, target_description
from minijit.errors import InternalError
from minijit.machine import F64, I32, I64
from minijit.options import Options
from minijit.runtime.typeof import type_of
from minijit.testing import assert_same
from tests.native import compiled, resident, support

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


def test_linked_code_keeps_little_memory():
    data = optimise_and_emit(ONE).object
    for _ in range(50):
        link([data], ["one"])
    gc.collect()
    before = resident()
    for _ in range(500):
        link([data], ["one"])
    gc.collect()
    # Code is never unloaded.
    assert resident() - before < 500 * 64 * 1024


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


def scaled(a, b):
    for i in range(len(a)):
        b[i] = 2.0 * a[i] + 1.0


def test_arrays_with_gaps_keep_strength_reduction():
    compiled, a = njit(scaled), np.arange(60.0)
    gaps, none = a[::3], a[:20]
    for one in (gaps, none):
        assert_same(compiled, one, one.copy()[::-1])
    texts = [pipeline.describe(scaled, (type_of(one), type_of(one)), Options(), "llvm") for one in (gaps, none)]
    assert [STRIDED in text.split("compiled when")[0] for text in texts] == [True, False]
