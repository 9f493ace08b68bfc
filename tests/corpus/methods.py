"""Bound methods with numbers and arrays in attributes; a class instance may be interpreted."""

import numpy as np

from tests.corpus import rows


class Counter:
    """Something with state."""

    def __init__(self, start):
        self.count = start
        self.values = np.zeros(3)

    def __eq__(self, other):
        return self.count == other.count and (self.values == other.values).all()


@rows((Counter(3), 2), native=False)
def reads_attribute(self, n):
    return self.count * n


@rows((Counter(3), 2), native=False)
def writes_attribute(self, n):
    self.count += n
    self.values[0] = n
    return self.count


@rows(("text",), native=False)
def string_length(s):
    return len(s)


@rows(([3, 1, 2],), native=False)
def list_argument(items):
    total = 0
    for x in items:
        total += x
    items.append(total)
    return total


@rows(({"a": 1},), native=False)
def dict_argument(d):
    d["b"] = 2
    return d["a"]


@rows((np.array([1.0, 2.0], ">f8"),), (np.array([1, 2], np.float16),), (np.array([1, "a"], object),), native=False)
def unusual_arrays(a):
    return a[0], len(a)


@rows((np.ma.array([1.0, 2.0], mask=[True, False]),), native=False)
def masked_array(a):
    return a.sum()


@rows((5,))
def list_comprehension(n):
    return [i * i for i in range(n)]


@rows((5,), native=False)
def dict_display(n):
    return {"n": n}


@rows((5,), (0,), native=False)
def try_except(n):
    try:
        return 10 / n
    except ZeroDivisionError:
        return None


@rows((5,), native=False)
def nested_function(n):
    def inner(x):
        return x + n

    return inner(2)


@rows((3,), native=False)
def generator_inside(n):
    return sum(i for i in range(n))


@rows((5, 2), native=False)
def keyword_dictionary(a, b, **others):
    return a + b + len(others)


@rows((2**70,), (-(2**64),), native=False)
def big_int(n):
    return n + 1, n * n, n // 3
