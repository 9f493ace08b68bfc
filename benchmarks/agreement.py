"""Do two engines give the same answer?"""

from __future__ import annotations

from typing import Any

import numpy as np


def difference(expected: Any, actual: Any, tolerance: float) -> str:
    """Say how two results differ, or nothing if they agree within a relative tolerance.

    With a tolerance of 0 the types have to be the same as well, and every bit of the values.
    """
    if isinstance(expected, (tuple, list)):
        return _difference_of_sequences(expected, actual, tolerance)
    if tolerance == 0 and type(expected) is not type(actual):
        return f"type {type(actual).__name__} instead of {type(expected).__name__}"
    left, right = np.asarray(expected), np.asarray(actual)
    if left.shape != right.shape:
        return f"shape {right.shape} instead of {left.shape}"
    if tolerance == 0:
        if left.dtype != right.dtype:
            return f"dtype {right.dtype} instead of {left.dtype}"
        same = np.array_equal(left, right, equal_nan=left.dtype.kind in "fc")
    elif left.dtype.kind in "fc" or right.dtype.kind in "fc":
        scale = float(np.nanmax(np.abs(left), initial=0.0))
        same = np.allclose(right, left, rtol=tolerance, atol=tolerance * scale, equal_nan=True)
    else:
        same = np.array_equal(left, right)
    if same:
        return ""
    if left.ndim == 0:
        return f"{actual!r} instead of {expected!r}"
    return f"{int(np.sum(left != right))} of {left.size} elements differ"


def _difference_of_sequences(expected: Any, actual: Any, tolerance: float) -> str:
    if len(expected) != len(actual):
        return f"{len(actual)} values instead of {len(expected)}"
    for number, (left, right) in enumerate(zip(expected, actual, strict=True)):
        found = difference(left, right, tolerance)
        if found:
            return f"value {number}: {found}"
    return ""
