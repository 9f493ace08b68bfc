"""In which order things are evaluated."""

# ruff: noqa

from __future__ import annotations

from tests.frontend_programs.table import logged


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
