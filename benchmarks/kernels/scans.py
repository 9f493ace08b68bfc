"""Each element depends on the one before."""

import numpy as np

from benchmarks.kernels.data import floats
from benchmarks.registry import kernel


@kernel(lambda n: (floats(n),), (20_000,), numpy=np.cumsum)
def cumulative_sum(a):
    result = np.empty_like(a)
    total = 0.0
    for i in range(len(a)):
        total += a[i]
        result[i] = total
    return result


@kernel(lambda n: (floats(n), 0.1), (20_000,))
def exponential_average(a, alpha):
    result = np.empty(a.shape[0])
    result[0] = a[0]
    for i in range(1, a.shape[0]):
        result[i] = alpha * a[i] + (1.0 - alpha) * result[i - 1]
    return result


@kernel(lambda n: (floats(n),), (20_000,))
def maximum_drawdown(prices):
    peak = prices[0]
    worst = 0.0
    for price in prices:
        if price > peak:
            peak = price
        fall = (peak - price) / peak
        if fall > worst:
            worst = fall
    return worst


@kernel(lambda n: (floats(n), 32), (20_000,))
def moving_average(a, width):
    n = len(a)
    result = np.zeros(n - width + 1)
    total = 0.0
    for i in range(width):
        total += a[i]
    result[0] = total / width
    for i in range(width, n):
        total += a[i] - a[i - width]
        result[i - width + 1] = total / width
    return result
