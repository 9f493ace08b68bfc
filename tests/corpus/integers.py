"""Python integers that leave 64 bits, and those that only look so."""

import numpy as np

from tests.corpus import bails, interprets, rows


@rows((5,), (20,), bails(21), bails(30), (0,))
def factorial(n):
    result = 1
    for i in range(2, n + 1):
        result *= i
    return result


@rows((10,), (90,), bails(95), bails(200), (0,))
def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


@rows((5, 3), (2, 62), bails(2, 63), bails(3, 50), (0, 0), (-2, 63), (1, 10**6), (-1, 10**6 + 1), bails(-2, 64))
def power_loop(base, exponent):
    result = 1
    while exponent > 0:
        if exponent & 1:
            result *= base
        exponent >>= 1
        if exponent:
            base *= base
    return result


@rows((10, 7), (123456789, 97), (2, 1))
def power_modulo(base, modulus):
    result, exponent = 1, 1000
    base %= modulus
    while exponent:
        if exponent % 2:
            result = result * base % modulus
        base = base * base % modulus
        exponent //= 2
    return result


@rows((12, 18), (17, 5), (0, 5), (5, 0), (-12, 18), (2**62, 2**40))
def gcd(a, b):
    while b:
        a, b = b, a % b
    return a


@rows((48, 36), (7, 3))
def extended_gcd(a, b):
    x, y, u, v = 0, 1, 1, 0
    while a != 0:
        q, r = b // a, b % a
        m, n = x - u * q, y - v * q
        b, a, x, y, u, v = a, r, u, v, m, n
    return b, x, y


@rows((27,), (1,), (97,))
def collatz(n):
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


@rows((1,), (12345,), (2**31 - 1,))
def linear_congruential(seed):
    for _ in range(20):
        seed = (seed * 1103515245 + 12345) % 2**31
    return seed


@rows((1,), (88172645463325252,))
def xorshift_with_mask(state):
    mask = 0xFFFFFFFF
    state &= mask
    for _ in range(10):
        state ^= (state << 13) & mask
        state ^= state >> 17
        state ^= (state << 5) & mask
    return state


@rows(bails(b"hash"[0]), bails(7))
def fnv_with_64_bit_mask(byte):
    h = 0x0BF29CE484222325
    for _ in range(3):
        h = ((h ^ byte) * 0x1B3) & 0x7FFFFFFFFFFFFFFF
    return h


@rows((2**62,), (1,), (2**63 - 1,), bails(-(2**63)))
def doubling_may_overflow(n):
    if n < 2**61:
        return n * 2
    return n


@rows(bails(2**62), (100,))
def sum_may_overflow(n):
    s = 0
    for i in range(4):
        s += n
    return s


@rows(bails(2**63 - 1), (1,), (-1,))
def increment(n):
    return n + 1


@rows(bails(-(2**63)), (5,), (-5,))
def decrement(n):
    return n - 1, -n, abs(n)


@rows(bails(-(2**63), -1), (7, -1), (7, 0), (-7, 2), (2**63 - 1, -1), (-(2**63), 1))
def divide_exactly(a, b):
    return a // b, a % b


@rows((1, 0), (1, 62), bails(1, 63), bails(1, 100), (0, 1000), (-1, 63), bails(-1, 64), (5, -1), (5, 2), (-5, 3))
def shift_left(a, n):
    return a << n


@rows((1, 0), (-1, 200), (12345, 3), (-12345, 3), (5, 64), (5, -1), (2**63 - 1, 62), (-(2**63), 63))
def shift_right(a, n):
    return a >> n


@rows((0b1100, 0b1010), (-1, 255), (-(2**63), 2**63 - 1), (True, 2), (True, False))
def bitwise(a, b):
    return a & b, a | b, a ^ b, ~a


@rows(interprets(2**64, 1), interprets(1, -(2**63) - 1), (1, 2))
def big_arguments(a, b):
    return a + b, a - b


@rows((10,), bails(2**40))
def square_plus(n):
    return n * n + n, (n + 1) * (n - 1)


@rows((0,), (5,), (1000,))
def triangular(n):
    return n * (n + 1) // 2 == sum_to(n)


def sum_to(n):
    total = 0
    for i in range(n + 1):
        total += i
    return total


@rows((1,), (28,), (100,))
def count_bits(n):
    count = 0
    while n:
        n &= n - 1
        count += 1
    return count


@rows((0,), (1,), (255,), (-256,), (2**63 - 1,), (-(2**63),))
def methods_of_int(n):
    return n.bit_length(), n.bit_count(), n.real, n.imag, n.numerator, n.denominator, n.conjugate()


@rows((10,), (100,))
def catalan(n):
    c = 1
    for i in range(min(n, 30)):
        c = c * 2 * (2 * i + 1) // (i + 2)
    return c


@rows((np.arange(5),), (np.array([2**62, 2**62, 2**62]),))
def sum_of_numpy_ints_wraps(a):
    s = 0
    for x in a:
        s += x
    return s


@rows((np.array([3, 5], np.int64),), bails(np.array([2**62, 2**62])))
def sum_of_converted_ints_is_exact(a):
    s = 0
    for x in a:
        s += int(x)
    return s


@rows((100,), (2,), (1,))
def primes_below(n):
    count = 0
    for i in range(2, n):
        j = 2
        while j * j <= i:
            if i % j == 0:
                break
            j += 1
        else:
            count += 1
    return count


@rows((1234,), (0,), (-5,))
def digits(n):
    n = abs(n)
    total, reverse = 0, 0
    while n > 0:
        n, d = divmod(n, 10)
        total += d
        reverse = reverse * 10 + d
    return total, reverse


@rows((17,), (1,), (2**62,), (10**18,))
def integer_square_root(n):
    x = n
    y = (x + 1) // 2
    while y < x:
        x = y
        y = (x + n // x) // 2
    return x


@rows((3, 5, 7), (10**9, 10**9, 10**9 + 7))
def multiply_modulo(a, b, m):
    return a * b % m


@rows((np.zeros(3, np.int64), 2**62), (np.zeros(3, np.int64), 5))
def overflow_after_a_store(a, n):
    a[0] = 1
    if n > 2**60:
        a[1] = 2
    return a[0] + n
