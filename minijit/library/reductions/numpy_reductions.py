"""Reductions of whole arrays to a number: computed by NumPy itself, so that the bits are its own.

Native code calls the function through Python; the array is handed over without a copy. The type of the result is asked
of NumPy on a small array of ones.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import numpy as np

from minijit import types as t
from minijit.library.arrays.attributes import arrays
from minijit.library.builder import Builder, Val
from minijit.library.registry import Arg, lowers, method
from minijit.numpy_types import type_of_value

METHODS: Final = ("sum", "prod", "mean", "std", "var", "min", "max", "any", "all", "argmin", "argmax", "trace")
FUNCTIONS: Final[tuple[Callable[..., Any], ...]] = (
    np.sum,
    np.prod,
    np.mean,
    np.std,
    np.var,
    np.min,
    np.max,
    np.any,
    np.all,
    np.argmin,
    np.argmax,
    np.ptp,
    np.median,
    np.count_nonzero,
    np.nansum,
    np.nanprod,
    np.nanmin,
    np.nanmax,
    np.nanmean,
    np.nanstd,
    np.nanvar,
    np.trace,
    np.average,
    np.linalg.norm,
)
OF_TWO: Final[tuple[Callable[..., Any], ...]] = (
    np.dot,
    np.vdot,
    np.inner,
    np.array_equal,
    np.allclose,
    np.shares_memory,
    np.may_share_memory,
)


@cache
def type_of_reduction(function: Callable[..., Any], operands: tuple[t.Array, ...]) -> t.Type | None:
    """The type of the number that a function gives for arrays; ``None`` where it gives something else, or raises."""
    samples = [np.ones((2,) * one.ndim, one.dtype) for one in operands]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            found = type_of_value(function(*samples))
        except (TypeError, ValueError):
            return None
    return found if isinstance(found, t.PythonScalar | t.NumpyScalar) else None


def _register(key: object, function: Callable[..., Any], count: int) -> None:
    def result(*args: Arg) -> t.Type | None:
        kinds = tuple(t.Array(arg.type.dtype, arg.type.ndim, "C") for arg in args if isinstance(arg.type, t.Array))
        return type_of_reduction(function, kinds)

    samples = arrays if count == 1 else lambda: ((row[0], row[0]) for row in arrays())

    @lowers(key, *[t.Array] * count, result=result, effects="reads raises", samples=samples)
    def lower(b: Builder, *args: Val) -> Val:
        wanted = result(*(Arg(arg.type) for arg in args))
        assert wanted is not None
        return b.call_python(function, args, wanted, effects="")


for _name in METHODS:
    _register(method(_name), getattr(np.ndarray, _name), 1)
for _function in FUNCTIONS:
    _register(_function, _function, 1)
for _function in OF_TWO:
    _register(_function, _function, 2)
