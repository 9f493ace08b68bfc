"""How a call ends when native code did not return: exceptions, bail-outs, the lock, and counting."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from minijit import types as t
from minijit.runtime import numpy_api
from tests.wrapper_harness import Missed, kernel_header, make, returning, unexpected, words_at

CODES = "?bhilBHILfdFD"
F8 = np.dtype("f8")
VECTOR = t.Array(F8, 1, "C")
MATRIX = t.Array(F8, 2, "C")

LEAVING = kernel_header((t.INT,)) + "%s = trunc i64 %p0 to i32\nret i32 %s\n}"


def test_a_status_becomes_an_exception():
    calls = []

    def on_exit(status, address):
        calls.append(status)
        assert words_at(address, 32) == [0]
        return ZeroDivisionError("division by zero") if status < 10 else KeyError(status)

    call = make((t.INT,), t.NONE, LEAVING, on_exit=on_exit)
    with pytest.raises(ZeroDivisionError, match=r"^division by zero$"):
        call(3)
    with pytest.raises(KeyError):
        call(70000)
    assert call(0) is None
    assert calls == [3, 70000]


def test_exceptions_are_chained_as_if_raised():
    call = make((t.INT,), t.NONE, LEAVING, on_exit=lambda status, address: ValueError("new"))
    with pytest.raises(ValueError, match="new") as info:
        try:
            raise KeyError("old")
        except KeyError as old:
            first = old
            call(1)
    assert info.value.__context__ is first


def test_tracebacks_and_contexts_of_old_exceptions_stay():
    def raising():
        try:
            raise KeyError("inner")
        except KeyError:
            raise ValueError("outer") from None

    try:
        raising()
    except ValueError as error:
        exception = error
    call = make((t.INT,), t.NONE, LEAVING, on_exit=lambda status, address: exception)
    with pytest.raises(ValueError) as info:
        try:
            raise OSError
        except OSError:
            call(1)
    assert info.value is exception and isinstance(exception.__context__, KeyError)
    assert "raising" in [entry.name for entry in info.traceback]


def test_a_bail_out_runs_in_the_interpreter():
    seen = []

    def interpret(*args, **kwargs):
        seen.append((args, kwargs))
        return "interpreted"

    types = (t.INT, t.FLOAT)
    kernel = kernel_header(types) + "ret i32 5\n}"
    call = make(types, t.NONE, kernel, on_exit=lambda status, address: None, interpret=interpret, defaults={1: 2.5})
    assert call(1, 2.0) == call(1, b=3.0) == call(1) == call(a=4) == "interpreted"
    assert seen == [((1, 2.0), {}), ((1,), {"b": 3.0}), ((1,), {}), ((), {"a": 4})]


def test_errors_while_leaving_are_raised():
    def failing(status, address):
        raise RuntimeError("handler")

    call = make((t.INT,), t.NONE, LEAVING, on_exit=failing)
    with pytest.raises(RuntimeError, match="handler"):
        call(1)
    call = make((t.INT,), t.NONE, LEAVING, on_exit=lambda status, address: None, interpret=unexpected)
    with pytest.raises(AssertionError, match="not expected"):
        call(1)


def test_the_lock_is_released_around_the_kernel():
    import threading

    entered = "@flag = internal global i64 0\n"
    kernel = (
        entered
        + kernel_header((t.INT,))
        + """
  %first = icmp eq i64 %p0, 0
  br i1 %first, label %wait, label %set
wait:
  %seen = load atomic i64, ptr @flag seq_cst, align 8
  %done = icmp ne i64 %seen, 0
  br i1 %done, label %out, label %wait
set:
  store atomic i64 1, ptr @flag seq_cst, align 8
  br label %out
out:
  store i64 %p0, ptr %ret
  ret i32 0
}"""
    )
    call = make((t.INT,), t.INT, kernel, nogil=True)
    results = []
    waiting = threading.Thread(target=lambda: results.append(call(0)), daemon=True)
    waiting.start()
    assert call(1) == 1
    waiting.join(20)
    assert results == [0]


def test_unusual_names_are_quoted():
    name = 'größe.<locals>."f\\'
    from minijit.codegen.text import symbol

    kernel = returning((t.INT,), [0]).replace("@kernel", symbol(name))
    assert make((t.INT,), t.INT, kernel, name=name)(3) == 3


def test_objects_lie_where_generated_code_looks():
    assert numpy_api.layout_problem() == ""
    assert set(numpy_api.symbols()) >= {"mj_type_int", "mj_type_numpy_float64", "mj_none", "PyArray_NewFromDescr"}


def test_nothing_is_counted_wrongly():
    types = (VECTOR, t.INT, t.NumpyScalar(F8), t.BOOL, t.NONE, t.Tuple((VECTOR, t.NumpyScalar(np.dtype("?")))))
    call = make(types, t.Tuple(types), returning(types, range(6)), defaults={4: None})
    args = (np.zeros(3), 10**12, np.float64(2), True, None, (np.zeros(2), np.True_))
    watched = [*args, args[0], args[5][0], np.True_, float, np.float64, np.dtype("f8"), VECTOR]
    before = [sys.getrefcount(one) for one in watched]
    for _ in range(20_000):
        call(*args)
        call(*args[:3], d=True, f=args[5])
        try:
            call(*args[:5], None)
        except Missed:
            pass
    after = [sys.getrefcount(one) for one in watched]
    assert [b - a for a, b in zip(before, after, strict=True)] == [0] * len(watched)
