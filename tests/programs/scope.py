"""What the generator knows of the program at one place: variables, with what may be done with them."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

Rank = Literal["bool", "int", "real", "complex"]
RANKS: tuple[Rank, ...] = ("bool", "int", "real", "complex")

SCALARS = ("int", "float", "bool", "complex")
DTYPES = (
    "float64",
    "int64",
    "float32",
    "int32",
    "uint8",
    "int8",
    "bool",
    "complex128",
    "uint64",
    "int16",
    "uint32",
    "uint16",
    "complex64",
)


class Number(NamedTuple):
    """A number, of Python or NumPy, that is at most of this rank (a union may hold less)."""

    rank: Rank


class ArrayOf(NamedTuple):
    """An array."""

    dtype: str
    ndim: int


class TupleOf(NamedTuple):
    """A tuple of numbers."""

    ranks: tuple[Rank, ...]


Kind = Number | ArrayOf | TupleOf


def rank_of(dtype: str) -> Rank:
    """The rank of an array's elements."""
    letter = np.dtype(dtype).kind
    return {"b": "bool", "i": "int", "u": "int", "f": "real", "c": "complex"}[letter]  # type: ignore[return-value]


def highest(*ranks: Rank) -> Rank:
    return max(ranks, key=RANKS.index)


class Scope:
    """The variables of a function: those that are set for sure, and those that may be unset."""

    def __init__(self, variables: dict[str, Kind]) -> None:
        self.sure = dict(variables)
        self.maybe: dict[str, Kind] = {}
        self.fixed: set[str] = set()
        """Loop variables and counters, which the program may read but not assign."""
        self.loops = 0
        """How many loops are around this place."""

    def names(self, kind: type[Kind]) -> list[str]:
        return [name for name, one in self.sure.items() if isinstance(one, kind)]

    def numbers(self, highest_rank: Rank = "complex") -> list[str]:
        limit = RANKS.index(highest_rank)
        return [n for n, one in self.sure.items() if isinstance(one, Number) and RANKS.index(one.rank) <= limit]

    def assign(self, name: str, kind: Kind) -> None:
        self.maybe.pop(name, None)
        self.sure[name] = kind

    def branch(self) -> Scope:
        """The scope at the start of a branch or loop body."""
        other = Scope(self.sure)
        other.maybe = dict(self.maybe)
        other.fixed = set(self.fixed)
        other.loops = self.loops
        return other

    def join(self, others: list[Scope]) -> None:
        """Become what is known where `others` (all ways to get here) meet."""
        names = {name for other in others for name in (*other.sure, *other.maybe)}
        self.sure, self.maybe = {}, {}
        for name in sorted(names):
            kinds = [other.sure[name] for other in others if name in other.sure]
            kinds += [other.maybe[name] for other in others if name in other.maybe]
            merged = _merge(kinds)
            if merged is None:
                continue
            target = self.sure if all(name in other.sure for other in others) else self.maybe
            target[name] = merged


def _merge(kinds: list[Kind]) -> Kind | None:
    """What may be done with a variable that is one of `kinds`; ``None``: nothing."""
    first = kinds[0]
    if all(one == first for one in kinds):
        return first
    if all(isinstance(one, Number) for one in kinds):
        return Number(highest(*(one.rank for one in kinds if isinstance(one, Number))))
    return None
