"""Loops, branches, and the variables that meet where they join."""

# ruff: noqa

from __future__ import annotations

from tests.frontend_programs.table import rows

TABLE = (3, 1, 4, 1, 5)


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


@rows((0,), (1,), (7,), ((1, 2),), ((1, 2, 3),), ([2, 5],), ("ab",), (None,), (2.0,), ((0, (1, 2)),))
def matches(x):
    y = None
    match x:
        case 0 | 2:
            return "zero"
        case None:
            return "none"
        case str() as y:
            pass
        case (0, (a, b)) | (a, [b]):
            return a, b
        case [2, y]:
            y += 1
        case (1, *y) if len(y) > 1:
            y = y[0]
        case (_, y):
            return y
        case other:
            return other, y
    return y


@rows((0, 1), (4, 0), (4, 2), (7, 7), ("a", 1), (None, 0), (10, 3), (9, -9))
def tries(x, y):
    log = []
    for k in range(4):
        try:
            log.append(k)
            if x == 9:
                raise KeyError(k)
            z = x // (y - k)
            log.append(z)
            if k > 2:
                continue
            assert z != 1, f"z is {z}"
        except ZeroDivisionError:
            log.append("zero")
            if x == 7:
                break
        except (TypeError, AssertionError) as error:
            log.append(str(error))
            try:
                raise
            except TypeError:
                return log
            finally:
                log.append("inner")
        else:
            log.append("else")
        finally:
            log.append(-k)
            if x == 10 and k == 2:
                raise ValueError(log) from None
    try:
        return log, error
    except NameError:
        return log, z


@rows((0,), (1,), (2,))
def raises_while_handling(x):
    try:
        try:
            return 1 // x
        except ZeroDivisionError as e:
            raise ValueError("new") from e
        finally:
            if x == 2:
                return "finally"
    except ValueError as e:
        return str(e), str(e.__cause__), str(e.__context__), e.__suppress_context__
