"""Stores into lists of numbers that are arguments: the caller sees them."""

from tests.corpus import bails, rows


@rows(([5, 3, 8, 1, 9, 2],), ([],), ([1.5, -2.0, 0.25],), ([True, False, True],))
def bubble_sort(a):
    n = len(a)
    for i in range(n):
        for j in range(n - 1 - i):
            if a[j] > a[j + 1]:
                a[j], a[j + 1] = a[j + 1], a[j]
    return a


@rows(([5, 3, 8, 1, 9, 2],), ([1.5, -2.0, 0.25],))
def insertion_sort(a):
    for i in range(1, len(a)):
        key = a[i]
        j = i - 1
        while j >= 0 and a[j] > key:
            a[j + 1] = a[j]
            j -= 1
        a[j + 1] = key


@rows(([1.0, 2.0, 3.0], 2.0), ([], 1.0))
def scaled(a, k):
    for i in range(len(a)):
        a[i] *= k
    return len(a)


@rows(([1.0, 2.0, 3.0], 3), ([1.0, 2.0], -3), ([1.0, 2.0], -2), ([1.0], 2**40))
def out_of_range(a, i):
    a[0] = 7.5
    a[i] = 1.0
    return a


@rows(([1, 2, 3],), bails([2**62, 5, 3]), bails([-(2**62), 5, 3]))
def large(a):
    for i in range(len(a)):
        a[i] = a[i] * 2 - 1
    return a


@rows(([[1.0, 2.0], [3.0, 4.0]], [[0.5, 0.5], [1.0, -1.0]]))
def matrix_product_in_place(a, b):
    n = len(a)
    for i in range(n):
        row = [0.0] * n
        for j in range(n):
            for k in range(n):
                row[j] += a[i][k] * b[k][j]
        for j in range(n):
            a[i][j] = row[j]
    return a


@rows(([0, 0, 0, 0], [1, 3, 3, 0, 9]))
def histogram(counts, values):
    seen = 0
    for v in values:
        try:
            counts[v] += 1
        except IndexError:
            seen += 1
    return seen


@rows(([3, 1, 2],), ([0],))
def same_list_twice(a):
    b = a
    for i in range(len(a)):
        b[i] = a[i] + i
        a[i] += b[i - 1]
    return b
