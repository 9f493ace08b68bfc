"""Calls that are left to the interpreter again and again: the same answers, soon without being asked about."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import minijit
from minijit.specialise import Specialiser

FACTOR: Any = None


def look_up(table: dict[str, float], name: str = "a") -> float:
    return table.get(name, 0.0)


def doubled(x: Any) -> Any:
    return x * 2


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """The rows of arguments whose types are looked at."""
    rows: list[tuple[Any, ...]] = []
    real = Specialiser._choose_for_row

    def noted(self: Specialiser, row: tuple[Any, ...]) -> Any:
        rows.append(row)
        return real(self, row)

    monkeypatch.setattr(Specialiser, "_choose_for_row", noted)
    return rows


def jitted(function: Callable[..., Any]) -> Any:
    return minijit.jit(function, fallback="silent")


def test_few_calls_are_asked_about(asked: list[tuple[Any, ...]]) -> None:
    function = jitted(look_up)
    for number in range(1000):
        assert function({"a": number}) == number
    assert 16 <= len(asked) < 100


def test_other_classes_are(asked: list[tuple[Any, ...]]) -> None:
    function = jitted(doubled)
    for _ in range(100):
        assert function(np.timedelta64(1, "s")) == np.timedelta64(2, "s")
    del asked[:]
    assert function(2.5) == 5.0 and function(np.float32(2)) == 4 and len(asked) == 2
    assert len(function.signatures) == 2


def test_texts_are_not_told_apart_by_class(asked: list[tuple[Any, ...]]) -> None:
    function = jitted(look_up)
    for _ in range(100):
        assert function({"b": 2.0}, "b") == 2.0
    assert len(asked) == 100


def test_defaults_and_code_may_change() -> None:
    function = jitted(look_up)
    for _ in range(100):
        assert function({"a": 1.0, "b": 2.0}) == 1.0
    function.py_func.__defaults__ = ("b",)
    try:
        assert function({"a": 1.0, "b": 2.0}) == 2.0
    finally:
        function.py_func.__defaults__ = ("a",)


def weighed(n: int) -> Any:
    total = 0.0
    for i in range(n):
        for j in range(n):
            total = total + i * j * FACTOR
    return total


def test_what_can_be_compiled_later_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "FACTOR", Fraction(1, 2))
    function = jitted(weighed)
    for _ in range(100):
        assert function(3) == 4.5
    assert not function.signatures
    monkeypatch.setitem(globals(), "FACTOR", 0.25)
    for _ in range(100):
        assert function(3) == 2.25
    assert function.signatures
