"""Powers and rounding, of Python's numbers and NumPy's."""

import math

import numpy as np

from tests.corpus import bails, rows

NAN, INF = float("nan"), float("inf")


@rows((2, 10), bails(2, 63), bails(2, 200), (0, 0), (-3, 3), (2, -1), (-2, -3), (1, -5), (0, -1), bails(10, 19), (10, 18))
def int_power(a, b):
    return a**b


@rows((2.0, 0.5), (2.0, -1.0), (-8.0, 2.0), (0.0, 0.0), (0.0, 2.0), (0.0, -1.0), (INF, 0.0), (NAN, 0.0), (1.0, NAN),
      (1e200, 2.0), (-1.0, INF), (4.0, 0.5), bails(-8.0, 1 / 3), bails(-1.0, 0.5), (-0.0, 3.0), (1e-200, 2.0))  # fmt: skip
def float_power(a, b):
    return a**b


@rows((2.0, 3), (2, 0.5), (1.5, -2), (0.0, -1), (True, 3), (2, True), (2.5, True), (10, -2.0), bails(-8, 0.5))
def mixed_power(a, b):
    return a**b


@rows((1 + 2j, 2), (1j, 2.0), (2.0, 1j), (0j, 2), (1j, 1j), (0j, -1), (2j, 0))
def complex_power(a, b):
    return a**b


@rows((3,), (2.5,), (-2,), (-0.0,), bails(2**40), (1j,), (True,), (1e200,))
def squares_and_cubes(x):
    return x**2, x**3 if abs(x) < 10**6 else x


@rows((4.0,), (2,), (0.25,), (1e300,))
def constant_exponents(x):
    return x**0.5, x**-1, x**-0.5, x**0, x**1, x**1.5


@rows((0,), (5,), (-3,), (2.5,))
def constant_bases(n):
    return 2**n, (-2.0) ** int(n), 10.0**n, 1**n


@rows((2, 10, 1000), (3, 0, 7), (5, 3, -7), (2, -1, 7), (2, 5, 0), (0, 0, 1), (10**9, 10**9, 998244353))
def three_argument_power(a, b, m):
    return pow(a, b, m)


@rows((2, 3), (2.0, 0.5), (2, -1))
def power_function(a, b):
    return pow(a, b), math.pow(a, b)


@rows((np.float64(2), np.float64(0.5)), (np.float64(-8), np.float64(1 / 3)), (np.float32(2), np.float32(3)),
      (np.float32(2), 3), (np.float64(2), -1), (2, np.float64(3)), (np.float64(0), np.float64(-1)), ulp=1)  # fmt: skip
def numpy_float_power(a, b):
    return a**b


@rows((np.int64(2), np.int64(10)), (np.int64(2), np.int64(64)), (np.int8(2), np.int8(7)), (np.int64(2), np.int64(-1)),
      (np.uint8(3), np.uint8(5)), (np.int32(3), 4), (np.int8(-2), 3), (3, np.int16(5)))  # fmt: skip
def numpy_int_power(a, b):
    return a**b


@rows((2.5,), (3.5,), (-2.5,), (0.5,), (-0.0,), bails(1e20), (2.4999,), (1e15 + 0.5,), bails(1e300), (INF,), (NAN,))
def round_to_int(x):
    return round(x)


@rows((2.675, 2), (1.005, 2), (-1.25, 1), (1234.5, -2), (0.5, 0), (1e300, 2), (INF, 1), (NAN, 3), (5.015, 2), (1e22, -3))
def round_to_digits(x, n):
    return round(x, n)


@rows((1234, -2), (1250, -2), (1350, -2), (-1250, -2), (5, 2), (15, -1), (25, -1), (5, -1), (0, -3))
def round_ints(n, d):
    return round(n), round(n, d)


@rows((2.5,), (-2.5,), (2.0,), (-0.5,), (0.0,), bails(1e19), (INF,), (NAN,))
def floor_ceil_trunc(x):
    return math.floor(x), math.ceil(x), math.trunc(x)


@rows((2.5,), (-0.5,), (INF,), (NAN,), (1e300,))
def numpy_rounding(x):
    return np.floor(x), np.ceil(x), np.trunc(x), np.rint(x)


@rows((np.float64(2.5),), (np.float32(3.5),), (np.float64(-0.5),))
def round_numpy(x):
    return round(x), np.floor(x), np.ceil(x), np.rint(x), np.trunc(x)


@rows((3.7,), (-3.7,), (0.0,), (-0.0,), bails(1e19), bails(-1e30), (INF,), (NAN,), (True,), (9.2e18,), (-(2.0**63),))
def truncate(x):
    return int(x)


@rows((7.0, 2.0), (-7.5, 2.0), (7.5, -2.0), (1e300, 3.0), (5.0, INF), (5.0, 0.0), (0.0, 3.0), (-0.0, 3.0))
def floor_division_of_floats(a, b):
    return a // b, a % b


@rows((0.1,), (1.5,), (-2.25,), (1e22,))
def horner(x):
    return ((1.5 * x - 2.25) * x + 0.125) * x - 1
