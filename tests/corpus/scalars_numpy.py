"""NumPy scalars: their own types, wrapping, and how Python's numbers join them."""

import numpy as np

from tests.corpus import rows

DTYPES = [np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64, np.float32, np.float64]
SAME = [(t(7), t(3)) for t in DTYPES] + [(t(5), t(0)) for t in DTYPES]
EXTREME = [(t(np.iinfo(t).max), t(2)) for t in DTYPES[:8]] + [(t(np.iinfo(t).min), t(-1)) for t in DTYPES[:4]]
CROSS = [(np.int8(5), np.uint8(200)), (np.int32(5), np.float32(2.5)), (np.uint64(5), np.int64(-3)), (np.int16(7), np.float32(2)),
         (np.float32(1.5), np.float64(2.5)), (np.bool_(True), np.int8(3)), (np.uint8(3), np.complex64(1j)),
         (np.int64(2), np.complex64(1j)), (np.bool_(True), np.bool_(False)), (np.uint32(7), np.int32(-7))]  # fmt: skip
WEAK = [(np.int8(5), 3), (np.float32(1.5), 2.5), (np.float32(1.5), 2), (np.int16(5), 2.5), (3, np.uint8(5)), (2.5, np.float32(2)),
        (np.uint8(5), True), (np.complex64(1 + 1j), 2.5), (np.float32(2), 1j), (np.int64(3), 1.5), (np.bool_(True), 2),
        (np.int8(5), 300), (np.uint8(5), -1), (300, np.int8(1)), (np.uint64(5), 2**63 - 1), (np.float32(1), 1e300)]  # fmt: skip


@rows(*SAME, *EXTREME, *CROSS, *WEAK)
def add(a, b):
    return a + b


@rows(*SAME, *EXTREME, *CROSS[:-2], *WEAK)
def subtract(a, b):
    return a - b


@rows((np.bool_(True), np.bool_(False)))
def subtract_booleans(a, b):
    return a - b


@rows(*SAME, *EXTREME, *CROSS, *WEAK)
def multiply(a, b):
    return a * b


@rows(*SAME, *EXTREME, *CROSS, *WEAK, (np.float64(-1), np.float64(0)), (np.float64(0), 0))
def true_divide(a, b):
    return a / b


@rows(*SAME, *EXTREME, *CROSS[:6], *WEAK[:7])
def floor_divide(a, b):
    return a // b


@rows(*SAME, *EXTREME, *CROSS[:6], *WEAK[:7], (np.int64(-7), np.int64(3)), (np.float64(-7.5), 2.0))
def remainder(a, b):
    return a % b


@rows((np.int64(-7), np.int64(3)), (np.float64(7.5), np.float64(-2)), (np.uint8(7), np.uint8(0)), (np.int32(7), 2))
def division_with_remainder(a, b):
    return divmod(a, b)


@rows(*SAME[:8], *CROSS[:1], (np.int8(5), 3), (np.bool_(True), np.bool_(False)), (np.uint8(200), np.int16(-1)))
def bitwise(a, b):
    return a & b, a | b, a ^ b


@rows((np.float64(1), 2))
def bitwise_on_floats(a, b):
    return a & b


@rows((np.int32(5), np.int32(3)), (np.uint8(200), np.uint8(1)), (np.int8(-100), 2), (np.int64(1), 70), (np.int64(-1), np.int64(64)))
def shifts(a, b):
    return a << b, a >> b


@rows(*[(t(5),) for t in DTYPES], (np.int8(-128),), (np.complex128(1 - 2j),))
def negate(a):
    return -a, +a, abs(a)


@rows((np.bool_(True),))
def negate_boolean(a):
    return -a


@rows((np.int8(5),), (np.uint8(5),), (np.bool_(True),), (np.int64(-1),))
def invert(a):
    return ~a


@rows(*SAME, *CROSS[:6], *WEAK, (np.float64("nan"), np.float64("nan")), (np.int8(5), 1000), (np.uint64(2**64 - 1), -1))
def compare(a, b):
    return a == b, a != b, a < b, a <= b, a > b, a >= b


@rows((np.float64(0),), (np.float64(2),), (np.bool_(False),), (np.int8(0),), (np.float32("nan"),), (np.complex64(0),))
def truth(a):
    if a:
        return 1
    return not a


@rows((np.int64(3), np.float64(2.5)), (np.int8(-3), np.float32(0)))
def to_python(i, x):
    return int(i), float(x), int(x), float(i), bool(i), complex(x)


@rows((300,), (3.7,), (-1,), (True,), (2**40,))
def casts_from_python(x):
    return np.float32(x), np.float64(x), np.int64(x), np.complex128(x), np.bool_(x)


@rows((3,), (127,), (128,), (-129,))
def int8_checks_python_ints(x):
    return np.int8(x)


@rows((np.int64(300),), (np.float64(3.9),), (np.float64(-3.9),), (np.int64(-1),), (np.bool_(True),))
def casts_from_numpy_wrap(x):
    return np.int8(x), np.int16(x), np.int32(x), np.float32(x)


@rows((np.int64(-1),), (np.int32(300),), (np.uint64(2**63),))
def casts_to_unsigned(x):
    return np.uint8(x), np.uint16(x), np.uint32(x), np.uint64(x)


@rows((np.float64(1.5), np.float32(2.5)),)
def stays_single(x, y):
    y = y * 0.5 + 1
    return y * y, x * y, y / 3, y**2


@rows((np.float32(0.1),), (np.float32(16777216),))
def single_precision_rounds(x):
    return x + 1, x * x, x / 3, x - np.float32(0.3)


@rows((np.float64(1), 0), (np.float64(0), 0), (np.float64(-1), np.float64(0)), (1, np.float64(0)), (np.int64(1), np.int64(0)))
def numpy_division_by_zero(a, b):
    return a / b


@rows((np.uint8(250),), (np.uint8(3),))
def wraps(n):
    for _ in range(10):
        n = n + np.uint8(1)
    return n


@rows((np.uint64(88172645463325252),), (np.uint64(1),))
def xorshift64(x):
    for _ in range(10):
        x ^= x << np.uint64(13)
        x ^= x >> np.uint64(7)
        x ^= x << np.uint64(17)
    return x


@rows((np.uint32(2166136261), np.uint32(97)),)
def fnv32(h, byte):
    for _ in range(5):
        h = (h ^ byte) * np.uint32(16777619)
    return h


@rows((np.complex128(3 + 4j),), (np.complex64(1 - 1j),), (np.float64(2),), (np.int32(7),))
def parts(z):
    return z.real, z.imag, z.conjugate(), abs(z)


@rows((np.float64(2.5),), (np.int16(3),))
def attributes(x):
    return x.dtype.itemsize, x.ndim, x.size, x.item()


@rows((np.float64(2.0),), (np.float64(2.5),), (np.float64("inf"),))
def methods_of_float64(x):
    return x.is_integer()


@rows((np.float64(1.0), 2.0), (1.0, np.float64(2.0)), (np.float64(3), np.float64(3)))
def min_and_max_keep_types(a, b):
    return min(a, b), max(a, b)


@rows((np.int64(5), 5), (np.float64(1), 1), (np.bool_(True), True))
def identity_and_isinstance(a, b):
    return isinstance(a, int), isinstance(a, float), isinstance(b, int), isinstance(a, np.integer), isinstance(a, np.floating)
