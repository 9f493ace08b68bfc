"""Kernels whose loops need no checks: what the marks say must not be lost."""

# ruff: noqa: E741

from __future__ import annotations

import math

import numpy as np

A = np.arange(36.0).reshape(6, 6) + 1
V = np.arange(6.0) + 1
I = np.arange(6, dtype=np.int32)
W = np.arange(6)


def matmul(a=A, b=A, c=A):
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            s = 0.0
            for k in range(a.shape[1]):
                s += a[i, k] * b[k, j]  # check: none
            c[i, j] = s  # check: none


def matmul_by_rows(a=A, b=A, c=A):
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            x = a[i, k]  # check: none
            for j in range(b.shape[1]):  # vectorised
                c[i, j] += x * b[k, j]  # check: none


def jacobi(a=A, b=A):
    for i in range(1, a.shape[0] - 1):
        for j in range(1, a.shape[1] - 1):  # vectorised
            b[i, j] = 0.25 * (a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1])  # check: none


def jacobi_swapped(a=A, b=A, times=3):
    for _ in range(times):
        for i in range(1, a.shape[0] - 1):
            for j in range(1, a.shape[1] - 1):  # vectorised
                b[i, j] = 0.25 * (a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1])  # check: none
        a, b = b, a
    return a[1, 1]


def lu(a=A):
    n = a.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            f = a[i, k] / a[k, k]  # check: none
            a[i, k] = f  # check: none
            for j in range(k + 1, n):
                a[i, j] -= f * a[k, j]  # check: none


def solve_lower(a=A, b=V):
    for i in range(len(b)):
        s = b[i]  # check: none
        for j in range(i):
            s -= a[i, j] * b[j]  # check: none
        b[i] = s / a[i, i]  # check: none


def prefix(a=V, out=V):
    for i in range(1, len(a)):
        out[i] = out[i - 1] + a[i]  # check: none


def axpy(alpha=2.0, x=V, y=V):
    for i in range(len(x)):  # vectorised
        y[i] += alpha * x[i]  # check: none


def reversed_copy(a=V, out=V):
    n = len(a)
    for i in range(n):  # vectorised
        out[i] = a[n - 1 - i]  # check: none


def backwards(a=V, out=V):
    for i in range(len(a) - 1, -1, -1):
        out[i] = a[i]  # check: none


def negative(a=V, out=V):
    for i in range(len(a)):  # vectorised
        out[-1 - i] = a[i] + a[-1]  # check: none


def convolve(a=V, w=I, out=V):
    for i in range(len(a) - len(w) + 1):
        s = 0.0
        for j in range(len(w)):
            s += a[i + j] * w[j]  # check: none
        out[i] = s  # check: none


def flat(a=V, n=2, m=3):
    s = 0.0
    for i in range(n):
        for j in range(m):
            s += a[i * m + j]  # check: none
    return s


def every_second(a=V):
    s = 0.0
    for i in range(0, len(a) - 1, 2):
        s += a[i] + a[i + 1]  # check: none
    return s


def sum_of_squares(n=5):
    s = 0
    for i in range(n):
        s += i * i  # check: none
    return s


def sum_of_ints(a=I):
    s = 0
    for i in range(len(a)):  # vectorised
        s += int(a[i])  # check: none
    return s


def count_positive(a=V):
    count = 0
    for i in range(len(a)):  # vectorised
        if a[i] > 0:
            count += 1  # check: none
    return count


def warp(x=V, y=V, d=A):
    for i in range(1, len(x)):
        for j in range(1, len(y)):
            cost = abs(x[i - 1] - y[j - 1])  # check: none
            d[i, j] = cost + min(d[i - 1, j], d[i, j - 1])  # check: none


def gather(a=V, index=I, out=V):
    for i in range(len(index)):
        k = index[i]  # check: none
        out[i] = a[k]


def four_neighbours(a=A, out=A):
    n, m = a.shape
    for i in range(n):
        for j in range(m):
            s = a[i, j]  # check: none
            if i > 0:
                s += a[i - 1, j]  # check: none
            if j > 0:
                s += a[i, j - 1]  # check: none
            if i < n - 1:
                s += a[i + 1, j]  # check: none
            if j + 1 < m:
                s += a[i, j + 1]  # check: none
            out[i, j] = s  # check: none


def around_the_edge(a=A, out=A):
    n, m = a.shape
    for i in range(n):
        for j in range(m):
            out[i, j] = a[(i - 1) % n, j] + a[i, (j + 1) % m]  # check: none


def ring(a=V, out=V):
    for i in range(len(out)):
        out[i] = a[i % 4]  # check: none


def histogram(a=V, counts=I):
    for i in range(len(a)):
        place = int(a[i])
        if 0 <= place < len(counts):
            counts[place] += 1  # check: none


def rotate_some(x=3, n=8):
    total = 0
    for _ in range(n):
        x = (x * 1103515245 + 12345) % 2147483648  # check: none
        total += x >> 16  # check: none
    return total


def weighted(a=A, w=A, out=A):
    for i in range(1, a.shape[0] - 1):
        for j in range(1, a.shape[1] - 1):
            s = 0.0
            for k in range(-1, 2):
                for l in range(-1, 2):
                    s += a[i + k, j + l] * w[k + 1, l + 1]  # check: none
            out[i, j] = s  # check: none


def largest_index(a=V):
    best = 0
    for i in range(1, len(a)):
        if a[i] > a[best]:  # check: none
            best = i
    return best


def pivot(a=A):
    n = a.shape[0]
    total = 0.0
    for k in range(n):
        best = k
        for i in range(k + 1, n):
            if a[i, k] > a[best, k]:  # check: none
                best = i
        total += a[best, k]  # check: none
    return total


def quotients(a=V, b=V, c=V):
    for i in range(len(a)):  # vectorised
        c[i] = float(a[i]) / float(b[i])  # check: none


def roots(a=V, b=V, c=V):
    for i in range(len(a)):  # vectorised
        c[i] = math.sqrt(float(a[i]) - b[i] + 1.0)  # check: none


def scaled_down(a=V, d=3.0, c=V):
    for i in range(len(a)):  # vectorised
        c[i] = float(a[i]) / d  # check: none


def narrowed(a=W, c=I):
    for i in range(len(a)):  # vectorised
        c[i] = int(a[i]) // 2  # check: none


def softened(x=V, y=V, f=V):
    for i in range(len(x)):
        s = 0.0
        for j in range(len(x)):
            d = float(x[j] - x[i])
            e = d * d + 0.01
            s += d / (e * math.sqrt(e))  # check: none
        f[i] = s


def where_positive(a=V, b=V, c=V):
    for i in range(len(a)):  # vectorised
        if b[i] > 0.0:
            c[i] = float(a[i]) / float(b[i])  # check: none


def harmonic(n=50):
    s = 0.0
    for i in range(1, n):  # vectorised
        s += 1.0 / i  # check: none
    return s


def around(a=V, b=V):
    n = len(a)
    for i in range(n):  # vectorised
        b[i] = a[(i + 1) % n] + a[(i - 1) % n] - 2 * a[i]  # check: none


def torus(a=A, b=A):
    n, m = a.shape
    for i in range(n):
        for j in range(m):  # vectorised
            b[i, j] = a[(i + 1) % n, j] + a[(i - 1) % n, (j + 2) % m] - a[i, (j - 1) % m]  # check: none
