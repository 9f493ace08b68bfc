"""Trying functions on made-up arguments: it must do no harm, and tell all that may come of a call."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import minijit
from minijit import types as t
from minijit.library.registry import Arg
from minijit.library.sampling import outcome_of
from minijit.testing import assert_same

ROW, PLACES = t.Array(np.dtype(np.float64), 1, "C", True), t.Array(np.dtype(np.int32), 1, "C", True)


def scientific(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that passes for one of SciPy's."""
    function.__module__ = "scipy.invented"
    return function


def test_indices_of_samples_are_within_bounds() -> None:
    seen: list[Any] = []

    @scientific
    def exchanged(rows: Any, places: Any) -> Any:
        # A C function would not look whether they are.
        seen.append((len(rows), int(places.min()), int(places.max())))
        return rows[places]

    outcome = outcome_of(exchanged, [Arg(ROW), Arg(PLACES)], {})
    assert outcome is not None
    assert outcome.type == ROW
    assert seen
    assert all(0 <= least <= most < length for length, least, most in seen)


@pytest.mark.parametrize("draw", [lambda: np.random.normal(), lambda: random.random()])
def test_shared_generators_are_left_alone(draw: Callable[[], float]) -> None:
    @scientific
    def noisy(rows: Any) -> Any:
        return rows + draw()

    np.random.seed(5)
    random.seed(5)
    wanted = draw()
    np.random.seed(5)
    random.seed(5)
    outcome = outcome_of(noisy, [Arg(ROW)], {})
    assert outcome is not None
    assert outcome.changes
    assert draw() == wanted


def test_complex_numbers_have_imaginary_parts() -> None:
    @minijit.jit(fallback="error")
    def simplified(c):
        return np.real_if_close(c)

    for c in (np.ones(3) + 0j, np.ones(3) + 1j):
        assert_same(simplified, c)
    assert not simplified.stats["bailouts"]


def test_numbers_are_negative_too() -> None:
    found = outcome_of(np.emath.sqrt, [Arg(ROW)], {})
    assert found is not None
    assert {one.dtype.kind for one in t.alternatives_of(found.type)} == {"f", "c"}  # type: ignore[union-attr]
    assert outcome_of(np.emath.sqrt, [Arg(t.FLOAT)], {}) is None

    @minijit.jit(fallback="error")
    def root(x):
        return np.emath.sqrt(x)

    for x in (4.0, -4.0):
        assert_same(root, x)
    assert not root.stats["bailouts"]


def test_an_error_of_another_module_says_nothing() -> None:
    class WrongShape(Exception):
        pass

    @scientific
    def solved(rows: Any) -> Any:
        if len(rows) == 2:
            raise WrongShape
        return 2 * rows

    outcome = outcome_of(solved, [Arg(ROW)], {})
    assert outcome is not None
    assert outcome.type == ROW


@scientific
def described(rows: Any) -> Any:
    return rows > 1, {"height": rows.max()}


def test_a_tuple_may_hold_an_object() -> None:
    @minijit.jit(fallback="error")
    def above(rows):
        places, words = described(rows)
        count = 0
        for k in range(len(places)):
            if places[k]:
                count += 1
        return count, words

    assert_same(above, np.array([0.5, 2.0, 3.0]))
    assert not above.stats["bailouts"]
