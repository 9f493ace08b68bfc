"""Dynamic programming: tables filled from what is there already."""

import numpy as np

from benchmarks.kernels.data import floats, integers
from benchmarks.registry import kernel


@kernel(lambda n: (floats(n), floats(n, seed=4)), (150,))
def time_warping(a, b):
    n, m = len(a), len(b)
    cost = np.full((n + 1, m + 1), np.inf)
    cost[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            step = abs(a[i - 1] - b[j - 1])
            cost[i, j] = step + min(cost[i - 1, j], cost[i, j - 1], cost[i - 1, j - 1])
    return cost[n, m]


@kernel(lambda n: (integers(4, n), integers(4, n, seed=5)), (150,))
def edit_distance(a, b):
    n, m = len(a), len(b)
    row = np.empty(m + 1, np.int64)
    for j in range(m + 1):
        row[j] = j
    for i in range(1, n + 1):
        corner = row[0]
        row[0] = i
        for j in range(1, m + 1):
            above = row[j]
            change = corner if a[i - 1] == b[j - 1] else corner + 1
            row[j] = min(change, above + 1, row[j - 1] + 1)
            corner = above
    return row[m]


@kernel(lambda n: (1 + integers(50, n), integers(100, n, seed=6), 500), (40,))
def knapsack(weights, values, capacity):
    best = np.zeros(capacity + 1, np.int64)
    for item in range(len(weights)):
        weight = weights[item]
        for room in range(capacity, weight - 1, -1):
            candidate = best[room - weight] + values[item]
            if candidate > best[room]:
                best[room] = candidate
    return best[capacity]


@kernel(lambda n: (floats(n, n),), (40,))
def shortest_paths(lengths):
    n = lengths.shape[0]
    distance = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            distance[i, j] = lengths[i, j]
    for k in range(n):
        for i in range(n):
            for j in range(n):
                through = distance[i, k] + distance[k, j]
                if through < distance[i, j]:
                    distance[i, j] = through
    return distance
