"""Named tuples: as arguments, globals and results; made, replaced, asked by name, with methods of their own."""

from __future__ import annotations

import copy
from collections import namedtuple
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import minijit

Point = namedtuple("Point", "x y")
WithDefault = namedtuple("WithDefault", "a b c", defaults=(2.5, None))


class Disc(NamedTuple):
    """A class with methods, properties and a default."""

    centre: Point
    radius: float = 1.0

    def area(self, factor: float = 1.0) -> float:
        return factor * 3.0 * self.radius**2

    @property
    def width(self) -> float:
        return 2 * self.radius

    def grown(self, by: float) -> Disc:
        return self._replace(radius=self.radius + by)


class Shouting(namedtuple("Shouting", "x y")):
    """Changes what tuples do: left to the interpreter."""

    __slots__ = ()

    def __getitem__(self, index: Any) -> Any:
        return 100


ORIGIN = Point(0.5, 2)
WEIGHTS = WithDefault(np.arange(3.0), 4)


def fields(p: Any) -> Any:
    return p.x * 2, p.y, p[0], p[-1], len(p), p


def unpacks(p: Any) -> Any:
    x, y = p
    return x + y, p == (x, y), p + (1,), p[1:], x in p


def loops_over_fields(p: Any, n: int) -> Any:
    total = 0.0
    for i in range(n):
        total += p.x * i + p.y
    return total


def of_global(x: float) -> Any:
    total = 0.0
    for i in range(4):
        total += ORIGIN.x * x + ORIGIN.y * i
    return total, ORIGIN, WEIGHTS.a[1], WEIGHTS.b, WEIGHTS.c is None


def makes(x: Any) -> Any:
    several = WithDefault(x), WithDefault(1, c=x), WithDefault(b=x, a=1)._replace(b=2)
    return Point(x, 2), Point(y=x, x=1), several, Disc(Point(1, 2))


def replaces(p: Any) -> Any:
    return p._replace(x=3), p._replace(y=p.x, x=p.y), p._replace()


def methods(d: Any) -> Any:
    return d.area(), d.area(2), d.area(factor=0.5), d.width, d.grown(2.0), d.centre.x


def array_fields(p: Any) -> Any:
    p.x[0] = 7
    return p.x.sum() + p.y, p._replace(y=p.x), Point(p.x[1:], p.x * 2)


def in_a_loop(a: Any) -> Any:
    p = Point(0.0, 0.0)
    for i in range(len(a)):
        p = Point(p.x + a[i], p.y + 1.0)
    return p


def of_strings(p: Any) -> Any:
    if p.x == "left":
        return p.y
    return -p.y


def wrong_field(p: Any) -> Any:
    return p.z


def too_few(x: Any) -> Any:
    return Point(x)


def other_area(self: Any, factor: float = 1.0) -> Any:
    return factor - self.radius


def is_instance(p: Any) -> Any:
    return isinstance(p, Point), isinstance(p, tuple), type(p) is Point, type(p) is tuple


CASES: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (fields, (Point(1.5, 2),)),
    (fields, (Point(np.float32(2), True),)),
    (unpacks, (Point(1.5, 2),)),
    (loops_over_fields, (Point(1.5, 2), 5)),
    (of_global, (2.0,)),
    (makes, (3,)),
    (makes, (np.arange(2.0),)),
    (replaces, (Point(1.5, 2),)),
    (methods, (Disc(Point(1, 2), 3.0),)),
    (array_fields, (Point(np.arange(4.0), 2),)),
    (in_a_loop, (np.arange(4.0),)),
    (of_strings, (Point("left", 3),)),
    (of_strings, (Point("right", 3),)),
    (is_instance, (Point(1, 2),)),
    (too_few, (1,)),
]


def outcome(function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    args = copy.deepcopy(args)
    try:
        result = function(*args)
    except Exception as error:
        return type(error), str(error), repr(args)
    return type(result), repr(result), repr(args)


@pytest.mark.parametrize(("function", "args"), CASES, ids=[function.__name__ for function, _ in CASES])
def test_native(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    compiled = minijit.jit(function, fallback="error")
    for _ in range(2):
        assert outcome(compiled, args) == outcome(function, args)


def test_classes_that_change_what_tuples_do_are_interpreted() -> None:
    with pytest.warns(minijit.FallbackWarning, match="subclass of tuple"):
        assert minijit.jit(unpacks)(Shouting(1, 2))[1] == unpacks(Shouting(1, 2))[1]


def test_a_plain_tuple_is_no_named_tuple() -> None:
    compiled = minijit.jit(is_instance, fallback="error")
    for args in ((Point(1, 2),), ((1, 2),), (Disc(1, 2),), (Point(1, 2),)):  # type: ignore[arg-type]  # any items do
        assert compiled(*args) == is_instance(*args)


def test_methods_are_live(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = minijit.jit(methods, fallback="error")
    disc = Disc(Point(1, 2), 3.0)
    assert compiled(disc) == methods(disc)
    monkeypatch.setattr(Disc, "area", other_area)
    assert compiled(disc) == methods(disc)


def test_a_field_that_is_missing() -> None:
    with pytest.raises(AttributeError, match="'Point' object has no attribute 'z'"):
        minijit.jit(wrong_field, fallback="silent")(Point(1, 2))
