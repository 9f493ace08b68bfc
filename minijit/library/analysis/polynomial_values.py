"""``np.polyval`` and ``np.vander``: polynomials by Horner's rule, and tables of powers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.by_numpy import by_numpy
from minijit.library.operands import is_real
from minijit.library.registry import Arg, implements


def _is_polyval(p: Arg, x: Arg) -> bool:
    # NumPy multiplies whole arrays of complex numbers in another way than single ones.
    one = p.type
    if not isinstance(one, t.Array) or one.ndim != 1 or one.dtype.kind not in "iuf":
        return False
    if isinstance(x.type, t.Array):
        return x.type.dtype.kind in "iuf" and x.type.ndim > 0
    return is_real(x.type) and x.type != t.BOOL and not (isinstance(x.type, t.NumpyScalar) and x.type.dtype.kind == "b")


def _samples() -> Iterator[tuple[Any, ...]]:
    powers = np.array([3.0, -4.0, 0.1, 1e-3])
    places = np.array([[0.5, -1.5, 2.0], [np.nan, np.inf, 1e30]])
    for p in (powers, powers[::-2], powers.astype(np.float32), np.array([3, -2, 1], np.int8), powers[:1], powers[:0]):
        for x in (places, places.T, places[0], places.astype(np.float32), np.arange(120, 127, dtype=np.int8), 0.5, 3):
            yield p, x
        yield p, np.float32(0.1)


@implements(np.polyval, when=_is_polyval, samples=_samples)
def polyval(p: Any, x: Any) -> Any:
    """The values of the polynomial whose highest coefficient comes first."""
    if len(p) == 0:
        return by_numpy(np.polyval, p, x)
    if not isinstance(x, np.ndarray):
        return _horner(p, np.asarray(x)[()])
    dtype = np.promote_types(p.dtype, x.dtype)
    found = np.empty_like(x, dtype)
    if x.ndim == 1:
        for k in range(len(x)):
            found[k] = _horner(p, x[k])
        return found
    values = np.zeros_like(x, dtype)
    for k in range(len(p)):
        values = values * x + p[k]
    return values


def _horner(p: Any, x: Any) -> Any:
    dtype = np.promote_types(p.dtype, x.dtype)
    value, place = dtype.type(0), dtype.type(x)
    for k in range(len(p)):
        value = value * place + dtype.type(p[k])
    return value
