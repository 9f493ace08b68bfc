"""Remarks: ``explain()`` names loops and the checks that are left, by line."""

from __future__ import annotations

import math

import numpy as np
import pytest

import minijit
from minijit.remarks import vectorised_lines


def scale(a, b):
    for i in range(len(a)):
        b[i] = a[i] * 2.0


def strict_sum(a):
    s = 0.0
    for i in range(len(a)):
        s += a[i]
    return s


def sum_of_roots(a):
    s = 0.0
    for i in range(len(a)):
        s += np.sqrt(a[i])
    return s


def recurrence(a):
    for i in range(1, len(a)):
        a[i] = a[i - 1] * 0.5 + a[i]


def gathers(a, indices, k):
    total = k // indices[0]
    for i in range(len(indices)):
        total += int(a[indices[i]])
    return total


def remarks(function, *args):
    """The remarks of a function, as (lines after its first, text)."""
    compiled = minijit.jit(function, fallback="error")
    compiled(*args)
    first = function.__code__.co_firstlineno
    found = []
    for line in compiled.explain().splitlines():
        place, _, text = line.strip().partition(": ")
        if place.startswith(__file__):
            found.append((int(place.rpartition(":")[2]) - first, text))
    return found


def test_a_vectorised_loop():
    found = remarks(scale, np.zeros(9), np.zeros(9))
    assert (1, "loop vectorised") in found
    assert (1, "loop versioned: 1 check replaced by a test before it") in found
    assert all(line in (1, 2) for line, _ in found)


def test_a_recurrence_is_not_vectorised():
    found = dict(remarks(recurrence, np.zeros(9)))
    assert found[1].startswith("loop not vectorised: a turn may need what the one before")


def test_a_sum_in_order_is_vectorised_if_its_terms_are_dear():
    assert (2, "loop vectorised") in remarks(sum_of_roots, np.zeros(9))
    assert dict(remarks(strict_sum, np.zeros(9)))[2].startswith("loop not vectorised: floats are added to `s`")


def test_checks_that_are_left():
    found = remarks(gathers, np.zeros(9), np.ones(3, np.int64), 3)
    kept: dict[int, str] = {}
    for line, text in found:
        if text.startswith("kept"):
            kept[line] = kept.get(line, "") + text
    assert "index check" in kept[1]
    assert "index check" in kept[3]


def searches(a, x):
    low, high = 0, len(a)
    while low < high:
        middle = (low + high) // 2
        if a[middle] < x:
            low = middle + 1
        else:
            high = middle
    return low


def stops(a):
    for i in range(len(a)):
        if a[i] > 5.0:
            return i
    return -1


def nested(a, out, n):
    for i in range(n):
        for j in range(n):
            out[i, j] = a[j, i] / (a[i, j] + 1.0)


def divides(x, steps):
    for k in range(steps):
        x = x - (x * x - 2.0) / (2.0 * x)
    return x


def grows(n, x):
    product = 1
    for i in range(n):
        product *= x
    return product


def helped(a, n):
    for i in range(n):
        a[i] = math.lgamma(a[i])


def reports(function, *args):
    compiled = minijit.njit(function)
    compiled(*args)
    return compiled.loop_reports()


def test_why_a_check_is_kept():
    (gather,) = reports(gathers, np.zeros(9), np.ones(3, np.int64), 3)
    first = gathers.__code__.co_firstlineno
    index = next(check for check in gather.checks if check.what == "index check")
    assert (index.line, index.source) == (first + 3, "a[indices[i]]")
    assert index.why == f"the index is read from an array (`indices[i]`, line {first + 3})" and index.advice
    assert gather.line == first + 2 and gather.function == "gathers" and gather.filename == __file__
    (division,) = reports(divides, 1.0, 5)
    assert ["a NumPy float divides" in check.advice for check in division.checks] == [True]
    (growth,) = reports(grows, 5, 3)
    assert ["depends on `product`, which the loop assigns" in check.why for check in growth.checks] == [True]
    assert "`product`" in growth.not_versioned


def test_why_a_loop_is_no_vector_loop():
    def why(function, *args):
        (report,) = reports(function, *args)
        assert not report.vectorised
        return report.not_vectorised

    assert "`break` or `return`" in why(stops, np.zeros(9))
    assert "number of its turns" in why(searches, np.zeros(9), 1.0)
    assert "a call" in why(helped, np.ones(9), 9) and "math.lgamma" in why(helped, np.ones(9), 9)
    assert "may have to stop" in why(grows, 5, 3)


def test_nests_are_versioned_as_a_whole():
    outer, inner = reports(nested, np.ones((4, 4)), np.ones((4, 4)), 4)
    assert outer.replaced == inner.replaced > 0
    assert not outer.vectorised and outer.not_vectorised == "only innermost loops are"
    assert not outer.checks and not inner.checks


def test_loops_that_were_entered_with_checks_are_told():
    compiled = minijit.njit(nested)
    with pytest.raises(IndexError):
        compiled(np.ones((3, 3)), np.ones((4, 4)), 4)
    assert "entered with checks" in compiled.explain()


def test_remarks_come_in_the_order_of_lines():
    lines = [line for line, _ in remarks(gathers, np.zeros(9), np.ones(3, np.int64), 3)]
    assert lines == sorted(lines)


def test_the_lines_of_vectorised_loops_are_read_from_metadata():
    text = """
br i1 %x, label %a, label %b, !llvm.loop !2
!2 = distinct !{!2, !3, !4}
!3 = !{!"minijit.line", i32 12}
!4 = !{!"llvm.loop.isvectorized", i32 1}
!5 = distinct !{!5, !6}
!6 = !{!"minijit.line", i32 20}
"""
    assert vectorised_lines(text) == {12}
