"""``try`` statements around what arrays, lists and Python itself raise, and ways out of them."""

import math

import numpy as np

from tests.corpus import bails, rows

A = np.array([4.0, 0.0, 2.5, -1.0])


@rows((np.eye(3),), (np.zeros((3, 3)),), (np.ones((2, 3)),))
def solve_or_zero(m):
    try:
        x = np.linalg.solve(m, np.ones(m.shape[0]))
    except np.linalg.LinAlgError:
        x = np.zeros(m.shape[0])
    return x


@rows((["1", "x"][0],), ("x",), ("2.5",), ("nan",))
def parsed(s):
    try:
        return float(s)
    except ValueError:
        return math.inf


@rows((0,), (1,), (2,), (3,), (4,))
def ways_out(n):
    log = []
    for i in range(4):
        try:
            log.append(i)
            if i == n:
                continue
            if i == n + 1 and n == 1:
                break
            if n == 4:
                return log
            if i == 3 and n == 3:
                raise ValueError("three")
        except ValueError:
            log.append(30)
        else:
            log.append(50)
        finally:
            log.append(-i)
    else:
        log.append(99)
    return log


@rows((0,), (1,))
def finally_returns(n):
    try:
        return 1 // n
    finally:
        return -1  # noqa: B012


@rows((0,), (1,), (2,))
def finally_in_finally(n):
    x = []
    try:
        try:
            x.append(4 // n)
        finally:
            x.append(2)
            if n == 2:
                x.append(8 // (n - 2))
    except ZeroDivisionError as e:
        x.append(len(e.args))
    return x


@rows((0,), (3,))
def bare(n):
    try:
        y = 7 // n
    except:  # noqa: E722
        y = -1
    return y


@rows((2**62,), (1,))
def assertion(n):
    try:
        assert n > 5, f"small: {n}"
    except AssertionError as e:
        return str(e)
    return n


@rows((3,), (2**62,))
def unassigned(n):
    try:
        if n < 5:
            y = n
        return y
    except UnboundLocalError:
        return None


@rows((A, 2), (A, 9))
def arrays_across(a, i):
    b = a * 2
    try:
        c = b + a
        b = c[1:]
        d = b[i] + c
        b = d
    except IndexError:
        b = b - 1
    return b, a


@rows(([1, 2, 3], 5), ([], 1))
def own_list(x, n):
    y = [v * v for v in x]
    taken = 0
    while True:
        try:
            taken += y.pop()
        except IndexError:
            return taken, y
        if taken > n:
            try:
                y.remove(4)
            except ValueError:
                y.append(-1)
                return taken, y


@rows((A,), (np.zeros(0),))
def reductions(a):
    try:
        m = a.max()
    except ValueError:
        m = math.nan
    try:
        k = int(np.argmin(a))
    except ValueError as e:
        return m, str(e)
    return m, k


@rows((np.ones(3), np.ones(3)), (np.ones(3), np.ones(4)))
def broadcast(a, b):
    try:
        return a + b
    except ValueError as e:
        return str(e)


@rows((1,), (5,), bails(2**40), bails(2**63 - 1))
def overflow(n):
    """What 64 bits don't hold is no exception of Python's."""
    try:
        return n * n * n
    except OverflowError:
        return -1


@rows((3,), (0,))
def in_comprehension(n):
    try:
        return [6 // (n - k) for k in range(3)]
    except ZeroDivisionError:
        return []


def _fails(k):
    try:
        return 1 / k
    except ZeroDivisionError:
        raise RuntimeError("in the helper")


@rows((0,), (2,))
def nested_contexts(k):
    try:
        return _fails(k)
    except RuntimeError as e:
        c = e.__context__
        return str(e), str(c), type(c).__name__


@rows((0,), (2,))
def suppressed(k):
    try:
        return 1 // k
    except ZeroDivisionError:
        raise ValueError("k") from None


@rows((A, 3), (A, 4))
def walked(a, n):
    """Errors of a loop in the body leave all of it."""
    s = 0.0
    i = -1
    try:
        for i in range(n):
            for j in range(i):
                s += a[i] * a[j] / (j + 1)
            s += a[i + 1]
    except IndexError:
        s += 1000
    return s, i


@rows((2,), (4,), native=False)
def unknown_class(n):
    """The names of classes are looked at when something was raised."""
    try:
        x = 8 // n
    except NoSuchClass:  # noqa: F821
        x = -1
    return x
