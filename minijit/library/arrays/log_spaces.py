"""``np.logspace``: powers whose exponents lie at equal distances."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.arrays.dtypes import is_none
from minijit.library.operands import is_real
from minijit.library.registry import Arg, implements


def _are_numbers(start: Arg, stop: Arg, num: Arg, endpoint: Arg, base: Arg, dtype: Arg, axis: Arg) -> bool:
    ends = all(one.type in (t.INT, t.FLOAT, t.NumpyScalar(np.dtype(float))) for one in (start, stop))
    plain = is_none(dtype) and axis.type == t.INT and axis.const == 0
    return ends and plain and is_real(base.type) and isinstance(endpoint.const, bool)


def _samples() -> Iterator[tuple[Any, ...]]:
    yield from ((0, 3), (0.0, 1.0, 5), (-2.5, 2.5, 7, False), (2, 0, 4), (0.0, 1.0, 1), (0, 1, 0), (0.0, 1.0, -1))
    yield from ((0.0, 3.0, 4, True, 2.0), (1, 4, 4, True, 2), (np.float64(0.5), 400.0, 6))
    yield (0.0, 2.0, 3, True, np.float32(3))


@implements(np.logspace, when=_are_numbers, samples=_samples)
def logspace(
    start: Any, stop: Any, num: Any = 50, endpoint: Any = True, base: Any = 10.0, dtype: Any = None, axis: Any = 0
) -> Any:
    """Powers of `base`, the exponents at equal distances from `start` to `stop`."""
    return np.power(base, np.linspace(start, stop, num, endpoint))
