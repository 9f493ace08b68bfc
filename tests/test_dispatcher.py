"""The decorated object: a good citizen, called natively, compiled once, safe in threads, without leaks."""

from __future__ import annotations

import copy
import gc
import inspect
import pickle
import sys
import threading
import weakref
from typing import Any

import numpy as np
import pytest

import minijit
from minijit import types as t
from minijit.runtime.native_type import native_call_of


@minijit.jit
def scaled_sum(a: np.ndarray, x: float = 1.0) -> float:
    """Sum of a times x."""
    s = 0.0
    for i in range(len(a)):
        s += a[i] * x
    return s


@minijit.jit
def add(a: Any, b: Any) -> Any:
    return a + b


def plain(a: Any) -> Any:
    return a + 1


renamed = minijit.jit(plain)


@minijit.jit
def gcd(a: int, b: int) -> int:
    return a if b == 0 else gcd(b, a % b)


@minijit.jit
def keyword_only(a: Any, /, b: Any, *, c: Any = 10) -> Any:
    return a * 100 + b * 10 + c


@minijit.jit
def star(first: Any, *rest: Any) -> Any:
    return first + len(rest)


def test_metadata() -> None:
    assert scaled_sum.__name__ == scaled_sum.__qualname__ == "scaled_sum"
    assert scaled_sum.__doc__ == "Sum of a times x."
    assert scaled_sum.__module__ == __name__
    assert scaled_sum.__wrapped__ is scaled_sum.py_func
    assert scaled_sum.__annotations__ == scaled_sum.py_func.__annotations__
    assert scaled_sum.__defaults__ == (1.0,)
    assert scaled_sum.__code__ is scaled_sum.py_func.__code__
    assert inspect.signature(scaled_sum) == inspect.signature(scaled_sum.py_func)
    assert "def scaled_sum" in inspect.getsource(scaled_sum)
    assert repr(scaled_sum).startswith("<minijit function scaled_sum at 0x")
    assert callable(scaled_sum)


def test_attributes_and_weak_references() -> None:
    @minijit.jit
    def f() -> int:
        return 1

    f.note = "kept"
    assert f.note == "kept"
    reference = weakref.ref(f)
    assert f() == 1
    assert reference() is f
    del f
    gc.collect()
    assert reference() is None


def test_attributes_of_the_function_are_taken_over() -> None:
    def f() -> int:
        return 1

    f.units = "m"  # type: ignore[attr-defined]
    assert minijit.jit(f).units == "m"  # type: ignore[attr-defined]


def test_pickle_and_copy() -> None:
    assert pickle.loads(pickle.dumps(scaled_sum)) is scaled_sum
    assert copy.copy(scaled_sum) is scaled_sum
    assert copy.deepcopy([scaled_sum])[0] is scaled_sum
    other = pickle.loads(pickle.dumps(renamed))
    assert other.py_func is plain
    assert other(2) == 3


def test_pickle_of_a_local_function_fails_as_for_functions() -> None:
    @minijit.jit
    def local() -> int:
        return 1

    with pytest.raises((AttributeError, pickle.PicklingError), match="local"):
        pickle.dumps(local)


class Thing:
    factor = 3

    @minijit.jit(fallback="silent")
    def method(self, x: Any) -> Any:
        return self.factor * x

    @staticmethod
    @minijit.jit
    def static(x: Any) -> Any:
        return x + 1

    @minijit.jit
    @staticmethod
    def static_inside(x: Any) -> Any:
        return x + 2

    @minijit.jit(fallback="silent")
    @classmethod
    def of_class(cls, x: Any) -> Any:
        return cls.factor + x


def test_methods() -> None:
    thing = Thing()
    for _ in range(3):
        assert thing.method(5) == 15
        assert Thing.method(thing, 5) == 15
        assert Thing.static(1) == thing.static(1) == 2
        assert Thing.static_inside(1) == thing.static_inside(1) == 3
        assert Thing.of_class(1) == thing.of_class(1) == 4
    assert thing.method.__self__ is thing
    assert thing.method.__func__ is Thing.__dict__["method"]
    assert Thing.static.signatures == [(t.INT,)]


def test_no_subclasses() -> None:
    with pytest.raises(TypeError, match="not an acceptable base type"):
        type("Sub", (type(add),), {})


def test_one_compilation_for_each_signature() -> None:
    f = minijit.jit(add.py_func)
    for _ in range(3):
        assert f(1, 2) == 3
        assert f(1.5, 2) == 3.5
        assert f(b=1, a=2) == 3
        assert f(np.float32(1), 2).dtype == np.float32
    assert f.signatures == [(t.INT, t.INT), (t.FLOAT, t.INT), (t.NumpyScalar(np.dtype("f4")), t.INT)]
    assert f.stats["compilations"] == f.stats["specialisations"] == f.stats["signatures"] == 3
    assert f.stats["compile_ms"] > 0
    assert f.fallback_reasons == []
    assert native_call_of(f)


