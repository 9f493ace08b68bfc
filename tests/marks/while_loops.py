"""Loops written with ``while``, and variables that move along with a loop."""

from __future__ import annotations

import numpy as np

A = np.arange(36.0).reshape(6, 6) + 1
V = np.arange(6.0) + 1
W = np.ones(12)


def count_up(a=V, n=6):
    i = 0
    while i < n:  # vectorised
        a[i] = a[i] * 2.0 + 1.0  # check: none
        i += 1  # check: none


def count_down(a=V, n=6):
    s = 0.0
    i = n - 1
    while i >= 0 and a[i] > 0:  # check: none
        s += a[i]  # check: none
        i -= 1  # check: none
    return s


def break_in_the_middle(a=V, n=6):
    s = 0.0
    i = 0
    while True:
        if i >= n:
            break
        s += a[i]  # check: none
        i += 1  # check: none
    return s


def nested(a=A):
    i = 0
    while i < a.shape[0]:
        j = 0
        while j < a.shape[1]:  # vectorised
            a[i, j] += 1.0  # check: none
            j += 1  # check: none
        i += 1  # check: none


def along(a=V, out=W):
    k = 0
    for i in range(len(a)):
        out[k] = a[i]  # check: none
        k += 2  # check: none


def along_and_skipped(a=V, out=W):
    k = 0
    for i in range(len(a)):
        if i % 3 == 1:
            k += 1  # check: none
            continue
        out[k] = a[i]  # check: none
        k += 1  # check: none


def swap_ends(a=V):
    i = 0
    j = len(a) - 1
    while i < j:
        t = a[i]  # check: none
        a[i] = a[j]  # check: none
        a[j] = t  # check: none
        i += 1  # check: none
        j -= 1  # check: none
