"""Tuples, unpacking and all forms of assignment."""

import numpy as np

from tests.corpus import rows

A = np.array([10.0, 20.0, 30.0])


@rows((1, 2.5))
def swap(a, b):
    a, b = b, a
    return a, b


@rows((1, 2, 3))
def rotate(a, b, c):
    a, b, c = c, a, b
    return a, b, c


@rows((1, 2.5, True))
def build(a, b, c):
    return (a, b), (c,), (), ((a, (b, c)),)


@rows(((1, 2.5),), ((np.float32(1), A),))
def unpack(t):
    x, y = t
    return y, x


@rows(((1, 2, 3),), ((1,),))
def unpack_wrong_count(t):
    x, y = t
    return x


@rows((A,), (A[:2],), (np.arange(4).reshape(2, 2),))
def unpack_array(a):
    x, y = a
    return x, y


@rows((5,), (2.5,), (None,))
def unpack_number(n):
    x, y = n
    return x


@rows(((1, 2, 3, 4),), ((1, 2),), ((1,),), native=False)
def starred(t):
    first, *rest = t
    return first, len(rest)


@rows(((1, (2, 3)),))
def nested_targets(t):
    a, (b, c) = t
    return a + b * c


@rows(((1, 2, 3),), ((1.5, 2, True),))
def constant_index(t):
    return t[0], t[-1], t[1], len(t)


@rows(((1, 2, 3), 0), ((1, 2, 3), -1), ((1, 2, 3), 3), ((1, 2, 3), -4), ((1.5, 2.5), 1))
def variable_index(t, i):
    return t[i]


@rows(((1, 2.5, True), 1), ((1, 2.5, True), 5))
def variable_index_mixed(t, i):
    return t[i]


@rows(((1, 2, 3),))
def constant_index_out_of_range(t):
    return t[3]


@rows(((1, 2, 3, 4),))
def slices(t):
    return t[1:], t[:2], t[::-1], t[1:3], t[::2]


@rows(((1, 2), (3.5,)), ((), (1,)))
def concatenate(a, b):
    return a + b, a + (5,), a * 2


@rows(((1, 2), (1, 2)), ((1, 2), (1, 3)), ((1, 2), (1, 2, 3)), ((1.0, 2), (1, 2.0)), ((), ()))
def compare(a, b):
    return a == b, a != b


@rows(((1, 2), (1, 3)), ((2, 0), (1, 9)), ((1, 2), (1, 2)), ((1,), (1, 2)))
def order(a, b):
    return a < b, a <= b, a > b, a >= b


@rows(((1, 2, 3), 2), ((1.5, 2, True), 7), ((), 1))
def membership(t, x):
    return x in t, x not in t


@rows(((1, 2),), ((),))
def truth(t):
    return not t, bool(t), 1 if t else 0


@rows(((3, 1, 2),), ((2.5, 1.5),))
def aggregates(t):
    return sum(t), min(t), max(t)


@rows((1, 2))
def chained_assignment(a, b):
    x = y = a + b
    x += 1
    return x, y


@rows((5,))
def augmented(n):
    a = b = c = d = e = n
    a += 2
    b -= 3
    c *= 4
    d //= 2
    e %= 3
    f = n
    f **= 2
    g = n
    g /= 2
    h = n
    h <<= 2
    h >>= 1
    h &= 0xFF
    h |= 0x100
    h ^= 3
    return a, b, c, d, e, f, g, h


@rows((5,))
def annotated(n):
    x: int = n + 1
    y: float
    y = x / 2
    return x, y


@rows((5,))
def walrus(n):
    if (m := n * 2) > 5:
        return m
    return (k := m + 1) + k


@rows((3,))
def walrus_in_while(n):
    s = 0
    while (n := n - 1) >= 0:
        s += n
    return s, n


@rows((3,))
def delete(n):
    x = n
    del x
    x = 2.5
    return x


@rows((True,), (False,))
def delete_then_read(flag):
    x = 1
    if flag:
        del x
    return x


@rows((4,))
def tuple_in_loop(n):
    p = (0, 1.0)
    for i in range(n):
        p = (p[0] + i, p[1] * 2)
    return p


@rows((1.0, 2.0))
def helper_returns_tuple(x, y):
    s, d = sum_and_difference(x, y)
    t = sum_and_difference(y, x)
    return s * d, t[1]


def sum_and_difference(a, b):
    return a + b, a - b


@rows((np.zeros((2, 3)),), (np.zeros((2, 3, 4)),))
def unpack_shape(a):
    n, m = a.shape
    return n * m


@rows((np.zeros((2, 3)),))
def shape_indices(a):
    return a.shape[0], a.shape[-1], len(a.shape), a.shape == (2, 3)


@rows((A, 1))
def swap_elements(a, i):
    a[0], a[i] = a[i], a[0]
    return a[0], a[i]


@rows((A, 1))
def assign_item_and_index(a, i):
    i, a[i] = 2, 5.0
    return i


@rows((A, 0))
def star_args(a, i):
    return add_three(*(1, 2, 3)) + add_three(i, *(5, 6))


def add_three(a, b, c):
    return a + b * 10 + c * 100


@rows((1, 2.0))
def star_in_display(a, b):
    t = (a, b)
    return (*t, 3), (0, *t, *t)


@rows((3, 2.5), native=False)
def tuple_of_scalar(a, b):
    t = a, b
    u = t
    return u is t, t[0], u[1]
