"""Reading elements, rows and slices of arrays."""

import numpy as np

from tests.corpus import rows

V = np.arange(5.0)
M = np.arange(12.0).reshape(3, 4)
MI = np.arange(12).reshape(3, 4)
T3 = np.arange(24).reshape(2, 3, 4)
LAYOUTS = [M, np.asfortranarray(M), M[::-1], M[:, ::2], M.T, M[::2, ::-1], np.broadcast_to(V, (3, 5)), np.zeros((0, 4))]
DTYPES = [np.bool_, np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64, np.float32, np.float64,
          np.complex64, np.complex128]  # fmt: skip


@rows(*[(V, i) for i in (0, 4, -1, -5, 5, -6, 2**62, -(2**63))], (V, np.int64(2)), (V, np.uint8(3)), (V, np.int8(-1)))
def element(a, i):
    return a[i]


@rows((V, 1.0), (V, None), (V, np.float64(1)), native=False)
def wrong_index_type(a, i):
    return a[i]


@rows(*[(np.ones(3, t), 1) for t in DTYPES])
def element_of_each_dtype(a, i):
    return a[i]


@rows(*[(a, 1, 2) for a in LAYOUTS], (M, 3, 0), (M, 0, 4), (M, -1, -1), (M, -4, 0), (M, 0, -5))
def element_2d(a, i, j):
    return a[i, j]


@rows((M, 1, 2), (M, 3, 0), (M, 0, 9), (np.asfortranarray(M), -1, -4))
def element_by_rows(a, i, j):
    return a[i][j]


@rows((T3, 1, 2, 3), (T3, -1, 0, -1), (T3, 0, 3, 0), (T3.T, 0, 0, 0), (np.asfortranarray(T3), 1, 1, 1))
def element_3d(a, i, j, k):
    return a[i, j, k], a[i, j][k], a[i][j, k]


@rows((V, 1, 2), (np.array(3.0), 0, 0))
def too_many_indices(a, i, j):
    return a[i, j]


@rows((np.array(3.5),), (np.array(7),))
def zero_dimensional(a):
    return a[()], a.shape, a.ndim, a.size


@rows((V, True), (V, False))
def scalar_tuple_index(a, flag):
    t = (1,)
    i = 3 if flag else 2
    return a[t], a[(i,)]


@rows((M, (1, 2)), (M, (5, 0)))
def index_by_tuple_variable(a, t):
    return a[t]


@rows((np.array([5]), 3), (np.array([], np.float64), 0))
def index_out_of_bounds_message(a, i):
    return a[i]


@rows(*[(a,) for a in LAYOUTS])
def sum_all(a):
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            s += a[i, j]
    return s


@rows((V,), (np.arange(10)[::2],), (V[:0],))
def sum_backwards(a):
    s = 0
    for i in range(1, len(a) + 1):
        s = s * 3 + a[-i]
    return s


@rows((V, 10), (V, 3))
def loop_leaves_the_array(a, n):
    s = 0.0
    for i in range(n):
        s += a[i]
    return s


@rows((V, np.array([0, 2, 4])), (V, np.array([0, 9])), (V, np.array([-1, -5])), (V, np.array([1, 0], np.uint8)))
def gather(a, index):
    s = 0.0
    for k in range(len(index)):
        s += a[index[k]]
    return s


@rows((M, 0), (M, -1), (M, 3), (np.asfortranarray(M), 1), (M[:, ::-1], 1), (T3, 1))
def row(a, i):
    return a[i]


@rows((M, 1), (M, -4), (M, 4))
def column(a, j):
    return a[:, j]


@rows((T3, 1, 2))
def plane_and_line(a, i, j):
    return a[i, j], a[:, i, j], a[i, :, j], a[i, j, :]


@rows(*[(V, i, j) for i, j in ((0, 3), (1, -1), (-2, 10), (4, 2), (-10, 10), (2**62, 5), (None, 3), (1, None), (None, None))])
def slice_of(a, i, j):
    return a[i:j]


@rows(*[(V, s) for s in (1, 2, -1, -2, 10, 0, None)])
def slice_with_step(a, step):
    return a[::step]


@rows((V, 3, 0, -1), (V, 4, None, -2), (V, -1, -6, -1), (V, 0, 5, 2), (V, 10, 0, -3), (V, 2, 2, -1))
def slice_fully(a, i, j, k):
    return a[i:j:k]


@rows((M,), (np.asfortranarray(M),), (MI[:, ::-1],))
def slices_2d(a):
    return a[1:, :2], a[::-1, ::2], a[1], a[:, 1:3], a[0:2, 1]


@rows((M,), (T3,))
def ellipsis_and_all(a):
    return a[...], a[:], a[..., 0], a[0, ...]


@rows((V,), (M,))
def new_axis(a):
    return a[None].shape, a[:, np.newaxis].shape


@rows((V,))
def view_shares_memory(a):
    b = a[1:4]
    b[0] = 100.0
    c = b[::-1]
    c[0] = 200.0
    return a[1], a[3], b


@rows((M,))
def row_shares_memory(a):
    r = a[1]
    r[2] = -1.0
    return a[1, 2], r


@rows((V,))
def returns_the_argument(a):
    b = a
    return b


@rows((V, V), (V, M))
def returns_two_arguments(a, b):
    return b, a, b


@rows((V, 2))
def chained_slices(a, n):
    return a[1:][n:], a[:4][::-1][1:]


@rows((V,), native=False)
def slice_object(a):
    s = slice(1, 4)
    t = slice(None, None, -1)
    return a[s], a[t]


@rows((np.arange(10.0), 3), (np.arange(2.0), 3))
def windows(a, k):
    best = -1.0
    for i in range(len(a) - k + 1):
        w = a[i : i + k]
        s = 0.0
        for x in w:
            s += x
        if s > best:
            best = s
    return best


@rows((M, np.array([1, 0])), (M, np.array([5, 0])))
def index_from_array(a, p):
    return a[p[0], p[1]], a[p[0]]


@rows((V, np.bool_(True)), (V, True))
def boolean_index(a, flag):
    return a[int(flag)]


@rows((V, np.array([True, False, True, False, True])))
def mask_in_loop(a, mask):
    s = 0.0
    for i in range(len(a)):
        if mask[i]:
            s += a[i]
    return s


@rows((M, 2.0), (MI, 5))
def count_above(a, limit):
    n = 0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] > limit:
                n += 1
    return n


@rows((5, 0), (1.5, 0), (None, 0), (True, 0))
def not_subscriptable(x, i):
    return x[i]


@rows((V,), (M,), (T3,), (np.zeros(0),), (np.array(1.0),))
def length(a):
    return len(a)


@rows((M[1:3, 1:3],), (np.asfortranarray(M)[1:, 1:],))
def window_with_offset(a):
    s = 0.0
    for i in range(len(a)):
        for j in range(len(a[i])):
            s = s * 2 + a[i][j]
    return s
