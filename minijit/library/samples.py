"""Arguments on which the tests compare the entries of the library with Python: ordinary ones and the corners."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np


class Known(NamedTuple):
    """A number that stands in the text of the sample program; all others are given at run time."""

    value: Any


Rows: TypeAlias = Callable[[], Iterable[tuple[Any, ...]]]

BOOLS: Final = (False, True)
INTS: Final = (
    0, 1, -1, 2, -2, 3, 7, -7, 10, 63, 64, 65, -64, 1000, -12345, 2**31 - 1, 2**31, 2**32 + 1, -(2**31) - 1, 3037000500,
    2**53 - 1, 2**53, 2**53 + 1, -(2**53) - 1, 2**62, 2**63 - 1, 2**63 - 512, -(2**63), -(2**63) + 1,
)  # fmt: skip
FLOATS: Final = (
    0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 3.0, 7.25, -7.25, 0.1, 1 / 3, math.pi, -math.e, 10.0, 100.7,
    1e-5, 1e15 + 0.5, 2.0**52 + 0.5, 2.0**53, 2.0**53 + 2, 2.0**62, 2.0**63, -(2.0**63), 1e22, 1e300, -1e300, 709.0,
    710.5, 1.7976931348623157e308, 2.2250738585072014e-308, 5e-324, -5e-324, math.inf, -math.inf, math.nan,
)  # fmt: skip
FEW_FLOATS: Final = (0.0, -0.0, 1.0, -1.5, 0.25, 3.0, 1e300, 5e-324, math.inf, -math.inf, math.nan)
COMPLEXES: Final = (
    *(complex(x, y) for x in FEW_FLOATS for y in FEW_FLOATS), 1 + 2j, -3.5 + 0.1j, 1e-3 - 2e5j,
)  # fmt: skip
FEW_COMPLEXES: Final = (
    0j,
    1 + 2j,
    -3.5 + 0.1j,
    complex(-0.0, 0.0),
    complex(0.0, -0.0),
    1e300 + 1e300j,
    complex(math.inf, 1),
    complex(1, math.nan),
)
FEW_INTS: Final = (0, 1, -1, 2, 5, -7, 2**53 + 1, 2**63 - 1, -(2**63))
SMALL: Final = (0, 1, 2, 3, 5, 10, 20, 21, 30, 61, 67)


def later(make: Rows) -> Rows:
    """Rows that are made when a test asks for them."""
    return make


def each(*several: Sequence[Any]) -> Rows:
    """Each value by itself."""
    return lambda: [(one,) for values in several for one in values]


def pairs(first: Sequence[Any], second: Sequence[Any]) -> Rows:
    """Each value of the first with each of the second."""
    return lambda: itertools.product(first, second)


def mixed(first: Sequence[Any], second: Sequence[Any]) -> Rows:
    """Pairs of both orders."""
    return lambda: itertools.chain(itertools.product(first, second), itertools.product(second, first))


def triples(first: Sequence[Any], second: Sequence[Any], third: Sequence[Any]) -> Rows:
    """All triples."""
    return lambda: itertools.product(first, second, third)


NUMPY_REALS: Final = (
    np.float64(0.5), np.float64(-2.0), np.float32(0.1), np.float32(3.0), np.int64(2**53 + 1), np.int32(-3), np.int8(1),
    np.uint64(2**64 - 1), np.uint8(7), np.True_,
)  # fmt: skip
"""NumPy numbers, where Python's functions take them, too."""
