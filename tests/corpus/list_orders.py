"""Lists that are sorted, searched, or made into arrays."""

import bisect
import heapq

import numpy as np

from tests.corpus import bails, rows

A = np.arange(6.0)
I = np.arange(5)  # noqa: E741


@rows((np.array([3.0, -1.0, 2.5, -0.0, 0.0, 3.0]),), (np.array([5, 2, 9, 2]),), (A[:0],), ((True, False, True),))
def sorting(a):
    b = [x for x in a]
    b.sort()
    c = sorted(a)
    d = sorted(b, reverse=True)
    c.sort(reverse=len(c) > 3)
    return b, c, d


@rows((7,), (0,), (40,))
def sorting_by_key(n):
    pairs = [(i * 7 % 5, -i, i * 0.5) for i in range(n)]
    pairs.sort()
    down = sorted(pairs, key=lambda p: p[0], reverse=True)
    up = sorted([i * 5 % 11 for i in range(n)], key=abs)
    mixed = [3, 1.5, n, -2.5]
    mixed.sort()
    lengths = [[0] * (i * 3 % 4) for i in range(n)]
    lengths.sort(key=len)
    return pairs, down, up, mixed, lengths


@rows(bails(np.array([2.0, np.nan, 1.0])), (np.array([2.0, 1.0]),))
def sorting_nan(a):
    b = [x for x in a]
    b.sort()
    return b


@rows((4, 0.5), (0, 0.5), (3, 7))
def searching(n, x):
    pairs = [(i, i * 0.5) for i in range(n)]
    return (1, x) in pairs, pairs.count((1, x)), x in [p[1] for p in pairs]


@rows((3,), (7,))
def arrays_of_lists(n):
    a = np.array([i * 0.5 for i in range(n)])
    b = np.array([i for i in range(n)])
    c = np.array([i for i in range(n)], dtype=np.float32)
    d = np.asarray([[i * j for j in range(3)] for i in range(n)])
    e = np.array([(i, -i) for i in range(n)])
    f = np.array([i > 1 for i in range(n)])
    g = np.array([np.float32(i) for i in range(n)], np.int8)
    return a, b, c, d, e, f, g, np.array([float(i) for i in range(0)])


@rows((A[1:],), bails(A[:0]), bails(A[1:].astype(np.float32)), bails(I))
def array_of_sums(a):
    totals = [0] * 3
    for k, x in enumerate(a):
        totals[k % 2] += x
    return np.array(totals)


@rows(bails(0), (3,))
def array_of_empty_list(n):
    return np.array([i for i in range(n)])


@rows((3,))
def array_of_ragged_lists(n):
    return np.array([[0] * i for i in range(n)])


@rows((np.arange(6.0).reshape(3, 2),))
def arrays_of_rows(a):
    kept = [row for row in a if row[0] > 1]
    return np.array(kept), np.stack(kept), np.concatenate(kept), np.mean([row[1] for row in a]), np.vstack(kept)


@rows((A,), (A[:0],))
def extremes_of_mixed(a):
    best = [0, 3]
    for x in a:
        best[0] += x
    mixed = [1, 2.5]
    mixed.append(len(a))
    return min(best), max(best), max(mixed), min(mixed), max([1.5, len(a)] + mixed)


@rows((3,))
def nothing_in_it(n):
    a = []
    b = [a, a]
    c = [n] + a
    b[0].extend(a)
    return sum(a), any(a), all(a), a * n, a[:], sorted(a), min(a, default=n), b, c, a is b[0], a is c, 3 in a, len(a)


@rows((20,), (0,), (1,))
def heaps(n):
    heap, out = [], []
    for i in range(n):
        heapq.heappush(heap, (i * 7 % 11, i))
    kept = heap[:]
    while heap:
        out.append(heapq.heappop(heap))
    floats = [i * 5 % 7 * 0.5 for i in range(n)]
    heapq.heapify(floats)
    if n > 0:
        out.append((heapq.heapreplace(floats, 9.0) > 0, heapq.heappushpop(floats, -1.0) < 0))
    return kept, out, floats


@rows((4,))
def pop_of_empty_heap(n):
    heap = [n]
    heapq.heappop(heap)
    return heapq.heappop(heap)


@rows((20,), (0,))
def bisections(n):
    a = []
    for i in range(n):
        bisect.insort(a, i * 7 % 11)
    return a, [bisect.bisect_left(a, k) for k in range(5)], [bisect.bisect(a, k) for k in range(5)]


@rows((6,))
def dijkstra(n):
    edges = [[(j, (i * j) % 5 + 1) for j in range(n) if j != i] for i in range(n)]
    best = [10**9] * n
    best[0] = 0
    todo = [(0, 0)]
    while todo:
        d, i = heapq.heappop(todo)
        if d > best[i]:
            continue
        for j, w in edges[i]:
            if d + w < best[j]:
                best[j] = d + w
                heapq.heappush(todo, (d + w, j))
    return best


@rows((4,))
def reversals(n):
    a = list(range(n))
    b = [x for x in reversed(a)]
    c = list(reversed(b))
    return b, c, a == c, a != b, a == [], [[1], a] == [[1], c], a == b, list(enumerate(reversed(a)))
