"""The functions that ``python -m minijit demo`` runs: ordinary numerical Python, compiled as it stands."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def mandelbrot(height: int, width: int, limit: int) -> Integers:
    """How many steps each point of the plane takes to leave the circle of radius 2."""
    image = np.zeros((height, width), np.int64)
    for i in range(height):
        y0 = 2.4 * i / height - 1.2
        for j in range(width):
            x0 = 3.0 * j / width - 2.1
            x = y = 0.0
            steps = 0
            while steps < limit and x * x + y * y <= 4.0:
                x, y = x * x - y * y + x0, 2.0 * x * y + y0
                steps += 1
            image[i, j] = steps
    return image


def heat(plate: Floats, steps: int) -> Floats:
    """Let heat spread over a plate whose rim keeps its temperature."""
    rows, columns = plate.shape
    now = np.empty((rows, columns))
    then = np.empty((rows, columns))
    for i in range(rows):
        for j in range(columns):
            now[i, j] = plate[i, j]
            then[i, j] = plate[i, j]
    for _ in range(steps):
        for i in range(1, rows - 1):
            for j in range(1, columns - 1):
                then[i, j] = 0.25 * (now[i - 1, j] + now[i + 1, j] + now[i, j - 1] + now[i, j + 1])
        now, then = then, now
    return now


def determinant(matrix: Floats) -> float:
    """The determinant by elimination with the largest pivot of each column."""
    n = matrix.shape[0]
    a = np.empty_like(matrix)
    for i in range(n):
        for j in range(n):
            a[i, j] = matrix[i, j]
    result = 1.0
    for k in range(n):
        best = k
        for i in range(k + 1, n):
            if abs(a[i, k]) > abs(a[best, k]):
                best = i
        if a[best, k] == 0.0:
            return 0.0
        if best != k:
            result = -result
            for j in range(n):
                a[k, j], a[best, j] = a[best, j], a[k, j]
        result *= a[k, k]
        for i in range(k + 1, n):
            factor = a[i, k] / a[k, k]
            for j in range(k + 1, n):
                a[i, j] -= factor * a[k, j]
    return result


def count_primes(limit: int) -> int:
    """The number of primes up to a limit, by the sieve of Eratosthenes."""
    composite = np.zeros(limit + 1, np.bool_)
    count = 0
    for i in range(2, limit + 1):
        if not composite[i]:
            count += 1
            for j in range(i * i, limit + 1, i):
                composite[j] = True
    return count


def longest_collatz(limit: int) -> tuple[int, int]:
    """The start below a limit whose Collatz sequence is longest, and that length."""
    best, longest = 1, 0
    for start in range(1, limit):
        n, steps = start, 0
        while n != 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
        if steps > longest:
            best, longest = start, steps
    return best, longest


def warping_distance(a: Floats, b: Floats) -> float:
    """How far apart two signals are when time may be stretched (dynamic time warping)."""
    n, m = len(a), len(b)
    cost = np.full((n + 1, m + 1), np.inf)
    cost[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            step = abs(a[i - 1] - b[j - 1])
            cost[i, j] = step + min(cost[i - 1, j], cost[i, j - 1], cost[i - 1, j - 1])
    return cost[n, m]  # type: ignore[no-any-return]


def normal_cdf(x: float) -> float:
    """The standard normal distribution."""
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))


def option_prices(spots: Floats, strike: float, rate: float, volatility: float, years: float) -> Floats:
    """Prices of European calls after Black and Scholes."""
    prices = np.empty_like(spots)
    spread = volatility * math.sqrt(years)
    for i in range(len(spots)):
        d1 = (math.log(spots[i] / strike) + (rate + 0.5 * volatility**2) * years) / spread
        d2 = d1 - spread
        prices[i] = spots[i] * normal_cdf(d1) - strike * math.exp(-rate * years) * normal_cdf(d2)
    return prices


def factorial_digits(n: int) -> int:
    """The sum of the digits of n!, which leaves 64 bits at 21: the answer is exact all the same."""
    product = 1
    for i in range(2, n + 1):
        product *= i
    total = 0
    while product > 0:
        total += product % 10
        product //= 10
    return total


def demo_jobs() -> list[tuple[str, Any, tuple[Any, ...]]]:
    """The jobs of the demo: a title, the function, its arguments."""
    random = np.random.default_rng(2024)
    plate = np.zeros((120, 120))
    plate[0, :] = 100.0
    seconds = np.linspace(0.0, 6.0, 1000)
    return [
        ("Mandelbrot set, 300 x 450", mandelbrot, (300, 450, 100)),
        ("heat on a plate, 120 x 120, 80 steps", heat, (plate, 80)),
        ("determinant, 200 x 200", determinant, (random.random((200, 200)),)),
        ("primes up to 4,000,000", count_primes, (4_000_000,)),
        ("longest Collatz sequence below 100,000", longest_collatz, (100_000,)),
        ("time warping, 1000 x 1000", warping_distance, (np.sin(seconds), np.sin(seconds + 0.5))),
        ("Black-Scholes, 400,000 options", option_prices, (50 + 100 * random.random(400_000), 100.0, 0.02, 0.3, 1.5)),
        ("digits of 20! (fits 64 bits)", factorial_digits, (20,)),
        ("digits of 25! (leaves them: interpreted)", factorial_digits, (25,)),
    ]
