"""Whole numbers: Python's, which never wrap, and NumPy's, which do."""

import numpy as np

from benchmarks.kernels.data import integers
from benchmarks.registry import helper, kernel


@kernel(lambda n: (n,), (50_000,))
def sieve(n):
    composite = np.zeros(n + 1, np.bool_)
    count = 0
    for i in range(2, n + 1):
        if not composite[i]:
            count += 1
            for j in range(i * i, n + 1, i):
                composite[j] = True
    return count


@kernel(lambda n: (n,), (3_000,))
def collatz(limit):
    longest = 0
    best = 0
    for start in range(1, limit):
        n = start
        steps = 0
        while n != 1:
            if n % 2 == 0:
                n //= 2
            else:
                n = 3 * n + 1
            steps += 1
        if steps > longest:
            longest = steps
            best = start
    return best, longest


@helper
def gcd(a, b):
    while b:
        a, b = b, a % b
    return a


@kernel(lambda n: (n,), (150,))
def coprime_pairs(n):
    count = 0
    for a in range(1, n):
        for b in range(1, n):
            if gcd(a, b) == 1:
                count += 1
    return count


@kernel(lambda n: (n, 12345), (50_000,))
def linear_congruential(n, seed):
    state = seed
    total = 0
    for _ in range(n):
        state = (state * 1103515245 + 12345) % 2147483648
        total += state >> 16
    return total


@helper
def power_modulo(base, exponent, modulus):
    result = 1
    base %= modulus
    while exponent > 0:
        if exponent & 1:
            result = result * base % modulus
        base = base * base % modulus
        exponent >>= 1
    return result


@kernel(lambda n: (n,), (5_000,))
def fermat_test(limit):
    count = 0
    for n in range(3, limit, 2):
        if power_modulo(2, n - 1, n) == 1:
            count += 1
    return count


@kernel(lambda n: (n,), (50_000,))
def sum_of_squares(n):
    total = 0
    for i in range(n):
        total += i * i
    return total


@kernel(lambda n: (integers(1000, n),), (20_000,), numpy=np.sum)
def sum_int64(a):
    total = 0
    for x in a:
        total += x
    return total


@kernel(lambda n: (integers(200, n, dtype=np.uint8), 17), (20_000,), numpy=lambda a, key: a ^ key)
def xor_bytes(a, key):
    result = np.empty_like(a)
    for i in range(len(a)):
        result[i] = a[i] ^ key
    return result


@kernel(lambda n: (integers(2**60, n),), (5_000,), numpy=lambda a: int(np.bitwise_count(a).sum()))
def count_bits(a):
    total = 0
    for i in range(len(a)):
        x = int(a[i])
        while x:
            x &= x - 1
            total += 1
    return total
