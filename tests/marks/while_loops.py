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


def binary_search(a=V, x=3.5):
    low = 0
    high = len(a)
    while low < high:
        middle = (low + high) // 2  # check: none
        if a[middle] < x:  # check: none
            low = middle + 1  # check: none
        else:
            high = middle
    return low


def bisect_between(a=V, x=3.5):
    low = 0
    high = len(a) - 1
    while low <= high:
        middle = low + (high - low) // 2  # check: none
        if a[middle] == x:  # check: none
            return middle
        if a[middle] < x:
            low = middle + 1  # check: none
        else:
            high = middle - 1  # check: none
    return -1


def merge(a=V, b=V, out=W):
    i = 0
    j = 0
    k = 0
    while i < len(a) and j < len(b):
        if a[i] <= b[j]:  # check: none
            out[k] = a[i]  # check: none
            i += 1  # check: none
        else:
            out[k] = b[j]  # check: none
            j += 1  # check: none
        k += 1  # check: none
    while i < len(a):
        out[k] = a[i]  # check: none
        i += 1  # check: none
        k += 1  # check: none


def keep_some(a=V, out=W):
    k = 0
    for i in range(len(a)):
        if a[i] > 2.5:  # check: none
            out[k] = a[i]  # check: none
            k += 1  # check: none
    return k


def two_ends(a=V, wanted=7.0):
    i = 0
    j = len(a) - 1
    while i < j:
        s = a[i] + a[j]  # check: none
        if s == wanted:
            return i
        if s < wanted:
            i += 1  # check: none
        else:
            j -= 1  # check: none
    return -1


def partition(a=V):
    pivot = a[len(a) - 1]
    last = 0
    for i in range(len(a) - 1):
        if a[i] < pivot:  # check: none
            t = a[last]  # check: none
            a[last] = a[i]  # check: none
            a[i] = t  # check: none
            last += 1  # check: none
    return last


def insertion_sort(a=V):
    for i in range(1, len(a)):
        x = a[i]  # check: none
        j = i - 1  # check: none
        while j >= 0 and a[j] > x:  # check: none
            a[j + 1] = a[j]  # check: none
            j -= 1  # check: none
        a[j + 1] = x  # check: none


def two_pointers_of_rows(starts=np.array([0, 2, 6]), a=V):
    s = 0.0
    for i in range(len(starts) - 1):
        k = starts[i]  # check: none
        while k < starts[i + 1]:  # check: none
            s += a[k]
            k += 1
    return s


def around_the_ring(a=A, out=np.zeros((6, 6))):
    n = a.shape[0]
    for i in range(n):
        up = i + 1 if i + 1 < n else 0
        down = i - 1
        if down < 0:
            down += n
        for j in range(n):
            out[i, j] = a[up, j] + a[down, j]  # check: none
