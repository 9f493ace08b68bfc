"""The modules math and cmath, and NumPy's functions on scalars."""

import cmath
import math

import numpy as np

from tests.corpus import bails, interprets, rows

NAN, INF = float("nan"), float("inf")
REALS = [(x,) for x in (0.0, -0.0, 0.5, 1.0, -1.0, 2.5, 100.0, 1e-300, 1e300, NAN, INF, -INF, 1, -3, True, np.float64(0.3), np.float32(0.3))]
NUMPY_REALS = [row for row in REALS if row[0] is not True]  # a bool or int8 gives float16
COMPLEX = [(z,) for z in (0j, 1 + 2j, -1.5 + 0j, -1.5 - 0j, 1e200 + 1e200j, complex(INF, 1), complex(NAN, 0), 2.5, -1, 1j)]


@rows(*REALS)
def square_root(x):
    return math.sqrt(x)


@rows(*REALS)
def exponential(x):
    return math.exp(x)


@rows(*REALS)
def expm1(x):
    return math.expm1(x)


@rows(*REALS)
def logarithm(x):
    return math.log(x)


@rows(*REALS)
def log2(x):
    return math.log2(x)


@rows(*REALS)
def log10(x):
    return math.log10(x)


@rows(*REALS)
def log1p(x):
    return math.log1p(x)


@rows((8, 2), (8.0, 2.0), (0, 2), (10, 1), (100, 10), (2.0, -1))
def log_to_base(x, base):
    return math.log(x, base)


@rows(*REALS)
def sine(x):
    return math.sin(x)


@rows(*REALS)
def cosine(x):
    return math.cos(x)


@rows(*REALS)
def tangent(x):
    return math.tan(x)


@rows(*REALS)
def arcsine(x):
    return math.asin(x)


@rows(*REALS)
def arccosine(x):
    return math.acos(x)


@rows(*REALS)
def arctangent(x):
    return math.atan(x)


@rows(*REALS)
def hyperbolic(x):
    return math.sinh(x), math.cosh(x), math.tanh(x)


@rows(*REALS)
def hyperbolic_sine_overflows(x):
    return math.cosh(x)


@rows(*REALS)
def inverse_hyperbolic(x):
    return math.asinh(x)


@rows(*REALS)
def arcosh(x):
    return math.acosh(x)


@rows(*REALS)
def artanh(x):
    return math.atanh(x)


@rows(*REALS)
def error_functions(x):
    return math.erf(x), math.erfc(x)


@rows(*REALS, (170.0,), (171.5,), (172.0,), (-0.5,), (-2.0,))
def gamma(x):
    return math.gamma(x)


@rows(*REALS, (-2.0,), (1e10,))
def log_gamma(x):
    return math.lgamma(x)


@rows((1.0, 0.0), (-0.0, -0.0), (3.0, -4.0), (0, 1), (INF, -INF), (NAN, 1.0))
def arctangent_of_two(y, x):
    return math.atan2(y, x)


@rows((3.0, 4.0), (INF, NAN), (1e200, 1e200), (3, 4), (0.0, -0.0))
def hypotenuse(x, y):
    return math.hypot(x, y)


@rows((7.5, 2.0), (-7.5, 2.0), (1.0, 0.0), (INF, 2.0), (5, 3), (5.0, INF))
def fmod(x, y):
    return math.fmod(x, y)


@rows((7.5, 2.0), (-7.5, 2.0), (1.0, 0.0), (INF, 2.0), (5, 3))
def ieee_remainder(x, y):
    return math.remainder(x, y)


@rows((2.0, 3.0), (-8.0, 1 / 3), (0.0, -1.0), (1e200, 2.0), (INF, 0.0), (NAN, 0.0), (-1.0, INF), (2, 3))
def power(x, y):
    return math.pow(x, y)


@rows((1.5, -0.0), (-2.0, 3.0), (NAN, -1.0), (3, -1))
def copysign(x, y):
    return math.copysign(x, y), math.fabs(x)


@rows(*REALS)
def classify(x):
    return math.isnan(x), math.isinf(x), math.isfinite(x)


@rows((1.0, 1.0 + 1e-10), (1.0, 1.1), (0.0, 1e-12), (INF, INF), (NAN, NAN), (1, 1))
def is_close(x, y):
    return math.isclose(x, y)


@rows((1.0, 1.05))
def is_close_with_tolerance(x, y):
    return math.isclose(x, y, rel_tol=0.1), math.isclose(x, y, abs_tol=0.01)


@rows((2.75,), (-0.0,), (INF,), (NAN,), (3,))
def parts(x):
    return math.modf(x), math.frexp(x)


