"""Exceptions: raised by the program, by Python, in the middle of effects; assertions and strings."""

import math

import numpy as np

from tests.corpus import bails, rows

A = np.arange(4.0)


class Trouble(Exception):
    """A user's own exception."""


@rows((5,), (-5,))
def raises_with_message(n):
    if n < 0:
        raise ValueError("n must not be negative")
    return n


@rows((-1,), (1,))
def raises_without_message(n):
    if n < 0:
        raise ValueError
    return n


@rows((-1,), (1,))
def raises_called_without_arguments(n):
    if n < 0:
        raise RuntimeError()
    return n


@rows((-1,), (1,))
def raises_with_value(n):
    if n < 0:
        raise ValueError("bad value", n)
    return n


@rows((-1, 2.5), (1, 1.0))
def raises_with_formatted_message(n, x):
    if n < 0:
        raise ValueError(f"n is {n}, x is {x}")
    return n


@rows((0,), (1,), (2,))
def raises_users_exception(n):
    if n == 0:
        raise Trouble("zero")
    if n == 1:
        raise Trouble
    return n


@rows((5,), (-5,))
def asserts(n):
    assert n > 0
    return n


@rows((5,), (-5,))
def asserts_with_message(n):
    assert n > 0, "n must be positive"
    return n


@rows((5,), (-5,))
def asserts_with_number(n):
    assert n > 0, n
    return n


@rows((0,), (1,), (2,), (3,))
def several_errors(k):
    a = np.zeros(2)
    if k == 0:
        return a[5]
    if k == 1:
        return 1 // (k - 1)
    if k == 2:
        return math.sqrt(-k)
    return a[1]


@rows((0,), (0.0,), (False,))
def divisions_by_zero(x):
    return 1 / x


@rows((0,), (0.0,))
def modulo_by_zero(x):
    return 5 % x


@rows((0,), (0.0,))
def floor_division_by_zero(x):
    return 5.0 // x


@rows((A, 5), (A, 3))
def error_in_helper(a, i):
    return pick(a, i) + 1


def pick(a, i):
    return deeper(a, i)


def deeper(a, i):
    return a[i]


@rows((A, 0), (A, 2))
def error_after_effects(a, d):
    for i in range(len(a)):
        a[i] = 10 // (d - i)
    return a


@rows((A, 0), (A, 9))
def error_in_helper_after_effects(a, i):
    a[0] = 77.0
    a[1] = pick(a, i)
    return a


@rows((3,))
def error_in_the_middle_of_printing(n):
    for i in range(n):
        print(10 // (2 - i))


@rows((A,))
def error_on_a_long_line(a):
    return (
        a[0]
        + a[1]
        + a[10]
        + a[2]
    )


@rows((1,), (0,))
def unreachable_code_after_raise(n):
    if n:
        raise KeyError("k")
        n = 2
    return n


@rows((1,), (2,))
def not_implemented(n):
    if n == 1:
        raise NotImplementedError("n == 1")
    elif n == 2:
        raise IndexError(n)


@rows((1,), (2,))
def raise_from(n):
    if n == 1:
        raise ValueError("outer") from None
    return n


@rows((1,))
def raises_a_number(n):
    raise n


@rows((True,), (False,))
def error_class_by_condition(flag):
    raise (ValueError if flag else TypeError)("either")


@rows((1.5,), (2,))
def unsupported_operands(x):
    return x @ x


@rows((1, (1, 2)), (2.5, (1,)))
def number_and_tuple(a, b):
    return a - b


@rows(("add", 2, 3), ("mul", 2, 3), ("?", 2, 3), native=False)
def string_argument(op, a, b):
    if op == "add":
        return a + b
    if op == "mul":
        return a * b
    return None


@rows((2, 3))
def string_constants(a, b):
    return apply("add", a, b), apply("mul", a, b), apply("none", a, b)


def apply(op, a, b):
    if op == "add":
        return a + b
    elif op == "mul":
        return a * b
    return None


@rows((1,))
def docstring(n):
    """Has a docstring, which does nothing."""
    return n


@rows((1,), (0,))
def string_result(n):
    if n:
        return "yes"
    return "no"


@rows((3,))
def string_comparison(n):
    mode = "fast"
    if n > 2:
        mode = "slow"
    return mode == "slow", mode != "fast", "a" < "b"


@rows((5,), (50,), bails(20000))
def recursion_limit(n):
    return descend(n)


def descend(n):
    if n == 0:
        return 0
    return descend(n - 1) + 1


@rows((None,))
def none_has_no_items(x):
    return x[0]


@rows((None,), (1,))
def none_in_arithmetic(x):
    return 2 * x


@rows((None,), (3,))
def none_in_comparison(x):
    return x < 5


@rows((A,), native=False)
def truth_of_array(a):
    if a:
        return 1
    return 0


@rows((np.array([1.0]),), (np.array(0.0),), (np.zeros((1, 1)),), native=False)
def truth_of_small_array(a):
    return 1 if a else 0


@rows((A, 2, 7), (A, 0, 2))
def bounds_of_inner_loop(a, lo, hi):
    s = 0.0
    for k in range(3):
        for i in range(lo, hi):
            s += a[i]
            a[i] = s
    return s


@rows((np.zeros((2, 2)), 3), (np.zeros((2, 2)), 2))
def axis_in_message(a, n):
    for i in range(n):
        a[0, i] = 1
    return a


@rows((1.25, 4), (1.25, True), (1.25, np.int32(4)), (1.25, np.bool_(True)))
def ldexp_takes_ints_of_python_only(x, exponent):
    return math.ldexp(x, exponent)
