"""Ordinary functions for the test of the front end: every statement and expression form that it takes.

`PROGRAMS` lists them with rows of arguments. Where order matters, a `Logged` value writes down everything that is done
with it; a row is a function that makes the arguments anew for each run.
"""

# ruff: noqa
# (The programs are what users write, linted or not.)

from __future__ import annotations

OFFSET = 7
TABLE = (3, 1, 4, 1, 5)
PROGRAMS = []


def rows(*arguments):
    """Register a function with rows of arguments."""

    def register(function):
        PROGRAMS.append((function, [lambda log, row=row: row for row in arguments]))
        return function

    return register


def logged(*names):
    """Register a function that gets one logged value for each letter; lower case is false, upper case is true."""

    def register(function):
        makers = [lambda log, row=row: tuple(Logged(name, log) for name in row) for row in names]
        PROGRAMS.append((function, makers))
        return function

    return register


class Logged:
    """A value that logs whatever is done with it."""

    def __init__(self, name, log):
        self.__dict__.update(name=name, log=log)

    def __repr__(self):
        return self.name

    def do(self, text, result=None):
        self.log.append(text)
        return Logged(f"({text})" if result is None else result, self.log)

    def __bool__(self):
        self.log.append(f"bool {self.name}")
        return self.name[-1].isupper() or self.name.endswith("T)")

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self.do(f"{self.name}.{name}")

    def __setattr__(self, name, value):
        self.log.append(f"{self.name}.{name} = {value}")

    def __getitem__(self, index):
        return self.do(f"{self.name}[{index}]")

    def __setitem__(self, index, value):
        self.log.append(f"{self.name}[{index}] = {value}")

    def __delitem__(self, index):
        self.log.append(f"del {self.name}[{index}]")

    def __call__(self, *args, **kwargs):
        return self.do(f"{self.name}{args}{kwargs}")

    def __iter__(self):
        self.log.append(f"iter {self.name}")
        return iter([self.do(f"{self.name}:{k}") for k in range(3)])

    def __format__(self, spec):
        self.log.append(f"format {self.name} {spec}")
        return f"<{self.name}>"

    def __neg__(self):
        return self.do(f"-{self.name}")

    def __invert__(self):
        return self.do(f"~{self.name}")

    def __index__(self):
        self.log.append(f"index {self.name}")
        return 1

    def __contains__(self, item):
        self.log.append(f"{item} in {self.name}")
        return self.name.isupper()


def _operation(symbol):
    def method(self, other):
        self.log.append(f"{self.name} {symbol} {other}")
        # The truth of a comparison is that of its left side.
        return Logged(f"({self.name}{symbol}{other}){'T' if self.name.isupper() else 'f'}", self.log)

    return method


for _name, _symbol in {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "matmul": "@",
    "lshift": "<<", "rshift": ">>", "and": "&", "or": "|", "xor": "^",
}.items():  # fmt: skip
    setattr(Logged, f"__{_name}__", _operation(_symbol))
    setattr(Logged, f"__i{_name}__", _operation(_symbol + "="))
for _name, _symbol in {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}.items():
    setattr(Logged, f"__{_name}__", _operation(_symbol))


# ---- order of evaluation


@logged("abcd", "ABCD")
def assign_subscript(a, b, c, d):
    a[b.x] = c.y
    a.q[b, c] = d
    a[b:c:d] = a[:] = a[b:] = a[:c] = a[::d] = d[...]


@logged("abcd")
def assign_chained(a, b, c, d):
    a[1] = b.m = x, c[2] = d
    return x


@logged("abcd")
def assign_augmented(a, b, c, d):
    a[b.i] += c.j
    a.x -= b
    a.x[c] *= d
    a[b.i, c.j] //= d
    a @= b
    a **= c
    a <<= d
    a >>= b
    a &= b
    a |= c
    a ^= d
    a %= b
    a /= b
    return a


