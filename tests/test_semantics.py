"""A test for each point of docs/semantics.md: what native code does not keep, and that it keeps the rest of it."""

from __future__ import annotations

import gc
import math
import signal
import sys
import traceback
from time import perf_counter

import numpy as np
import pytest

from minijit import njit


def test_result_in_another_layout_after_a_write() -> None:
    @njit
    def joined(a, b, out):
        if len(out):
            out[0] = 1
        return np.concatenate((a, b))

    plain, turned = np.zeros((1, 2, 3)), np.arange(24.0).reshape(2, 3, 4).transpose(2, 0, 1)
    assert joined(plain, turned, np.zeros(0)).strides == np.concatenate((plain, turned)).strides
    assert np.array_equal(joined(plain, plain + 1, np.zeros(1)), [*plain, *(plain + 1)])
    with pytest.raises(TypeError, match=r"test_semantics\.py:\d+"):
        joined(plain, turned, np.zeros(1))


def test_int_beyond_64_bits_after_a_write() -> None:
    def powers(a, base, n):
        product = 1
        for i in range(n):
            product *= base
            a[i % len(a)] = i
        return product

    compiled = njit(powers)
    assert compiled(np.zeros(4), 2, 62) == 2**62
    with pytest.raises(OverflowError, match=r"test_semantics\.py:\d+"):
        compiled(np.zeros(4), 2, 64)

    @njit
    def sorted_in_place(base, n):
        product, own = 1, np.array([3, 1, 2])
        for _ in range(n):
            product *= base
            own.sort()
        return product + own[0]

    assert sorted_in_place(2, 20) == 2**20 + 1
    with pytest.raises(OverflowError, match=r"test_semantics\.py:\d+"):
        sorted_in_place(2, 64)

    @njit
    def pure(base, n):
        product, own = 1, np.zeros(3)
        for i in range(n):
            product *= base
            own[i % 3] += 1
        return product

    assert pure(2, 64) == 2**64


def test_numbers_lose_identity_arrays_keep_it() -> None:
    @njit
    def itself(x):
        return x

    number, array = 12345.678, np.ones(3)
    assert itself(number) == number
    assert type(itself(number)) is float
    assert itself(array) is array


def test_a_view_of_a_whole_array() -> None:
    @njit
    def twice(n):
        v = np.zeros(n)
        return v, v[:]

    one, other = twice(3)
    assert one is other
    assert one.tolist() == [0.0, 0.0, 0.0]


def test_base_of_a_returned_view() -> None:
    @njit
    def tail(n):
        a = np.zeros(n)
        for i in range(n):
            a[i] = i
        return a[2:]

    view = tail(5)
    gc.collect()
    assert view.tolist() == [2.0, 3.0, 4.0]
    assert view.base is not None

    @njit
    def tail_of(a):
        return a[2:]

    whole = np.arange(5)
    assert tail_of(whole).base is whole


def test_traceback_shows_the_line() -> None:
    def inner(a, i):
        return a[i]

    @njit
    def outer(a, i):
        return inner(a, i) + 1

    with pytest.raises(IndexError) as caught:
        outer(np.zeros(3), 3)
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert [frame.name for frame in frames[-2:]] == ["outer", "inner"]
    assert frames[-1].line == "return a[i]"
    assert all("minijit" not in frame.filename.rpartition("/")[2] for frame in frames)


STEP = 1


def test_global_takes_effect_at_the_next_call() -> None:
    global STEP

    @njit
    def advance(x):
        return x + STEP

    try:
        assert advance(1) == 2
        STEP = 10
        assert advance(1) == 11
    finally:
        STEP = 1
    assert advance(1) == 2


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs an interval timer")
def test_interrupt_waits_for_the_end() -> None:
    @njit
    def spin(n, out):
        x = 0.0
        for i in range(n):
            x = math.sqrt(x + i)
        out[0] = x

    out = np.zeros(1)
    steps = 1_000_000
    spin(10, out)
    while True:
        start = perf_counter()
        spin(steps, out)
        if perf_counter() - start > 0.1:
            break
        steps *= 2
    expected, out[0] = out[0], 0.0
    seen: list[float] = []
    before = signal.signal(signal.SIGALRM, lambda *_: seen.append(out[0]))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.001)
        spin(steps, out)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert seen == [expected], "what the call does last was done before the handler ran"


def test_nogil_gives_the_same_value() -> None:
    def total(a):
        result = 0.0
        for x in a:
            result += x
        return result

    a = np.random.default_rng(1).random(1000)
    assert njit(total, nogil=True)(a) == total(a)


