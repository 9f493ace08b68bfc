"""``np.isclose`` and ``np.allclose`` of arrays: whether numbers differ by no more than a tolerance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.by_numpy import by_numpy
from minijit.library.operands import is_real
from minijit.library.registry import Arg, implements
from minijit.library.samples import Known


def _are_arrays(a: Arg, b: Arg, rtol: Arg, atol: Arg, equal_nan: Arg) -> bool:
    has_array = any(isinstance(one.type, t.Array) and one.type.ndim > 0 for one in (a, b))
    numbers = all(
        (isinstance(one.type, t.Array) and one.type.ndim > 0) or isinstance(one.type, t.PythonScalar | t.NumpyScalar)
        for one in (a, b)
    )
    return has_array and numbers and is_real(rtol.type) and is_real(atol.type) and isinstance(equal_nan.const, bool)


def _samples() -> Iterator[tuple[Any, ...]]:
    table = np.array([[3.0, -4.0, np.nan], [1e-3, np.inf, -7.0]])
    near = np.array([[3.0000003, -4.0000004, np.nan], [1.0000001e-3, np.inf, -7.00001]])
    plain = (table, table.T, table.astype(np.float32), table > 0, table[:, ::-1], table[:0])
    for one in (*plain, np.nan_to_num(table, posinf=9.0) + 1j):
        yield from ((one, one), (one, one[:1]), (one, 3.0), (2.5, one), (one, 3), (one, np.float32(3.0)))
        yield from ((one, one + 1e-9), (one, one, 0.5), (one, one * 2, 1e-3, 10), (one, one, 1e-5, 1e-8, Known(True)))
    count = np.arange(6).reshape(2, 3)
    yield from ((table, near), (near, table), (count, table), (table, np.arange(3, dtype=np.uint8)), (count, count + 1))
    yield from ((count, count), (table, table, np.nan), (table, near[:, :2]))


def _isclose(a: Any, b: Any, rtol: Any, atol: Any) -> Any:
    """Which numbers are close, without regard to nan; `b` is made a float first, so that no sign is lost."""
    y = b
    if isinstance(b, np.ndarray):
        y = b.astype(np.float64) if b.dtype.kind in "biu" else b
    elif isinstance(b, int):
        y = float(b)
    elif not isinstance(b, (float, complex)):
        y = np.float64(b) if b.dtype.kind in "biu" else b
    return np.less_equal(abs(a - y), atol + rtol * abs(y)) & np.isfinite(y) | (a == y)


@implements(np.isclose, when=_are_arrays, samples=_samples)
def isclose(a: Any, b: Any, rtol: Any = 1.0e-5, atol: Any = 1.0e-8, equal_nan: Any = False) -> Any:
    """Where two arrays are equal within a tolerance; tolerances that are not finite are NumPy's, which warns."""
    if not (np.isfinite(rtol) and np.isfinite(atol)):
        return by_numpy(np.isclose, a, b, rtol, atol, equal_nan)
    if equal_nan:
        return _isclose(a, b, rtol, atol) | (np.isnan(a) & np.isnan(b))
    return _isclose(a, b, rtol, atol)


@implements(np.allclose, when=_are_arrays, samples=_samples)
def allclose(a: Any, b: Any, rtol: Any = 1.0e-5, atol: Any = 1.0e-8, equal_nan: Any = False) -> Any:
    """Whether two arrays are equal within a tolerance everywhere."""
    if not (np.isfinite(rtol) and np.isfinite(atol)):
        return by_numpy(np.allclose, a, b, rtol, atol, equal_nan)
    if equal_nan:
        return bool((_isclose(a, b, rtol, atol) | (np.isnan(a) & np.isnan(b))).all())
    return bool(_isclose(a, b, rtol, atol).all())
