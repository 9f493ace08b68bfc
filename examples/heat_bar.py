"""Cool a bar whose ends are kept at 0 degrees, and compare with the exact solution of the heat equation."""

from __future__ import annotations

import math

import numpy as np

from minijit import jit


@jit
def cool(start, ratio, steps):
    """Temperatures after some explicit steps; ``ratio`` is diffusivity * time step / spacing squared."""
    if ratio > 0.5:
        raise ValueError("the time step is too long: the ratio must not exceed 0.5")
    n = len(start)
    now = np.empty(n)
    then = np.zeros(n)
    for i in range(n):
        now[i] = start[i]
    for _ in range(steps):
        for i in range(1, n - 1):
            then[i] = now[i] + ratio * (now[i - 1] - 2.0 * now[i] + now[i + 1])
        now, then = then, now
    return now


def main() -> None:
    """A sine wave keeps its shape and decays exponentially."""
    points, ratio, steps = 101, 0.4, 2000
    x = np.linspace(0.0, 1.0, points)
    spacing = x[1] - x[0]
    time = steps * ratio * spacing**2
    start = 100.0 * np.sin(math.pi * x)
    start[-1] = 0.0
    computed = cool(start, ratio, steps)
    exact = math.exp(-(math.pi**2) * time) * start
    error = np.abs(computed - exact).max()
    middle = points // 2
    print(f"temperature in the middle after {time:.3f} s: {computed[middle]:.4f}, exactly {exact[middle]:.4f}")
    print(f"largest error: {error:.4f} degrees")
    assert error < 0.05
    try:
        cool(start, 0.6, 1)
    except ValueError as problem:
        print(f"refused: {problem}")


if __name__ == "__main__":
    main()
