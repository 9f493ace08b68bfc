"""Realistic kernels over arrays: stencils, linear algebra, simulation, images."""

import math

import numpy as np

from tests.corpus import rows

RNG = np.random.default_rng(7)
S = RNG.random((6, 6))
SPD = S @ S.T + 6 * np.eye(6)
V = RNG.random(6)
GRID = (RNG.random((8, 9)) > 0.6).astype(np.uint8)
POINTS = RNG.random((7, 3))


@rows((10, 8, 20), (3, 3, 5))
def mandelbrot(width, height, turns):
    image = np.zeros((height, width), np.uint8)
    for i in range(height):
        for j in range(width):
            c = complex(-2 + 3 * j / width, -1 + 2 * i / height)
            z = 0j
            for k in range(turns):
                z = z * z + c
                if z.real * z.real + z.imag * z.imag > 4:
                    break
            image[i, j] = k
    return image


@rows((S.copy(), 5), (S.copy(), 0), (np.asfortranarray(S), 2))
def jacobi(u, steps):
    n, m = u.shape
    new = u.copy()
    for _ in range(steps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                new[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1])
        u, new = new, u
    return u


@rows((SPD,), (np.eye(3),), (np.array([[0.0, 1.0], [1.0, 0.0]]),), (np.ones((2, 2)),))
def determinant(a):
    n = a.shape[0]
    lu = np.empty_like(a)
    for i in range(n):
        for j in range(n):
            lu[i, j] = a[i, j]
    det = 1.0
    for k in range(n):
        p = k
        for i in range(k + 1, n):
            if abs(lu[i, k]) > abs(lu[p, k]):
                p = i
        if lu[p, k] == 0:
            return 0.0
        if p != k:
            for j in range(n):
                lu[k, j], lu[p, j] = lu[p, j], lu[k, j]
            det = -det
        det *= lu[k, k]
        for i in range(k + 1, n):
            f = lu[i, k] / lu[k, k]
            for j in range(k + 1, n):
                lu[i, j] -= f * lu[k, j]
    return det


@rows((SPD,), (-np.eye(2),))
def cholesky(a):
    n = len(a)
    l = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            s = a[i, j]
            for k in range(j):
                s -= l[i, k] * l[j, k]
            if i == j:
                l[i, i] = math.sqrt(s)
            else:
                l[i, j] = s / l[j, j]
    return l


@rows((SPD, V))
def solve_by_gauss_seidel(a, b):
    n = len(b)
    x = np.zeros(n)
    for turn in range(30):
        change = 0.0
        for i in range(n):
            s = b[i]
            for j in range(n):
                if j != i:
                    s -= a[i, j] * x[j]
            s /= a[i, i]
            change = max(change, abs(s - x[i]))
            x[i] = s
        if change < 1e-12:
            break
    return x, turn


@rows((S, S.T), (S[:2], S[:, :3]), (S.astype(np.float32), S.astype(np.float32)), (np.arange(4).reshape(2, 2), np.arange(4).reshape(2, 2)))
def matmul(a, b):
    n, m, p = a.shape[0], a.shape[1], b.shape[1]
    c = np.zeros((n, p), a.dtype)
    for i in range(n):
        for j in range(p):
            for k in range(m):
                c[i, j] += a[i, k] * b[k, j]
    return c


@rows((POINTS.copy(), np.zeros((7, 3)), 0.01, 3))
def n_body(x, v, dt, steps):
    n = x.shape[0]
    for _ in range(steps):
        for i in range(n):
            ax = ay = az = 0.0
            for j in range(n):
                if i == j:
                    continue
                dx, dy, dz = x[j, 0] - x[i, 0], x[j, 1] - x[i, 1], x[j, 2] - x[i, 2]
                r2 = dx * dx + dy * dy + dz * dz + 1e-9
                w = 1.0 / (r2 * math.sqrt(r2))
                ax += w * dx
                ay += w * dy
                az += w * dz
            v[i, 0] += dt * ax
            v[i, 1] += dt * ay
            v[i, 2] += dt * az
        for i in range(n):
            for k in range(3):
                x[i, k] += dt * v[i, k]
    return x


@rows((POINTS,))
def distances(p):
    n = p.shape[0]
    d = np.zeros((n, n))
    for i in range(n):
        for j in range(i):
            s = 0.0
            for k in range(p.shape[1]):
                s += (p[i, k] - p[j, k]) ** 2
            d[i, j] = d[j, i] = math.sqrt(s)
    return d


@rows((GRID,), (GRID.astype(np.bool_),), (GRID.T,))
def game_of_life(grid):
    n, m = grid.shape
    new = np.zeros_like(grid)
    for i in range(n):
        for j in range(m):
            count = 0
            for di in (-1, 0, 1):
                for dj in (-1, 0, 1):
                    if di != 0 or dj != 0:
                        if grid[(i + di) % n, (j + dj) % m]:
                            count += 1
            if count == 3 or (count == 2 and grid[i, j]):
                new[i, j] = 1
    return new


@rows((V, V[::-1]), (V, V[:3]), (V.astype(np.float32), V))
def dynamic_time_warping(a, b):
    n, m = len(a), len(b)
    cost = np.full((n + 1, m + 1), np.inf)
    cost[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            d = abs(a[i - 1] - b[j - 1])
            cost[i, j] = d + min(cost[i - 1, j], cost[i, j - 1], cost[i - 1, j - 1])
    return cost[n, m]


@rows((V * 100, V * 90, V, 0.05, 0.2))
def black_scholes(spot, strike, years, rate, sigma):
    price = np.empty(len(spot))
    for i in range(len(spot)):
        s = sigma * math.sqrt(years[i])
        d1 = (math.log(spot[i] / strike[i]) + (rate + 0.5 * sigma**2) * years[i]) / s
        d2 = d1 - s
        price[i] = spot[i] * normal_cdf(d1) - strike[i] * math.exp(-rate * years[i]) * normal_cdf(d2)
    return price


def normal_cdf(x):
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))


