"""Slices of native lists: stored into, and deleted."""

from tests.corpus import rows


@rows((50,), (2,), (3,))
def sieve(n):
    is_prime = [True] * (n + 1)
    is_prime[0:2] = [False, False]
    for i in range(2, int(n**0.5) + 1):
        if is_prime[i]:
            is_prime[i * i :: i] = [False] * len(is_prime[i * i :: i])
    return [i for i in range(n + 1) if is_prime[i]]


PLACES = [(a, b) for a in (None, 0, 2, -1, 9) for b in (None, 1, 3, -2, -9)]


@rows(*[(6, a, b) for a, b in PLACES])
def stored(n, a, b):
    x = [i for i in range(n)]
    x[a:b] = [10, 20, 30]
    y = [i for i in range(n)]
    y[a:b] = []
    z = [i for i in range(n)]
    z[a:b] = z
    return x, y, z


@rows(*[(7, a, b, c) for a, b in PLACES[::3] for c in (1, 2, -1, -3)])
def with_steps(n, a, b, c):
    x = [float(i) for i in range(n)]
    y = x[a:b:c]
    x[a:b:c] = [v + 0.5 for v in y]
    return x, y


@rows((7, 2, 2), (7, 3, 2), (7, 2, -1), (7, 3, 0), (7, 1, 1))
def wrong_size(n, count, step):
    x = [i for i in range(n)]
    x[1:4:step] = [9] * count
    return x


@rows(*[(7, a, b, c) for a, b in PLACES[::3] for c in (None, 1, 2, -1, -3)])
def deleted(n, a, b, c):
    x = [i * i for i in range(n)]
    y = [[i] for i in range(n)]
    del x[a:b:c]
    del y[a:b:c]
    return x, y


@rows((5,), (0,))
def of_lists(n):
    x = [[i] * i for i in range(n)]
    x[1:2] = [[7], [8, 9]]
    x[:0] = x[-2:]
    x[-1:] = [[0]]
    return x, len(x)


@rows((5,),)
def of_other_things(n):
    x = [0] * n
    x[1:3] = (4, 5)
    x[3:] = range(3)
    x[:1] += [8]
    return x


@rows((4,),)
def types_grow(n):
    x = [0] * n
    x[1:2] = [0.5, 1.5]
    return x
