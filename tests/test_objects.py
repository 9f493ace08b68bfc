"""Objects that only Python knows, inside of native functions: made, asked, changed, returned."""

from __future__ import annotations

import copy
import dataclasses
import fractions
import math
from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minijit
from minijit.testing import assert_same

Pair = namedtuple("Pair", "x y")


@dataclasses.dataclass
class Body:
    x: float
    y: int

    def norm(self) -> float:
        return math.hypot(self.x, self.y)


HOME = Body(1.5, 2)


def makes_an_instance(x: float, y: int) -> Any:
    return Body(x, y)


def changes_an_instance(x: float, y: int) -> Any:
    body = Body(x, y)
    body.x = body.x + 1
    body.y += 2
    return body.norm() + 1, body, body.y > 3


def attribute_of_a_global(x: float) -> Any:
    return x * HOME.x, HOME


def named_pair(a: Any) -> Any:
    return Pair(a.sum(), a.max())


def dict_of_results(a: Any) -> Any:
    found = {"x": 1, "y": a}
    found["z"] = a[1]
    del found["x"]
    return found, "z" in found, "x" not in found, len(found), found.get("w") is None, found["y"] is a


def list_that_grows(n: int) -> Any:
    out = []
    total = 0.0
    for i in range(n):
        total += i * 0.5
        out.append(total)
    return out, len(out)


def set_that_grows(n: int) -> Any:
    seen = {0}
    for i in range(n):
        seen.add(i % 3)
    return seen


def list_twice(n: int) -> Any:
    row = [n, n + 0.5]
    return row, row


def list_of_arrays(a: Any) -> Any:
    kept = [a, a[1:], a * 2]
    kept[0][0] = 7.0
    return kept


def operators(n: int) -> Any:
    half = fractions.Fraction(n, 4)
    more = half + 1
    if more > 3:
        return more, float(more), -more, more == half, int(more), bool(more), 2 - more
    return 0


def unpacked(n: int) -> Any:
    whole, rest = math.modf(n + 0.25), divmod(fractions.Fraction(n), 3)
    quotient, remainder = rest
    return whole, quotient, remainder


def strings(n: int) -> Any:
    text = ""
    for i in range(n):
        text = text + str(i) + ","
    return text, f"{Body(1.0, n)}", str(fractions.Fraction(n, 7))


def object_or_none(n: int) -> Any:
    found = fractions.Fraction(n) if n > 2 else None
    if found is None:
        return -1
    return found


def blocks(a: Any) -> Any:
    return np.block([[a, a], [a, a]]), np.piecewise(a, [a < 1, a >= 1], [0.0, 1.0])


def with_unparsed_helper(a: Any) -> Any:
    first = guarded_inverse(float(a[0]))
    total = 0.0
    for i in range(len(a)):
        total += a[i]
    return first, total


def guarded_inverse(x: float) -> Any:
    try:
        return 1.0 / x
    except ZeroDivisionError:
        return 0


CASES = [
    (makes_an_instance, (3.0, 4)),
    (changes_an_instance, (3.0, 4)),
    (attribute_of_a_global, (2.0,)),
    (named_pair, (np.arange(4.0),)),
    (dict_of_results, (np.arange(4.0),)),
    (list_that_grows, (5,)),
    (set_that_grows, (5,)),
    (list_twice, (5,)),
    (list_of_arrays, (np.arange(4.0),)),
    (operators, (10,)),
    (operators, (1,)),
    (unpacked, (10,)),
    (strings, (4,)),
    (object_or_none, (1,)),
    (object_or_none, (3,)),
    (blocks, (np.arange(4.0).reshape(2, 2),)),
    (with_unparsed_helper, (np.arange(4.0),)),
]


