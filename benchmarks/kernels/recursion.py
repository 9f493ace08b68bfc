"""Functions that call themselves or each other."""

import math

import numpy as np

from benchmarks.kernels.data import floats
from benchmarks.registry import helper, kernel


@helper
def fibonacci_of(n):
    if n < 2:
        return n
    return fibonacci_of(n - 1) + fibonacci_of(n - 2)


@kernel(lambda n: (n,), (20,))
def fibonacci(n):
    return fibonacci_of(n)


@helper
def curve(x):
    return math.exp(-x * x) * math.cos(4.0 * x)


@helper
def simpson(low, high, tolerance, whole, depth):
    middle = 0.5 * (low + high)
    left = (middle - low) / 6.0 * (curve(low) + 4.0 * curve(0.5 * (low + middle)) + curve(middle))
    right = (high - middle) / 6.0 * (curve(middle) + 4.0 * curve(0.5 * (middle + high)) + curve(high))
    error = left + right - whole
    if depth <= 0 or abs(error) < 15.0 * tolerance:
        return left + right + error / 15.0
    first = simpson(low, middle, 0.5 * tolerance, left, depth - 1)
    return first + simpson(middle, high, 0.5 * tolerance, right, depth - 1)


@kernel(lambda: (-4.0, 4.0, 1e-9))
def adaptive_integral(low, high, tolerance):
    whole = (high - low) / 6.0 * (curve(low) + 4.0 * curve(0.5 * (low + high)) + curve(high))
    return simpson(low, high, tolerance, whole, 40)


@helper
def sort_range(a, low, high):
    if low < high:
        pivot = a[(low + high) // 2]
        i = low
        j = high
        while i <= j:
            while a[i] < pivot:
                i += 1
            while a[j] > pivot:
                j -= 1
            if i <= j:
                a[i], a[j] = a[j], a[i]
                i += 1
                j -= 1
        sort_range(a, low, j)
        sort_range(a, i, high)


@kernel(lambda n: (floats(n),), (2_000,), numpy=np.sort)
def quicksort(values):
    a = np.empty_like(values)
    for i in range(len(values)):
        a[i] = values[i]
    sort_range(a, 0, len(a) - 1)
    return a
