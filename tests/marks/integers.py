"""Python ints whose sums and products need no check: what the marks say must not be lost."""

from __future__ import annotations

import numpy as np

BOARD = np.arange(36, dtype=np.uint8).reshape(6, 6)


def hash_of(a=BOARD):
    h = 5381
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            h = (h * 33 + int(a[i, j])) & 0xFFFFFFFF  # check: none
    return h


def xorshift(x=1234, n=8):
    x &= 0xFFFFFFFF
    for _ in range(n):
        x ^= (x << 13) & 0xFFFFFFFF  # check: none
        x ^= x >> 17
        x ^= (x << 5) & 0xFFFFFFFF  # check: none
    return x


def neighbours(board=BOARD, out=BOARD):
    rows, columns = board.shape
    for i in range(rows):
        for j in range(columns):
            above, left = (i - 1) % rows, (j + columns - 1) % columns  # check: none
            out[i, j] = board[above, left]  # check: none


def digits(n=98765):
    n = abs(n) % 1000000007
    total = 0
    while n > 0:
        digit = n % 10  # check: none
        n //= 10  # check: none
        total = max(total, 10 * digit + 1)  # check: none
    return total


def collatz(n=27):
    steps = 0
    if n > 0:
        while n != 1:
            if n % 2 == 0:
                n //= 2  # check: none
            else:
                n = 3 * n + 1
            steps += 1
    return steps


def clamped(a=np.arange(9)):
    total = 0
    for i in range(len(a)):
        x = min(max(int(a[i]), 0), 255)
        y = x * x + 3 * x - 7  # check: none
        total = (total + y) % 65521  # check: none
    return total


def guarded(x=5, y=7):
    if 0 <= x < 1000 and -1000 < y <= 1000:
        return x * y + (x - y) * (x + y), (x << 20) + (1 << x // 100), x // 7  # check: none
    return 0, 0, 0
