"""Dicts that functions make: with numbers and tuples as keys they are native."""

import math

import numpy as np

from tests.corpus import bails, rows

L = np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3])
X = np.linspace(0.0, 1.0, 12)


@rows((L,), (L[:0],), (L.astype(np.uint8),), (L.astype(np.int16),), (L % 2 == 0,))
def counts(labels):
    found = {}
    for label in labels:
        if label in found:
            found[label] += 1
        else:
            found[label] = 1
    return found


@rows((L,), (L.tolist(),))
def counts_by_get(labels):
    found = {}
    for label in labels:
        found[int(label)] = found.get(int(label), 0) + 1
    return found, len(found)


@rows((1,), (2,), (60,))
def fibonacci(n):
    memo = {0: 0, 1: 1}
    for k in range(2, n + 1):
        memo[k] = memo[k - 1] + memo[k - 2]
    return memo[n]


@rows((0,), (1,), (10,), (2000,))
def many(n):
    squares = {}
    for i in range(n):
        squares[i * 7919 % 10007] = i
    total = 0
    for k in squares:
        total += k * squares[k]
    return total, len(squares), 7919 in squares, -1 in squares


@rows((X, 3), (X, 5), (X[:0], 2))
def group_means(x, n):
    sums = {}
    sizes = {}
    for i, v in enumerate(x):
        k = i % n
        sums[k] = sums.get(k, 0.0) + v
        sizes[k] = sizes.get(k, 0) + 1
    return {k: s / sizes[k] for k, s in sums.items()}


@rows((X,),)
def sparse(x):
    cells = {}
    for i in range(len(x)):
        cells[i % 3, i % 2] = cells.get((i % 3, i % 2), 0.0) + x[i]
    total = 0.0
    for (i, j), v in cells.items():
        total += (i - j) * v
    return total, cells, (1, 1) in cells, (1.0, True) in cells


@rows((1.0, 1), (True, 1), (2.5, 2), (-0.0, 0), (np.float64(3.0), 3), (2.0**60, 2**60))
def equal_keys(a, b):
    d = {}
    d[a] = "first"
    d[b] = "second"
    return len(d)


@rows((1.5,), bails(math.nan), (math.inf,), (-0.0,))
def float_keys(x):
    d = {0.0: 1, 1.5: 2}
    d[x] = 3
    return d, d[x]


@rows((3,), (-1,))
def absent(k):
    d = {1: 2.0, 3: 4.0}
    return d[k]


@rows((3,), (-1,))
def absent_caught(k):
    d = {1: 2.0, 3: 4.0}
    try:
        return d[k]
    except KeyError as e:
        return e.args


@rows((0,), (3,), (5,), (40,))
def deleting(n):
    d = {}
    for i in range(n):
        d[i] = i * i
    for i in range(0, n, 3):
        del d[i]
    for i in range(1, n, 4):
        d.pop(i, None)
    d[n] = -1
    return d, list(d), len(d), list(d.keys()), list(d.values()), list(d.items())


@rows((5,), (100,))
def queue_of_keys(n):
    """Keys come and go: the table does not grow."""
    d = {}
    for i in range(n):
        d[i] = i
        if i >= 3:
            d.pop(i - 3)
    return d


@rows((3,), (0,))
def defaults(n):
    d = {}
    for i in range(n):
        d.setdefault(i // 2, i)
        d.setdefault(i + 10, 0)
    x = d.get(99)
    y = d.get(0)
    d.clear()
    return x, y, d, bool(d)


@rows((12,), (1,))
def lists_in(n):
    groups = {}
    for i in range(n):
        groups.setdefault(i % 3, []).append(i)
    total = 0
    for k, members in groups.items():
        total += k * sum(members)
    return total, groups


@rows((12,),)
def arrays_in(n):
    rows_of = {}
    for i in range(n):
        rows_of[i % 4] = np.full(3, float(i))
    s = np.zeros(3)
    for v in rows_of.values():
        s += v
    return s, rows_of[2]


@rows((5,), (2,))
def changed_while_walked(n):
    d = {0: 1, 1: 2, 2: 3}
    seen = 0
    for k in d:
        seen += k
        if k < n - 4:
            d[k + 10] = 1
    return seen


@rows((1,), (9,))
def replaced_while_walked(n):
    d = {0: 1, 1: 2, 2: 3}
    for k in d:
        d[k] += n
    return d


@rows((4,), (0,))
def two_names(n):
    d = {}
    e = d
    for i in range(n):
        e[i] = i + 0.5
    return d is e, d, e


@rows((8,))
def returned_twice(n):
    d = {i: -i for i in range(n)}
    return d, d


@rows((10,))
def joined(n):
    if n > 5:
        d = {1: 2}
    else:
        d = {2: 3.0}
    d[n] = n
    return d


def fill(d, n):
    for i in range(n):
        d[i] = d.get(i, 0) + i
    return len(d)


@rows((3,), (30,))
def handed_over(n):
    d = {2: 5}
    size = fill(d, n) + fill(d, 2)
    return d, size


@rows((6,), (25,))
def memoised(n):
    memo = {}

    def paths(i, j):
        if i == 0 or j == 0:
            return 1
        if (i, j) in memo:
            return memo[i, j]
        memo[i, j] = paths(i - 1, j) + paths(i, j - 1)
        return memo[i, j]

    return paths(n // 2, n // 3), len(memo)


@rows((27,), (97,))
def collatz(n):
    lengths = {1: 1}
    for start in range(1, n):
        k, path = start, []
        while k not in lengths:
            path.append(k)
            k = k // 2 if k % 2 == 0 else 3 * k + 1
        length = lengths[k]
        for p in reversed(path):
            length += 1
            lengths[p] = length
    return max(lengths.values()), len(lengths), sorted(lengths)[:5]


@rows((L,))
def union_find(labels):
    parent = {}
    for a in labels.tolist():
        parent.setdefault(a, a)
    for a, b in zip(labels[:-1].tolist(), labels[1:].tolist(), strict=False):
        while parent[a] != a:
            a = parent[a]
        while parent[b] != b:
            b = parent[b]
        if a != b and (a + b) % 3 == 0:
            parent[a] = b
    return len([k for k in parent if parent[k] == k]), parent


@rows((5,))
def walked_otherwise(n):
    d = {i: i * 2 for i in range(n)}
    a = [(i, k) for i, k in enumerate(d)]
    b = [(i, k, v) for i, (k, v) in enumerate(d.items())]
    return a, b, sum(d.values()), sorted(d.items()), max(d), list(d)


@rows((5,), (0,))
def mixed_values(n):
    d = {0: None}
    for i in range(n):
        d[i] = i if i % 2 else i / 2
    return d
