"""Reads and writes at places that the data tell."""

import numpy as np

from benchmarks.kernels.data import floats, integers
from benchmarks.registry import kernel


@kernel(lambda n: (floats(n), integers(n, n)), (20_000,), numpy=lambda a, index: a[index])
def gather(a, index):
    result = np.empty(index.shape[0])
    for i in range(index.shape[0]):
        result[i] = a[index[i]]
    return result


@kernel(lambda n: (floats(n), integers(n, n)), (20_000,), numpy=lambda a, index: a[index].sum())
def gather_sum(a, index):
    total = 0.0
    for i in range(len(index)):
        total += a[index[i]]
    return total


@kernel(lambda n: (integers(64, n), 64), (20_000,), numpy=lambda a, bins: np.bincount(a, minlength=bins))
def count_values(a, bins):
    counts = np.zeros(bins, np.int64)
    for value in a:
        counts[value] += 1
    return counts


@kernel(lambda n: (floats(n), 50), (20_000,), numpy=lambda a, bins: np.histogram(a, bins, (0.0, 1.0))[0])
def histogram(a, bins):
    counts = np.zeros(bins, np.int64)
    for i in range(a.size):
        place = int(a[i] * bins)
        if 0 <= place < bins:
            counts[place] += 1
    return counts


def _sparse(n):
    row_starts = np.arange(0, 8 * n + 1, 8)
    return floats(8 * n), integers(n, 8 * n), row_starts, floats(n, seed=4)


@kernel(_sparse, (2_000,))
def sparse_matvec(values, columns, row_starts, x):
    n = len(row_starts) - 1
    y = np.zeros(n)
    for i in range(n):
        total = 0.0
        for k in range(row_starts[i], row_starts[i + 1]):
            total += values[k] * x[columns[k]]
        y[i] = total
    return y


@kernel(lambda n: (np.random.default_rng(5).permutation(n),), (5_000,))
def permutation_cycles(successor):
    n = len(successor)
    seen = np.zeros(n, np.bool_)
    cycles = 0
    for start in range(n):
        if not seen[start]:
            cycles += 1
            place = start
            while not seen[place]:
                seen[place] = True
                place = successor[place]
    return cycles
