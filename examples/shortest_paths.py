"""Find the shortest ways between all places of a road map (Floyd and Warshall), and name the stops."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from minijit import jit

# Roads between cities, in kilometres, rounded.
ROADS = (
    ("Amsterdam", "Brussels", 210),
    ("Amsterdam", "Cologne", 265),
    ("Brussels", "Cologne", 215),
    ("Brussels", "Paris", 315),
    ("Cologne", "Frankfurt", 190),
    ("Frankfurt", "Munich", 395),
    ("Frankfurt", "Strasbourg", 220),
    ("Paris", "Strasbourg", 490),
    ("Paris", "Lyon", 465),
    ("Strasbourg", "Zurich", 225),
    ("Munich", "Zurich", 315),
    ("Zurich", "Milan", 280),
    ("Lyon", "Milan", 440),
)


@jit
def all_shortest_paths(lengths):
    """The least distances, and for each pair the first stop on the way."""
    n = lengths.shape[0]
    distances = np.empty((n, n))
    first = np.full((n, n), -1, np.int64)
    for i in range(n):
        for j in range(n):
            distances[i, j] = lengths[i, j]
            if lengths[i, j] < math.inf:
                first[i, j] = j
    for k in range(n):
        for i in range(n):
            for j in range(n):
                through = distances[i, k] + distances[k, j]
                if through < distances[i, j]:
                    distances[i, j] = through
                    first[i, j] = first[i, k]
    return distances, first


@jit
def stops_between(first, start, end):
    """The places on the way from start to end, in order, as an array; an empty one if there is no way."""
    places = np.empty(first.shape[0], np.int64)
    if first[start, end] < 0:
        return places[:0]
    count = 0
    place = start
    while place != end:
        places[count] = place
        count += 1
        place = first[place, end]
    places[count] = end
    return places[: count + 1]


def main() -> None:
    """Some ways through Europe, and 150 places on a ring."""
    names = sorted({name for a, b, _ in ROADS for name in (a, b)})
    lengths = np.full((len(names), len(names)), np.inf)
    np.fill_diagonal(lengths, 0.0)
    for a, b, distance in ROADS:
        lengths[names.index(a), names.index(b)] = lengths[names.index(b), names.index(a)] = distance
    distances, first = all_shortest_paths(lengths)
    for a, b in (("Amsterdam", "Milan"), ("Paris", "Munich"), ("Lyon", "Cologne")):
        start, end = names.index(a), names.index(b)
        stops = [names[place] for place in stops_between(first, start, end)]
        print(f"{distances[start, end]:.0f} km: {' - '.join(stops)}")
        legs = [lengths[names.index(one), names.index(other)] for one, other in pairwise(stops)]
        assert distances[start, end] == sum(legs)
    assert np.array_equal(distances, distances.T)

    size = 150
    ring = np.full((size, size), np.inf)
    for i in range(size):
        ring[i, i] = 0.0
        ring[i, (i + 1) % size] = 1.0
    distances, _ = all_shortest_paths(ring)
    print(f"once round a ring of {size} places, the farthest is {distances.max():.0f} steps away")
    assert distances.max() == size - 1


if __name__ == "__main__":
    main()
