"""What the library says in Python (``@implements``): in CPython like the function itself, and native when called."""

from __future__ import annotations

import linecache
from typing import Any

import numpy as np
import pytest

import minijit
import minijit.library.load
from minijit import dtype_functions, ufunc_loops
from minijit.library import registry
from minijit.library.samples import Known
from minijit.numpy_types import ALL_DTYPES
from minijit.runtime.typeof import type_of
from minijit.testing import assert_same
from minijit.testing.checks import compare

BODIES = [entry for entry in registry.all_entries() if entry.body is not None and entry.samples != ()]
"""Those with samples; what is called by keyword only is among the programs below."""
ROW, TABLE = np.array([0.5, -1.5, 2.0, 7.0, 0.25]), np.arange(12.0).reshape(4, 3) ** 2
MATRIX = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.5, -1.0, 5.0]])
STACK = np.stack([MATRIX, MATRIX.T + np.eye(3)])
LONG = np.sin(np.arange(1000.0)) * 3
SORTED, COUNTS = np.array([-1.0, 0.5, 2.0, 3.0, 9.0]), np.array([3, 1, 1, 0, 2])

NATIVE: dict[str, tuple[Any, ...]] = {
    "np.linalg.norm(a)": (ROW,),
    "np.linalg.norm(a, axis=1)": (TABLE,),
    "np.linalg.norm(a, np.inf)": (ROW,),
    "np.linalg.norm(a, 1)": (TABLE,),
    "np.interp(a, b, c)": (ROW, SORTED, ROW),
    "np.interp(0.3, a, b, left=0.0)": (SORTED, ROW),
    "np.cross(a, b)": (TABLE[0], TABLE[1]),
    "np.cross(a, b[1])": (TABLE, TABLE),
    "np.average(a, weights=b)": (ROW, SORTED),
    "np.average(a, axis=0, weights=b)": (TABLE, np.arange(4.0)),
    "np.trapezoid(a, b)": (ROW, SORTED),
    "np.trapezoid(a, dx=0.5)": (TABLE,),
    "np.polyval(a, b)": (ROW, SORTED),
    "np.polyval(a, 0.5)": (ROW,),
    "np.allclose(a, b)": (TABLE, TABLE + 1e-9),
    "np.isclose(a, b, atol=0.1)": (TABLE, TABLE + 0.01),
    "np.searchsorted(a, b, side='right')": (SORTED, ROW),
    "a.searchsorted(b)": (SORTED, TABLE.T),
    "np.digitize(a, b)": (ROW, SORTED[::-1]),
    "np.bincount(a)": (COUNTS,),
    "np.bincount(a, weights=b, minlength=9)": (COUNTS, ROW),
    "np.histogram(a, 4)": (TABLE,),
    "np.histogram(a, 4, density=True)": (COUNTS,),
    "np.histogram(a, 4, weights=b)": (ROW, SORTED),
    "np.cov(a, b)[0, 1]": (ROW, SORTED),
    "np.cov(a, rowvar=False, bias=True) + 1": (TABLE,),
    "np.corrcoef(a, b)[0, 1]": (ROW, SORTED[::-1]),
    "np.corrcoef(a.T)": (TABLE,),
    "np.delete(a, 2)": (ROW,),
    "np.insert(a, -1, 2.5)": (ROW,),
    "np.insert(a, 1, b)": (ROW, SORTED),
    "np.nan_to_num(a)": (ROW,),
    "np.nan_to_num(a, nan=1.0, posinf=2)": (TABLE,),
    "np.select([a > 1, a < 0], [a, b], 0.5)": (ROW, SORTED),
    "np.select((a > 1, a < 0), (a, 2 * a))": (TABLE,),
    "np.fft.fft(a)": (ROW,),
    "np.fft.ifft(np.fft.fft(a, 8))": (ROW,),
    "np.fft.rfft(a, axis=0)": (TABLE,),
    "np.fft.irfft(np.fft.rfft(a))": (STACK,),
    "np.lexsort((a, b))": (ROW, COUNTS),
    "np.isin(a, b)": (COUNTS, np.array([3, 2, 7])),
    "np.isin(a, b, invert=True)": (TABLE, ROW),
    "np.intersect1d(a, b)": (COUNTS, np.array([3, 2, 7])),
    "np.setdiff1d(a, b)": (TABLE, ROW),
    "np.union1d(a, b)": (ROW, SORTED),
    "np.setxor1d(a, b)": (ROW, SORTED),
    "np.linalg.inv(a)": (MATRIX,),
    "np.linalg.solve(a, b)": (MATRIX, MATRIX[0]),
    "np.linalg.solve(a, b.T)": (MATRIX, MATRIX.astype(np.float32)),
    "np.linalg.det(a)": (MATRIX,),
    "np.linalg.eigh(a)": (MATRIX,),
    "np.linalg.slogdet(a).logabsdet": (MATRIX,),
    "np.linalg.inv(a) @ a": (STACK,),
    "np.linalg.solve(a, b) + 1": (STACK, MATRIX),
    "np.linalg.solve(a, b[0])": (STACK, MATRIX),
    "np.linalg.det(a) * 2": (STACK,),
    "np.linalg.cholesky(a, upper=True)": (MATRIX,),
    "np.linalg.matrix_power(a, b)": (MATRIX, 5),
    "np.linalg.matrix_power(a, -2)": (STACK,),
    "np.linalg.eig(a)": (MATRIX,),
    "np.linalg.eigvals(a)": (STACK,),
    "np.linalg.eigh(a, 'U').eigenvectors": (STACK,),
    "np.linalg.qr(a)": (TABLE,),
    "np.linalg.qr(a, mode='complete').Q": (TABLE,),
    "np.linalg.qr(a, 'r')": (STACK,),
    "np.linalg.svdvals(a)": (TABLE,),
    "np.linalg.lstsq(a, b)": (TABLE, ROW[:4]),
    "np.linalg.lstsq(a, b, rcond=1e-9)[0]": (TABLE, TABLE),
    "np.linalg.pinv(a)": (TABLE,),
    "np.linalg.pinv(a, rcond=1e-9)": (STACK,),
    "np.linalg.matrix_rank(a)": (TABLE,),
    "np.linalg.cond(a)": (MATRIX,),
    "np.linalg.cond(a, 1)": (MATRIX,),
    "np.linalg.norm(a, axis=1, keepdims=True)": (TABLE,),
    "np.linalg.norm(a, 2)": (TABLE,),
    "np.linalg.norm(a, 'nuc', axis=(1, 2))": (STACK,),
    "np.linalg.matrix_norm(a)": (STACK,),
    "np.linalg.matrix_norm(a, ord=1, keepdims=True)": (STACK,),
    "np.linalg.vector_norm(a)": (TABLE,),
    "np.linalg.vector_norm(a, axis=-1, ord=1)": (TABLE,),
    "np.linalg.svd(a, full_matrices=False)": (TABLE,),
    "np.convolve(a, b)": (ROW, SORTED[:3]),
    "np.correlate(a, b, 'same')": (ROW, SORTED),
    "np.gradient(a)": (ROW,),
    "np.gradient(a, b)": (ROW, SORTED),
    "np.gradient(a, 0.5)": (TABLE,),
    "np.gradient(a, edge_order=2)": (ROW,),
    "np.gradient(a, b, edge_order=2)": (ROW, SORTED),
    "np.gradient(a, 0.5, axis=0, edge_order=2)": (TABLE,),
    "np.gradient(a, axis=1)": (TABLE.T,),
    "np.diff(a, 2)": (ROW,),
    "np.diff(a, prepend=0.0)": (COUNTS,),
    "np.ediff1d(a)": (TABLE,),
    "np.sum(a, axis=b)": (TABLE, 1),
    "a.sum()": (np.arange(24.0).reshape(2, 3, 4).transpose(2, 0, 1) ** 2,),
    "np.std(a)": (LONG.reshape(10, 20, 5).transpose(1, 0, 2)[:, ::2],),
    "np.sum(a, where=b)": (LONG, LONG < 2.5),
    "np.sum(a[::-2], where=b)": (LONG.astype(np.float32), LONG[::2] != 1.5),
    "a.mean(where=b)": (LONG, LONG > -2.9),
    "np.mean(a, where=b)": (LONG.astype(np.float32), LONG > 0),
    "a.max(b)": (TABLE, -1),
    "np.sort(a)": (ROW,),
    "np.sort(a, axis=0)": (TABLE,),
    "np.argsort(a, kind='stable')": (ROW,),
    "np.argsort(a, axis=0)": (TABLE.T,),
    "a.argsort()": (ROW,),
    "a.sort()": (ROW,),
    "np.unique(a)": (COUNTS,),
    "np.unique(a, return_index=True, return_counts=True)": (ROW,),
    "np.median(a)": (ROW,),
    "np.median(a, axis=1)": (TABLE,),
    "np.nanmedian(a)": (ROW,),
    "np.percentile(a, 30)": (ROW,),
    "np.quantile(a, b)": (ROW, np.array([0.1, 0.9])),
    "np.histogram(a, bins=b)": (TABLE, SORTED),
}


