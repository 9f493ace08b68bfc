"""Functions that can't be compiled run in the interpreter, and say so."""

from __future__ import annotations

import linecache
import warnings
from typing import Any

import numpy as np
import pytest

import minijit
import minijit.specialise as specialise
from minijit import config
from minijit.errors import CompilationError, FallbackWarning, InternalError

EMPTY: dict[int, Any] = {}


def with_dict(x: Any) -> Any:
    table = {**EMPTY, 1: [x]}
    return table[1][0]


def takes_any(first: Any, second: Any = None) -> Any:
    return first


def raises_inside(x: Any) -> Any:
    table = {1: x}
    return table[2]


def line_number(function: Any, text: str) -> int:
    code = function.__code__
    lines = linecache.getlines(code.co_filename)
    return next(k for k, line in enumerate(lines, 1) if k > code.co_firstlineno and text in line)


def test_a_construct_that_is_not_taken() -> None:
    f = minijit.jit(with_dict)
    with pytest.warns(FallbackWarning) as seen:
        assert f(3) == 3
    (warning,) = seen
    text = str(warning.message)
    lines = text.splitlines()
    assert lines[0].startswith(f"{__file__}:{line_number(with_dict, 'table = ')}:13: ")
    assert "; " in lines[0]
    assert lines[1].strip() == "table = {**EMPTY, 1: [x]}"
    assert lines[2].index("^") == lines[1].index("{")
    assert len(lines) <= 6
    assert warning.filename == __file__
    assert f.fallback_reasons == [text]


def test_one_warning_for_each_function() -> None:
    f = minijit.jit(with_dict)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        for value in (1, 2.0, "three"):
            assert f(value) == value
    assert len(seen) == 1
    assert len(f.fallback_reasons) == 1


def test_silent() -> None:
    f = minijit.jit(fallback="silent")(with_dict)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert f(1) == 1
    assert len(f.fallback_reasons) == 1


def test_error() -> None:
    for f in (minijit.njit(with_dict), minijit.jit(fallback="error")(with_dict), minijit.jit(nopython=True)(with_dict)):
        for _ in range(2):
            with pytest.raises(CompilationError, match=r"test_fallback\.py"):
                f(1)
        assert len(f.fallback_reasons) == 1


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ([1, 2.5], "is a list of other things than numbers of one type; pass a NumPy array"),
        ({"a": 1}, "is a dict"),
        (b"text", "is a bytes"),
        (np.longdouble(1), "is a numpy.longdouble"),
        (np.ma.zeros(3), "a subclass of ndarray"),
        (np.zeros(3, ">f8"), "foreign byte order"),
        (np.zeros(3, "O"), "an array of dtype object"),
        (np.frombuffer(bytes(33), np.uint8)[1:].view("f8"), "unaligned array"),
        ((1, ["a"]), "a tuple whose item 1 is a list"),
        (tuple(range(100)), "a tuple of more than"),
        (object(), "is an object"),
    ],
)
def test_arguments_that_are_not_taken(value: Any, what: str) -> None:
    f = minijit.jit(takes_any)
    with pytest.warns(FallbackWarning, match="argument 'first'"):
        assert f(value) is value
    (reason,) = f.fallback_reasons
    first, source, caret, *_ = reason.splitlines()
    assert what in first
    assert source[caret.index("^") :].startswith("first")
    assert f(5) == 5
    assert len(f.signatures) == 1


def test_big_ints_are_no_reason() -> None:
    f = minijit.njit(takes_any)
    assert f(2**64) == 2**64
    assert f((1, -(2**64))) == (1, -(2**64))
    assert f.fallback_reasons == []
    assert f.stats["bailouts"] == 2


def test_exceptions_come_through() -> None:
    f = minijit.jit(fallback="silent")(raises_inside)
    for _ in range(2):
        with pytest.raises(KeyError) as caught:
            f(1)
        assert caught.traceback[-1].name == "raises_inside"


def test_functions_without_source() -> None:
    namespace: dict[str, Any] = {}
    exec("def f(x):\n    return x + 1", namespace)
    f = minijit.jit(namespace["f"])
    with pytest.warns(FallbackWarning, match="source"):
        assert f(1) == 2
    assert f(2) == 3


def test_generator() -> None:
    @minijit.jit(fallback="silent")
    def numbers(n: int) -> Any:
        yield from range(n)

    assert list(numbers(3)) == [0, 1, 2]


def test_keyword_dict() -> None:
    @minijit.jit
    def f(**options: Any) -> Any:
        return options

    with pytest.warns(FallbackWarning, match=r"\*\*kwargs"):
        assert f(a=1) == {"a": 1}
    assert f(b=2) == {"b": 2}


def test_an_internal_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any) -> Any:
        raise InternalError("value %5 has no type")

    monkeypatch.setattr(specialise, "compile_native", broken)
    monkeypatch.setattr(config, "strict", False)
    f = minijit.jit(takes_any)
    with pytest.warns(FallbackWarning) as seen:
        assert f(1) == 1
    text = str(seen[0].message)
    assert "internal error of minijit" in text
    assert "value %5 has no type" in text
    assert "MINIJIT_DUMP=all MINIJIT_DUMP_FUNCTION=takes_any" in text
    assert len(text.splitlines()) <= 6
    assert f(2) == 2
    monkeypatch.setattr(config, "strict", True)
    with pytest.raises(InternalError):
        minijit.jit(takes_any)(1)


def test_lack_of_stack_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    real = specialise.compile_native
    monkeypatch.setattr(config, "strict", False)

    def shallow(*args: Any) -> Any:
        monkeypatch.setattr(specialise, "compile_native", real)
        raise RecursionError

    monkeypatch.setattr(specialise, "compile_native", shallow)
    f = minijit.jit(takes_any)
    assert f(1) == 1
    assert f.signatures == []
    assert f(1) == 1
    assert len(f.signatures) == 1
    assert f.fallback_reasons == []


def test_what_could_not_be_compiled_is_tried_again_once_globals_change() -> None:
    global LATER
    LATER = {"a": 1}

    @minijit.jit(fallback="silent")
    def f(x: Any) -> Any:
        return x if LATER is None else LATER

    assert f(1) == {"a": 1}
    LATER = 5
    assert f(1) == 5
    assert f(1) == 5


LATER: Any = None
