"""``np.interp``: straight lines between points, found and computed as NumPy does it.

For points that are not sorted the result depends on how an interval is looked for, so the search is NumPy's: around the
interval of the number before, then by halving (``numpy/_core/src/multiarray/compiled_base.c``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.by_numpy import by_numpy, refused
from minijit.library.operands import is_real, is_real_array, is_real_row
from minijit.library.registry import Arg, implements

NEAR = 8
"""How far from the interval of the number before it is worth looking first."""


def _is_plain(x: Arg, xp: Arg, fp: Arg, left: Arg, right: Arg, period: Arg) -> bool:
    one = x.type
    places = is_real(one) or is_real_array(one)
    ends = all(isinstance(end.type, t.NoneValue) or is_real(end.type) for end in (left, right))
    return places and is_real_row(xp.type) and is_real_row(fp.type) and ends and isinstance(period.type, t.NoneValue)


def _samples() -> Iterator[tuple[Any, ...]]:
    points = np.array([-1.0, 0.5, 0.5, 2.0, 3.5, 4.0, 7.0, 8.0, 9.5, 10.0, 20.0, 21.0, 22.0])
    values = np.sin(points)
    places = np.array([0.5, -3.0, 30.0, np.nan, 2.0, 3.0, 21.5, 1e300, -np.inf, np.inf, 22.0, 0.0])
    for x in (places, places[::-1], places.reshape(3, 4).T, places[:0], 0.25, 3, 2**70, np.float32(9.7), True):
        for size in (13, 5, 4, 2, 1, 0):
            yield x, points[:size], values[:size]
        yield x, points[::-1], values
        yield x, points[::3], values[::3], -1.0, np.float32(7.0)
        yield x, np.array([1, 2, 5, 7, 8, 9]), np.array([0.0, np.inf, np.inf, np.nan, 1.0, -np.inf]), None, 3
        yield x, np.array([1, 2], np.int8), np.array([True, False])
        yield x, points, values[:3]


@implements(np.interp, when=_is_plain, samples=_samples)
def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """Linear interpolation; numbers beyond the points get the values at the ends, or `left` and `right`."""
    if len(xp) != len(fp):
        refused(np.interp, x, xp, fp)
    if len(xp) == 0:
        # An error, but for an empty `x` from NumPy 2.5 on.
        return by_numpy(np.interp, x, xp, fp)
    xs, ys = np.ascontiguousarray(xp, np.float64), np.ascontiguousarray(fp, np.float64)
    low = ys[0] if left is None else np.float64(left)
    high = ys[len(ys) - 1] if right is None else np.float64(right)
    if not isinstance(x, np.ndarray):
        return interpolated(np.float64(x), xs, ys, interval_of(np.float64(x), xs, 0), low, high)
    found = np.empty(x.shape, np.float64)
    row, places = found.ravel(), x.ravel()
    guess = 0
    for k in range(len(row)):
        place = np.float64(places[k])
        if place == place or len(xs) == 1:
            guess = interval_of(place, xs, guess)
            row[k] = interpolated(place, xs, ys, guess, low, high)
        else:
            row[k] = place
    return found


def interpolated(place: Any, xs: Any, ys: Any, interval: Any, low: Any, high: Any) -> Any:
    """The value at a place in the interval behind a point; -1 is before all points, their number behind them."""
    last = len(xs) - 1
    if place != place and last > 0:
        return place
    if interval < 0:
        return low
    if interval > last:
        return high
    if interval == last or xs[interval] == place:
        return ys[interval]
    slope = (ys[interval + 1] - ys[interval]) / (xs[interval + 1] - xs[interval])
    value = slope * (place - xs[interval]) + ys[interval]
    if value != value:
        # Infinite on one side: the other side may still tell.
        value = slope * (place - xs[interval + 1]) + ys[interval + 1]
        if value != value and ys[interval] == ys[interval + 1]:
            return ys[interval]
    return value


def interval_of(key: Any, xs: Any, guess: Any) -> Any:
    """The last point that is not greater than `key`, looked for around `guess` first."""
    length = len(xs)
    if key > xs[length - 1]:
        return length
    if key < xs[0]:
        return -1
    if length <= 4:
        place = 1
        while place < length and key >= xs[place]:
            place += 1
        return place - 1
    guess = max(min(guess, length - 3), 1)
    low, high = 0, length
    if key < xs[guess]:
        if key >= xs[guess - 1]:
            return guess - 1
        high = guess - 1
        if guess > NEAR and key >= xs[guess - NEAR]:
            low = guess - NEAR
    elif key < xs[guess + 1]:
        return guess
    elif key < xs[guess + 2]:
        return guess + 1
    else:
        low = guess + 2
        if guess < length - NEAR - 1 and key < xs[guess + NEAR]:
            high = guess + NEAR
    while low < high:
        middle = low + ((high - low) >> 1)
        if key >= xs[middle]:
            low = middle + 1
        else:
            high = middle
    return low - 1
