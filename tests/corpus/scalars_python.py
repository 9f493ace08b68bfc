"""Arithmetic and comparison of Python's own numbers."""

from tests.corpus import bails, interprets, rows

INTS = [(7, 3), (-7, 3), (7, -3), (-7, -3), (0, 5), (1, 0), (2**62, 2**62), (-(2**63), -1), (2**63 - 1, 1)]
FLOATS = [(7.5, 2.0), (-7.5, 2.0), (7.5, -2.0), (0.0, -3.0), (-0.0, 3.0), (1.0, 0.0), (float("inf"), 2.0), (5.0, float("inf")),
          (-5.0, float("inf")), (float("nan"), 1.0), (1e308, 10.0)]  # fmt: skip
MIXED = [(3, 2.5), (2.5, 3), (True, 2), (2, True), (True, False), (True, 1.5), (2**53 + 1, 1.0)]
COMPLEX = [(1 + 2j, 3 - 1j), (1 + 2j, 2), (2, 1j), (1.5, 2 + 0j), (0j, 0j), (1e308 + 1e308j, 2 + 2j), (-0.0 - 0j, 1j)]


def bailing(given):
    return [bails(*row) for row in given]


@rows(*bailing(INTS), *FLOATS, *MIXED, *COMPLEX)
def add(a, b):
    return a + b


@rows(*bailing(INTS), *FLOATS, *MIXED, *COMPLEX)
def subtract(a, b):
    return a - b


@rows(*bailing(INTS), *FLOATS, *MIXED, *COMPLEX)
def multiply(a, b):
    return a * b


@rows(*INTS, *FLOATS, *MIXED, *COMPLEX, (2**62 + 1, 3), (10**18, 7), (-(2**63), 3))
def true_divide(a, b):
    return a / b


@rows(*bailing(INTS), *FLOATS, *MIXED)
def floor_divide(a, b):
    return a // b


@rows(*INTS, *FLOATS, *MIXED)
def modulo(a, b):
    return a % b


@rows(*bailing(INTS), *FLOATS, *MIXED)
def both_divisions(a, b):
    return divmod(a, b)


@rows((1 + 2j, 2), (1.5, 2j))
def complex_has_no_floor_division(a, b):
    return a // b


@rows(bails(5), (0,), bails(-(2**63)), (2.5,), (-0.0,), (0.0,), (1 - 2j,), (True,))
def negate(a):
    return -a, +a


@rows((5,), (0,), (-1,), (True,), (False,), (2**63 - 1,), (-(2**63),))
def invert(a):
    return ~a


@rows((2.5,))
def invert_a_float(a):
    return ~a


@rows((5,), (0,), (0.0,), (-0.0,), (float("nan"),), (0j,), (1j,), (True,), (None,))
def negation(a):
    return not a


@rows(*INTS, *FLOATS, *MIXED, (2**53, 2.0**53), (2**53 + 1, 2.0**53), (2**63 - 1, 2.0**63), (1, float("nan")))
def compare_all(a, b):
    return a == b, a != b, a < b, a <= b, a > b, a >= b


@rows(*COMPLEX, (1 + 0j, 1), (1 + 0j, 1.0), (1j, True))
def compare_complex(a, b):
    return a == b, a != b


@rows((1j, 2j))
def complex_has_no_order(a, b):
    return a < b


@rows((1, None), (None, None), (None, 1), (True, True), interprets(5, 5))
def with_none(a, b):
    return a is None, b is not None, a is b


@rows((3,), (None,))
def none_plus_one(a):
    return a + 1


@rows((1, 5, 10), (5, 5, 5), (10, 5, 1), (1.0, 1, 2), (float("nan"), 1, 2))
def chained(a, b, c):
    return a < b < c, a <= b <= c, a == b == c, a < b > c


@rows((0, 5), (3, 0), (0.0, -0.0), (2, 7.5), (None, 4))
def short_circuits(a, b):
    return a and b, a or b, not a or b, (a or 1) and (b or 2)


@rows((0, 0), (5, 2), (1.5, 0.0))
def guarded_division(a, b):
    return b != 0 and a / b > 1


@rows((3, 4.0), (2.0, 1))
def conditional(a, b):
    return a if a > b else b


@rows((5,), (-5,), (0,))
def sign(n):
    return 1 if n > 0 else -1 if n < 0 else 0


@rows((3, 2), (1.5, 2.5), (-0.0, 0.0), (0.0, -0.0), (1, 1.0), (1.0, 1), (float("nan"), 1.0), (1.0, float("nan")))
def extremes(a, b):
    return min(a, b), max(a, b)


@rows((-3,), (3,), bails(-(2**63)), (-2.5,), (-0.0,), (3 + 4j,), (True,), (float("-inf"),))
def absolute(a):
    return abs(a)


@rows((1.0, 2.0, 3.0), (1, 2, 3), (1.0, -3.0, 2.0))
def quadratic(a, b, c):
    d = b * b - 4 * a * c
    return d, -b / (2 * a)


@rows((20.0,), (-40.0,), (100,))
def celsius_to_fahrenheit(c):
    return c * 9 / 5 + 32


@rows((1, 1.0), (0, 0.0), (2**53 + 1, 1.0), (2**63 - 1, 0.5))
def int_with_float(i, x):
    return i + x, i - x, i * x, x - i


@rows((1.1, 2.2, 3.3),)
def order_of_additions(a, b, c):
    return (a + b) + c, a + (b + c), a + b + c


@rows((0.1, 3),)
def no_fused_multiply_add(x, n):
    return x * x - 0.01, x * n - 0.3


@rows((True, False), (False, False))
def booleans_are_ints(a, b):
    return a + b, a * 3, -a, a & b, a | b, a ^ b, a < b, a + 0.5


@rows((1e200,), (1e-200,), (3.0,))
def overflow_to_infinity(x):
    return x * x, x * x * x, -x * x


@rows((10,), (0,), (-3,))
def literals(n):
    return 0x1F + n, 0b101 * n, 1_000_000 - n, 1e3 + n, 2j * n, 5 - 3, -n


@rows((4,), (5,))
def unused_result(n):
    n + 1
    n * 2.0
    return n


@rows(())
def no_argument():
    return 42


@rows((1,))
def returns_nothing(a):
    a = a + 1


@rows((1,))
def bare_return(a):
    if a:
        return
    return None
