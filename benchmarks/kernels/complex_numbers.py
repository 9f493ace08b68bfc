"""Complex arithmetic."""

import cmath

import numpy as np

from benchmarks.kernels.data import floats
from benchmarks.registry import kernel


@kernel(lambda n: (n, 40), (50,))
def julia(size, limit):
    image = np.zeros((size, size), np.int64)
    for i in range(size):
        for j in range(size):
            z = complex(3.0 * i / size - 1.5, 3.0 * j / size - 1.5)
            steps = 0
            while steps < limit and abs(z) <= 2.0:
                z = z * z + (-0.4 + 0.6j)
                steps += 1
            image[i, j] = steps
    return image


@kernel(lambda n: (floats(n) + 1j * floats(n, seed=4),), (64,), numpy=np.fft.fft)
def fourier_transform(signal):
    n = len(signal)
    result = np.empty(n, np.complex128)
    for k in range(n):
        total = 0j
        for t in range(n):
            total += signal[t] * cmath.exp(-2j * cmath.pi * k * t / n)
        result[k] = total
    return result


@kernel(lambda n: (floats(n) + 1j * floats(n, seed=4),), (20_000,), numpy=lambda a: (a * a.conj()).real.sum())
def energy(signal):
    total = 0.0
    for z in signal:
        total += z.real * z.real + z.imag * z.imag
    return total
