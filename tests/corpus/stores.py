"""Stores into arrays: casting, errors, partial effects, read-only arrays."""

import numpy as np

from tests.corpus import rows

F64, F32 = np.zeros(4), np.zeros(4, np.float32)
I64, I32, I8, U8, U64 = (np.zeros(4, t) for t in (np.int64, np.int32, np.int8, np.uint8, np.uint64))
BOOL, C128, C64 = np.zeros(4, np.bool_), np.zeros(4, np.complex128), np.zeros(4, np.complex64)
ALL = [F64, F32, I64, I32, I8, U8, U64, BOOL, C128, C64]
NAN, INF = float("nan"), float("inf")
READONLY = np.arange(4.0)
READONLY.flags.writeable = False


@rows(*[(a, 1) for a in ALL], *[(a, -1) for a in ALL], *[(a, 300) for a in ALL], *[(a, True) for a in ALL], (I64, 2**63 - 1),
      (F32, 2**62 + 1), (U64, 2**63 - 1), (I32, 2**31), (I32, -(2**31)))  # fmt: skip
def store_int(a, x):
    a[1] = x
    return a


@rows(*[(a, 2.9) for a in ALL[:7]], (BOOL, 2.9), (C128, 2.9), (C64, 1.1), (F32, 1e300), (F32, 0.1), (F64, NAN), (I64, -2.9),
      (BOOL, 0.0), (BOOL, NAN), (U8, 200.0))  # fmt: skip
def store_float(a, x):
    a[1] = x
    return a


@rows((I64, NAN), (I64, INF), (I8, NAN), (U8, -INF), (I32, 1e300), (I64, 1e19), (I8, 300.0), (U8, -1.0))
def store_float_that_does_not_fit(a, x):
    a[0] = x
    return a[0]


@rows((C128, 1 + 2j), (C64, 1 + 2j), (F64, 1 + 2j), (I64, 1j), (BOOL, 1j))
def store_complex(a, z):
    a[1] = z
    return a


@rows((F64, None), (I64, None), (BOOL, None), (F64, (1, 2)), (F64, np.zeros(1)))
def store_something_else(a, x):
    a[1] = x
    return a[1]


@rows(*[(a, np.float32(1.7)) for a in ALL], *[(a, np.int64(300)) for a in ALL], *[(a, np.int8(-1)) for a in ALL],
      *[(a, np.bool_(True)) for a in ALL], (F64, np.complex128(1 + 2j)), (C64, np.complex128(1 + 2j)), (F32, np.float64(1e300)),
      (I8, np.float64(2.9)), (U8, np.uint64(511)), (I64, np.uint64(2**64 - 1)), (I32, np.int64(2**40)))  # fmt: skip
def store_numpy_scalar(a, x):
    a[1] = x
    return a


@rows((F64, 0), (F64, -1), (F64, 4), (F64, -5), (F64, np.int8(2)))
def store_index(a, i):
    a[i] = 5.0
    return a


@rows((np.zeros((2, 3)), 1, 2), (np.zeros((2, 3)), 2, 0), (np.zeros((2, 3)), 0, -4), (np.zeros((3, 2)).T, 1, 2))
def store_2d(a, i, j):
    a[i, j] = 1.5
    a[i][j] += 1
    return a


@rows((READONLY, 1), (READONLY, 9))
def store_into_read_only(a, i):
    a[i] = 1.0


@rows((READONLY,))
def store_into_view_of_read_only(a):
    b = a[1:]
    b[0] = 1.0


@rows((F64, 6), (F64, 2))
def partial_stores_before_the_error(a, n):
    for i in range(n):
        a[i] = i + 1
    return n


@rows((I8, 130), (I8, 100))
def partial_stores_before_overflow(a, x):
    for i in range(4):
        a[i] = x
        x += 10


@rows(*[(a.copy() + 1, 2) for a in ALL if a is not BOOL], (F64, 2.5), (F32, 2.5), (C128, 2.5), (C64, 1j))
def augmented(a, x):
    a[0] += x
    a[1] -= x
    a[2] *= x
    a[3] += x
    return a


