"""Arguments for kernels: the same ones in every run."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def floats(*shape: int, seed: int = 1, dtype: Any = np.float64) -> NDArray[Any]:
    """Numbers between 0 and 1."""
    return np.random.default_rng(seed).random(shape).astype(dtype)


def integers(high: int, *shape: int, seed: int = 2, dtype: Any = np.int64) -> NDArray[Any]:
    """Whole numbers from 0 up to, but not including, ``high``."""
    return np.random.default_rng(seed).integers(0, high, shape).astype(dtype)


def dominant(n: int, seed: int = 3) -> NDArray[np.float64]:
    """A square matrix with a heavy diagonal, so that elimination needs no pivots and stays near 1 in size."""
    return (np.eye(n) + floats(n, n, seed=seed) / (4 * n)).astype(np.float64)
