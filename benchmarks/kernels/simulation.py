"""Steps in time."""

import math

import numpy as np

from benchmarks.kernels.data import floats
from benchmarks.registry import helper, kernel


@kernel(lambda n: (floats(5, 3), floats(5, 3, seed=4) - 0.5, floats(5, seed=5), 1e-4, n), (100,))
def n_body(positions, velocities, masses, dt, steps):
    n = len(masses)
    for _ in range(steps):
        for i in range(n):
            for j in range(i + 1, n):
                dx = positions[i, 0] - positions[j, 0]
                dy = positions[i, 1] - positions[j, 1]
                dz = positions[i, 2] - positions[j, 2]
                squared = dx * dx + dy * dy + dz * dz + 0.01
                pull = dt / (squared * math.sqrt(squared))
                velocities[i, 0] -= dx * masses[j] * pull
                velocities[i, 1] -= dy * masses[j] * pull
                velocities[i, 2] -= dz * masses[j] * pull
                velocities[j, 0] += dx * masses[i] * pull
                velocities[j, 1] += dy * masses[i] * pull
                velocities[j, 2] += dz * masses[i] * pull
        for i in range(n):
            for k in range(3):
                positions[i, k] += dt * velocities[i, k]


@helper
def lorenz_slope(x, y, z):
    return 10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z


@kernel(lambda n: (n, 0.01), (3_000,))
def lorenz(steps, dt):
    x, y, z = 1.0, 1.0, 1.0
    for _ in range(steps):
        a = lorenz_slope(x, y, z)
        b = lorenz_slope(x + 0.5 * dt * a[0], y + 0.5 * dt * a[1], z + 0.5 * dt * a[2])
        c = lorenz_slope(x + 0.5 * dt * b[0], y + 0.5 * dt * b[1], z + 0.5 * dt * b[2])
        d = lorenz_slope(x + dt * c[0], y + dt * c[1], z + dt * c[2])
        x += dt / 6.0 * (a[0] + 2.0 * b[0] + 2.0 * c[0] + d[0])
        y += dt / 6.0 * (a[1] + 2.0 * b[1] + 2.0 * c[1] + d[1])
        z += dt / 6.0 * (a[2] + 2.0 * b[2] + 2.0 * c[2] + d[2])
    return x, y, z


@helper
def next_state(state):
    return (state * 1103515245 + 12345) % 2147483648


@kernel(lambda n: (n, 42), (30_000,))
def monte_carlo_pi(samples, seed):
    state = seed
    inside = 0
    for _ in range(samples):
        state = next_state(state)
        x = state / 2147483648.0
        state = next_state(state)
        y = state / 2147483648.0
        if x * x + y * y < 1.0:
            inside += 1
    return 4.0 * inside / samples


@kernel(lambda n: (floats(n), 50, 0.2), (400,))
def heat_equation(initial, steps, ratio):
    n = len(initial)
    u = np.empty(n)
    following = np.empty(n)
    for i in range(n):
        u[i] = initial[i]
        following[i] = initial[i]
    for _ in range(steps):
        for i in range(1, n - 1):
            following[i] = u[i] + ratio * (u[i - 1] - 2.0 * u[i] + u[i + 1])
        u, following = following, u
    return u
