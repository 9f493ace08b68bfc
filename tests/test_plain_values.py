"""Python makes strings and the like, which nobody can tell: a call may start again in the interpreter afterwards."""

from __future__ import annotations

import itertools
import linecache
import math
import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minijit
from minijit import types as t
from minijit.library.plain_values import is_plain, is_plain_and_fixed
from minijit.testing import assert_same

TEXTS = [
    "str(i)",
    "repr(i * 0.5)",
    "f'{i:03d} {x!r:>5} {math.pi:.{i % 4}f}'",
    "'%s and %d' % (i, x)",
    "'abc'.upper()",
    "','.join([str(i), 'a'])",
    "str(i).zfill(5)",
    "bin(i) + 'b'",
    "str(np.float32(i)) + str((i, None, 2.5))",
    "'a' + str(len(str(i)) + hash(str(i)) % 1 + int(str(i)))",
]


_NUMBERS = itertools.count()


def function_of(text: str, variables: dict[str, Any]) -> Callable[..., Any]:
    """The function `f` that a text defines."""
    name, source = f"<texts {next(_NUMBERS)}>", textwrap.dedent(text)
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    exec(compile(source, name, "exec"), variables)
    function: Callable[..., Any] = variables["f"]
    return function


@pytest.mark.parametrize("text", TEXTS)
def test_an_int_may_leave_64_bits_after_texts_were_made(text: str) -> None:
    function = function_of(
        f"""
        def f(n):
            x, out = 1, ""
            for i in range(n):
                x = x * 3
                out = {text}
            return x, out
        """,
        {"np": np, "math": math},
    )
    jitted = minijit.njit(function)
    for n in (3, 60):
        assert_same(jitted, n)
    assert jitted.stats["bailouts"] and jitted.signatures


class Loud:
    """An object that notes when it is asked for its text."""

    def __init__(self) -> None:
        self.asked = 0

    def __repr__(self) -> str:
        self.asked += 1
        return "loud"


LOUD = Loud()


@pytest.mark.parametrize("text", ["str(LOUD)", "f'{LOUD}'", "'%s' % LOUD", "repr((1, LOUD))"])
def test_objects_are_asked_once(text: str) -> None:
    function = function_of(
        f"""
        def f(n):
            out = {text}
            x = 1
            for i in range(n):
                x = x * 3
            return x, out
        """,
        {"LOUD": LOUD},
    )
    jitted: Callable[..., Any] = minijit.jit(function, fallback="silent")
    jitted(3)
    LOUD.asked = 0
    with pytest.raises(OverflowError):
        jitted(60)
    assert LOUD.asked == 1


def test_what_is_plain() -> None:
    numbers = t.Tuple((t.INT, t.NumpyScalar(np.dtype("f4")), t.NONE, t.STRING))
    assert is_plain(numbers) and is_plain_and_fixed(numbers)
    assert is_plain(t.PythonList(t.INT)) and not is_plain_and_fixed(t.PythonList(t.INT))
    for one in (t.OBJECT, t.Object(dict), t.Const(len), t.Tuple((t.INT, t.OBJECT)), t.Union((t.INT, t.OBJECT))):
        assert not is_plain(one) and not is_plain_and_fixed(one)
