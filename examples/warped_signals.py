"""Tell gestures apart that are made at different speeds, by dynamic time warping."""

from __future__ import annotations

import math

import numpy as np

from minijit import jit


@jit
def warping_cost(a, b, window):
    """The table of least costs to match the beginnings of two signals; far-off pairs are left infinite."""
    n, m = len(a), len(b)
    cost = np.full((n + 1, m + 1), np.inf)
    cost[0, 0] = 0.0
    for i in range(1, n + 1):
        centre = i * m // n
        for j in range(max(1, centre - window), min(m, centre + window) + 1):
            step = abs(a[i - 1] - b[j - 1])
            cost[i, j] = step + min(cost[i - 1, j], cost[i, j - 1], cost[i - 1, j - 1])
    return cost


@jit
def path_length(cost):
    """How many pairs the cheapest matching has, found by walking back from the end."""
    i, j = cost.shape[0] - 1, cost.shape[1] - 1
    length = 0
    while i > 0 and j > 0:
        length += 1
        best = min(cost[i - 1, j - 1], cost[i - 1, j], cost[i, j - 1])
        if best == cost[i - 1, j - 1]:
            i, j = i - 1, j - 1
        elif best == cost[i - 1, j]:
            i -= 1
        else:
            j -= 1
    return length


def gesture(kind: str, samples: int, hurry: float) -> np.ndarray:
    """A made-up gesture; ``hurry`` other than 1 makes it start slowly or quickly."""
    time = np.linspace(0.0, 1.0, samples) ** hurry
    if kind == "wave":
        return np.sin(4.0 * math.pi * time)
    if kind == "push":
        return np.exp(-(((time - 0.5) / 0.15) ** 2))
    return 2.0 * np.abs(time - 0.5)


def main() -> None:
    """Recognise six gestures by three templates."""
    kinds = ("wave", "push", "swing")
    templates = {kind: gesture(kind, 200, 1.0) for kind in kinds}
    right = 0
    for kind in kinds:
        for samples, hurry in ((160, 1.3), (240, 0.8)):
            signal = gesture(kind, samples, hurry)
            costs = {name: warping_cost(signal, template, 60) for name, template in templates.items()}
            distances = {name: float(cost[-1, -1]) / path_length(cost) for name, cost in costs.items()}
            found = min(distances, key=lambda name: distances[name])
            right += found == kind
            shown = ", ".join(f"{name} {distance:.3f}" for name, distance in distances.items())
            print(f"{kind} in {samples} samples: {shown} -> {found}")
    print(f"{right} of 6 gestures recognised")
    assert right == 6


if __name__ == "__main__":
    main()
