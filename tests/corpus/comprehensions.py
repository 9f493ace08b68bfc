"""Comprehensions and generator expressions."""

import math

import numpy as np

from tests.corpus import rows

A = np.array([3.0, 1.0, 2.0, 5.0])
I = np.arange(5)  # noqa: E741
k = 100


@rows((A,), (I,), ((1, 2.5),), (A[:0],))
def doubled(a):
    return [x * 2 for x in a]


@rows((A,), (I,))
def filtered(a):
    return [x + 1 for x in a if x > 2], len([x for x in a]), [x for x in a if x > 1 if x < 3]


@rows((3, 4), (0, 3))
def nested(n, m):
    return [(i, j) for i in range(n) for j in range(i, m) if i != j], [[i * j for j in range(m)] for i in range(n)]


@rows((A, I))
def targets(a, b):
    return [(i, x, y) for i, (x, y) in enumerate(zip(a, b))], [x + y for (x, y) in zip(a, b)]


@rows((4,))
def scopes(n):
    x = 7
    a = [x for x in range(n)]
    b = [x for _ in range(2)]
    c = [[x for x in range(x)] for x in range(3)]
    return a, b, c, x, [k for k in range(2)], k


@rows((4,))
def walrus(n):
    a = [y := i * 2 for i in range(n)]
    return a, y


@rows((0,), (3,))
def unbound_target(n):
    return [y for x in range(n) if y for y in range(x)]


@rows((3,))
def unbound_outside(n):
    a = [later + x for x in range(n)]
    later = 1
    return a, later


@rows((3,))
def unbound_in_generator(n):
    a = sum(later + x for x in range(n))
    later = 1
    return a, later


@rows((A,), (I,), (A * 0,), (A[:0],))
def searches(a):
    return any(x > 2 for x in a), all(x > 2 for x in a), any(1 / (x + 1) > 10 for x in a), all(x for x in a)


@rows((3,), (0,))
def search_stops(n):
    a = [1, 2, 3]
    a.append(n)
    return any(a[i] > 2 for i in range(10))


@rows((A,), (I,), ((1, 2.5, 3),))
def consumed(a):
    total = sum(x * x for x in a)
    return total, min(x for x in a), max(x + 1 for x in a), list(x for x in a), sum([x for x in a]), len([1 for x in a])


@rows((A,), (I,), (A[:0],))
def consumed_floats(a):
    return sum(float(x) * 0.1 for x in a), math.fsum(float(x) for x in a), math.prod(float(x) for x in a)


@rows((0,), (3,))
def empty(n):
    return max(i for i in range(n))


@rows((0,), (3,))
def default(n):
    return max((i for i in range(n)), default=-1), min([i for i in range(n)], default=None), sum((i for i in range(n)), 5)


@rows((4,))
def loop_over_generator(n):
    out = []
    for x in (i * 2 for i in range(10) if i != 3):
        if x == n:
            continue
        if x > 12:
            break
        out.append(x)
    else:
        out.append(-1)
    for x in (i + j for i in range(2) for j in range(2)):
        out.append(x)
    else:
        out.append(-2)
    return out


@rows((3, 4))
def arrays(n, m):
    a = np.array([i * 0.5 for i in range(n)])
    b = np.array([[i * j for j in range(m)] for i in range(n)])
    return a, b, np.sum([i for i in range(n)]), np.array([float(i) for i in range(n)], dtype=np.float32)


@rows((3,))
def sets_and_dicts(n):
    return {i % 2 for i in range(n)}, {i: i * 0.5 for i in range(n)}, tuple(i for i in range(n)), sorted(-i for i in range(n))


@rows((3,))
def order_of_evaluation(n):
    seen = []
    a = [seen.append(("x", i)) or j for i in range(n) for j in range(2) if not seen.append(("if", j))]
    return seen, a