@rows((np.arange(8) + 0j,), (np.exp(1j * np.arange(16)),), (np.ones(1, np.complex128),))
def fft(x):
    n = len(x)
    j = 0
    for i in range(1, n):
        bit = n >> 1
        while j & bit:
            j ^= bit
            bit >>= 1
        j |= bit
        if i < j:
            x[i], x[j] = x[j], x[i]
    size = 2
    while size <= n:
        angle = -2 * math.pi / size
        step = complex(math.cos(angle), math.sin(angle))
        for start in range(0, n, size):
            w = 1 + 0j
            for k in range(start, start + size // 2):
                even, odd = x[k], x[k + size // 2] * w
                x[k] = even + odd
                x[k + size // 2] = even - odd
                w *= step
        size *= 2
    return x


@rows((RNG.random((6, 7)), np.ones((3, 3)) / 9), (np.arange(20.0).reshape(4, 5), np.array([[1.0, -1.0]])))
def convolve(image, kernel):
    n, m = image.shape
    p, q = kernel.shape
    out = np.zeros((n - p + 1, m - q + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            s = 0.0
            for k in range(p):
                for l in range(q):
                    s += image[i + k, j + l] * kernel[p - 1 - k, q - 1 - l]
            out[i, j] = s
    return out


@rows((RNG.random(20), 5, 0.0, 1.0), (np.array([-1.0, 0.5, 2.0]), 4, 0.0, 1.0))
def histogram(x, bins, lo, hi):
    counts = np.zeros(bins, np.int64)
    for v in x:
        k = int((v - lo) / (hi - lo) * bins)
        if 0 <= k < bins:
            counts[k] += 1
    return counts


@rows((RNG.random(9), 3), (np.arange(5.0), 10))
def moving_average(x, window):
    n = len(x)
    out = np.empty(n)
    s = 0.0
    for i in range(n):
        s += x[i]
        if i >= window:
            s -= x[i - window]
        out[i] = s / min(i + 1, window)
    return out


@rows((POINTS, POINTS[2:5], 2))
def nearest_neighbours(points, queries, k):
    found = np.full((len(queries), k), -1)
    for q in range(len(queries)):
        best = np.full(k, np.inf)
        for i in range(len(points)):
            d = 0.0
            for c in range(points.shape[1]):
                t = points[i, c] - queries[q, c]
                d += t * t
            j = k - 1
            if d < best[j]:
                while j > 0 and best[j - 1] > d:
                    best[j] = best[j - 1]
                    found[q, j] = found[q, j - 1]
                    j -= 1
                best[j] = d
                found[q, j] = i
    return found


@rows((RNG.random((10, 2)), 2, 5))
def k_means(points, k, turns):
    centers = points[:k].copy()
    labels = np.zeros(len(points), np.int64)
    for _ in range(turns):
        for i in range(len(points)):
            best = math.inf
            for c in range(k):
                d = 0.0
                for axis in range(points.shape[1]):
                    d += (points[i, axis] - centers[c, axis]) ** 2
                if d < best:
                    best = d
                    labels[i] = c
        for c in range(k):
            count = 0
            total = np.zeros(points.shape[1])
            for i in range(len(points)):
                if labels[i] == c:
                    count += 1
                    for axis in range(points.shape[1]):
                        total[axis] += points[i, axis]
            if count > 0:
                for axis in range(points.shape[1]):
                    centers[c, axis] = total[axis] / count
    return centers, labels


@rows((np.array([[0, 3, 10.0], [3, 0, 1], [10, 1, 0]]),), (np.array([[0, np.inf], [2.0, 0]]),))
def floyd_warshall(d):
    n = len(d)
    for k in range(n):
        for i in range(n):
            for j in range(n):
                if d[i, k] + d[k, j] < d[i, j]:
                    d[i, j] = d[i, k] + d[k, j]
    return d


@rows((GRID, 1, 2), (np.ones((3, 3), np.uint8), 0, 0))
def flood_fill(grid, i, j):
    n, m = grid.shape
    stack = np.empty((n * m * 4 + 1, 2), np.int64)
    stack[0, 0], stack[0, 1] = i, j
    top, filled = 1, 0
    while top > 0:
        top -= 1
        y, x = stack[top]
        if y < 0 or y >= n or x < 0 or x >= m or grid[y, x] != grid[i, j] and filled > 0:
            continue
        if grid[y, x] == 7:
            continue
        grid[y, x] = 7
        filled += 1
        for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0)):
            stack[top, 0] = y + dy
            stack[top, 1] = x + dx
            top += 1
    return filled


@rows((V,), (np.array([2.0]),), (np.array([]),))
def mean_and_deviation(x):
    n = len(x)
    mean = 0.0
    m2 = 0.0
    for i in range(n):
        d = x[i] - mean
        mean += d / (i + 1)
        m2 += d * (x[i] - mean)
    return mean, math.sqrt(m2 / (n - 1)) if n > 1 else None


@rows((V, V * 2 + 1))
def linear_regression(x, y):
    n = len(x)
    sx = sy = sxx = sxy = 0.0
    for i in range(n):
        sx += x[i]
        sy += y[i]
        sxx += x[i] ** 2
        sxy += x[i] * y[i]
    slope = (n * sxy - sx * sy) / (n * sxx - sx * sx)
    return slope, (sy - slope * sx) / n
