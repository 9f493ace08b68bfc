"""Where the generator's decisions come from: Hypothesis (which can shrink them) or a seed (which is fast)."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Choice(Protocol):
    """A source of decisions; the first of several options is the simplest."""

    def number(self, low: int, high: int) -> int:
        """An integer from `low` to `high`, both included."""
        ...

    def pick(self, options: Sequence[T]) -> T:
        """One of `options`."""
        ...

    def chance(self, percent: int) -> bool:
        """True in about so many cases of a hundred."""
        ...


class HypothesisChoice:
    """Decisions drawn from Hypothesis."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.draw = draw

    def number(self, low: int, high: int) -> int:
        return int(self.draw(st.integers(low, high)))

    def pick(self, options: Sequence[T]) -> T:
        return options[self.number(0, len(options) - 1)] if len(options) > 1 else options[0]

    def chance(self, percent: int) -> bool:
        return self.number(0, 99) >= 100 - percent


class RandomChoice:
    """Decisions from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def pick(self, options: Sequence[T]) -> T:
        return self.random.choice(options)

    def chance(self, percent: int) -> bool:
        return self.random.random() * 100 < percent
