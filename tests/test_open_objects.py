"""Global objects that run the user's code or change: nothing of them is looked at while compiling.

Each function runs interpreted and compiled in the same changing world, and the world's log of who asked what is
compared, too.
"""

from __future__ import annotations

import enum
import functools
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import pytest

import minijit

LOG: list[Any] = []


class Loud:
    """Writes down whatever is asked of it."""

    def __init__(self) -> None:
        self.value = 2

    def __add__(self, other: Any) -> Any:
        LOG.append(("add", repr(other)))
        return self.value + other

    __radd__ = __add__

    def __iadd__(self, other: Any) -> Any:
        LOG.append(("iadd", repr(other)))
        return self.value - other

    def __neg__(self) -> int:
        LOG.append("neg")
        return -self.value

    def __eq__(self, other: object) -> bool:
        LOG.append(("eq", repr(other)))
        return other == self.value

    __hash__ = None  # type: ignore[assignment]  # as Python has it for classes with __eq__ alone

    def __lt__(self, other: Any) -> bool:
        LOG.append(("lt", repr(other)))
        return bool(self.value < other)

    def __bool__(self) -> bool:
        LOG.append("bool")
        return False

    def __len__(self) -> int:
        LOG.append("len")
        return 3

    def __getitem__(self, index: int) -> int:
        LOG.append(("get", index))
        return (4, 5, 6)[index]

    def __setitem__(self, index: int, value: Any) -> None:
        LOG.append(("set", index, value))

    def __contains__(self, value: Any) -> bool:
        LOG.append(("in", value))
        return bool(value == 1)

    def __call__(self, value: Any) -> Any:
        LOG.append(("call", value))
        return value + 1

    def __float__(self) -> float:
        LOG.append("float")
        return 2.5

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        LOG.append("array")
        return np.arange(3.0)

    def __str__(self) -> str:
        LOG.append("str")
        return "loud"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        LOG.append(("attribute", name))
        return 7


class Meta(type):
    def __add__(cls, other: int) -> int:
        LOG.append(("class add", other))
        return 3

    def __getattr__(cls, name: str) -> int:
        LOG.append(("class attribute", name))
        return 9


class WithMeta(metaclass=Meta):
    pass


class Base:
    inherited = 5
    table: ClassVar[list[float]] = [1.0, 2.0, 3.0]


class Settings(Base):
    number: Any = 3
    array = np.arange(4.0)
    row = (1, 2.5)

    @staticmethod
    def twice(x: int) -> int:
        return x * 2

    @classmethod
    def times(cls, x: int) -> Any:
        return cls.number * x


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 7


class Mode(enum.Flag):
    READ = 1
    WRITE = 2


LOUD = Loud()
HOME = Settings()
TABLE: list[Any] = [1, 2, 3]
NESTED = [[1.0, 2.0], [3.0]]
MIXED = [1, 2.5, "x"]
NAMES: dict[Any, Any] = {"a": 1, 2: 3.5}
KEPT = {1, 2}
EMPTY: list[int] = []
POWER = functools.partial(pow, 2)
OBJECTS = np.array([1, None], dtype=object)


@pytest.fixture
def world() -> Callable[[], None]:
    """Puts the world back where it was."""

    def reset() -> None:
        LOG.clear()
        TABLE[:] = [1, 2, 3]
        NESTED[0][:] = [1.0, 2.0]
        NAMES.clear()
        NAMES.update({"a": 1, 2: 3.5})
        KEPT.discard(99)
        EMPTY.clear()
        Settings.number, Settings.array, Settings.row = 3, np.arange(4.0), (1, 2.5)
        Settings.twice = staticmethod(double)  # type: ignore[method-assign, assignment]  # rebinding is the test
        Base.inherited = 5
        Base.table[:] = [1.0, 2.0, 3.0]
        HOME.__dict__.update(speed=2.0)

    return reset


def double(x: int) -> int:
    return x * 2


def triple(x: int) -> int:
    return x * 3


def change(turn: int) -> None:
    TABLE[0] += 10
    NAMES["a"] += 5
    KEPT.add(99)
    EMPTY.append(1)
    Settings.number += 1
    Settings.array = Settings.array * 2
    Base.inherited += 1
    Base.table[1] = 7.5
    HOME.__dict__["speed"] += 1
    if turn == 1:
        Settings.twice = staticmethod(triple)  # type: ignore[method-assign, assignment]  # rebinding is the test
        TABLE[1] = 2.5
        NESTED[0][1] = 5  # an int among floats
    if turn == 2:
        Settings.number = 2.5
        Settings.row = (4, 4)


def adds(x: int) -> Any:
    return LOUD + x, x + LOUD


def adds_in_place(x: int) -> Any:
    y = LOUD
    y += x
    return y, -LOUD


