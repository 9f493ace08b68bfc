"""What NumPy says about types: asked of NumPy itself, kept for the next time, never tabulated.

Result types come from ``ufunc.resolve_dtypes`` and from operations on sample scalars, so that they are those of the
NumPy that is running.
"""

from __future__ import annotations

import platform
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any, Final, TypeAlias

import numpy as np

from minijit import types as t

Dtype: TypeAlias = np.dtype[np.generic]

BOOL_DTYPE: Final[Dtype] = np.dtype(np.bool_)
INT64: Final[Dtype] = np.dtype(np.int64)
UINT64: Final[Dtype] = np.dtype(np.uint64)
FLOAT64: Final[Dtype] = np.dtype(np.float64)
FLOAT32: Final[Dtype] = np.dtype(np.float32)
FLOAT16: Final[Dtype] = np.dtype(np.float16)
COMPLEX128: Final[Dtype] = np.dtype(np.complex128)


def _converts_halves() -> bool:
    """Whether the processor converts numbers of 16 bits from and to 32; NumPy knows."""
    if platform.machine().lower() in ("arm64", "aarch64"):
        return True
    features = getattr(getattr(np, "_core", None), "_multiarray_umath", None)
    return bool(getattr(features, "__cpu_features__", {}).get("F16C", False))


ALL_DTYPES: Final[tuple[Dtype, ...]] = tuple(
    np.dtype(name)
    for name in (
        *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
        *(("float16",) if _converts_halves() else ()),
        *("float32", "float64", "complex64", "complex128"),
    )
)
"""The dtypes that native code holds."""

_SCALAR_CLASSES: Final = {dtype.type: dtype for dtype in ALL_DTYPES}
_PYTHON_TYPES: Final[dict[str, Any]] = {"bool": BOOL_DTYPE, "int": int, "float": float, "complex": complex}
_SAMPLES: Final = {"bool": True, "int": 1, "float": 1.0, "complex": 1 + 0j}


def is_native(dtype: Dtype) -> bool:
    """Whether native code holds elements of `dtype`."""
    return _SCALAR_CLASSES.get(dtype.type) == dtype and dtype.isnative and not dtype.metadata


def sample_of(one: t.PythonScalar | t.NumpyScalar) -> Any:
    """The number 1 as a value of type `one`."""
    if isinstance(one, t.NumpyScalar):
        return one.dtype.type(1)
    return _SAMPLES[one.name]


def type_of_value(value: object) -> t.Type | None:
    """The type of a number (or of a tuple of numbers), or ``None`` where native code has none for it."""
    kind = type(value)
    if kind in (bool, int, float, complex):
        return t.PythonScalar(kind.__name__)  # type: ignore[arg-type]
    if kind in _SCALAR_CLASSES:
        return t.NumpyScalar(_SCALAR_CLASSES[kind])
    if isinstance(value, tuple) and kind is tuple:
        items = [type_of_value(item) for item in value]
        return None if any(item is None for item in items) else t.Tuple(tuple(items))  # type: ignore[arg-type]
    return None


@cache
def type_of_call(function: Callable[..., Any], operands: tuple[t.PythonScalar | t.NumpyScalar, ...]) -> t.Type | None:
    """The type of ``function(*operands)``, found by calling it with ones; ``None`` where that raises.

    What native code has no type for is an object.
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return type_of_value(function(*map(sample_of, operands))) or t.OBJECT
        except (TypeError, ValueError, OverflowError):
            return None


@cache
def loop_of(ufunc: np.ufunc, operands: tuple[t.PythonScalar | t.NumpyScalar, ...]) -> tuple[Dtype, ...] | None:
    """The dtypes of the operands and results with which `ufunc` computes; ``None`` where it refuses or we can't.

    Python's numbers are weak: they take on the dtype of the others (NEP 50).
    """
    asked = [_PYTHON_TYPES[one.name] if isinstance(one, t.PythonScalar) else one.dtype for one in operands]
    try:
        loop: tuple[Any, ...] = ufunc.resolve_dtypes((*asked, *[None] * ufunc.nout))
    except TypeError:
        return None
    if not all(isinstance(dtype, np.dtype) and is_native(np.dtype(dtype.str)) for dtype in loop):
        return None
    # "longlong" equals "long" where both have 64 bits, yet it is another class.
    return tuple(np.dtype(dtype.str) for dtype in loop)


@cache
def store_is_checked(target: Dtype, source: Dtype) -> bool:
    """Whether ``array_of_target[i] = scalar_of_source`` raises where the value is out of range, or wraps silently."""
    if target.kind not in "iu" or source.kind not in "iuf":
        return False
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        array = np.zeros(1, target)
        for value in out_of_range(target, source):
            try:
                array[0] = value
            except (OverflowError, ValueError):
                return True
    return False


def out_of_range(target: Dtype, source: Dtype) -> list[Any]:
    """Scalars of dtype `source` that dtype `target` (an integer one) can't hold."""
    if source.kind == "f":
        return [source.type(np.nan), source.type(np.inf)]
    least, greatest = limits_of(target)
    return [source.type(value) for value in limits_of(source) if not least <= value <= greatest]


def limits_of(dtype: Dtype) -> tuple[int, int]:
    """The least and the greatest value of an integer dtype."""
    bits = 8 * dtype.itemsize
    return (0, (1 << bits) - 1) if dtype.kind == "u" else (-1 << (bits - 1), (1 << (bits - 1)) - 1)


def holds_int(dtype: Dtype, value: int) -> bool:
    """Whether a Python int is within the range of an integer dtype (any other dtype takes every int)."""
    if dtype.kind not in "iu":
        return True
    least, greatest = limits_of(dtype)
    return least <= value <= greatest


@cache
def error_of(attempt: Callable[[], object]) -> tuple[type[BaseException], str]:
    """The class and message of the exception that `attempt` raises in the running Python and NumPy."""
    try:
        attempt()
    except Exception as error:  # whatever it is, it is what the user's program would see
        return type(error), str(error)
    return RuntimeError, "no error"


@cache
def stores_at_all(target: Dtype, one: t.PythonScalar | t.NumpyScalar) -> bool:
    """Whether ``array_of_target[i] = 1`` with a 1 of type `one` works, without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            np.zeros(1, target)[0] = sample_of(one)
        except (TypeError, ValueError, OverflowError, Warning):
            return False
    return True


@cache
def casts_at_all(target: Dtype, one: t.PythonScalar | t.NumpyScalar) -> bool:
    """Whether ``target.type(1)`` with a 1 of type `one` works, without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            target.type(sample_of(one))
        except (TypeError, ValueError, OverflowError, Warning):
            return False
    return True
