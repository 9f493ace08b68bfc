"""Loops over whole arrays in the order of memory."""

import numpy as np

from benchmarks.kernels.data import dominant, floats
from benchmarks.registry import kernel


@kernel(lambda n: (floats(n, n),), (10, 300), numpy=np.sum)
def sum2d(a):
    total = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            total += a[i, j]
    return total


@kernel(lambda n: (floats(n), floats(n, seed=4)), (20_000,), numpy=np.dot)
def dot(a, b):
    total = 0.0
    for i in range(len(a)):
        total += a[i] * b[i]
    return total


def _numpy_axpy(a, x, y):
    y[:] = a * x + y


@kernel(lambda n: (1e-6, floats(n), floats(n, seed=5)), (20_000,), numpy=_numpy_axpy)
def axpy(a, x, y):
    for i in range(x.size):
        y[i] = a * x[i] + y[i]


@kernel(
    lambda n: (dominant(n),),
    (5, 20, 100, 1000),
    numpy=np.linalg.det,
    interpreted_up_to=100,
    quick_up_to=100,
)
def lu_determinant(matrix):
    n = matrix.shape[0]
    a = np.empty_like(matrix)
    for i in range(n):
        for j in range(n):
            a[i, j] = matrix[i, j]
    determinant = 1.0
    for k in range(n):
        pivot = a[k, k]
        determinant *= pivot
        for i in range(k + 1, n):
            factor = a[i, k] / pivot
            for j in range(k + 1, n):
                a[i, j] -= factor * a[k, j]
    return determinant


def _numpy_matmul(a, b, c):
    np.matmul(a, b, out=c)


@kernel(
    lambda n: (floats(n, n), floats(n, n, seed=6), np.zeros((n, n))),
    (4, 64, 256),
    numpy=_numpy_matmul,
    interpreted_up_to=64,
)
def matmul(a, b, c):
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            total = 0.0
            for k in range(a.shape[1]):
                total += a[i, k] * b[k, j]
            c[i, j] = total


def _numpy_jacobi(a, b):
    b[1:-1, 1:-1] = 0.25 * (a[:-2, 1:-1] + a[2:, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:])


@kernel(lambda n: (floats(n, n), np.zeros((n, n))), (8, 256), numpy=_numpy_jacobi)
def jacobi(a, b):
    n, m = a.shape
    for i in range(1, n - 1):
        for j in range(1, m - 1):
            b[i, j] = 0.25 * (a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1])


@kernel(lambda n: (floats(n, n), floats(5, 5, seed=7)), (96,))
def convolution(image, weights):
    rows, columns = image.shape
    height, width = weights.shape
    result = np.zeros((rows - height + 1, columns - width + 1))
    for i in range(rows - height + 1):
        for j in range(columns - width + 1):
            total = 0.0
            for p in range(height):
                for q in range(width):
                    total += image[i + p, j + q] * weights[p, q]
            result[i, j] = total
    return result


def _numpy_row_means(a, out):
    np.mean(a, axis=1, out=out)


@kernel(lambda n: (floats(n, n), np.zeros(n)), (200,), numpy=_numpy_row_means)
def row_means(a, out):
    for i in range(a.shape[0]):
        total = 0.0
        for x in a[i]:
            total += x
        out[i] = total / a.shape[1]