def compares(x: int) -> Any:
    return LOUD == x, LOUD != x, LOUD < x, x > LOUD, x in LOUD


def compares_tuples(x: int) -> Any:
    return (LOUD, x) == (x, LOUD), (x, LOUD) < (x, x + 5)


def asks_truth(x: int) -> Any:
    return (1 if LOUD else x), not LOUD, (LOUD and x) is LOUD


def takes_items(x: int) -> Any:
    LOUD[x] = 3
    first, second = LOUD[0], LOUD[x]
    return first + second, len(LOUD)


def calls(x: int) -> Any:
    return LOUD(x), POWER(x), f"{LOUD}", float(LOUD), LOUD.anything


def gives_to_numpy(x: int) -> Any:
    return np.sin(LOUD), np.arange(3) + LOUD, np.sum(LOUD)


def adds_to_class(x: int) -> Any:
    return WithMeta + x, WithMeta.missing


def asks_class(x: int) -> Any:
    return Settings.number * x, Settings.array[x], Settings.row[0], Settings.inherited, Settings.table[x]


def calls_class(x: int) -> Any:
    return Settings.twice(x), Settings.times(x)


def returns_array_of_class(x: int) -> Any:
    return Settings.array, Settings.array[x:], Settings.array is Settings.array


def loops_over_class(x: int) -> Any:
    total = 0.0
    for i in range(x + 3):
        total += Settings.array[i % 4] * Settings.row[1]
    return total


def looks_up(x: int) -> Any:
    return TABLE[x], TABLE[-1], len(TABLE), x in TABLE, NAMES["a"], NAMES[2], x in NAMES, x in KEPT, NESTED[0][x % 2]


def loops_over_table(x: int) -> Any:
    total = 0
    for i in range(3):
        total += TABLE[i] * x
    for value in TABLE:
        total += value
    return total


def changes_lists(x: int) -> Any:
    TABLE.append(x)
    TABLE[0] = 2 * x
    return TABLE, TABLE[1:], len(TABLE), TABLE + [x]


def mixed_list(x: int) -> Any:
    return MIXED[x], MIXED[0] + x, OBJECTS[0] + x


def emptiness(x: int) -> Any:
    return 1 if EMPTY else x


def beyond_the_table(x: int) -> Any:
    return TABLE[x + 10]


def builtins_of_lists(x: int) -> Any:
    return np.sum(TABLE), np.array(TABLE), max(TABLE), sum(TABLE), sorted(TABLE), min(TABLE) + x, TABLE == [1, 2, 3]


def levels(x: int) -> Any:
    return Level.LOW + x, Level.HIGH == 7, Level.LOW, x == Level.LOW, Level.HIGH * 2.5, range(Level.HIGH), -Level.LOW


def loops_over_levels(x: int) -> Any:
    a = np.arange(10)
    total = 0
    for i in range(10):
        if a[i] == Level.HIGH:
            total += 100
        elif i < Level.LOW + x:
            total += Level.HIGH
    a[Level.LOW] = Level.HIGH
    return total, a, a[Level.LOW]


def modes(x: int) -> Any:
    return Mode.READ | Mode.WRITE, Mode.READ is Mode.WRITE, Mode.READ == Mode.READ


def own_attributes(x: int) -> Any:
    HOME.last = x  # type: ignore[attr-defined]  # made by the test
    return HOME.speed * x, HOME.last, HOME is None, isinstance(HOME, Base)  # type: ignore[attr-defined]  # made by it


NATIVE = [
    *(adds, adds_in_place, compares, compares_tuples, asks_truth, takes_items, calls, gives_to_numpy, adds_to_class),
    *(asks_class, calls_class, returns_array_of_class, loops_over_class, looks_up, loops_over_table, changes_lists),
    *(mixed_list, emptiness, beyond_the_table, builtins_of_lists, levels, loops_over_levels, modes, own_attributes),
]


def outcomes(function: Callable[[int], Any], reset: Callable[[], None]) -> list[Any]:
    reset()
    found: list[Any] = []
    for turn, x in enumerate((1, 2, 1, 1)):
        try:
            found.append(repr(function(x)))
        except Exception as error:
            found.append((type(error), str(error)))
        change(turn)
    return [found, list(LOG)]


@pytest.mark.parametrize("function", NATIVE, ids=lambda function: function.__name__)
def test_in_a_changing_world(function: Callable[[int], Any], world: Callable[[], None]) -> None:
    # In its last turns the world has an int and a float in the table: no loop goes over that natively.
    compiled = minijit.jit(function, fallback="silent" if function is loops_over_table else "error")
    assert outcomes(compiled, world) == outcomes(function, world)
    assert compiled.signatures
