"""Calls: helpers, recursion, parameters of all kinds, globals, closures."""

import math

import numpy as np

from tests.corpus import kw, rows

LIMIT = 10
SCALE = 2.5
FLAG = True
NOTHING = None
PAIR = (3, 4.5)
TABLE = np.array([1.0, 2.0, 4.0, 8.0])
OFFSETS = ((0, 1), (1, 0), (0, -1), (-1, 0))
SINGLE = np.float32(0.5)
BIG = 2**70
A = np.arange(5.0)


@rows((3,), (30,))
def global_numbers(n):
    return min(n, LIMIT) * SCALE, FLAG, NOTHING


@rows((1,), (5,), (-1,))
def global_array(i):
    return TABLE[i]


@rows((2,))
def global_array_whole(n):
    s = 0.0
    for x in TABLE:
        s += x * n
    return s, len(TABLE), TABLE.shape


@rows((2, 3))
def global_tuples(x, y):
    s = PAIR[0] * PAIR[1]
    for dx, dy in OFFSETS:
        s += (x + dx) * (y + dy)
    return s


@rows((2.5,))
def global_numpy_scalar(x):
    return x * SINGLE, SINGLE + 1


@rows((1,), native=False)
def global_big_int(n):
    return n + BIG


@rows((2.0, 3.0))
def calls_helper(x, y):
    return norm(x, y) + norm(y, x)


def norm(x, y):
    return math.sqrt(x * x + y * y)


@rows((2, 3.5))
def calls_one_helper_with_several_types(i, x):
    return double(i), double(x), double(1j), double(np.int8(3))


def double(v):
    return v + v


@rows((10,), (1,), (0,))
def fibonacci(n):
    if n < 2:
        return n
    return fibonacci(n - 1) + fibonacci(n - 2)


@rows((5,), (0,))
def factorial(n):
    return 1 if n <= 1 else n * factorial(n - 1)


@rows((2, 2), (1, 3), (0, 5))
def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


@rows((7,), (10,))
def mutual_recursion(n):
    return is_even(n), is_odd(n)


def is_even(n):
    if n == 0:
        return True
    return is_odd(n - 1)


def is_odd(n):
    if n == 0:
        return False
    return is_even(n - 1)


@rows((3,))
def towers_of_hanoi(n):
    if n == 0:
        return 0
    return towers_of_hanoi(n - 1) + 1 + towers_of_hanoi(n - 1)


@rows((A, 0, 5))
def recursive_sum(a, lo, hi):
    if hi - lo == 0:
        return 0.0
    if hi - lo == 1:
        return a[lo]
    mid = (lo + hi) // 2
    return recursive_sum(a, lo, mid) + recursive_sum(a, mid, hi)


@rows((np.array([5.0, 2.0, 9.0, 1.0]),), (np.array([3, 1, 2]),))
def quicksort(a):
    sort_between(a, 0, len(a) - 1)
    return a


def sort_between(a, lo, hi):
    if lo >= hi:
        return
    pivot = a[(lo + hi) // 2]
    i, j = lo, hi
    while i <= j:
        while a[i] < pivot:
            i += 1
        while a[j] > pivot:
            j -= 1
        if i <= j:
            a[i], a[j] = a[j], a[i]
            i += 1
            j -= 1
    sort_between(a, lo, j)
    sort_between(a, i, hi)


@rows((1,), (1, 2), (1, 2, 3), kw(1, c=5), kw(a=1), kw(c=1, a=2), (1, 2, 3, 4), (), kw(1, d=2), kw(1, a=2))
def defaults(a, b=2, c=3.5):
    return a, b, c


@rows((1,), kw(1, scale=3), (1, 2), kw(scale=2, x=1))
def keyword_only(x, *, scale=2.0):
    return x * scale


@rows(kw(1, y=2), (1,), (1, 2))
def required_keyword(x, *, y):
    return x - y


@rows((1,), (1, 2), kw(x=1), kw(1, y=2))
def positional_only(x, /, y=3):
    return x * 10 + y


@rows((), (1,), (1, 2.5), (1, 2, 3, 4))
def star_parameters(*args):
    s = 0
    for x in args:
        s += x
    return s, len(args)


@rows((1,), (1, 2), (1, 2, 3), kw(1, k=2), kw(1, 2, 3, k=4))
def everything(a, *rest, k=10):
    return a, len(rest), k


@rows((5,))
def calls_with_keywords(n):
    return defaults_of(n), defaults_of(n, c=1), defaults_of(c=2, a=n), defaults_of(n, 7)


def defaults_of(a, b=2, c=3):
    return a + 10 * b + 100 * c


@rows((5,))
def calls_with_star(n):
    pair = (n, 3)
    return defaults_of(*pair), defaults_of(1, *pair)


@rows((None,), (2,), ())
def default_none(x=None):
    if x is None:
        return 0
    return x + 1


@rows((1, 2))
def calls_with_wrong_count(a, b):
    return norm(a, b, 3)


@rows((1,))
def calls_with_unknown_keyword(a):
    return double(v=a, w=1)


@rows((A,), (A[::2],))
def helper_changes_argument(a):
    fill(a, 7.0)
    fill(a[1:], 8.0)
    return a


def fill(a, x):
    for i in range(len(a)):
        a[i] = x


@rows((3,))
def helper_returns_nothing(n):
    x = noop(n)
    return x is None


def noop(n):
    pass


@rows((3,), (-3,))
def helper_returns_several_types(n):
    x = pick_one(n)
    return x


def pick_one(n):
    if n > 0:
        return n
    return n / 2


@rows((A, 2))
def helper_returns_view(a, n):
    v = tail(a, n)
    v[0] = -5.0
    return v, a[n]


def tail(a, n):
    return a[n:]


@rows((2,))
def helper_as_value(n):
    f = double
    g = norm if n > 5 else double_norm
    return f(n), g(3.0, 4.0)


def double_norm(x, y):
    return 2 * norm(x, y)


def make_adder(k, table):
    @rows((3,), (2.5,))
    def adder(x):
        return x + k

    @rows((1,), (9,))
    def looks_up(i):
        return table[i] * k

    return adder, looks_up


add_five, look_up = make_adder(5, np.array([1.0, 2.0]))


@rows((2.0,))
def module_attributes(x):
    return math.pi * x, np.pi, math.floor(x), np.float32(x)


@rows((4,))
def names_like_builtins(n):
    sum = 0
    for i in range(n):
        sum += i
    max = sum * 2
    len = max - 1
    return sum, max, len


@rows((1, 2), (2, 1))
def shadowing_parameter(abs, min):
    return abs if abs < min else min


@rows((5,))
def calls_in_arguments(n):
    return double(double(double(n))) + double(norm(double(1.5), 2.0))


@rows((3, 4.0), (2, 1.0))
def calls_under_conditions(n, x):
    return n > 2 and norm(x, 1.0) > 2, double(n) if n > 2 else double(x)


@rows((6,))
def binomial(n):
    total = 0
    for k in range(n + 1):
        total += choose(n, k)
    return total


def choose(n, k):
    if k == 0 or k == n:
        return 1
    return choose(n - 1, k - 1) + choose(n - 1, k)
