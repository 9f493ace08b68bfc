"""Globals, builtins, closure cells and modules are live: what is rebound takes effect at the next call."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minijit
from minijit.ir.guards import MISSING, Guard
from minijit.runtime import globals_watch
from minijit.runtime.globals_watch import Watched, layout_is_known, pairs_of

FACTOR: Any = 2
TABLE: Any = np.arange(4.0)


def helper(x: Any) -> Any:
    return x + 1


@minijit.jit
def times_factor(x: Any) -> Any:
    return x * FACTOR


@minijit.jit
def through_helper(x: Any) -> Any:
    return helper(x)


@minijit.jit
def length(x: Any) -> Any:
    return len(x)


@minijit.jit
def from_table(i: int) -> Any:
    return TABLE[i]


@minijit.jit
def table_rank() -> Any:
    return TABLE.ndim


@pytest.fixture(autouse=True)
def restored() -> Any:
    names = {name: globals()[name] for name in ("FACTOR", "TABLE", "helper")}
    yield
    globals().update(names)
    globals().pop("len", None)


def test_layout_is_known() -> None:
    assert layout_is_known()


def test_a_global() -> None:
    global FACTOR
    for value in (2, 3, 2.5, True, 3, np.float32(2)):
        FACTOR = value
        for _ in range(3):
            found = times_factor(4)
            assert found == 4 * value
            assert type(found) is type(4 * value)


def test_values_that_come_back_are_not_compiled_again() -> None:
    global FACTOR
    f = minijit.jit(times_factor.py_func)
    for _ in range(20):
        for value in (1001, 2002):
            FACTOR = value
            assert f(1) == value
    assert f.stats["compilations"] == 2
    FACTOR = int("1001")
    assert f(1) == 1001
    assert f.stats["compilations"] == 2


def test_a_missing_global() -> None:
    times_factor(1)
    del globals()["FACTOR"]
    with pytest.raises(NameError, match="FACTOR"):
        times_factor(1)
    globals()["FACTOR"] = 7
    assert times_factor(1) == 7


def test_a_hidden_builtin() -> None:
    assert length((1, 2)) == 2
    globals()["len"] = helper_length
    assert length((1, 2)) == 42
    del globals()["len"]
    assert length((1, 2)) == 2
    assert length((1, 2)) == 2


def helper_length(x: Any) -> int:
    return 42


def test_a_changed_builtin(monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    monkeypatch.setattr(builtins, "probe_of_guards", helper, raising=False)
    assert probing(1) == probing(1) == 2
    monkeypatch.setattr(builtins, "probe_of_guards", helper_length)
    assert probing(1) == 42
    monkeypatch.setattr(builtins, "probe_of_guards", helper)
    assert probing(1) == 2
    monkeypatch.delattr(builtins, "probe_of_guards")
    with pytest.raises(NameError, match="probe_of_guards"):
        probing(1)


@minijit.jit
def probing(x: Any) -> Any:
    return probe_of_guards(x)  # type: ignore[name-defined]  # noqa: F821


def test_a_called_function() -> None:
    global helper
    assert through_helper(1) == 2
    helper = lambda x: x - 1  # noqa: E731
    assert through_helper(1) == 0

    def doubled(x: Any) -> Any:
        return 2 * x

    helper = doubled
    assert through_helper(5) == 10


def test_the_code_of_a_called_function() -> None:
    global helper

    def changing(x: Any) -> Any:
        return x + 1

    def other(x: Any) -> Any:
        return x + 100

    helper = changing
    f = minijit.jit(through_helper.py_func)
    assert f(1) == f(1) == 2
    changing.__code__ = other.__code__
    assert f(1) == 101


def test_a_global_array_is_read_where_it_is() -> None:
    global TABLE
    TABLE = np.arange(4.0)
    assert from_table(2) == 2.0
    TABLE[2] = 10.0
    assert from_table(2) == 10.0
    TABLE = np.arange(4)
    assert type(from_table(2)) is np.int64
    TABLE = np.arange(4.0)
    assert type(from_table(1)) is np.float64
    assert table_rank() == table_rank() == 1
    TABLE.shape = 2, 2
    assert table_rank() == 2


def test_a_closure_cell() -> None:
    def make() -> tuple[Callable[[int], Any], Callable[[Any], None]]:
        amount: Any = 1

        @minijit.jit
        def read(x: int) -> Any:
            return x + amount

        def change(value: Any) -> None:
            nonlocal amount
            amount = value

        return read, change

    read, change = make()
    assert read(1) == read(1) == 2
    change(10)
    assert read(1) == 11
    change(0.5)
    assert read(1) == 1.5


def test_globals_that_grow_cost_no_compilation() -> None:
    namespace: dict[str, Any] = {"N": 3, "__name__": "grown"}
    f = minijit.jit(types.FunctionType(grown.__code__, namespace))
    namespace["__builtins__"] = __builtins__
    for k in range(2000):
        namespace[f"name{k}"] = k
        if k % 100 == 0:
            assert f((1, 2)) == 5
    namespace["len"] = helper_length
    assert f((1, 2)) == 45
    assert f.stats["compilations"] == 2


def grown(x: Any) -> Any:
    return len(x) + N  # type: ignore[name-defined]  # noqa: F821


def test_without_known_layout_the_slow_path_compares(monkeypatch: pytest.MonkeyPatch) -> None:
    global FACTOR
    monkeypatch.setattr(globals_watch, "layout_is_known", lambda: False)
    f = minijit.jit(times_factor.py_func)
    for value in (2, 3, 2):
        FACTOR = value
        assert f(5) == f(5) == 5 * value
    assert f.stats["compilations"] == 2


# ---- pairs, by themselves


def holds(pairs: list[tuple[int, int]] | None) -> bool:
    assert pairs is not None
    return globals_watch._holds(pairs)


@pytest.mark.parametrize("size", [0, 1, 3, 5, 10, 100, 170, 180, 1000, 50_000])
@pytest.mark.parametrize("general", [False, True])
def test_pairs_see_every_change(size: int, general: bool) -> None:
    value = object()
    namespace: dict[Any, Any] = {f"v{k}": k for k in range(size)}
    if general:
        namespace[0] = "a key that is no string"
    namespace["x"] = value
    present = pairs_of([Guard("global", namespace, "x", value)])
    absent = pairs_of([Guard("global", namespace, "y", MISSING)])
    assert holds(present) and holds(absent)
    namespace["x"] = object()
    assert not holds(present) and holds(absent)
    namespace["x"] = value
    assert holds(present)
    del namespace["x"]
    assert not holds(present)
    namespace["y"] = 1
    assert not holds(absent)


def test_pairs_of_a_missing_name_survive_other_changes() -> None:
    namespace: dict[str, Any] = {f"v{k}": k for k in range(60)}
    absent = pairs_of([Guard("global", namespace, "name", MISSING)])
    for k in range(60):
        namespace[f"v{k}"] = -k
    assert holds(absent)


def test_guards_that_do_not_hold_have_no_pairs() -> None:
    namespace = {"x": 1}
    assert pairs_of([Guard("global", namespace, "x", 2)]) is None
    assert pairs_of([Guard("global", namespace, "x", MISSING)]) is None
    assert not Watched([Guard("global", namespace, "x", 2)]).still_hold()


def test_equal_values_are_taken_over() -> None:
    namespace: dict[str, Any] = {"x": 12345.5, "zero": 0.0}
    watched = Watched([Guard("global", namespace, "x", 12345.5), Guard("global", namespace, "zero", 0.0)])
    namespace["x"] = float("12345.5")
    assert watched.still_hold()
    assert holds(watched.pairs())
    namespace["zero"] = -0.0
    assert not watched.still_hold()
    namespace["zero"] = 0
    assert not watched.still_hold()


def test_a_cell_may_be_empty() -> None:
    cell = types.CellType()
    guard = Guard("cell", cell, "x", MISSING)
    assert holds(pairs_of([guard]))
    assert Watched([guard]).still_hold()
    cell.cell_contents = 1
    assert not holds(pairs_of([guard]))
    assert not Watched([guard]).still_hold()
