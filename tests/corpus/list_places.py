"""Lists of which parts are replaced or deleted, with items of several types, and handed from function to function."""

import numpy as np

from tests.corpus import rows


@rows((5,), (0,), (1,))
def slots_of_arrays(n):
    slots = [None] * n
    for i in range(n):
        if i % 2:
            slots[i] = np.ones(3) * i
    total = 0.0
    for one in slots:
        if one is not None:
            total += one[0]
    slots += slots[:2]
    if n > 1:
        slots[1] = None
        slots.pop()
    return total, slots


@rows((5,))
def linked(n):
    following = [None] * n
    children = [None] * n
    for i in range(n - 1):
        following[i] = i + 1
        if i % 2:
            children[i] = [i]
    k, count = 0, 0
    while k is not None:
        count += k
        k = following[k]
    return count, following, children


@rows((3,))
def permutations(n):
    out = []

    def go(so_far, left):
        if not left:
            out.append(so_far[:])
            return
        for i in range(len(left)):
            go(so_far + [left[i]], left[:i] + left[i + 1 :])

    go([], list(range(n)))
    return out


@rows((1, 3), (None, -2), (-3, None), (4, 1))
def parts_deleted(i, j):
    a = [0, 1, 2, 3, 4, 5]
    b = [[k] for k in a]
    del a[i:j]
    del b[i:j]
    return a, b


@rows((3,))
def bad_index(n):
    a = [n]
    a.append(2)
    return a[None]


@rows((3,), (1,), (0,), (-1,))
def repeated_in_place(n):
    a = [1, 2]
    b = a
    a *= n
    rows_ = [a, [3]]
    again = rows_
    again *= n
    return b, b is a, rows_, len(again)


@rows((True,), (False,))
def list_or_none(flag):
    a = [1.5] if flag else None
    if flag:
        a += [2.5]
    return a, (a,)
