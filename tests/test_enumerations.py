"""Members of enumerations, as arguments and globals: known while compiling, ints to operators if they are ints."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minijit


class Mode(enum.Enum):
    FAST = 1
    SLOW = "s"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 7


class Access(enum.Flag):
    READ = 1
    WRITE = 2


class Bits(enum.IntFlag):
    READ = 1
    WRITE = 2


class Side(str, enum.Enum):  # noqa: UP042  (not StrEnum: many programs are written so)
    LEFT = "left"
    RIGHT = "right"


class Counting(enum.Enum):
    """Has an operator of its own, which counts its calls."""

    ONE = 1

    def __add__(self, other: int) -> int:
        CALLS.append(other)
        return 5


CALLS: list[int] = []


def chooses(a: Any, mode: Any) -> Any:
    total = 0.0
    for i in range(len(a)):
        if mode is Mode.FAST:
            total += a[i]
        elif mode == Mode.SLOW:
            total -= a[i]
        else:
            total += 100
    return total, mode, mode.name, mode.value


def compares_levels(n: int, level: Any) -> Any:
    total = 0
    for i in range(n):
        if i >= level:
            total += level
        if level == Level.HIGH:
            total += i * level
    return total, level, level + 1, level < Level.HIGH, level in (Level.LOW, 3)


def combines(access: Any) -> Any:
    return access | Access.READ, access & Access.WRITE, bool(access), access in Access.READ | Access.WRITE


def combines_bits(bits: Any) -> Any:
    return bits | 2, bits & Bits.WRITE, int(bits), bits == 1


def strings(side: Any) -> Any:
    return side == Side.LEFT, side == "left", side.value


def keys(mode: Any) -> Any:
    return {Mode.FAST: 1, Mode.SLOW: 2}[mode], mode != Mode.FAST, f"{mode}"


CASES: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    *((chooses, (np.arange(4.0), mode)) for mode in (*Mode, Level.LOW, Access.READ)),
    *((compares_levels, (9, level)) for level in Level),
    *((combines, (access,)) for access in Access),
    *((combines_bits, (bits,)) for bits in Bits),
    *((strings, (side,)) for side in Side),
    *((keys, (mode,)) for mode in Mode),
]


@pytest.mark.parametrize(("function", "args"), CASES, ids=[f"{f.__name__}-{a[-1]!r}" for f, a in CASES])
def test_native(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    compiled = minijit.jit(function, fallback="error")
    for _ in range(2):
        got, wanted = compiled(*args), function(*args)
        assert repr(got) == repr(wanted)
        assert all(type(one) is type(other) for one, other in zip(got, wanted, strict=True))


def adds(member: Any) -> Any:
    return member + 1


def test_operators_of_the_user_s_are_called_once() -> None:
    CALLS.clear()
    with pytest.warns(minijit.FallbackWarning):
        assert minijit.jit(adds)(Counting.ONE) == 5
    assert CALLS == [1]
