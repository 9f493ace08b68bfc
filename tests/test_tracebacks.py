"""Exceptions from native code: type, message, context, and a traceback as the interpreter would make it."""

from __future__ import annotations

import contextlib
import gc
import traceback
import weakref
from types import TracebackType
from typing import Any

import numpy as np
import pytest

import minijit
from minijit.errors import NO_SPAN, Span
from minijit.runtime.tracebacks import make_frame


@minijit.jit
def item(a: np.ndarray, i: int) -> Any:
    return 1.0 + a[i]


@minijit.jit
def caller(a: np.ndarray, i: int) -> Any:
    x = inner(a, i + 1)
    return x


def inner(a: np.ndarray, i: int) -> Any:
    return a[
        i
    ]


@minijit.jit
def divide(a: int, b: int) -> Any:
    return a // b


@minijit.jit
def counter(a: np.ndarray, x: int) -> Any:
    a[0] = 5.0
    return x * x


def caught(function: Any, *args: Any) -> BaseException:
    try:
        function(*args)
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def shape(error: BaseException) -> list[tuple[Any, ...]]:
    """The traceback below :func:`caught`: function, file, line, columns."""
    return [
        (one.name, one.filename, one.lineno, one.end_lineno, one.colno, one.end_colno)
        for one in traceback.extract_tb(error.__traceback__)[1:]
        if "minijit/dispatcher.py" not in one.filename.replace("\\", "/")
    ]


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (item, (np.zeros(3), 3)),
        (item, (np.zeros(3), -4)),
        (caller, (np.zeros(3), 2)),
        (divide, (1, 0)),
    ],
)
def test_as_in_the_interpreter(function: Any, args: tuple[Any, ...]) -> None:
    function.compile(*args)
    assert function.fallback_reasons == []
    native, interpreted = caught(function, *args), caught(function.py_func, *args)
    assert type(native) is type(interpreted)
    assert str(native) == str(interpreted)
    assert shape(native) == shape(interpreted)


def test_none_of_our_frames() -> None:
    caught(item, np.zeros(3), 3)
    error = caught(item, np.zeros(3), 3)
    names = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
    assert names == [__file__, __file__]


def test_the_handled_exception_is_the_context() -> None:
    try:
        raise KeyError("first")
    except KeyError as first:
        error = caught(item, np.zeros(3), 3)
        assert error.__context__ is first
    assert caught(item, np.zeros(3), 3).__context__ is None


def test_nothing_is_kept_alive() -> None:
    class Local:
        pass

    def outer() -> weakref.ref[Local]:
        local = Local()
        with contextlib.suppress(IndexError):
            item(np.zeros(3), 3)
        return weakref.ref(local)

    gc.collect()
    gc.disable()
    try:
        assert outer()() is None
    finally:
        gc.enable()


def test_a_bail_out_after_a_change_raises() -> None:
    a = np.zeros(2)
    assert counter(a, 3) == 9
    error = caught(counter, a, 2**40)
    assert type(error) is OverflowError
    assert "test_tracebacks.py" in str(error)
    assert a[0] == 5.0


@pytest.mark.parametrize(
    "span", [Span(7, 4, 7, 9), Span(70, 100, 75, 2000), Span(1, 0, 1, 1), Span(5, 3, 5, 3), NO_SPAN]
)
def test_frames_say_where(span: Span) -> None:
    frame = make_frame("Class.method", "somewhere.py", span, {"x": 1})
    code = frame.f_code
    assert (code.co_name, code.co_qualname, code.co_filename) == ("method", "Class.method", "somewhere.py")
    assert frame.f_back is None
    assert frame.f_globals == {"x": 1}
    line = max(span.line, 1)
    for position in code.co_positions():
        if span.end_column > span.column:
            assert position == (line, span.end_line, span.column, span.end_column)
        else:
            assert position == (line, line, None, None)
    assert TracebackType(None, frame, 0, line).tb_lineno == line
