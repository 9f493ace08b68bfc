"""Calls from native code into Python: boxing of arguments, results of the wanted type and others, exceptions."""

from __future__ import annotations

import gc
import sys

import numpy as np
import pytest

from minijit import types as t
from minijit.codegen.text import llvm_type, symbol
from minijit.ir import context
from minijit.ir.unit import PythonCall
from minijit.machine import parts_of
from tests.wrapper_harness import kernel_header, make, unexpected, words_at

F8 = np.dtype("f8")
VECTOR = t.Array(F8, 1, "C")
THUNK = symbol("mj_python_test.<locals>.unit_0")


def calling(types, result):
    """A kernel that hands its arguments to Python call 0 and returns the result; its status is that of the thunk."""
    machines = [machine for one in types for machine in parts_of(one)]
    lines = [f"declare i32 {THUNK}(ptr, ptr, ptr)", kernel_header(types)]
    lines.append(f"%row = alloca [{max(1, len(machines))} x i64]")
    for slot, machine in enumerate(machines):
        kind, value = llvm_type(machine), f"%p{slot}"
        if kind == "i1":
            lines.append(f"%z{slot} = zext i1 {value} to i8")
            kind, value = "i8", f"%z{slot}"
        lines.append(f"%a{slot} = getelementptr i64, ptr %row, i64 {slot}\nstore {kind} {value}, ptr %a{slot}")
    return "\n".join([*lines, f"%s = call i32 {THUNK}(ptr %ctx, ptr %row, ptr %ret)", "ret i32 %s", "}"])


def through_python(types, result, target, keywords=(), **options):
    """A function that calls `target` natively with its own arguments."""
    call = PythonCall(target, types, result, keywords)
    return make(types, result, calling(types, result), python_calls=(call,), **options)


def fetched(address):
    """What stands in the context as the exception, taken over."""
    import ctypes

    words = words_at(address, context.EXCEPTION, 3)
    kind, value, traceback = (ctypes.cast(word, ctypes.py_object).value if word else None for word in words)
    if not isinstance(value, BaseException):
        value = kind() if value is None else kind(value)
    decref = ctypes.pythonapi.Py_DecRef
    for word in words:
        if word:
            decref(ctypes.c_void_p(word))
    return value.with_traceback(traceback)


def on_exit(status, address):
    return fetched(address) if status == 1 else TypeError("another type")


RESULTS = [
    (t.INT, [0, -5, 2**40, -(2**63)], [2**63, True, 1.0, None, np.int64(1)]),
    (t.FLOAT, [1.5, float("inf")], [1, np.float64(1.5), None]),
    (t.BOOL, [True, False], [1, np.True_]),
    (t.COMPLEX, [1 - 2j], [1.0]),
    (t.NONE, [None], [0, ()]),
    (t.NumpyScalar(np.dtype("f4")), [np.float32(1.5)], [1.5, np.float64(1.5)]),
    (t.NumpyScalar(np.dtype("?")), [np.True_, np.False_], [True]),
    (VECTOR, [np.zeros(3)], [np.zeros((1, 3)), np.zeros(3, "f4"), np.zeros(6)[::2], [1.0]]),
    (
        t.Tuple((t.INT, VECTOR, t.FLOAT)),
        [(1, np.zeros(2), 2.5)],
        [(1, np.zeros(2)), (1, 2, 2.5), (2**64, np.zeros(2), 1.0)],
    ),
    (t.OBJECT, ["text", 1, None, [1], np.zeros(2)], []),
    (
        t.union_of((t.INT, t.NONE, VECTOR, t.Tuple((t.FLOAT,)))),
        [1, None, np.zeros(3), (2.5,)],
        ["text", 2**64, (1,), 1.0],
    ),
    (t.Tuple((t.OBJECT, t.Tuple((t.OBJECT,)))), [([], ({},))], [([], {})]),
]


@pytest.mark.parametrize(("one", "good", "wrong"), RESULTS, ids=lambda value: str(value)[:40])
def test_results_are_taken_if_of_the_wanted_type(one, good, wrong):
    stack = []
    call = through_python((), one, stack.pop, on_exit=on_exit)
    for value in good:
        stack.append(value)
        result = call()
        if isinstance(value, tuple):
            assert type(result) is tuple
            pairs = list(zip(result, value, strict=True))
        else:
            pairs = [(result, value)]
        for got, wanted in pairs:
            assert type(got) is type(wanted) and (got is wanted or got == wanted)
            assert got is wanted or isinstance(wanted, int | float | complex | np.float32 | tuple)
    for value in wrong:
        stack.append(value)
        with pytest.raises(TypeError, match="another type"):
            call()


def test_arguments_of_all_types_and_keywords():
    types = (t.INT, VECTOR, t.Tuple((t.FLOAT, t.BOOL)), t.NumpyScalar(np.dtype("F")), t.NONE, t.OBJECT)
    seen = []

    def target(*args, **kwargs):
        seen.append((args, kwargs))
        return 5

    values = (1, np.zeros(3), (2.5, True), np.complex64(1j), None, "text")
    assert through_python(types, t.INT, target, on_exit=on_exit)(*values) == 5
    assert through_python(types, t.INT, target, ("x", "y"), on_exit=on_exit)(*values) == 5
    (first, none), (second, keywords) = seen
    assert first == values and none == {} and first[1] is values[1] and first[5] is values[5]
    assert second == values[:4] and keywords == {"x": None, "y": "text"}
    assert [type(one) for one in first] == [type(one) for one in values]


