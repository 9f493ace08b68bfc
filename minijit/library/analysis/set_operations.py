"""What rows of numbers have in common: ``np.isin``, ``np.intersect1d``, ``np.union1d`` and their like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.arrays.dtypes import is_none
from minijit.library.by_numpy import by_numpy
from minijit.library.operands import is_real_array
from minijit.library.registry import Arg, implements
from minijit.library.samples import Known

_NARROW = 6
"""A table is used where the numbers to look for are not spread wider than so many times the count of all numbers."""
_MANY = 1000
"""Among more floats than these, NumPy is faster: it sorts all of them, by vectors."""


def _are_alike(a: Arg, b: Arg) -> bool:
    """Whether two arrays hold numbers that are compared as they are: of one dtype, or integers."""
    one, other = a.type, b.type
    if not (is_real_array(one) and is_real_array(other)):
        return False
    assert isinstance(one, t.Array) and isinstance(other, t.Array)
    kinds = {one.dtype.kind, other.dtype.kind}
    both = np.promote_types(one.dtype, other.dtype)
    return one.dtype == other.dtype or (kinds <= {"i", "u"} and both.kind in "iu")


def _is_search(element: Arg, test_elements: Arg, assume_unique: Arg, invert: Arg, kind: Arg) -> bool:
    flags = isinstance(assume_unique.const, bool) and isinstance(invert.const, bool)
    return _are_alike(element, test_elements) and flags and is_none(kind)


def _pairs() -> Iterator[tuple[Any, ...]]:
    row = np.array([5, -2, 9, 5, 1, 7, 3, -2])
    few = np.array([[7, 1], [11, -2]])
    rows = ((row, few), (row, row[::2]), (few.T, row[::-1]), (row, row[:0]), (row[:0], row), (row, row * 10**6))
    for one, other in rows:
        yield (one, other)
        yield (one.astype(np.int8), other.astype(np.int8))
        yield (one.astype(np.int16), other.astype(np.int64))
        yield (one * 0.5, other * 0.5)
        yield (one > 2, other > 2)
    real = np.array([0.5, np.nan, np.inf, 0.0, -3.0])
    yield from ((real, real[::-1]), (real, real[1:2]), (real.astype(np.float32), real[2:].astype(np.float32)))
    yield np.array([2**63, 1], np.uint64), np.array([1, 2], np.uint8)


def _searches() -> Iterator[tuple[Any, ...]]:
    for one, other in _pairs():
        yield from ((one, other), (one, other, Known(False), Known(True)))


@implements(np.isin, when=_is_search, samples=_searches)
def isin(element: Any, test_elements: Any, assume_unique: Any = False, invert: Any = False, *, kind: Any = None) -> Any:
    """Which numbers are among others."""
    found = np.empty(element.shape, np.bool_)
    asked, marks, wanted = element.ravel(), found.ravel(), test_elements.ravel()
    if len(wanted) == 0:
        found[...] = invert
        return found
    if _fits_int(element.dtype) and _fits_int(test_elements.dtype):
        least, greatest = int(wanted.min()), int(wanted.max())
        if greatest - least <= _NARROW * (len(asked) + len(wanted)):
            _mark_by_table(asked, wanted, marks, least, greatest, invert)
            return found
    if element.dtype.kind == "f" and len(wanted) > _MANY:
        return by_numpy(np.isin, element, test_elements, assume_unique, invert)
    _mark_by_order(asked, np.sort(wanted), marks, invert)
    return found


def _fits_int(dtype: Any) -> Any:
    return dtype.kind == "i" or (dtype.kind == "u" and dtype.itemsize < 8)


def _mark_by_table(asked: Any, wanted: Any, marks: Any, least: Any, greatest: Any, invert: Any) -> None:
    table = np.zeros(greatest - least + 1, np.bool_)
    for k in range(len(wanted)):
        table[int(wanted[k]) - least] = True
    for k in range(len(asked)):
        number = int(asked[k])
        is_there = table[number - least] if least <= number and number <= greatest else False
        marks[k] = is_there != invert


def _mark_by_order(asked: Any, ordered: Any, marks: Any, invert: Any) -> None:
    for k in range(len(asked)):
        number, place, rest = asked[k], 0, len(ordered)
        while rest > 1:
            # No branch depends on the numbers: it would be mispredicted every other time.
            half = rest >> 1
            place = place + half if ordered[place + half] <= number else place
            rest -= half
        marks[k] = (ordered[place] == number) != invert


# ---- as sets


def _are_sets(ar1: Arg, ar2: Arg, assume_unique: Arg) -> bool:
    return _are_alike(ar1, ar2) and isinstance(assume_unique.const, bool)


def _is_intersection(ar1: Arg, ar2: Arg, assume_unique: Arg, return_indices: Arg) -> bool:
    return _are_sets(ar1, ar2, assume_unique) and return_indices.const is False


@implements(np.intersect1d, when=_is_intersection, samples=_pairs)
def intersect1d(ar1: Any, ar2: Any, assume_unique: Any = False, return_indices: Any = False) -> Any:
    """The numbers that are in both arrays, in order."""
    row = _together(ar1, ar2, assume_unique)
    if len(row) == 0:
        return row
    return row[:-1][row[1:] == row[:-1]]


@implements(np.setxor1d, when=_are_sets, samples=_pairs)
def setxor1d(ar1: Any, ar2: Any, assume_unique: Any = False) -> Any:
    """The numbers that are in one of the arrays only, in order."""
    row = _together(ar1, ar2, assume_unique)
    if len(row) == 0:
        return row
    alone = np.ones(len(row), np.bool_)
    for k in range(1, len(row)):
        if row[k] == row[k - 1]:
            alone[k - 1] = alone[k] = False
    return row[alone]


def _together(ar1: Any, ar2: Any, assume_unique: Any) -> Any:
    """The numbers of both arrays in order, each as often as there are arrays with it."""
    if assume_unique:
        row = np.concatenate((ar1.ravel(), ar2.ravel()))
    else:
        row = np.concatenate((np.unique(ar1), np.unique(ar2)))
    row.sort()
    return row


@implements(np.setdiff1d, when=_are_sets, samples=_pairs)
def setdiff1d(ar1: Any, ar2: Any, assume_unique: Any = False) -> Any:
    """The numbers of one array that are not in the other; in order, if not said to be each there once."""
    row = ar1.ravel() if assume_unique else np.unique(ar1)
    return row[isin(row, ar2, True, True)]


@implements(np.union1d, when=_are_alike, samples=_pairs)
def union1d(ar1: Any, ar2: Any) -> Any:
    """The numbers that are in one of the arrays or in both, in order."""
    return np.unique(np.concatenate((ar1.ravel(), ar2.ravel())))
