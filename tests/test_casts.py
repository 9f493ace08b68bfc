"""Floats that no integer of the type can hold, converted to one: what NumPy makes of them, and the same everywhere."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from minijit import njit
from minijit.testing import assert_same

FLOATS = (math.nan, math.inf, -math.inf, 3e9, -3e9, 1e19, 1.8e19, 9.3e18, -1.0, 300.0, -1e30, 2e19)
INTEGERS = (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64)


@pytest.mark.parametrize("target", INTEGERS, ids=lambda one: one.__name__)
def test_results_of_conversions_stay_what_they_are(target: Any) -> None:
    def converted(x):
        made = target(x)
        return made, np.float32(1) + made, np.float64(made), float(target(x) + target(1)), made * 2, made > 5

    def added(x):
        return target(x), np.float32(1) + target(x)

    def added_in_place(n, x):
        y = math.sqrt(abs(n) + 1) - x
        n += target(y)
        return n, y

    compiled, sums, place = njit(converted), njit(added), njit(added_in_place)
    for kind in (float, np.float64, np.float32):
        for number in FLOATS:
            assert_same(compiled, kind(number))
            assert_same(sums, kind(number))
            assert_same(place, np.float32(2), kind(number))


def test_conversions_of_elements() -> None:
    def converted(a):
        total = 0
        for i in range(len(a)):
            total += float(np.int32(a[i]))
        return total, a.astype(np.int32) + 1, a.astype(np.int64).astype(np.float64), np.int16(a[0])

    compiled = njit(converted)
    for turns in (1, 3, 40):
        assert_same(compiled, np.array([math.nan, 1.5, 1e300, -3.0] * turns))
