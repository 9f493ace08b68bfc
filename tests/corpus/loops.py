"""Loops: for over ranges and other things, while, break, continue, else."""

import numpy as np

from tests.corpus import rows

RANGES = [(0, 10, 1), (0, 10, 3), (10, 0, -1), (10, 0, -3), (0, 0, 1), (5, 0, 1), (0, 5, -1), (-5, 5, 2), (0, 10, 0)]
A = np.array([3.0, 1.0, 2.0])
B = np.array([5, 7, 9, 11])


@rows(*RANGES, (2**63 - 3, 2**63 - 1, 1), (-(2**63), -(2**63) + 2, 1), (0, 2**63 - 1, 2**62))
def any_range(start, stop, step):
    count, last = 0, -1
    for i in range(start, stop, step):
        count += 1
        last = i
    return count, last


@rows((0,), (5,), (-3,))
def sum_to(n):
    s = 0
    for i in range(n):
        s += i
    return s


@rows((3, 4), (0, 3), (3, 0))
def nested(n, m):
    s = 0
    for i in range(n):
        for j in range(i, m):
            s += i * 10 + j
    return s


@rows((5,), (0,))
def variable_after_loop(n):
    i = -1
    for i in range(n):
        pass
    return i


@rows((5,), (0,))
def variable_unset_without_turns(n):
    for i in range(n):
        pass
    return i


@rows((6,))
def assigning_the_variable_changes_nothing(n):
    s = 0
    for i in range(n):
        s += i
        i = i * 100
        s += i
    return s, i


@rows((6,))
def changing_the_bound_changes_nothing(n):
    count = 0
    for i in range(n):
        n = 0
        count += 1
    return count, n


@rows((10, 3), (10, 30))
def break_and_else(n, stop):
    for i in range(n):
        if i == stop:
            found = i
            break
    else:
        found = -1
    return found


@rows((10,), (0,))
def continue_odd(n):
    s = 0
    for i in range(n):
        if i % 2:
            continue
        s += i
    return s


@rows((20, 50), (3, 1000))
def nested_break(n, limit):
    total = 0
    for i in range(n):
        for j in range(n):
            if i * j > limit:
                break
            if j == i:
                continue
            total += i * j
        else:
            total += 1000
        if total > 5000:
            break
    return total


@rows((10, 4), (4, 10))
def return_from_within(n, k):
    for i in range(n):
        for j in range(n):
            if i + j == k:
                return i, j
    return None


@rows((1.0,), (100.0,), (1e6,))
def while_float(x):
    n = 0
    while x > 0.5:
        x /= 2
        n += 1
    return n, x


@rows((10, 3), (10, 20), (0, 0))
def while_else(n, k):
    i = 0
    while i < n:
        if i == k:
            break
        i += 1
    else:
        return "done" == "done", i
    return False, i


@rows((7,), (0,))
def while_true(n):
    i = 0
    while True:
        if i >= n:
            break
        i += 2
    return i


@rows((5,), (0,))
def while_counts_down(n):
    s = 0
    while n:
        s += n
        n -= 1
    return s


@rows((3,), (0,), (-1,))
def while_with_and(n):
    i, j = 0, 10
    while i < n and j > 5 or i == 100:
        i += 1
        j -= 2
    return i, j


@rows((A,), (B,), (np.array([]),), (A[::-1],), (np.array([True, False]),), (np.array([1 + 2j]),), (A.astype(np.float32),))
def over_array(a):
    s = 0
    for x in a:
        s += x
    return s


@rows((np.arange(6.0).reshape(2, 3),), (np.zeros((0, 3)),), (np.asfortranarray(np.arange(6).reshape(3, 2)),))
def over_rows(a):
    s = 0.0
    for row in a:
        for x in row:
            s = s * 2 + x
    return s


@rows((np.array(5.0),))
def over_0d_array(a):
    for x in a:
        return x


@rows((5,), (2.5,), (None,))
def over_a_number(n):
    for x in n:
        return x


@rows(((1, 2, 3),), ((1.5, 2.5),))
def over_tuple(t):
    s = 0
    for x in t:
        s += x
    return s


@rows(((1, 2.5, True),), ((),))
def over_mixed_tuple(t):
    s = 0
    for x in t:
        s += x
    return s


@rows((2,))
def over_literal_tuple(n):
    s = 0
    for k in (1, 10, 100):
        s += k * n
    for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        s += dx * 2 + dy * 3
    return s


@rows((A, 0), (B, 10), (np.array([]), 1))
def with_enumerate(a, start):
    s = 0.0
    for i, x in enumerate(a, start):
        s += i * x
    for i, x in enumerate(a):
        s -= i
    return s


@rows((A, B), (B, A), (A, np.array([1.0])))
def with_zip(a, b):
    s, n = 0.0, 0
    for x, y in zip(a, b):
        s += x * y
        n += 1
    return s, n


@rows((A, B))
def zip_three_with_range(a, b):
    s = 0.0
    for i, x, y in zip(range(10), a, b):
        s += i * x - y
    return s


@rows((A, B))
def enumerate_zip(a, b):
    s = 0.0
    for i, (x, y) in enumerate(zip(a, b)):
        s += i * x * y
    return s


@rows((A,), (B,))
def with_reversed(a):
    s = 0
    for x in reversed(a):
        s = s * 2 + x
    for i in reversed(range(len(a))):
        s = s + i
    return s


@rows((5,), (0,))
def reversed_ranges(n):
    s = 0
    for i in reversed(range(1, n, 2)):
        s = s * 3 + i
    return s


@rows((10, 3), (0, 1))
def range_objects(n, k):
    r = range(2, n, k)
    s = len(r)
    for i in r:
        s += i
    return s, r.start, r.stop, r.step


@rows((10, 3), (5, 7))
def in_range(n, k):
    return k in range(n), k in range(0, n, 2)


@rows((np.float64(3.0),), (2.5,))
def range_needs_ints(x):
    for i in range(x):
        return i


@rows((np.int64(4),), (np.uint8(4),), (True,))
def range_of_numpy_ints(n):
    s = 0
    for i in range(n):
        s += i
    return s


@rows((4,))
def range_gives_python_ints(n):
    for i in range(n):
        x = i / 2
    return x, i


@rows((3,))
def loop_over_three_levels(n):
    count = 0
    for i in range(n):
        for j in range(i + 1):
            k = j
            while k < n:
                k += 1
                if k == 2:
                    continue
                count += 1
    return count


@rows((10,))
def two_counters(n):
    i, j, turns = 0, n, 0
    while i < j:
        i += 1
        j -= 1
        turns += 1
    return i, j, turns


@rows((5,))
def accumulators_of_several_types(n):
    count, total, flag, z = 0, 0.0, False, 0j
    for i in range(n):
        count += i
        total += i / 2
        flag = flag or i == 3
        z += 1j * i
    return count, total, flag, z


@rows((5,), (0,))
def underscore(n):
    x = 1.0
    for _ in range(n):
        x = (x + 2 / x) / 2
    return x


@rows((A,))
def the_array_may_be_rebound(a):
    s = 0.0
    for x in a:
        a = np.zeros(5)
        s += x
    return s, len(a)


@rows((np.arange(5),))
def the_array_may_be_changed(a):
    s = 0
    for x in a:
        a[4] = 100
        s += x
    return s
