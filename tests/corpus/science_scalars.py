"""Realistic kernels, mostly over numbers and one-dimensional arrays: number theory, search, dynamic programming."""

import math

import numpy as np

from tests.corpus import rows


@rows((50,), (2,), (1,))
def sieve(n):
    is_prime = np.ones(n + 1, np.bool_)
    is_prime[0] = False
    is_prime[1] = False
    i = 2
    while i * i <= n:
        if is_prime[i]:
            for j in range(i * i, n + 1, i):
                is_prime[j] = False
        i += 1
    count = 0
    for p in is_prime:
        if p:
            count += 1
    return count, is_prime


@rows((30,))
def longest_collatz(limit):
    best, best_steps = 1, 0
    for start in range(1, limit):
        n, steps = start, 0
        while n != 1:
            if n % 2 == 0:
                n //= 2
            else:
                n = 3 * n + 1
            steps += 1
        if steps > best_steps:
            best, best_steps = start, steps
    return best, best_steps


@rows((1000, 42), (10, 1))
def monte_carlo_pi(n, seed):
    state, inside = seed, 0
    for _ in range(n):
        state = (1664525 * state + 1013904223) % 4294967296
        x = state / 4294967296
        state = (1664525 * state + 1013904223) % 4294967296
        y = state / 4294967296
        if x * x + y * y <= 1.0:
            inside += 1
    return 4 * inside / n


@rows((np.array([1, 3, 5, 7, 9]), 7), (np.array([1, 3, 5]), 4), (np.array([], np.int64), 1), (np.array([1.5, 2.5]), 2.5))
def binary_search(a, x):
    lo, hi = 0, len(a)
    while lo < hi:
        mid = (lo + hi) // 2
        if a[mid] < x:
            lo = mid + 1
        else:
            hi = mid
    if lo < len(a) and a[lo] == x:
        return lo
    return -1


@rows((np.array([1, 2, 3, 2, 1]), np.array([2, 3, 1])), (np.array([1]), np.array([2])))
def longest_common_subsequence(a, b):
    table = np.zeros((len(a) + 1, len(b) + 1), np.int64)
    for i in range(len(a)):
        for j in range(len(b)):
            if a[i] == b[j]:
                table[i + 1, j + 1] = table[i, j] + 1
            else:
                table[i + 1, j + 1] = max(table[i, j + 1], table[i + 1, j])
    return table[-1, -1]


@rows((np.array([1, 2, 3], np.uint8), np.array([1, 3, 3, 4], np.uint8)), (np.array([], np.uint8), np.array([1], np.uint8)))
def edit_distance(a, b):
    previous = np.arange(len(b) + 1)
    for i in range(1, len(a) + 1):
        current = np.empty(len(b) + 1, np.int64)
        current[0] = i
        for j in range(1, len(b) + 1):
            cost = 0 if a[i - 1] == b[j - 1] else 1
            current[j] = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost)
        previous = current
    return previous[len(b)]


@rows((np.array([2, 3, 4]), np.array([3.0, 4.0, 5.0]), 5), (np.array([10]), np.array([1.0]), 5))
def knapsack(weights, values, capacity):
    best = np.zeros(capacity + 1)
    for i in range(len(weights)):
        for c in range(capacity, weights[i] - 1, -1):
            best[c] = max(best[c], best[c - weights[i]] + values[i])
    return best[capacity]


@rows((11, np.array([1, 5, 6, 9])), (3, np.array([5, 10])))
def coin_change(amount, coins):
    ways = np.zeros(amount + 1, np.int64)
    ways[0] = 1
    for c in coins:
        for v in range(c, amount + 1):
            ways[v] += ways[v - c]
    return ways[amount]


@rows((30, 5), (110, 20))
def cellular_automaton(rule, steps):
    width = 2 * steps + 1
    cells = np.zeros(width, np.uint8)
    cells[steps] = 1
    for _ in range(steps):
        new = np.zeros(width, np.uint8)
        for i in range(width):
            left = cells[i - 1] if i > 0 else 0
            right = cells[i + 1] if i + 1 < width else 0
            pattern = int(left) * 4 + int(cells[i]) * 2 + int(right)
            new[i] = (rule >> pattern) & 1
        cells = new
    return cells


@rows((2.0,), (0.0,), (-1.0,), (1e-10,))
def newton_square_root(x):
    if x < 0:
        return None
    guess = x if x > 1 else 1.0
    for _ in range(50):
        new = 0.5 * (guess + x / guess)
        if abs(new - guess) < 1e-12 * new:
            break
        guess = new
    return guess


@rows((0.0, 2.0, 1e-10), (5.0, 6.0, 1e-3))
def bisection(lo, hi, tolerance):
    if polynomial(lo) * polynomial(hi) > 0:
        raise ValueError("no change of sign")
    while hi - lo > tolerance:
        mid = 0.5 * (lo + hi)
        if polynomial(lo) * polynomial(mid) <= 0:
            hi = mid
        else:
            lo = mid
    return lo


def polynomial(x):
    return x**3 - 2 * x - 1


@rows((0.0, 1.0, 100), (0, 2, 10), (1.0, 0.0, 3))
def simpson(a, b, n):
    if n % 2:
        n += 1
    h = (b - a) / n
    s = gaussian(a) + gaussian(b)
    for i in range(1, n):
        s += gaussian(a + i * h) * (4 if i % 2 else 2)
    return s * h / 3


