"""Lists of numbers as arguments: read in place, changed by Python, looked at in each call."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minijit


def total(xs: Any) -> Any:
    found = 0
    for x in xs:
        found += x
    return found, len(xs)


def item(xs: Any, i: int) -> Any:
    return xs[i], xs[-1], len(xs)


def changes(xs: Any, v: Any) -> Any:
    xs.append(v)
    xs[0] = v
    xs.sort()
    return xs


def grows(xs: Any) -> Any:
    found = 0
    for x in xs:
        found += x
        if len(xs) < 6:
            xs.append(x)
    return found, xs


def shrinks(xs: Any) -> Any:
    found = 0
    for i, x in enumerate(xs):
        found += x * i
        xs.pop()
    return found, xs


def nested(rows: Any) -> Any:
    found = 0
    for row in rows:
        for x in row:
            found += x * len(row)
    return found, rows[-1]


def dot(a: Any, b: Any) -> Any:
    found = 0
    for i in range(len(a)):
        found += a[i] * b[i]
    for x, y in zip(a, b, strict=False):
        found -= x * y
    return found


def uses(a: Any) -> Any:
    return sum(a), max(a), sorted(a), np.array(a), np.sum(a), a + a, a * 2, a[1:], a == a[:], 2 in a, tuple(a)


def truth(xs: Any) -> Any:
    if xs:
        return xs
    return None


def within_a_tuple(pair: Any) -> Any:
    a, b = pair
    return a[0] + b[0], pair


NATIVE: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (total, ([3, 1, 2],)),
    (total, ([],)),
    (total, ([1.5, 2.5],)),
    (total, ([True, False],)),
    (total, ([2**61, -5, 2**40, -(2**59), 0],)),
    (total, ([-(2**63) + 1, 2**63 - 1],)),
    (total, ([1 + 2j, 2j],)),
    *((total, ([dtype(1), dtype(0)],)) for dtype in (np.float32, np.float64, np.int8, np.uint64)),
    *((total, ([dtype(1), dtype(0)],)) for dtype in (np.bool_, np.complex64)),
    (item, ([3.0, 1.0, 2.0], 1)),
    (item, ([3.0, 1.0, 2.0], -3)),
    (item, ([3.0, 1.0], 5)),
    (item, ([3.0, 1.0], -3)),
    (item, ([], 0)),
    (changes, ([3, 1, 2], 5)),
    (changes, ([3.5], 2.5)),
    (grows, ([1, 2, 3],)),
    (shrinks, ([1, 2, 3, 4],)),
    (nested, ([[1.0, 2.0], [3.0]],)),
    (nested, ([[1, 2], []],)),
    (nested, ([[], []],)),
    (dot, ([1.0, 2.0, 3.0], [4.0, 5.0, 6.0])),
    (dot, ([1, 2, 3], [4, 5])),
    (uses, ([1.0, 2.0, 0.5],)),
    (uses, ([1],)),
    (truth, ([1],)),
    (truth, ([],)),
    (within_a_tuple, (([1, 2], [3.0]),)),
]


def outcome(function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    args = copy.deepcopy(args)
    try:
        result = function(*args)
    except Exception as error:
        return type(error), str(error), repr(args)
    return repr(result), [result is arg for arg in args], repr(args)


@pytest.mark.parametrize(("function", "args"), NATIVE, ids=[f"{f.__name__}-{a!r}"[:40] for f, a in NATIVE])
def test_native(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    compiled = minijit.jit(function, fallback="error")
    for _ in range(2):
        assert outcome(compiled, args) == outcome(function, args)


@pytest.mark.parametrize("args", [([1, 2.5],), (["a"],), ([None],), ([2**63],), ([[1], [2.5]],), ([[[[[1]]]]],)])
def test_other_lists_are_interpreted(args: tuple[Any, ...]) -> None:
    compiled = minijit.jit(total, fallback="silent")
    assert outcome(compiled, args) == outcome(total, args)
    assert not compiled.signatures


def test_every_call_looks_at_the_items() -> None:
    compiled = minijit.jit(total, fallback="silent")
    for xs in ([1, 2], [1, 2.5], [1.5], [2**70], [], [1, "a"], [3, 4], [np.int8(100), np.int8(100)], [True, 2]):
        assert outcome(compiled, (xs,)) == outcome(total, (xs,))
    assert compiled.stats["bailouts"] == 0


def takes_up_other_types(xs: Any) -> Any:
    found = 0.0
    xs[1] = 2.5
    for x in xs:
        found += x
    return found


def test_lists_that_take_up_other_types_are_interpreted() -> None:
    with pytest.warns(minijit.FallbackWarning, match="takes up float"):
        assert minijit.jit(takes_up_other_types)([5, 3, 1]) == 8.5


def through_two_names(a: Any, b: Any) -> Any:
    a.append(9)
    return len(b), b, a is b


def shift(xs: Any) -> None:
    xs.append(xs[0] + 1.0)
    xs.pop(0)


def changed_by_a_helper(xs: Any) -> Any:
    shift(xs)
    found = 0.0
    for x in xs:
        found += x
    return found, xs


def test_one_list_twice_and_a_helper_that_changes_it() -> None:
    ours, theirs = [3, 1, 2], [3, 1, 2]
    assert minijit.njit(through_two_names)(ours, ours) == through_two_names(theirs, theirs)
    assert ours == theirs
    compiled = minijit.njit(changed_by_a_helper)
    for _ in range(2):
        assert outcome(compiled, ([1.0, 2.0, 3.0],)) == outcome(changed_by_a_helper, ([1.0, 2.0, 3.0],))


def test_a_list_that_holds_itself() -> None:
    xs: list[Any] = []
    xs.append(xs)
    assert minijit.jit(truth, fallback="silent")(xs) is xs


def test_the_lock_is_held() -> None:
    compiled = minijit.jit(total, nogil=True)
    assert compiled([1, 2, 3]) == (6, 3)