@logged("abcd")
def operators_order(a, b, c, d):
    return (a + b * c - d / a, a // b % c, a**b, a @ b, a << b >> c, a & b | c ^ d, -a, ~b, not c, not D(d))


def D(x):
    return x.d


@logged("abcd")
def calls_order(a, b, c, d):
    a(b.x, *c, d.y, k=a.z, *b, l=c.t)
    a.m(b)(c)
    return a.f(b, key=c)[d](*a)


@logged("abcd", "ABCD", "aBcD", "AbCd", "ABcd", "abCD")
def comparisons_chain(a, b, c, d):
    x = a < b <= c != d
    y = a.u > b.v >= c.w
    if a == b == c:
        x = 1
    elif a != b < c:
        x = 2
    return x, y, a < b, (a < b) < c


@logged("abcd", "ABCD", "aBcD", "AbCd", "ABcd", "abCD", "Abcd", "aBcd", "abCd", "abcD", "ABCd")
def booleans_as_values(a, b, c, d):
    v1 = a and b
    v2 = a or b
    v3 = a and b or c and d
    v4 = (a or b) and (c or d)
    v5 = a or (b and c) or d
    v6 = a and (b or c) and d
    v7 = not (a and b) or c
    v8 = ((a and b) or c) and d
    v9 = a or b or c or d
    v10 = (a if b else c) or d
    v11 = ((a or b) and c) or d
    return v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11


@logged("abcd", "ABCD", "aBcD", "AbCd", "ABcd", "abCD", "Abcd", "aBcd", "abCd", "abcD", "ABCd")
def booleans_as_conditions(a, b, c, d):
    x = []
    if a and b:
        x += [1]
    if a or b:
        x += [2]
    if a and b or c and d:
        x += [3]
    if not (a or b) and not (c and d):
        x += [4]
    if not not a:
        x += [5]
    if (a if b else c) and (d if not a else b):
        x += [6]
    if a < b < c or d:
        x += [7]
    if not a < b < c and not d:
        x += [8]
    if (y := a and b) or c:
        x += [9, y]
    if ((a or b) and c) or d:
        x += [10]
    while (a or b) and c:
        x += [11]
        break
    else:
        x += [12]
    return x, 1 if a and not b else 2, 3 if a or b or c else 4


@logged("abcd")
def walrus_order(a, b, c, d):
    return a + (a := b) + a, (x := c), x[(y := d)], y


@logged("abcd")
def strings_formatted(a, b, c, d):
    return f"{a}{b!r:>{c}}-{d!s}{{x}}" f"{a:0.{b}f}" "tail" + f"{c}" + f"plain" + f"{a!a}{b=}"


@logged("abcd")
def displays_order(a, b, c, d):
    return (a.x, *b, c.y), [a.x, *b, c, *d], (), [], (a,)


@logged("abcd")
def unpacking_order(a, b, c, d):
    a[0], b.x, c[1:2] = d
    (x, y), z, *w = (a, b), c, d, a
    [p, *q, r] = a
    s, (t, u, v) = a, b
    return x, y, z, w, p, q, r, s, t, u, v


@logged("abcd")
def deletes(a, b, c, d):
    del a[b.x], c[d:], d[1]
    x = a
    del x
    return x


@logged("abcd")
def annotated(a, b, c, d):
    x: int = a.x
    a[b.i]: float = c.v
    a.y: c.never = d
    z: d.never
    b.q: int
    c[d.i]: int
    return z


@logged("abc", "aBc", "Abc")
def asserts(a, b, c):
    assert a or b, c.message
    assert b
    return 1


@logged("ab")
def loop_over_logged(a, b):
    for b.x in a:
        for a[b.i], c in ((1, 2), (3, 4)):
            b(c)


# ---- loops and joins


@rows((0,), (1,), (5,), (20,))
def loop_sum(n):
    total = 0
    for i in range(n):
        total += i
    return total


@rows((0,), (1,), (9,), (40,))
def loops_nested(n):
    count = 0
    for i in range(n):
        for j in range(i):
            if (i + j) % 3 == 0:
                continue
            if j > 5:
                break
            for k in range(j):
                if k == 3:
                    break
                count += k
            else:
                count += 100
        else:
            count += 1000
            continue
        count -= 1
    else:
        count += 10000
    return count


@rows((0,), (1,), (5,))
def loop_target_afterwards(n):
    for i in range(n):
        last = i * 2
    return i, last


@rows((0,), (5,))
def loop_target_keeps_old_value(n):
    i = "before"
    for i in range(n):
        pass
    return i


@rows((4,))
def loop_target_reassigned(n):
    out = []
    for i in range(n):
        out.append(i)
        i = i * 10
        out.append(i)
    return out, i


@rows((0,), (27,), (97,))
def collatz(n):
    steps = 0
    while n > 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    else:
        steps += 1000
    return steps


@rows((0,), (3,), (8,))
def while_true(n):
    i = 0
    while True:
        if i == n:
            break
        i += 1
        if i > 5:
            return "many", i
    return i


@rows((0,), (3,))
def while_true_without_break(n):
    while 1:
        n += 1
        if n > 10:
            return n


@rows((0,), (3,))
def while_false(n):
    while False:
        n += 1
    else:
        n += 100
    while 0:
        pass
    return n


@rows((0,), (1,), (2,), (3,), (4,))
def while_with_everything(n):
    out = []
    while n < 10:
        n += 1
        if n == 3:
            continue
        if n == 7:
            break
        while n % 2:
            n += 3
            if n > 8:
                break
        else:
            out.append(("else", n))
        out.append(n)
    else:
        out.append("end")
    return out, n


@rows((0,), (3,), (5,))
def for_else_with_return(n):
    for x in TABLE:
        if x == n:
            return "found"
    else:
        return "not found"


@rows((0,), (3,))
def for_always_breaks(n):
    for x in range(n):
        y = x
        break
    else:
        y = "none"
    return y


@rows((3,), (0,))
def for_always_returns(n):
    for x in range(n):
        return x


@rows((6,))
def swaps(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    a, b = b, a
    return a, b


@rows((6,))
def swap_in_loop_without_use(n):
    a, b, c = 1, 2, 3
    for _ in range(n):
        a, b, c = b, c, a
    return a, b, c


@rows((5,), (1,), (0,), (-1,), (-5,), ("x",))
def elif_chain(x):
    if x == 5:
        r = "five"
    elif x == 1:
        r = "one"
    elif not x:
        return "zero"
    elif x == "x":
        pass
    else:
        r = "other"
    return r


@rows((1,), (0,))
def dead_code(x):
    if x:
        return 1
        x = lambda: 3
    else:
        raise ValueError("zero", x)
        import os
    with x:
        pass


@rows((1,), (0,))
def constant_tests(x):
    if 1:
        y = x
    else:
        y = lambda: 0
    if None:
        y = [i for i in x]
    if not "":
        y += 1
    if x and False:
        y += 10
    if x or True:
        y += 100
    z = 1 if True else 2
    return (y, z, 1 if not x else 2) if __debug__ else 0


@rows((1,), (0,), (None,))
def several_returns(x):
    if x is None:
        return
    if x:
        return 1.5
    return (1, "s")


@rows((1,), (0,))
def implicit_return(x):
    if x:
        y = 1


@rows((3,), (0,))
def docstring_and_constants(x):
    """Docstring."""
    ...
    "another"
    17
    pass
    return None


@rows((1,))
def numbers(x):
    return (-1, +1, -1.5, -0.0, -2j, - -3, ~5, not 1, -True, 10**20, 1_000, 0xFF, -9223372036854775808, 1 + 2j, b"x")


@rows((1, 2), (3, 4))
def many_variables(a, b):
    if a > 2:
        x, y = a, b
    else:
        y, x = a, b
    z = x
    while z > 0:
        z -= 1
        x, y = y, x
        if z == 2:
            a = x
    return a, b, x, y, z


# ---- unassigned variables


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
