"""Memory stays where it was, however a call ends; what is returned lives as long as it is used."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minijit


def resident() -> int:
    """Bytes of memory that this process holds."""
    with open("/proc/self/statm") as stream:
        return int(stream.read().split()[1]) * 4096


def temporary(n):
    total = 0.0
    for k in range(3):
        a = np.zeros(n)
        b = a[1:]
        b[0] = k
        total += a[1]
    return total


def returns_array(n):
    return np.zeros(n)


def returns_view(n):
    a = np.ones((n, 2))
    return a[1:, 0]


def returns_tuple(n):
    a = np.zeros(n)
    return a, a[1:], (a, n)


def one_of_two(n):
    a, b = np.zeros(n), np.ones(n)
    return a if n > 5 else b


def fails_after_allocating(n):
    a = np.zeros(n)
    a[0] = 1.0
    return a[n]


def fails_in_helper(n):
    a = np.zeros(n)
    return a[0] + fails_after_allocating(n)


def bails_out(n):
    a = np.zeros(3)
    a[0] = 1.0
    return n * n * n * n * n * n


def prints(n):
    a = np.zeros(n)
    return f"{n}", a


def returns_argument(a):
    return a, a[1:], a


def scalars(x):
    return x + 1, x * 0.5, x


CALLS: list[tuple[Callable[..., Any], Any]] = [
    (temporary, 200),
    (returns_array, 200),
    (returns_view, 200),
    (returns_tuple, 200),
    (one_of_two, 200),
    (fails_after_allocating, 200),
    (fails_in_helper, 200),
    (bails_out, 10**6),
    (returns_argument, np.zeros(200)),
    (scalars, 12345678),
    (scalars, np.float32(2.5)),
]


def call_often(function: Callable[..., Any], argument: Any, times: int) -> None:
    for _ in range(times):
        try:
            function(argument)
        except IndexError:
            pass


@pytest.mark.parametrize(("function", "argument"), CALLS, ids=lambda one: getattr(one, "__name__", type(one).__name__))
def test_calls_leave_memory_where_it_was(function: Callable[..., Any], argument: Any) -> None:
    compiled = minijit.jit(function)
    call_often(compiled, argument, 3000)
    gc.collect()
    before = resident()
    blocks = sys.getallocatedblocks()
    call_often(compiled, argument, 10_000)
    gc.collect()
    assert not compiled.fallback_reasons
    assert sys.getallocatedblocks() - blocks < 200
    assert resident() - before < 2_000_000  # 10,000 leaked arrays would be 16 MB, 10,000 leaked objects 0.5 MB


def test_a_million_calls_leave_memory_where_it_was() -> None:
    compiled = minijit.jit(scalars)
    call_often(compiled, 2.5, 20_000)
    gc.collect()
    before, blocks = resident(), sys.getallocatedblocks()
    call_often(compiled, 2.5, 1_000_000)
    gc.collect()
    assert resident() - before < 500_000
    assert abs(sys.getallocatedblocks() - blocks) < 200


def test_reference_counts_of_arguments_are_kept() -> None:
    array, number = np.zeros(5), 123456789.5
    compiled = minijit.jit(lambda_free)
    compiled(array, number)
    counts = sys.getrefcount(array), sys.getrefcount(number), sys.getrefcount(None), sys.getrefcount(array.dtype)
    for _ in range(1000):
        compiled(array, number)
    after = sys.getrefcount(array), sys.getrefcount(number), sys.getrefcount(None), sys.getrefcount(array.dtype)
    assert [b - a for a, b in zip(counts, after, strict=True)][:2] == [0, 0]
    assert all(abs(b - a) < 20 for a, b in zip(counts, after, strict=True))


def lambda_free(a, x):
    a[0] = x
    v = a[1:]
    v[0] = x
    return None


def test_a_view_keeps_its_memory_alive() -> None:
    compiled = minijit.jit(returns_view)
    views = [compiled(1000) for _ in range(50)]
    gc.collect()
    junk = [np.full(2000, 7.0) for _ in range(50)]
    assert all((view == 1.0).all() for view in views)
    del junk
    assert not compiled.fallback_reasons


def test_a_view_of_an_argument_keeps_the_argument_alive() -> None:
    compiled = minijit.jit(returns_argument)
    view = compiled(np.arange(100_000.0))[1]
    gc.collect()
    assert view.base is not None
    assert view[0] == 1.0 and view[-1] == 99_999.0


def test_values_of_one_block_share_memory() -> None:
    whole, tail, (again, _) = minijit.jit(returns_tuple)(10)
    assert again is whole
    whole[1] = 5.0
    assert tail[0] == 5.0
    del whole, again
    gc.collect()
    assert tail[0] == 5.0


def test_returned_arrays_are_ordinary() -> None:
    array = minijit.jit(returns_array)(10)
    array.resize(20, refcheck=False)
    assert array.shape == (20,)
    assert array.flags.owndata


def test_out_of_memory_is_an_exception() -> None:
    with pytest.raises(MemoryError):
        minijit.jit(returns_array)(2**58)
