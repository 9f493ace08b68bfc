"""``try`` statements: what fails goes on in the handler, with the variables as they are at that moment."""

import math

import numpy as np

from tests.corpus import rows

A = np.array([4.0, 0.0, 2.5, -1.0])
Z = np.array([1, 0, 3, 0])


class Odd(ValueError):
    """An exception of the user's."""


@rows((1.0, 2.0), (1.0, 0.0), (1, 0), (3, 2), (np.float64(1.0), 0.0))
def ratio(a, b):
    try:
        x = a / b
    except ZeroDivisionError:
        x = 0.0
    return x


@rows((A, Z), (A[:0], Z), (A, Z[:3]))
def ratios(a, b):
    out = np.full(len(a), -7.0)
    for i in range(len(a)):
        try:
            out[i] = float(a[i]) / int(b[i])
        except ZeroDivisionError:
            out[i] = math.nan
    return out


@rows((A, 1), (A, 9), (A, -9), (A, -4))
def item_or(a, i):
    try:
        return a[i]
    except IndexError:
        return -1.0
    finally:
        a[0] = 100.0


@rows((A,), (A[:0],))
def until_index_error(a):
    total = 0.0
    i = 0
    while True:
        try:
            total += a[i]
        except IndexError:
            break
        i += 2
    return total, i


@rows((3, 0), (3, 1), (-1, 2), (0, 0))
def variables_at_the_moment(n, d):
    x = 1
    y = "before"
    try:
        x = 2
        y = math.sqrt(n)
        x = 3
        z = n // d
        x = 4
    except ValueError:
        z = -1
    except (ZeroDivisionError, OverflowError):
        z = -2
    else:
        x += 10
    return x, y, z


@rows((A, 0), (A, 1), (A, 7))
def named(a, i):
    try:
        v = a[i]
        if v == 0.0:
            raise ValueError("nothing there")
    except (IndexError, ValueError) as e:
        return type(e).__name__, str(e), e.args
    return v


@rows((A, 0), (A, 7))
def name_is_gone(a, i):
    e = 5
    try:
        a[i]
    except IndexError as e:
        pass
    return e


@rows((A, 0), (A, 7))
def from_cause(a, i):
    try:
        return a[i]
    except IndexError as error:
        raise ValueError("no such place") from error


@rows((A, 0), (A, 7))
def while_handling(a, i):
    try:
        return a[i]
    except IndexError:
        raise KeyError(i)


@rows((A, 0), (A, 7))
def fails_in_handler(a, i):
    try:
        return a[i]
    except IndexError:
        return a[i - 1]


@rows((A, 1), (A, 7), (A, -6))
def raised_again(a, i):
    try:
        return a[i]
    except IndexError:
        a[0] = -1
        raise


@rows((5,), (0,), (-2,))
def own_class(n):
    try:
        try:
            if n < 0:
                raise Odd("negative")
            return 10 // n
        except Odd:
            return "odd"
    except ValueError:
        return "value"
    except ZeroDivisionError as e:
        return repr(e)


@rows((5,), (0,), (-2,))
def outer_handler(n):
    seen = 0
    try:
        seen += 1
        try:
            seen += 10
            if n < 0:
                raise ValueError("negative")
            seen += 100
            k = 10 // n
            seen += 1000
        except ValueError:
            seen = -seen
            k = 0
        finally:
            seen *= 2
    except ZeroDivisionError:
        return seen, "outer"
    return seen, k


def helper(x, n):
    if n == 0:
        raise ZeroDivisionError(f"no {n}")
    if n < 0:
        raise ValueError("negative")
    x[0] += 1
    return x[n] / n


@rows((A, 1), (A, 0), (A, -1), (A, 9))
def in_callee(a, n):
    total = 0.0
    for k in range(3):
        try:
            total += helper(a, n - k)
        except ZeroDivisionError:
            total += 100
        except ValueError as e:
            total += len(str(e))
    return total


@rows((A, 1), (A, 0), (A, 9))
def not_taken(a, n):
    try:
        return helper(a, n)
    except KeyError:
        return 0.0


@rows((4,), (0,), (20,))
def countdown(n):
    """Recursion that ends by an exception."""
    try:
        if n == 0:
            raise ValueError("bottom")
        return countdown(n - 1) + 1
    except ValueError:
        if n > 2:
            raise
        return 0
