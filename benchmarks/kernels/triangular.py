"""Nests whose inner ranges depend on outer loop variables."""

import math

import numpy as np

from benchmarks.kernels.data import floats
from benchmarks.registry import kernel


def _positive_definite(n):
    a = floats(n, n)
    return (a @ a.T / n + np.eye(n),)


@kernel(_positive_definite, (60,), numpy=np.linalg.cholesky)
def cholesky(a):
    n = a.shape[0]
    lower = np.zeros((n, n))
    for j in range(n):
        total = a[j, j]
        for k in range(j):
            total -= lower[j, k] * lower[j, k]
        lower[j, j] = math.sqrt(total)
        for i in range(j + 1, n):
            total = a[i, j]
            for k in range(j):
                total -= lower[i, k] * lower[j, k]
            lower[i, j] = total / lower[j, j]
    return lower


@kernel(lambda n: (np.tril(floats(n, n)) / n + np.eye(n), floats(n, seed=3)), (200,), numpy=np.linalg.solve)
def forward_substitution(lower, b):
    n = b.shape[0]
    x = np.empty(n)
    for i in range(n):
        total = b[i]
        for j in range(i):
            total -= lower[i, j] * x[j]
        x[i] = total / lower[i, i]
    return x


@kernel(lambda n: (floats(n, 3),), (150,))
def pairwise_distances(points):
    n, dimensions = points.shape
    result = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1, n):
            total = 0.0
            for k in range(dimensions):
                step = points[i, k] - points[j, k]
                total += step * step
            result[i, j] = math.sqrt(total)
            result[j, i] = result[i, j]
    return result
