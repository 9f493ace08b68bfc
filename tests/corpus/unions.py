"""Variables of several types, and variables that are not set."""

import numpy as np

from tests.corpus import rows

F64 = np.array([1.5, 2.5])
INTS = np.array([3, 4])
EMPTY = np.array([])


@rows((True,), (False,))
def int_or_float(flag):
    x = 1 if flag else 2.5
    return x


@rows((True,), (False,))
def int_or_float_then_arithmetic(flag):
    if flag:
        x = 1
    else:
        x = 2.5
    return x + 1, x * 2, x / 2, -x, x > 1


@rows((True, 3), (False, 3), (False, 0))
def number_or_none(flag, n):
    x = None
    if flag:
        x = n
    if x is None:
        return -1
    return x + 1


@rows((3,), (0,), (-2,))
def returns_of_several_types(n):
    if n > 0:
        return n
    if n == 0:
        return None
    return n / 2


@rows((0,), (1,), (2,), (3,), (4,))
def returns_anything(n):
    if n == 0:
        return True
    if n == 1:
        return 1
    if n == 2:
        return 1.5
    if n == 3:
        return (1, 2)
    return np.float32(2)


@rows((F64,), (INTS,), (EMPTY,), (np.array([], np.int64),), (F64.astype(np.float32),), (np.array([1j]),), (np.array([200], np.uint8),))
def sum_from_zero(a):
    s = 0
    for i in range(len(a)):
        s += a[i]
    return s


@rows((F64,), (EMPTY,))
def sum_and_mean(a):
    s = 0
    for x in a:
        s = s + x
    return s, s / max(len(a), 1)


@rows((F64,), (EMPTY,), (INTS,))
def maximum_or_none(a):
    best = None
    for x in a:
        if best is None or x > best:
            best = x
    return best


@rows((F64,), (INTS,), (EMPTY,))
def maximum_from_minus_one(a):
    best = -1
    for x in a:
        if x > best:
            best = x
    return best


@rows((5,), (0,), (1,))
def product_from_one(n):
    p = 1
    for i in range(n):
        p = p * 0.5
    return p


@rows((5,), (0,))
def alternates(n):
    x = 0
    for i in range(n):
        if i % 2 == 0:
            x = 1.5
        else:
            x = i
    return x


@rows((3,), (0,))
def changes_type_once(n):
    x = 0
    y = x + 1
    x = n / 2
    return x, y


@rows((0,), (1,), (2,))
def three_types(k):
    if k == 0:
        x = 1
    elif k == 1:
        x = 2.0
    else:
        x = 3j
    return x * 2, x + 1


@rows((0,), (3,))
def float_or_numpy_float(n):
    x = 1.0
    for i in range(n):
        x = np.float64(x) + 1
    return x


@rows((True,), (False,))
def array_or_none(flag):
    a = np.zeros(3) if flag else None
    return a


@rows((True,), (False,))
def arrays_of_two_dtypes(flag):
    if flag:
        a = np.zeros(2)
    else:
        a = np.ones(3, np.int32)
    return len(a), a[0]


@rows((True,), (False,))
def tuples_of_two_lengths(flag):
    t = (1, 2) if flag else (1, 2, 3)
    return len(t)


@rows((True, 1), (False, 1))
def maybe_unset(flag, n):
    if flag:
        x = n
    return x


@rows((True,), (False,))
def unset_used_in_arithmetic(flag):
    if flag:
        value = 2
    return value * 2


@rows((1,))
def never_set(n):
    if n > 100:
        y = 1
    z = n
    return y + z


@rows((1,))
def read_before_assignment(n):
    n = n + undefined_yet
    undefined_yet = 5
    return n


@rows((0,), (3,))
def set_in_loop_only(n):
    for i in range(n):
        last = i * 2
    return last


@rows((1,))
def unknown_global(n):
    return n + no_such_name


@rows((0,), (2,))
def unset_in_one_branch_of_a_loop(n):
    for i in range(n):
        if i > 0:
            total += i
        else:
            total = 1
    return total


@rows((True, True), (True, False), (False, False))
def set_on_two_paths(a, b):
    if a:
        x = 1
    if b:
        x = 2
    return x


@rows((None,), (2,), (2.5,))
def default_for_none(x):
    if x is None:
        x = 10
    return x * 2


@rows((None, 1), (3, 1))
def or_default(x, y):
    return (x or y) + 1


@rows((5,), (-5,))
def min_of_mixed(n):
    return max(n, 0.0), min(n, 2.5)


@rows((0.0,), (5.0,))
def bool_or_float(x):
    r = x > 1 and x
    return r


@rows((3,), (40,))
def int_becomes_float_in_while(n):
    x = n
    while x > 10:
        x = x / 2
    return x


@rows((0,), (1,), (5,))
def mean_of_range(n):
    total = 0
    for i in range(n):
        total += i
    if n == 0:
        return None
    return total / n


@rows((np.array([1.0, -1.0, 2.0]),), (np.array([-1.0]),))
def first_positive(a):
    for i in range(len(a)):
        if a[i] > 0:
            return i, a[i]
    return -1, None


@rows((True,), (False,))
def unused_variable_of_two_types(flag):
    if flag:
        x = 1
    else:
        x = 2.0
    return 5


@rows((np.int32(3), 2), (2.5, 1))
def types_by_argument(a, b):
    c = a
    if b > 1:
        c = b
    return c
