"""Expressions over whole arrays: one loop and no array in between; ``# allocs: N``: the line makes so many arrays."""

import numpy as np

V = np.linspace(-1.0, 1.0, 40)
W = np.linspace(2.0, 5.0, 40)
A = np.linspace(0.0, 1.0, 48).reshape(6, 8)


def five_operations(a=V, b=W):
    return a * 2 + b * 3 - a * b  # allocs: 1, vectorised


def named_parts(a=V, b=W):
    t = a * b  # allocs: 0
    u = np.sqrt(b) + t  # allocs: 0
    return np.where(u > t, u, -t)  # allocs: 1, vectorised


def kept_part(a=V, b=W):
    t = a * b  # allocs: 1, vectorised
    return t, t + 1  # allocs: 1, vectorised


def into_a_view(out=A.copy(), a=A):
    out[1:-1, 1:-1] = 0.25 * (a[2:, 1:-1] + a[:-2, 1:-1] + a[1:-1, 2:] + a[1:-1, :-2])  # vectorised


def in_place(a=V.copy(), b=W):
    a += a * b - 1  # vectorised


def distance(a=V, b=W):
    return np.sqrt(((a - b) ** 2).sum())  # allocs: 0, vectorised


def truths(a=V, b=W):
    return (a > b).sum(), (a < b).all(), np.mean(a > 0)  # allocs: 0


def by_rows(x=A):
    e = np.square(x - x.max(axis=1, keepdims=True)) + 1  # allocs: 2
    return e / e.sum(axis=1, keepdims=True)  # allocs: 2
