"""float32: with Python's weak scalars, the exact types are also the fast ones."""

import numpy as np

from benchmarks.kernels.data import floats, integers
from benchmarks.registry import kernel


def _single(*shape, seed=1):
    return floats(*shape, seed=seed, dtype=np.float32)


def _numpy_blend(a, b, out):
    out[:] = 0.25 * a + 0.75 * b


@kernel(
    lambda n: (_single(n), _single(n, seed=4), np.zeros(n, np.float32)),
    (20_000,),
    numpy=_numpy_blend,
    tolerance=1e-6,
)
def blend(a, b, out):
    for i in range(len(a)):
        out[i] = 0.25 * a[i] + 0.75 * b[i]


@kernel(lambda n: (_single(n, n), np.zeros((n, n), np.float32)), (120,), tolerance=1e-6)
def blur(image, out):
    rows, columns = image.shape
    for i in range(1, rows - 1):
        for j in range(1, columns - 1):
            out[i, j] = (
                image[i - 1, j] + image[i + 1, j] + image[i, j - 1] + image[i, j + 1] + 4.0 * image[i, j]
            ) * 0.125


@kernel(lambda n: (integers(256, n, n, 3, dtype=np.uint8),), (80,))
def grey_levels(image):
    rows, columns, _ = image.shape
    result = np.empty((rows, columns), np.float32)
    for i in range(rows):
        for j in range(columns):
            result[i, j] = 0.299 * image[i, j, 0] + 0.587 * image[i, j, 1] + 0.114 * image[i, j, 2]
    return result


@kernel(lambda n: (_single(n),), (20_000,), numpy=np.sum, tolerance=1e-4)
def sum_float32(a):
    total = np.float32(0.0)
    for i in range(len(a)):
        total += a[i]
    return total
