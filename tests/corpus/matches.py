"""``match`` statements over numbers, strings, members of enumerations, tuples and lists."""

import enum
import math
from collections import namedtuple

import numpy as np

from tests.corpus import rows

A = np.linspace(-1.0, 1.0, 7)
Point = namedtuple("Point", "x y")


class Kind(enum.Enum):
    LINEAR = 1
    SQUARE = 2


class Code(enum.IntEnum):
    STOP = 0
    GO = 1


@rows((A, 0), (A, 1), (A, 2), (A, 3), (A, True), (A, 1.0), (A, np.int64(2)), (A, -1))
def by_number(x, kind):
    out = np.empty_like(x)
    for i in range(len(x)):
        match kind:
            case 0:
                out[i] = x[i]
            case 1 | 2:
                out[i] = x[i] ** 2
            case -1:
                out[i] = 1j.imag
            case _:
                out[i] = -x[i]
    return out


@rows((A, "gauss"), (A, "box"), (A, "triangle"), (A, "other"), (A, None))
def by_name(x, kernel):
    total = 0.0
    for v in x:
        match kernel:
            case "gauss":
                total += math.exp(-v * v)
            case "box" | "top hat" if abs(v) < 0.5:
                total += 1.0
            case "box":
                continue
            case "triangle":
                total += max(0.0, 1.0 - abs(v))
            case None:
                return None
            case other:
                raise ValueError(f"unknown kernel {other}")
    return total


@rows((A, Kind.LINEAR), (A, Kind.SQUARE), (A, Code.STOP), (A, Code.GO), (A, 1))
def by_member(x, kind):
    match kind:
        case Kind.LINEAR:
            return x.sum()
        case Kind.SQUARE:
            return (x * x).sum()
        case Code.GO:
            return 1
    return kind


@rows(((0, 2.0),), ((1, 2.0),), ((-1, 2.0),), ((1, 2, 3),), ((),), (1.5,), ("ab",), (Point(0, 5),), ((1, (2, 3)),))
def by_shape(p):
    match p:
        case ():
            return 0
        case (0, y):
            return y
        case (x, (y, z)):
            return x + y * z
        case (x, y) if x > 0:
            return x * y
        case [first, *middle, last]:
            return first, len(middle), last
        case _:
            return -1


@rows((A,), (A[:2],), ((1, 2),), ("ab",))
def by_length(p):
    match p:
        case (x, y):
            return x + y
        case _:
            return -1


@rows((1, 2.0), (True, 2.0), (2.5, 1), (1j, 2), (None, 0), (np.float64(1.5), 2), (np.int32(1), 3))
def by_class(x, y):
    match x:
        case bool():
            return "bool"
        case int() as n:
            return n + y
        case float() | np.integer() as v:
            return v * y
        case None:
            return y
    return x


@rows((0,), (1,), (5,), (12,))
def steps(n):
    """What is captured stays, also where the guard then fails."""
    seen = -1
    count = 0
    for i in range(n):
        match i % 5, i // 5:
            case (0, k) | (k, 0) if k > 1:
                count += k
            case (3, seen):
                count -= 1
            case (a, seen) if a > 3 and seen > 7:
                count += 1000
            case _:
                count += 10
    return seen, count


@rows((3,), (30,))
def state_machine(n):
    state, total = 0, 0
    for i in range(n):
        match state:
            case 0:
                state = 1 if i % 3 else 2
            case 1:
                total += i
                state = 2
            case 2:
                total -= 1
                if i % 7 == 0:
                    break
                state = 0
    return state, total


@rows(([1, 2, 3],), ([1.5],), ([],))
def list_pattern(x):
    match x:
        case [a]:
            return a
        case [a, b, c]:
            return a * b + c
    return len(x)


@rows((1,), (4,))
def own_list(n):
    x = [i * 0.5 for i in range(n)]
    match x:
        case [a]:
            return a
        case [a, _, _, b]:
            return a + b
    return None