@pytest.mark.parametrize(("function", "args"), CASES, ids=[function.__name__ for function, _ in CASES])
def test_objects_are_python_s(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    compiled = minijit.jit(function, fallback="error")
    for _ in range(3):
        ours, theirs = copy.deepcopy(args), copy.deepcopy(args)
        got, wanted = compiled(*ours), function(*theirs)
        assert type(got) is type(wanted)
        assert repr(got) == repr(wanted)
        np.testing.assert_equal(ours, theirs)


def test_identity_within_a_result() -> None:
    first, second = minijit.jit(list_twice, fallback="error")(3)
    assert first is second
    home = minijit.jit(attribute_of_a_global, fallback="error")(1.0)[1]
    assert home is HOME


def loops_on_an_object(n: int) -> Any:
    whole = fractions.Fraction(0)
    for i in range(n):
        whole = whole + i
    return whole


def test_what_the_interpreter_does_faster_is_left_to_it() -> None:
    with pytest.warns(minijit.FallbackWarning, match="only Python knows"):
        assert minijit.jit(loops_on_an_object)(4) == loops_on_an_object(4)


def raises_inside(n: int) -> Any:
    body = Body(1.0, n)
    return body.nothing


def test_errors_of_objects() -> None:
    with pytest.raises(AttributeError, match="'Body' object has no attribute 'nothing'") as caught:
        minijit.jit(raises_inside, fallback="error")(1)
    assert [entry.name for entry in caught.traceback][-1] == "raises_inside"


def no_such_name(n: int) -> Any:
    if n > 3:
        return never_defined + n  # type: ignore[name-defined]  # noqa: F821
    return n


def test_names_that_are_bound_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = minijit.jit(no_such_name, fallback="error")
    assert compiled(1) == 1
    with pytest.raises(NameError, match="name 'never_defined' is not defined") as caught:
        compiled(4)
    assert caught.value.name == "never_defined"
    monkeypatch.setitem(globals(), "never_defined", 10)
    assert compiled(4) == 14
    monkeypatch.undo()
    with pytest.raises(NameError):
        compiled(4)


def reads_its_frame(n: int) -> Any:
    return n, sorted(locals())


def overflows_behind_a_display(n: int) -> Any:
    kept = {"n": n, "half": n / 2}
    return kept, kept is None, n**30


def test_making_a_dict_is_no_change_that_others_see() -> None:
    compiled = minijit.jit(overflows_behind_a_display, fallback="error")
    assert compiled(10) == overflows_behind_a_display(10)
    assert compiled.stats["bailouts"] == 1


def test_what_needs_a_frame_is_interpreted() -> None:
    with pytest.warns(minijit.FallbackWarning, match="locals"):
        assert minijit.jit(reads_its_frame)(3) == (3, ["n"])


def sum_where_contiguous(a):
    s = 0.0
    if a.flags.c_contiguous and a.flags["C_CONTIGUOUS"]:
        for i in range(len(a)):
            s += a[i]
    return s, a.flags.writeable


@pytest.mark.parametrize("array", [np.arange(4.0), np.arange(8.0)[::2]])
def test_flags_of_arrays(array: Any) -> None:
    assert_same(minijit.jit(sum_where_contiguous, fallback="error"), array)


def closed(a):
    flags = a.flags
    flags.writeable = False
    a[0] = 1.0


def test_changes_of_flags_are_refused() -> None:
    compiled = minijit.jit(closed, fallback="silent")
    assert_same(compiled, np.arange(3.0))
    assert "flags" in compiled.fallback_reasons[0]


def memory_of(a):
    return a.base is None, a.ctypes.data, a.data.nbytes


def without_such(a, wanted):
    if wanted:
        return a.itemset(0, 1.0)
    return a[0]


def test_other_attributes_of_arrays() -> None:
    array = np.arange(6.0)
    compiled = minijit.jit(memory_of, fallback="error")
    for view in (array, array[1:]):
        assert compiled(view) == memory_of(view)
    for wanted in (False, True):
        assert_same(minijit.jit(without_such, fallback="error"), array, wanted)
