"""Random numbers, drawn one by one."""

import math
import random

import numpy as np

from benchmarks.kernels.data import integers
from benchmarks.registry import kernel


@kernel(lambda n: (n, 3), (5_000,))
def darts(samples, seed):
    np.random.seed(seed)
    inside = 0
    for _ in range(samples):
        x = np.random.random()
        y = np.random.uniform(-1.0, 1.0)
        if x * x + y * y < 1.0:
            inside += 1
    return 4.0 * inside / samples


@kernel(lambda n: (n, 5), (5_000,))
def random_walk(steps, seed):
    np.random.seed(seed)
    x = farthest = 0.0
    for _ in range(steps):
        x += np.random.normal(0.0, 0.5)
        farthest = max(farthest, abs(x))
    return farthest


@kernel(lambda n: (n, 100, 7), (5_000,))
def coupons(draws, kinds, seed):
    random.seed(seed)
    seen = np.zeros(kinds, np.bool_)
    missing = kinds
    for _ in range(draws):
        kind = random.randrange(kinds)
        if not seen[kind]:
            seen[kind] = True
            missing -= 1
    return missing


@kernel(lambda n: (2 * integers(2, n, n) - 1, 0.4, 5, 1), (32,))
def ising(start, beta, sweeps, seed):
    np.random.seed(seed)
    spins = start.copy()
    n = spins.shape[0]
    for _ in range(sweeps):
        for i in range(n):
            for j in range(n):
                around = spins[(i + 1) % n, j] + spins[i - 1, j] + spins[i, (j + 1) % n] + spins[i, j - 1]
                cost = 2 * spins[i, j] * around
                if cost <= 0 or np.random.rand() < math.exp(-beta * cost):
                    spins[i, j] = -spins[i, j]
    return spins