@rows((I64, 2.5), (U8, 1.5), (I32, 1j))
def augmented_float_into_int(a, x):
    a[0] += x
    return a


@rows((I64 + 7, 2), (F64 + 7, 2), (U8 + 7, 3), (F32 + 7, 2))
def augmented_divisions(a, x):
    a[0] //= x
    a[1] %= x
    a[2] **= x
    return a


@rows((F64 + 1, 4), (I64 + 1, 4))
def augmented_true_division(a, x):
    a[0] /= x
    return a


@rows((I64 + 12, 5), (U8 + 12, 5), (BOOL, True))
def augmented_bits(a, x):
    a[0] |= x
    a[1] &= x
    a[2] ^= x
    return a


@rows((I64 + 12, 2), (U8 + 200, 1))
def augmented_shifts(a, n):
    a[0] <<= n
    a[1] >>= n
    return a


@rows((U8 + 250, 10), (I8 + 120, 10), (U8, 300), (I8, -200))
def augmented_small_ints_wrap_or_raise(a, n):
    a[2] += n
    return a


@rows((I64, 2**63 - 1))
def augmented_int64_wraps(a, n):
    a[0] += n
    a[0] += 1
    return a[0]


@rows((np.zeros(5, np.int64), np.array([0, 1, 1, 4, 4, 4])), (np.zeros(2, np.int64), np.array([0, 5])))
def histogram(counts, values):
    for v in values:
        counts[v] += 1
    return counts


@rows((np.arange(6.0), 2), (np.arange(3.0), 5))
def shift_in_place(a, k):
    for i in range(len(a) - k):
        a[i] = a[i + k]
    return a


@rows((np.array([3, 1, 2, 5, 4]),), (np.array([2.5, -1.0]),), (np.array([], np.int8),))
def bubble_sort(a):
    n = len(a)
    for i in range(n):
        for j in range(n - 1 - i):
            if a[j] > a[j + 1]:
                a[j], a[j + 1] = a[j + 1], a[j]
    return a


@rows((np.array([5.0, 1.0, 4.0, 2.0]),), (np.array([1, 1, 0], np.uint8),))
def insertion_sort(a):
    for i in range(1, len(a)):
        x = a[i]
        j = i - 1
        while j >= 0 and a[j] > x:
            a[j + 1] = a[j]
            j -= 1
        a[j + 1] = x


@rows((np.arange(5.0), np.zeros(5)), (np.arange(5), np.zeros(5, np.float32)), (np.arange(5.0), np.zeros(3)))
def copy_elements(source, target):
    for i in range(len(source)):
        target[i] = source[i]
    return target


@rows((np.arange(5.0),))
def aliased_arguments_through_a_view(a):
    b = a[1:]
    for i in range(len(b)):
        b[i] = a[i] + 1
    return a


@rows((np.arange(4.0),), (np.arange(4.0)[::-1],))
def prefix_sums(a):
    for i in range(1, a.size):
        a[i] += a[i - 1]


@rows((np.broadcast_to(np.zeros(1), (3,)), 1), (np.lib.stride_tricks.as_strided(np.zeros(1), (3,), (0,)), 1))
def zero_stride(a, i):
    a[i] = 7.0
    return a[0]


@rows((np.array(1.5),), (np.array(3),))
def zero_dimensional(a):
    a[()] = 2
    a[()] += 5
    return a


@rows((2.5,), (3,), (None,), ((1, 2),))
def no_item_assignment(x):
    x[0] = 1


@rows((np.zeros(3), 3), (np.zeros(3), 2))
def value_is_computed_before_the_index(a, i):
    a[i] = 1 / (i - 3)


@rows((np.zeros((3, 3)),))
def diagonal(a):
    for i in range(3):
        a[i, i] = 1
        a[i, -1 - i] += 0.5
    return a


@rows((np.zeros((2, 2)), 2.5), (np.zeros((2, 2), np.complex64), 1j))
def fill_all(a, x):
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            a[i, j] = x


@rows((np.zeros((3, 4)),))
def fill_rows(a):
    for i in range(len(a)):
        row = a[i]
        for j in range(len(row)):
            row[j] = i * 10 + j
    return a
