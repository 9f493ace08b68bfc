"""Decisions that the data make."""

import numpy as np

from benchmarks.kernels.data import floats, integers
from benchmarks.registry import kernel


@kernel(lambda n: (n, n, 50), (60, 200), quick_up_to=60)
def mandelbrot(height, width, limit):
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


def _board(n):
    return integers(2, n, n, dtype=np.uint8), np.zeros((n, n), np.uint8)


@kernel(_board, (64,))
def life_step(board, following):
    rows, columns = board.shape
    for i in range(rows):
        for j in range(columns):
            neighbours = 0
            for di in range(-1, 2):
                for dj in range(-1, 2):
                    if di != 0 or dj != 0:
                        neighbours += int(board[(i + di) % rows, (j + dj) % columns])
            if neighbours == 3 or (neighbours == 2 and board[i, j] == 1):
                following[i, j] = 1
            else:
                following[i, j] = 0


@kernel(lambda n: (np.sort(floats(n)), floats(n, seed=4)), (2_000,), numpy=np.searchsorted)
def binary_search(table, wanted):
    result = np.empty(len(wanted), np.int64)
    for i in range(len(wanted)):
        low = 0
        high = len(table)
        while low < high:
            middle = (low + high) // 2
            if table[middle] < wanted[i]:
                low = middle + 1
            else:
                high = middle
        result[i] = low
    return result


@kernel(lambda n: (floats(n),), (300,), numpy=np.sort)
def insertion_sort(values):
    a = np.empty_like(values)
    for i in range(len(values)):
        x = values[i]
        j = i - 1
        while j >= 0 and a[j] > x:
            a[j + 1] = a[j]
            j -= 1
        a[j + 1] = x
    return a


@kernel(lambda n: (floats(n) - 0.5,), (20_000,), numpy=lambda a: np.where(a > 0, a, 0.0))
def rectify(a):
    result = np.empty_like(a)
    for i in range(a.shape[0]):
        result[i] = a[i] if a[i] > 0.0 else 0.0
    return result


@kernel(lambda n: (integers(4, n),), (20_000,))
def longest_run(a):
    best = 1
    current = 1
    for i in range(1, len(a)):
        if a[i] == a[i - 1]:
            current += 1
            best = max(best, current)
        else:
            current = 1
    return best