def test_constants_are_arguments_too():
    seen = []
    one = t.Const(np.sin)
    call = PythonCall(lambda *args: seen.append(args), (one, t.INT), t.NONE)
    make((t.INT,), t.NONE, calling((t.INT,), t.NONE), python_calls=(call,))(3)
    assert seen == [(np.sin, 3)]


def test_exceptions_come_through():
    def target(value):
        raise KeyError(value)

    call = through_python((t.INT,), t.NONE, target, on_exit=on_exit)
    with pytest.raises(KeyError) as info:
        call(7)
    assert info.value.args == (7,) and "target" in [entry.name for entry in info.traceback]
    with pytest.raises(TypeError, match="missing 1 required"):
        through_python((), t.NONE, target, on_exit=on_exit)()


def test_several_calls_in_one_unit():
    first = PythonCall(lambda x: x + 1, (t.INT,), t.INT)
    second = PythonCall(lambda x: x * 10, (t.INT,), t.INT)
    other = symbol("mj_python_test.<locals>.unit_1")
    kernel = f"declare i32 {THUNK}(ptr, ptr, ptr)\ndeclare i32 {other}(ptr, ptr, ptr)\n" + kernel_header((t.INT,))
    kernel += "%row = alloca i64\nstore i64 %p0, ptr %row\n"
    kernel += f"call i32 {THUNK}(ptr %ctx, ptr %row, ptr %row)\ncall i32 {other}(ptr %ctx, ptr %row, ptr %ret)\n"
    call = make((t.INT,), t.INT, kernel + "ret i32 0\n}", python_calls=(first, second))
    assert call(4) == 50


def test_endless_recursion_through_python_is_stopped():
    call = through_python((t.INT,), t.INT, None, on_exit=on_exit)
    call.record.fill(following=0, constants=[call], names=["a"], defaults={}, on_exit=on_exit, interpret=unexpected)
    limit = sys.getrecursionlimit()
    with pytest.raises(RecursionError, match="maximum recursion depth exceeded"):
        call(1)
    call = through_python((t.INT,), t.INT, lambda x: call(x), on_exit=on_exit)
    with pytest.raises(RecursionError, match="maximum recursion depth exceeded"):
        call(1)
    assert sys.getrecursionlimit() == limit


def test_references_are_kept_until_the_end_and_no_longer():
    class Thing:
        alive = 0

        def __init__(self):
            Thing.alive += 1

        def __del__(self):
            Thing.alive -= 1

    call = through_python((), t.OBJECT, Thing, on_exit=on_exit)
    thing = call()
    assert Thing.alive == 1
    del thing
    assert Thing.alive == 0
    wrong = through_python((), t.Tuple((t.OBJECT, t.INT)), lambda: (Thing(), "text"), on_exit=on_exit)
    with pytest.raises(TypeError):
        wrong()
    gc.collect()
    assert Thing.alive == 0


def test_nothing_is_counted_wrongly():
    types = (t.INT, VECTOR, t.Tuple((t.FLOAT, VECTOR)), t.OBJECT)
    values = (10**12, np.zeros(3), (2.5, np.zeros(2)), object())
    answers = (np.zeros(4), object(), "text", {})
    result = t.Tuple((VECTOR, t.OBJECT))
    good = through_python(types, result, lambda *args: answers[:2], on_exit=on_exit)
    wrong = through_python(types, result, lambda *args: answers[:3], on_exit=on_exit)
    mixed = through_python(types, result, lambda *args: (answers[1], answers[0]), on_exit=on_exit)
    failing = through_python(types, result, lambda *args: answers[7], ("k",), on_exit=on_exit)
    watched = [*values, values[2][1], *answers]
    before = [sys.getrefcount(one) for one in watched]
    for _ in range(5000):
        good(*values)
        for call in (wrong, mixed, failing):
            with pytest.raises((TypeError, IndexError)):
                call(*values)
    gc.collect()
    after = [sys.getrefcount(one) for one in watched]
    assert [b - a for a, b in zip(before, after, strict=True)] == [0] * len(watched)


def test_memory_errors_on_the_way():
    testcapi = pytest.importorskip("_testcapi")
    if not hasattr(testcapi, "set_nomemory"):
        pytest.skip("this Python can't simulate a lack of memory")
    types = (t.INT, t.Tuple((t.FLOAT, t.INT)), t.NumpyScalar(F8))
    call = through_python(types, t.Tuple((t.INT, t.OBJECT)), max, on_exit=lambda status, address: None, interpret=max)
    values = (10**15, (2.5, 10**15), np.float64(1))
    direct = through_python((t.INT, t.INT), t.INT, max, on_exit=lambda status, address: None, interpret=max)
    for failing in range(20):
        testcapi.set_nomemory(failing, failing + 1)
        try:
            direct(10**15, 10**16)
        except MemoryError:
            pass
        finally:
            testcapi.remove_mem_hooks()
    with pytest.raises(TypeError):
        call(*values)
