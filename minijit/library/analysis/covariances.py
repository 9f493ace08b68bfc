"""``np.cov`` and ``np.corrcoef``: how rows of numbers vary together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minijit import types as t
from minijit.library.arrays.dtypes import is_none
from minijit.library.by_numpy import by_numpy, refused
from minijit.library.operands import is_real_array
from minijit.library.registry import Arg, implements
from minijit.library.samples import Known


def _are_rows(m: Arg, y: Arg, rowvar: Arg, dtype: Arg) -> bool:
    given = [m] if is_none(y) else [m, y]
    rows = all(is_real_array(one.type) and one.type.ndim <= 2 for one in given)  # type: ignore[union-attr]  # arrays
    return rows and isinstance(rowvar.const, bool) and is_none(dtype)


def _is_cov(
    m: Arg, y: Arg, rowvar: Arg, bias: Arg, ddof: Arg, fweights: Arg, aweights: Arg, dtype: Arg
) -> bool:
    is_plain = is_none(fweights) and is_none(aweights) and isinstance(bias.const, bool)
    return _are_rows(m, y, rowvar, dtype) and is_plain and (is_none(ddof) or ddof.type == t.INT)


def _samples() -> Iterator[tuple[Any, ...]]:
    row = np.sin(np.arange(9.0)) * 3
    table = np.array([[3.0, -4.0, 0.1, 7.0], [1e-3, 2.5, -7.0, 0.5], [1.0, 0.0, 2.0, -3.0]])
    no = Known(False)
    yield from ((row,), (row, row[::-1]), (row[:1],), (row[:0],), (row, row[:4]), (row > 0, row), (table[:1], None, no))
    for one in (table, table.T, table.astype(np.float32), table.astype(int), table[:, ::-1], table[:1], table[:0]):
        yield from ((one,), (one, None, no), (one, one), (one, one, no), (one, one.sum(0)), (one, one.sum(1), no))


@implements(np.cov, when=_is_cov, known=("rowvar", "bias"), samples=_samples)
def cov(
    m: Any,
    y: Any = None,
    rowvar: Any = True,
    bias: Any = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Any:
    """The covariances of rows, or of columns."""
    lost = (0 if bias else 1) if ddof is None else ddof
    if not _is_ordinary(m, y, rowvar) or _width(m, rowvar) - lost <= 0:
        return by_numpy(np.cov, m, y, rowvar, bias, ddof)
    if y is not None and _width(m, rowvar) != _width(y, rowvar):
        refused(np.cov, m, y, rowvar)
    found = _covariances(m, y, rowvar, lost)
    if y is None and m.ndim == 1:
        return found.reshape(())
    if y is None and len(found) == 1:
        return found.reshape(())
    return found


@implements(np.corrcoef, when=_are_rows, known=("rowvar",), samples=_samples)
def corrcoef(x: Any, y: Any = None, rowvar: Any = True, *, dtype: Any = None) -> Any:
    """The coefficients of correlation of rows, or of columns."""
    if y is None and (x.ndim == 1 or _height(x, rowvar) == 1):
        return by_numpy(np.corrcoef, x, y, rowvar)
    if not _is_ordinary(x, y, rowvar) or _width(x, rowvar) < 2:
        return by_numpy(np.corrcoef, x, y, rowvar)
    if y is not None and _width(x, rowvar) != _width(y, rowvar):
        refused(np.corrcoef, x, y, rowvar)
    found = _covariances(x, y, rowvar, 1)
    deviations = np.sqrt(np.diag(found))
    found /= deviations[:, None]
    found /= deviations[None, :]
    return np.clip(found, -1, 1)


def _is_ordinary(m: Any, y: Any, rowvar: Any) -> Any:
    """Whether there are rows; NumPy takes a single row for one of variables, however they lie."""
    if y is not None and y.ndim == 2 and not (len(y) > (0 if rowvar else 1)):
        return False
    return _height(m, rowvar) > 0


def _height(m: Any, rowvar: Any) -> Any:
    return 1 if m.ndim == 1 else m.shape[0 if rowvar else 1]


def _width(m: Any, rowvar: Any) -> Any:
    return m.shape[m.ndim - 1 if rowvar else 0]


def _covariances(m: Any, y: Any, rowvar: Any, lost: Any) -> Any:
    rows = _as_rows(m.astype(np.float64), rowvar)
    if y is not None:
        rows = np.concatenate((rows, _as_rows(y.astype(np.float64), rowvar)), axis=0)
    means = rows.mean(axis=1)
    rows -= means[:, None]
    found = np.dot(rows, rows.T)
    found *= np.true_divide(1, rows.shape[1] - lost)
    return found


def _as_rows(m: Any, rowvar: Any) -> Any:
    if m.ndim == 1:
        return m.reshape((1, len(m)))
    return m if rowvar else m.T
