"""Lists that functions make, change, walk over and return."""

import numpy as np

from tests.corpus import bails, rows

A = np.arange(6.0)
I = np.arange(5)  # noqa: E741


@rows((10,), (0,))
def squares(n):
    s = []
    for i in range(n):
        s.append(i * i)
    return s


@rows((50,), (2,))
def primes(n):
    found = []
    for i in range(2, n):
        ok = True
        for p in found:
            if p * p > i:
                break
            if i % p == 0:
                ok = False
                break
        if ok:
            found.append(i)
    return found, len(found)


@rows((100,), (1,))
def sieve(n):
    is_prime = [True] * (n + 1)
    count = 0
    for i in range(2, n + 1):
        if is_prime[i]:
            count += 1
            for j in range(i * i, n + 1, i):
                is_prime[j] = False
    return count, is_prime


@rows((50,), (0,))
def stack(n):
    todo = [n]
    total = 0
    while todo:
        x = todo.pop()
        total += x
        if x > 1:
            todo.append(x // 2)
            todo.append(x // 3)
    return total


@rows((7,), (0,))
def queue(n):
    line, order = [0], []
    while len(line) > 0:
        x = line.pop(0)
        order.append(x)
        for y in (2 * x + 1, 2 * x + 2):
            if y < n:
                line.append(y)
    return order


@rows((4,), (-3,))
def all_methods(n):
    a = [1, 2, 3]
    b = a
    b.append(n)
    a.insert(0, 9)
    a.insert(-1, 8)
    a.insert(100, 7)
    a.insert(-100, 6)
    a[-1] += 1
    del b[1]
    c = a.copy()
    c.reverse()
    c.extend((n, n + 1))
    c.extend(a)
    c.extend(c)
    c += [n]
    a.remove(3)
    return a, b, a is b, 8 in a, 55 in a, a.index(2), c.count(8), c.pop(), c.pop(2), c, a + c, a * 2, 2 * b


@rows((0,), (4,), (5,), (-6,))
def item_errors(k):
    a = [1, 2, 3, 4, 5]
    return a[k]


@rows((0,), (4,), (5,), (-6,))
def store_errors(k):
    a = [1, 2, 3, 4, 5]
    a[k] = 0
    return a


@rows((0,), (1,), (2,), (3,), (4,), (5,), (6,), (7,))
def errors(k):
    a = [1.5, 2.5]
    a.clear()
    if k == 0:
        a.pop()
    elif k == 1:
        a.pop(0)
    elif k == 2:
        a.remove(1.5)
    elif k == 3:
        return a.index(3.5)
    elif k == 4:
        del a[0]
    elif k == 5:
        a.append(1.0)
        a.pop(5)
    elif k == 6:
        return max(a)
    else:
        b = []
        b.pop()
    return a


@rows((A,), (I,), (A[:0],))
def sums_at(a):
    totals = [0] * 5
    for k, x in enumerate(a):
        totals[k % 3] += x
    return totals


@rows((10,))
def grows_while_walked(n):
    a = [1]
    for x in a:
        if len(a) < n:
            a.append(x + 1)
    return a


@rows((10,))
def shrinks_while_walked(n):
    a = list(range(n))
    seen = []
    for k, x in enumerate(a):
        seen.append((k, x))
        a.pop()
    return a, seen


@rows((10,))
def reversed_while_changed(n):
    a = list(range(n))
    seen = []
    for x in reversed(a):
        seen.append(x)
        a.append(x)
    return a, seen


@rows((4,), (0,))
def conversions(n):
    return list(range(n)), list((1, 2.5)), list(), [n] * 2 + [3.5], [n] * -1, list([n, n]), [[n]] * 2


@rows((0, 5, 1), (1, -1, 2), (-1, -7, -1), (None, None, -2), (None, 3, None), (0, 5, 0))
def slices(i, j, k):
    a = [0, 1, 2, 3, 4, 5]
    b = a[i:j:k]
    b.append(9)
    return a, b, a[:], a[1:], a[:-2]


def _push(items, x):
    items.append(x)
    return items


@rows((4,))
def helpers(n):
    a = []
    for i in range(n):
        _push(a, i)
    _push(a, 2.5)
    return a, _push(a, 1) is a


@rows((3, 4), (0, 2), (2, 0))
def tables(n, m):
    grid = [[0] * m for _ in range(n)]
    shared = [[0] * 2] * 3
    shared[0][1] = 7
    for i in range(n):
        for j in range(m):
            grid[i][j] = i * j
    total = 0
    for row in grid:
        for x in row:
            total += x
    return grid, total, shared, shared[0] is shared[1]


@rows((np.arange(6.0).reshape(3, 2),))
def lists_of_arrays(a):
    parts = []
    for row in a:
        parts.append(row * 2)
    parts.append(a[0])
    parts[0] = parts[1]
    parts[1][0] = 100.0
    last = parts.pop()
    last[1] = 50.0
    del parts[1]
    return parts, last, len(parts)


@rows((3,))
def aliases(n):
    a = [n]
    pair = a, a
    both = [a, a]
    both[0].append(1)
    pair[1].append(2)
    return a, pair, both, both[0] is a


@rows((True,), (False,))
def one_of_two(flag):
    a, b = [1, 2], [1.5]
    c = a if flag else b
    c.append(7)
    return a, b, c, c is a


@rows((5,))
def mixed_items(n):
    a = [1, 2.5, None, True, (n, 2.0), np.float32(1.5)]
    a.append(n)
    a[2] = 0.5
    return a, a[n], a[2]


@rows((6,))
def graph(n):
    edges = [[] for _ in range(n)]
    for i in range(n):
        for j in range(n):
            if (i * j + i + j) % 4 == 1:
                edges[i].append(j)
    seen = [False] * n
    order = []

    def visit(k):
        todo = [k]
        while todo:
            i = todo.pop()
            if not seen[i]:
                seen[i] = True
                order.append(i)
                todo += edges[i]

    for k in range(n):
        visit(k)
    return order, edges


@rows((3,))
def towers(n):
    pegs = [list(range(n, 0, -1)), [], []]
    moves = [0]
    _move(pegs, moves, n, 0, 2, 1)
    return pegs, moves


def _move(pegs, moves, n, source, target, other):
    if n > 0:
        _move(pegs, moves, n - 1, source, other, target)
        pegs[target].append(pegs[source].pop())
        moves[0] += 1
        _move(pegs, moves, n - 1, other, target, source)


@rows((2**62,), (5,), bails(2**63 - 1))
def big_items(n):
    a = [n]
    a[0] += 1
    return a


@rows((5,))
def queries(n):
    a = [n, n + 1, n]
    b = []
    return bool(a), not b, len(a), sum(a), min(a), max(a), any(a), all(a), 3.5 in a, n in b, a[-1], len(b)


@rows((3,))
def unpacked(n):
    a = [n, 2 * n]
    a.append(3)
    x, y, z = a
    return x + y + z


@rows((3,))
def unpacked_wrongly(n):
    a = [n, 2 * n]
    a.append(3)
    x, y = a
    return x + y


@rows((3,))
def deleted_and_cleared(n):
    rows_ = [[i] for i in range(n)]
    first = rows_[0]
    rows_.clear()
    rows_.append(first)
    del rows_[0]
    first.append(n)
    return rows_, first


@rows((A,), (I,))
def strings_and_functions(a):
    names = ["x", "y"]
    names.append("z")
    return [names[k % 3] for k in range(4)], len(a)
