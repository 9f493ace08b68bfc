"""Recognise handwritten digits by their k nearest neighbours, on the data set that comes with scikit-learn.

Needs scikit-learn for the data (``pip install scikit-learn``); everything else is the loops below.
"""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits

from minijit import jit

NEIGHBOURS = 3


@jit
def squared_distance(a, b, limit):
    """The squared distance of two images, or some number above ``limit`` if it is larger than that."""
    total = 0.0
    for k in range(len(a)):
        step = a[k] - b[k]
        total += step * step
        if total > limit:
            break
    return total


@jit
def classify(images, labels, image, neighbours):
    """The label that most of the nearest images have; the nearest one decides a draw."""
    distances = np.full(neighbours, np.inf)
    nearest = np.zeros(neighbours, np.int64)
    for i in range(images.shape[0]):
        distance = squared_distance(images[i], image, distances[neighbours - 1])
        if distance < distances[neighbours - 1]:
            place = neighbours - 1
            while place > 0 and distances[place - 1] > distance:
                distances[place] = distances[place - 1]
                nearest[place] = nearest[place - 1]
                place -= 1
            distances[place] = distance
            nearest[place] = labels[i]
    votes = np.zeros(10, np.int64)
    for label in nearest:
        votes[label] += 1
    best = nearest[0]
    for label in range(10):
        if votes[label] > votes[best]:
            best = label
    return best


@jit
def classify_all(images, labels, unknown, neighbours):
    """The labels of all unknown images."""
    result = np.empty(unknown.shape[0], np.int64)
    for i in range(unknown.shape[0]):
        result[i] = classify(images, labels, unknown[i], neighbours)
    return result


def main() -> None:
    """Learn from the first 1397 images and recognise the last 400."""
    images, labels = load_digits(return_X_y=True)
    labels = labels.astype(np.int64)
    found = classify_all(images[:-400], labels[:-400], images[-400:], NEIGHBOURS)
    right = found == labels[-400:]
    print(f"{right.sum()} of {right.size} digits recognised ({right.mean():.1%})")
    for digit in range(10):
        of_digit = labels[-400:] == digit
        print(f"  {digit}: {right[of_digit].sum()} of {of_digit.sum()}")
    assert right.mean() > 0.95


if __name__ == "__main__":
    main()
