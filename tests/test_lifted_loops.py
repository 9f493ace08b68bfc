"""Functions that run in the interpreter: their loops run natively, and nobody can tell by the results."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np
import pytest

import minijit
from minijit.lifted_loops import LoopRunner
from minijit.options import Options
from minijit.testing import assert_same, compare
from tests.corpus import Case, cases

ROW = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0])


class Scale:
    """Something that only Python knows."""

    def __init__(self, factor: float) -> None:
        self.factor = factor
        self.log: list[float] = []


class Words(dict[str, float]):
    """A dict of a class that native code does not know."""


FACTORS = {"a": 2.0}


class Lifted:
    """Runs a function with its loops lifted."""

    def __init__(self, function: FunctionType) -> None:
        self.runner = LoopRunner(function, Options("silent"))

    @property
    def __call__(self) -> Callable[..., Any]:
        """A property, so that no frame of this class stands in tracebacks."""
        return self.runner.target()


def scaled_sum(a, words):
    # A dict is no argument for native code.
    s = 0.0
    for i in range(len(a)):
        s += a[i] * i
    return s * words["factor"]


def last_index(a, words):
    for i in range(len(a)):
        if a[i] > words:
            break
    else:
        i = -1
    k = 0
    for k in range(3):
        pass
    return FACTORS, i, k


def unset_without_turns(a, words):
    for x in a:
        twice = 2 * x
    words["seen"] = 1
    return twice


def found_at(a, words):
    words["asked"] = True
    for i in range(len(a)):
        if a[i] > 4.0:
            return i, a[i]
    return None


def outer_by_python(a, words):
    total = 0.0
    for key in sorted(words):
        words[key] += 1
        for i in range(len(a)):
            total += a[i]
            a[i] = total
    return total


def while_with_several(a, words):
    low, high, turns = 0, len(a), 0
    while low < high:
        middle = (low + high) // 2
        turns += 1
        if a[middle] < 4.0:
            low = middle + 1
        else:
            high = middle
    return low, turns, words.get("a")


def swapping(a, words):
    b = a.copy()
    for _ in range(3):
        for i in range(1, len(a)):
            b[i] = a[i - 1] + a[i]
        a, b = b, a
    return a, b, list(words)


def leaves_with_error(a, words):
    words["a"] = 0
    s = 0
    for i in range(len(a) + 1):
        a[i] = i
        s += i
    return s


def deep_error(a, words):
    words["a"] = 0
    s = 0
    for key in words:
        for i in range(len(a) + 1):
            s += a[i]
    return s, key


def error_is_handled(a, words):
    s = 0.0
    try:
        for i in range(len(a) + 1):
            s += a[i]
    except IndexError:
        words["last"] = s, i
    for x in a:
        s += x
    return s


def keywords_only(a, words, *, start=1.0, **others):
    for x in a:
        start += x
    return start, others


def yields(a, words):
    s = 0.0
    for x in a:
        s += x
    yield s, len(words)
    for x in a:
        yield x


def consumed(a, words):
    return list(yields(a, words))


def shared_with_inner(a, words):
    s = 0.0

    def current():
        return s

    for x in a:
        s += x
        words["now"] = current()
    t = 0.0
    for x in a:
        t += x
    return s, t, current()


def writes_text(a, words):
    out = io.StringIO()
    big = 0
    for i in range(len(a)):
        if a[i] > a[big]:
            big = i
    out.write(f"{big} {words}")
    return out.getvalue()


FUNCTIONS = [
    *(scaled_sum, unset_without_turns, found_at, outer_by_python, while_with_several, swapping, leaves_with_error),
    *(deep_error, error_is_handled, keywords_only, consumed, shared_with_inner, writes_text),
]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
@pytest.mark.parametrize("row", [ROW, ROW[::2], ROW[:0], ROW.astype(np.int32)], ids=["row", "strided", "empty", "int"])
def test_same_as_in_the_interpreter(function: FunctionType, row: Any) -> None:
    compiled = minijit.jit(function, fallback="silent")
    for _ in range(3):
        assert_same(compiled, row, Words(factor=2.0, a=1))


@pytest.mark.parametrize("least", [2.0, 20.0])
def test_what_a_loop_leaves_behind(least: float) -> None:
    lifted = Lifted(last_index)
    for row in (ROW, ROW[:0]):
        assert not compare(lifted, (row, least), original=last_index)
    assert lifted.runner.is_native


@pytest.mark.parametrize("function", [one for one in FUNCTIONS if one is not consumed], ids=lambda one: one.__name__)
def test_loops_are_native(function: FunctionType) -> None:
    lifted = Lifted(function)
    with contextlib.suppress(IndexError):
        lifted(ROW.copy(), Words(factor=2.0, a=1))
    assert lifted.runner.is_native


def test_what_became_native_is_told() -> None:
    @minijit.jit(fallback="silent")
    def summed(a):
        s = 0.0
        for x in a:
            s += x
        return eval("s")

    assert_same(summed, ROW)
    assert "runs in the interpreter" in summed.explain()
    assert "its loop in line" not in summed.explain()

    compiled = minijit.jit(scaled_sum, fallback="silent")
    assert_same(compiled, ROW, Words(factor=2.0))
    assert f"its loop in line {scaled_sum.__code__.co_firstlineno + 3} runs natively: ...(float64" in compiled.explain()


def test_an_object_of_the_users() -> None:
    def logged(scale, a):
        s = 0.0
        for i in range(len(a)):
            s += a[i] * a[i]
        scale.log.append(s)
        for x in a:
            scale.log.append(scale.factor * x)
        return s

    lifted, ours, theirs = Lifted(logged), Scale(3.0), Scale(3.0)
    for _ in range(6):
        assert lifted(ours, ROW) == logged(theirs, ROW)
    assert ours.log == theirs.log
    assert lifted.runner.is_native


def test_methods_and_closures() -> None:
    weights = np.arange(7.0)

    class Model:
        def __init__(self) -> None:
            self.calls = 0

        def apply(self, a):
            self.calls += 1
            s = 0.0
            for i in range(len(a)):
                s += weights[i] * a[i]
            return s

    model, lifted = Model(), Lifted(Model.apply)
    for turn in range(3):
        assert lifted(model, ROW) == float((weights * ROW).sum())
        weights = weights + turn
    assert model.calls == 3
    assert lifted.runner.is_native


def test_defaults_and_code_may_change() -> None:
    def counted(a, words=None, start=0):
        for _ in a:
            start += 1
        return {"count": start, "words": words}

    compiled = minijit.jit(counted, fallback="silent")
    holder = Words(a=2.0)
    assert compiled(ROW, holder) == {"count": 7, "words": holder}
    counted.__defaults__ = (None, 5)
    assert compiled(ROW, holder) == {"count": 12, "words": holder}
    counted.__code__ = (lambda a, words=None, start=0: start).__code__
    assert compiled(ROW, holder) == 5


def test_loops_that_are_never_native_go_back() -> None:
    def stored(a, words):
        for x in a:
            words.append({"x": x})
        return len(words)

    lifted = Lifted(stored)
    assert lifted.runner.loops
    for _ in range(5):
        assert lifted(ROW, []) == 7
    assert not lifted.runner.loops


def test_lists_are_not_looked_through_in_every_turn() -> None:
    def summed(words, numbers):
        s = 0.0
        for key in words:
            words[key] += 1
            for i in range(3):
                s += numbers[i]
        return s

    for kind, is_native in ((list, False), (np.array, True)):
        lifted = Lifted(summed)
        assert lifted(Words(a=1.0, b=2.0), kind([1.0, 2.0, 3.0])) == 12.0  # type: ignore[operator]  # two classes
        assert lifted.runner.is_native == is_native


def test_errors_are_wanted_of_functions_as_a_whole() -> None:
    compiled = minijit.njit(scaled_sum)
    with pytest.raises(minijit.CompilationError):
        compiled(ROW, Words(factor=1.0))


def test_one_warning_that_names_the_function() -> None:
    def summed(a, words):
        s = 0.0
        for x in a:
            s += x
        return s, words

    compiled = minijit.jit(summed)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        for _ in range(5):
            compiled(ROW, Words())
    assert [one.category for one in seen] == [minijit.FallbackWarning]
    assert seen[0].filename == __file__


def depth(n, words):
    for k in (1,):
        words["deepest"] = n
        if n > 0:
            n += k
            return depth(n - 2, words) + 1
    return 0


def test_recursion_is_no_deeper_than_before() -> None:
    inner = depth
    try:
        globals()["depth"] = minijit.jit(depth, fallback="silent")
        words: dict[str, int] = {}
        assert globals()["depth"](150, words) == 150
        assert words["deepest"] == 0
    finally:
        globals()["depth"] = inner


def looks_around(a):
    s = 0.0
    for x in a:
        s += x
    return s, sorted(locals())


def deletes(a):
    for i in range(3):
        a = a + i
    del a
    return i


@pytest.mark.parametrize("function", [looks_around, deletes])
def test_functions_that_are_left_as_they_are(function: Callable[..., Any]) -> None:
    assert not LoopRunner(function, Options("silent")).loops  # type: ignore[arg-type]


THEMES = ("loops", "unions", "errors", "stores", "science_scalars", "science_arrays")
LOOPING = [case for case in cases() if case.theme in THEMES]


@pytest.mark.parametrize("case", LOOPING, ids=lambda case: f"{case.theme}.{case.function.__name__}")
def test_all_loops_of_the_corpus(case: Case) -> None:
    lifted = Lifted(case.function)
    if lifted.runner.loops:
        for row in case.rows[:8]:
            assert not compare(lifted, row.args, row.kwargs, ulp=case.ulp, original=case.function)
