"""Sets that functions make: with numbers and tuples as items they are native, unless they are walked over."""

import numpy as np

from tests.corpus import rows

L = np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3])
G = np.array([[1, 1, 0, 0], [0, 1, 0, 1], [1, 0, 0, 1]])


@rows((L,), (L[:0],), (L / 2,))
def first_of_each(labels):
    seen = set()
    out = []
    for label in labels:
        if label not in seen:
            seen.add(label)
            out.append(label)
    return out, len(seen), bool(seen)


@rows((G,))
def flood(grid):
    h, w = grid.shape
    seen = set()
    sizes = []
    for i in range(h):
        for j in range(w):
            if grid[i, j] and (i, j) not in seen:
                stack = [(i, j)]
                seen.add((i, j))
                size = 0
                while stack:
                    a, b = stack.pop()
                    size += 1
                    for c, d in ((a + 1, b), (a - 1, b), (a, b + 1), (a, b - 1)):
                        if 0 <= c < h and 0 <= d < w and grid[c, d] and (c, d) not in seen:
                            seen.add((c, d))
                            stack.append((c, d))
                sizes.append(size)
    return sizes, seen


@rows((4,), (6,))
def queens(n):
    columns, up, down = set(), set(), set()

    def place(r):
        if r == n:
            return 1
        count = 0
        for c in range(n):
            if c in columns or r + c in up or r - c in down:
                continue
            columns.add(c)
            up.add(r + c)
            down.add(r - c)
            count += place(r + 1)
            columns.remove(c)
            up.discard(r + c)
            down.discard(r - c)
        return count

    return place(0)


@rows((3,), (0,))
def removed(n):
    s = set()
    for i in range(n):
        s.add(i)
    s.discard(77)
    s.remove(2)
    return s


@rows((5,))
def walked(n):
    """What sets are walked over in is Python's own order."""
    s = set()
    for i in range(n):
        s.add(i * 1000003 % 17)
    return len(s), 5 in s


@rows((9,))
def cleared(n):
    s = set()
    for i in range(n):
        s.add(i)
        if len(s) > 4:
            s.clear()
    return s
