"""Many threads: cold functions, warm ones, recursion, and exceptions at the same time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import minijit


def together(count: int, function: Callable[[int], Any]) -> list[Any]:
    """Call `function` with 0, 1, ... in as many threads, all started at one moment."""
    barrier = threading.Barrier(count)

    def start(number: int) -> Any:
        barrier.wait()
        return function(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(start, range(count)))


def kernel(a, k):
    s = 0.0
    for i in range(len(a)):
        s += a[i] * k
    return s


def helper(x):
    return x * 2 + 1


def calls_helper(n):
    s = 0
    for i in range(n):
        s += helper(i)
    return s


def may_fail(a, i):
    b = np.zeros(10)
    b[0] = a[i]
    return b


def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def test_cold_function_is_compiled_once() -> None:
    compiled = minijit.jit(kernel)
    a = np.arange(1000.0)
    results = together(8, lambda number: compiled(a, 2))
    assert results == [kernel(a, 2)] * 8
    assert compiled.stats["compilations"] == 1
    assert len(compiled.signatures) == 1


def test_cold_function_with_several_signatures() -> None:
    compiled = minijit.jit(kernel)
    arrays = [np.arange(100.0), np.arange(100), np.arange(100, dtype=np.float32), np.arange(200.0)[::2]]
    results = together(8, lambda number: compiled(arrays[number % 4], 2))
    for number, result in enumerate(results):
        expected = kernel(arrays[number % 4], 2)
        assert result == expected and type(result) is type(expected)
    assert compiled.stats["compilations"] == 4


def test_several_cold_functions_that_share_a_helper() -> None:
    functions = [minijit.jit(calls_helper) for _ in range(4)] + [minijit.jit(helper) for _ in range(2)]
    results = together(6, lambda number: functions[number](10))
    assert results == [calls_helper(10)] * 4 + [helper(10)] * 2


@pytest.mark.parametrize("function", [fibonacci])
def test_recursion_in_threads(function: Callable[..., Any]) -> None:
    compiled = minijit.jit(function)
    assert together(4, lambda number: compiled(10 + number)) == [function(10 + number) for number in range(4)]


def test_exceptions_stay_with_their_thread() -> None:
    compiled = minijit.jit(may_fail)
    a = np.arange(4.0)

    def run(number: int) -> list[str]:
        found = []
        for turn in range(300):
            index = (turn + number) % 8
            try:
                found.append(str(compiled(a, index)[0]))
            except IndexError as error:
                found.append(str(error))
        return found

    for number, found in enumerate(together(4, run)):
        for turn, one in enumerate(found):
            index = (turn + number) % 8
            expected = str(a[index]) if index < 4 else f"index {index} is out of bounds for axis 0 with size 4"
            assert one == expected


def test_released_lock_lets_others_run() -> None:
    compiled = minijit.jit(nogil=True)(kernel)
    a = np.arange(20_000_000.0)
    compiled(a[:10], 1.0)
    done = threading.Event()
    counted = 0

    def work() -> None:
        compiled(a, 1.0)
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    limit = time.monotonic() + 20
    while not done.is_set() and time.monotonic() < limit:
        counted += 1
        time.sleep(0)
    thread.join()
    assert done.is_set()
    assert counted > 10
