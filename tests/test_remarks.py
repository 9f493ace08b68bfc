"""Remarks: ``explain()`` names loops and the checks that are left, by line."""

from __future__ import annotations

import numpy as np

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
    assert (1, "loop vectorised") in found or (1, "loop not vectorised") in found
    assert all(line in (1, 2) for line, _ in found)


def test_a_recurrence_is_not_vectorised():
    assert (1, "loop not vectorised") in remarks(recurrence, np.zeros(9))


def test_a_sum_in_order_is_vectorised():
    assert (2, "loop vectorised") in remarks(strict_sum, np.zeros(9))


def test_checks_that_are_left():
    found = remarks(gathers, np.zeros(9), np.ones(3, np.int64), 3)
    kept = {line: text for line, text in found if text.startswith("kept")}
    assert "index check" in kept[1]
    assert "index check" in kept[3]


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
