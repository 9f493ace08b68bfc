"""Variables that may be unassigned, globals, closures, parameters, exceptions."""

# ruff: noqa

from __future__ import annotations

from tests.frontend_programs.table import PROGRAMS, rows

OFFSET = 7
TABLE = (3, 1, 4, 1, 5)


@rows((0,), (1,))
def unset_on_a_path(x):
    if x:
        y = 1
    return y


@rows((0,), (1,), (2,))
def unset_in_loop(n):
    for i in range(n):
        if i > 0:
            return y
        y = i
    return y


@rows((0,), (1,))
def unset_never_assigned_before(n):
    z = n
    if n:
        return w
    w = 1
    return z, w


@rows((0,), (1,))
def unset_augmented(n):
    if n:
        total = 5
    total += n
    return total


@rows((0,), (1,), (2,))
def unset_after_del(n):
    x = n
    if n == 1:
        del x
    if n == 2:
        del x
        x = 7
    y = x + 1
    return x, y


@rows((0,), (1,), (3,))
def unset_del_in_loop(n):
    x = 1
    for i in range(n):
        del x
        if i == 1:
            continue
        x = i
    return x


@rows((0,), (1,))
def unset_del_twice(n):
    x = 1
    del x
    if n:
        del x


@rows((0,), (2,))
def unset_parameter_deleted(n):
    if n:
        del n
    return n


@rows((0,), (3,))
def unset_self_reference(n):
    while n:
        x = x
        n -= 1
    return 1


@rows((0,), (3,), (6,))
def unset_two_loops(n):
    for i in range(n):
        if i == 4:
            v = i
            break
    for j in range(n):
        n = v
    return n, v


@rows((0,), (1,))
def unset_in_condition(n):
    while n and (k := n - 1) >= 0:
        n = k
    return k


@rows((1, 0), (1, 1), (0, 0), (0, 1))
def unset_by_correlation(a, b):
    if a:
        x = 1
    if b:
        y = x
    if a and b:
        return x + y
    return 0


# ---- names, parameters, raising


@rows((1,))
def names_global(x):
    return OFFSET + x + len(TABLE) + max(x, 2)


@rows((1,))
def names_missing(x):
    return not_defined_anywhere + x


@rows((1,), (2, 3), (2, 3, 4, 5))
def parameters_varargs(a, b=10, *rest):
    rest = rest + (a,)
    return a, b, rest


def _keyword_only(a, /, b, *rest, c, d=4):
    return a, b, rest, c, d


PROGRAMS.append((_keyword_only, [lambda log: ((1, 2, 3), {"c": 5}), lambda log: ((1, 2), {"c": 5, "d": 6})]))


@rows((1,), (2,), (3,), (4,))
def raising(x):
    if x == 1:
        raise ValueError
    if x == 2:
        raise ValueError(f"no {x}", x)
    if x == 3:
        raise KeyError("k") from IndexError("cause")
    raise


def make_closure(k):
    def closure(x):
        return x * k + OFFSET

    return closure


def make_empty_closure():
    def closure(x):
        return x + later

    if OFFSET < 0:
        later = 1
    return closure


PROGRAMS.append((make_closure(3), [lambda log: (2,)]))
PROGRAMS.append((make_empty_closure(), [lambda log: (2,)]))


class Private:
    """Names with two underscores belong to the class."""

    __factor = 3

    def __init__(self):
        self.__value = 4

    def __repr__(self):
        return f"Private({self.__value})"

    def method(self, __x):
        __y = self.__value * self.__factor
        self.__value = __y + __x
        return self.__value, __y


PROGRAMS.append((Private.method, [lambda log: (Private(), 5)]))


def long_chain():
    """A function with very many ifs, and a variable that is set before and read after all of them."""
    lines = ["def f(x, y):", "    first = x"]
    for k in range(600):
        lines += [f"    if y == {k}:", f"        x += {k}"]
    lines += ["    return first, x"]
    return "\n".join(lines) + "\n"
