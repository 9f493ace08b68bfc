"""``np.fft``: Fourier transforms, by the loops of the ufuncs that NumPy itself calls for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.fft import _pocketfft_umath as transforms  # type: ignore[attr-defined]  # it has no stub

from minijit import types as t
from minijit.library.arrays.dtypes import is_none, known_value
from minijit.library.builder import NONE_VAL, Builder, Val
from minijit.library.by_numpy import by_numpy
from minijit.library.linalg.loops import steps_of_stack, walk_stack
from minijit.library.memory import array_type, data_of, shape_of, strides_of
from minijit.library.registry import Arg, implements, lowers
from minijit.library.samples import Known
from minijit.library.ufuncs.of_other_packages import loop_data, raise_errors
from minijit.ufunc_loops import other_loop

_ANY_REAL, _ANY = "fiu", "fciu"


def _is_transform(kinds: str, a: Arg, n: Arg, axis: Arg, norm: Arg, out: Arg) -> bool:
    kind = a.type
    if not isinstance(kind, t.Array) or not kind.ndim or kind.dtype.kind not in kinds:
        return False
    if kind.dtype.kind in "fc" and kind.dtype not in (np.float64, np.complex128):
        # NumPy's choice of a precision depends on how the factor came about.
        return False
    place = known_value(axis)
    is_there = type(place) is int and -kind.ndim <= place < kind.ndim
    plain = is_none(norm) and is_none(out) and (is_none(n) or n.type == t.INT)
    return is_there and plain and (kind.ndim == 1 or kind.layout == "C")


def _of_any(a: Arg, n: Arg, axis: Arg, norm: Arg, out: Arg) -> bool:
    return _is_transform(_ANY, a, n, axis, norm, out)


def _of_reals(a: Arg, n: Arg, axis: Arg, norm: Arg, out: Arg) -> bool:
    return _is_transform(_ANY_REAL, a, n, axis, norm, out)


def _samples() -> Iterator[tuple[Any, ...]]:
    row = np.sin(np.arange(12.0) ** 2)
    table = row.reshape(3, 4)
    rows = (row, row[::-1], row[:7], row[:1], np.arange(6), row + 1j)
    for one in (*rows, table, table * 1j):
        yield from ((one,), (one, 5), (one, 16), (one, 0), (one, 1))
    yield from ((table, None, Known(0)), (table, 5, Known(0)), (table + 2j, None, Known(-2)))


# ---- one transform


def run_transform(ufunc: Any, a: Any, factor: Any, out: Any) -> None:
    """Transform along the last axis, as long as that of the result, and multiply by a factor."""
    ufunc(a, factor, out=out)


def _loop_of(ufunc: Arg | Val, arrays: tuple[Arg | Val, ...]) -> tuple[str, int] | None:
    assert isinstance(ufunc.type, t.Const)
    dtypes = [np.dtype(one.type.dtype) for one in arrays]  # type: ignore[union-attr]  # arrays and a number
    return other_loop(ufunc.type.value, dtypes)  # type: ignore[arg-type]  # a ufunc


@lowers(
    run_transform,
    t.Const,
    t.Array,
    t.NumpyScalar,
    t.Array,
    result=lambda ufunc, *arrays: None if _loop_of(ufunc, arrays) is None else t.NONE,
    effects="reads raises",
)
def _run_transform(b: Builder, ufunc: Val, a: Val, factor: Val, out: Val) -> Val:
    found = _loop_of(ufunc, (a, factor, out))
    assert found is not None and isinstance(ufunc.type, t.Const)
    symbol, number = found
    depth = array_type(a).ndim - 1
    stack = shape_of(out)[:depth]
    place = b.slots(1)
    b.store(place, factor.part, local=True)
    outer = (steps_of_stack(b, a, depth, depth), [b.i64(0)] * depth, steps_of_stack(b, out, depth, depth))
    sizes = [shape_of(a)[depth], shape_of(out)[depth]]
    inner = [strides_of(b, a)[depth], strides_of(b, out)[depth]]
    extra = loop_data(b, ufunc.type.value, number)  # type: ignore[arg-type]  # a ufunc
    walk_stack(b, symbol, stack, (data_of(a), place, data_of(out)), outer, sizes, inner, extra=extra)
    raise_errors(b)
    return NONE_VAL


def _transformed(ufunc: Any, a: Any, count: Any, axis: Any, factor: Any, dtype: Any) -> Any:
    """A new array with `count` items along an axis."""
    if a.ndim == 1 or axis == -1 or axis == a.ndim - 1:
        found = np.empty(a.shape[: a.ndim - 1] + (count,), dtype)  # noqa: RUF005  # native code adds tuples
        run_transform(ufunc, a, factor, found)
        return found
    moved = np.moveaxis(a, axis, -1)
    turned = np.empty(moved.shape[: a.ndim - 1] + (count,), dtype)  # noqa: RUF005  # native code adds tuples
    run_transform(ufunc, moved, factor, turned)
    return np.ascontiguousarray(np.moveaxis(turned, -1, axis))


def _as_complex(a: Any) -> Any:
    return a if a.dtype == np.complex128 else a.astype(np.complex128)


def _as_float(a: Any) -> Any:
    return a if a.dtype == np.float64 else a.astype(np.float64)


def _one_over(n: Any) -> Any:
    return np.float64(1) / np.float64(n)


# ---- the functions


@implements(np.fft.fft, when=_of_any, known=("axis",), samples=_samples)
def fft(a: Any, n: Any = None, axis: Any = -1, norm: Any = None, out: Any = None) -> Any:
    """The transform of complex numbers."""
    count = a.shape[axis % a.ndim] if n is None else n
    if count < 1:
        return by_numpy(np.fft.fft, a, n, axis)
    return _transformed(transforms.fft, _as_complex(a), count, axis, np.float64(1), np.complex128)


@implements(np.fft.ifft, when=_of_any, known=("axis",), samples=_samples)
def ifft(a: Any, n: Any = None, axis: Any = -1, norm: Any = None, out: Any = None) -> Any:
    """The inverse of the transform."""
    count = a.shape[axis % a.ndim] if n is None else n
    if count < 1:
        return by_numpy(np.fft.ifft, a, n, axis)
    return _transformed(transforms.ifft, _as_complex(a), count, axis, _one_over(count), np.complex128)


@implements(np.fft.rfft, when=_of_reals, known=("axis",), samples=_samples)
def rfft(a: Any, n: Any = None, axis: Any = -1, norm: Any = None, out: Any = None) -> Any:
    """The transform of real numbers: the half that says all."""
    count = a.shape[axis % a.ndim] if n is None else n
    if count < 1:
        return by_numpy(np.fft.rfft, a, n, axis)
    half, one = count // 2 + 1, np.float64(1)
    if count % 2 == 0:
        return _transformed(transforms.rfft_n_even, _as_float(a), half, axis, one, np.complex128)
    return _transformed(transforms.rfft_n_odd, _as_float(a), half, axis, one, np.complex128)


@implements(np.fft.irfft, when=_of_any, known=("axis",), samples=_samples)
def irfft(a: Any, n: Any = None, axis: Any = -1, norm: Any = None, out: Any = None) -> Any:
    """Real numbers, of the half of their transform that says all."""
    count = (a.shape[axis % a.ndim] - 1) * 2 if n is None else n
    if count < 1:
        return by_numpy(np.fft.irfft, a, n, axis)
    return _transformed(transforms.irfft, _as_complex(a), count, axis, _one_over(count), np.float64)
