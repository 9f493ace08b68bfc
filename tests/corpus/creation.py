"""Making arrays, and asking arrays about themselves."""

import numpy as np

from tests.corpus import rows

M = np.arange(12.0).reshape(3, 4)
LAYOUTS = [M, np.asfortranarray(M), M[::-1, ::2], M.T, np.zeros((0, 3), np.int8), np.zeros(5, np.complex64), np.array(2.5),
           np.broadcast_to(np.zeros(3, np.float32), (2, 3))]  # fmt: skip


@rows(*[(a,) for a in LAYOUTS if a.size])
def attributes(a):
    return a.shape, a.ndim, a.size, a.strides, a.itemsize, a.nbytes


@rows(*[(a,) for a in LAYOUTS])
def dtype(a):
    return a.dtype


@rows(*[(a,) for a in LAYOUTS])
def transposed(a):
    return a.T


@rows((M,), (np.asfortranarray(M),))
def transposed_elements(a):
    t = a.T
    return t[1, 2], t.shape, t.T[2, 1], t[1]


@rows((5,), (0,), (np.int64(3),), (-1,), (True,), (2.5,), (None,))
def zeros(n):
    return np.zeros(n)


@rows((3,), (0,))
def ones(n):
    return np.ones(n)


@rows((3, 2), (0, 5), (2, -1))
def zeros_2d(n, m):
    return np.zeros((n, m))


@rows((2, 3))
def zeros_of_dtypes(n, m):
    a = np.zeros(n, np.int32)
    b = np.zeros(n, dtype=np.float32)
    c = np.zeros((n, m), dtype=np.bool_)
    d = np.zeros(n, np.complex128)
    return a, b, c, d


@rows((3,))
def zeros_of_python_types(n):
    return np.zeros(n, int), np.zeros(n, float), np.zeros(n, dtype=bool), np.zeros(n, complex)


@rows((3,))
def zeros_of_named_types(n):
    return np.zeros(n, "float32"), np.ones(n, dtype="int8"), np.zeros(n, np.dtype("uint16"))


@rows((3, 4))
def filled_empty(n, m):
    a = np.empty((n, m))
    for i in range(n):
        for j in range(m):
            a[i, j] = i * j
    return a


@rows((3, 2.5), (3, 2), (2, True), (2, 1j), (2, np.float32(1.5)), (2, np.int8(3)), (0, 1))
def full(n, x):
    return np.full(n, x)


@rows((3, 2.5), (3, 300))
def full_of_dtype(n, x):
    return np.full(n, x, np.float32), np.full((n, 2), x, dtype=np.int64)


@rows((3, 300))
def full_that_does_not_fit(n, x):
    return np.full(n, x, dtype=np.int8)


@rows(*[(a,) for a in LAYOUTS])
def like(a):
    return np.zeros_like(a), np.ones_like(a), np.full_like(a, 2)


@rows((M,), (np.asfortranarray(M),), (np.zeros(3, np.int8),))
def like_of_dtype(a):
    return np.zeros_like(a, dtype=np.int32), np.ones_like(a, np.complex64)


@rows((M,), (M.T,))
def empty_like(a):
    b = np.empty_like(a)
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            b[i, j] = a[i, j] * 2
    return b


@rows((M,))
def zeros_of_shape(a):
    return np.zeros(a.shape), np.zeros(a.shape[0], a.dtype), np.ones(a.shape, dtype=a.dtype)


@rows((5,), (0,), (-2,), (2.5,), (np.int32(4),), (np.float32(3),))
def arange(n):
    return np.arange(n)


@rows((1, 10, 3), (10, 0, -4), (0, 1, 0.25), (1, 1, 1), (0.5, 3, 1), (0, 1, 0.1))
def arange_three(start, stop, step):
    return np.arange(start, stop, step)


@rows((5,))
def arange_of_dtype(n):
    return np.arange(n, dtype=np.float32), np.arange(1, n, dtype=np.int8)


@rows((4,))
def local_array(n):
    work = np.zeros(n)
    for i in range(n):
        work[i] = i * i
    s = 0.0
    for x in work:
        s += x
    return s


@rows((4,))
def local_view_is_returned(n):
    work = np.zeros((n, n))
    for i in range(n):
        work[i, i] = i
    return work[1:, ::2]


@rows((4,))
def two_views_of_one_local_array(n):
    work = np.arange(n)
    return work, work[1:], work[::-1]


@rows((4,))
def arrays_in_a_loop(n):
    total = 0.0
    for i in range(n):
        a = np.zeros(i + 1)
        a[i] = i
        total += a[i] + len(a)
    return total


@rows((4,), (0,))
def keeps_the_last_array(n):
    a = np.zeros(1)
    for i in range(n):
        a = np.full(i + 2, float(i))
    return a


@rows((5,))
def swaps_buffers(n):
    a = np.zeros(n)
    b = np.ones(n)
    for step in range(3):
        for i in range(1, n - 1):
            b[i] = 0.5 * (a[i - 1] + a[i + 1]) + 1
        a, b = b, a
    return a, b


@rows((True,), (False,))
def one_of_two_arrays(flag):
    a = np.zeros(3)
    b = np.ones(3)
    c = a if flag else b
    c[0] = 5
    return a, b, c


@rows((3,), (-1,))
def array_before_an_error(n):
    a = np.zeros(abs(n))
    a[0] = 1 / (n + 1)
    return a


@rows((3,))
def array_from_a_helper(n):
    a = make(n)
    b = make(n + 1)
    b[0] = a[1]
    return a, b


def make(n):
    a = np.zeros(n)
    a[n - 1] = n
    return a


@rows((M,))
def result_shares_nothing(a):
    b = np.empty(a.shape[0])
    for i in range(a.shape[0]):
        b[i] = a[i, 0]
    return b


@rows((3,))
def array_in_nested_tuple(n):
    return (n, (np.zeros(n), np.ones(n, np.int8))), 2.5


@rows((2, 3, 4), (1, 0, 2))
def three_dimensions(n, m, k):
    a = np.zeros((n, m, k), np.int16)
    c = 0
    for i in range(n):
        for j in range(m):
            for l in range(k):
                a[i, j, l] = c
                c += 1
    return a


@rows(([1, 2],), native=False)
def a_list_argument(a):
    return len(a)


@rows((3,))
def constants_of_numpy(n):
    return np.pi * n, np.e, np.inf, -np.inf, np.nan


@rows((M,), (np.zeros(3, np.float32),))
def dtype_comparison(a):
    if a.dtype == np.float64:
        return 1
    return 2


@rows((M,))
def methods_used_everywhere(a):
    b = a.copy()
    b[0, 0] = 99
    return b, a.astype(np.float32)