def test_defaults_and_keywords() -> None:
    a = np.arange(4.0)
    assert scaled_sum(a) == 6.0
    assert scaled_sum(x=2.0, a=a) == 12.0
    assert scaled_sum(a, x=2.0) == 12.0
    keywords: dict[str, Any] = {"x": 2.0}
    assert scaled_sum(*(a,), **keywords) == 12.0
    for args, keywords in [((), {}), ((a, 1.0, 2), {}), ((a,), {"y": 1}), ((a,), {"a": a})]:
        with pytest.raises(TypeError) as native:
            scaled_sum(*args, **keywords)
        with pytest.raises(TypeError) as interpreted:
            scaled_sum.py_func(*args, **keywords)
        assert str(native.value) == str(interpreted.value)


def test_defaults_are_live() -> None:
    @minijit.jit
    def f(x: int = 1) -> int:
        return x + 1

    assert f() == f() == 2
    f.__defaults__ = (5,)
    assert f() == f() == 6
    f.py_func.__defaults__ = (2.5,)
    assert f() == 3.5
    f.__defaults__ = None
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        f()
    assert f.stats["compilations"] == 2


def test_keyword_only_and_positional_only() -> None:
    for _ in range(3):
        assert keyword_only(1, 2) == 130
        assert keyword_only(1, b=2, c=3) == 123
    for args, keywords in [((1, 2, 3), {}), ((), {"a": 1, "b": 2}), ((1,), {"a": 1, "b": 2}), ((1,), {})]:
        with pytest.raises(TypeError) as native:
            keyword_only(*args, **keywords)
        with pytest.raises(TypeError) as interpreted:
            keyword_only.py_func(*args, **keywords)
        assert str(native.value) == str(interpreted.value)
    assert keyword_only.stats["compilations"] == 1


def test_positional_only_name_is_no_keyword_natively() -> None:
    @minijit.jit
    def f(a: int, b: int = 1, /) -> int:
        return a - b

    assert f(5) == f(5) == 4
    with pytest.raises(TypeError, match="positional-only"):
        f(a=5)


def test_star() -> None:
    for _ in range(3):
        assert star(1) == 1
        assert star(1, 2.0, 3) == 3
        assert star(*range(5)) == 4
    assert star.fallback_reasons == []
    assert len(star.signatures) == 3


def test_recursion() -> None:
    assert gcd(2**40, 3**20 * 2**10) == 2**10
    assert gcd.fallback_reasons == []


def test_call_through_the_interpreter_agrees() -> None:
    assert add(2**63 - 1, 1) == 2**63
    assert add(2**70, 1) == 2**70 + 1
    assert add.stats["bailouts"] >= 2
    assert add.fallback_reasons == []


def test_threads_compile_once() -> None:
    f = minijit.jit(scaled_sum.py_func)
    barrier = threading.Barrier(8)
    results = []

    def call() -> None:
        a = np.arange(100.0)
        barrier.wait()
        results.append([f(a, 2.0) for _ in range(50)])

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [[9900.0] * 50] * 8
    assert f.stats["compilations"] == 1


def test_no_leak_in_calls() -> None:
    a, x = np.arange(5.0), 2.5
    scaled_sum(a, x)
    counts = sys.getrefcount(a), sys.getrefcount(x), sys.getrefcount(scaled_sum)
    blocks = sys.getallocatedblocks()
    for _ in range(100_000):
        scaled_sum(a, x)
        scaled_sum(a, x=x)
    assert (sys.getrefcount(a), sys.getrefcount(x), sys.getrefcount(scaled_sum)) == counts
    assert abs(sys.getallocatedblocks() - blocks) < 500


def test_too_many_signatures_interpret() -> None:
    @minijit.jit(fallback="silent")
    def f(x: Any) -> int:
        return 7

    import minijit.specialise as specialise

    for count in range(specialise.MAX_SIGNATURES + 3):
        assert f((1,) * count) == 7
    assert f.stats["compilations"] == specialise.MAX_SIGNATURES
    assert "combinations of argument types" in f.fallback_reasons[0]


def test_disabled(monkeypatch: pytest.MonkeyPatch) -> None:
    from minijit import config

    monkeypatch.setattr(config, "disable", True)
    f = minijit.jit(plain)
    assert f(1) == 2
    assert f.stats["compilations"] == 0


def test_prange_is_range() -> None:
    assert minijit.prange(5) == range(5)
    assert list(minijit.prange(5, 1, -2)) == [5, 3]
    with pytest.raises(TypeError, match="at least 1 argument"):
        minijit.prange()
