"""Let the giant planets go round the Sun for 100 years, and see whether their energy stays what it was."""

from __future__ import annotations

import math

import numpy as np

from minijit import jit

GRAVITY = 4.0 * math.pi**2  # in astronomical units, years and masses of the Sun

# distance, mass; each planet starts on a circular orbit, a quarter turn after the one before
PLANETS = (
    ("Jupiter", 5.203, 9.548e-4),
    ("Saturn", 9.537, 2.859e-4),
    ("Uranus", 19.19, 4.366e-5),
    ("Neptune", 30.07, 5.151e-5),
)


@jit
def accelerate(positions, masses, accelerations):
    """Write the acceleration of every body by all the others."""
    n = len(masses)
    for i in range(n):
        for k in range(3):
            accelerations[i, k] = 0.0
    for i in range(n):
        for j in range(i + 1, n):
            dx = positions[j, 0] - positions[i, 0]
            dy = positions[j, 1] - positions[i, 1]
            dz = positions[j, 2] - positions[i, 2]
            squared = dx * dx + dy * dy + dz * dz
            strength = GRAVITY / (squared * math.sqrt(squared))
            for k, step in enumerate((dx, dy, dz)):
                accelerations[i, k] += strength * masses[j] * step
                accelerations[j, k] -= strength * masses[i] * step


@jit
def travel(positions, velocities, masses, dt, steps):
    """Advance all bodies in place by the leapfrog method."""
    accelerations = np.empty_like(positions)
    accelerate(positions, masses, accelerations)
    for _ in range(steps):
        for i in range(len(masses)):
            for k in range(3):
                velocities[i, k] += 0.5 * dt * accelerations[i, k]
                positions[i, k] += dt * velocities[i, k]
        accelerate(positions, masses, accelerations)
        for i in range(len(masses)):
            for k in range(3):
                velocities[i, k] += 0.5 * dt * accelerations[i, k]


@jit
def energy(positions, velocities, masses):
    """Kinetic and potential energy together."""
    total = 0.0
    for i in range(len(masses)):
        speed = velocities[i]
        total += 0.5 * masses[i] * (speed[0] ** 2 + speed[1] ** 2 + speed[2] ** 2)
        for j in range(i):
            squared = 0.0
            for k in range(3):
                squared += (positions[i, k] - positions[j, k]) ** 2
            total -= GRAVITY * masses[i] * masses[j] / math.sqrt(squared)
    return total


def solar_system() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions, velocities and masses; the Sun comes first and moves so that the whole stays in place."""
    bodies = len(PLANETS) + 1
    positions, velocities, masses = np.zeros((bodies, 3)), np.zeros((bodies, 3)), np.ones(bodies)
    for i, (_, distance, mass) in enumerate(PLANETS, 1):
        angle = 0.5 * math.pi * i
        speed = math.sqrt(GRAVITY / distance)
        positions[i] = distance * math.cos(angle), distance * math.sin(angle), 0.0
        velocities[i] = -speed * math.sin(angle), speed * math.cos(angle), 0.0
        masses[i] = mass
    velocities[0] = -(masses[1:, None] * velocities[1:]).sum(axis=0)
    return positions, velocities, masses


def main() -> None:
    """A hundred years in steps of 0.05."""
    positions, velocities, masses = solar_system()
    before = energy(positions, velocities, masses)
    travel(positions, velocities, masses, 0.05, 2000)
    drift = abs(energy(positions, velocities, masses) / before - 1.0)
    for i, (name, distance, _) in enumerate(PLANETS, 1):
        now = math.dist(positions[i], positions[0])
        print(f"{name:<8} started {distance:6.2f} from the Sun and is now {now:6.2f} away")
        assert abs(now / distance - 1.0) < 0.05
    print(f"the energy has changed by {drift:.1e} of itself")
    assert drift < 1e-6


if __name__ == "__main__":
    main()
