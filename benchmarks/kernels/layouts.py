"""Arrays that do not lie in C order: Fortran order, strides, views, reversed."""

import numpy as np

from benchmarks.kernels.data import floats
from benchmarks.registry import kernel


@kernel(lambda n: (np.asfortranarray(floats(n, n)),), (200,), numpy=np.sum)
def sum_fortran(a):
    total = 0.0
    for j in range(a.shape[1]):
        for i in range(a.shape[0]):
            total += a[i, j]
    return total


def _scale_strided(a, b):
    b[:] = a * 2.0 + 1.0


@kernel(lambda n: (floats(3 * n)[::3], np.zeros(2 * n)[::2]), (20_000,), numpy=_scale_strided)
def scale_strided(a, b):
    for i in range(len(a)):
        b[i] = a[i] * 2.0 + 1.0


@kernel(lambda n: (floats(n),), (20_000,), numpy=lambda a: a[::-1].copy())
def reverse(a):
    n = a.shape[0]
    result = np.empty(n)
    for i in range(n):
        result[i] = a[n - 1 - i]
    return result


@kernel(lambda n: (floats(n, n),), (150,), numpy=lambda a: a.T.copy())
def transpose(a):
    n, m = a.shape
    result = np.empty((m, n))
    for i in range(n):
        for j in range(m):
            result[j, i] = a[i, j]
    return result


@kernel(lambda n: (floats(n, n),), (150,), numpy=lambda a: a.max(axis=0))
def column_maxima(a):
    n = a.shape[1]
    result = np.empty(n)
    for j in range(n):
        column = a[:, j]
        best = column[0]
        for i in range(1, len(column)):
            if column[i] > best:
                best = column[i]
        result[j] = best
    return result