@rows((0.75, 3), (1.0, 2000), (1.0, -2000), (0.0, 5), (INF, 1), (1, 4))
def ldexp(x, n):
    return math.ldexp(x, n)


@rows((180.0,), (1,), (-45.5,))
def angles(x):
    return math.degrees(x), math.radians(x)


@rows((12, 18), (0, 0), (-12, 18), (7, 0), (2**62, 6))
def divisors(a, b):
    return math.gcd(a, b), math.lcm(a, b) if abs(a) < 10**6 else 0


@rows((16,), (17,), (0,), (-1,), (2**62,))
def integer_root(n):
    return math.isqrt(n)


@rows((5,), (20,), bails(25), (-1,), (0,))
def factorial(n):
    return math.factorial(n)


@rows((5, 2), (5, 7), (40, 20), (5, -1), (0, 0))
def combinations(n, k):
    return math.comb(n, k), math.perm(n, min(k, 10))


@rows((1.0, 2.0), (0.0, 1.0), (1.0, 1.0), (NAN, 1.0))
def next_after(x, y):
    return math.nextafter(x, y), math.ulp(x)


@rows((1.0,))
def constants(x):
    return math.pi * x, math.e, math.tau, math.inf, math.nan


@rows((3,), (4,))
def cube_root(x):
    return math.cbrt(x), math.exp2(x)


@rows((None,), (1j,))
def wrong_type(x):
    return math.sqrt(x)


@rows(*COMPLEX)
def complex_root(z):
    return cmath.sqrt(z)


@rows(*COMPLEX)
def complex_exp(z):
    return cmath.exp(z)


@rows(*COMPLEX)
def complex_log(z):
    return cmath.log(z)


@rows(*COMPLEX)
def complex_trigonometry(z):
    return cmath.sin(z), cmath.cos(z)


@rows(*COMPLEX)
def polar(z):
    return cmath.phase(z), cmath.polar(z), abs(z)


@rows((2.0, 0.5), (1.0, math.pi), (0.0, 1.0))
def rectangular(r, phi):
    return cmath.rect(r, phi)


@rows(*COMPLEX)
def complex_classify(z):
    return cmath.isnan(z), cmath.isinf(z), cmath.isfinite(z)


@rows(*NUMPY_REALS, interprets(np.int8(4)), interprets(True), ulp=2)
def numpy_elementary(x):
    return np.sqrt(x), np.exp(x), np.log(x)


@rows(*NUMPY_REALS, ulp=2)
def numpy_trigonometry(x):
    return np.sin(x), np.cos(x), np.tan(x), np.arctan(x)


@rows(*NUMPY_REALS, ulp=4)
def numpy_hyperbolic(x):
    return np.sinh(x), np.cosh(x), np.tanh(x), np.arcsinh(x)


@rows(*NUMPY_REALS, ulp=2)
def numpy_logarithms(x):
    return np.log2(x), np.log10(x), np.log1p(x), np.expm1(x), np.exp2(x), np.cbrt(x)


@rows(*REALS, (np.int8(-128),), (1 - 2j,))
def numpy_simple(x):
    return np.abs(x), np.square(x), np.negative(x), np.conjugate(x)


@rows(*REALS[:-2], (np.int8(3),))
def numpy_classify(x):
    return np.isnan(x), np.isinf(x), np.isfinite(x), np.sign(x)


@rows((1.0, 2.0), (NAN, 1.0), (1, 2.5), (np.int8(3), np.int64(5)), (0.0, -0.0))
def numpy_extremes(a, b):
    return np.maximum(a, b), np.minimum(a, b), np.fmax(a, b), np.fmin(a, b)


@rows((7, 3), (-7, 3), (7.5, -2.0), (1, 0), (np.int8(-128), np.int8(-1)))
def numpy_arithmetic(a, b):
    return np.add(a, b), np.multiply(a, b), np.floor_divide(a, b), np.mod(a, b), np.divide(a, b)


@rows((1.0, 2.0), (3, 4), ulp=2)
def numpy_two_arguments(a, b):
    return np.arctan2(a, b), np.hypot(a, b), np.power(a, b), np.copysign(a, b), np.fmod(a, b)


@rows((True, False), (0, 3), (2.5, 0.0))
def numpy_logic(a, b):
    return np.logical_and(a, b), np.logical_or(a, b), np.logical_not(a), np.logical_xor(a, b)


@rows((5, 3), (np.uint8(12), np.uint8(10)))
def numpy_bits(a, b):
    return np.bitwise_and(a, b), np.bitwise_or(a, b), np.bitwise_xor(a, b), np.left_shift(a, b), np.invert(a)


@rows((180.0,), (1,))
def numpy_angles(x):
    return np.deg2rad(x), np.rad2deg(x), np.radians(x), np.degrees(x)