def test_boundscheck_off_reads_within() -> None:
    def swapped(a):
        n = len(a)
        for i in range(n // 2):
            a[i], a[n - 1 - i] = a[n - 1 - i], a[i]
        return a

    assert njit(swapped, boundscheck=False)(np.arange(5)).tolist() == [4, 3, 2, 1, 0]


def depth(n: int) -> int:
    return 1 + depth(n - 1) if n else 0


def test_recursion_error() -> None:
    @njit
    def start(n):
        return depth(n)

    assert start(100) == 100
    with pytest.raises(RecursionError, match="maximum recursion depth exceeded"):
        start(10 * sys.getrecursionlimit())


def test_a_view_returned_twice() -> None:
    @njit
    def twice(a):
        v = a[1:]
        return v, v, a, a

    a = np.arange(3.0)
    first, second, same, again = twice(a)
    assert first is not second
    assert np.shares_memory(first, second)
    assert first.base is a
    assert same is a
    assert again is a


def test_a_list_returned_twice() -> None:
    @njit
    def twice(a):
        p = np.split(a, 2)
        return p, p

    first, second = twice(np.arange(4.0))
    assert type(first) is list
    assert first is not second
    assert [list(part) for part in first] == [list(part) for part in second]


def test_nested_functions_for_python() -> None:
    @njit
    def keys(n):
        def key(x: int) -> int:
            return x * n

        return sorted((1, 2, 3), key=key), np.vectorize(key), np.vectorize(key)

    found, first, second = keys(-1)
    assert found == [3, 2, 1]
    assert first.pyfunc(2) == second.pyfunc(2) == -2
    assert first.pyfunc is not second.pyfunc
    assert first.pyfunc.__annotations__ == {}


def test_strings_keep_their_value() -> None:
    @njit
    def same(mode):
        return mode

    assert same("".join(["so", "me"])) == "some"


def test_attributes_of_numpy_are_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    @njit
    def root(x):
        return np.sqrt(x)

    assert root(4.0) == 2.0
    monkeypatch.setattr(np, "sqrt", np.square)
    assert root(4.0) == 2.0


def test_empty_arrays_differ_in_strides_only() -> None:
    @njit
    def column(a):
        return a[:, 0]

    a = np.zeros((0, 3))
    assert column(a).shape == (0,)
    assert column(a).base is a

    @njit
    def totals(a):
        return a.sum(axis=2)

    slices = np.ones((4, 3, 1)).T
    assert totals(slices).shape == (1, 3)
    assert totals(slices).strides[1] == slices.sum(axis=2).strides[1]


def test_unexpected_types_after_a_write() -> None:
    def whole_if_large(a):
        return a.astype(np.int64) if a.sum() > 1e6 else a.copy()

    whole_if_large.__module__ = "scipy.invented"

    def total(a, b):
        if b:
            a[0] += 1
        return whole_if_large(a).sum()

    compiled = njit(total)
    for b in (True, False):
        assert compiled(np.ones(3), b) == 3 + b
    large = compiled(np.full(3, 1e6), False)
    assert (type(large), large) == (np.int64, 3_000_000)
    with pytest.raises(TypeError, match=r"whole_if_large.*test_semantics\.py:\d+"):
        compiled(np.full(3, 1e6), True)


def test_counters_are_native() -> None:
    @njit
    def turns(n):
        count = 0
        while n > 0:
            n >>= 1
            count += 1
        return count

    assert turns(2**62) == 63
    assert turns.stats["bailouts"] == 0


def test_functions_that_look_at_their_caller() -> None:
    def shown(n: int) -> object:
        return vars_of_caller(n)

    # The helper's own look at frames is found by Python: it sees who called the compiled function.
    assert shown(1) == "shown"
    compiled = njit(shown)
    compiled(1)
    assert compiled(1) == "test_functions_that_look_at_their_caller"


def vars_of_caller(n: int) -> str:
    try:
        raise ValueError(n)
    except ValueError as error:
        assert error.__traceback__ is not None and error.__traceback__.tb_frame.f_back is not None
        return error.__traceback__.tb_frame.f_back.f_code.co_name


def test_order_of_sets() -> None:
    def left_over(n):
        found = set()
        for i in range(n):
            found.add(i * 8)
        for i in range(0, n, 2):
            found.remove(i * 8)
        return found

    for n in range(12):
        assert njit(left_over)(n) == left_over(n)


def test_exception_being_handled() -> None:
    def inverse(n):
        try:
            return 1 // n
        except ZeroDivisionError:
            return handled(mode="any")

    assert inverse(0) is ZeroDivisionError
    assert njit(inverse)(0) is None


def handled(**_options: str) -> object:
    return sys.exc_info()[0]
