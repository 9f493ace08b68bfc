"""Instances of ordinary classes as arguments: the same as in the interpreter, their attributes read natively."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from minijit import jit
from minijit.testing.checks import compare


class Body:
    """Numbers, arrays, a text, a list, nothing, and a class attribute."""

    gravity = 9.5
    count_of_all = 0

    def __init__(self, n: int = 5) -> None:
        self.n = n
        self.x = np.zeros(n)
        self.v = np.arange(n) * 0.5
        self.k = 0
        self.t = 0.0
        self.small = np.float32(1.5)
        self.flag = False
        self.mode = "fast"
        self.pair = (1, 2.5)
        self.numbers = [1, 2, 3]
        self.nothing = None
        self.table = {"a": 1}

    def force(self, i):
        return self.v[i] * self.gravity

    def advance(self, dt):
        self.t += dt
        return self.t

    @property
    def size(self):
        return self.n * 2

    @staticmethod
    def twice(x):
        return 2 * x

    @classmethod
    def name(cls):
        return cls.__name__

    def __len__(self):
        return self.n

    def __bool__(self):
        return self.n > 3


class Heavy(Body):
    """A class with a base."""

    gravity = 19.0

    def force(self, i):
        return self.v[i] + self.gravity


class Slotted:
    """Attributes without a dict."""

    __slots__ = ("k", "n", "v", "x")

    def __init__(self) -> None:
        self.n, self.k = 4, 0
        self.x, self.v = np.zeros(4), np.ones(4)


@dataclass
class Data:
    """A dataclass."""

    n: int
    x: Any
    v: Any
    k: int = 0


@dataclass(frozen=True)
class Frozen:
    """A dataclass that does not change."""

    n: int
    x: Any
    v: Any
    k: int = 0


class Pair:
    """Instances that refer to instances."""

    def __init__(self) -> None:
        self.first, self.second = Body(3), Body(4)
        self.total = 0.0


def step(self, dt):
    for i in range(self.n):
        self.x[i] += self.v[i] * dt


def count(self, m):
    for i in range(m):
        self.k += i
    return self.k


def numbers(self, m):
    for i in range(m):
        self.k += 1
        self.t += self.k * 0.5
        self.small = self.small + np.float32(0.25)
        self.flag = self.k % 2 == 0
    return self.k, self.t, self.small, self.flag


def methods(self):
    total = 0.0
    for i in range(self.n):
        total += self.force(i) + self.size + self.twice(i)
        self.advance(0.25)
    return total, self.t


def several(self):
    total = 0.0
    for i in range(self.n):
        if self.mode == "fast" and self.nothing is None:
            total += self.pair[1] * i
        total += self.numbers[i % 3]
    return total, self.pair, self.mode, self.nothing, self, self.x


def nested(self):
    for i in range(self.first.n):
        self.total += self.first.v[i] + self.second.v[i]
        self.second.k += i
    return self.total, self.second.k, self.first


def _energy(body, factor):
    return body.v[1] * factor + body.k


class Shape(ABC):
    """An abstract class."""

    def __init__(self, a: float = 2.0) -> None:
        self.a = a

    @abstractmethod
    def area(self): ...


class Square(Shape):
    """One that is not."""

    def area(self):
        return self.a * self.a

    @property
    @jit
    def half(self):
        return self.a / 2

    @staticmethod
    @jit
    def twice(x):
        return x * 2


def shapes(self, other):
    total = 0.0
    for i in range(5):
        total += self.area() + other.area() * i + self.half + self.twice(i)
    return total


def fill_records(self):
    total = 0.0
    for i in range(len(self.r)):
        self.r[i]["x"] += 1
        total += self.r["x"][i]
    return total, self.r[0]


class WithRecords:
    """A structured array, one in Fortran order, and one with gaps."""

    def __init__(self) -> None:
        self.r = np.zeros(3, [("i", np.int8), ("x", np.float64)])
        self.table = np.ones((2, 3), order="F")
        self.gaps = np.arange(10)[::2]


def layouts(self):
    total = 0.0
    for i in range(len(self.gaps)):
        total += self.gaps[i] * self.table[1, i % 3]
    return total, self.table, self.gaps


def by_function(self):
    total = 0.0
    for i in range(self.n):
        self.k += 1
        total += _energy(self, i)
    return total


def whole_arrays(self, dt):
    self.x += self.v * dt
    return self.x.sum() * self.gravity


NATIVE: list[tuple[Callable[..., Any], type, tuple[Any, ...]]] = [
    (step, Body, (0.5,)),
    (step, Heavy, (0.5,)),
    (step, Slotted, (0.5,)),
    (count, Body, (10,)),
    (count, Slotted, (10,)),
    (numbers, Body, (7,)),
    (numbers, Body, (0,)),
    (methods, Body, ()),
    (methods, Heavy, ()),
    (several, Body, ()),
    (nested, Pair, ()),
    (by_function, Body, ()),
    (whole_arrays, Body, (0.5,)),
    (whole_arrays, Heavy, (0.5,)),
    (shapes, Square, (Square(3.0),)),
    (fill_records, WithRecords, ()),
    (layouts, WithRecords, ()),
]


@pytest.mark.parametrize(
    ("function", "cls", "args"), NATIVE, ids=[f"{function.__name__}-{cls.__name__}" for function, cls, _ in NATIVE]
)
def test_agrees(function: Callable[..., Any], cls: type, args: tuple[Any, ...]) -> None:
    compiled = jit(function)
    assert compare(compiled, (cls(), *args)) == []
    assert compiled.signatures and not compiled.fallback_reasons and not compiled.stats["bailouts"]
    assert not compiled._start().specialisations[0].compiled.unit.python_calls


def test_dataclasses_and_namespaces() -> None:
    compiled = jit(step)
    fields: Any = {"n": 3, "x": np.zeros(3), "v": np.ones(3)}
    for made in (Data(**fields), Frozen(**fields), SimpleNamespace(**fields)):
        assert compare(compiled, (made, 0.5)) == []
    assert len(compiled.signatures) == 3 and not compiled.fallback_reasons


def test_frozen_instances_refuse() -> None:
    assert compare(jit(count), (Frozen(3, None, None), 4)) == []


class Counter:
    """Methods under jit."""

    def __init__(self) -> None:
        self.k, self.x = 0, np.zeros(4)

    @jit
    def add(self, n):
        for i in range(n):
            self.k += i
            self.x[i % 4] += self.scaled(i)
        return self.k

    @jit
    def scaled(self, i):
        return self.k * 0.5 + i


def test_methods_under_jit() -> None:
    one = Counter()
    assert one.add(5) == 10 and one.add(5) == 20 and one.k == 20
    assert one.x.tolist() == _interpreted_counter().x.tolist()
    assert Counter.__dict__["add"].signatures and not Counter.__dict__["add"].fallback_reasons


def _interpreted_counter() -> Counter:
    one = Counter()
    for _ in range(2):
        for i in range(5):
            one.k += i
            one.x[i % 4] += one.k * 0.5 + i
    return one