def _name(entry: registry.Entry) -> str:
    assert entry.body is not None
    return f"{entry.body.__module__.split('.')[-1]}.{entry.body.__name__} for {entry.name}"


def _arg(value: Any) -> registry.Arg:
    if isinstance(value, Known):
        return registry.default_arg(value.value)
    one = type_of(value)
    return registry.default_arg(value) if one is None or value is None else registry.Arg(one)


@pytest.mark.parametrize("entry", BODIES, ids=_name)
def test_body_in_python(entry: registry.Entry) -> None:
    """Bodies check no index when they are compiled: CPython does, and sees that none is wrong."""
    assert entry.body is not None
    key: Any = entry.function
    original = getattr(np.ndarray, key.name) if isinstance(key, registry.method) else key
    rows = entry.samples() if callable(entry.samples) else entry.samples
    tried = 0
    for row in rows:
        args = tuple(one.value if isinstance(one, Known) else one for one in row)
        if entry.serves([_arg(one) for one in row], {}):
            found = compare(entry.body, args, original=original, calls=1)
            assert not found, f"{args}: {found}"
            tried += 1
    assert tried


@pytest.mark.parametrize("text", sorted(NATIVE))
def test_native(text: str) -> None:
    """Nothing goes through Python, and nothing has to be left to the interpreter."""
    args = NATIVE[text]
    source = f"def f({', '.join('abc'[: len(args)])}):\n    return {text}\n"
    filename = f"<body {text}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    scope: dict[str, Any] = {"np": np}
    exec(compile(source, filename, "exec"), scope)
    f = minijit.jit(fallback="error")(scope["f"])
    assert_same(f, *args)
    assert f.stats["bailouts"] == 0
    assert "through Python" not in f.explain()


def test_functions_of_dtypes() -> None:
    """The C functions of the NumPy that is running are where they are looked for."""
    assert len(dtype_functions.addresses()) == 7 * len(ALL_DTYPES)
    assert dtype_functions.symbol_of("sort_quicksort", np.dtype("U3")) is None
    known = ufunc_loops.addresses()
    for ufunc in (np.matmul, *ufunc_loops.linear_algebra().values()):
        assert all(f"mj_loop_{ufunc.__name__}_{kind}" in known for kind in ufunc.types)
    assert len(ufunc_loops.linear_algebra()) == 20
