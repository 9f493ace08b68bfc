"""Tests of points of docs/semantics.md: those about instances and records."""

from __future__ import annotations

import numpy as np
import pytest

from minijit import njit


def test_attributes_are_stored_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    class Counter:
        def __init__(self) -> None:
            self.k = 0

    class Output:
        def write(self, text: str) -> None:
            seen.append(counter.k)

        def flush(self) -> None:
            pass

    @njit
    def count(self):
        for _ in range(3):
            self.k += 1
            print("counted")
        return self.k

    counter, seen = Counter(), list[int]()
    monkeypatch.setattr("sys.stdout", Output())
    assert count(counter) == 3 and counter.k == 3
    assert set(seen) == {0}


def test_base_of_a_returned_record() -> None:
    @njit
    def first(r):
        return r[0]

    records = np.zeros(3, [("a", np.int64)])
    record = first(records)
    record["a"] = 5
    assert records["a"][0] == 5 and record.base is not records
