"""The generators of random numbers that all of a process shares: whether somebody has drawn from them."""

from __future__ import annotations

import random
from typing import Any

import numpy as np


class SharedDraws:
    """The state of ``np.random`` and ``random`` as it was when this was made."""

    def __init__(self) -> None:
        self._state = _state()

    def restore(self) -> bool:
        """Put the generators back into that state; whether they had left it."""
        if _state() == self._state:
            return False
        (name, keys, *rest), theirs = self._state
        np.random.set_state((name, np.frombuffer(keys, np.uint32), *rest))
        random.setstate(theirs)
        return True


def _state() -> tuple[tuple[Any, ...], Any]:
    shared: Any = np.random.get_state()
    name, keys, *rest = shared
    return (name, keys.tobytes(), *rest), random.getstate()
