"""Python's builtins, conversions, and methods of numbers."""

import numpy as np

from tests.corpus import bails, interprets, rows

A = np.array([3.0, -1.0, 2.0])
I = np.array([3, -1, 2])
NAN, INF = float("nan"), float("inf")
NUMBERS = [(x,) for x in (0, 1, -5, 2.5, -0.0, True, np.int8(-3), np.float32(2.5), np.bool_(True), 2**62, NAN, np.uint64(2**63))]


@rows(*[one for one in NUMBERS if one[0] == one[0] and one[0] != np.uint64(2**63)], bails(np.uint64(2**63)), (NAN,), (INF,), (1j,), (None,))
def to_int(x):
    return int(x)


@rows(*NUMBERS, (1j,), (None,), (2**63 - 1,))
def to_float(x):
    return float(x)


@rows(*NUMBERS, (1j,), (None,), ((),), ((0,),))
def to_bool(x):
    return bool(x)


@rows(*NUMBERS, (1j,), (np.complex64(2j),))
def to_complex(x):
    return complex(x)


@rows((1, 2), (1.5, -0.0), (True, 2.5), (1j, 1j))
def complex_of_two(a, b):
    return complex(a, b)


@rows(())
def no_arguments():
    return int(), float(), bool(), complex(), ()


@rows((3, 1, 2), (1.5, 2, 1.5), (True, 0, -1), (np.int8(3), 2, 1.5))
def min_max_of_three(a, b, c):
    return min(a, b, c), max(a, b, c)


@rows((A,), (I,), (A[:0],))
def min_of_array(a):
    return min(a)


@rows((A,), (I,), (A[:0],), (I.astype(np.uint8),))
def sum_of_array(a):
    return sum(a)


@rows((A, 1.5), (I, 10))
def sum_with_start(a, start):
    return sum(a, start)


@rows((5,), (0,))
def sum_of_range(n):
    return sum(range(n)), min(range(1, n + 2)), max(range(n + 1))


@rows((A,), (I,), (np.array([0.0, 0.0]),), (A[:0],), (np.array([True, False]),))
def any_and_all(a):
    return any(a), all(a)


@rows((1, 0, 2.5), (0, 0, 0.0), (1, True, 2.0))
def any_and_all_of_tuple(a, b, c):
    return any((a, b, c)), all((a, b, c)), any((a > 1, b > 1))


@rows((7, 3), (-7, 3), (7.5, 2), (1, 0), (1.0, 0.0), bails(-(2**63), -1))
def both(a, b):
    q, r = divmod(a, b)
    return q, r


@rows((5,), (-5,), (2.5,), (True,), (np.int8(-128),), (np.float32(-1),), (3 + 4j,), (None,))
def absolute(x):
    return abs(x)


@rows((5,), (2.5,), (True,), (None,), (np.float64(1),), (np.int64(1),), (1j,))
def instance_checks(x):
    return isinstance(x, int), isinstance(x, float), isinstance(x, (int, complex)), isinstance(x, bool), isinstance(x, np.floating)


@rows((5,), (2.5,), (np.float64(2),))
def type_dispatch(x):
    if isinstance(x, int):
        return x // 2
    return x / 2


@rows((A,), ((1, 2, 3),), ((),))
def length(x):
    return len(x)


@rows((5,), (2.5,))
def length_of_a_number(x):
    return len(x)


@rows((2.5,), (2.0,), (NAN,), (INF,), (-0.0,))
def methods_of_float(x):
    return x.is_integer(), x.real, x.imag, x.conjugate()


@rows((0.75,), (3.0,), bails(1e300), bails(5e-324), native=False)
def ratio(x):
    return x.as_integer_ratio()


@rows((3 + 4j,), (0j,), (-0.0 - 1j,))
def methods_of_complex(z):
    return z.real, z.imag, z.conjugate(), z * z.conjugate()


@rows((True,), (False,))
def methods_of_bool(b):
    return b.real, b.imag, b.bit_length(), b.conjugate()


@rows((3,))
def assign_to_number_attribute(n):
    n.real = 5


@rows((3,))
def unknown_attribute(n):
    return n.no_such_thing


@rows((A,))
def unknown_array_attribute(a):
    return a.no_such_thing


@rows((3, 2),)
def call_a_number(f, x):
    return f(x)


@rows((5, 3), (2, 2))
def print_numbers(a, b):
    print(a, b)
    print("sum", a + b, sep="=")
    print()


@rows((2.5, np.float32(1.5)))
def print_floats(x, y):
    print(x, y, x > y, None, (x, 1))


@rows((3,))
def print_in_loop(n):
    for i in range(n):
        print(i, end=" ")
    print("done")
    return n


@rows(interprets(A), ((1, 2),))
def to_tuple(a):
    t = tuple(a)
    return len(t)


@rows((3.7, 2), (-3.2, 5))
def fractions(x, n):
    whole = int(x)
    return x - whole, float(n) / 3, int(x * 100) / 100


@rows((7,), (10,))
def float_division_and_int(n):
    return int(n / 2), n // 2, int(-n / 2), -n // 2


@rows(interprets("12"), (12,))
def int_of_string(s):
    return int(s)


@rows((1.5,))
def float_of_constants(x):
    return float("inf") + x, float("nan"), float("1e3") * x, int("42") + x, float("-inf")


@rows((5,), (0,))
def bool_arithmetic(n):
    return (n > 3) + (n > 4) + (n > 5), (n > 1) * 2.5, int(n > 2)


@rows((3, 4))
def argument_count_of_range(a, b):
    return len(range(a)), len(range(a, b)), len(range(b, a)), len(range(0, 10, a))


@rows((3.0,))
def range_of_float(x):
    return len(range(x))


@rows((np.array([3, 1, 2]), 2))
def clamp(a, limit):
    for i in range(len(a)):
        a[i] = min(max(a[i], 0), limit)
    return a


@rows((5,))
def slots_of_enumerate(n):
    s = 0
    for pair in enumerate((1.5, 2.5, n)):
        s += pair[0] * pair[1]
    return s


@rows((7.0,), (-7.0,), (2,), native=False)
def hash_free_identity(x):
    y = x
    return y is x, y is not x, None is None