def gaussian(x):
    return math.exp(-x * x)


@rows((1.0, 0.0, 0.1, 20))
def pendulum(theta, omega, dt, steps):
    def_g = 9.81
    for _ in range(steps):
        k1t, k1w = omega, -def_g * math.sin(theta)
        k2t, k2w = omega + 0.5 * dt * k1w, -def_g * math.sin(theta + 0.5 * dt * k1t)
        k3t, k3w = omega + 0.5 * dt * k2w, -def_g * math.sin(theta + 0.5 * dt * k2t)
        k4t, k4w = omega + dt * k3w, -def_g * math.sin(theta + dt * k3t)
        theta += dt * (k1t + 2 * k2t + 2 * k3t + k4t) / 6
        omega += dt * (k1w + 2 * k2w + 2 * k3w + k4w) / 6
    return theta, omega


@rows((10.0, 28.0, 8 / 3, 0.01, 50))
def lorenz(sigma, rho, beta, dt, steps):
    x, y, z = 1.0, 1.0, 1.0
    path = np.empty((steps, 3))
    for i in range(steps):
        dx, dy, dz = sigma * (y - x), x * (rho - z) - y, x * y - beta * z
        x, y, z = x + dt * dx, y + dt * dy, z + dt * dz
        path[i, 0], path[i, 1], path[i, 2] = x, y, z
    return path


@rows((3.7, 0.5, 20), (2, 0.1, 5))
def logistic_map(r, x, n):
    for _ in range(n):
        x = r * x * (1 - x)
    return x


@rows((np.array([3.0, 1.0, 2.0, 5.0, 4.0]),), (np.array([1]),), (np.array([2, 2, 1], np.int8),))
def heap_sort(a):
    n = len(a)
    for start in range(n // 2 - 1, -1, -1):
        sift_down(a, start, n)
    for end in range(n - 1, 0, -1):
        a[0], a[end] = a[end], a[0]
        sift_down(a, 0, end)
    return a


def sift_down(a, start, end):
    root = start
    while True:
        child = 2 * root + 1
        if child >= end:
            return
        if child + 1 < end and a[child] < a[child + 1]:
            child += 1
        if a[root] >= a[child]:
            return
        a[root], a[child] = a[child], a[root]
        root = child


@rows((4,), (6,), (1,))
def n_queens(n):
    return place(0, 0, 0, 0, n)


def place(row, columns, diagonals, others, n):
    if row == n:
        return 1
    count = 0
    for c in range(n):
        bit = 1 << c
        d, o = 1 << (row + c), 1 << (row - c + n)
        if columns & bit or diagonals & d or others & o:
            continue
        count += place(row + 1, columns | bit, diagonals | d, others | o, n)
    return count


@rows((np.array([0, 1, 2, 3]), np.array([[0, 1], [2, 3], [1, 2]])), (np.arange(4), np.array([[0, 1]])))
def union_find(parent, edges):
    for k in range(edges.shape[0]):
        a, b = root_of(parent, edges[k, 0]), root_of(parent, edges[k, 1])
        if a != b:
            parent[a] = b
    count = 0
    for i in range(len(parent)):
        if parent[i] == i:
            count += 1
    return count


def root_of(parent, i):
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@rows((b"data"[0], 8), (255, 3))
def crc_bits(value, turns):
    crc = 0xFFFFFFFF ^ value
    for _ in range(turns):
        crc = (crc >> 1) ^ (0xEDB88320 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


@rows((100000.0, 0.05, 30), (1000.0, 0.0, 1))
def mortgage(amount, rate, years):
    n = years * 12
    if rate == 0:
        return amount / n, 0.0
    m = rate / 12
    payment = amount * m / (1 - (1 + m) ** -n)
    return payment, payment * n - amount


@rows((48.85, 2.35, 52.52, 13.40), (0.0, 0.0, 0.0, 180.0))
def great_circle(lat1, lon1, lat2, lon2):
    p, q = math.radians(lat1), math.radians(lat2)
    a = math.sin((q - p) / 2) ** 2 + math.cos(p) * math.cos(q) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 6371.0 * 2 * math.asin(math.sqrt(a))


@rows((2024, 2, 29), (1900, 3, 1), (1999, 12, 31))
def day_of_week(y, m, d):
    if m < 3:
        m += 12
        y -= 1
    return (d + 13 * (m + 1) // 5 + y + y // 4 - y // 100 + y // 400) % 7


@rows((np.array([0.0, 0, 1, 0, 1, 1, 0, 1]).reshape(4, 2), 0.5, 0.5), (np.array([0.0, 0, 1, 0, 1, 1]).reshape(3, 2), 2.0, 2.0))
def point_in_polygon(polygon, x, y):
    inside = False
    j = len(polygon) - 1
    for i in range(len(polygon)):
        if (polygon[i, 1] > y) != (polygon[j, 1] > y):
            t = (y - polygon[i, 1]) / (polygon[j, 1] - polygon[i, 1])
            if x < polygon[i, 0] + t * (polygon[j, 0] - polygon[i, 0]):
                inside = not inside
        j = i
    return inside
